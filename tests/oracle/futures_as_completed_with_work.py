"""as_completed with work in between: what ended meanwhile comes in the order in which it ended."""
import time
from concurrent.futures import ThreadPoolExecutor, as_completed


def job(n):
    time.sleep(n)
    return n


with ThreadPoolExecutor(5) as pool:
    futures = [pool.submit(job, n) for n in (4, 1, 3, 2)]
    for f in as_completed(futures):
        print(f.result(), time.monotonic())
        time.sleep(2.5)
