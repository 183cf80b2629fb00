# repr and str of everything, nested.
class Plain:
    pass


class Named:
    def __repr__(self):
        return "<named>"


print([1, "a", None, True, 1.5, (1,), (), [], {}, {"k": "v"}, {1}, set(), range(3), Named()])
print((1, 2), (1,), ((),), [(), [[]]], {"a": {"b": [1, ("x",)]}}, {"q'": 'd"'})
print(str([Named()]), str("s"), repr("s"), ["it's"], str(None), repr(True), [b"bytes\x00\xff"])
print(int, str, list, dict, ValueError, Plain.__name__, type(1), type(None), type(print).__name__, type(Plain()).__name__)
print(repr(Plain()).split(" at ")[0], repr(Plain).split(".")[-1])
print(len, repr(lambda: 0).split(" at ")[0], repr(Named.__repr__).split(" at ")[0])
print(Exception, [ValueError("x")], repr(KeyError()), NotImplemented, Ellipsis, 10 ** 25, [1e20], [-0.0])
print(type([]) == list, type(3).__name__, type("").__name__, type(Plain).__name__, isinstance(True, int), isinstance(1, (str, int)))
print(bool("False"), int("1"), float("1"), str(1.0), list((1, 2)), tuple([1]), dict(a=1), bytes(2))
print(repr(iter([])).split(" at ")[0], repr(x for x in []).split(" at ")[0], repr(zip()).split(" at ")[0])
print("\x1b[31m" == "\033[31m", repr("\x1b"), "\a" == "\x07", repr("\U0001f600"), "\101")
