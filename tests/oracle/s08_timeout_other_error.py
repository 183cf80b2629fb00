# 8.3 (21: new in 3.13): left with another error, the TimeoutError stands in its context chain.
import asyncio


async def main():
    try:
        async with asyncio.timeout(1):
            try:
                await asyncio.sleep(5)
            finally:
                raise ValueError("while cleaning up")
    except ValueError as error:
        print(repr(error))
        print(repr(error.__context__))
        print(repr(error.__context__.__cause__))


asyncio.run(main())
