# 4.3e: returned, failed, cancelled: what the getters say.
import asyncio


async def work(how):
    await asyncio.sleep(1)
    if how == "fails":
        raise ValueError("spoilt")
    if how == "raises CancelledError":
        raise asyncio.CancelledError("by itself")
    return how


async def main():
    tasks = [asyncio.create_task(work(how), name=how)
             for how in ("returns", "fails", "raises CancelledError")]
    print([task.done() for task in tasks])
    try:
        tasks[0].result()
    except asyncio.InvalidStateError as error:
        print(error)
    try:
        tasks[0].exception()
    except asyncio.InvalidStateError as error:
        print(error)
    await asyncio.sleep(2)
    for task in tasks:
        print(task.get_name(), task.done(), task.cancelled(), task.cancelling())
        try:
            print(repr(task.exception()), task.result())
        except (ValueError, asyncio.CancelledError) as error:
            print("raised", repr(error))


asyncio.run(main())
