# 14.2, 12.2: a task that main creates in its last step has its first step still, and then is cancelled.
import asyncio


async def background():
    try:
        print("one step")
        await asyncio.sleep(1)
        print("never")
    finally:
        print("cancelled")


async def main():
    asyncio.create_task(background(), name="background")
    return "end"


print(asyncio.run(main()))
