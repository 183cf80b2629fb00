"""gather raises the first failure; the other job goes on to its end."""
import asyncio
import time


def job(name, minutes, good):
    time.sleep(minutes)
    print(name, "ends")
    if not good:
        raise ValueError(name)
    return name


async def main():
    try:
        await asyncio.gather(asyncio.to_thread(job, "a", 3, True), asyncio.to_thread(job, "b", 1, False),
                             asyncio.to_thread(job, "c", 2, False))
    except ValueError as e:
        print("caught", e)
    await asyncio.sleep(3)
    print(await asyncio.gather(asyncio.to_thread(job, "d", 1, False), asyncio.to_thread(job, "e", 1, True),
                               return_exceptions=True))


asyncio.run(main())
