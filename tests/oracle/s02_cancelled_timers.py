# 2.1, 2.4: cancelled timers, buried or due, are skipped; many of them are purged.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    timers = [loop.call_at(start + 1 + n % 7, print, "timer", n) for n in range(240)]
    for n, timer in enumerate(timers):
        if n % 50:
            timer.cancel()
    await asyncio.sleep(10)
    print(loop.time() - start)


asyncio.run(main())
