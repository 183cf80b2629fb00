"""An exception of the job that nobody catches ends the program."""
import asyncio


def fry():
    raise RuntimeError("burnt")


async def main():
    print("before")
    await asyncio.to_thread(fry)
    print("not reached")


asyncio.run(main())
