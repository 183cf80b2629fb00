"""Two workers with loops of their own, and the main loop beside them."""
import asyncio
import time


async def tick(name, step):
    for i in range(3):
        await asyncio.sleep(step)
        print(name, i, time.monotonic())


def loop_of(name, step):
    asyncio.run(tick(name, step))
    return name


async def main():
    print(await asyncio.gather(asyncio.to_thread(loop_of, "a", 1), tick("main", 0.8),
                               asyncio.to_thread(loop_of, "b", 1.1)))


asyncio.run(main())
