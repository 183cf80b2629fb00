# 4.3e: a finally that fails replaces the cancel; the first error is its context.
import asyncio


async def worker():
    try:
        await asyncio.sleep(10)
    finally:
        raise OSError("disk full")


async def main():
    task = asyncio.create_task(worker(), name="worker")
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.sleep(1)
    print(repr(task.exception()), repr(task.exception().__context__), task.cancelled())


asyncio.run(main())
