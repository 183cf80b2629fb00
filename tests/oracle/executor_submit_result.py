"""submit, and result() on the main thread: time passes while it waits."""
import time
from concurrent.futures import ThreadPoolExecutor


def job(name, minutes):
    print(name, "begins")
    time.sleep(minutes)
    print(name, "ends")
    return name


pool = ThreadPoolExecutor(2)
a = pool.submit(job, "a", 2)
b = pool.submit(job, "b", minutes=1)
print(a.done(), a.running(), b.done())
print(a.result(), time.monotonic())
print(b.done(), b.result(), b.exception())
pool.shutdown()
