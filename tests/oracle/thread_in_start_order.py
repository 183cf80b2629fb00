"""Workers that wake at the same instant go on in the order in which they began."""
import asyncio
import time


def job(name):
    for i in range(3):
        print(name, i)
        time.sleep(1)
    return name


async def main():
    print(await asyncio.gather(*(asyncio.to_thread(job, n) for n in "dbca")))


asyncio.run(main())
