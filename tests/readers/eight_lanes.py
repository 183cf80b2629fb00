"""Eight lanes

Seven tasks beside main, which work and wait by turns: what a recording of a common size costs.
"""
import asyncio
import time


async def dish(name, minutes):
    #: Each dish is some work, a wait, and some work again.
    for part in ("wash", "cook", "serve"):
        time.sleep(0.5)
        print(name, part)
        await asyncio.sleep(minutes)
    return name


async def main():
    names = ["rice", "beans", "soup", "tea", "bread", "salad", "fish"]
    dishes = [asyncio.create_task(dish(name, 2 + n), name=name) for n, name in enumerate(names)]
    #: All of them at once.
    await asyncio.gather(*dishes)


asyncio.run(main())
