"""as_completed with a time-out."""
import time
from concurrent.futures import ThreadPoolExecutor, as_completed


def job(n):
    time.sleep(n)
    return n


with ThreadPoolExecutor() as pool:
    try:
        for f in as_completed([pool.submit(job, n) for n in (1, 3, 2, 5)], timeout=2.5):
            print(f.result())
    except TimeoutError as e:
        print(e, time.monotonic())
