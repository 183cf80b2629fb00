# 4.5, 4.6: cancel() of a waiting task cancels what it awaits; it hears of it in the next tick.
import asyncio


async def worker(future):
    try:
        await future
    except asyncio.CancelledError:
        print("worker: cancelled, and so is the future:", future.cancelled())
        raise


async def main():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(worker(future), name="worker")
    await asyncio.sleep(0)
    print(task.cancel(), future.cancelled(), task.done(), task.cancelling())
    await asyncio.sleep(0)
    print(task.cancelled())
    await asyncio.sleep(0)


asyncio.run(main())
