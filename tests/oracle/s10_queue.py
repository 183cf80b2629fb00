# 10.1-10.7: producers and consumers on a bounded queue; a priority queue and a stack.
import asyncio
async def producer(q, name, n):
    for i in range(n):
        await q.put((name, i))
        print("put", name, i, q)
async def consumer(q, name):
    while True:
        item = await q.get()
        print("got", name, item, q.qsize(), q.empty(), q.full())
        await asyncio.sleep(0.5)
        q.task_done()
async def main():
    q = asyncio.Queue(maxsize=2)
    c = [asyncio.create_task(consumer(q, f"c{i}"), name=f"c{i}") for i in range(2)]
    await asyncio.sleep(1)
    print(q)
    ps = [asyncio.create_task(producer(q, f"p{i}", 4), name=f"p{i}") for i in range(3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    ps[1].cancel()
    await asyncio.gather(*ps, return_exceptions=True)
    await q.join()
    print("joined", q)
    for t in c: t.cancel()
    await asyncio.gather(*c, return_exceptions=True)
    p = asyncio.PriorityQueue()
    for n in (5, 3, 8, 1, 9, 2, 7): p.put_nowait(n)
    print(p, [p.get_nowait() for _ in range(7)])
    l = asyncio.LifoQueue()
    for n in range(4): await l.put(n)
    print(l, [await l.get() for _ in range(4)], l)
    try:
        l.get_nowait()
    except asyncio.QueueEmpty as e:
        print(repr(e))
    try:
        for i in range(5): q.put_nowait(i)
    except asyncio.QueueFull as e:
        print(repr(e), q)
    try:
        l.task_done(); l.task_done(); l.task_done(); l.task_done(); l.task_done()
    except ValueError as e:
        print(e)
asyncio.run(main())
