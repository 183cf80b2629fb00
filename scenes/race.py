"""One thread, and still a race

Only one task runs at a time, but at every await another may run. Who reads, waits and
then writes, writes what was true before the wait.
"""
import asyncio

spoons = 0


async def cook(number):
    global spoons
    #: Each cook looks how much salt there is...
    seen = spoons
    print(f"cook {number}: has seen {seen}")
    #: ... and waits. Here the other cooks look, too, and see the same number.
    await asyncio.sleep(1)
    #: What each of them writes now is one more than what they saw, not than what there is.
    spoons = seen + 1


async def main():
    await asyncio.gather(*(cook(number) for number in (1, 2, 3)))
    #: Three cooks have added a spoon each. How many are there?
    print("spoons of salt:", spoons)


asyncio.run(main())
