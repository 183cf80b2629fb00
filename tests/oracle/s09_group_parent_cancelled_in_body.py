# 9.4a, 9.4c: the same while the body still runs.
import asyncio


async def worker():
    try:
        await asyncio.sleep(10)
    finally:
        print("worker ends")


async def parent():
    async with asyncio.TaskGroup() as tg:
        tg.create_task(worker(), name="worker")
        await asyncio.sleep(5)
        print("not reached")


async def main():
    task = asyncio.create_task(parent(), name="parent")
    await asyncio.sleep(1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print(task.cancelled())


asyncio.run(main())
