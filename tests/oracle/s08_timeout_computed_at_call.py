# 8.1: the deadline counts from the call of timeout(), not from the entry of the block.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    timeout = asyncio.timeout(3)
    await asyncio.sleep(2)
    try:
        async with timeout:
            await asyncio.sleep(5)
    except TimeoutError:
        print(loop.time() - start)
    try:
        async with timeout:
            print("not reached")
    except RuntimeError as error:
        print(error)


asyncio.run(main())
