# 8.1: reschedule() moves the deadline while the block is active, and not after.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    try:
        async with asyncio.timeout(1) as timeout:
            timeout.reschedule(start + 3)
            print(timeout.when() - start)
            await asyncio.sleep(2)
            print("still here")
            await asyncio.sleep(2)
    except TimeoutError:
        print(loop.time() - start, timeout.expired())
    try:
        timeout.reschedule(None)
    except RuntimeError as error:
        print(error)


asyncio.run(main())
