"""Cancelling the task that waits for a queued job takes the job out of the queue."""
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor


def chop(what, minutes):
    time.sleep(minutes)
    print("chopped", what)


async def order(pool, what, minutes):
    try:
        await asyncio.get_running_loop().run_in_executor(pool, chop, what, minutes)
    except asyncio.CancelledError:
        print(what, "is not wanted any more")
        raise


async def main():
    with ThreadPoolExecutor(1) as pool:
        tasks = [asyncio.create_task(order(pool, w, 2)) for w in ("onion", "leek", "beans")]
        await asyncio.sleep(1)
        tasks[1].cancel()
        await asyncio.wait(tasks)
    print([t.cancelled() for t in tasks])


asyncio.run(main())
