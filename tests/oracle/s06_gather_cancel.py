# 6.5: cancelling the gatherer cancels the children, in order; the gather ends when they have.
import asyncio


async def worker(name):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise


async def waiter():
    try:
        await asyncio.gather(worker("a"), worker("b"), worker("c"))
    except asyncio.CancelledError:
        print("waiter cancelled")
        raise


async def main():
    task = asyncio.create_task(waiter(), name="waiter")
    await asyncio.sleep(1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("main")


asyncio.run(main())
