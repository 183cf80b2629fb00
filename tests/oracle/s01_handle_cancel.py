# 1.2: a cancelled handle stays in the queue and is skipped; cancelling twice or too late is harmless.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    first = loop.call_soon(print, "first")
    second = loop.call_soon(print, "second")
    second.cancel()
    second.cancel()
    print(first.cancelled(), second.cancelled())
    await asyncio.sleep(0)
    first.cancel()
    print(first.cancelled())


asyncio.run(main())
