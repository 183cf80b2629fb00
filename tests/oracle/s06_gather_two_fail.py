# 6.3: a second failure after gather has failed is marked as seen: no report.
import asyncio


async def fails(name):
    await asyncio.sleep(1)
    raise ValueError(name)


async def main():
    try:
        await asyncio.gather(fails("first"), fails("second"), fails("third"))
    except ValueError as error:
        print("caught", error)
    await asyncio.sleep(1)
    print("end")


asyncio.run(main())
