"""An exception comes back from a process as a copy."""
from concurrent.futures import ProcessPoolExecutor


class Burnt(Exception):
    pass


def fry(what):
    raise Burnt(what)


def main():
    with ProcessPoolExecutor(1) as pool:
        f = pool.submit(fry, "onion")
        try:
            f.result()
        except Burnt as e:
            print(type(e) is Burnt, e.args)
        print(repr(pool.submit(len, 3).exception()))


if __name__ == "__main__":
    main()
