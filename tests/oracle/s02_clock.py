# 2.10: the clock moves while the loop waits, and in time.sleep; running costs nothing.
import asyncio
import time


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    for n in range(1000):
        pass
    print(loop.time() - start)
    await asyncio.sleep(1.5)
    print(loop.time() - start)
    time.sleep(0.25)
    print(loop.time() - start)
    first, second = time.monotonic(), time.perf_counter()
    await asyncio.sleep(1)
    print(time.monotonic() - first, time.perf_counter() - second)


asyncio.run(main())
