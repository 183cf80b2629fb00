/*
 * The module asyncio as scenes see it: results, errors and their texts, reprs. The order of
 * steps is compared with CPython's by tests/conform.py.
 */
#include "scene_kit.h"
#include "suite.h"

#define HEAD "import asyncio\n"
#define RUN_MAIN "asyncio.run(main())\n"

START_TEST(run_gives_what_main_returns)
{
	EXPECT(HEAD "async def main():\n    return 42\nprint(" "asyncio.run(main()))\n", "42\n");
}
END_TEST

START_TEST(sleep_takes_the_clocks_time_and_gives_its_result)
{
	EXPECT(HEAD "async def main():\n"
	       "    loop = asyncio.get_running_loop()\n"
	       "    print(await asyncio.sleep(2.5, 'done'), loop.time())\n"
	       "    print(await asyncio.sleep(0), await asyncio.sleep(-1, 'x'), loop.time())\n"
	       RUN_MAIN, "done 2.5\nNone x 2.5\n");
}
END_TEST

START_TEST(tasks_overlap)
{
	EXPECT(HEAD "async def worker(name, n):\n"
	       "    await asyncio.sleep(n)\n"
	       "    print(name)\n"
	       "    return name\n"
	       "async def main():\n"
	       "    a = asyncio.create_task(worker('A', 2))\n"
	       "    b = asyncio.create_task(worker('B', 1), name='b')\n"
	       "    print(a.get_name(), b.get_name(), a.done())\n"
	       "    print(await a, await b, asyncio.get_running_loop().time())\n"
	       RUN_MAIN, "Task-2 b False\nB\nA\nA B 2.0\n");
}
END_TEST

START_TEST(gather_gives_results_in_argument_order)
{
	EXPECT(HEAD "async def f(n):\n"
	       "    await asyncio.sleep(n)\n"
	       "    if n == 2:\n"
	       "        raise ValueError(n)\n"
	       "    return n\n"
	       "async def main():\n"
	       "    print(await asyncio.gather(f(3), f(1)))\n"
	       "    print(await asyncio.gather(f(2), f(1), return_exceptions=True))\n"
	       "    print(await asyncio.gather())\n"
	       "    try:\n"
	       "        await asyncio.gather(f(2), f(3))\n"
	       "    except ValueError as e:\n"
	       "        print('failed', e)\n"
	       RUN_MAIN, "[3, 1]\n[ValueError(2), 1]\n[]\nfailed 2\n");
}
END_TEST

START_TEST(a_group_raises_a_group)
{
	EXPECT(HEAD "async def bad():\n"
	       "    raise ValueError('bad')\n"
	       "async def long():\n"
	       "    try:\n"
	       "        await asyncio.sleep(9)\n"
	       "    except asyncio.CancelledError:\n"
	       "        print('cancelled')\n"
	       "        raise\n"
	       "async def main():\n"
	       "    try:\n"
	       "        async with asyncio.TaskGroup() as tg:\n"
	       "            tg.create_task(long())\n"
	       "            tg.create_task(bad())\n"
	       "            print(tg)\n"
	       "    except ExceptionGroup as e:\n"
	       "        print(repr(e), tg)\n"
	       RUN_MAIN,
	       "<TaskGroup tasks=2 entered>\ncancelled\n"
	       "ExceptionGroup('unhandled errors in a TaskGroup', [ValueError('bad')]) "
	       "<TaskGroup cancelling>\n");
}
END_TEST

START_TEST(timeouts_raise_timeout_error)
{
	EXPECT(HEAD "async def main():\n"
	       "    try:\n"
	       "        async with asyncio.timeout(1) as t:\n"
	       "            print(t)\n"
	       "            await asyncio.sleep(5)\n"
	       "    except TimeoutError as e:\n"
	       "        print('late', repr(e), t.expired(), t)\n"
	       "    try:\n"
	       "        await asyncio.wait_for(asyncio.sleep(5), 1)\n"
	       "    except asyncio.TimeoutError:\n"
	       "        print('late again', asyncio.get_running_loop().time())\n"
	       "    print(await asyncio.wait_for(asyncio.sleep(1, 'in time'), timeout=5))\n"
	       RUN_MAIN,
	       "<Timeout [active] when=1.0>\nlate TimeoutError() True <Timeout [expired]>\n"
	       "late again 2.0\nin time\n");
}
END_TEST

START_TEST(cancelling_and_its_message)
{
	EXPECT(HEAD "async def f():\n"
	       "    try:\n"
	       "        await asyncio.sleep(9)\n"
	       "    except asyncio.CancelledError as e:\n"
	       "        print('got', e.args)\n"
	       "        raise\n"
	       "async def main():\n"
	       "    t = asyncio.create_task(f(), name='rice')\n"
	       "    await asyncio.sleep(0)\n"
	       "    print(t.cancel('enough'), t.cancelling())\n"
	       "    try:\n"
	       "        await t\n"
	       "    except asyncio.CancelledError as e:\n"
	       "        print('main', e.args, t.cancelled(), t.cancel())\n"
	       RUN_MAIN, "True 1\ngot ('enough',)\nmain ('enough',) True False\n");
}
END_TEST

START_TEST(shield_lets_the_inner_go_on)
{
	EXPECT(HEAD "async def f():\n"
	       "    await asyncio.sleep(3)\n"
	       "    print('inner')\n"
	       "async def main():\n"
	       "    t = asyncio.create_task(f())\n"
	       "    try:\n"
	       "        await asyncio.wait_for(asyncio.shield(t), 1)\n"
	       "    except TimeoutError:\n"
	       "        print('gave up')\n"
	       "    await t\n"
	       RUN_MAIN, "gave up\ninner\n");
}
END_TEST

START_TEST(futures_by_hand)
{
	EXPECT(HEAD "async def main():\n"
	       "    f = asyncio.get_running_loop().create_future()\n"
	       "    print(f)\n"
	       "    def say(x): print('said', x)\n"
	       "    f.add_done_callback(say)\n"
	       "    f.add_done_callback(print)\n"
	       "    print(f.remove_done_callback(print), f.done())\n"
	       "    f.set_result([1, 2])\n"
	       "    print(f, f.result(), f.exception())\n"
	       "    await asyncio.sleep(0)\n"
	       "    for act in (lambda: f.set_result(1), lambda: asyncio.Future().result()):\n"
	       "        try:\n"
	       "            act()\n"
	       "        except asyncio.InvalidStateError as e:\n"
	       "            print(e)\n"
	       RUN_MAIN,
	       "<Future pending>\n1 False\n<Future finished result=[1, 2]> [1, 2] None\n"
	       "said <Future finished result=[1, 2]>\ninvalid state\nResult is not set.\n");
}
END_TEST

START_TEST(reprs_of_tasks)
{
	EXPECT(HEAD "async def c():\n"
	       "    await asyncio.sleep(1)\n"
	       "async def main():\n"
	       "    t = asyncio.create_task(c(), name='n1')\n"
	       "    print(t)\n"
	       "    await asyncio.sleep(0)\n"
	       "    print(t)\n"
	       "    t.cancel()\n"
	       "    print(str(t)[:26])\n"
	       "    await asyncio.sleep(1)\n"
	       "    print(t)\n"
	       RUN_MAIN,
	       "<Task pending name='n1' coro=<c() running at scene.py:2>>\n"
	       "<Task pending name='n1' coro=<c() running at scene.py:3> wait_for=<Future pending "
	       "cb=[Task.task_wakeup()]>>\n"
	       "<Task cancelling name='n1'\n"
	       "<Task cancelled name='n1' coro=<c() done, defined at scene.py:2>>\n");
}
END_TEST

START_TEST(the_loop_calls_back)
{
	EXPECT(HEAD "def say(*words): print(*words)\n"
	       "loop = asyncio.new_event_loop()\n"
	       "loop.call_later(2, say, 'two')\n"
	       "h = loop.call_at(1, say, 'one')\n"
	       "gone = loop.call_soon(say, 'never')\n"
	       "loop.call_soon(say, 'now', 1)\n"
	       "gone.cancel()\n"
	       "print(h, gone, h.when(), gone.cancelled())\n"
	       "loop.call_later(3, loop.stop)\n"
	       "loop.run_forever()\n"
	       "print(loop.time(), loop.is_running(), loop.is_closed())\n"
	       "loop.close()\n"
	       "try:\n"
	       "    loop.call_soon(say)\n"
	       "except RuntimeError as e:\n"
	       "    print(e)\n",
	       "<TimerHandle when=1 say() at scene.py:2> <Handle cancelled> 1 True\n"
	       "now 1\none\ntwo\n3.0 False False\nEvent loop is closed\n");
}
END_TEST

START_TEST(a_failing_callback_is_logged_and_the_loop_goes_on)
{
	struct outcome o = run(HEAD "def boom():\n"
	                       "    raise ValueError('no')\n"
	                       "loop = asyncio.new_event_loop()\n"
	                       "loop.call_soon(boom)\n"
	                       "loop.call_soon(print, 'after')\n"
	                       "loop.call_soon(loop.stop)\n"
	                       "loop.run_forever()\n");
	ck_assert_str_eq(buf_text(&o.out), "after\n");
	ck_assert_int_eq(strncmp(buf_text(&o.err), "Exception in callback boom() at scene.py:2\n"
	                         "handle: <Handle boom() at scene.py:2>\nTraceback", 80), 0);
	ck_assert_int_eq(count_events(&o, EV_LOGGED), 1);
	outcome_free(&o);
}
END_TEST

START_TEST(a_scenes_own_exception_handler_is_asked)
{
	EXPECT(HEAD "def handler(loop, context):\n"
	       "    print(sorted(context), context['message'], repr(context['exception']))\n"
	       "async def boom():\n"
	       "    raise ValueError('no')\n"
	       "async def main():\n"
	       "    asyncio.get_running_loop().set_exception_handler(handler)\n"
	       "    asyncio.create_task(boom())\n"
	       "    await asyncio.sleep(1)\n"
	       RUN_MAIN,
	       "['exception', 'future', 'message'] Task exception was never retrieved ValueError('no')\n");
}
END_TEST

START_TEST(misuse_has_cpythons_words)
{
	EXPECT(HEAD "async def f(): pass\n"
	       "def attempt(act):\n"
	       "    try:\n"
	       "        act()\n"
	       "    except Exception as e:\n"
	       "        print(type(e).__name__, e, sep=': ')\n"
	       "attempt(lambda: asyncio.run(5))\n"
	       "attempt(lambda: asyncio.get_running_loop())\n"
	       "attempt(lambda: asyncio.current_task())\n"
	       "async def main():\n"
	       "    attempt(lambda: asyncio.create_task(5))\n"
	       "    attempt(lambda: asyncio.gather(5))\n"
	       "    c = f()\n"
	       "    attempt(lambda: asyncio.run(c))\n"
	       "    await c\n"
	       RUN_MAIN,
	       "ValueError: a coroutine was expected, got 5\n"
	       "RuntimeError: no running event loop\n"
	       "RuntimeError: no running event loop\n"
	       "TypeError: a coroutine was expected, got 5\n"
	       "TypeError: An asyncio.Future, a coroutine or an awaitable is required\n"
	       "RuntimeError: asyncio.run() cannot be called from a running event loop\n");
}
END_TEST

START_TEST(an_async_generator_left_early_is_closed_by_the_loop)
{
	EXPECT(HEAD "async def numbers():\n"
	       "    try:\n"
	       "        yield 1\n"
	       "        yield 2\n"
	       "    finally:\n"
	       "        await asyncio.sleep(0)\n"
	       "        print('closed')\n"
	       "async def main():\n"
	       "    async for n in numbers():\n"
	       "        print(n)\n"
	       "        break\n"
	       "    await asyncio.sleep(1)\n"
	       "    kept = numbers()\n"
	       "    print(await anext(kept))\n"
	       "    return kept\n"
	       "asyncio.run(main())\n", "1\nclosed\n1\nclosed\n");
}
END_TEST

START_TEST(a_task_that_nobody_holds_dies_pending)
{
	struct outcome o = run(HEAD "async def wait():\n"
	                       "    await asyncio.get_running_loop().create_future()\n"
	                       "async def main():\n"
	                       "    print('main')\n"
	                       "loop = asyncio.new_event_loop()\n"
	                       "task = loop.create_task(wait(), name='lost')\n"
	                       "loop.run_until_complete(main())\n"
	                       "loop.close()\n");
	ck_assert_str_eq(buf_text(&o.out), "main\n");
	static const char expected[] = "Task was destroyed but it is pending!\n"
	                               "task: <Task pending name='lost' coro=<wait() ";
	ck_assert_int_eq(strncmp(buf_text(&o.err), expected, sizeof expected - 1), 0);
	ck_assert_int_eq(count_events(&o, EV_TASK_DROPPED), 1);
	outcome_free(&o);
}
END_TEST

START_TEST(time_sleep_blocks_everybody)
{
	struct outcome o = run(HEAD "import time\n"
	                       "async def tick():\n"
	                       "    await asyncio.sleep(1)\n"
	                       "    print(time.monotonic())\n"
	                       "async def main():\n"
	                       "    t = asyncio.create_task(tick())\n"
	                       "    await asyncio.sleep(0)\n"
	                       "    time.sleep(5)\n"
	                       "    await t\n"
	                       RUN_MAIN);
	ck_assert_str_eq(buf_text(&o.out), "5.0\n");
	ck_assert_uint_eq(find_event(&o, EV_BLOCK_BEGUN, 0)->b, 9);
	outcome_free(&o);
}
END_TEST

START_TEST(names_are_created_with_their_line)
{
	struct outcome o = run(HEAD "async def boil(): pass\n"
	                       "async def main():\n"
	                       "    await asyncio.create_task(boil())\n"
	                       RUN_MAIN);
	const struct event *e = find_event(&o, EV_TASK_CORO, 1);
	ck_assert_str_eq(trace_text(o.trace, e->b, NULL), "boil");
	ck_assert_uint_eq(find_event(&o, EV_TASK_LINE, 1)->b, 2);
	outcome_free(&o);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scene/asyncio");
	TCase *c = tcase_create("asyncio");
	suite_add_tcase(s, c);
	tcase_add_test(c, run_gives_what_main_returns);
	tcase_add_test(c, sleep_takes_the_clocks_time_and_gives_its_result);
	tcase_add_test(c, tasks_overlap);
	tcase_add_test(c, gather_gives_results_in_argument_order);
	tcase_add_test(c, a_group_raises_a_group);
	tcase_add_test(c, timeouts_raise_timeout_error);
	tcase_add_test(c, cancelling_and_its_message);
	tcase_add_test(c, shield_lets_the_inner_go_on);
	tcase_add_test(c, futures_by_hand);
	tcase_add_test(c, reprs_of_tasks);
	tcase_add_test(c, the_loop_calls_back);
	tcase_add_test(c, a_failing_callback_is_logged_and_the_loop_goes_on);
	tcase_add_test(c, a_scenes_own_exception_handler_is_asked);
	tcase_add_test(c, misuse_has_cpythons_words);
	tcase_add_test(c, an_async_generator_left_early_is_closed_by_the_loop);
	tcase_add_test(c, a_task_that_nobody_holds_dies_pending);
	tcase_add_test(c, time_sleep_blocks_everybody);
	tcase_add_test(c, names_are_created_with_their_line);
	return suite_main(s);
}
