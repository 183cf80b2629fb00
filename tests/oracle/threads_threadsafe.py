"""From a worker to the loop: call_soon_threadsafe, run_coroutine_threadsafe."""
import asyncio
import time


async def ask(n):
    print("asked", n)
    await asyncio.sleep(1)
    return n + 1


def report(text):
    print("loop says", text)


def worker(loop, event, queue):
    time.sleep(1)
    loop.call_soon_threadsafe(report, "hello")
    loop.call_soon_threadsafe(queue.put_nowait, "from the worker")
    time.sleep(1)
    future = asyncio.run_coroutine_threadsafe(ask(41), loop)
    print("answer", future.result(), time.monotonic())
    loop.call_soon_threadsafe(event.set)
    try:
        asyncio.get_running_loop()
    except RuntimeError as e:
        print(e)


async def main():
    loop = asyncio.get_running_loop()
    event, queue = asyncio.Event(), asyncio.Queue()
    job = asyncio.create_task(asyncio.to_thread(worker, loop, event, queue), name="job")
    print(await queue.get())
    await event.wait()
    print("event at", time.monotonic())
    await job
    future = asyncio.run_coroutine_threadsafe(ask(1), loop)
    print(await asyncio.wrap_future(future))


asyncio.run(main())
