"""Plain await: one after another

`await worker(...)` runs a coroutine and waits for its result, right there.
Two such lines in a row are two waits in a row.
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
    #: Worker A runs inside main's own task. There is no other task here.
    result = await worker("A", 2)
    print("main:", result)
    #: Only now is worker B made. While A slept, nobody else was there to run.
    result = await worker("B", 1)
    print("main:", result)
    #: 2 + 1 = 3 seconds: one wait after the other, however often it says await.
    print(f"main: both took {time.monotonic() - start:.0f} seconds")


asyncio.run(main())
