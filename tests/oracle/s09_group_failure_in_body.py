# 9.4c, 9.4h: the body raises: members are cancelled, its error comes last in the group.
import asyncio


async def worker(name):
    try:
        await asyncio.sleep(10)
    finally:
        print(name, "ends")


async def spoils():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        raise KeyError("while cleaning up")


async def main():
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(worker("a"), name="a")
            tg.create_task(spoils(), name="spoils")
            await asyncio.sleep(1)
            raise ValueError("body")
    except* ValueError as group:
        print("ValueError:", group.exceptions)
    except* KeyError as group:
        print("KeyError:", group.exceptions)


asyncio.run(main())
