# Truth, chained comparison, short circuits, precedence, conditional expressions, walrus, augmented assignment.
def say(x):
    print("say", x)
    return x


print(1 < 2 < 3, 1 < 3 < 2, say(1) < say(5) < say(3) < say(9), 1 == 1.0 == True)
print(say(0) and say(1), say(2) or say(3), not say(""), None or 0 or [] or "last", 1 and 2)
print(2 + 3 * 4 ** 2 ** 0 - -1, -2 ** 2, not 1 == 2, 7 - 2 - 1, 2 ** 3 ** 0, 10 - 4 / 2, 1 | 2 ^ 3 & 4, ~1 + 2)
print("yes" if [] else "no", 1 if 0 else 2 if 0 else 3, (lambda: 1 if True else 2)())
if (n := len("abc")) > 2:
    print(n)
print([y := 1, y + 1, y ** 2], (z := 5) + z)
a = [1]
b = a
b += [2]
print(a, a is b, a is not [1, 2], None is None, a == b)
x = 10
x -= 3
x *= 2
x //= 3
x **= 3
x %= 50
x <<= 2
x |= 1
x ^= 3
x &= 0xff
x >>= 1
print(x, 3 in [1, 2, 3], 3 not in (1, 2), "b" in {"b": 1}, 5 in range(0, 10, 5))
x /= 4
print(x, True + 1, True is (1 == 1), None == 0, () == (), 1 != 1.0, "1" == 1)
print((1, 2) < (1, 3), (1,) + (2,), (1, 2) * 2, [1, [2]] == [1, [2]], "a" * 0 == "")
while (x := x - 10) > 0:
    print("walrus", x)
for bad in (lambda: 1 < "a", lambda: [] < {}, lambda: None + 1, lambda: -"a", lambda: 1 in 1, lambda: [] + 1, lambda: None[0],
            lambda: 1(), lambda: None.x, lambda: [1, 2]["x"], lambda: (1, 2) + [3], lambda: ~1.5, lambda: 1 @ 2):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__, error)
