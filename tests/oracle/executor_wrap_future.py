"""asyncio.wrap_future: a concurrent future that can be awaited."""
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor


def job(n):
    time.sleep(n)
    return n


async def main():
    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(job, n) for n in (2, 1)]
        wrapped = [asyncio.wrap_future(f) for f in futures]
        print(await asyncio.gather(*wrapped))
        print(await asyncio.wrap_future(futures[0]))


asyncio.run(main())
