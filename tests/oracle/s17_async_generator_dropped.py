# 17.3: left by break, the last reference goes, and a task closes it.
import asyncio


async def pages():
    try:
        for n in range(10):
            yield n
    finally:
        print("closing")
        await asyncio.sleep(1)
        print("closed")


async def main():
    async for page in pages():
        print(page)
        if page == 1:
            break
    print("after break")
    await asyncio.sleep(3)
    print("end")


asyncio.run(main())
