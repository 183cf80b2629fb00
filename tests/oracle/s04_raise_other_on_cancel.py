# 4.3e: a task that answers a cancel with another exception has failed, not been cancelled.
import asyncio


async def worker():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        raise ValueError("instead")


async def main():
    task = asyncio.create_task(worker(), name="worker")
    await asyncio.sleep(1)
    task.cancel()
    try:
        await task
    except ValueError as error:
        print(error, task.cancelled(), repr(error.__context__))


asyncio.run(main())
