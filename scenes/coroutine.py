"""A coroutine is a recipe, not a dish

Calling an `async def` function cooks nothing. It returns a coroutine object:
a recipe card. Await it, and it runs.
"""
import asyncio


async def soup(guests):
    print(f"soup: cooking for {guests}")
    await asyncio.sleep(2)
    return f"soup for {guests}"


async def main():
    #: This call runs no line of soup(). It only makes a coroutine object.
    card = soup(4)
    print("in hand: a", type(card).__name__)
    #: A minute goes by, and nothing is cooking.
    await asyncio.sleep(1)
    print("one minute later: still a", type(card).__name__)
    #: await runs it: main goes on inside soup() and comes back with a dish.
    dish = await card
    print("served:", dish)
    print("nobody cooks for a hundred:")
    #: A card thrown away was never cooked. Python warns: never awaited.
    soup(100)


asyncio.run(main())
