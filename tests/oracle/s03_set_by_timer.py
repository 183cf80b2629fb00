# 3.2, 4.4: a timer's set_result, then the waiter: one tick apart at the same instant.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_later(2, future.set_result, "rice")
    loop.call_later(2, print, "another timer of that instant")
    print(await future)
    failing = loop.create_future()
    loop.call_later(1, failing.set_exception, OSError("gas"))
    try:
        await failing
    except OSError as error:
        print(error)


asyncio.run(main())
