"""A job's exception: exception() gives it, result() raises it, again and again."""
from concurrent.futures import ThreadPoolExecutor


class Burnt(Exception):
    def __init__(self, what, minutes):
        super().__init__(what, minutes)
        self.minutes = minutes


def fry(what):
    try:
        {}[what]
    except KeyError as e:
        raise Burnt(what, 3) from e


with ThreadPoolExecutor() as pool:
    f = pool.submit(fry, "onion")
    e = f.exception()
    print(repr(e), e.minutes, repr(e.__cause__))
    for _ in range(2):
        try:
            f.result()
        except Burnt as e:
            print("caught", e)
    print(f.done(), f.cancelled(), f.running())
