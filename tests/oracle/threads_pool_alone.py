"""concurrent.futures without asyncio: submit, result, map, wait, as_completed, shutdown."""
import concurrent.futures as cf
import time


def work(n):
    time.sleep(n)
    print("worked", n, "at", time.monotonic())
    if n == 2:
        raise ValueError("two")
    return n * n


with cf.ThreadPoolExecutor(max_workers=3) as pool:
    fs = [pool.submit(work, n) for n in (3, 1, 2)]
    print([f.running() for f in fs], [f.done() for f in fs])
    for f in cf.as_completed(fs):
        print(f.exception(), None if f.exception() else f.result(), time.monotonic())
    print(fs[0].result())
    try:
        fs[2].result()
    except ValueError as e:
        print("caught", e)

    print(list(pool.map(work, [1, 3, 0])))
    try:
        for r in pool.map(work, [1, 2, 3]):
            print(r)
    except ValueError as e:
        print("map:", e)

    a, b = pool.submit(work, 1), pool.submit(work, 5)
    done, not_done = cf.wait([a, b], timeout=3)
    print(a in done, b in not_done, time.monotonic())
    done, not_done = cf.wait([a, b], return_when=cf.FIRST_COMPLETED)
    print(len(done), len(not_done))
    try:
        b.result(timeout=1)
    except cf.TimeoutError as e:
        print("timeout", repr(e), time.monotonic())
    print(b.cancel(), b.done(), b.result())
    print(b.done(), b.running(), b.cancelled())
    b.add_done_callback(lambda f: print("called back", f.result()))

with cf.ThreadPoolExecutor(1) as pool:
    first = pool.submit(work, 1)
    second = pool.submit(work, 1)
    second.add_done_callback(lambda f: print("second:", f.cancelled()))
    print(second.cancel(), second.cancel(), first.cancel())
    try:
        second.result()
    except cf.CancelledError as e:
        print(repr(e))
    third = pool.submit(work, 1)
    fourth = pool.submit(work, 1)
    pool.shutdown(wait=False, cancel_futures=True)
    print(third.cancelled(), fourth.cancelled(), first.cancelled())
    try:
        pool.submit(work, 1)
    except RuntimeError as e:
        print(e)
try:
    cf.ThreadPoolExecutor(0)
except ValueError as e:
    print(e)
f = cf.Future()
print(f.done(), f.set_running_or_notify_cancel(), f.running())
f.set_result(5)
try:
    f.set_result(6)
except cf.InvalidStateError as e:
    print(type(e), str(e).split(":")[0])
print(time.monotonic())
