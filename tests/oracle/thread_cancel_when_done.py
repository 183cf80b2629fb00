"""The job has ended and its copy is on the ready queue when the waiter is cancelled."""
import asyncio
import time


def job():
    time.sleep(1)
    return "late"


async def main():
    task = asyncio.create_task(asyncio.to_thread(job))
    asyncio.get_running_loop().call_later(1, task.cancel)
    try:
        print(await task)
    except asyncio.CancelledError:
        print("cancelled at the same instant")
    print(task.cancelled())


asyncio.run(main())
