# 8.1: no deadline.
import asyncio


async def main():
    async with asyncio.timeout(None) as timeout:
        print(timeout.when())
        await asyncio.sleep(100)
    print(timeout.expired())


asyncio.run(main())
