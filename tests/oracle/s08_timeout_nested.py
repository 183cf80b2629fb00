# 8.3: of two nested timeouts the one that fired raises.
import asyncio


async def nest(outer, inner):
    try:
        async with asyncio.timeout(outer):
            try:
                async with asyncio.timeout(inner):
                    await asyncio.sleep(10)
            except TimeoutError:
                print("inner timed out")
                await asyncio.sleep(10)
    except TimeoutError:
        print("outer timed out")


async def main():
    await nest(2, 1)
    await nest(1, 2)
    await nest(1, 1)


asyncio.run(main())
