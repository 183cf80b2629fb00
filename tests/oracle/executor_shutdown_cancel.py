"""shutdown(cancel_futures=True) drops what is queued."""
import time
from concurrent.futures import ThreadPoolExecutor


def job(n):
    time.sleep(1)
    print("job", n)
    return n


pool = ThreadPoolExecutor(2)
futures = [pool.submit(job, n) for n in range(5)]
time.sleep(1.5)
pool.shutdown(cancel_futures=True)
print([f.cancelled() for f in futures], time.monotonic())
