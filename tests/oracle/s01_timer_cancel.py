# 1.2, 2.1: a cancelled timer never fires, and is no reason to wait.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    never = loop.call_later(1, print, "never")
    loop.call_later(2, print, "two")
    await asyncio.sleep(0.5)
    never.cancel()
    await asyncio.sleep(2)
    print(loop.time() - start, never.cancelled())


asyncio.run(main())
