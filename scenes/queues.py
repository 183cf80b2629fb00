"""A queue between waiter and cook

The one puts orders in, the other takes them out. Neither knows the other: whoever is
too fast waits at the queue.
"""
import asyncio


async def waiter(orders):
    for dish in ("rice", "curry", "salad", "soup"):
        #: There is room for two orders. When it is full, put() waits: the waiter is held back.
        await orders.put(dish)
        print("waiter: pinned up", dish)
    #: The cook cannot know which order is the last, so the waiter pins up a None after it.
    await orders.put(None)


async def cook(orders):
    await asyncio.sleep(1)
    #: get() takes out the oldest order, and waits if there is none. Now there is room for another.
    while (dish := await orders.get()) is not None:
        await asyncio.sleep(2)
        print("cook: made", dish)
    #: The None has come: there will be no more orders.
    print("cook: going home")


async def main():
    orders = asyncio.Queue(maxsize=2)
    await asyncio.gather(waiter(orders), cook(orders))


asyncio.run(main())
