# 9.3, 9.4f (21: order of uncancel): a member fails, and in the same tick somebody cancels the parent too.
import asyncio


async def fails(before=None):
    await asyncio.sleep(1)
    if before:
        before.cancel("from outside")
    raise ValueError("spoilt")


async def parent(first):
    me = asyncio.current_task()
    try:
        async with asyncio.TaskGroup() as tg:
            if first:
                tg.create_task(fails(me), name="fails")
            else:
                task = tg.create_task(fails(), name="fails")
                task.add_done_callback(lambda task: me.cancel("from outside"))
            await asyncio.sleep(5)
    except* ValueError as group:
        print(group.exceptions, me.cancelling())
    await asyncio.sleep(1)
    print("not reached")


async def main():
    for first in (True, False):
        task = asyncio.create_task(parent(first), name="parent")
        try:
            await task
        except asyncio.CancelledError as error:
            print("cancelled", task.cancelling(), repr(error))


asyncio.run(main())
