/*
 * Tasks, sleeping, cancellation, and how asyncio.run ends: the ticks are CPython 3.13's.
 */
#include "loop_kit.h"

/* ---- bodies ---- */

static enum outcome sleep_1(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_sleep(c->kit, 1));
	CORO_RETURN(c, kit_int(c->kit, 7));
	CORO_END(c);
}

static enum outcome returns_7(struct coro *c, struct step_result *out)
{
	return coro_return(c, out, kit_int(c->kit, 7));
}

static enum outcome sleep_8(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_sleep(c->kit, 8));
	CORO_END(c);
}

static enum outcome yields_twice(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_sleep(c->kit, 0));
	CORO_AWAIT(c, kit_sleep(c->kit, -1));
	CORO_END(c);
}

/* Awaits the task or future in `pointer`. */
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

/* Cancels the task in `pointer` after a second, and ends. */
static enum outcome cancels_at_1(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_sleep(c->kit, 1));
	ck_assert(task_cancel(c->pointer, DATUM_NONE));
	CORO_AWAIT(c, kit_sleep(c->kit, 10));
	CORO_END(c);
}

static struct task *spawn_canceller(struct kit *k, struct task *victim)
{
	struct coro *c = coro_new(k, cancels_at_1, "cancels_at_1");
	c->pointer = victim;
	return task_new(k->loop, &c->body, "canceller");
}

/* ---- steps ---- */

START_TEST(a_whole_program_takes_the_ticks_of_cpython)
{
	struct kit k;
	kit_init(&k);
	ck_assert_int_eq(kit_run_and_close(&k, SPAWN(&k, sleep_1)), RUN_DONE);
	ck_log(&k, "= 7\n");
	ck_steps(&k, "0 1 1 Task-1 run\n"
	             "0 1 1 Task-1 wait(sleep(1))\n"
	             "1 2 2 @_set_result_unless_cancelled callback\n"
	             "1 3 3 Task-1 run\n"
	             "1 3 3 Task-1 done(7)\n"
	             "1 4 4 @_run_until_complete_cb callback\n"
	             "1 5 5 Task-2 run\n"
	             "1 5 5 Task-2 done(None)\n"
	             "1 6 6 @_run_until_complete_cb callback\n"
	             "1 7 7 Task-3 run\n"
	             "1 7 7 Task-3 done(None)\n"
	             "1 8 8 @_run_until_complete_cb callback\n");
	ck_assert(loop_closed(k.loop));
	kit_fini(&k);
}
END_TEST

START_TEST(a_task_does_not_run_before_its_first_step)
{
	struct kit k;
	kit_init(&k);
	struct task *t = SPAWN(&k, returns_7);
	ck_assert(!future_done(&t->future));
	ck_assert_uint_eq(kit_count(&k, EV_TASK_CREATED), 1);
	ck_assert_uint_eq(kit_count(&k, EV_READY), 1);
	ck_assert_uint_eq(kit_count(&k, EV_STEP_BEGUN), 0);
	kit_run(&k, t);
	kit_fini(&k);
}
END_TEST

START_TEST(a_sleep_of_nothing_is_one_bare_yield)
{
	struct kit k;
	kit_init(&k);
	struct task *a = SPAWN(&k, yields_twice);
	kit_run(&k, SPAWN(&k, yields_twice));
	future_unref(&a->future);
	ck_steps(&k, "0 1 1 Task-1 run\n"
	             "0 1 1 Task-1 yield\n"
	             "0 1 2 Task-2 run\n"
	             "0 1 2 Task-2 yield\n"
	             "0 2 3 Task-1 run\n"
	             "0 2 3 Task-1 yield\n"
	             "0 2 4 Task-2 run\n"
	             "0 2 4 Task-2 yield\n"
	             "0 3 5 Task-1 run\n"
	             "0 3 5 Task-1 done(None)\n"
	             "0 3 6 Task-2 run\n"
	             "0 3 6 Task-2 done(None)\n"
	             "0 4 7 @_run_until_complete_cb callback\n");
	ck_assert_uint_eq(kit_count(&k, EV_TIMER_ARMED), 0);
	kit_fini(&k);
}
END_TEST

START_TEST(who_awaits_a_task_runs_one_tick_after_it_ended)
{
	struct kit k;
	kit_init(&k);
	struct task *t = SPAWN(&k, sleep_1);
	kit_run(&k, spawn_awaiting(&k, &t->future, "waiter"));
	future_unref(&t->future);
	ck_log(&k, "= 7\n");
	ck_steps(&k, "0 1 1 Task-1 run\n"
	             "0 1 1 Task-1 wait(sleep(1))\n"
	             "0 1 2 waiter run\n"
	             "0 1 2 waiter wait(Task-1)\n"
	             "1 2 3 @_set_result_unless_cancelled callback\n"
	             "1 3 4 Task-1 run\n"
	             "1 3 4 Task-1 done(7)\n"
	             "1 4 5 waiter run\n"
	             "1 4 5 waiter done(7)\n"
	             "1 5 6 @_run_until_complete_cb callback\n");
	kit_fini(&k);
}
END_TEST

START_TEST(awaiting_what_is_done_does_not_suspend)
{
	struct kit k;
	kit_init(&k);
	struct future *f = future_new(k.loop);
	struct datum d = kit_int(&k, 3);
	ck_assert(future_set_result(f, d));
	thing_unref(&k, thing_of(d));
	kit_run(&k, spawn_awaiting(&k, f, "waiter"));
	future_unref(f);
	ck_log(&k, "= 3\n");
	ck_steps(&k, "0 1 1 waiter run\n"
	             "0 1 1 waiter done(3)\n"
	             "0 2 2 @_run_until_complete_cb callback\n");
	kit_fini(&k);
}
END_TEST

START_TEST(a_task_named_at_creation_uses_up_no_number)
{
	struct kit k;
	kit_init(&k);
	struct task *a = SPAWN(&k, returns_7);
	struct task *b = task_new(k.loop, CORO(&k, returns_7), "chop");
	struct task *c = SPAWN(&k, returns_7);
	struct buf names = {0};
	task_set_name(a, "rice");
	task_name(a, &names);
	task_name(b, &names);
	task_name(c, &names);
	ck_assert_str_eq(buf_text(&names), "ricechopTask-2");
	buf_free(&names);
	ck_assert_ptr_eq(task_next(k.loop, NULL), a);
	ck_assert_ptr_eq(task_next(k.loop, a), b);
	ck_assert_ptr_eq(task_next(k.loop, c), NULL);
	kit_run(&k, c);
	ck_assert_ptr_null(task_next(k.loop, NULL));
	future_unref(&a->future);
	future_unref(&b->future);
	kit_fini(&k);
}
END_TEST

static enum outcome eager_child(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	kit_log(c->kit, "child begins");
	ck_assert_ptr_nonnull(task_current(c->kit->loop));
	CORO_AWAIT(c, kit_sleep(c->kit, 1));
	CORO_END(c);
}

static enum outcome starts_eagerly(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	struct task *me = task_current(c->kit->loop);
	for (int i = 0; i < 2; i++) {
		struct task *t = heap_future_alloc(sizeof *t);
		task_init(t, c->kit->loop, &heap_future_ops,
		          i ? CORO(c->kit, eager_child) : CORO(c->kit, returns_7));
		t->eager = true;
		task_start(t, NULL);
		ck_assert_int_eq(future_done(&t->future), !i);
		ck_assert_ptr_eq(task_current(c->kit->loop), me);
		c->kit->tasks[i] = t;
	}
	kit_log(c->kit, "parent goes on");
	CORO_AWAIT(c, kit_await(&c->kit->tasks[1]->future));
	CORO_END(c);
}

START_TEST(an_eager_task_takes_its_first_step_inside_of_its_creator)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, SPAWN(&k, starts_eagerly));
	future_unref(&k.tasks[0]->future);
	future_unref(&k.tasks[1]->future);
	ck_log(&k, "child begins\nparent goes on\n= None\n");
	kit_fini(&k);
}
END_TEST

/* ---- cancellation ---- */

START_TEST(a_sleeper_sees_its_cancellation_one_tick_later)
{
	struct kit k;
	kit_init(&k);
	struct task *t = task_new(k.loop, CORO(&k, sleep_8), "sleeper");
	struct task *c = spawn_canceller(&k, t);
	kit_run(&k, spawn_awaiting(&k, &t->future, "waiter"));
	future_unref(&t->future);
	future_unref(&c->future);
	ck_log(&k, "! CancelledError()\n");
	ck_steps(&k, "0 1 1 sleeper run\n"
	             "0 1 1 sleeper wait(sleep(8))\n"
	             "0 1 2 canceller run\n"
	             "0 1 2 canceller wait(sleep(1))\n"
	             "0 1 3 waiter run\n"
	             "0 1 3 waiter wait(sleeper)\n"
	             "1 2 4 @_set_result_unless_cancelled callback\n"
	             "1 3 5 canceller run\n"
	             "1 3 5 canceller cancel sleeper\n"
	             "1 3 5 canceller wait(sleep(10))\n"
	             "1 4 6 sleeper run\n"
	             "1 4 6 sleeper cancelled\n"
	             "1 5 7 waiter run\n"
	             "1 5 7 waiter cancelled\n"
	             "1 6 8 @_run_until_complete_cb callback\n");
	/* The sleeper's timer is dropped by the sleeper itself, on its way out. */
	ck_assert_uint_eq(kit_first(&k, EV_TIMER_DROPPED)->step, 6);
	ck_assert_uint_eq(kit_first(&k, EV_CANCEL_DELIVERED)->step, 6);
	ck_assert_uint_eq(kit_count(&k, EV_CANCEL_DELIVERED), 1);
	ck_assert_uint_eq(kit_count(&k, EV_CANCEL_SWALLOWED), 0);
	kit_fini(&k);
}
END_TEST

static enum outcome says_begun(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	kit_log(c->kit, "begun");
	CORO_END(c);
}

START_TEST(a_task_cancelled_before_its_first_step_never_enters_its_body)
{
	struct kit k;
	kit_init(&k);
	struct task *t = SPAWN(&k, says_begun);
	struct datum message = kit_text(&k, "enough");
	ck_assert(task_cancel(t, message));
	thing_unref(&k, thing_of(message));
	kit_run(&k, t);
	ck_log(&k, "! CancelledError('enough')\n");
	ck_assert_str_eq(trace_text(k.trace, kit_first(&k, EV_TASK_CANCELLED)->b, NULL),
	                 "'enough'");
	kit_fini(&k);
}
END_TEST

static enum outcome cancels_itself_and_returns(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	task_cancel(task_current(c->kit->loop), DATUM_NONE);
	CORO_RETURN(c, kit_int(c->kit, 7));
	CORO_END(c);
}

START_TEST(a_task_that_cancels_itself_and_returns_loses_its_value)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, SPAWN(&k, cancels_itself_and_returns));
	ck_log(&k, "! CancelledError()\n");
	kit_fini(&k);
}
END_TEST

static enum outcome cancels_itself_and_awaits(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	task_cancel(task_current(c->kit->loop), DATUM_NONE);
	kit_log(c->kit, "still here");
	if (c->argument.bits == 0)
		CORO_AWAIT(c, kit_sleep(c->kit, 0));
	else
		CORO_AWAIT(c, kit_sleep(c->kit, 5));
	kit_log(c->kit, "not reached");
	CORO_END(c);
}

START_TEST(a_task_that_cancels_itself_sees_it_at_its_next_await)
{
	for (int i = 0; i < 2; i++) {
		struct kit k;
		kit_init(&k);
		struct coro *c = coro_new(&k, cancels_itself_and_awaits, "self");
		c->argument.bits = (uintptr_t)i;
		kit_run(&k, task_new(k.loop, &c->body, NULL));
		ck_log(&k, "still here\n! CancelledError()\n");
		ck_assert_int_eq(k.world.clock.now_ns, 0);
		ck_assert_uint_eq(k.writer.tick, 3);
		kit_fini(&k);
	}
}
END_TEST

static enum outcome stubborn(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_TRY(c, kit_sleep(c->kit, 8));
	ck_assert(c->error.bits != 0);
	kit_log(c->kit, "no");
	CORO_AWAIT(c, kit_sleep(c->kit, 1));
	CORO_RETURN(c, kit_int(c->kit, 7));
	CORO_END(c);
}

START_TEST(a_swallowed_cancellation_does_not_come_back)
{
	struct kit k;
	kit_init(&k);
	struct task *t = SPAWN(&k, stubborn);
	struct task *c = spawn_canceller(&k, t);
	future_ref(&t->future);
	kit_run(&k, t);
	ck_log(&k, "no\n= 7\n");
	ck_assert(!future_cancelled(&t->future));
	ck_assert_uint_eq(task_cancelling(t), 1);
	ck_assert_uint_eq(kit_count(&k, EV_CANCEL_SWALLOWED), 1);
	ck_assert(!task_cancel(t, DATUM_NONE));
	ck_assert_uint_eq(kit_count(&k, EV_CANCEL_IGNORED), 1);
	future_unref(&t->future);
	future_unref(&c->future);
	kit_fini(&k);
}
END_TEST

START_TEST(a_request_passes_down_to_the_task_that_is_awaited)
{
	struct kit k;
	kit_init(&k);
	struct task *deep = task_new(k.loop, CORO(&k, sleep_8), "deep");
	struct task *middle = spawn_awaiting(&k, &deep->future, "middle");
	struct task *c = spawn_canceller(&k, middle);
	kit_run(&k, middle);
	ck_assert(future_cancelled(&deep->future));
	ck_assert_uint_eq(task_cancelling(deep), 1);
	ck_log(&k, "! CancelledError()\n");
	ck_steps(&k, "0 1 1 deep run\n"
	             "0 1 1 deep wait(sleep(8))\n"
	             "0 1 2 middle run\n"
	             "0 1 2 middle wait(deep)\n"
	             "0 1 3 canceller run\n"
	             "0 1 3 canceller wait(sleep(1))\n"
	             "1 2 4 @_set_result_unless_cancelled callback\n"
	             "1 3 5 canceller run\n"
	             "1 3 5 canceller cancel middle\n"
	             "1 3 5 canceller cancel deep\n"
	             "1 3 5 canceller wait(sleep(10))\n"
	             "1 4 6 deep run\n"
	             "1 4 6 deep cancelled\n"
	             "1 5 7 middle run\n"
	             "1 5 7 middle cancelled\n"
	             "1 6 8 @_run_until_complete_cb callback\n");
	future_unref(&deep->future);
	future_unref(&c->future);
	kit_fini(&k);
}
END_TEST

START_TEST(a_request_passes_down_a_chain_of_a_hundred_thousand_tasks)
{
	enum { LONG = 100000 };
	struct kit k;
	kit_init_as(&k, false, false, POLL_BACKEND_EPOLL);
	struct task *last = SPAWN(&k, sleep_8);
	for (int i = 0; i < LONG; i++) {
		struct task *t = spawn_awaiting(&k, &last->future, "link");
		future_unref(&last->future);
		last = t;
	}
	spawn_canceller(&k, last);
	future_unref(&task_next(k.loop, last)->future);
	kit_run(&k, last);
	ck_log(&k, "! CancelledError()\n");
	ck_assert_uint_gt(k.world.writer->tick, LONG);
	kit_fini(&k);
}
END_TEST

/* What the victim waits for is completed and the victim cancelled in the same step. */
static enum outcome completes_then_cancels(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_sleep(c->kit, 1));
	future_set_result(c->kit->extra[0], DATUM_NONE);
	ck_assert(task_cancel(c->kit->tasks[0], DATUM_NONE));
	ck_assert(c->kit->tasks[0]->must_cancel);
	CORO_END(c);
}

START_TEST(a_request_that_finds_the_wait_over_is_thrown_at_the_wakeup)
{
	struct kit k;
	kit_init(&k);
	k.extra[0] = future_new(k.loop);
	k.tasks[0] = spawn_awaiting(&k, k.extra[0], "victim");
	struct task *c = SPAWN(&k, completes_then_cancels);
	kit_run(&k, k.tasks[0]);
	ck_log(&k, "! CancelledError()\n");
	future_unref(&c->future);
	future_unref(k.extra[0]);
	kit_fini(&k);
}
END_TEST

static enum outcome uncancels_itself(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	struct task *me = task_current(c->kit->loop);
	task_cancel(me, DATUM_NONE);
	task_cancel(me, DATUM_NONE);
	ck_assert_uint_eq(task_cancelling(me), 2);
	ck_assert_uint_eq(task_uncancel(me), 1);
	ck_assert(me->must_cancel);
	ck_assert_uint_eq(task_uncancel(me), 0);
	ck_assert_uint_eq(task_uncancel(me), 0);
	CORO_AWAIT(c, kit_sleep(c->kit, 1));
	kit_log(c->kit, "went on");
	CORO_END(c);
}

START_TEST(uncancelling_to_zero_takes_the_request_back)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, SPAWN(&k, uncancels_itself));
	ck_log(&k, "went on\n= None\n");
	ck_assert_uint_eq(kit_count(&k, EV_UNCANCELLED), 2);
	kit_fini(&k);
}
END_TEST

static enum outcome raises_cancelled(struct coro *c, struct step_result *out)
{
	return coro_raise(c, out,
	                  kit_error(c->kit, ERROR_CANCELLED, "CancelledError", "mine"));
}

START_TEST(a_task_that_raises_cancelled_error_is_cancelled_though_nobody_asked)
{
	struct kit k;
	kit_init(&k);
	struct task *t = SPAWN(&k, raises_cancelled);
	future_ref(&t->future);
	kit_run(&k, t);
	ck_assert(future_cancelled(&t->future));
	/* The very error is raised once; later askers get one of their own. */
	struct datum d;
	ck_assert(!future_take(&t->future, &d));
	ck_assert(!thing_of(d)->has_text);
	thing_unref(&k, thing_of(d));
	ck_log(&k, "! CancelledError('mine')\n");
	future_unref(&t->future);
	kit_fini(&k);
}
END_TEST

/* ---- what may not be awaited ---- */

static enum outcome awaits_itself(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_await(&task_current(c->kit->loop)->future));
	CORO_END(c);
}

START_TEST(a_task_cannot_await_itself)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, SPAWN(&k, awaits_itself));
	ck_log(&k, "! RuntimeError('Task cannot await on itself: Task-1')\n");
	ck_assert_uint_eq(k.writer.tick, 3);
	kit_fini(&k);
}
END_TEST

START_TEST(a_task_cannot_await_what_belongs_to_another_loop)
{
	struct kit k;
	kit_init(&k);
	struct loop *other = loop_new(&k.world, POLL_BACKEND_POLL);
	struct future *f = future_new(other);
	kit_run(&k, spawn_awaiting(&k, f, NULL));
	ck_log(&k, "! RuntimeError('Task Task-1 got Future future attached to a "
	           "different loop')\n");
	future_unref(f);
	loop_unref(other);
	kit_fini(&k);
}
END_TEST

static enum outcome yields_oddly(struct coro *c, struct step_result *out)
{
	switch (c->at++) {
	case 0:
		out->datum = kit_int(c->kit, 5);
		return BODY_BAD_YIELD;
	case 1:
		/* The task throws RuntimeError into us; swallow it. */
		out->future = future_ref(c->pointer);
		return BODY_AWAITS;
	default:
		return coro_return(c, out, DATUM_NONE);
	}
}

/* As coro_resume, but it sees what is thrown and goes on. */
static enum outcome odd_resume(struct body *b, struct datum sent, struct datum thrown,
                               struct step_result *out)
{
	(void)sent;
	struct coro *c = CONTAINER_OF(b, struct coro, body);
	if (thrown.bits) {
		thing_repr(thing_of(thrown), &c->kit->log);
		buf_putc(&c->kit->log, '\n');
	}
	return yields_oddly(c, out);
}

START_TEST(a_task_is_told_when_it_yields_what_cannot_be_awaited)
{
	static const struct body_ops odd_ops = {.resume = odd_resume, .drop = coro_drop};
	struct kit k;
	kit_init(&k);
	struct future *f = future_new(k.loop);
	struct coro *c = coro_new(&k, yields_oddly, "odd");
	c->body.ops = &odd_ops;
	c->pointer = f;
	kit_run(&k, task_new(k.loop, &c->body, NULL));
	ck_log(&k, "RuntimeError('Task got bad yield: 5')\n"
	           "RuntimeError('yield was used instead of yield from in task Task-1 "
	           "with future')\n"
	           "= None\n");
	future_unref(f);
	kit_fini(&k);
}
END_TEST

/* ---- errors and the end of a task's life ---- */

static enum outcome fails(struct coro *c, struct step_result *out)
{
	return coro_raise(c, out, kit_error(c->kit, ERROR_ORDINARY, "ValueError", "x"));
}

START_TEST(a_lost_failure_is_reported_before_the_next_handle_runs)
{
	struct kit k;
	kit_init(&k);
	future_unref(&SPAWN(&k, fails)->future);
	kit_call_soon(&k, "next");
	kit_run(&k, SPAWN(&k, sleep_1));
	ck_log(&k, "Task exception was never retrieved ValueError('x') Task-1\n"
	           "next\n"
	           "= 7\n");
	kit_fini(&k);
}
END_TEST

START_TEST(a_retrieved_failure_is_not_reported)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, SPAWN(&k, fails));
	ck_log(&k, "! ValueError('x')\n");
	kit_fini(&k);
}
END_TEST

START_TEST(a_task_destroyed_while_it_waits_is_reported)
{
	struct kit k;
	kit_init(&k);
	struct task *t = SPAWN(&k, sleep_8);
	ck_assert_int_eq(kit_run(&k, SPAWN(&k, sleep_1)), RUN_DONE);
	future_unref(&t->future);
	ck_log(&k, "= 7\n");
	/* The sleep's future and the task hold each other. */
	task_abandon_all(k.loop);
	ck_log(&k, "= 7\nTask was destroyed but it is pending! Task-1\n");
	ck_assert_uint_eq(kit_count(&k, EV_TASK_DROPPED), 1);
	kit_fini(&k);
}
END_TEST

static enum outcome exits(struct coro *c, struct step_result *out)
{
	return coro_raise(c, out, kit_error(c->kit, ERROR_EXIT, "SystemExit", "3"));
}

START_TEST(an_exit_error_leaves_at_once_and_the_rest_of_the_batch_is_kept)
{
	struct kit k;
	kit_init(&k);
	struct task *main = SPAWN(&k, exits);
	kit_call_soon(&k, "next");
	future_ref(&main->future);
	ck_assert_int_eq(kit_run(&k, main), RUN_EXIT);
	ck_log(&k, "exit SystemExit('3')\n");
	struct datum d;
	ck_assert_int_eq(runner_close(k.loop, &d), RUN_DONE);
	ck_log(&k, "exit SystemExit('3')\nnext\n");
	future_unref(&main->future);
	kit_fini(&k);
}
END_TEST

static enum outcome cleans_up_badly(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_TRY(c, kit_sleep(c->kit, 8));
	CORO_RAISE(c, kit_error(c->kit, ERROR_ORDINARY, "ValueError", "while closing"));
	CORO_END(c);
}

START_TEST(what_is_left_at_the_end_is_cancelled_and_waited_for)
{
	struct kit k;
	kit_init(&k);
	future_unref(&SPAWN(&k, sleep_8)->future);
	future_unref(&SPAWN(&k, cleans_up_badly)->future);
	kit_run_and_close(&k, SPAWN(&k, sleep_1));
	ck_log(&k, "= 7\n"
	           "unhandled exception during asyncio.run() shutdown "
	           "ValueError('while closing') Task-2\n");
	ck_steps(&k, "0 1 1 Task-1 run\n"
	             "0 1 1 Task-1 wait(sleep(8))\n"
	             "0 1 2 Task-2 run\n"
	             "0 1 2 Task-2 wait(sleep(8))\n"
	             "0 1 3 Task-3 run\n"
	             "0 1 3 Task-3 wait(sleep(1))\n"
	             "1 2 4 @_set_result_unless_cancelled callback\n"
	             "1 3 5 Task-3 run\n"
	             "1 3 5 Task-3 done(7)\n"
	             "1 4 6 @_run_until_complete_cb callback\n"
	             "1 4 6 - cancel Task-1\n"
	             "1 4 6 - cancel Task-2\n"
	             "1 5 7 Task-1 run\n"
	             "1 5 7 Task-1 cancelled\n"
	             "1 5 8 Task-2 run\n"
	             "1 5 8 Task-2 failed(ValueError('while closing'))\n"
	             "1 6 9 @gather._done_callback callback\n"
	             "1 6 10 @gather._done_callback callback\n"
	             "1 7 11 @_run_until_complete_cb callback\n"
	             "1 8 12 Task-4 run\n"
	             "1 8 12 Task-4 done(None)\n"
	             "1 9 13 @_run_until_complete_cb callback\n"
	             "1 10 14 Task-5 run\n"
	             "1 10 14 Task-5 done(None)\n"
	             "1 11 15 @_run_until_complete_cb callback\n");
	kit_fini(&k);
}
END_TEST

START_TEST(numbers_of_tasks_go_on_from_one_loop_to_the_next)
{
	struct kit k;
	kit_init(&k);
	kit_run_and_close(&k, SPAWN(&k, sleep_1));
	loop_unref(k.loop);
	k.loop = loop_new(&k.world, POLL_BACKEND_POLL);
	struct task *t = SPAWN(&k, sleep_1);
	ck_assert_uint_eq(t->number, 4);
	kit_run(&k, t);
	ck_assert_int_eq(k.world.clock.now_ns, 2000000000);
	ck_assert_uint_eq(k.writer.tick, 12);
	kit_fini(&k);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("loop task");
	TCase *steps = tcase_create("steps");
	tcase_add_test(steps, a_whole_program_takes_the_ticks_of_cpython);
	tcase_add_test(steps, a_task_does_not_run_before_its_first_step);
	tcase_add_test(steps, a_sleep_of_nothing_is_one_bare_yield);
	tcase_add_test(steps, who_awaits_a_task_runs_one_tick_after_it_ended);
	tcase_add_test(steps, awaiting_what_is_done_does_not_suspend);
	tcase_add_test(steps, a_task_named_at_creation_uses_up_no_number);
	tcase_add_test(steps, an_eager_task_takes_its_first_step_inside_of_its_creator);
	suite_add_tcase(s, steps);
	TCase *cancel = tcase_create("cancellation");
	tcase_add_test(cancel, a_sleeper_sees_its_cancellation_one_tick_later);
	tcase_add_test(cancel,
	               a_task_cancelled_before_its_first_step_never_enters_its_body);
	tcase_add_test(cancel, a_task_that_cancels_itself_and_returns_loses_its_value);
	tcase_add_test(cancel, a_task_that_cancels_itself_sees_it_at_its_next_await);
	tcase_add_test(cancel, a_swallowed_cancellation_does_not_come_back);
	tcase_add_test(cancel, a_request_passes_down_to_the_task_that_is_awaited);
	tcase_add_test(cancel, a_request_passes_down_a_chain_of_a_hundred_thousand_tasks);
	tcase_add_test(cancel,
	               a_request_that_finds_the_wait_over_is_thrown_at_the_wakeup);
	tcase_add_test(cancel, uncancelling_to_zero_takes_the_request_back);
	tcase_add_test(
		cancel,
		a_task_that_raises_cancelled_error_is_cancelled_though_nobody_asked);
	suite_add_tcase(s, cancel);
	TCase *refused = tcase_create("refused");
	tcase_add_test(refused, a_task_cannot_await_itself);
	tcase_add_test(refused, a_task_cannot_await_what_belongs_to_another_loop);
	tcase_add_test(refused, a_task_is_told_when_it_yields_what_cannot_be_awaited);
	suite_add_tcase(s, refused);
	TCase *ends = tcase_create("ends");
	tcase_add_test(ends, a_lost_failure_is_reported_before_the_next_handle_runs);
	tcase_add_test(ends, a_retrieved_failure_is_not_reported);
	tcase_add_test(ends, a_task_destroyed_while_it_waits_is_reported);
	tcase_add_test(ends,
	               an_exit_error_leaves_at_once_and_the_rest_of_the_batch_is_kept);
	tcase_add_test(ends, what_is_left_at_the_end_is_cancelled_and_waited_for);
	tcase_add_test(ends, numbers_of_tasks_go_on_from_one_loop_to_the_next);
	suite_add_tcase(s, ends);
	return s;
}

int main(void)
{
	return suite_main(suite());
}
