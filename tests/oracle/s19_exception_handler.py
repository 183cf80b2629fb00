# 19.2: a handler of the scene's own gets the loop and a dict.
import asyncio


def handler(loop, context):
    print("handler:", context["message"].split(" at ")[0], repr(context.get("exception")))
    print(sorted(context))


def burn():
    raise ValueError("burnt")


async def fails():
    raise KeyError("salt")


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(handler)
    loop.call_soon(burn)
    asyncio.create_task(fails(), name="fails")
    await asyncio.sleep(1)
    loop.set_exception_handler(None)
    print("main")


asyncio.run(main())
