"""gather: all of them, in order

gather makes a task of every coroutine, waits until all are done, and returns their
results in the order of its arguments, whoever was done first.
"""
import asyncio
import time


async def worker(name, seconds):
    print(f"{name}: starts")
    await asyncio.sleep(seconds)
    #: B is done before A. Its result waits on the shelf until the others are done.
    print(f"{name}: done")
    return f"result of {name}"


async def main():
    start = time.monotonic()
    #: One line makes two tasks, and main waits for both of them.
    results = await asyncio.gather(worker("A", 2), worker("B", 1))
    #: A list in the order of the arguments: A first, although B was done first.
    print("main:", results)
    print(f"main: both took {time.monotonic() - start:.0f} seconds")


asyncio.run(main())
