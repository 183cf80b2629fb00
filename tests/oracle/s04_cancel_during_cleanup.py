# 4.5: a second cancel interrupts the clean-up.
import asyncio


async def worker():
    try:
        await asyncio.sleep(10)
    finally:
        try:
            print("cleaning")
            await asyncio.sleep(10)
            print("not reached")
        finally:
            print("interrupted")


async def main():
    task = asyncio.create_task(worker(), name="worker")
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.sleep(1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print(task.cancelling(), task.cancelled())


asyncio.run(main())
