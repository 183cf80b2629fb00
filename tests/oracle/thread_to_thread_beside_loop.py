"""While a worker is busy the loop goes on: its timers fire in between."""
import asyncio
import time


def chop():
    for i in range(3):
        time.sleep(1)
        print("chopped", i)
    return "bowl"


async def stir():
    for i in range(4):
        await asyncio.sleep(0.8)
        print("stirred", i)


async def main():
    print(await asyncio.gather(asyncio.to_thread(chop), stir()))


asyncio.run(main())
