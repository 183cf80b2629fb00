"""bytes % arguments."""
print(b"%d dishes\n" % 3, b"%s and %b" % (b"rice", b"curry"), b"%5d|%-5d|%05d|%x|%X|%o" % (1, 2, 3, 255, 255, 8))
print(b"%c%c" % (65, b"B"), b"%r %a" % ("käse", "käse"), b"%5s|%-5s|%.2s" % (b"ab", b"ab", b"abcd"), b"100%%" % ())
print(b"%.2f %e %g" % (3.14159, 1e10, 0.5), b"%(a)d %(b)s" % {b"a": 1, b"b": b"two"})


class Plate:
    def __bytes__(self):
        return b"plate"


print(b"<%s>" % Plate(), b"\xff%d\x00" % 1)
for wrong in (lambda: b"%s" % "text", lambda: b"%d" % "x", lambda: b"%d" % (), lambda: b"%d" % (1, 2),
              lambda: b"%q" % 1, lambda: b"%c" % 300, lambda: b"%c" % b"ab", lambda: b"%", lambda: b"%" % 1,
              lambda: b"x" % 1, lambda: b"%(a)d" % 1):
    try:
        print(wrong())
    except Exception as e:
        print(type(e).__name__, e)
