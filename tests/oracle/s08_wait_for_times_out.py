# 8.5: what wait_for awaits is cancelled, and TimeoutError raised.
import asyncio


async def worker():
    try:
        await asyncio.sleep(5)
    except asyncio.CancelledError:
        print("worker cancelled")
        raise


async def main():
    loop = asyncio.get_running_loop()
    try:
        await asyncio.wait_for(worker(), 1)
    except TimeoutError as error:
        print(repr(error), loop.time())
    future = loop.create_future()
    try:
        await asyncio.wait_for(future, 1)
    except asyncio.TimeoutError:
        print(future.cancelled(), asyncio.TimeoutError is TimeoutError)


asyncio.run(main())
