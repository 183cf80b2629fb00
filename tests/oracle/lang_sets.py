# Sets: operations, printed sorted, since a set has no order.
a, b = {1, 2, 3}, {2, 3, 4}
print(sorted(a | b), sorted(a & b), sorted(a - b), sorted(a ^ b), a <= {1, 2, 3, 4}, a < a, a.isdisjoint({9}), a == {3, 2, 1})
a.add(9)
a.discard(1)
a.discard(100)
a.update([7, 8], (6,))
print(sorted(a), len(a), 9 in a, set(), {5}, frozenset([5]), sorted(set("hello")))
a -= {6, 7}
a &= {8, 9, 2}
a |= {0}
print(sorted(a), a.issuperset({8}), a.issubset({0, 2, 8, 9, 10}), sorted(a.union([1], [5])), bool(set()))
print(sorted(a.difference([2])), sorted(a.intersection([2, 0])), sorted(a.symmetric_difference({2, 99})))
a.remove(0)
copy = a.copy()
copy.clear()
print(len(copy), len(a), {frozenset({1}): "hashable"}, {1, 1.0, True})
for bad in (lambda: set().pop(), lambda: {1}.remove(2), lambda: {[]}, lambda: {1} + {2}, lambda: hash({1})):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__, error)
