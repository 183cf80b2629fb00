"""Two cooks

The same two dishes. One cook fries the rice, the other chops, at the same instant:
to_thread gives each a worker, a thread of its own.
"""
import asyncio
import time


def hands(minutes, done):
    time.sleep(minutes)         # busy: but only this worker
    print(done)


def rice():
    for step in ("fried", "stirred", "tasted"):
        #: The first cook never looks up, and need not: nobody else waits for these hands.
        hands(2, "rice: " + step)


def chop():
    for what, minutes in ("onions", 3), ("peas", 2):
        #: The second cook chops while the first one fries. That is parallelism.
        hands(minutes, "chop: " + what)


async def main():
    start = time.monotonic()
    #: The loop now waits for two workers. It is free for anything else.
    await asyncio.gather(asyncio.to_thread(rice), asyncio.to_thread(chop))
    #: The 11 minutes of work took 6, as long as the longer half of it.
    print(f"ready after {time.monotonic() - start:.0f} minutes")


asyncio.run(main())
