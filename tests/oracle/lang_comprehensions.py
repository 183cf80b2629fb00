# List, dict, set and generator comprehensions, nested and filtered; their variables are their own.
n = "outer"
print([n * n for n in range(6) if n % 2], n)
print({k: v for k, v in zip("abc", range(3))})
print(sorted({len(w) for w in "a bb cc ddd".split()}))
print([(x, y) for x in range(3) for y in range(x) if x + y != 2])
print([[i * j for j in range(3)] for i in range(3)])
print(sum(x for x in range(10)), max((len(w), w) for w in ("fig", "apple", "kiwi")))
print([x for row in [[1, 2], [3]] for x in row])
lazy = (print("made", i) or i for i in range(3))
print("nothing yet")
print(next(lazy), list(lazy))
print({i: [j for j in range(i)] for i in range(3)})


def scope(items):
    base = 100
    return [base + i for i in items]


print(scope((1, 2)))
print([last := i, last * 2][1] if (i := 5) else None, last)
