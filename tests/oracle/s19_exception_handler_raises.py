# 19.2: a handler that raises is reported by the default one.
import asyncio


def handler(loop, context):
    print("handler called")
    raise RuntimeError("handler is broken")


def burn():
    raise ValueError("burnt")


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(handler)
    loop.call_soon(burn)
    await asyncio.sleep(1)
    print("main goes on")


asyncio.run(main())
