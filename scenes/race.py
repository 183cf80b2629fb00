"""One thread, and still a race

Only one task runs at a time, but another one may run at every await. Who reads, then
waits, then writes, writes what was true before the wait.
"""
import asyncio

spoons = 0


async def salt(cook):
    global spoons
    #: Each cook looks how much salt there is...
    seen = spoons
    print(cook, "has seen", seen)
    #: ... and waits. Here the other cooks look, too, and see the same number.
    await asyncio.sleep(1)
    #: What each of them writes now is one more than what they saw, not than what there is.
    spoons = seen + 1


async def main():
    await asyncio.gather(*(salt(f"cook {n}") for n in range(1, 4)))
    #: Three cooks added a spoon each, and yet:
    print("spoons of salt:", spoons)


asyncio.run(main())
