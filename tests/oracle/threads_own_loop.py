"""asyncio.run inside of a worker: a loop beside the loop."""
import asyncio
import time


async def dish(name, minutes):
    print(name, "on at", time.monotonic())
    await asyncio.sleep(minutes)
    print(name, "done at", time.monotonic())
    return name


async def kitchen(*dishes):
    return await asyncio.gather(*(dish(n, m) for n, m in dishes))


def second_kitchen():
    return asyncio.run(kitchen(("dal", 1.5), ("naan", 0.5)))


async def main():
    a = asyncio.create_task(kitchen(("rice", 2), ("curry", 1)), name="first")
    b = asyncio.create_task(asyncio.to_thread(second_kitchen), name="second")
    print(await a, await b)


asyncio.run(main())
