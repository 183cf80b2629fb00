# 2.4, 2.5: a timer cancelled by another one of the same instant is taken along and skipped.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    when = loop.time() + 1
    second = None

    def first():
        print("first")
        second.cancel()

    loop.call_at(when, first)
    second = loop.call_at(when, print, "second")
    loop.call_at(when, print, "third")
    await asyncio.sleep(2)


asyncio.run(main())
