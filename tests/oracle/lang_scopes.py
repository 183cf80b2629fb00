# Class bodies, nested functions, globals, shadowed built-ins, recursion.
x = "global"


class Scope:
    x = "class"
    y = x + " body"
    values = [1, 2, 3]
    total = sum(values)

    def method(self):
        return x

    def own(self):
        return self.x


print(Scope.y, Scope().method(), Scope().own(), Scope.total)


def outer():
    x = "outer"

    def middle():
        def inner():
            nonlocal x
            x = "changed by inner"
        inner()
        return x

    return middle(), x


print(outer(), x)


def shadow():
    len = lambda thing: "shadowed"
    return len([])


print(shadow(), len([]))


def recursive(n):
    return 1 if n == 0 else n * recursive(n - 1)


print(recursive(20))


def make_adders():
    return [lambda x, n=n: x + n for n in range(3)]


print([f(10) for f in make_adders()])


class Outer:
    class Inner:
        def name(self):
            return Outer.Inner.__qualname__

    def make(self):
        return self.Inner()


print(Outer().make().name(), make_adders.__qualname__, outer.__name__)
if True:
    defined_in_if = 1
print(defined_in_if)


def function_attributes():
    function_attributes.calls += 1
    return function_attributes.calls


function_attributes.calls = 0
print(function_attributes(), function_attributes())


def mutual_a(n):
    return "end" if n == 0 else mutual_b(n - 1)


def mutual_b(n):
    return mutual_a(n)


print(mutual_a(50))


def endless():
    return endless()


try:
    endless()
except RecursionError as error:
    print(type(error).__name__, str(error)[:32])
