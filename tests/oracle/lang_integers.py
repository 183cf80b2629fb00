# Integers of any size.
big = 2 ** 100
print(big, -big, big + 1, big - big, big * big, big // 3, big % 1000, big >> 90, 1 << 70)
print(-7 // 2, -7 % 2, 7 // -2, 7 % -2, divmod(-7, 2), divmod(big, 10 ** 9), -big // 7, -big % 7)
print(2 ** 10, 2 ** -1, 0 ** 0, (-2) ** 3, pow(3, 200, 1000), pow(2, 64))
print(0xff, 0o17, 0b101, 1_000_000, int("ff", 16), int("-42"), int(" 7 "), int(3.99), int(-3.99), int("0x1f", 0))
print(hex(255), oct(8), bin(10), hex(-255), hex(big), bin(2 ** 5))
print(5 & 3, 5 | 3, 5 ^ 3, ~5, big & (big - 1), (big | 1) ^ big, -1 & 0xff, -5 >> 1)
print(abs(-5), abs(-big), big == 2.0 ** 100, big > 1e30, big < float("inf"), 10 ** 18 == 1e18)
print((255).bit_length(), big.bit_length(), True + True, bool(big), bool(0), -0)
f = 1
for i in range(1, 31):
    f *= i
print(f, len(str(f)), str(f)[::-1][:8])
print(sum(range(10 ** 5)), 10 ** 20 // 10 ** 18, 7 / 2, big / 2 ** 99, 123456789012345678901234567890 % 97)
print(hash(5), int(True), 3 .real, round(1234567, -3), round(5), round(15, -1), round(25, -1))
for bad in (lambda: 1 // 0, lambda: 1 % 0, lambda: 1 / 0, lambda: int("x"), lambda: int("12", 2),
            lambda: 1 << -1, lambda: int(None), lambda: int(""), lambda: "a" + 1, lambda: 1 + "a"):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__, error)
