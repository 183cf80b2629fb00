# What mistakes with coroutines are told.
import asyncio


async def soup():
    return 1


class Pot:
    def __enter__(self):
        return self

    def __exit__(self, *args):
        pass


async def main():
    for value in (5, None, "x", [soup]):
        try:
            await value
        except TypeError as error:
            print(error)
    try:
        async for x in [1, 2]:
            pass
    except TypeError as error:
        print(error)
    try:
        async with Pot():
            pass
    except TypeError as error:
        print("async with:", type(error).__name__)
    coroutine = soup()
    try:
        for x in coroutine:
            pass
    except TypeError as error:
        print(error)
    coroutine.close()
    try:
        await coroutine
    except RuntimeError as error:
        print(error)
    print(type(coroutine).__name__, coroutine.__name__, soup.__name__)
    try:
        asyncio.run
        asyncio.nothing
    except AttributeError as error:
        print(error)


asyncio.run(main())
