# 8.7: a result passes a shield in two ticks; of a coroutine a task is made.
import asyncio


async def ticking(n):
    for i in range(n):
        print("tick", i)
        await asyncio.sleep(0)


async def quick():
    return asyncio.current_task().get_name()


async def main():
    other = asyncio.create_task(ticking(5), name="ticking")
    print(await asyncio.shield(quick()))
    await other


asyncio.run(main())
