# 14.3: an exception out of the cancelled rest is reported, and changes nothing.
import asyncio


async def background():
    try:
        await asyncio.sleep(100)
    finally:
        raise ValueError("while closing")


async def main():
    asyncio.create_task(background(), name="background")
    await asyncio.sleep(1)
    return "result"


print(asyncio.run(main()))
