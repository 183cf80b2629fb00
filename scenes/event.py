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
    async with asyncio.TaskGroup() as table:
        for name, comes in ("Ann", 1), ("Bob", 2), ("Eve", 4):
            table.create_task(guest(name, comes, bell), name=name)
        table.create_task(cook(bell), name="cook")
    #: Eve came after the bell: for her there was nothing to wait for.
    print("all have eaten")


asyncio.run(main())
