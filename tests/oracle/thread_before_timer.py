"""At equal instants workers go before timers."""
import asyncio
import time


def job():
    time.sleep(1)
    print("job at 1")
    time.sleep(1)
    print("job at 2")


async def timer(when):
    await asyncio.sleep(when)
    print("timer at", when)


async def main():
    await asyncio.gather(timer(1), asyncio.to_thread(job), timer(2), timer(1))
    asyncio.get_running_loop().call_later(1, print, "callback at 1 more")
    await asyncio.to_thread(time.sleep, 1)
    print("main goes on")


asyncio.run(main())
