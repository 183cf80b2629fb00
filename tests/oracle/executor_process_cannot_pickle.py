"""What cannot be pickled cannot go to a process."""
from concurrent.futures import ProcessPoolExecutor


def main():
    def inner():
        return 1

    with ProcessPoolExecutor(1) as pool:
        for what in (lambda: 1), inner, (n for n in "abc"):
            f = pool.submit(len, what) if hasattr(what, "send") else pool.submit(what)
            print(type(f.exception()).__name__)
        print(pool.submit(len, "still works").result())


if __name__ == "__main__":
    main()
