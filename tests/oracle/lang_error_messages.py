# What common mistakes are told.
class Thing:
    limit = 3

    def method(self, a):
        return a


def one(a):
    return a


def two(a, b):
    return a, b


def keyword(*, key):
    return key


thing = Thing()
for bad in (lambda: one(), lambda: one(1, 2), lambda: two(), lambda: two(1), lambda: keyword(), lambda: keyword(1),
            lambda: one(1, a=2), lambda: thing.method(), lambda: thing.method(1, 2), lambda: Thing(1), lambda: thing.nothing,
            lambda: thing(), lambda: thing[0], lambda: len(thing), lambda: thing + 1, lambda: thing < thing, lambda: iter(thing),
            lambda: [][1.5], lambda: "abc"["a"], lambda: {}.nothing(), lambda: None(), lambda: "a" + 1, lambda: 1 + "a",
            lambda: [1] + "a", lambda: "a" % 1, lambda: "%d" % "a", lambda: "{}".format(), lambda: "%s %s" % 1,
            lambda: int("1.5"), lambda: float(""), lambda: [].index(0), lambda: two(*[1, 2, 3]), lambda: two(**{"x": 1}),
            lambda: one(*5), lambda: one(**5), lambda: Thing.method(), lambda: super().x, lambda: (1).real(), lambda: not_defined):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__ + ":", error)
try:
    thing.method.x = 1
except AttributeError:
    print("a method takes no attributes")
try:
    (5).x = 1
except AttributeError:
    print("nor does an int")
try:
    (1, 2)[0] = 5
except TypeError as error:
    print(error)
try:
    "abc"[0] = "x"
except TypeError as error:
    print(error)
try:
    del (1, 2)[0]
except TypeError as error:
    print(error)
try:
    for x in 5:
        pass
except TypeError as error:
    print(error)
try:
    with 5:
        pass
except TypeError as error:
    print(type(error).__name__)
