# 4.5: a task whose wake-up is in the ready queue already gets CancelledError there all the same.
import asyncio


async def worker(future):
    try:
        print("worker got", await future)
    except asyncio.CancelledError:
        print("worker cancelled although the result was there:", future.result())


async def main():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(worker(future), name="worker")
    await asyncio.sleep(0)
    future.set_result("dish")
    print(task.cancel())
    await task
    print(task.cancelled())


asyncio.run(main())
