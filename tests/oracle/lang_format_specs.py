# f-strings and format(): alignment, signs, widths, precision, types, nesting, conversions.
pi, big, name = 3.14159265, 1234567, "rice"
print(f"{pi:.2f} {pi:8.3f}| {pi:<8.1f}| {pi:+.1f} {-pi:08.2f} {pi:e} {pi:.3g} {pi:g}")
print(f"{big:,} {big:_} {big:>12,} {big:x} {big:X} {big:#x} {big:b} {5:08b} {8:o} {8:#o} {65:c}")
print(f"[{name:10}] [{name:>10}] [{name:^10}] [{name:*^10}] [{name:.2}] [{name!r:>8}]")
print(f"{42:5}|{42:<5}|{42:^5}|{42:05}|{-42:05}|{42:+}|{42: }|{-7:=5}")
print(f"{0.5:.0%} {0.1234:.1%} {1e10:g} {1e16:g} {123456789.0:,.2f} {1.0:.0f} {2.5:.0f}")
width, digits = 9, 3
print(f"{pi:{width}.{digits}f}| {name:>{width}}| {'nested ' + name!r}")
print(f"{{braces}} {name=} {pi = :.1f} {1 + 1 = } {name!s} {'é'!a}")
print(f"{True} {True:d} {None} {[1, 2]} {'a':s} {1.5} {10**20} {(1,)}")
print(format(3.7, ".0f"), format("x", ">3"), format(7), format(255, "02x"))
print("{} {} {}".format(1, "two", 3.0), "{1} {0}".format("a", "b"), "{n:>5}|{x!r}".format(n=4, x="q"))
print("{0[1]} {0} {p.real}".format([1, 2], p=5))
print("%s %d %5.2f %r %x %5s|%-5s| %%" % ("s", 42, pi, "r", 255, "ab", "cd"))
print("%(a)s and %(b)03d" % {"a": 1, "b": 2}, "%s" % "one", "%s" % (1,))
try:
    format(5, ".2d")
except ValueError as error:
    print(error)
try:
    f"{'text':d}"
except ValueError as error:
    print(error)
