"""Cancelling the task that waits for a running job: the task stops waiting, the job goes on."""
import asyncio
import time


def chop():
    for i in range(4):
        time.sleep(1)
        print("chop", i)
    return "all"


async def main():
    task = asyncio.create_task(asyncio.to_thread(chop))
    await asyncio.sleep(1.5)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("no longer waiting")
    await asyncio.sleep(1)
    print("main ends")


asyncio.run(main())
