# 8.7: after the outer was cancelled an inner failure is marked as seen.
import asyncio


async def oven():
    await asyncio.sleep(2)
    raise ValueError("burnt")


async def main():
    outer = asyncio.shield(oven())
    await asyncio.sleep(1)
    print(outer.cancel(), outer.cancelled())
    await asyncio.sleep(2)
    print("end")


asyncio.run(main())
