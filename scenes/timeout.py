"""A timeout is a cancel with a clock

asyncio.timeout() sets a timer. If it goes off inside of the block, it cancels the
task, and on the way out that becomes a TimeoutError.
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
    #: Two minutes, for biscuits that take one.
    async with asyncio.timeout(2):
        await bake("biscuits", 1)
    try:
        #: Out of the block in time: its timer is gone. Now two minutes for a cake that takes five.
        async with asyncio.timeout(2):
            await bake("cake", 5)
    except TimeoutError:
        #: Inside the block it was CancelledError. Outside of it, it is TimeoutError.
        print("main: no cake today")


asyncio.run(main())
