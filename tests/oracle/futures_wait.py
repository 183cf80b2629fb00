"""concurrent.futures.wait: all, the first, the first that fails, and with a time-out."""
import time
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, ThreadPoolExecutor, wait


def job(n, good=True):
    time.sleep(n)
    if not good:
        raise ValueError(n)
    return n


def show(futures, done, not_done):
    print([f in done for f in futures], [f in not_done for f in futures], time.monotonic())


with ThreadPoolExecutor(4) as pool:
    futures = [pool.submit(job, 3), pool.submit(job, 1), pool.submit(job, 2, False), pool.submit(job, 4)]
    show(futures, *wait(futures, timeout=0.5))
    show(futures, *wait(futures, return_when=FIRST_COMPLETED))
    show(futures, *wait(futures, return_when=FIRST_COMPLETED))
    show(futures, *wait(futures, return_when=FIRST_EXCEPTION))
    result = wait(futures, 10, ALL_COMPLETED)
    show(futures, result.done, result.not_done)
