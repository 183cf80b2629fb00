"""result() with a time-out."""
import time
from concurrent.futures import ThreadPoolExecutor, TimeoutError as FuturesTimeout

with ThreadPoolExecutor() as pool:
    f = pool.submit(time.sleep, 2)
    for limit in 0, 0.5, 1:
        try:
            f.result(timeout=limit)
        except TimeoutError as e:
            print("not yet", time.monotonic(), type(e) is FuturesTimeout, str(e))
    print(f.result(1), time.monotonic())
    try:
        pool.submit(time.sleep, 1).exception(timeout=0.25)
    except TimeoutError:
        print("nor this", time.monotonic())
print(time.monotonic())
