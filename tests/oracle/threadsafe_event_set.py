"""A worker sets an event of the loop in the way that is allowed."""
import asyncio
import time


def job(loop, event):
    time.sleep(1)
    loop.call_soon_threadsafe(event.set)
    time.sleep(1)
    print("worker ends")


async def main():
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    f = loop.run_in_executor(None, job, loop, event)
    await event.wait()
    print("event at", loop.time() - start)
    await f


start = time.monotonic()
asyncio.run(main())
