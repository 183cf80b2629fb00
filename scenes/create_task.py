"""create_task: soon, not now

A task wraps a coroutine and puts it in the loop's ready queue. It does not
start at once, but when the task that made it lets go of the loop.
"""
import asyncio
import time


async def worker(name, seconds):
    #: The first line of the worker runs only now that main waits.
    print(f"{name}: starts")
    await asyncio.sleep(seconds)
    print(f"{name}: done")
    return f"result of {name}"


async def main():
    start = time.monotonic()
    #: From here on A is ready. Ready is not running: main has the loop.
    task = asyncio.create_task(worker("A", 2), name="A")
    other = asyncio.create_task(worker("B", 1), name="B")
    print("main: both tasks are made, neither has started")
    #: main waits for A, and so lets go. The loop starts A, then B.
    result = await task
    print("main:", result)
    #: B was done a second ago. Awaiting a task that is done does not wait.
    result = await other
    print("main:", result)
    #: 2 seconds, as long as the longest. In turn it would have been 3.
    print(f"main: both took {time.monotonic() - start:.0f} seconds")


asyncio.run(main())
