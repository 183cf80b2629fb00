"""One cook, one dinner

One pair of hands: nothing here happens at the same instant. Yet dinner takes
as long as its slowest dish, not as long as all dishes in a row.
"""
import asyncio
import time


def hands(minutes, doing):
    print(doing)
    time.sleep(minutes)         # busy: nobody else gets the cook


async def rice():
    #: Rice is a minute of work. Then it boils by itself, and the cook is free.
    hands(1, "rice: rinse it, put it on the stove")
    await asyncio.sleep(10)
    #: The rice has boiled for ten minutes, and all the other work fitted in between.
    hands(1, "rice: drain it")


async def chop():
    #: Chopping has no pause in it. Curry and table are ready, but the cook is busy.
    hands(3, "chop: onions, carrots, peas")


async def curry():
    #: The curry, too, is a little work and then a wait.
    hands(2, "curry: fry the onions, let it simmer")
    await asyncio.sleep(4)
    print("curry: done")


async def table():
    #: While the rice boils and the curry simmers, the cook sets the table.
    hands(2, "table: plates, forks, glasses")


async def main():
    start = time.monotonic()
    #: Four jobs for one cook. They take turns: whoever waits lets the next one go on.
    await asyncio.gather(rice(), chop(), curry(), table())
    minutes = time.monotonic() - start
    #: One job after another would take 23 minutes. The longest chain, the rice, takes 12.
    print(f"dinner is ready after {minutes:.0f} minutes")


asyncio.run(main())
