# 4.9, 4.10: the awaiter runs a tick after the task is done; awaiting one that is done does not wait.
import asyncio


async def worker():
    print("worker")
    return "dish"


async def main():
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(worker(), name="worker")
    loop.call_soon(print, "same batch as the worker")
    print(await task)
    loop.call_soon(print, "later than the second await")
    print(await task)
    await asyncio.sleep(0)


asyncio.run(main())
