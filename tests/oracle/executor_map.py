"""map: results in the order of the arguments; two workers share the jobs."""
import time
from concurrent.futures import ThreadPoolExecutor


def chop(what, minutes):
    print("begin", what)
    time.sleep(minutes)
    print("end", what)
    return what.upper()


with ThreadPoolExecutor(max_workers=2) as pool:
    results = pool.map(chop, ["onion", "leek", "beans", "peas"], [3, 1, 1, 2])
    print("submitted")
    for result in results:
        print("->", result)
