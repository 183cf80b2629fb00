"""A TaskGroup of jobs."""
import asyncio
import time


def job(name, minutes):
    time.sleep(minutes)
    print(name)
    return name


async def main():
    async with asyncio.TaskGroup() as tg:
        a = tg.create_task(asyncio.to_thread(job, "a", 2))
        b = tg.create_task(asyncio.to_thread(job, "b", 1))
        print("both submitted soon")
    print(a.result(), b.result())


asyncio.run(main())
