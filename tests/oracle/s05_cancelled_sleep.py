# 5.2: the timer of a cancelled sleep goes when the sleeper unwinds, and never wakes the loop.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    task = asyncio.create_task(asyncio.sleep(100), name="sleeper")
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.sleep(1)
    print(loop.time() - start, task.cancelled())


asyncio.run(main())
