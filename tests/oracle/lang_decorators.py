# Decorators of functions and classes, with arguments, stacked.


def trace(function):
    def wrapper(*args, **kwargs):
        print("call", function.__name__, args, kwargs)
        return function(*args, **kwargs)
    wrapper.__name__ = function.__name__
    return wrapper


def times(n):
    def decorate(function):
        def wrapper(*args):
            return [function(*args) for _ in range(n)]
        return wrapper
    return decorate


@trace
def add(a, b=1):
    return a + b


@times(2)
@trace
def greet(name):
    return "hi " + name


def register(cls):
    cls.registered = True
    return cls


@register
class Thing:
    @trace
    def method(self, x):
        return x * 2


print(add(1), add(1, b=2), add.__name__)
print(greet("you"))
print(Thing.registered, callable(Thing), callable(3))
