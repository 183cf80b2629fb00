# 8.3: a body that swallows the cancel leaves without an error; expired() is true.
import asyncio


async def main():
    async with asyncio.timeout(1) as timeout:
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            print("swallowed")
    print(timeout.expired(), asyncio.current_task().cancelling())


asyncio.run(main())
