"""What pools refuse."""
from concurrent.futures import ThreadPoolExecutor

for n in 0, -1:
    try:
        ThreadPoolExecutor(n)
    except ValueError as e:
        print(e)
with ThreadPoolExecutor(1) as pool:
    f = pool.submit(len)
    print(type(f.exception()).__name__, f.exception())
    try:
        pool.submit()
    except TypeError as e:
        print("TypeError")
    f = pool.submit(None)
    print(type(f.exception()).__name__, f.exception())
