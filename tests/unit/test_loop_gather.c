/*
 * gather, shield, timeout and wait_for: futures and blocks over other futures.
 */
#include "loop_kit.h"

static enum outcome after(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_sleep(c->kit, c->i));
	CORO_RETURN(c, kit_int(c->kit, c->i));
	CORO_END(c);
}

static enum outcome fails_after(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_sleep(c->kit, c->i));
	CORO_RAISE(c, kit_error(c->kit, ERROR_ORDINARY, "ValueError", "x"));
	CORO_END(c);
}

static struct task *spawn_after(struct kit *k, coro_code code, int seconds,
                                const char *name)
{
	struct coro *c = coro_new(k, code, "after");
	c->i = seconds;
	return task_new(k->loop, &c->body, name);
}

static enum outcome awaits(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_await(c->pointer));
	CORO_RETURN(c, coro_take(&c->value));
	CORO_END(c);
}

static struct task *spawn_awaiting(struct kit *k, struct future *f, const char *name)
{
	struct coro *c = coro_new(k, awaits, "awaits");
	c->pointer = f;
	return task_new(k->loop, &c->body, name);
}

/* ---- gather ---- */

START_TEST(a_gather_returns_in_argument_order_two_ticks_after_the_last_child)
{
	struct kit k;
	kit_init(&k);
	struct task *a = spawn_after(&k, after, 2, "a"),
		    *b = spawn_after(&k, after, 1, "b");
	struct future *children[] = {&a->future, &b->future, &a->future};
	struct gather *g = gather_new(k.loop, children, 3, false);
	ck_assert_uint_eq(g->child_count, 2);
	kit_run(&k, spawn_awaiting(&k, &g->future, "main"));
	ck_log(&k, "= [2, 1, 2]\n");
	ck_steps(&k, "0 1 1 a run\n"
	             "0 1 1 a wait(sleep(2))\n"
	             "0 1 2 b run\n"
	             "0 1 2 b wait(sleep(1))\n"
	             "0 1 3 main run\n"
	             "0 1 3 main wait(gather[a b a])\n"
	             "1 2 4 @_set_result_unless_cancelled callback\n"
	             "1 3 5 b run\n"
	             "1 3 5 b done(1)\n"
	             "1 4 6 @gather._done_callback callback\n"
	             "2 5 7 @_set_result_unless_cancelled callback\n"
	             "2 6 8 a run\n"
	             "2 6 8 a done(2)\n"
	             "2 7 9 @gather._done_callback callback\n"
	             "2 8 10 main run\n"
	             "2 8 10 main done([2, 1, 2])\n"
	             "2 9 11 @_run_until_complete_cb callback\n");
	ck_assert_uint_eq(kit_count(&k, EV_GATHER_CHILD), 2);
	ck_assert_uint_eq(kit_count(&k, EV_GATHER_CHILD_DONE), 2);
	future_unref(&g->future);
	future_unref(&a->future);
	future_unref(&b->future);
	kit_fini(&k);
}
END_TEST

START_TEST(a_gather_of_nothing_is_done_at_once)
{
	struct kit k;
	kit_init(&k);
	struct gather *g = gather_new(k.loop, NULL, 0, false);
	ck_assert(future_done(&g->future));
	kit_run(&k, spawn_awaiting(&k, &g->future, NULL));
	ck_log(&k, "= []\n");
	future_unref(&g->future);
	kit_fini(&k);
}
END_TEST

START_TEST(a_gather_fails_first_and_the_other_children_go_on)
{
	struct kit k;
	kit_init(&k);
	struct task *a = spawn_after(&k, after, 5, "a"),
		    *b = spawn_after(&k, fails_after, 1, "b");
	struct future *children[] = {&a->future, &b->future};
	struct gather *g = gather_new(k.loop, children, 2, false);
	kit_run(&k, spawn_awaiting(&k, &g->future, "main"));
	ck_assert(!future_done(&a->future));
	ck_log(&k, "! ValueError('x')\n");
	kit_run(&k, a);
	ck_log(&k, "! ValueError('x')\n= 5\n");
	ck_assert_uint_eq(g->done_count, 2);
	future_unref(&g->future);
	future_unref(&b->future);
	kit_fini(&k);
}
END_TEST

START_TEST(a_gather_that_returns_exceptions_waits_for_all)
{
	struct kit k;
	kit_init(&k);
	k.client.text = NULL;
	struct task *a = spawn_after(&k, after, 3, "a"),
		    *b = spawn_after(&k, fails_after, 1, "b");
	struct task *c = spawn_after(&k, after, 9, "c");
	struct future *children[] = {&a->future, &b->future, &c->future};
	struct gather *g = gather_new(k.loop, children, 3, true);
	task_cancel(c, DATUM_NONE);
	kit_run(&k, spawn_awaiting(&k, &g->future, "main"));
	ck_log(&k, "= [3, ValueError('x'), CancelledError()]\n");
	future_unref(&g->future);
	future_unref(&a->future);
	future_unref(&b->future);
	future_unref(&c->future);
	kit_fini(&k);
}
END_TEST

START_TEST(cancelling_a_gather_cancels_its_children_and_ends_with_them)
{
	struct kit k;
	kit_init(&k);
	struct task *a = spawn_after(&k, after, 3, "a"),
		    *b = spawn_after(&k, after, 4, "b");
	struct future *children[] = {&a->future, &b->future};
	struct gather *g = gather_new(k.loop, children, 2, false);
	struct task *main = spawn_awaiting(&k, &g->future, "main");
	loop_stop(k.loop);
	struct datum d;
	loop_run_forever(k.loop, &d);
	ck_assert(future_cancel(&main->future, DATUM_NONE));
	ck_assert(!future_done(&g->future));
	kit_run(&k, main);
	ck_assert(future_cancelled(&a->future) && future_cancelled(&b->future));
	ck_assert(!future_cancelled(&g->future));
	ck_assert(!future_cancel(&g->future, DATUM_NONE));
	ck_log(&k, "! CancelledError()\n");
	future_unref(&g->future);
	future_unref(&a->future);
	future_unref(&b->future);
	kit_fini(&k);
}
END_TEST

START_TEST(children_that_are_done_already_are_counted_at_once)
{
	struct kit k;
	kit_init(&k);
	struct future *f = future_new(k.loop), *pending = future_new(k.loop);
	struct datum error = kit_error(&k, ERROR_ORDINARY, "ValueError", "x");
	future_set_error(f, error);
	struct future *children[] = {pending, f};
	struct gather *g = gather_new(k.loop, children, 2, false);
	ck_assert(g->future.failed);
	ck_assert_uint_eq(future_error(&g->future).bits, error.bits);
	thing_unref(&k, thing_of(error));
	/* A child that is pending and its gather hold each other. */
	future_set_result(pending, DATUM_NONE);
	loop_close(k.loop);
	future_unref(&g->future);
	future_unref(f);
	future_unref(pending);
	kit_fini(&k);
}
END_TEST

START_TEST(a_failure_after_the_gather_ended_is_not_reported)
{
	struct kit k;
	kit_init(&k);
	struct task *a = spawn_after(&k, fails_after, 1, "a");
	struct task *b = spawn_after(&k, fails_after, 2, "b");
	struct future *children[] = {&a->future, &b->future};
	struct gather *g = gather_new(k.loop, children, 2, false);
	future_unref(&a->future);
	future_unref(&b->future);
	kit_run(&k, spawn_awaiting(&k, &g->future, "main"));
	future_unref(&g->future);
	kit_run(&k, spawn_after(&k, after, 3, "later"));
	ck_log(&k, "! ValueError('x')\n= 3\n");
	kit_fini(&k);
}
END_TEST

START_TEST(a_gather_of_many_finds_its_repeated_arguments)
{
	struct kit k;
	kit_init(&k);
	enum { MANY = 3000 };
	struct future *children[MANY];
	for (int i = 0; i < MANY; i++)
		children[i] = i % 3 ? future_ref(children[i - 1]) : future_new(k.loop);
	struct gather *g = gather_new(k.loop, children, MANY, false);
	ck_assert_uint_eq(g->child_count, MANY / 3);
	ck_assert_ptr_eq(gather_child_at(g, 1), children[3]);
	future_unref(&g->future);
	for (int i = 0; i < MANY; i++) {
		future_set_result(children[i], DATUM_NONE);
		future_unref(children[i]);
	}
	kit_fini(&k);
}
END_TEST

/* ---- shield ---- */

START_TEST(a_shield_follows_its_inner_future)
{
	struct kit k;
	kit_init(&k);
	struct task *t = spawn_after(&k, after, 1, "inner");
	struct future *outer = shield(&t->future);
	kit_run(&k, spawn_awaiting(&k, outer, "main"));
	ck_log(&k, "= 1\n");
	ck_steps(&k, "0 1 1 inner run\n"
	             "0 1 1 inner wait(sleep(1))\n"
	             "0 1 2 main run\n"
	             "0 1 2 main wait(shield[inner])\n"
	             "1 2 3 @_set_result_unless_cancelled callback\n"
	             "1 3 4 inner run\n"
	             "1 3 4 inner done(1)\n"
	             "1 4 5 @shield._inner_done_callback callback\n"
	             "1 5 6 @shield._outer_done_callback callback\n"
	             "1 5 7 main run\n"
	             "1 5 7 main done(1)\n"
	             "1 6 8 @_run_until_complete_cb callback\n");
	future_unref(outer);
	struct future *again = shield(&t->future);
	ck_assert_ptr_eq(again, &t->future);
	future_unref(again);
	future_unref(&t->future);
	kit_fini(&k);
}
END_TEST

START_TEST(cancelling_who_awaits_a_shield_leaves_the_inner_task_alone)
{
	struct kit k;
	kit_init(&k);
	struct task *t = spawn_after(&k, after, 5, "inner");
	struct future *outer = shield(&t->future);
	struct task *main = spawn_awaiting(&k, outer, "main");
	future_unref(outer);
	loop_stop(k.loop);
	struct datum d;
	loop_run_forever(k.loop, &d);
	task_cancel(main, DATUM_NONE);
	kit_run(&k, main);
	ck_assert(!future_done(&t->future));
	kit_run(&k, t);
	ck_log(&k, "! CancelledError()\n= 5\n");
	kit_fini(&k);
}
END_TEST

START_TEST(a_shield_passes_on_how_its_inner_future_ended)
{
	struct kit k;
	kit_init(&k);
	struct task *t = spawn_after(&k, fails_after, 1, "fails");
	kit_run(&k, spawn_awaiting(&k, &t->future, "once"));
	future_unref(&t->future);
	t = spawn_after(&k, fails_after, 1, "fails");
	struct future *outer = shield(&t->future);
	kit_run(&k, spawn_awaiting(&k, outer, "main"));
	future_unref(outer);
	future_unref(&t->future);
	t = spawn_after(&k, after, 1, "cancelled");
	outer = shield(&t->future);
	task_cancel(t, DATUM_NONE);
	kit_run(&k, spawn_awaiting(&k, outer, "main"));
	future_unref(outer);
	future_unref(&t->future);
	ck_log(&k, "! ValueError('x')\n! ValueError('x')\n! CancelledError()\n");
	kit_fini(&k);
}
END_TEST

/* ---- timeout ---- */

static void timeout_ref(struct timeout *t)
{
	CONTAINER_OF(t, struct coro, timeout)->timeout_refs++;
}

static void timeout_unref(struct timeout *t)
{
	CONTAINER_OF(t, struct coro, timeout)->timeout_refs--;
}

static const struct timeout_ops coro_timeout_ops = {.ref = timeout_ref,
                                                    .unref = timeout_unref};

static enum outcome sleeps_under_timeout(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	timeout_init(&c->timeout, &coro_timeout_ops, true,
	             loop_time(c->kit->loop) + (double)c->argument.bits);
	ck_assert_int_eq(timeout_reschedule(&c->timeout, true, 1), TIMEOUT_NOT_ENTERED);
	ck_assert_int_eq(timeout_enter(&c->timeout, c->kit->loop), TIMEOUT_OK);
	ck_assert_int_eq(timeout_enter(&c->timeout, c->kit->loop), TIMEOUT_AGAIN);
	CORO_TRY(c, kit_sleep(c->kit, 5));
	c->i = (int)timeout_exit(&c->timeout, c->error);
	buf_printf(&c->kit->log, "%d %s\n", c->i, timeout_state_word(c->timeout.state));
	ck_assert_int_eq(timeout_reschedule(&c->timeout, true, 9), TIMEOUT_TOO_LATE);
	ck_assert_uint_eq(task_cancelling(task_current(c->kit->loop)), 0);
	timeout_fini(&c->timeout);
	CORO_AWAIT(c, kit_sleep(c->kit, 20));
	ck_assert_uint_eq(c->timeout_refs, 0);
	CORO_END(c);
}

static struct task *spawn_under_timeout(struct kit *k, unsigned seconds)
{
	struct coro *c = coro_new(k, sleeps_under_timeout, "under_timeout");
	c->argument.bits = seconds;
	return task_new(k->loop, &c->body, "main");
}

START_TEST(a_timeout_cancels_its_task_and_takes_the_request_back)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, spawn_under_timeout(&k, 2));
	ck_log(&k, "1 expired\n= None\n");
	ck_steps(&k, "0 1 1 main run\n"
	             "0 1 1 main wait(sleep(5))\n"
	             "2 2 2 @Timeout._on_timeout callback\n"
	             "2 2 2 @Timeout._on_timeout cancel main\n"
	             "2 3 3 main run\n"
	             "2 3 3 main wait(sleep(20))\n"
	             "22 4 4 @_set_result_unless_cancelled callback\n"
	             "22 5 5 main run\n"
	             "22 5 5 main done(None)\n"
	             "22 6 6 @_run_until_complete_cb callback\n");
	ck_assert_uint_eq(kit_count(&k, EV_CANCEL_SWALLOWED), 0);
	const struct event *e = kit_first(&k, EV_TIMER_FOR);
	ck_assert_str_eq(kit_id_name(k.trace, e->b), "main");
	kit_fini(&k);
}
END_TEST

START_TEST(a_timeout_that_was_not_needed_leaves_no_trace_of_itself)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, spawn_under_timeout(&k, 8));
	ck_log(&k, "0 finished\n= None\n");
	ck_assert_uint_eq(kit_count(&k, EV_CANCEL_REQUESTED), 0);
	kit_fini(&k);
}
END_TEST

START_TEST(a_timeout_of_nothing_fires_in_the_next_tick)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, spawn_under_timeout(&k, 0));
	ck_log(&k, "1 expired\n= None\n");
	ck_assert_uint_eq(kit_first(&k, EV_CANCEL_REQUESTED)->tick, 2);
	ck_assert_int_eq(kit_first(&k, EV_CANCEL_REQUESTED)->time_ns, 0);
	kit_fini(&k);
}
END_TEST

static enum outcome reschedules(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	timeout_init(&c->timeout, &coro_timeout_ops, false, 0);
	timeout_enter(&c->timeout, c->kit->loop);
	timeout_reschedule(&c->timeout, true, 2);
	timeout_reschedule(&c->timeout, true, 4);
	CORO_TRY(c, kit_sleep(c->kit, 3));
	ck_assert(!c->error.bits);
	CORO_TRY(c, kit_sleep(c->kit, 3));
	ck_assert(c->error.bits);
	/* Cancelled by somebody else as well: then the CancelledError goes on. */
	task_cancel(task_current(c->kit->loop), DATUM_NONE);
	ck_assert_int_eq(timeout_exit(&c->timeout, c->error), TIMEOUT_PASSES);
	timeout_fini(&c->timeout);
	CORO_AWAIT(c, kit_sleep(c->kit, 1));
	CORO_END(c);
}

START_TEST(a_timeout_can_be_moved_and_yields_to_another_request)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, SPAWN(&k, reschedules));
	ck_log(&k, "! CancelledError()\n");
	ck_assert_int_eq(k.world.clock.now_ns, 4000000000);
	ck_assert_uint_eq(k.writer.step, 7);
	kit_fini(&k);
}
END_TEST

START_TEST(a_timeout_needs_a_task)
{
	struct kit k;
	kit_init(&k);
	struct timeout t;
	timeout_init(&t, &coro_timeout_ops, true, 1);
	ck_assert_int_eq(timeout_enter(&t, k.loop), TIMEOUT_NO_TASK);
	ck_assert_int_eq(timeout_enter(&t, NULL), TIMEOUT_NO_TASK);
	timeout_fini(&t);
	kit_fini(&k);
}
END_TEST

/* ---- wait_for ---- */

static enum outcome waits_for_sleep(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_TRY(c,
	         &wait_for_new(&c->kit->world, kit_sleep(c->kit, 5), true, c->i)->body);
	if (c->error.bits) {
		thing_repr(thing_of(c->error), &c->kit->log);
		if (thing_of(c->error)->cause) {
			buf_puts(&c->kit->log, " from ");
			thing_repr(thing_of(c->error)->cause, &c->kit->log);
		}
		kit_log(c->kit, "");
	}
	CORO_END(c);
}

START_TEST(wait_for_steps_its_awaitable_inline_and_makes_no_task)
{
	struct kit k;
	kit_init(&k);
	struct coro *c = coro_new(&k, waits_for_sleep, "waits");
	c->i = 2;
	kit_run(&k, task_new(k.loop, &c->body, "main"));
	ck_log(&k, "TimeoutError() from CancelledError()\n= None\n");
	ck_steps(&k, "0 1 1 main run\n"
	             "0 1 1 main wait(sleep(5))\n"
	             "2 2 2 @Timeout._on_timeout callback\n"
	             "2 2 2 @Timeout._on_timeout cancel main\n"
	             "2 3 3 main run\n"
	             "2 3 3 main done(None)\n"
	             "2 4 4 @_run_until_complete_cb callback\n");
	kit_fini(&k);
}
END_TEST

START_TEST(wait_for_returns_in_time_and_drops_its_timer)
{
	struct kit k;
	kit_init(&k);
	struct coro *c = coro_new(&k, waits_for_sleep, "waits");
	c->i = 9;
	kit_run(&k, task_new(k.loop, &c->body, "main"));
	ck_log(&k, "= None\n");
	ck_assert_uint_eq(kit_count(&k, EV_TIMER_DROPPED), 1);
	kit_fini(&k);
}
END_TEST

static enum outcome waits_expired(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_wait_expired(c->pointer));
	CORO_RETURN(c, coro_take(&c->value));
	CORO_END(c);
}

START_TEST(wait_for_with_no_time_cancels_and_waits)
{
	struct kit k;
	kit_init(&k);
	struct task *t = spawn_after(&k, after, 5, "inner");
	struct coro *c = coro_new(&k, waits_expired, "waits");
	c->pointer = t;
	kit_run(&k, task_new(k.loop, &c->body, "main"));
	ck_log(&k, "! TimeoutError()\n");
	ck_steps(&k, "0 1 1 inner run\n"
	             "0 1 1 inner wait(sleep(5))\n"
	             "0 1 2 main run\n"
	             "0 1 2 main cancel inner\n"
	             "0 1 2 main wait(wait_for[inner])\n"
	             "0 2 3 inner run\n"
	             "0 2 3 inner cancelled\n"
	             "0 3 4 @_release_waiter callback\n"
	             "0 4 5 main run\n"
	             "0 4 5 main failed(TimeoutError())\n"
	             "0 5 6 @_run_until_complete_cb callback\n");
	future_unref(&t->future);

	struct future *f = future_new(k.loop);
	struct datum d = kit_int(&k, 4);
	future_set_result(f, d);
	thing_unref(&k, thing_of(d));
	c = coro_new(&k, waits_expired, "waits");
	c->pointer = f;
	kit_run(&k, task_new(k.loop, &c->body, "main"));
	ck_log(&k, "! TimeoutError()\n= 4\n");
	future_unref(f);
	kit_fini(&k);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("loop gather");
	TCase *t = tcase_create("gather");
	tcase_add_test(t,
	               a_gather_returns_in_argument_order_two_ticks_after_the_last_child);
	tcase_add_test(t, a_gather_of_nothing_is_done_at_once);
	tcase_add_test(t, a_gather_fails_first_and_the_other_children_go_on);
	tcase_add_test(t, a_gather_that_returns_exceptions_waits_for_all);
	tcase_add_test(t, cancelling_a_gather_cancels_its_children_and_ends_with_them);
	tcase_add_test(t, children_that_are_done_already_are_counted_at_once);
	tcase_add_test(t, a_failure_after_the_gather_ended_is_not_reported);
	tcase_add_test(t, a_gather_of_many_finds_its_repeated_arguments);
	suite_add_tcase(s, t);
	t = tcase_create("shield");
	tcase_add_test(t, a_shield_follows_its_inner_future);
	tcase_add_test(t, cancelling_who_awaits_a_shield_leaves_the_inner_task_alone);
	tcase_add_test(t, a_shield_passes_on_how_its_inner_future_ended);
	suite_add_tcase(s, t);
	t = tcase_create("timeout");
	tcase_add_test(t, a_timeout_cancels_its_task_and_takes_the_request_back);
	tcase_add_test(t, a_timeout_that_was_not_needed_leaves_no_trace_of_itself);
	tcase_add_test(t, a_timeout_of_nothing_fires_in_the_next_tick);
	tcase_add_test(t, a_timeout_can_be_moved_and_yields_to_another_request);
	tcase_add_test(t, a_timeout_needs_a_task);
	suite_add_tcase(s, t);
	t = tcase_create("wait_for");
	tcase_add_test(t, wait_for_steps_its_awaitable_inline_and_makes_no_task);
	tcase_add_test(t, wait_for_returns_in_time_and_drops_its_timer);
	tcase_add_test(t, wait_for_with_no_time_cancels_and_waits);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return suite_main(suite());
}
