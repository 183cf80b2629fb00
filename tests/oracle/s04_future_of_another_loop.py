# 4.3e: a future belongs to one loop.
import asyncio

other = asyncio.new_event_loop()
future = other.create_future()


async def main():
    try:
        await future
    except RuntimeError as error:
        print("attached to a different loop" in str(error))


asyncio.run(main())
other.close()
