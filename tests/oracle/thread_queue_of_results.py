"""Two tasks feed one queue from workers, a third takes from it."""
import asyncio
import time


def prepare(what, minutes):
    time.sleep(minutes)
    return what


async def cook(queue, what, minutes):
    for i in range(3):
        await queue.put(await asyncio.to_thread(prepare, f"{what} {i}", minutes))


async def waiter(queue):
    for _ in range(6):
        print("serve", await queue.get())


async def main():
    queue = asyncio.Queue(1)
    await asyncio.gather(waiter(queue), cook(queue, "rice", 1), cook(queue, "curry", 1.5))


asyncio.run(main())
