"""future.result() in a coroutine blocks the loop, although the worker works."""
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor


def job():
    time.sleep(2)
    return "result"


async def bell():
    for _ in range(3):
        await asyncio.sleep(1)
        print("bell", time.monotonic())


async def main():
    task = asyncio.create_task(bell())
    await asyncio.sleep(0.5)
    with ThreadPoolExecutor() as pool:
        print("main blocks")
        print(pool.submit(job).result(), time.monotonic())
    await task


asyncio.run(main())
