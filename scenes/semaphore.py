"""A stove with two burners

A semaphore is a lock that lets in so many at a time. Here two: four pots share two
burners.
"""
import asyncio


async def pot(name, minutes, burners):
    #: Whoever finds no free burner waits, in the order of coming.
    async with burners:
        print(f"{name}: on the stove")
        await asyncio.sleep(minutes)
        #: The pot comes off, and its burner goes to the first in the line.
        print(f"{name}: done")


async def main():
    burners = asyncio.Semaphore(2)
    async with asyncio.TaskGroup() as stove:
        for name, minutes in ("rice", 5), ("curry", 3), ("soup", 4), ("tea", 1):
            #: Four tasks at once; the semaphore says how many of them cook.
            stove.create_task(pot(name, minutes, burners), name=name)
    #: Thirteen minutes of cooking on two burners: that took seven.
    print("dinner is ready")


asyncio.run(main())
