# 14.6: run returns main's result.
import asyncio


async def main():
    await asyncio.sleep(1)
    return {"rice": 2}


print(asyncio.run(main()))
