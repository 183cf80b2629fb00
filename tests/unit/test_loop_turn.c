/*
 * The loop itself: order, batches, timers, stopping, deadlock, busy waiting, both
 * pollers.
 */
#include "loop_kit.h"

#include <unistd.h>

/* ---- the ready queue ---- */

/* Run until somebody stops the loop. */
static enum run_end run_forever(struct kit *k)
{
	struct datum d;
	enum run_end end = loop_run_forever(k->loop, &d);
	ck_assert_uint_eq(d.bits, 0);
	return end;
}

static void stop(struct kit *k, struct future *f)
{
	(void)f;
	loop_stop(k->loop);
}

static void queue_two_more(struct kit *k, struct future *f)
{
	(void)f;
	kit_log(k, "first");
	kit_call_soon(k, "fourth");
	kit_call_soon(k, "fifth");
}

START_TEST(handles_run_in_the_order_in_which_they_were_appended)
{
	struct kit k;
	kit_init(&k);
	kit_soon(&k, "first", queue_two_more);
	kit_call_soon(&k, "second");
	kit_call_soon(&k, "third");
	loop_stop(k.loop);
	ck_assert_int_eq(run_forever(&k), RUN_DONE);
	/* What is appended during a batch runs in the next tick. */
	ck_log(&k, "first\nsecond\nthird\n");
	ck_assert_uint_eq(k.writer.tick, 1);
	loop_stop(k.loop);
	run_forever(&k);
	ck_log(&k, "first\nsecond\nthird\nfourth\nfifth\n");
	ck_assert_uint_eq(k.writer.tick, 2);
	ck_assert_uint_eq(k.writer.step, 5);
	kit_fini(&k);
}
END_TEST

static void cancel_other(struct kit *k, struct future *f)
{
	(void)f;
	handle_cancel(k->loop, k->user);
	handle_cancel(k->loop, k->user);
}

START_TEST(a_handle_cancelled_earlier_in_its_batch_does_not_run)
{
	struct kit k;
	kit_init(&k);
	kit_soon(&k, "canceller", cancel_other);
	k.user = kit_call_soon(&k, "victim");
	kit_call_soon(&k, "last");
	loop_stop(k.loop);
	run_forever(&k);
	ck_log(&k, "last\n");
	ck_assert_uint_eq(k.writer.step, 2);
	ck_assert_uint_eq(kit_count(&k, EV_HANDLE_DROPPED), 1);
	kit_fini(&k);
}
END_TEST

START_TEST(a_stop_lets_the_batch_finish)
{
	struct kit k;
	kit_init(&k);
	kit_soon(&k, "stop", stop);
	kit_call_soon(&k, "after");
	run_forever(&k);
	ck_log(&k, "after\n");
	kit_fini(&k);
}
END_TEST

START_TEST(a_stop_before_the_run_gives_one_tick_that_waits_for_nothing)
{
	struct kit k;
	kit_init(&k);
	kit_call_later(&k, 5, "late");
	loop_stop(k.loop);
	ck_assert_int_eq(run_forever(&k), RUN_DONE);
	ck_assert_int_eq(k.world.clock.now_ns, 0);
	ck_assert_uint_eq(k.writer.tick, 1);
	ck_log(&k, "");
	kit_fini(&k);
}
END_TEST

/* ---- timers ---- */

START_TEST(timers_due_together_fire_in_the_order_in_which_they_were_armed)
{
	struct kit k;
	kit_init(&k);
	static const char *const names[] = {"0", "1", "2", "3", "4",
	                                    "5", "6", "7", "8", "9"};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		kit_call_later(&k, 1, names[i]);
	kit_call_later(&k, 0.5, "early");
	((struct kit_callback *)(void *)kit_call_later(&k, 2, "stop"))->function = stop;
	run_forever(&k);
	ck_log(&k, "early\n0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
	ck_assert_int_eq(k.world.clock.now_ns, 2000000000);
	ck_assert_uint_eq(kit_count(&k, EV_POLLED), 3);
	kit_fini(&k);
}
END_TEST

static enum outcome eight_tenths(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	for (c->i = 0; c->i < 8; c->i++)
		CORO_AWAIT(c, kit_sleep(c->kit, 0.1));
	kit_log(c->kit, "eight tenths");
	CORO_END(c);
}

static enum outcome at_once(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_sleep(c->kit, 0.8));
	kit_log(c->kit, "eight at once");
	CORO_END(c);
}

START_TEST(rounding_does_not_let_eight_short_sleeps_overtake_a_long_one)
{
	struct kit k;
	kit_init(&k);
	struct task *a = SPAWN(&k, eight_tenths);
	struct task *b = SPAWN(&k, at_once);
	kit_run(&k, b);
	ck_log(&k, "eight at once\neight tenths\n= None\n");
	future_unref(&a->future);
	kit_fini(&k);
}
END_TEST

START_TEST(a_timer_of_the_past_runs_no_earlier_than_the_next_tick)
{
	struct kit k;
	kit_init(&k);
	kit_call_later(&k, -5, "timer");
	kit_call_soon(&k, "soon");
	loop_stop(k.loop);
	run_forever(&k);
	ck_log(&k, "soon\ntimer\n");
	ck_assert_int_eq(k.world.clock.now_ns, 0);
	kit_fini(&k);
}
END_TEST

START_TEST(a_cancelled_timer_wakes_nobody)
{
	struct kit k;
	kit_init(&k);
	handle_cancel(k.loop, kit_call_later(&k, 1, "one"));
	kit_call_later(&k, 2, "two");
	struct handle *three = kit_call_later(&k, 3, "three");
	((struct kit_callback *)(void *)kit_call_later(&k, 4, "stop"))->function = stop;
	handle_cancel(k.loop, three);
	run_forever(&k);
	ck_log(&k, "two\n");
	ck_assert_uint_eq(k.writer.tick, 2);
	ck_assert_uint_eq(kit_count(&k, EV_TIMER_DROPPED), 2);
	ck_assert_uint_eq(kit_count(&k, EV_TIMER_FIRED), 2);
	kit_fini(&k);
}
END_TEST

START_TEST(a_timer_tells_the_trace_its_name_and_deadline)
{
	struct kit k;
	kit_init(&k);
	kit_call_later(&k, 1.5, "cb");
	const struct event *made = kit_first(&k, EV_HANDLE);
	const struct event *armed = kit_first(&k, EV_TIMER_ARMED);
	ck_assert_uint_eq(made->a, armed->a);
	ck_assert_str_eq(trace_text(k.trace, made->b, NULL), "cb");
	ck_assert_int_eq(trace_number_at(k.trace, armed->b), 1500000000);
	kit_fini(&k);
}
END_TEST

/* ---- blocking, deadlock, busy waiting ---- */

static enum outcome blocks(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_sleep(c->kit, 0));
	loop_world_block(&c->kit->world, 3000000000, 12);
	kit_log(c->kit, "blocked");
	CORO_END(c);
}

START_TEST(a_blocked_thread_makes_due_timers_late)
{
	struct kit k;
	kit_init(&k);
	kit_call_later(&k, 1, "one");
	struct task *t = SPAWN(&k, blocks);
	kit_run(&k, t);
	ck_log(&k, "blocked\none\n= None\n");
	const struct event *fired = kit_first(&k, EV_TIMER_FIRED);
	ck_assert_int_eq(fired->time_ns, 3000000000);
	ck_assert_int_eq(trace_number_at(k.trace, fired->b), 1000000000);
	ck_assert_uint_eq(kit_first(&k, EV_BLOCK_BEGUN)->b, 12);
	ck_assert_int_eq(kit_first(&k, EV_BLOCK_ENDED)->time_ns, 3000000000);
	kit_fini(&k);
}
END_TEST

static enum outcome waits_for_ever(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	c->held = future_new(c->kit->loop);
	CORO_AWAIT(c, kit_await(c->held));
	CORO_END(c);
}

START_TEST(nothing_to_wait_for_is_a_deadlock_under_the_virtual_clock)
{
	struct kit k;
	kit_init(&k);
	struct task *t = SPAWN(&k, waits_for_ever);
	future_ref(&t->future);
	ck_assert_int_eq(kit_run(&k, t), RUN_DEADLOCK);
	ck_assert_uint_eq(kit_count(&k, EV_DEADLOCK), 1);
	ck_assert_ptr_eq(task_next(k.loop, NULL), t);
	struct buf what = {0};
	future_describe(t->waiter, &what);
	ck_assert_str_eq(buf_text(&what), "future");
	buf_free(&what);
	struct datum d;
	ck_assert_int_eq(runner_close(k.loop, &d), RUN_DONE);
	ck_assert(future_cancelled(&t->future));
	future_unref(&t->future);
	kit_fini(&k);
}
END_TEST

static enum outcome spins(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	while (loop_now_ns(c->kit->loop) < 5000000)
		CORO_AWAIT(c, kit_sleep(c->kit, 0));
	CORO_END(c);
}

START_TEST(a_thousand_ticks_that_wait_for_nothing_begin_to_take_time)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, SPAWN(&k, spins));
	/* Tick 1 finds a clock that stands still at 0: the 1000th such tick takes 1 ms.
	 */
	ck_assert_int_ge(k.world.clock.now_ns, 5000000);
	ck_assert_uint_eq(k.writer.tick, 1005);
	kit_fini(&k);
}
END_TEST

/* ---- run until complete ---- */

START_TEST(a_loop_stopped_before_its_future_says_so)
{
	struct kit k;
	kit_init(&k);
	struct future *f = future_new(k.loop);
	kit_soon(&k, "stop", stop);
	struct datum d;
	ck_assert_int_eq(loop_run_until_complete(k.loop, f, &d), RUN_STOPPED);
	ck_assert_ptr_null(future_next_callback(f, NULL));
	future_unref(f);
	kit_fini(&k);
}
END_TEST

static enum outcome runs_again(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	struct datum d;
	struct loop *other = loop_new(&c->kit->world, POLL_BACKEND_EPOLL);
	struct future *f = future_new(other);
	ck_assert_int_eq(loop_run_forever(c->kit->loop, &d), RUN_BUSY);
	ck_assert_int_eq(loop_run_until_complete(other, f, &d), RUN_OTHER);
	loop_close(other);
	ck_assert_int_eq(loop_run_until_complete(other, f, &d), RUN_CLOSED);
	future_unref(f);
	loop_unref(other);
	CORO_END(c);
}

START_TEST(a_loop_inside_of_a_loop_is_refused)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, SPAWN(&k, runs_again));
	ck_log(&k, "= None\n");
	kit_fini(&k);
}
END_TEST

START_TEST(a_closed_loop_has_dropped_its_queues)
{
	struct kit k;
	kit_init(&k);
	kit_call_soon(&k, "soon");
	kit_call_later(&k, 1, "later");
	loop_close(k.loop);
	kit_call_soon(&k, "too late");
	struct datum d;
	ck_assert_int_eq(loop_run_forever(k.loop, &d), RUN_CLOSED);
	ck_log(&k, "");
	kit_fini(&k);
}
END_TEST

static void halt(struct kit *k, struct future *f)
{
	(void)f;
	loop_world_halt(&k->world);
}

static void interrupt(struct kit *k, struct future *f)
{
	(void)f;
	loop_world_interrupt(&k->world);
}

START_TEST(a_halt_ends_the_run_before_the_next_handle_and_for_good)
{
	struct kit k;
	kit_init(&k);
	kit_soon(&k, "halt", halt);
	kit_call_soon(&k, "next");
	ck_assert_int_eq(run_forever(&k), RUN_HALTED);
	ck_assert_int_eq(run_forever(&k), RUN_HALTED);
	ck_assert(loop_world_halted(&k.world));
	ck_log(&k, "");
	kit_fini(&k);
}
END_TEST

START_TEST(an_interrupt_is_told_to_the_client_between_handles)
{
	struct kit k;
	kit_init(&k);
	kit_soon(&k, "interrupt", interrupt);
	kit_call_soon(&k, "next");
	ck_assert_int_eq(run_forever(&k), RUN_DONE); /* the kit's client stops the loop */
	ck_assert_int_eq(k.interrupts, 1);
	ck_log(&k, "next\n");
	kit_fini(&k);
}
END_TEST

/* ---- futures ---- */

START_TEST(done_callbacks_are_appended_in_order_and_never_called_at_once)
{
	struct kit k;
	kit_init(&k);
	struct future *f = future_new(k.loop);
	kit_when_done(&k, f, "a");
	struct kit_callback *b = kit_when_done(&k, f, "b");
	kit_when_done(&k, f, "c");
	ck_assert(future_remove_callback(f, &b->done));
	ck_assert(future_set_result(f, DATUM_NONE));
	ck_assert(!future_set_result(f, DATUM_NONE));
	ck_assert(!future_cancel(f, DATUM_NONE));
	kit_when_done(&k, f, "d");
	ck_log(&k, "");
	loop_stop(k.loop);
	run_forever(&k);
	ck_log(&k, "a\nc\nd\n");
	future_unref(f);
	kit_fini(&k);
}
END_TEST

START_TEST(an_error_that_nobody_asked_for_is_reported_when_its_future_dies)
{
	struct kit k;
	kit_init(&k);
	struct datum error = kit_error(&k, ERROR_ORDINARY, "ValueError", "x");
	for (int asked = 0; asked < 2; asked++) {
		struct future *f = future_new(k.loop);
		future_set_error(f, error);
		if (asked)
			ck_assert_uint_eq(future_error(f).bits, error.bits);
		future_unref(f);
	}
	thing_unref(&k, thing_of(error));
	ck_log(&k, "Future exception was never retrieved ValueError('x')\n");
	kit_fini(&k);
}
END_TEST

START_TEST(a_cancelled_future_raises_its_message)
{
	struct kit k;
	kit_init(&k);
	struct future *f = future_new(k.loop);
	struct datum message = kit_text(&k, "why"), d;
	ck_assert(future_cancel(f, message));
	thing_unref(&k, thing_of(message));
	ck_assert(!future_take(f, &d));
	ck_assert_str_eq(thing_of(d)->text, "why");
	thing_unref(&k, thing_of(d));
	future_unref(f);
	kit_fini(&k);
}
END_TEST

START_TEST(a_future_that_dies_lets_its_waiting_task_go)
{
	struct kit k;
	kit_init(&k);
	struct future *f = future_new(k.loop);
	struct kit_callback *cb = kit_when_done(&k, f, "never");
	ck_assert_ptr_eq(future_next_callback(f, NULL), &cb->done);
	future_unref(f); /* frees the callback: the leak checker knows */
	kit_fini(&k);
}
END_TEST

/* ---- without a trace ---- */

START_TEST(a_loop_runs_the_same_with_nobody_watching)
{
	struct kit k;
	kit_init_as(&k, false, false, POLL_BACKEND_POLL);
	struct task *a = SPAWN(&k, eight_tenths);
	kit_run(&k, SPAWN(&k, blocks));
	kit_run(&k, a);
	ck_log(&k, "blocked\n= None\neight tenths\n= None\n");
	kit_fini(&k);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("loop turn");
	TCase *t = tcase_create("ready queue");
	tcase_add_test(t, handles_run_in_the_order_in_which_they_were_appended);
	tcase_add_test(t, a_handle_cancelled_earlier_in_its_batch_does_not_run);
	tcase_add_test(t, a_stop_lets_the_batch_finish);
	tcase_add_test(t, a_stop_before_the_run_gives_one_tick_that_waits_for_nothing);
	suite_add_tcase(s, t);
	t = tcase_create("timers");
	tcase_add_test(t, timers_due_together_fire_in_the_order_in_which_they_were_armed);
	tcase_add_test(t, rounding_does_not_let_eight_short_sleeps_overtake_a_long_one);
	tcase_add_test(t, a_timer_of_the_past_runs_no_earlier_than_the_next_tick);
	tcase_add_test(t, a_cancelled_timer_wakes_nobody);
	tcase_add_test(t, a_timer_tells_the_trace_its_name_and_deadline);
	suite_add_tcase(s, t);
	t = tcase_create("time");
	tcase_add_test(t, a_blocked_thread_makes_due_timers_late);
	tcase_add_test(t, nothing_to_wait_for_is_a_deadlock_under_the_virtual_clock);
	tcase_add_test(t, a_thousand_ticks_that_wait_for_nothing_begin_to_take_time);
	suite_add_tcase(s, t);
	t = tcase_create("running");
	tcase_add_test(t, a_loop_stopped_before_its_future_says_so);
	tcase_add_test(t, a_loop_inside_of_a_loop_is_refused);
	tcase_add_test(t, a_closed_loop_has_dropped_its_queues);
	tcase_add_test(t, a_halt_ends_the_run_before_the_next_handle_and_for_good);
	tcase_add_test(t, an_interrupt_is_told_to_the_client_between_handles);
	tcase_add_test(t, a_loop_runs_the_same_with_nobody_watching);
	suite_add_tcase(s, t);
	t = tcase_create("futures");
	tcase_add_test(t, done_callbacks_are_appended_in_order_and_never_called_at_once);
	tcase_add_test(t,
	               an_error_that_nobody_asked_for_is_reported_when_its_future_dies);
	tcase_add_test(t, a_cancelled_future_raises_its_message);
	tcase_add_test(t, a_future_that_dies_lets_its_waiting_task_go);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return suite_main(suite());
}
