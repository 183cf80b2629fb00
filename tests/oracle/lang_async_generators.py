# Async generators and comprehensions, asend, athrow, aclose, async context managers.
import asyncio


async def numbers(n):
    try:
        for i in range(n):
            got = yield i
            if got:
                print("got", got)
    except ValueError as error:
        yield f"caught {error}"
    finally:
        print("finally")


class Steps:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.n == 0:
            raise StopAsyncIteration
        self.n -= 1
        await asyncio.sleep(0)
        return self.n


async def main():
    print([i async for i in numbers(3)])
    print({i: i * i async for i in Steps(3)}, [x async for x in Steps(4) if x % 2])
    g = numbers(5)
    print(await g.__anext__(), await g.asend("hello"), await g.athrow(ValueError("v")))
    try:
        await g.__anext__()
    except StopAsyncIteration:
        print("ended")
    g = numbers(5)
    print(await anext(g), await anext(g))
    await g.aclose()
    await g.aclose()
    print(await anext(Steps(0), "default"))
    async for i in Steps(2):
        print(i)
    else:
        print("else")
    print([await step for step in [asyncio.sleep(0, n) for n in range(3)]])
    print([x + y async for x in numbers(2) async for y in numbers(2)])


asyncio.run(main())
