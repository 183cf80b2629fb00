# 14.4: an async generator that is still suspended is closed by run().
import asyncio


async def pages():
    try:
        yield 1
        yield 2
    finally:
        await asyncio.sleep(1)
        print("closed")


async def main():
    global left
    left = pages()
    print(await left.__anext__())


asyncio.run(main())
print("end")
