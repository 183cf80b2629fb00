"""The worker's patience ends; it cancels the coroutine."""
import asyncio
import time


async def slow():
    try:
        await asyncio.sleep(5)
    except asyncio.CancelledError:
        print("slow is cancelled")
        raise


def job(loop):
    future = asyncio.run_coroutine_threadsafe(slow(), loop)
    try:
        future.result(timeout=1)
    except TimeoutError:
        print("worker gives up", future.cancel())
    time.sleep(1)
    return future.cancelled()


async def main():
    print(await asyncio.to_thread(job, asyncio.get_running_loop()))


asyncio.run(main())
