"""A lock against the race

Between `async with lock` and the end of its block nobody else is inside, whatever is
awaited there. The others wait at the door, first come, first served.
"""
import asyncio

spoons = 0


async def salt(cook, lock):
    global spoons
    #: One cook gets the lock. The others find it taken, and wait for it: not for a time, but for each other.
    async with lock:
        seen = spoons
        print(cook, "has seen", seen)
        #: This wait is inside of the lock: nobody can look now.
        await asyncio.sleep(1)
        spoons = seen + 1
        #: The end of the block passes the lock on to whoever waited longest.


async def main():
    lock = asyncio.Lock()
    await asyncio.gather(*(salt(f"cook {n}", lock) for n in range(1, 4)))
    #: Now the count is right. It took three minutes instead of one: that is the price.
    print("spoons of salt:", spoons)


asyncio.run(main())
