"""A TaskGroup cancels the task that waits for a job; the job itself goes on."""
import asyncio
import time


def slow():
    time.sleep(3)
    print("slow: nobody told me")
    return "slow"


def bad():
    time.sleep(1)
    raise ValueError("bad")


async def main():
    try:
        async with asyncio.TaskGroup() as tg:
            task = tg.create_task(asyncio.to_thread(slow))
            tg.create_task(asyncio.to_thread(bad))
    except* ValueError as group:
        print(group.exceptions, task.cancelled())
    print("main ends, and the loop waits for the worker")


asyncio.run(main())
