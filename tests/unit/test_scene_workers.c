/*
 * Jobs in workers, by scenes under the virtual clock: order, time, names, what crosses, what is
 * refused, and how they end.
 */
#include <pthread.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "scene_kit.h"
#include "suite.h"

#define HEAD                                                                               \
	"import asyncio, time, threading\n"                                                \
	"import concurrent.futures as cf\n"                                                \
	"def chop(what, minutes):\n"                                                       \
	"    print('begin', what)\n"                                                       \
	"    time.sleep(minutes)\n"                                                        \
	"    print('end', what, time.monotonic())\n"                                       \
	"    return what\n"

/* ---- order and time ---- */

START_TEST(jobs_run_side_by_side)
{
	EXPECT(HEAD "async def main():\n"
	            "    print(await asyncio.gather(asyncio.to_thread(chop, 'a', 2),\n"
	            "                               asyncio.to_thread(chop, 'b', 1)))\n"
	            "asyncio.run(main())\n",
	       "begin a\nbegin b\nend b 1.0\nend a 2.0\n['a', 'b']\n");
}
END_TEST

START_TEST(what_a_job_prints_first_stands_where_it_was_submitted)
{
	EXPECT(HEAD "with cf.ThreadPoolExecutor(2) as pool:\n"
	            "    print('before')\n"
	            "    f = pool.submit(chop, 'a', 0)\n"
	            "    print('after')\n"
	            "print(f.result())\n",
	       "before\nbegin a\nafter\nend a 0.0\na\n");
}
END_TEST

START_TEST(a_job_that_sleeps_goes_on_when_the_loop_waits)
{
	EXPECT(HEAD "async def main():\n"
	            "    t = asyncio.create_task(asyncio.to_thread(chop, 'a', 1))\n"
	            "    await asyncio.sleep(0)\n"
	            "    time.sleep(3)\n"
	            "    print('busy until', time.monotonic())\n"
	            "    await t\n"
	            "asyncio.run(main())\n",
	       "begin a\nend a 1.0\nbusy until 3.0\n");
}
END_TEST

START_TEST(a_pool_is_bounded_and_its_queue_is_in_order)
{
	EXPECT(HEAD "with cf.ThreadPoolExecutor(2) as pool:\n"
	            "    print(list(pool.map(chop, 'abcd', (3, 1, 1, 2))))\n",
	       "begin a\nbegin b\nend b 1.0\nbegin c\nend c 2.0\nbegin d\nend a 3.0\n"
	       "end d 4.0\n['a', 'b', 'c', 'd']\n");
}
END_TEST

START_TEST(workers_have_the_names_of_cpythons)
{
	EXPECT(HEAD "def name(n):\n"
	            "    time.sleep(n)\n"
	            "    return threading.current_thread().name\n"
	            "async def main():\n"
	            "    print(await asyncio.gather(*(asyncio.to_thread(name, 1) for i in 'ab')))\n"
	            "    print(await asyncio.to_thread(name, 0))\n"
	            "asyncio.run(main())\n"
	            "with cf.ThreadPoolExecutor(1, 'cook') as p:\n"
	            "    print(p.submit(name, 0).result())\n"
	            "for i in range(2):\n"
	            "    with cf.ThreadPoolExecutor() as p:\n"
	            "        print(p.submit(name, 0).result())\n",
	       "['asyncio_0', 'asyncio_1']\nasyncio_1\ncook_0\nThreadPoolExecutor-0_0\n"
	       "ThreadPoolExecutor-1_0\n");
}
END_TEST

/* ---- cancelling ---- */

START_TEST(a_queued_job_can_be_cancelled_a_running_one_not)
{
	EXPECT(HEAD "with cf.ThreadPoolExecutor(1) as pool:\n"
	            "    a, b = pool.submit(chop, 'a', 1), pool.submit(chop, 'b', 1)\n"
	            "    print(a.cancel(), b.cancel(), b.cancelled(), a.running())\n"
	            "print(a.result())\n",
	       "begin a\nFalse True True True\nend a 1.0\na\n");
}
END_TEST

START_TEST(a_cancelled_future_is_over_for_wait_when_a_worker_comes_upon_it)
{
	EXPECT(HEAD "with cf.ThreadPoolExecutor(1) as pool:\n"
	            "    fs = [pool.submit(chop, w, 2) for w in 'ab']\n"
	            "    print(fs[1].cancel(), fs[1].done(), time.monotonic())\n"
	            "    for f in cf.as_completed(fs):\n"
	            "        print(f.cancelled(), time.monotonic())\n",
	       "begin a\nTrue True 0.0\nend a 2.0\nFalse 2.0\nTrue 2.0\n");
}
END_TEST

START_TEST(the_job_goes_on_when_nobody_waits_any_more)
{
	EXPECT(HEAD "async def main():\n"
	            "    try:\n"
	            "        async with asyncio.timeout(1):\n"
	            "            await asyncio.to_thread(chop, 'a', 2)\n"
	            "    except TimeoutError:\n"
	            "        print('enough')\n"
	            "asyncio.run(main())\n"
	            "print(time.monotonic())\n",
	       "begin a\nenough\nend a 2.0\n2.0\n");
}
END_TEST

/* ---- results and exceptions ---- */

START_TEST(classes_come_home_as_themselves)
{
	EXPECT(HEAD "class Dish:\n"
	            "    def __init__(self, name):\n"
	            "        self.name = name\n"
	            "def cook(name):\n"
	            "    return Dish(name)\n"
	            "async def main():\n"
	            "    d = await asyncio.to_thread(cook, 'dal')\n"
	            "    print(type(d) is Dish, d.name)\n"
	            "asyncio.run(main())\n",
	       "True dal\n");
}
END_TEST

START_TEST(exceptions_reach_who_waits)
{
	EXPECT_ALL(HEAD "class Burnt(Exception):\n"
	                "    pass\n"
	                "def cook():\n"
	                "    raise Burnt('rice')\n"
	                "async def main():\n"
	                "    try:\n"
	                "        await asyncio.to_thread(cook)\n"
	                "    except Burnt as e:\n"
	                "        print(repr(e))\n"
	                "    await asyncio.to_thread(cook)\n"
	                "asyncio.run(main())\n",
	           "Burnt('rice')\n",
	           "Traceback (most recent call last):\n"
	           "  File \"scene.py\", line 18, in <module>\n"
	           "    asyncio.run(main())\n"
	           "    ~~~~~~~~~~~^^^^^^^^\n"
	           "  File \"scene.py\", line 17, in main\n"
	           "    await asyncio.to_thread(cook)\n"
	           "  File \"scene.py\", line 11, in cook\n"
	           "    raise Burnt('rice')\n"
	           "Burnt: rice\n",
	           1);
}
END_TEST

/* ---- threading.Thread ---- */

START_TEST(threads_start_and_are_joined)
{
	EXPECT(HEAD "t = threading.Thread(target=chop, args=('a', 2))\n"
	            "print(t.name, t.is_alive())\n"
	            "t.start()\n"
	            "t.join(1)\n"
	            "print(t.is_alive(), time.monotonic())\n"
	            "t.join()\n"
	            "print(t.is_alive(), time.monotonic())\n",
	       "Thread-1 (chop) False\nbegin a\nTrue 1.0\nend a 2.0\nFalse 2.0\n");
}
END_TEST

START_TEST(the_program_ends_with_its_last_thread)
{
	EXPECT(HEAD "threading.Thread(target=chop, args=('a', 2)).start()\n"
	            "threading.Thread(target=chop, args=('b', 5), daemon=True).start()\n"
	            "print('main is over')\n",
	       "begin a\nbegin b\nmain is over\nend a 2.0\n");
}
END_TEST

START_TEST(an_exception_in_a_thread_is_printed)
{
	EXPECT_ALL(HEAD "def f():\n"
	                "    raise ValueError('burnt')\n"
	                "def g():\n"
	                "    raise SystemExit(3)\n"
	                "for t in (f, g):\n"
	                "    t = threading.Thread(target=t)\n"
	                "    t.start()\n"
	                "    t.join()\n",
	           "",
	           "Exception in thread Thread-1 (f):\n"
	           "Traceback (most recent call last):\n"
	           "  File \"scene.py\", line 9, in f\n"
	           "    raise ValueError('burnt')\n"
	           "ValueError: burnt\n",
	           0);
}
END_TEST

/* ---- back to the loop ---- */

START_TEST(a_worker_calls_the_loop)
{
	EXPECT(HEAD "async def ask(n):\n"
	            "    await asyncio.sleep(1)\n"
	            "    return n + 1\n"
	            "def work(loop, event):\n"
	            "    time.sleep(1)\n"
	            "    loop.call_soon_threadsafe(print, 'from the worker')\n"
	            "    print(asyncio.run_coroutine_threadsafe(ask(41), loop).result())\n"
	            "    loop.call_soon_threadsafe(event.set)\n"
	            "async def main():\n"
	            "    event = asyncio.Event()\n"
	            "    t = asyncio.create_task(\n"
	            "        asyncio.to_thread(work, asyncio.get_running_loop(), event))\n"
	            "    await event.wait()\n"
	            "    print(time.monotonic())\n"
	            "    await t\n"
	            "asyncio.run(main())\n",
	       "from the worker\n42\n2.0\n");
}
END_TEST

START_TEST(a_worker_may_have_workers_of_its_own)
{
	EXPECT(HEAD "def boss():\n"
	            "    with cf.ThreadPoolExecutor(2, 'in') as pool:\n"
	            "        return list(pool.map(chop, 'ab', (2, 1)))\n"
	            "with cf.ThreadPoolExecutor(1) as pool:\n"
	            "    print(pool.submit(boss).result(), time.monotonic())\n",
	       "begin a\nbegin b\nend b 1.0\nend a 2.0\n['a', 'b'] 2.0\n");
}
END_TEST

START_TEST(a_thread_that_blocks_its_own_loop_is_a_deadlock)
{
	struct outcome o = run("import asyncio\n"
	                       "async def ask():\n"
	                       "    return 1\n"
	                       "async def main():\n"
	                       "    loop = asyncio.get_running_loop()\n"
	                       "    asyncio.run_coroutine_threadsafe(ask(), loop).result()\n"
	                       "asyncio.run(main())\n");
	ck_assert_int_eq(o.status, 1);
	ck_assert_ptr_nonnull(strstr(buf_text(&o.err), "blocked until result of ask"));
	outcome_free(&o);
}
END_TEST

START_TEST(a_worker_may_run_a_loop_of_its_own)
{
	EXPECT(HEAD "async def boil(n):\n"
	            "    await asyncio.sleep(n)\n"
	            "    print('boiled', n, time.monotonic())\n"
	            "    return n\n"
	            "async def both():\n"
	            "    return await asyncio.gather(boil(3), boil(1))\n"
	            "async def main():\n"
	            "    print(await asyncio.gather(asyncio.to_thread(asyncio.run, both()),\n"
	            "                               boil(2)))\n"
	            "asyncio.run(main())\n",
	       "boiled 1 1.0\nboiled 2 2.0\nboiled 3 3.0\n[[3, 1], 2]\n");
}
END_TEST

/* ---- what workers do not share ---- */

START_TEST(a_changed_global_is_warned_of)
{
	EXPECT_ALL(HEAD "total = []\n"
	                "def add(n):\n"
	                "    total.append(n)\n"
	                "async def main():\n"
	                "    await asyncio.gather(*(asyncio.to_thread(add, n) for n in (1, 2)))\n"
	                "    print(total)\n"
	                "asyncio.run(main())\n",
	           "[]\n",
	           "scene.py:9: RuntimeWarning: the worker changed the global `total`: in CPython the "
	           "other threads see that, but simmer's workers share nothing, so the change is lost; "
	           "return the value instead\n"
	           "  def add(n):\n",
	           0);
}
END_TEST

START_TEST(what_stays_at_home_is_refused_and_called_through_the_loop)
{
	EXPECT(HEAD "def use(event, loop):\n"
	            "    try:\n"
	            "        event.set()\n"
	            "    except RuntimeError as e:\n"
	            "        print('call_soon_threadsafe' in str(e))\n"
	            "    loop.call_soon_threadsafe(event.set)\n"
	            "    return event\n"
	            "async def main():\n"
	            "    event = asyncio.Event()\n"
	            "    back = await asyncio.to_thread(use, event, asyncio.get_running_loop())\n"
	            "    print(back is event, event.is_set())\n"
	            "asyncio.run(main())\n",
	       "True\nTrue True\n");
}
END_TEST

START_TEST(a_closed_loop_refuses_calls_from_threads)
{
	EXPECT(HEAD "def late(loop):\n"
	            "    time.sleep(1)\n"
	            "    try:\n"
	            "        loop.call_soon_threadsafe(print, 'never')\n"
	            "    except RuntimeError as e:\n"
	            "        print(e, loop.is_closed())\n"
	            "async def main():\n"
	            "    threading.Thread(target=late, args=(asyncio.get_running_loop(),)).start()\n"
	            "asyncio.run(main())\n",
	       "Event loop is closed True\n");
}
END_TEST

START_TEST(an_initializer_counts_for_every_job_of_its_worker)
{
	EXPECT(HEAD "apron = None\n"
	            "def put_on(colour):\n"
	            "    global apron\n"
	            "    print('puts on', colour)\n"
	            "    apron = colour\n"
	            "def cook(n):\n"
	            "    return apron, n\n"
	            "with cf.ProcessPoolExecutor(1, initializer=put_on, initargs=('red',)) as p:\n"
	            "    print(list(p.map(cook, (1, 2))))\n",
	       "puts on red\n[('red', 1), ('red', 2)]\n");
}
END_TEST

START_TEST(a_processes_error_has_the_remote_traceback_as_its_cause)
{
	EXPECT(HEAD "def fail():\n"
	            "    raise ValueError('no')\n"
	            "with cf.ProcessPoolExecutor(1) as p:\n"
	            "    e = p.submit(fail).exception()\n"
	            "    print(repr(e), 'line 9, in fail' in str(e.__cause__))\n"
	            "    print(type(p.submit(lambda: 1).exception()).__name__)\n",
	       "ValueError('no') True\nPicklingError\n");
}
END_TEST

START_TEST(a_lock_is_refused_with_what_to_do)
{
	struct outcome o = run("import threading\nlock = threading.Lock()\nimport queue\n");
	ck_assert_int_eq(o.error, -ERR_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(buf_text(&o.refused), "share nothing"));
	ck_assert_ptr_nonnull(strstr(buf_text(&o.refused), "call_soon_threadsafe"));
	outcome_free(&o);
}
END_TEST

/* ---- the end ---- */

static void *stop_soon(void *scene)
{
	usleep(100000);
	scene_stop(scene);
	return NULL;
}

static void *interrupt_soon(void *scene)
{
	usleep(100000);
	scene_interrupt(scene);
	return NULL;
}

static int run_beside(const char *text, bool real_clock, void *(*other)(void *), struct outcome *o)
{
	struct scene_options options = {.write = collect_output,
	                                .sink = o,
	                                .real_clock = real_clock};
	struct diagnostics d = {0};
	struct scene *s;
	pthread_t thread;
	o->trace = options.trace = trace_new(100000000);
	ck_assert_int_eq(scene_new(&options, "scene.py", text, strlen(text), &d, &s), 0);
	pthread_create(&thread, NULL, other, s);
	int status = scene_run(s);
	pthread_join(thread, NULL);
	scene_free(s);
	diagnostics_free(&d);
	return status;
}

START_TEST(a_worker_that_spins_is_stopped)
{
	static const char *const scenes[] = {
		"def spin():\n    while True:\n        pass\n",
		"def spin():\n    time.sleep(1e9)\n",
		"def spin():\n    while True:\n        print('x', end='')\n        time.sleep(1)\n",
		"def spin():\n    asyncio.run(asyncio.sleep(1e9))\n",
	};
	for (size_t i = 0; i < 2 * COUNT_OF(scenes); i++) {
		struct outcome o = {0};
		struct buf text = {0};
		buf_printf(&text,
		           "import asyncio, time\n%sasync def main():\n"
		           "    await asyncio.to_thread(spin)\nasyncio.run(main())\n",
		           scenes[i / 2]);
		if (i == 2 || i == 6) { /* virtual time has an end soon */
			buf_free(&text);
			continue;
		}
		ck_assert_int_eq(run_beside(buf_text(&text), i % 2 == 1, stop_soon, &o), 1);
		buf_free(&text);
		outcome_free(&o);
	}
}
END_TEST

START_TEST(a_worker_that_spins_is_left_by_ctrl_c)
{
	struct outcome o = {0};
	int status = run_beside("import threading\n"
	                        "def spin():\n"
	                        "    while True:\n"
	                        "        pass\n"
	                        "t = threading.Thread(target=spin, daemon=True)\n"
	                        "t.start()\n"
	                        "t.join()\n",
	                        true, interrupt_soon, &o);
	ck_assert_int_eq(status, 130);
	ck_assert_ptr_nonnull(strstr(buf_text(&o.err), "KeyboardInterrupt"));
	outcome_free(&o);
}
END_TEST

START_TEST(a_worker_has_the_time_limit_too)
{
	struct outcome o = run_with((struct scene_options){.limits.cpu_time_ns = 50000000},
	                            "import asyncio\n"
	                            "def spin():\n"
	                            "    while True:\n"
	                            "        pass\n"
	                            "async def main():\n"
	                            "    await asyncio.to_thread(spin)\n"
	                            "asyncio.run(main())\n");
	ck_assert_int_eq(o.status, 1);
	ck_assert_ptr_nonnull(strstr(buf_text(&o.err), "--max-time"));
	outcome_free(&o);
}
END_TEST

START_TEST(endless_recursion_in_a_worker_is_an_exception)
{
	EXPECT(HEAD "def f(n):\n"
	            "    return f(n + 1)\n"
	            "async def main():\n"
	            "    try:\n"
	            "        await asyncio.to_thread(f, 0)\n"
	            "    except RecursionError as e:\n"
	            "        print('deep')\n"
	            "asyncio.run(main())\n",
	       "deep\n");
}
END_TEST

START_TEST(many_jobs_go_through_a_small_pool)
{
	EXPECT(HEAD "def f(n):\n"
	            "    return n * n\n"
	            "with cf.ThreadPoolExecutor(8) as pool:\n"
	            "    print(sum(pool.map(f, range(2000))))\n",
	       "2664667000\n");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scene/workers");
	TCase *c = tcase_create("order");
	suite_add_tcase(s, c);
	tcase_add_test(c, jobs_run_side_by_side);
	tcase_add_test(c, what_a_job_prints_first_stands_where_it_was_submitted);
	tcase_add_test(c, a_job_that_sleeps_goes_on_when_the_loop_waits);
	tcase_add_test(c, a_pool_is_bounded_and_its_queue_is_in_order);
	tcase_add_test(c, workers_have_the_names_of_cpythons);
	c = tcase_create("cancelling");
	suite_add_tcase(s, c);
	tcase_add_test(c, a_queued_job_can_be_cancelled_a_running_one_not);
	tcase_add_test(c, a_cancelled_future_is_over_for_wait_when_a_worker_comes_upon_it);
	tcase_add_test(c, the_job_goes_on_when_nobody_waits_any_more);
	c = tcase_create("crossing");
	suite_add_tcase(s, c);
	tcase_add_test(c, classes_come_home_as_themselves);
	tcase_add_test(c, exceptions_reach_who_waits);
	tcase_add_test(c, a_changed_global_is_warned_of);
	tcase_add_test(c, what_stays_at_home_is_refused_and_called_through_the_loop);
	tcase_add_test(c, a_closed_loop_refuses_calls_from_threads);
	tcase_add_test(c, an_initializer_counts_for_every_job_of_its_worker);
	tcase_add_test(c, a_processes_error_has_the_remote_traceback_as_its_cause);
	tcase_add_test(c, a_lock_is_refused_with_what_to_do);
	c = tcase_create("threads");
	suite_add_tcase(s, c);
	tcase_add_test(c, threads_start_and_are_joined);
	tcase_add_test(c, the_program_ends_with_its_last_thread);
	tcase_add_test(c, an_exception_in_a_thread_is_printed);
	c = tcase_create("loops");
	suite_add_tcase(s, c);
	tcase_add_test(c, a_worker_calls_the_loop);
	tcase_add_test(c, a_worker_may_have_workers_of_its_own);
	tcase_add_test(c, a_thread_that_blocks_its_own_loop_is_a_deadlock);
	tcase_add_test(c, a_worker_may_run_a_loop_of_its_own);
	c = tcase_create("ends");
	tcase_set_timeout(c, 60);
	suite_add_tcase(s, c);
	tcase_add_test(c, a_worker_that_spins_is_stopped);
	tcase_add_test(c, a_worker_that_spins_is_left_by_ctrl_c);
	tcase_add_test(c, a_worker_has_the_time_limit_too);
	tcase_add_test(c, endless_recursion_in_a_worker_is_an_exception);
	tcase_add_test(c, many_jobs_go_through_a_small_pool);
	return suite_main(s);
}
