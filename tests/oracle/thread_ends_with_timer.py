"""A job that ends when a timer is due: its completion was appended first."""
import asyncio
import time


async def waiter(name, what):
    print(name, await what)


async def main():
    loop = asyncio.get_running_loop()
    f = loop.run_in_executor(None, time.sleep, 1)
    await asyncio.gather(waiter("timer", asyncio.sleep(1, "t")), waiter("job", f), waiter("timer 2", asyncio.sleep(1, "u")))
    print(loop.time() - loop.time())


asyncio.run(main())
