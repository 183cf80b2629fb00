"""Cancelling: a queued job never starts, a running one goes on and its result is lost."""
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor


def chop(what, minutes):
    print("begin", what)
    time.sleep(minutes)
    print("end", what, "at", time.monotonic())
    return what


async def wait_for_it(pool, what, minutes):
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, chop, what, minutes)
    except asyncio.CancelledError:
        print("stopped waiting for", what)
        raise


async def main():
    with ThreadPoolExecutor(1) as pool:
        running = asyncio.create_task(wait_for_it(pool, "running", 3), name="running")
        queued = asyncio.create_task(wait_for_it(pool, "queued", 1), name="queued")
        last = asyncio.create_task(wait_for_it(pool, "last", 1), name="last")
        await asyncio.sleep(1)
        running.cancel()
        queued.cancel()
        print(await asyncio.gather(running, queued, return_exceptions=True))
        print(await last)
    try:
        async with asyncio.timeout(1):
            await asyncio.to_thread(chop, "too long", 2)
    except TimeoutError:
        print("timeout at", time.monotonic())


asyncio.run(main())
print("end at", time.monotonic())
