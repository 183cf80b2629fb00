"""Done callbacks run once, in order; on one that is done, at once; a failing one is logged."""
import time
from concurrent.futures import ThreadPoolExecutor


def job(n):
    time.sleep(n)
    return n


with ThreadPoolExecutor(1) as pool:
    f = pool.submit(job, 1)
    f.add_done_callback(lambda f: print("first", f.result()))
    f.add_done_callback(lambda f: print("second", f.done()))
    g = pool.submit(job, 1)
    g.add_done_callback(lambda f: print("cancelled", f.cancelled()))
    print("cancel", g.cancel())
    print("result", f.result())
    f.add_done_callback(lambda f: print("late", f.result()))
print("end")
