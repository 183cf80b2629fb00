# 3.7: a failed future that dies unseen is reported, at the moment it dies.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.set_exception(ValueError("unseen"))
    print("before")
    del future
    print("after")
    seen = loop.create_future()
    seen.set_exception(ValueError("seen"))
    seen.exception()
    del seen
    print("quiet")


asyncio.run(main())
