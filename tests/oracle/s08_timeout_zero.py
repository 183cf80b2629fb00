# 8.1: a deadline that has passed is appended at once; the body runs to its first await.
import asyncio


async def main():
    for delay in (0, -1):
        try:
            async with asyncio.timeout(delay):
                print("body begins")
                await asyncio.sleep(0)
                print("one more turn")
                await asyncio.sleep(0)
                print("not reached")
        except TimeoutError:
            print("timed out")
    async with asyncio.timeout(0):
        print("no await, no timeout")
    await asyncio.sleep(0)


asyncio.run(main())
