# 3.2, 3.5: what a future refuses, and its words.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    for ask in (future.result, future.exception):
        try:
            ask()
        except asyncio.InvalidStateError as error:
            print(error)
    print(future.done(), future.cancelled())
    future.set_result(1)
    print(future.done(), future.cancelled(), future.cancel())
    for put in (future.set_result, future.set_exception):
        try:
            put(ValueError("late"))
        except asyncio.InvalidStateError as error:
            print(error)
    print(future.result(), future.exception())


asyncio.run(main())
