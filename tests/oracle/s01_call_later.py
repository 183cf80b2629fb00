# 1.4: call_later is call_at(time() + delay); a zero or negative delay is a timer of the next tick.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    loop.call_later(0, print, "zero")
    loop.call_later(-1, print, "negative")
    loop.call_soon(print, "soon")
    later = loop.call_later(2.5, print, "later")
    at = loop.call_at(loop.time() + 1.5, print, "at")
    print(round(later.when() - loop.time(), 6), round(at.when() - loop.time(), 6))
    await asyncio.sleep(3)
    print("end")


asyncio.run(main())
