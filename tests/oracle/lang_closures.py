# Closures share variables; nonlocal and global write to them.
counter = 10


def make():
    count = 0

    def up(by=1):
        nonlocal count
        count += by
        return count

    def look():
        return count

    return up, look


up, look = make()
print(up(), up(5), look())
other, _ = make()
print(other(), look())
functions = [lambda: n for n in range(3)]
print([f() for f in functions])
functions = [lambda n=n: n for n in range(3)]
print([f() for f in functions])


def bump():
    global counter, fresh
    counter += 1
    fresh = "made here"


bump()
print(counter, fresh)


def late():
    def inner():
        return value
    try:
        inner()
    except NameError as error:
        print(type(error).__name__)
    value = 3
    return inner()


print(late())


def unbound():
    try:
        print(x)
    except UnboundLocalError as error:
        print(type(error).__name__, isinstance(error, NameError))
    x = 1


unbound()
