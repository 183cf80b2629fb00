"""A time-out stops the waiting, not the work."""
import asyncio
import time


def chop():
    time.sleep(3)
    print("chopped")
    return "bowl"


async def main():
    try:
        async with asyncio.timeout(1):
            await asyncio.to_thread(chop)
    except TimeoutError:
        print("too slow")
    try:
        await asyncio.wait_for(asyncio.to_thread(chop), 2.5)
    except TimeoutError:
        print("again too slow")
    print(await asyncio.wait_for(asyncio.to_thread(chop), 3.5))


asyncio.run(main())
