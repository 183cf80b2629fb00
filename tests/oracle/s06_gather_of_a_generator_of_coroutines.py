# 6.2: star arguments are evaluated first, the tasks made after that.
import asyncio


def recipes():
    for n in range(3):
        print("recipe", n)
        yield cook(n)


async def cook(n):
    print("cook", n)
    return n * n


async def main():
    print(await asyncio.gather(*recipes()))


asyncio.run(main())
