# 8.5: cancelling the one that waits cancels what it waits for: no TimeoutError.
import asyncio


async def worker():
    try:
        await asyncio.sleep(10)
    finally:
        print("worker ends")


async def waiter():
    try:
        await asyncio.wait_for(worker(), 5)
    except TimeoutError:
        print("never")


async def main():
    task = asyncio.create_task(waiter(), name="waiter")
    await asyncio.sleep(1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print(task.cancelled())


asyncio.run(main())
