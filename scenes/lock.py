"""A lock against the race

Inside of `async with lock` there is one task at a time, whatever it awaits there. The
others wait at the door: first come, first served.
"""
import asyncio

spoons = 0


async def cook(number, lock):
    global spoons
    #: One cook gets the lock. The others find it taken, and wait: not for a time, but for him.
    async with lock:
        seen = spoons
        print(f"cook {number}: has seen {seen}")
        #: This wait is inside of the lock: nobody else can look now.
        await asyncio.sleep(1)
        #: Only now the count goes up. The block ends, and the lock goes to whoever waited longest.
        spoons = seen + 1


async def main():
    lock = asyncio.Lock()
    await asyncio.gather(*(cook(number, lock) for number in (1, 2, 3)))
    #: Now the count is right. It took three minutes instead of one: that is the price.
    print("spoons of salt:", spoons)


asyncio.run(main())
