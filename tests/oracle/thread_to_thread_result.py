"""to_thread: the job runs on a worker, its result comes back; the task waits meanwhile."""
import asyncio
import time


def chop(what, minutes):
    print("begin", what)
    time.sleep(minutes)
    print("end", what)
    return what + ", chopped"


async def main():
    print(await asyncio.to_thread(chop, "onion", 2))
    print(await asyncio.to_thread(chop, what="leek", minutes=0.5))


asyncio.run(main())
