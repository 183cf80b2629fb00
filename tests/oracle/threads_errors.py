"""What a job raises reaches who awaits it, with the worker's lines in the traceback."""
import asyncio



class Burnt(Exception):
    def __init__(self, dish, minutes):
        super().__init__(dish, minutes)
        self.dish = dish


def inner():
    raise Burnt("rice", 3)


def outer():
    try:
        inner()
    except Burnt as e:
        raise KeyError("lid") from e


async def main():
    try:
        await asyncio.to_thread(inner)
    except Burnt as e:
        print(repr(e), e.dish, type(e) is Burnt)
    try:
        await asyncio.to_thread(outer)
    except KeyError as e:
        print(repr(e), repr(e.__cause__), isinstance(e.__cause__, Burnt))
    results = await asyncio.gather(asyncio.to_thread(inner), asyncio.to_thread(len, 5),
                                   return_exceptions=True)
    print(results)
    await asyncio.to_thread(outer)


asyncio.run(main())
