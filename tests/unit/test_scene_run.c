/*
 * Running a scene: output, exit status, what is said on standard error, limits, stopping.
 */
#include <pthread.h>
#include <unistd.h>

#include "base/error.h"
#include "scene_kit.h"
#include "suite.h"

START_TEST(a_scene_prints_and_ends_with_0)
{
	EXPECT("print('rice')\n", "rice\n");
}
END_TEST

START_TEST(an_uncaught_exception_ends_with_1_and_a_traceback)
{
	EXPECT_ALL("print('a')\nraise ValueError('burnt')\n", "a\n",
	           "Traceback (most recent call last):\n"
	           "  File \"scene.py\", line 2, in <module>\n"
	           "    raise ValueError('burnt')\n"
	           "ValueError: burnt\n", 1);
}
END_TEST

START_TEST(system_exit_gives_its_status)
{
	EXPECT_ALL("raise SystemExit(7)\n", "", "", 7);
	EXPECT_ALL("raise SystemExit\n", "", "", 0);
	EXPECT_ALL("import sys\nsys.exit('no rice')\n", "", "no rice\n", 1);
	EXPECT_ALL("import asyncio, sys\nasync def main():\n    sys.exit(4)\nasyncio.run(main())\n",
	           "", "", 4);
}
END_TEST

START_TEST(keyboard_interrupt_gives_130)
{
	struct outcome o = run("raise KeyboardInterrupt\n");
	ck_assert_int_eq(o.status, 130);
	outcome_free(&o);
}
END_TEST

START_TEST(a_scene_that_cannot_be_read_is_refused)
{
	struct outcome o = run("x = (\n");
	ck_assert_int_eq(o.error, -ERR_SYNTAX);
	ck_assert_int_eq(strncmp(buf_text(&o.refused), "scene.py:1:", 11), 0);
	outcome_free(&o);
}
END_TEST

START_TEST(names_that_do_not_exist_are_refused_before_anything_runs)
{
	struct outcome o = run("print('a')\nimport asyncio\nasyncio.create_subprocess_exec('ls')\n");
	ck_assert_int_eq(o.error, -ERR_UNSUPPORTED);
	ck_assert_str_eq(buf_text(&o.out), "");
	ck_assert_int_eq(strncmp(buf_text(&o.refused), "scene.py:3:", 11), 0);
	outcome_free(&o);
	o = run("import requests\n");
	ck_assert_int_eq(o.error, -ERR_UNSUPPORTED);
	outcome_free(&o);
}
END_TEST

START_TEST(the_virtual_clock_begins_in_the_year_2000)
{
	EXPECT("import time\n"
	       "print(time.time(), time.monotonic())\n"
	       "time.sleep(1.5)\n"
	       "print(time.time(), time.perf_counter(), time.monotonic_ns())\n"
	       "print(time.strftime('%Y-%m-%d %H:%M:%S'))\n",
	       "946684800.0 0.0\n946684801.5 1.5 1500000000\n2000-01-01 00:00:01\n");
}
END_TEST

START_TEST(never_awaited_is_said_once_for_each_line)
{
	EXPECT_ALL("async def boil():\n"
	           "    pass\n"
	           "for i in range(3):\n"
	           "    boil()\n",
	           "",
	           "scene.py:4: RuntimeWarning: coroutine 'boil' was never awaited\n"
	           "  boil()\n"
	           "RuntimeWarning: Enable tracemalloc to get the object allocation traceback\n", 0);
}
END_TEST

START_TEST(a_never_awaited_sleep_is_said_too)
{
	struct outcome o = run("import asyncio\n"
	                       "async def main():\n"
	                       "    asyncio.sleep(1)\n"
	                       "asyncio.run(main())\n");
	ck_assert_ptr_nonnull(strstr(buf_text(&o.err), "scene.py:3: RuntimeWarning: coroutine 'sleep' "
	                                               "was never awaited\n"));
	ck_assert_int_eq(o.status, 0);
	ck_assert_int_eq(count_events(&o, EV_WARNED), 1);
	outcome_free(&o);
}
END_TEST

START_TEST(a_deadlock_names_who_waits_for_what)
{
	struct outcome o = run("import asyncio\n"
	                       "async def main():\n"
	                       "    try:\n"
	                       "        await asyncio.get_running_loop().create_future()\n"
	                       "    finally:\n"
	                       "        print('never')\n"
	                       "asyncio.run(main())\n");
	ck_assert_int_eq(o.status, 1);
	ck_assert_str_eq(buf_text(&o.out), "");
	ck_assert_ptr_nonnull(strstr(buf_text(&o.err), "deadlock"));
	ck_assert_ptr_nonnull(strstr(buf_text(&o.err), "Task-1 waits for future"));
	ck_assert_int_eq(count_events(&o, EV_DEADLOCK), 1);
	outcome_free(&o);
}
END_TEST

START_TEST(lines_captions_and_prints_are_in_the_trace)
{
	struct outcome o = run("\"\"\"Title\n\nIntro.\"\"\"\n"
	                       "#: Look.\n"
	                       "for i in range(2):\n"
	                       "    print(i)\n");
	ck_assert_int_eq(count_events(&o, EV_CAPTION), 1);
	ck_assert_uint_eq(find_event(&o, EV_CAPTION, 0)->a, 5);
	ck_assert_int_eq(count_events(&o, EV_PRINTED), 2);
	const struct event *e = find_event(&o, EV_PRINTED, 1);
	ck_assert_str_eq(trace_text(o.trace, e->a, NULL), "1\n");
	ck_assert_uint_eq(e->detail, 1);
	ck_assert_int_ge(count_events(&o, EV_LINE), 4);
	ck_assert_str_eq(trace_about(o.trace)->title, "Title");
	ck_assert_str_eq(trace_about(o.trace)->intro, "Intro.");
	ck_assert_int_eq(count_events(&o, EV_RUN_ENDED), 1);
	ck_assert(trace_complete(o.trace));
	outcome_free(&o);
}
END_TEST

START_TEST(a_task_waits_on_its_own_line_whatever_its_arguments_ran)
{
	struct outcome o = run("import asyncio\n"
	                       "def g():\n"
	                       "    return 1\n"
	                       "async def main():\n"
	                       "    await asyncio.sleep(g())\n"
	                       "asyncio.run(main())\n");
	uint32_t line = 0;
	for (uint64_t i = 0; i < trace_count(o.trace); i++) {
		const struct event *e = trace_at(o.trace, i);
		if (e->kind == EV_LINE)
			line = e->a;
		if (e->kind == EV_TASK_WAITS)
			break;
	}
	ck_assert_uint_eq(line, 5);
	outcome_free(&o);
}
END_TEST

START_TEST(an_endless_loop_ends_at_its_time_limit)
{
	struct outcome o = run_with((struct scene_options){.limits.cpu_time_ns = 50000000},
	                            "while True:\n    pass\n");
	ck_assert_int_eq(o.status, 1);
	ck_assert_ptr_nonnull(strstr(buf_text(&o.err), "--max-time"));
	ck_assert_int_eq(count_events(&o, EV_LIMIT), 1);
	outcome_free(&o);
}
END_TEST

START_TEST(too_many_events_end_the_run_and_keep_what_was_there)
{
	struct outcome o = run_with((struct scene_options){.limits.events = 100},
	                            "print('first')\nwhile True:\n    x = 1\n");
	ck_assert_int_eq(o.status, 1);
	ck_assert_str_eq(buf_text(&o.out), "first\n");
	ck_assert_int_eq(count_events(&o, EV_LIMIT), 1);
	ck_assert_uint_lt(trace_count(o.trace), 1000);
	outcome_free(&o);
}
END_TEST

START_TEST(endless_recursion_is_an_exception)
{
	EXPECT("def f():\n    f()\n"
	       "try:\n    f()\nexcept RecursionError as e:\n    print(e)\n",
	       "maximum recursion depth exceeded\n");
}
END_TEST

START_TEST(memory_has_a_limit)
{
	struct outcome o = run_with((struct scene_options){.limits.memory_bytes = 16 << 20},
	                            "rice = []\nwhile True:\n    rice.append([0] * 1000)\n");
	ck_assert_int_eq(o.status, 1);
	ck_assert_ptr_nonnull(strstr(buf_text(&o.err), "MemoryError"));
	ck_assert_int_eq(count_events(&o, EV_LIMIT), 1);
	outcome_free(&o);
}
END_TEST

/* ---- stopping from another thread ---- */

static void *stop_soon(void *scene)
{
	usleep(30000);
	scene_stop(scene);
	return NULL;
}

static void *interrupt_soon(void *scene)
{
	usleep(30000);
	scene_interrupt(scene);
	return NULL;
}

/* Run `text` while another thread does `act`; the scene's status. */
static int run_beside(const char *text, bool real_clock, void *(*act)(void *), struct outcome *o)
{
	struct diagnostics d = {0};
	struct scene *s;
	struct scene_options options = {
		.real_clock = real_clock, .write = collect_output, .sink = o};
	ck_assert_int_eq(scene_new(&options, "scene.py", text, strlen(text), &d, &s), 0);
	pthread_t thread;
	pthread_create(&thread, NULL, act, s);
	int status = scene_run(s);
	pthread_join(thread, NULL);
	scene_free(s);
	return status;
}

START_TEST(a_scene_can_be_stopped_wherever_it_is)
{
	static const char *const texts[] = {
		"while True:\n    pass\n",
		"while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass\n",
		("import asyncio\nasync def main():\n    while True:\n        await asyncio.sleep(0)\n"
		 "asyncio.run(main())\n"),
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct outcome o = {0};
		ck_assert_int_eq(run_beside(texts[i], false, stop_soon, &o), 1);
		ck_assert_str_eq(buf_text(&o.err), "");
		outcome_free(&o);
	}
}
END_TEST

START_TEST(a_scene_that_waits_in_real_time_can_be_stopped)
{
	static const char *const texts[] = {
		"import time\ntime.sleep(1000)\n",
		"import asyncio\nasyncio.run(asyncio.sleep(1000))\n",
		("import asyncio\nasync def main():\n    await asyncio.get_running_loop().create_future()\n"
		 "asyncio.run(main())\n"),
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct outcome o = {0};
		ck_assert_int_eq(run_beside(texts[i], true, stop_soon, &o), 1);
		outcome_free(&o);
	}
}
END_TEST

START_TEST(ctrl_c_cancels_the_main_task)
{
	struct outcome o = {0};
	int status = run_beside("import asyncio\n"
	                        "async def main():\n"
	                        "    try:\n"
	                        "        await asyncio.sleep(1000)\n"
	                        "    finally:\n"
	                        "        print('clean')\n"
	                        "try:\n"
	                        "    asyncio.run(main())\n"
	                        "except KeyboardInterrupt:\n"
	                        "    print('interrupted')\n",
	                        true, interrupt_soon, &o);
	ck_assert_str_eq(buf_text(&o.out), "clean\ninterrupted\n");
	ck_assert_int_eq(status, 0);
	outcome_free(&o);
}
END_TEST

START_TEST(ctrl_c_outside_of_a_loop_raises_at_once)
{
	struct outcome o = {0};
	ck_assert_int_eq(run_beside("while True:\n    pass\n", false, interrupt_soon, &o), 130);
	ck_assert_ptr_nonnull(strstr(buf_text(&o.err), "KeyboardInterrupt"));
	outcome_free(&o);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scene/run");
	TCase *c = tcase_create("ends");
	suite_add_tcase(s, c);
	tcase_add_test(c, a_scene_prints_and_ends_with_0);
	tcase_add_test(c, an_uncaught_exception_ends_with_1_and_a_traceback);
	tcase_add_test(c, system_exit_gives_its_status);
	tcase_add_test(c, keyboard_interrupt_gives_130);
	tcase_add_test(c, a_scene_that_cannot_be_read_is_refused);
	tcase_add_test(c, names_that_do_not_exist_are_refused_before_anything_runs);
	tcase_add_test(c, the_virtual_clock_begins_in_the_year_2000);
	c = tcase_create("says");
	suite_add_tcase(s, c);
	tcase_add_test(c, never_awaited_is_said_once_for_each_line);
	tcase_add_test(c, a_never_awaited_sleep_is_said_too);
	tcase_add_test(c, a_deadlock_names_who_waits_for_what);
	tcase_add_test(c, lines_captions_and_prints_are_in_the_trace);
	tcase_add_test(c, a_task_waits_on_its_own_line_whatever_its_arguments_ran);
	c = tcase_create("limits");
	suite_add_tcase(s, c);
	tcase_add_test(c, an_endless_loop_ends_at_its_time_limit);
	tcase_add_test(c, too_many_events_end_the_run_and_keep_what_was_there);
	tcase_add_test(c, endless_recursion_is_an_exception);
	tcase_add_test(c, memory_has_a_limit);
	c = tcase_create("stops");
	tcase_set_timeout(c, 20);
	suite_add_tcase(s, c);
	tcase_add_test(c, a_scene_can_be_stopped_wherever_it_is);
	tcase_add_test(c, a_scene_that_waits_in_real_time_can_be_stopped);
	tcase_add_test(c, ctrl_c_cancels_the_main_task);
	tcase_add_test(c, ctrl_c_outside_of_a_loop_raises_at_once);
	return suite_main(s);
}
