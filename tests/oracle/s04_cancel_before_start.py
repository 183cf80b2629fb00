# 4.3d: a task cancelled before its first step never enters its body, nor its finally.
import asyncio


async def worker():
    try:
        print("never entered")
    finally:
        print("never cleaned up")


async def main():
    task = asyncio.create_task(worker(), name="worker")
    print(task.cancel(), task.done(), task.cancelling())
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled:", task.cancelled())


asyncio.run(main())
