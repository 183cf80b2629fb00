# yield, send, throw, close, yield from, return values.


def count(n):
    for i in range(n):
        yield i
    return "finished"


def echo():
    got = None
    while True:
        try:
            got = yield got
            print("got", got)
        except ValueError as error:
            got = f"caught {error}"
        finally:
            pass


def outer():
    result = yield from count(2)
    print("inner returned", result)
    yield from "ab"
    return "outer"


print(list(count(3)), sum(count(4)), list(outer()))
g = count(1)
print(next(g))
try:
    next(g)
except StopIteration as stop:
    print("value", stop.value)
print(next(g, "default"))
e = echo()
print(next(e), e.send(1), e.send("two"), e.throw(ValueError("three")), e.send(4))
e.close()
try:
    e.send(5)
except StopIteration:
    print("closed")


def careful():
    try:
        yield 1
        yield 2
    finally:
        print("cleaned up")


for x in careful():
    print(x)
    break
c = careful()
print(next(c))
c.close()
c.close()


def stubborn():
    try:
        yield 1
    except GeneratorExit:
        yield 2


s = stubborn()
next(s)
try:
    s.close()
except RuntimeError as error:
    print(error)


def raises():
    yield 1
    raise KeyError("inside")


try:
    list(raises())
except KeyError as error:
    print(error)
fresh = count(3)
try:
    fresh.send(1)
except TypeError as error:
    print(error)


def delegated():
    try:
        yield from echo()
    except KeyError as error:
        yield f"outer caught {error}"


d = delegated()
print(next(d), d.send("down"), d.throw(ValueError("v")), d.throw(KeyError("k")))


def leaks():
    raise StopIteration
    yield


try:
    next(leaks())
except RuntimeError as error:
    print(error, repr(error.__cause__))


def fibonacci():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


print([x for x, _ in zip(fibonacci(), range(10))])
