"""time.sleep in a coroutine blocks the loop, but not the workers."""
import asyncio
import time


def job():
    for i in range(4):
        time.sleep(0.5)
        print("job", i)
    return "done"


async def main():
    start = time.monotonic()
    task = asyncio.create_task(asyncio.to_thread(job))
    await asyncio.sleep(0)
    print("main blocks")
    time.sleep(1)
    print("main goes on")
    time.sleep(3)
    print("it ended long ago", task.done())
    print(await task, time.monotonic() - start)


asyncio.run(main())
