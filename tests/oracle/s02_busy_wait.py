# 2.10: a program that spins on the clock ends: after 1000 ticks the clock moves by itself.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    until = loop.time() + 0.005
    while loop.time() < until:
        await asyncio.sleep(0)
    print("the clock moved on")


asyncio.run(main())
