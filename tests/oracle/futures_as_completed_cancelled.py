"""A future that was cancelled in the queue is completed when a worker comes to it."""
import time
from concurrent.futures import ThreadPoolExecutor, as_completed


def job(n):
    time.sleep(n)
    return n


with ThreadPoolExecutor(1) as pool:
    futures = [pool.submit(job, n) for n in (2, 1, 3)]
    futures[1].cancel()
    for f in as_completed(futures):
        print(futures.index(f), f.cancelled(), time.monotonic())
