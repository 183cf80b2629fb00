"""A queue between waiter and cook

The one puts orders in, the other takes them out. Neither knows the other: whoever is
too fast waits at the queue.
"""
import asyncio


async def waiter(orders):
    for dish in ("rice", "curry", "salad", "soup"):
        #: There is room for two slips. When it is full, put() waits: the waiter is held back.
        await orders.put(dish)
        print("waiter: pinned up", dish)
    #: No exception tells a consumer that it is over, so the waiter pins up a last slip.
    await orders.put(None)


async def cook(orders):
    await asyncio.sleep(1)
    #: get() waits while the queue is empty, and gives the oldest order first.
    while (dish := await orders.get()) is not None:
        await asyncio.sleep(2)
        print("cook: made", dish)
    print("cook: going home")


async def main():
    orders = asyncio.Queue(maxsize=2)
    await asyncio.gather(waiter(orders), cook(orders))


asyncio.run(main())
