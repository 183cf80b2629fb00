# 14.6: the clean-up comes first, then main's exception; status 1.
import asyncio


async def background():
    try:
        await asyncio.sleep(100)
    finally:
        print("background cleaned up")


async def main():
    asyncio.create_task(background(), name="background")
    await asyncio.sleep(1)
    raise LookupError("no rice")


asyncio.run(main())
