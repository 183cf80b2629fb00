# 8.5: with no time a running task is cancelled, and waited for.
import asyncio


async def worker():
    try:
        await asyncio.sleep(10)
    finally:
        await asyncio.sleep(1)
        print("worker ends")


async def main():
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(worker(), name="worker")
    await asyncio.sleep(1)
    try:
        await asyncio.wait_for(task, 0)
    except TimeoutError:
        print(loop.time(), task.cancelled())


asyncio.run(main())
