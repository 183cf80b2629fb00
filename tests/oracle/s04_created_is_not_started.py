# 4.1: create_task appends the first step; the creator runs on until it waits.
import asyncio


async def worker(name):
    print(name, "starts")


async def main():
    tasks = [asyncio.create_task(worker(f"w{n}")) for n in range(3)]
    print("main: none has started")
    await tasks[2]
    print("main: all have")


asyncio.run(main())
