"""A pool of two cooks and five orders: names, queueing, results, callbacks."""
import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor


def cook(order):
    name = threading.current_thread().name
    print(f"{name} begins {order}")
    time.sleep(order)
    print(f"{name} ends {order} at {time.monotonic()}")
    return order * 10


async def main():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="cook") as pool:
        futures = [loop.run_in_executor(pool, cook, n) for n in (3, 1, 2, 1, 1)]
        for f in futures:
            f.add_done_callback(lambda f: print("done", f.result()))
        print("submitted")
        print(await asyncio.gather(*futures))
    print(await loop.run_in_executor(None, cook, 1))
    print(await loop.run_in_executor(None, cook, 0))
    a = loop.run_in_executor(None, cook, 2)
    b = loop.run_in_executor(None, cook, 1)
    print(await b, await a)


asyncio.run(main())
