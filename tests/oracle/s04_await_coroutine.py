# 4.9: awaiting a coroutine runs it inline: no task, no tick.
import asyncio


async def inner(n):
    if n:
        return 1 + await inner(n - 1)
    return asyncio.current_task().get_name()[:0].__len__()


async def main():
    asyncio.get_running_loop().call_soon(print, "only now")
    print(await inner(20))
    await asyncio.sleep(0)


asyncio.run(main())
