"""One cook, two dishes

Both dishes make progress during the same time, never at the same instant: while one
of them has the cook's hands, the other one waits.
"""
import asyncio
import time


def hands(minutes, done):
    time.sleep(minutes)         # busy: nobody else gets the cook
    print(done)


async def rice():
    for step in ("fried", "stirred", "tasted"):
        hands(2, "rice: " + step)
        #: After each piece of work the cook looks up: whose turn is it now?
        await asyncio.sleep(0)


async def chop():
    for what, minutes in ("onions", 3), ("peas", 2):
        hands(minutes, "chop: " + what)
        await asyncio.sleep(0)


async def main():
    start = time.monotonic()
    #: Two tasks, one thread: they take turns.
    await asyncio.gather(rice(), chop())
    #: 6 minutes of rice and 5 of chopping are 11. Concurrency adds no hands.
    print(f"ready after {time.monotonic() - start:.0f} minutes")


asyncio.run(main())
