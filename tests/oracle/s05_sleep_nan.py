# 5.1 (21: new in 3.13): sleep refuses NaN.
import asyncio


async def main():
    try:
        await asyncio.sleep(float("nan"))
    except ValueError as error:
        print(error)


asyncio.run(main())
