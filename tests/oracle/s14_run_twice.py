# 4.2, 14.4: names go on counting from one run to the next, the clean-up's tasks included.
import asyncio


async def name():
    return asyncio.current_task().get_name()


print(asyncio.run(name()), asyncio.run(name()), asyncio.run(name()))
