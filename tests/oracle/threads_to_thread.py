"""to_thread: jobs sleep side by side, their prints come in time order."""
import asyncio
import time


def chop(what, minutes):
    print("chop", what, "begins")
    time.sleep(minutes)
    print("chop", what, "ends at", time.monotonic())
    return what.upper()


async def rice():
    for i in range(3):
        print("rice", i)
        await asyncio.sleep(1)
    return "rice"


async def main():
    print(await asyncio.to_thread(chop, "onions", 2))
    task = asyncio.create_task(rice(), name="rice")
    results = await asyncio.gather(
        asyncio.to_thread(chop, "carrots", 2),
        asyncio.to_thread(chop, what="leek", minutes=1),
        asyncio.to_thread(chop, "peas", 0),
    )
    print(results, await task)
    coro = asyncio.to_thread(print, "only when awaited")
    print("made")
    await coro
    print(time.monotonic())


asyncio.run(main())
