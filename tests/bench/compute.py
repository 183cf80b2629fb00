"""Plain Python: calls, attributes, lists, dicts, strings."""


class Pan:
    def __init__(self, size):
        self.size = size
        self.full = 0

    def add(self, n):
        self.full = (self.full + n) % self.size
        return self.full


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


pan = Pan(1009)
seen = {}
for i in range(300_000):
    key = pan.add(i)
    seen[key] = seen.get(key, 0) + 1
words = [f"{k}:{v}" for k, v in sorted(seen.items())]
print(fib(24), len(words), len(",".join(words)), sum(x * x for x in range(200_000)))
