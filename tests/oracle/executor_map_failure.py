"""map: the failure is raised where its result would come; what is queued is then cancelled."""
import time
from concurrent.futures import ThreadPoolExecutor


def job(n):
    print("begin", n)
    time.sleep(1)
    if n == 1:
        raise ValueError(n)
    return n


with ThreadPoolExecutor(1) as pool:
    try:
        for result in pool.map(job, range(5)):
            print("->", result)
    except ValueError as e:
        print("failed", e)
print("closed")
