# 2.4, 2.10: time.sleep moves the clock; what became due meanwhile fires in one tick, by deadline.
import asyncio
import time


async def sleeper(name, delay):
    await asyncio.sleep(delay)
    print(name)


async def main():
    tasks = [asyncio.create_task(sleeper(f"s{d}", d)) for d in (3, 1, 2, 6)]
    await asyncio.sleep(0)
    time.sleep(4)
    print("slept")
    for task in tasks:
        await task


asyncio.run(main())
