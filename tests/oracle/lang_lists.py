# The methods of list, and functions over sequences.
a = [3, 1, 2]
a.append(5)
a.extend([4, 4])
a.insert(1, "in")
print(a, len(a), a.index(4), a.count(4), a.pop(), a.pop(1), a)
a.remove(4)
a.sort()
print(a, sorted(a, reverse=True), a[::-1], list(reversed(a)), a.copy() == a, a.copy() is a)
a.sort(key=lambda x: -x)
a.reverse()
print(a, min(a), max(a), sum(a), sum(a, 100), any(a), all(a), any([]), all([]))
words = ["pear", "fig", "apple", "kiwi"]
print(sorted(words), sorted(words, key=len), max(words, key=len), min(words, key=lambda w: w[-1]))
print(sorted([(2, "b"), (1, "z"), (2, "a")]), sorted([3, 1, 2], key=lambda x: (x % 2, x)))
print(list(enumerate("ab", 1)), list(zip([1, 2, 3], "ab")), list(map(lambda x, y: x * y, [1, 2], [3, 4])))
print(list(filter(None, [0, 1, "", "a"])), list(filter(lambda x: x > 1, [1, 2, 3])), [1, 2] + [3], [0] * 3)
print([1, 2] == [1, 2], [1, 2] < [1, 3], [1] < [1, 0], 2 in [1, 2], [] == (), [[]] * 2)
shared = [[0]] * 2
shared[0].append(1)
print(shared, a.clear(), a, bool(a), list("ab"), list(range(3)), list({"k": 1}))
loop = [1]
loop.append(loop)
print(loop)
del words[0], words[-1]
words += ["x"]
words *= 2
print(words)
first, *middle, last = range(5)
print(first, middle, last, [*middle, *"ab"], (*middle,))
for bad in (lambda: [].pop(), lambda: [1].remove(2), lambda: [1].index(3), lambda: [1, "a"].sort(),
            lambda: [1] + (2,), lambda: sum(["a"]), lambda: [1].foo, lambda: {}[[1]]):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__, error)
