"""Two pools do not wait for each other."""
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor


def job(name):
    time.sleep(1)
    print(name)
    return name


async def main():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as a, ThreadPoolExecutor(1) as b:
        print(await asyncio.gather(*(loop.run_in_executor(p, job, n) for n, p in
                                     (("a1", a), ("a2", a), ("b1", b), ("a3", a), ("b2", b)))))
    print(loop.time() - start)


start = time.monotonic()
asyncio.run(main())
