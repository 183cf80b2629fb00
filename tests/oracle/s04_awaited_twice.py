# 4.9: a coroutine is awaited once; a task any number of times.
import asyncio


async def soup():
    return "soup"


async def main():
    coroutine = soup()
    print(await coroutine)
    try:
        await coroutine
    except RuntimeError as error:
        print(error)
    task = asyncio.create_task(soup())
    print(await task, await task)


asyncio.run(main())
