# 8.2, 4.5: a timeout around an awaited task cancels that task.
import asyncio


async def worker():
    try:
        await asyncio.sleep(5)
    finally:
        print("worker ends")


async def main():
    task = asyncio.create_task(worker(), name="worker")
    try:
        async with asyncio.timeout(1):
            await task
    except TimeoutError:
        print(task.cancelled())


asyncio.run(main())
