# 5.2: sleepers wake by deadline, not by the order in which they were created.
import asyncio


async def sleeper(delay):
    await asyncio.sleep(delay)
    print(delay)
    return delay


async def main():
    print(await asyncio.gather(*map(sleeper, (0.3, 0.1, 0.2, 0.15, 0.05))))


asyncio.run(main())
