# 3.5: result() and exception() of a cancelled future raise CancelledError, with the message.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    for arguments in ((), ("enough",)):
        future = loop.create_future()
        print(future.cancel(*arguments), future.cancel(), future.cancelled(), future.done())
        for ask in (future.result, future.exception):
            try:
                ask()
            except asyncio.CancelledError as error:
                print(repr(error))


asyncio.run(main())
