"""shutdown(wait=False) returns at once; the queued jobs still run, and the program waits for them at its end."""
import time
from concurrent.futures import ThreadPoolExecutor


def job(n):
    time.sleep(1)
    print("job", n)


pool = ThreadPoolExecutor(1)
futures = [pool.submit(job, n) for n in range(3)]
pool.shutdown(wait=False)
print("shut down", [f.done() for f in futures], time.monotonic())
try:
    pool.submit(job, 3)
except RuntimeError as e:
    print(e)
futures[0].result()
print("main ends", time.monotonic())
