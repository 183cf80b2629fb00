# 8.3: cancelled from outside as well: the cancel wins over the timeout.
import asyncio


async def worker():
    try:
        async with asyncio.timeout(1):
            try:
                await asyncio.sleep(5)
            finally:
                await asyncio.sleep(1)
    except TimeoutError:
        print("timed out")
    except asyncio.CancelledError:
        print("cancelled")
        raise


async def main():
    for delay in (0.5, 1.5, 5):
        task = asyncio.create_task(worker(), name=f"worker {delay}")
        timer = asyncio.get_running_loop().call_later(delay, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            print(task.cancelled(), task.cancelling())
        timer.cancel()


asyncio.run(main())
