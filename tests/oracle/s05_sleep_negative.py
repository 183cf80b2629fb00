# 5.1: a negative sleep is a sleep(0).
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    loop.call_soon(print, "callback")
    print(await asyncio.sleep(-3, "back"), loop.time() - start)
    print(await asyncio.sleep(0, result="zero"))


asyncio.run(main())
