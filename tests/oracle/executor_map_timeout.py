"""map with a time-out: it counts from the call."""
import time
from concurrent.futures import ThreadPoolExecutor


def job(n):
    time.sleep(n)
    return n


with ThreadPoolExecutor(3) as pool:
    try:
        for result in pool.map(job, [1, 2, 4, 5], timeout=3):
            print(result, time.monotonic())
    except TimeoutError as e:
        print("TimeoutError", str(e), time.monotonic())
print(time.monotonic())
