"""A worker completes a future of the loop, and puts into its queue."""
import asyncio
import time


def job(loop, future, queue):
    for i in range(2):
        time.sleep(1)
        loop.call_soon_threadsafe(queue.put_nowait, i)
    loop.call_soon_threadsafe(future.set_result, "from the worker")


async def main():
    loop = asyncio.get_running_loop()
    future, queue = loop.create_future(), asyncio.Queue()
    loop.run_in_executor(None, job, loop, future, queue)
    print(await queue.get())
    print(await future)
    print(queue.get_nowait(), loop.time())


asyncio.run(main())
