# 4.3e, 3.6: awaiting what is done does not suspend, so the request waits for a real await.
import asyncio


async def worker():
    asyncio.current_task().cancel()
    future = asyncio.get_running_loop().create_future()
    future.set_result("still served")
    print(await future)
    await asyncio.sleep(0)
    print("not reached")


async def main():
    task = asyncio.create_task(worker())
    await asyncio.sleep(0.5)
    print(task.cancelled())


asyncio.run(main())
