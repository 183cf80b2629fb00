"""What the job's first stretch posts stands where it was submitted."""
import asyncio
import time


def job(loop):
    loop.call_soon_threadsafe(print, "posted")
    print("worker has posted")


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(print, "before")
    f = loop.run_in_executor(None, job, loop)
    loop.call_soon(print, "after")
    await f
    print("main")


asyncio.run(main())
