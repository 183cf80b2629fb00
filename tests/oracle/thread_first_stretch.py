"""The job's first stretch stands where it was submitted."""
import asyncio
import time


def job(n):
    print("job", n, "begins")
    time.sleep(0.1)
    print("job", n, "ends")


async def main():
    loop = asyncio.get_running_loop()
    print("main: a")
    f = loop.run_in_executor(None, job, 1)
    print("main: b")
    g = loop.run_in_executor(None, job, 2)
    print("main: c")
    await asyncio.sleep(0)
    print("main: d")
    await f
    await g
    print("main: e")


asyncio.run(main())
