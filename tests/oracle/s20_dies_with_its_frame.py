# 20.1: locals die when the function returns, in the step that returns.
import asyncio


async def soup():
    pass


async def fails():
    raise ValueError("unseen")


async def kitchen():
    pot = soup()
    task = asyncio.create_task(fails(), name="fails")
    await asyncio.sleep(1)
    print("kitchen closes")


async def main():
    await kitchen()
    print("main")


asyncio.run(main())
