# 2.6: stop() lets the batch finish; what was appended after that stays in the queue.
import asyncio

loop = asyncio.new_event_loop()
loop.call_soon(print, "before")
loop.call_soon(loop.stop)
loop.call_soon(print, "after stop, same batch")
loop.call_soon(loop.call_soon, print, "next run")
loop.run_forever()
print("stopped")
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
