"""shield: the waiter gives up, the inner task waits on and gets the result."""
import asyncio
import time


def chop():
    time.sleep(2)
    return "bowl"


async def main():
    inner = asyncio.create_task(asyncio.to_thread(chop))
    try:
        await asyncio.wait_for(asyncio.shield(inner), 1)
    except TimeoutError:
        print("not yet", inner.done())
    print(await inner)


asyncio.run(main())
