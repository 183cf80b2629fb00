# 19.3 (21: 3.11 shows them): the report of a failed callback does not show its arguments.
import asyncio


def burn(what, how):
    raise ValueError(what)


async def main():
    asyncio.get_running_loop().call_soon(burn, "rice", 3)
    await asyncio.sleep(0)


asyncio.run(main())
