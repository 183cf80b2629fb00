"""A job that no worker has taken yet can be cancelled: it never runs."""
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor


def chop(what):
    print("chop", what)
    time.sleep(2)
    return what


async def main():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as pool:
        a = loop.run_in_executor(pool, chop, "a")
        b = loop.run_in_executor(pool, chop, "b")
        c = loop.run_in_executor(pool, chop, "c")
        await asyncio.sleep(1)
        print(b.cancel(), a.done(), b.cancelled())
        await asyncio.sleep(0)
        print(await a, await c)
        try:
            await b
        except asyncio.CancelledError:
            print("b was cancelled")


asyncio.run(main())
