"""More jobs than the default pool has workers (eight under the virtual clock): the rest queue."""
# the number of workers is the same on every machine under simmer's virtual clock
import asyncio
import time


def job(n):
    print("begin", n)
    time.sleep(1)
    return n


async def main():
    start = time.monotonic()
    print(await asyncio.gather(*(asyncio.to_thread(job, n) for n in range(20))))
    print(time.monotonic() - start)


asyncio.run(main())
