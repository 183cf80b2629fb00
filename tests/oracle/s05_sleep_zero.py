# 5.1: sleep(0) is one turn: the tasks go round.
import asyncio


async def worker(name):
    for n in range(3):
        print(name, n)
        await asyncio.sleep(0)


async def main():
    await asyncio.gather(worker("a"), worker("b"), worker("c"))


asyncio.run(main())
