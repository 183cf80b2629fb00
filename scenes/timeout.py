"""A timeout is a cancel with a clock

asyncio.timeout() sets a timer. If the block is not left in time, the timer cancels
the task inside it, and on the way out that becomes a TimeoutError.
"""
import asyncio


async def bake(cake, minutes):
    try:
        print(f"{cake}: in the oven")
        await asyncio.sleep(minutes)
        print(f"{cake}: baked")
    except asyncio.CancelledError:
        #: The timer went off. What it sends is an ordinary cancel.
        print(f"{cake}: taken out too early")
        raise


async def main():
    #: Two minutes are enough for biscuits. The block is left in time, its timer dropped.
    async with asyncio.timeout(2):
        await bake("biscuits", 1)
    try:
        #: Two minutes are not enough for a cake.
        async with asyncio.timeout(2):
            await bake("cake", 5)
    except TimeoutError:
        #: Inside the block it was CancelledError. Outside of it, it is TimeoutError.
        print("main: no cake today")


asyncio.run(main())
