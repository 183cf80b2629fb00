"""Eight lanes at work: sleeps, a queue, a lock and output

About 35 events a turn, six turns at a time.
"""
import asyncio

TURNS = 4770


async def cook(n, dishes, stove):
    for turn in range(TURNS):
        await asyncio.sleep(0.001 * (n + 1))
        async with stove:
            await asyncio.sleep(0)
        await dishes.put(turn)
        if turn % 100 == 0:
            print("cook", n, "has made", turn)


async def waiter(dishes):
    for _ in range(6 * TURNS):
        await dishes.get()


async def main():
    dishes = asyncio.Queue(4)
    stove = asyncio.Lock()
    async with asyncio.TaskGroup() as kitchen:
        for n in range(6):
            kitchen.create_task(cook(n, dishes, stove))
        kitchen.create_task(waiter(dishes))


asyncio.run(main())
