"""A job with a pool of its own."""
import time
from concurrent.futures import ThreadPoolExecutor


def inner(n):
    print("inner", n)
    time.sleep(n)
    print("inner ends", n)
    return n * 10


def outer():
    print("outer")
    with ThreadPoolExecutor(2, "inner") as pool:
        futures = [pool.submit(inner, n) for n in (2, 1)]
        print("outer waits")
        return [f.result() for f in futures]


with ThreadPoolExecutor(1) as pool:
    f = pool.submit(outer)
    print("main waits")
    print(f.result(), time.monotonic())
