# Raising, catching by class and tuple, re-raising, chaining, attributes, custom classes.


class Kitchen(Exception):
    pass


class Burnt(Kitchen):
    def __init__(self, dish, minutes=0):
        super().__init__(dish, minutes)
        self.dish = dish

    def __str__(self):
        return f"{self.dish} is burnt"


try:
    raise Burnt("rice", 5)
except Kitchen as error:
    print(error, repr(error), error.args, error.dish, isinstance(error, Exception))
for kind in (KeyError, ValueError, IndexError):
    try:
        raise kind("what")
    except (KeyError, IndexError) as error:
        print("tuple:", repr(error), str(error))
    except Exception as error:
        print("other:", repr(error))
try:
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise Kitchen("chained") from error
except Kitchen as error:
    print(repr(error.__cause__), error.__suppress_context__)
try:
    try:
        {}["missing"]
    except KeyError:
        raise Kitchen("context")
except Kitchen as error:
    print(repr(error.__context__), error.__cause__, error.__suppress_context__)
try:
    try:
        [][0]
    except IndexError as error:
        raise Kitchen from None
except Kitchen as error:
    print(repr(error), error.__cause__, error.__suppress_context__)
try:
    try:
        int("x")
    except ValueError:
        raise
except ValueError as error:
    print(error)
try:
    raise
except RuntimeError as error:
    print(error)
try:
    error
except NameError:
    print("the name is gone after its except")
try:
    assert 1 + 1 == 3, "arithmetic"
except AssertionError as failed:
    print("assert:", failed)
try:
    raise 5
except TypeError as wrong:
    print(wrong)
print(repr(Exception()), repr(Exception("a")), repr(ValueError("a", 1)), str(Exception("a", 1)))
print(str(KeyError("quoted")), str(ValueError("plain")), str(OSError(2, "No such file")))
print(issubclass(Burnt, Exception), Burnt.__name__, Burnt.__mro__[1].__name__)
