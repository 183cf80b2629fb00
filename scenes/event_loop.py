"""The event loop switches at await

One loop, one thread: a task runs until it has to wait, then the next one that
is ready. Between two waits nobody interrupts it.
"""
import asyncio


async def taste(pot):
    return f"{pot}: a pinch of salt"


async def stir(pot, pause):
    for turn in (1, 2):
        print(f"{pot}: stir {turn}")
        #: taste() never waits, so this await goes straight through. The loop does not switch.
        print(await taste(pot))
        #: Now this pot has to wait. The loop takes the next task that is ready.
        await asyncio.sleep(pause)
    #: Nobody was ready, so the loop itself slept until this pot's timer.
    print(f"{pot}: done")


async def main():
    #: Two tasks for the loop. It will start them in the order they came in.
    soup = asyncio.create_task(stir("soup", 2), name="soup")
    sauce = asyncio.create_task(stir("sauce", 3), name="sauce")
    #: main waits, too, and lets go of the loop. First in the queue: soup.
    await soup
    await sauce
    #: 4 minutes of soup, 6 of sauce, in 6: they waited at the same time.
    print("two pots, one spoon, six minutes")


asyncio.run(main())
