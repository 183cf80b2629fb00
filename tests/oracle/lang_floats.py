# How floats are printed, parsed and rounded.
for x in (0.1, 1.0, 1e16, 1e15, 123456789.123456789, 1e-5, 0.0001, 1 / 3, 2 / 3, 1e22, 1e21, 1.5e300,
          5e-324, -0.0, 100.0, 3.0e8, 0.1 + 0.2, 1e100, 2.5, 1234567890123456.7):
    print(x, repr(-x), str(x))
print(float("inf"), float("-inf"), float("nan"), float("1e3"), float(" 2.5 "), float(3), float("1_0.5"))
print(7 // 2.0, -7 // 2.0, 7 % 2.5, -7 % 2.5, 2 ** 0.5, 2.0 ** 3, divmod(7.5, 2))
print(round(2.5), round(3.5), round(2.675, 2), round(-1.5), round(1.25, 1), round(1234.5678, 2), round(1e20))
print(1.0 == 1, 0.1 + 0.2 == 0.3, float("nan") == float("nan"), 1.5 > 1, -0.0 == 0.0)
print(int(1e20), (0.5).is_integer(), (2.0).is_integer(), 1e3, 1e5 * 1e5, 10.0 ** 16)
print(max(1, 2.5), min(1.0, 1), sum([0.1] * 3), abs(-2.5), bool(0.0), 5 / 1)
for bad in (lambda: 1.0 / 0, lambda: float("x"), lambda: int(float("inf")),
            lambda: int(float("nan")), lambda: 10.0 ** 1000):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__, error)
