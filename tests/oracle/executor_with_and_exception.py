"""Leaving the with block by an exception waits for the jobs as well."""
import time
from concurrent.futures import ThreadPoolExecutor


def job():
    time.sleep(2)
    print("job ends")


try:
    with ThreadPoolExecutor() as pool:
        pool.submit(job)
        raise ValueError("main's")
except ValueError as e:
    print(e, time.monotonic())
