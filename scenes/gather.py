"""gather: all of them, in order

gather makes a task of every coroutine, waits for all of them, and returns
their results in the order of its arguments.
"""
import asyncio
import time


async def worker(name, seconds):
    print(f"{name}: starts")
    await asyncio.sleep(seconds)
    #: worker 2, that is B, is done first. Its result waits for that of A.
    print(f"{name}: done")
    return f"result of {name}"


async def main():
    start = time.monotonic()
    #: Two tasks in one line: worker is A, worker 2 is B. main waits for both.
    results = await asyncio.gather(worker("A", 2), worker("B", 1))
    #: The list is in the order of the arguments, although B was done first.
    print("main:", results)
    print(f"main: both took {time.monotonic() - start:.0f} seconds")


asyncio.run(main())
