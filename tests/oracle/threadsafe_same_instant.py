"""Two workers post at the same instant, when a timer is due: the workers first, in the order in which they began."""
import asyncio
import time


def job(loop, name):
    time.sleep(1)
    loop.call_soon_threadsafe(print, name, 1)
    loop.call_soon_threadsafe(print, name, 2)


async def main():
    loop = asyncio.get_running_loop()
    loop.call_later(1, print, "timer")
    a = loop.run_in_executor(None, job, loop, "a")
    b = loop.run_in_executor(None, job, loop, "b")
    await asyncio.gather(b, a)


asyncio.run(main())
