# 4.5: cancelling a task that is done does nothing.
import asyncio


async def worker():
    return 1


async def main():
    task = asyncio.create_task(worker())
    await task
    print(task.cancel(), task.cancelled(), task.cancelling(), task.result())


asyncio.run(main())
