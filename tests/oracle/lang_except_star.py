# except*: each clause takes its part of the group; what is left goes on.


def run(*errors):
    try:
        raise ExceptionGroup("many", errors)
    except* ValueError as group:
        print("values", group.exceptions)
    except* (KeyError, IndexError) as group:
        print("lookups", group.exceptions)
    else:
        print("else")
    finally:
        print("finally")


run(ValueError(1))
run(ValueError(1), KeyError("k"), ValueError(2), IndexError("i"))
try:
    run(TypeError("left"), ValueError("taken"))
except ExceptionGroup as group:
    print(repr(group))
nested = ExceptionGroup("outer", [ValueError(1), ExceptionGroup("inner", [ValueError(2), TypeError(3)])])
try:
    try:
        raise nested
    except* ValueError as group:
        print(repr(group))
except ExceptionGroup as group:
    print(repr(group))
try:
    try:
        raise ValueError("naked")
    except* ValueError as group:
        print(type(group).__name__, repr(group))
        raise KeyError("from the clause")
except ExceptionGroup as group:
    print(repr(group))
except KeyError as error:
    print("alone", repr(error))
match, rest = nested.split(ValueError)
print(repr(match), repr(rest))
print(repr(nested.subgroup(TypeError)), nested.message, str(nested))
try:
    ExceptionGroup("none", [])
except ValueError as error:
    print(error)
try:
    ExceptionGroup("not", [1])
except ValueError as error:
    print(error)
print(type(BaseExceptionGroup("b", [ValueError()])).__name__,
      type(BaseExceptionGroup("b", [KeyboardInterrupt()])).__name__)
