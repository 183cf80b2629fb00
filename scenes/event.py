"""The dinner bell

An Event is a bell that stays rung: all who wait for it wake, and whoever comes later
does not wait at all.
"""
import asyncio


async def guest(name, comes, bell):
    await asyncio.sleep(comes)
    print(f"{name}: is there, the bell has rung: {bell.is_set()}")
    #: Guests who are early wait here, all for the same bell.
    await bell.wait()
    print(f"{name}: eats")


async def cook(bell):
    await asyncio.sleep(3)
    #: One call wakes everybody who waits, in the order in which they came.
    bell.set()
    print("cook: rang the bell")


async def main():
    bell = asyncio.Event()
    await asyncio.gather(guest("Ann", 0, bell), guest("Bob", 1, bell), guest("Eve", 4, bell), cook(bell))
    #: Eve came after the bell: for her there was nothing to wait for.
    print("all have eaten")


asyncio.run(main())
