"""Ways out of blocks: return, break, continue and exceptions through finally, with and loops"""


def loop_with_finally():
    for i in range(3):
        try:
            if i == 1:
                continue
            print("body", i)
        finally:
            print("finally", i)
    else:
        print("else")


def break_through_two():
    for i in range(5):
        try:
            try:
                if i == 2:
                    break
            finally:
                print("inner", i)
        except ValueError:
            print("never")
        finally:
            print("outer", i)
    return i


def return_from_handler():
    try:
        raise ValueError("x")
    except ValueError as e:
        return e.args
    finally:
        print("on the way out")


def finally_overrides():
    while True:
        try:
            return 1
        finally:
            break
    try:
        raise KeyError("lost")
    finally:
        return 2


def while_with_everything():
    n = 0
    while True:
        n += 1
        try:
            if n < 3:
                continue
            elif n < 5:
                raise ValueError(n)
            else:
                break
        except ValueError as e:
            print("handled", e)
            continue
        finally:
            if n == 4:
                print("four")
    return n


def nested_returns():
    try:
        try:
            try:
                return [1]
            finally:
                print("first")
        finally:
            print("second")
    finally:
        print("third")


class Pan:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow

    def __enter__(self):
        print("enter", self.name)
        return self.name

    def __exit__(self, kind, error, traceback):
        print("exit", self.name, kind and kind.__name__, error)
        return self.swallow


def leave_with():
    for i in range(3):
        with Pan(i):
            if i == 1:
                break
            continue
    with Pan("swallows", True):
        raise RuntimeError("gone")
    try:
        with Pan("a"), Pan("b"):
            raise KeyError("k")
    except KeyError as e:
        print("after", e)
    with (Pan("c") as c, Pan("d") as d):
        return c + d


def return_from_loops():
    for i in range(3):
        for j in range(3):
            try:
                if j == 1:
                    break
                if i == 1:
                    return i, j
            finally:
                print("leaving", i, j)


def errors_in_finally():
    try:
        try:
            raise ValueError(1)
        finally:
            try:
                raise TypeError(2)
            except TypeError as e:
                print(repr(e.__context__))
    except ValueError as e:
        print(repr(e), repr(e.__context__))


def name_is_deleted():
    e = "mine"
    try:
        raise ValueError
    except ValueError as e:
        pass
    try:
        print(e)
    except UnboundLocalError as error:
        print(error)


async def leave_async():
    async def count(n):
        try:
            for i in range(n):
                yield i
        finally:
            print("counted")

    async for i in count(3):
        if i == 1:
            break
    else:
        print("never")
    async for i in count(1):
        continue
    else:
        print("else")
    return [x async for x in count(3) if x != 1]


loop_with_finally()
print(break_through_two())
print(return_from_handler())
print(finally_overrides())
print(while_with_everything())
print(nested_returns())
print(leave_with())
print(return_from_loops())
errors_in_finally()
name_is_deleted()
agen = leave_async()
try:
    agen.send(None)
except StopIteration as e:
    print(e.value)
