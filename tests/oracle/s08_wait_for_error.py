# 8.5: another exception goes through.
import asyncio


async def worker():
    await asyncio.sleep(1)
    raise KeyError("salt")


async def main():
    try:
        await asyncio.wait_for(worker(), 5)
    except KeyError as error:
        print(repr(error))


asyncio.run(main())
