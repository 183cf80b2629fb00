"""The blocking call

time.sleep() in a coroutine does not wait: it keeps the whole loop busy. Timers
come due, tasks are ready, and nobody can run.
"""
import asyncio
import time


async def bell():
    start = time.monotonic()
    for due in (1, 2, 3):
        await asyncio.sleep(1)
        #: The bell should ring every second. It says when it really did.
        print(f"bell: ring {due} at {time.monotonic() - start:.1f}")


async def polite():
    #: asyncio.sleep waits and lets the loop go on: the bell rings in time.
    await asyncio.sleep(1.5)
    print("polite: done")


async def rude():
    #: time.sleep holds the loop. The next ring, due in 0.5 s, will be late.
    time.sleep(2)
    print("rude: done")


async def main():
    ringing = asyncio.create_task(bell(), name="bell")
    await polite()
    await rude()
    #: Awaiting did not help: rude() never came to an await of its own.
    await ringing


asyncio.run(main())
