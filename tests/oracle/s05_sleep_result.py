# 5.2: sleep hands back its second argument.
import asyncio


async def main():
    print(await asyncio.sleep(1), await asyncio.sleep(1, "result"))
    print(await asyncio.gather(*(asyncio.sleep(d, d) for d in (3, 1, 2))))


asyncio.run(main())
