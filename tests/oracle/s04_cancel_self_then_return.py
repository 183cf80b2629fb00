# 4.3e, 4.5: cancelled in its last step, the task ends as cancelled; its value is lost.
import asyncio


async def worker():
    asyncio.current_task().cancel()
    return "lost"


async def main():
    task = asyncio.create_task(worker(), name="worker")
    try:
        print(await task)
    except asyncio.CancelledError:
        print("cancelled:", task.cancelled())


asyncio.run(main())
