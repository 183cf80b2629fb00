"""Callbacks: what the loop is made of

Underneath tasks, the loop knows only callbacks: functions called soon, later, or when
a future is done. A future is a plate to be filled.
"""
import asyncio


def ring():
    print("callback: the oven bell rings")


def serve(plate):
    print("callback: serving", plate.result())


async def main():
    loop = asyncio.get_running_loop()
    plate = loop.create_future()
    #: A done callback is called soon after the future got its result.
    plate.add_done_callback(serve)
    #: call_later arms a timer. call_soon puts a callback at the end of the ready queue.
    loop.call_later(2, plate.set_result, "pie")
    loop.call_later(1, ring)
    alarm = loop.call_later(1.5, ring)
    loop.call_soon(print, "callback: called soon, but not before main waits")
    #: A timer that is cancelled in time never fires.
    alarm.cancel()
    print("main: waiting for the plate")
    #: main waits for the future. At 2 a timer fills it: serve is called, then main runs.
    dish = await plate
    print("main:", dish, "on the table")


asyncio.run(main())
