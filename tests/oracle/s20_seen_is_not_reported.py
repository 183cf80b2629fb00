# 20.1, 3.5: asking for the exception, or awaiting, is enough.
import asyncio


async def fails(name):
    raise ValueError(name)


async def main():
    asked = asyncio.create_task(fails("asked"))
    awaited = asyncio.create_task(fails("awaited"))
    await asyncio.sleep(0)
    print(repr(asked.exception()))
    try:
        await awaited
    except ValueError as error:
        print(error)
    asked = awaited = None
    print("quiet")


asyncio.run(main())
