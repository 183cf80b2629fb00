# 3.3, 3.5: a class is made an instance; result() raises that same object, exception() returns it.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.set_exception(KeyError)
    print(repr(future.exception()))
    caught = []
    for _ in range(2):
        try:
            await future
        except KeyError as error:
            caught.append(error)
    print(caught[0] is caught[1], caught[0] is future.exception())


asyncio.run(main())
