"""A stove with two burners

A semaphore is a lock for so many at a time. Here two: four pots share two burners.
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
    #: Four tasks at once; the semaphore says how many of them cook.
    await asyncio.gather(pot("rice", 5, burners), pot("curry", 3, burners),
                         pot("soup", 4, burners), pot("tea", 1, burners))


asyncio.run(main())
