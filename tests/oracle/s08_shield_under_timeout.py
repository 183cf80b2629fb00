# 8.5, 8.7: wait_for around a shield gives up waiting; the inner task goes on.
import asyncio


async def oven():
    await asyncio.sleep(3)
    return "cake"


async def main():
    task = asyncio.create_task(oven(), name="oven")
    try:
        await asyncio.wait_for(asyncio.shield(task), 1)
    except TimeoutError:
        print("not ready yet")
    print(await task)


asyncio.run(main())
