"""An exception of the job is raised at the await."""
import asyncio
import time


class Burnt(Exception):
    pass


def fry():
    time.sleep(1)
    raise Burnt("onions", 3)


async def main():
    try:
        await asyncio.to_thread(fry)
    except Burnt as e:
        print(type(e).__name__, e.args, isinstance(e, Burnt))
    try:
        await asyncio.to_thread(int, "leek")
    except ValueError as e:
        print(e)


asyncio.run(main())
