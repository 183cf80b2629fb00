# 4.3e: a bare yield is one turn; anything else that is yielded comes back as a RuntimeError.
import asyncio


class Yields:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        got = yield self.value
        return "sent", got


async def main():
    asyncio.get_running_loop().call_soon(print, "meanwhile")
    print(await Yields(None))
    for value in (5, "text"):
        try:
            await Yields(value)
        except RuntimeError as error:
            print(error)
    try:
        await Yields(asyncio.get_running_loop().create_future())
    except RuntimeError as error:
        print(str(error).startswith("yield was used instead of yield from in task"))


asyncio.run(main())
