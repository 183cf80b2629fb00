# 6.2: gather starts its children even if nobody awaits it.
import asyncio


async def worker():
    print("worker runs")
    return 3


async def main():
    gathered = asyncio.gather(worker(), worker())
    await asyncio.sleep(1)
    print(gathered.done(), gathered.result())


asyncio.run(main())
