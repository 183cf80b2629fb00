# Built-in functions not seen elsewhere.
print(abs(-3), divmod(9, 4), pow(2, 3), round(2.567, 1), hash("a") == hash("a"), id(None) == id(None))
print(min(3, 1, 2), max("b", "a"), min([], default="none"), max([1, -5], key=abs), sorted("bca", reverse=True))
print(all(x > 0 for x in [1, 2]), any(x > 5 for x in [1, 2]), list(map(str, [1, 2])), list(zip("ab", [1, 2], (True, False))))
print(chr(97), ord("é"), bin(5), oct(9), hex(31), len({"a": 1}), callable(len), isinstance([], (tuple, list)))
print(list(reversed([1, 2])), list(reversed(range(3))), tuple(reversed("ab")), sum([[1], [2]], []), list(iter("ab")))
print(type(5) is int, type(type(5)) is type, issubclass(bool, int), object() is None, str(object)[:8])
print(dict(zip("ab", range(2))), list(enumerate(["x"])), [*map(lambda x: x + 1, range(3))], [*filter(str.isdigit, "a1b2")])
values = iter([3, 2, 0, 5])
print(list(iter(lambda: next(values), 0)))
print(repr("x"), ascii("é"), format(1, "03"), str(1), getattr("abc", "upper")(), hasattr(5, "real"), bool([]))
print(sorted([("b", 1), ("a", 2)], key=lambda p: p[1]), max(["aa", "b"], key=len), min((1, "x"), (1, "a")))
print(__name__, isinstance(print, object), print.__name__, len.__name__)


def f(a, b):
    """Doc of f."""
    return a < b


print(f(1, 2), f.__name__, f.__doc__, (lambda: 0).__name__, f.__qualname__)
for bad in (lambda: len(None), lambda: int([]), lambda: next([]), lambda: iter(5), lambda: abs("a"), lambda: max(), lambda: sum(5),
            lambda: isinstance(1, 5), lambda: chr(-1), lambda: sorted(5), lambda: round("a"), lambda: range("a"), lambda: range(1, 2, 0),
            lambda: zip(1), lambda: undefined_name):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__, error)
