"""TaskGroup: nobody is left behind

A task group is a block: tasks are made inside it, and it is left only when
every one of them has ended. What begins in it ends in it.
"""
import asyncio
import time


async def worker(name, seconds):
    print(f"{name}: starts")
    await asyncio.sleep(seconds)
    print(f"{name}: done")
    return f"result of {name}"


async def main():
    start = time.monotonic()
    #: Entering the group does not wait. Tasks made with tg belong to it.
    async with asyncio.TaskGroup() as tg:
        a = tg.create_task(worker("A", 2), name="A")
        b = tg.create_task(worker("B", 1), name="B")
        #: Here the block ends, and main waits: no task of the group is forgotten.
        print("main: at the end of the block")
    #: Both have ended, so both results are there.
    print("main:", a.result(), "and", b.result())
    print(f"main: both took {time.monotonic() - start:.0f} seconds")


asyncio.run(main())
