# 6.3, 6.5: a cancelled gather raises CancelledError once all have ended, return_exceptions or not.
import asyncio


async def worker(delay):
    try:
        await asyncio.sleep(10)
    finally:
        await asyncio.sleep(delay)
        print("cleaned up in", delay)


async def waiter():
    return await asyncio.gather(worker(2), worker(1), return_exceptions=True)


async def main():
    task = asyncio.create_task(waiter(), name="waiter")
    await asyncio.sleep(1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("main")


asyncio.run(main())
