# 12.1: one loop at a time, and each of them once.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    print(loop.is_running())
    other = asyncio.new_event_loop()
    for run in (loop, other):
        try:
            run.run_until_complete(run.create_future())
        except RuntimeError as error:
            print(error)
    other.close()
    try:
        loop.close()
    except RuntimeError as error:
        print(error)


asyncio.run(main())
