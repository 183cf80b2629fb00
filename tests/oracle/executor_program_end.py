"""The program's end waits for the jobs of pools that nobody shut down."""
import time
from concurrent.futures import ThreadPoolExecutor


def job(n):
    time.sleep(n)
    print("job", n)


pool = ThreadPoolExecutor(2)
for n in 2, 1, 3:
    pool.submit(job, n)
print("main ends")
