# 4.5: a cancelled task may await in its finally; whoever awaits it waits for that.
import asyncio


async def worker():
    try:
        await asyncio.sleep(10)
    finally:
        print("cleaning")
        await asyncio.sleep(2)
        print("clean")


async def main():
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(worker(), name="worker")
    await asyncio.sleep(1)
    start = loop.time()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print(loop.time() - start)


asyncio.run(main())
