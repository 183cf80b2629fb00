# The iterator protocol, by class and by generator.


class Countdown:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n


class Sequence:
    def __getitem__(self, i):
        if i > 2:
            raise IndexError(i)
        return i * 10

    def __len__(self):
        return 3


print(list(Countdown(3)), sum(Countdown(4)), 2 in Countdown(5), max(Countdown(3)), [*Countdown(2)])
print(list(Sequence()), 20 in Sequence(), list(reversed(Sequence())), list(zip(Sequence(), "ab")))
a, b = Countdown(2)
print(a, b, dict(enumerate(Countdown(2))), sorted(Countdown(3)), tuple(Countdown(1)), ",".join(str(i) for i in Countdown(3)))
it = Countdown(3)
for i in it:
    if i == 2:
        break
print("rest", list(it))
z = zip(Countdown(2), Countdown(5))
print(list(z), next(iter([]), "empty"))
m = map(print, "ab")
print("lazy")
list(m)
print(any(map(lambda x: print("test", x) or x == 1, Countdown(3))))
