# 6.2 (21: 3.11 counts them a tick later): children that are done already are counted at once.
import asyncio


async def dish(name):
    return name


async def main():
    loop = asyncio.get_running_loop()
    tasks = [asyncio.create_task(dish(n)) for n in "ab"]
    await asyncio.sleep(1)
    loop.call_soon(print, "callback")
    gathered = asyncio.gather(*tasks)
    print(gathered.done())
    print(await gathered)
    await asyncio.sleep(0)
    future = loop.create_future()
    future.set_exception(ValueError("spoilt"))
    gathered = asyncio.gather(future, dish("late"))
    print(gathered.done())
    try:
        await gathered
    except ValueError as error:
        print(error)


asyncio.run(main())
