# 20.1: held to the end, reported at the end.
import asyncio

tasks = []


async def fails():
    raise ValueError("unseen")


async def main():
    tasks.append(asyncio.create_task(fails(), name="fails"))
    await asyncio.sleep(1)
    print("main")


asyncio.run(main())
print("end of the program")
