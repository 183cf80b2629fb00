# Mixed: periodic callbacks by call_later and call_at, stopped by a task; a heartbeat that is cancelled.
import asyncio


class Every:
    def __init__(self, seconds, action):
        self.seconds, self.action = seconds, action
        self.loop = asyncio.get_running_loop()
        self.handle = self.loop.call_later(seconds, self.fire)

    def fire(self):
        self.action()
        self.handle = self.loop.call_at(self.handle.when() + self.seconds, self.fire)

    def stop(self):
        self.handle.cancel()


async def heartbeat():
    beats = 0
    try:
        while True:
            await asyncio.sleep(0.5)
            beats += 1
    finally:
        print("beats", beats)


async def main():
    loop = asyncio.get_running_loop()
    fast = Every(0.4, lambda: print(f"fast {loop.time():.1f}"))
    slow = Every(1, lambda: print(f"slow {loop.time():.1f}"))
    beating = asyncio.create_task(heartbeat(), name="heartbeat")
    await asyncio.sleep(2.1)
    fast.stop()
    await asyncio.sleep(1)
    slow.stop()
    beating.cancel()
    await asyncio.sleep(3)
    print("end", round(loop.time(), 3))


asyncio.run(main())
