"""concurrent.futures.as_completed: in the order of completion."""
import time
from concurrent.futures import ThreadPoolExecutor, as_completed


def job(n):
    time.sleep(n)
    return n


with ThreadPoolExecutor(5) as pool:
    for f in as_completed([pool.submit(job, n) for n in (3, 1, 4, 2)]):
        print(f.result(), time.monotonic())
    futures = {pool.submit(job, n): f"n{n}" for n in (2, 1)}
    for f in as_completed(futures):
        print(futures[f], f.result())
