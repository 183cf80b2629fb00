"""cancel(): a queued job can be cancelled, a running or finished one cannot."""
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor


def job(name):
    print(name)
    time.sleep(1)
    return name


with ThreadPoolExecutor(1) as pool:
    a, b, c = (pool.submit(job, name) for name in "abc")
    print(a.cancel(), b.cancel(), b.cancel())
    print(a.running(), b.cancelled(), b.done(), c.running(), c.done())
    try:
        b.result()
    except CancelledError:
        print("b is cancelled")
    try:
        b.exception()
    except CancelledError:
        print("b has no exception either")
    print(a.result(), a.cancel())
    print(c.result())
