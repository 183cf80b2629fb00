# 8.1, 8.3: a block that is left in time drops its timer.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(5) as timeout:
        print(timeout.when() - loop.time(), timeout.expired())
        await asyncio.sleep(1)
    print(timeout.expired())
    await asyncio.sleep(10)
    print("end")


asyncio.run(main())
