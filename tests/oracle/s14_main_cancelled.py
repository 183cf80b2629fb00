# 14.6: a main that is cancelled raises CancelledError out of run.
import asyncio


async def main():
    asyncio.current_task().cancel()
    await asyncio.sleep(1)


try:
    asyncio.run(main())
except asyncio.CancelledError as error:
    print(repr(error))
