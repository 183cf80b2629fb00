# 11.1-11.5: locks, semaphores, events and conditions, with cancellations in line.
import asyncio
async def user(lock, name, n):
    async with lock:
        print(name, "in", str(lock).split("[")[1])
        await asyncio.sleep(n)
    print(name, "out")
async def sem_user(s, name, n):
    async with s:
        print(name, "in", s.locked())
        await asyncio.sleep(n)
    print(name, "out")
async def waiter(e, name):
    print(name, await e.wait())
async def cond_wait(c, name):
    async with c:
        print(name, "waits")
        try:
            print(name, await c.wait())
        except asyncio.CancelledError:
            print(name, "cancelled", c.locked())
            raise
async def cond_for(c, box):
    async with c:
        print("for", await c.wait_for(lambda: len(box) > 1 and "enough"))
async def main():
    lock = asyncio.Lock()
    ts = [asyncio.create_task(user(lock, f"u{i}", 1), name=f"u{i}") for i in range(4)]
    await asyncio.sleep(0.5)
    ts[1].cancel()
    await asyncio.gather(*ts, return_exceptions=True)
    print(lock.locked())
    try:
        lock.release()
    except RuntimeError as e: print(e)
    s = asyncio.Semaphore(2)
    ts = [asyncio.create_task(sem_user(s, f"s{i}", 1 + i / 10), name=f"s{i}") for i in range(6)]
    await asyncio.sleep(1)
    ts[2].cancel(); ts[3].cancel()
    await asyncio.gather(*ts, return_exceptions=True)
    b = asyncio.BoundedSemaphore(1)
    await b.acquire()
    b.release()
    try:
        b.release()
    except ValueError as e: print(e)
    e = asyncio.Event()
    ts = [asyncio.create_task(waiter(e, f"e{i}"), name=f"e{i}") for i in range(3)]
    await asyncio.sleep(0)
    e.set(); e.clear()
    await asyncio.gather(*ts)
    e.set()
    print(await e.wait(), e.is_set())
    c = asyncio.Condition()
    ts = [asyncio.create_task(cond_wait(c, f"c{i}"), name=f"c{i}") for i in range(5)]
    await asyncio.sleep(1)
    async with c:
        c.notify(2)
        print(c.locked())
    await asyncio.sleep(1)
    ts[3].cancel()
    async with c:
        c.notify_all()
        ts[4].cancel()
        await asyncio.sleep(1)
    print(await asyncio.gather(*ts, return_exceptions=True))
    try:
        await c.wait()
    except RuntimeError as x: print(x)
    try:
        c.notify()
    except RuntimeError as x: print(x)
    box = []
    t = asyncio.create_task(cond_for(c, box), name="for")
    for i in range(3):
        await asyncio.sleep(1)
        async with c:
            box.append(i); c.notify()
    await t
asyncio.run(main())
