"""The event loop switches at await

One loop, one thread: it lets one task run until that task has to wait, and then
takes the next one that is ready. Between two waits nobody interrupts a task.
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
    print(f"{pot}: done")


async def main():
    #: Two tasks for the loop to choose from. It starts them in the order in which they came.
    soup = asyncio.create_task(stir("soup", 2), name="soup")
    sauce = asyncio.create_task(stir("sauce", 3), name="sauce")
    #: main waits too. If nobody is ready, the loop itself sleeps until its next timer.
    await soup
    await sauce
    print("two pots, one spoon, six minutes")


asyncio.run(main())
