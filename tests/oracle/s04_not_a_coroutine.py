# 4.1: only a coroutine makes a task.
import asyncio


async def fine():
    pass


async def main():
    for thing in (5, "text", None, [1, 2]):
        try:
            asyncio.create_task(thing)
        except TypeError as error:
            print(error)
    print("end")


asyncio.run(main())
