# 14.3: a task that is created while the rest is being cancelled is not waited for.
import asyncio


async def late():
    print("late starts")
    await asyncio.sleep(5)
    print("never")


async def background():
    try:
        await asyncio.sleep(100)
    finally:
        asyncio.create_task(late(), name="late")
        await asyncio.sleep(1)
        print("background ends")


async def main():
    asyncio.create_task(background(), name="background")
    await asyncio.sleep(1)


asyncio.run(main())
print("end")
