# 2.8: timers due at the same instant fire in the order in which they were armed.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    when = loop.time() + 1
    for n in range(10):
        loop.call_at(when, print, n)
    await asyncio.sleep(2)


asyncio.run(main())
