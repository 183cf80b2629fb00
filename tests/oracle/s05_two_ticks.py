# 5.2, 5.3: waking up takes two ticks; equal deadlines wake in the order of the sleeps.
import asyncio


async def sleeper(name, delay):
    await asyncio.sleep(delay)
    print(name)


async def main():
    asyncio.get_running_loop().call_later(2, print, "timer callback")
    await asyncio.gather(sleeper("a", 2), sleeper("b", 1), sleeper("c", 2), sleeper("d", 1))


asyncio.run(main())
