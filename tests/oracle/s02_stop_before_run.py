# 2.6: stop() before run_forever gives exactly one tick, which does not wait.
import asyncio

loop = asyncio.new_event_loop()
loop.stop()
loop.call_soon(print, "soon")
loop.call_later(5, print, "later")
loop.run_forever()
print("clock did not move:", loop.time() == loop.time(), loop.is_running())
loop.close()
