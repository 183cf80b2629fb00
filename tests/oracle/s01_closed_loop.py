# 1.1, 1.3: a closed loop takes no callbacks.
import asyncio

loop = asyncio.new_event_loop()
print(loop.is_closed(), loop.is_running())
loop.close()
loop.close()
print(loop.is_closed())
for schedule in (lambda: loop.call_soon(print), lambda: loop.call_later(1, print),
                 lambda: loop.run_forever()):
    try:
        schedule()
    except RuntimeError as error:
        print(error)
