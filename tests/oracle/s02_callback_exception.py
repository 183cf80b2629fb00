# 2.7: an exception out of a callback is reported, and the loop goes on.
import asyncio


def burn():
    raise ValueError("burnt")


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(burn)
    loop.call_soon(print, "next callback")
    loop.call_later(1, burn)
    await asyncio.sleep(2)
    print("main goes on")


asyncio.run(main())
