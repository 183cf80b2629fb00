"""gather gives results in the order of its arguments, whichever worker ends first."""
import asyncio
import time


def job(n):
    time.sleep(n)
    print("end", n)
    return n * 10


async def main():
    print(await asyncio.gather(*(asyncio.to_thread(job, n) for n in (3, 1, 2))))
    loop = asyncio.get_running_loop()
    print(await asyncio.gather(*(loop.run_in_executor(None, job, n) for n in (0.3, 0.1, 0.2))))


asyncio.run(main())
