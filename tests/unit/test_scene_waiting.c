/*
 * Locks, events, semaphores, conditions, queues, wait and as_completed as scenes see them.
 */
#include "scene_kit.h"
#include "suite.h"

#define HEAD "import asyncio\n"
#define RUN_MAIN "asyncio.run(main())\n"

START_TEST(a_lock_is_given_in_the_order_of_asking)
{
	EXPECT(HEAD "async def user(lock, name):\n"
	       "    async with lock:\n"
	       "        print(name, lock.locked())\n"
	       "        await asyncio.sleep(1)\n"
	       "async def main():\n"
	       "    lock = asyncio.Lock()\n"
	       "    await asyncio.gather(*(user(lock, n) for n in 'abc'))\n"
	       "    print(lock.locked(), asyncio.get_running_loop().time())\n"
	       RUN_MAIN, "a True\nb True\nc True\nFalse 3.0\n");
}
END_TEST

START_TEST(a_cancelled_waiter_leaves_the_line)
{
	EXPECT(HEAD "async def main():\n"
	       "    lock = asyncio.Lock()\n"
	       "    await lock.acquire()\n"
	       "    a, b = (asyncio.create_task(lock.acquire()) for _ in range(2))\n"
	       "    await asyncio.sleep(0)\n"
	       "    print(repr(lock)[-20:])\n"
	       "    a.cancel()\n"
	       "    lock.release()\n"
	       "    print(await asyncio.gather(a, b, return_exceptions=True), lock.locked())\n"
	       RUN_MAIN, "[locked, waiters:2]>\n[CancelledError(''), True] True\n");
}
END_TEST

START_TEST(an_event_lets_all_go)
{
	EXPECT(HEAD "async def main():\n"
	       "    e = asyncio.Event()\n"
	       "    ts = [asyncio.create_task(e.wait()) for _ in range(3)]\n"
	       "    await asyncio.sleep(1)\n"
	       "    e.set()\n"
	       "    e.clear()\n"
	       "    print(await asyncio.gather(*ts), e.is_set())\n"
	       RUN_MAIN, "[True, True, True] False\n");
}
END_TEST

START_TEST(a_permit_is_handed_over)
{
	EXPECT(HEAD "async def main():\n"
	       "    s = asyncio.Semaphore(1)\n"
	       "    await s.acquire()\n"
	       "    t = asyncio.create_task(s.acquire())\n"
	       "    await asyncio.sleep(0)\n"
	       "    s.release()\n"
	       "    print(s.locked(), await t)\n"
	       "    for make in (lambda: asyncio.Semaphore(-1), asyncio.BoundedSemaphore(2).release):\n"
	       "        try:\n"
	       "            make()\n"
	       "        except ValueError as e:\n"
	       "            print(e)\n"
	       RUN_MAIN, "True True\nSemaphore initial value must be >= 0\n"
	       "BoundedSemaphore released too many times\n");
}
END_TEST

START_TEST(a_condition_takes_its_lock_again)
{
	EXPECT(HEAD "async def main():\n"
	       "    c = asyncio.Condition()\n"
	       "    async def wait(name):\n"
	       "        async with c:\n"
	       "            await c.wait()\n"
	       "            print(name, c.locked())\n"
	       "    ts = [asyncio.create_task(wait(n)) for n in 'ab']\n"
	       "    await asyncio.sleep(1)\n"
	       "    async with c:\n"
	       "        c.notify()\n"
	       "    await asyncio.sleep(1)\n"
	       "    print(ts[0].done(), ts[1].done())\n"
	       "    async with c:\n"
	       "        c.notify_all()\n"
	       "    await asyncio.gather(*ts)\n"
	       "    try:\n"
	       "        c.notify()\n"
	       "    except RuntimeError as e:\n"
	       "        print(e)\n"
	       RUN_MAIN, "a True\nTrue False\nb True\ncannot notify on un-acquired lock\n");
}
END_TEST

START_TEST(a_bounded_queue_holds_its_producers)
{
	EXPECT(HEAD "async def main():\n"
	       "    q = asyncio.Queue(1)\n"
	       "    async def produce():\n"
	       "        for i in range(3):\n"
	       "            await q.put(i)\n"
	       "            print('put', i)\n"
	       "    t = asyncio.create_task(produce())\n"
	       "    for _ in range(3):\n"
	       "        await asyncio.sleep(1)\n"
	       "        print('got', await q.get())\n"
	       "        q.task_done()\n"
	       "    await q.join()\n"
	       "    print(q, q.empty(), q.maxsize)\n"
	       RUN_MAIN, "put 0\ngot 0\nput 1\ngot 1\nput 2\ngot 2\n<Queue maxsize=1> True 1\n");
}
END_TEST

START_TEST(queues_of_other_orders)
{
	EXPECT(HEAD "p, l = asyncio.PriorityQueue(), asyncio.LifoQueue()\n"
	       "for n in [5, 1, 4, 2, 3] * 3:\n"
	       "    p.put_nowait(n)\n"
	       "    l.put_nowait(n)\n"
	       "print([p.get_nowait() for _ in range(15)])\n"
	       "print([l.get_nowait() for _ in range(5)], l.qsize())\n"
	       "p.shutdown()\n"
	       "for act in (p.get_nowait, lambda: p.put_nowait(1), asyncio.Queue().get_nowait):\n"
	       "    try:\n"
	       "        act()\n"
	       "    except (asyncio.QueueEmpty, asyncio.QueueShutDown) as e:\n"
	       "        print(repr(e))\n",
	       "[1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5]\n[3, 2, 4, 1, 5] 10\n"
	       "QueueShutDown()\nQueueShutDown()\nQueueEmpty()\n");
}
END_TEST

START_TEST(items_of_a_priority_queue_that_cannot_be_compared)
{
	EXPECT(HEAD "p = asyncio.PriorityQueue()\n"
	       "p.put_nowait(1)\n"
	       "try:\n"
	       "    p.put_nowait('x')\n"
	       "except TypeError as e:\n"
	       "    print(e)\n"
	       "class Nasty:\n"
	       "    def __lt__(self, other):\n"
	       "        while not q.empty(): q.get_nowait()\n"
	       "        return True\n"
	       "q = asyncio.PriorityQueue()\n"
	       "q.put_nowait(Nasty())\n"
	       "try:\n"
	       "    q.put_nowait(Nasty())\n"
	       "except Exception: pass\n",
	       "'<' not supported between instances of 'str' and 'int'\n");
}
END_TEST

START_TEST(wait_gives_done_and_pending)
{
	EXPECT(HEAD "async def f(n):\n"
	       "    await asyncio.sleep(n)\n"
	       "    return n\n"
	       "async def main():\n"
	       "    ts = [asyncio.create_task(f(n)) for n in (3, 1, 2)]\n"
	       "    done, pending = await asyncio.wait(ts, return_when=asyncio.FIRST_COMPLETED)\n"
	       "    print([t.result() for t in done], len(pending))\n"
	       "    done, pending = await asyncio.wait(ts, timeout=1.5)\n"
	       "    print([t.result() for t in done], len(pending))\n"
	       "    for c in asyncio.as_completed([f(2), f(1)]):\n"
	       "        print(await c)\n"
	       "    async for t in asyncio.as_completed([f(2), f(1)]):\n"
	       "        print(t.result())\n"
	       RUN_MAIN, "[1] 2\n[1, 2] 1\n1\n2\n1\n2\n");
}
END_TEST

START_TEST(a_lock_belongs_to_the_loop_where_somebody_waited_first)
{
	EXPECT(HEAD "lock = asyncio.Lock()\n"
	       "async def main():\n"
	       "    await lock.acquire()\n"
	       "    try:\n"
	       "        await asyncio.wait_for(lock.acquire(), 1)\n"
	       "    except TimeoutError:\n"
	       "        print('late')\n"
	       "    except RuntimeError as e:\n"
	       "        print(str(e)[-34:])\n"
	       "    lock.release()\n"
	       RUN_MAIN RUN_MAIN, "late\nis bound to a different event loop\n");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scene/waiting");
	TCase *c = tcase_create("waiting");
	suite_add_tcase(s, c);
	tcase_add_test(c, a_lock_is_given_in_the_order_of_asking);
	tcase_add_test(c, a_cancelled_waiter_leaves_the_line);
	tcase_add_test(c, an_event_lets_all_go);
	tcase_add_test(c, a_permit_is_handed_over);
	tcase_add_test(c, a_condition_takes_its_lock_again);
	tcase_add_test(c, a_bounded_queue_holds_its_producers);
	tcase_add_test(c, queues_of_other_orders);
	tcase_add_test(c, items_of_a_priority_queue_that_cannot_be_compared);
	tcase_add_test(c, wait_gives_done_and_pending);
	tcase_add_test(c, a_lock_belongs_to_the_loop_where_somebody_waited_first);
	return suite_main(s);
}
