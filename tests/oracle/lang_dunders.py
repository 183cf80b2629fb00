# Objects that take part in the language's operators.


class Vec:
    def __init__(self, *xs):
        self.xs = xs

    def __repr__(self):
        return f"Vec{self.xs}"

    def __eq__(self, other):
        return isinstance(other, Vec) and self.xs == other.xs

    def __hash__(self):
        return hash(self.xs)

    def __add__(self, other):
        if not isinstance(other, Vec):
            return NotImplemented
        return Vec(*(a + b for a, b in zip(self.xs, other.xs)))

    def __mul__(self, n):
        return Vec(*(x * n for x in self.xs))

    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def __len__(self):
        return len(self.xs)

    def __getitem__(self, i):
        return self.xs[i]

    def __contains__(self, x):
        return x in self.xs

    def __iter__(self):
        return iter(self.xs)

    def __bool__(self):
        return any(self.xs)

    def __lt__(self, other):
        return self.xs < other.xs

    def __call__(self, scale):
        return self * scale

    def __format__(self, spec):
        return f"<{spec}>"


v, w = Vec(1, 2), Vec(3, 4)
print(v + w, v * 3, 3 * v, -v, v == Vec(1, 2), v != w, v < w, v > w)
print(len(v), v[0], v[-1], v[:1], 2 in v, list(v), bool(Vec(0, 0)), v(2), f"{v:spec}")
print({v: "key"}[Vec(1, 2)], sorted([w, v]), max(v, w))
v += w
print(v)
a, b = v
print(a, b)
try:
    v + 1
except TypeError as error:
    print(error)
try:
    v - v
except TypeError as error:
    print(error)


class Box:
    def __init__(self):
        self.items = {}

    def __setitem__(self, key, value):
        self.items[key] = value

    def __getitem__(self, key):
        return self.items[key]

    def __delitem__(self, key):
        del self.items[key]

    def __getattr__(self, name):
        return f"no {name}"

    def __enter__(self):
        print("enter")
        return self

    def __exit__(self, kind, error, traceback):
        print("exit", kind.__name__ if kind else None)
        return kind is ValueError

    def __str__(self):
        return "a box"


with Box() as box:
    box["a"] = 1
    box["b", 2] = 3
    del box["a"]
    print(box["b", 2], box.lid, str(box), box.items)
    raise ValueError("swallowed by the box")
try:
    with Box(), Box() as second:
        raise KeyError("passes")
except KeyError as error:
    print(error)
