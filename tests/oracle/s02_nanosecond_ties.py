# 2.9: equal in whole nanoseconds is equal: eight sleeps of 0.1 do not overtake one of 0.8.
import asyncio


async def many():
    for _ in range(8):
        await asyncio.sleep(0.1)
    print("eight times 0.1")


async def one():
    await asyncio.sleep(0.8)
    print("once 0.8")


async def main():
    await asyncio.gather(many(), one())


asyncio.run(main())
