"""call_soon_threadsafe: a worker appends a callback to the loop's queue."""
import asyncio
import time


def job(loop, n):
    for i in range(3):
        time.sleep(n)
        loop.call_soon_threadsafe(print, "callback", n, i)
        print("worker", n, i)
    return n


async def main():
    loop = asyncio.get_running_loop()
    print(await asyncio.gather(loop.run_in_executor(None, job, loop, 1), loop.run_in_executor(None, job, loop, 0.5)))


asyncio.run(main())
