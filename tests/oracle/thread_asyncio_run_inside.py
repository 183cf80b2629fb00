"""A worker may run a loop of its own, on the same clock."""
import asyncio
import time


async def cook(name, minutes):
    print(name, "begins")
    await asyncio.sleep(minutes)
    print(name, "ends")
    return name


async def kitchen(name):
    return await asyncio.gather(cook(name + " rice", 2), cook(name + " curry", 1))


def second_kitchen():
    return asyncio.run(kitchen("second"))


async def main():
    start = time.monotonic()
    print(await asyncio.gather(asyncio.to_thread(second_kitchen), kitchen("first"), asyncio.sleep(1.5)))
    print(time.monotonic() - start)


asyncio.run(main())
