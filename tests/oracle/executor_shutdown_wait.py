"""shutdown(wait=True) waits for what runs and what is queued; submit is refused afterwards."""
import time
from concurrent.futures import ThreadPoolExecutor


def job(n):
    time.sleep(1)
    print("job", n)


pool = ThreadPoolExecutor(2)
for n in range(5):
    pool.submit(job, n)
pool.shutdown()
print(time.monotonic())
try:
    pool.submit(job, 5)
except RuntimeError as e:
    print(e)
pool.shutdown()
