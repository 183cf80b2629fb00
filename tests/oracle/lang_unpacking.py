# Assignment to several targets, starred ones, swaps, nested patterns, in loops and calls.
a, b = 1, 2
a, b = b, a
(c, d), [e, *f] = (3, 4), "xyz"
print(a, b, c, d, e, f)
*head, tail = [1]
print(head, tail)
x = y = z = []
x.append(1)
print(y is z, y)
for i, (j, k) in enumerate([(1, 2), (3, 4)]):
    print(i, j, k)
for first, *rest in ([1, 2, 3], "ab"):
    print(first, rest)
d = {}
d["k"], d["l"] = 1, 2
[m] = [5]
n, = (6,)
print(d, m, n, [*range(2), *"ab"], {*[1], *[1]}, {**{"a": 1}, **{"a": 2}})
print(*[1, 2], *"ab", sep="-")


def pair():
    return 1, 2


p, q = pair()
print(p, q, pair()[1], (lambda *a: a)(*pair(), 3))
i = 0
i, lst = 1, [10, 20]
lst[i], i = 99, 0
print(i, lst)
for bad in ("a, b = 1, 2, 3", "a, b = [1]", "a, *b, c = [1]", "a, b = 5"):
    try:
        if bad == "a, b = 1, 2, 3":
            a, b = 1, 2, 3
        elif bad == "a, b = [1]":
            a, b = [1]
        elif bad == "a, *b, c = [1]":
            a, *b, c = [1]
        else:
            a, b = 5
    except (ValueError, TypeError) as error:
        print(error)
