"""Barrier: wait for each other, again and again; broken, reset, cancelled."""
import asyncio


async def guest(name, barrier, delay):
    await asyncio.sleep(delay)
    try:
        print(name, "waits", barrier.n_waiting, barrier.parties)
        index = await barrier.wait()
        print(name, "goes on", index)
    except asyncio.BrokenBarrierError as e:
        print(name, type(e).__name__, e, isinstance(e, RuntimeError))
    except asyncio.CancelledError:
        print(name, "cancelled")


async def main():
    barrier = asyncio.Barrier(3)
    print(repr(barrier)[-25:], barrier.broken)
    async with asyncio.TaskGroup() as tg:
        for i, name in enumerate("abcdef"):
            tg.create_task(guest(name, barrier, i))
    async with asyncio.TaskGroup() as tg:
        for name in "ghijklm":
            tg.create_task(guest(name, barrier, 1))
        tg.create_task(guest("n", barrier, 1.5))
        await asyncio.sleep(1.2)
        print(barrier.n_waiting)
        tg.create_task(guest("o", barrier, 0.5))

    a = asyncio.create_task(guest("p", barrier, 0))
    await asyncio.sleep(1)
    a.cancel()
    await a
    print(barrier.n_waiting)
    b = asyncio.create_task(guest("q", barrier, 0))
    await asyncio.sleep(1)
    await barrier.reset()
    await b
    print(repr(barrier)[-25:])
    await barrier.reset()
    tasks = [asyncio.create_task(guest(n, barrier, 0)) for n in "rs"]
    await asyncio.sleep(1)
    await barrier.abort()
    print(repr(barrier)[-10:], barrier.broken, barrier.n_waiting)
    for t in tasks:
        await t
    await guest("t", barrier, 0)
    await barrier.reset()
    print(barrier.broken)

    async def enter(name):
        async with barrier as position:
            print(name, "inside", position)
            await asyncio.sleep(1)
            print(name, "leaves")

    await asyncio.gather(*(enter(n) for n in "uvw"))
    one = asyncio.Barrier(1)
    print(await one.wait(), await one.wait())
    for parties in (0, -1):
        try:
            asyncio.Barrier(parties)
        except ValueError as e:
            print(e)


asyncio.run(main())
