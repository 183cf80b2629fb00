# Parameters of every kind: defaults, positional-only, keyword-only, *args, **kwargs.


def plain(a, b, c=3, *rest, d, e=5, **more):
    return a, b, c, rest, d, e, more


def strict(a, b=2, /, c=3, *, d=4):
    return a, b, c, d


def everything(*args, **kwargs):
    return args, kwargs


print(plain(1, 2, d=4))
print(plain(1, 2, 30, 40, 50, d=4, z=26, y=25))
print(plain(*[1, 2], **{"d": 4, "c": 33}))
print(plain(*range(5), d=0, **{"e": 1}, **{"f": 2}))
print(strict(1), strict(1, 20, d=40), strict(1, 20, 30), strict(1, c=9))
print(everything(), everything(1, *"ab", 2, x=1, **{"y": 2}))
default = [1]


def grows(item, into=default):
    into.append(item)
    return into


print(grows(2), grows(3), grows(4, []), default)

for call in (lambda: plain(1), lambda: plain(1, 2), lambda: plain(1, 2, d=1, a=3),
             lambda: strict(), lambda: strict(1, 2, 3, 4), lambda: strict(1, e=5),
             lambda: strict(a=1), lambda: everything(1)(2)):
    try:
        call()
    except TypeError as error:
        print(error)
