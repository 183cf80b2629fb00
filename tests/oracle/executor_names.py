"""Names of pools' workers count from 0, unnamed pools too."""
import threading
import time
from concurrent.futures import ThreadPoolExecutor


def who():
    time.sleep(1)
    return threading.current_thread().name


for pool in ThreadPoolExecutor(2), ThreadPoolExecutor(2), ThreadPoolExecutor(2, "cook"):
    with pool:
        print(sorted(f.result() for f in [pool.submit(who) for _ in range(2)]))
