# 6.4: from the last child's end to the gatherer: one tick for the child callback, one for the wake-up.
import asyncio


async def ticking(n):
    for i in range(n):
        print("tick", i)
        await asyncio.sleep(0)


async def quick():
    print("quick")


async def main():
    other = asyncio.create_task(ticking(5), name="ticking")
    await asyncio.gather(quick(), quick())
    print("gathered")
    await other


asyncio.run(main())
