# 4.9: awaiting a coroutine runs it inline: no task, no tick.
import asyncio


async def inner(n):
    if n == 0:
        return asyncio.current_task().get_name()
    return await inner(n - 1)


async def main():
    asyncio.get_running_loop().call_soon(print, "only now")
    print(await inner(20))
    await asyncio.sleep(0)


asyncio.run(main())
