# 17.1: async for, async with and async comprehensions run inline; only a real wait suspends.
import asyncio


async def numbers(n, pause):
    for i in range(n):
        if pause:
            await asyncio.sleep(pause)
        yield i


class Pan:
    async def __aenter__(self):
        print("pan on")
        return self

    async def __aexit__(self, kind, error, traceback):
        print("pan off", kind and kind.__name__)
        return kind is KeyError


async def main():
    asyncio.get_running_loop().call_soon(print, "callback")
    async with Pan():
        print([i async for i in numbers(4, 0) if i % 2])
    async with Pan():
        raise KeyError("swallowed")
    async for i in numbers(2, 1):
        print(i)


asyncio.run(main())
