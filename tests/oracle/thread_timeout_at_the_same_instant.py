"""A job and its time-out end at the same instant: the job's end was appended first."""
import asyncio
import time


async def attempt(limit):
    try:
        async with asyncio.timeout(limit):
            await asyncio.to_thread(time.sleep, 1)
            print("in time")
    except TimeoutError:
        print("timed out")


async def main():
    await attempt(1)
    await attempt(0.5)
    await attempt(2)


asyncio.run(main())
