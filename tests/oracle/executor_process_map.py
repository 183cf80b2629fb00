"""A ProcessPoolExecutor: jobs in other processes, arguments and results by copy."""
import time
from concurrent.futures import ProcessPoolExecutor


def square(n):
    time.sleep(1)
    return n * n


def main():
    with ProcessPoolExecutor(max_workers=2) as pool:
        print(list(pool.map(square, range(5))), time.monotonic())
        print(list(pool.map(square, range(4), chunksize=2)), time.monotonic())
        f = pool.submit(square, 12)
        print(f.done(), f.result())


if __name__ == "__main__":
    main()
