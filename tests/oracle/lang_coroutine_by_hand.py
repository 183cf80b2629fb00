# A coroutine is an object with send, throw and close; no loop is needed.


class Wait:
    def __await__(self):
        got = yield "waiting"
        return got * 2


async def inner():
    try:
        return await Wait() + 1
    except KeyError as error:
        return f"caught {error}"


async def outer():
    try:
        return ["outer", await inner()]
    finally:
        print("outer ends")


c = outer()
print(c.send(None))
try:
    c.send(20)
except StopIteration as stop:
    print(stop.value)
c = outer()
c.send(None)
try:
    c.throw(KeyError("k"))
except StopIteration as stop:
    print(stop.value)
c = outer()
c.send(None)
c.close()
c = outer()
try:
    c.throw(ValueError("before it began"))
except ValueError as error:
    print(error)
c = outer()
try:
    c.send(1)
except TypeError as error:
    print(error)
c.close()
