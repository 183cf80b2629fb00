/*
 * The order of what workers do under the virtual clock: it depends on the order in which jobs
 * began, never on who was faster. And how threads come to their ends.
 */
#include "crew_kit.h"

#define SECOND INT64_C(1000000000)

static void expect_printed(struct site *s, const char *expected)
{
	ck_assert_str_eq(printed(s->kit.trace), expected);
}

static size_t count_of(const struct trace *t, enum event_kind kind)
{
	size_t count = 0;
	for (uint64_t i = 0; i < trace_count(t); i++)
		count += trace_at(t, i)->kind == kind;
	return count;
}

/* ---- who begins when ---- */

START_TEST(what_a_stretch_starts_begins_with_the_next_in_order_of_starts)
{
	struct site s;
	struct work w[3] = {{.child = &w[2]}};
	w[2].name = 'c';
	w[2].script = "p";
	open_site(&s, false);
	submit(&s, &w[0], NULL, 'a', "sp0p");
	submit(&s, &w[1], NULL, 'b', "p0p");
	ck_assert_int_eq(crew_finish(s.crew), CREW_DELIVERED);
	expect_printed(&s, "a0 b0 a0 b0 c0");
	finish(w, 3);
	close_site(&s);
}
END_TEST

START_TEST(a_queued_job_begins_when_all_of_the_instant_are_gathered)
{
	struct site s;
	struct work w[4] = {[1] = {.child = &w[3]}};
	w[3].name = 'd';
	w[3].script = "p";
	open_site(&s, false);
	struct crew_pool *pool = crew_pool_new(&s.kit.world, WORKER_POOL, "pool", 2);
	w[1].child_pool = crew_pool_new(&s.kit.world, WORKER_POOL, "other", 1);
	submit(&s, &w[0], pool, 'a', "1p");
	submit(&s, &w[1], pool, 'b', "1ps1");
	submit(&s, &w[2], pool, 'c', "p");
	ck_assert_int_eq(crew_finish(s.crew), CREW_DELIVERED);
	/* The child was started before the worker of the first was free again. */
	expect_printed(&s, "a1 b1 d1 c1");
	finish(w, 4);
	close_site(&s);
}
END_TEST

START_TEST(a_worker_waits_for_the_job_that_it_submitted)
{
	struct site s;
	struct work w[2] = {{.child = &w[1]}};
	w[1].name = 'b';
	w[1].script = "p2p";
	open_site(&s, _i);
	w[0].child_pool = crew_pool_new(&s.kit.world, WORKER_POOL, "pool", 1);
	if (_i)
		w[1].script = "pp";
	submit(&s, &w[0], NULL, 'a', "sqwp");
	ck_assert_int_eq(crew_finish(s.crew), CREW_DELIVERED);
	ck_assert(w[1].over);
	if (!_i)
		expect_printed(&s, "b0 b2 a2");
	ck_assert_uint_eq(crew_pool_busy(w[0].child_pool), 0);
	finish(w, 2);
	close_site(&s);
}
END_TEST

START_TEST(a_job_may_be_cancelled_in_the_stretch_that_submitted_it)
{
	struct site s;
	struct work w[2] = {{.child = &w[1]}};
	w[1].name = 'b';
	w[1].script = "p";
	open_site(&s, false);
	w[0].child_pool = crew_pool_new(&s.kit.world, WORKER_POOL, "pool", 1);
	submit(&s, &w[0], NULL, 'a', "sxqp1p");
	ck_assert_int_eq(crew_finish(s.crew), CREW_DELIVERED);
	expect_printed(&s, "a0 a1");
	ck_assert(!w[1].over && !w[1].dropped);
	ck_assert_uint_eq(crew_pool_busy(w[0].child_pool), 0);
	finish(w, 2);
	close_site(&s);
}
END_TEST

START_TEST(a_post_is_seen_by_no_stretch_that_runs_at_the_same_time)
{
	struct site s;
	struct work w[2] = {0};
	pthread_barrier_t barrier;
	pthread_barrier_init(&barrier, NULL, 2);
	open_site(&s, false);
	w[0].barrier = w[1].barrier = &barrier;
	w[0].peer = 2;
	/* The first has posted and its stretch is over, long before the other looks. */
	submit(&s, &w[0], NULL, 'a', "1o0mp");
	submit(&s, &w[1], NULL, 'b', "1~~~~lp0lmlp");
	ck_assert_int_eq(crew_finish(s.crew), CREW_DELIVERED);
	expect_printed(&s, "b1 a1 a1 b1");
	finish(w, 2);
	close_site(&s);
	pthread_barrier_destroy(&barrier);
}
END_TEST

START_TEST(a_worker_sees_the_workers_that_were_there_when_its_stretch_began)
{
	struct site s;
	struct work w[3] = {0};
	pthread_barrier_t barrier;
	pthread_barrier_init(&barrier, NULL, 2);
	open_site(&s, false);
	w[0].barrier = w[1].barrier = &barrier;
	submit(&s, &w[0], NULL, 'a', "me1e");
	submit(&s, &w[1], NULL, 'b', "em"); /* is there when the first one looks */
	submit(&s, &w[2], NULL, 'c', "e2e");
	ck_assert_int_eq(crew_finish(s.crew), CREW_DELIVERED);
	expect_printed(&s, "10 20 30 21 12");
	finish(w, 3);
	close_site(&s);
	pthread_barrier_destroy(&barrier);
}
END_TEST

/* ---- the loop beside it ---- */

struct stopper_timer {
	struct timer timer;
	struct work *work;
};

static void stop_now(struct loop *l, struct handle *h)
{
	(void)h;
	note(loop_world(l), 'T');
	loop_stop(l);
}

static const struct handle_ops stop_timer_ops = {.run = stop_now};

static void arm(struct site *s, struct timer *t, int64_t when_ns)
{
	handle_init(&t->handle, &stop_timer_ops, ROLE_TIMER);
	t->handle.kind = HANDLE_TIMER;
	loop_call_at(s->kit.loop, t, when_ns);
}

static enum run_end run(struct site *s)
{
	struct datum error;
	return loop_run_forever(s->kit.loop, &error);
}

START_TEST(naps_of_a_worker_make_no_ticks)
{
	struct site s;
	struct work w = {0};
	struct timer t = {0};
	open_site(&s, false);
	arm(&s, &t, 3 * SECOND);
	submit(&s, &w, NULL, 'a', "1p1p5p");
	ck_assert_int_eq(run(&s), RUN_DONE);
	expect_printed(&s, "a1 a2 T3");
	ck_assert_uint_eq(count_of(s.kit.trace, EV_TICK), 1);
	ck_assert_uint_eq(count_of(s.kit.trace, EV_POLLED), 1);
	ck_assert_int_eq(crew_finish(s.crew), CREW_DELIVERED);
	finish(&w, 1);
	close_site(&s);
}
END_TEST

START_TEST(at_one_instant_workers_go_before_timers)
{
	struct site s;
	struct work w = {0};
	struct timer t = {0};
	open_site(&s, false);
	arm(&s, &t, 2 * SECOND);
	w.loop = s.kit.loop;
	submit(&s, &w, NULL, 'a', "2p");
	ck_assert_int_eq(run(&s), RUN_DONE);
	expect_printed(&s, "a2 A2 T2");
	ck_assert_uint_eq(count_of(s.kit.trace, EV_TICK), 1);
	finish(&w, 1);
	close_site(&s);
}
END_TEST

/* Its end is gathered when the loop that it was for has long been given back. */
START_TEST(a_place_outlives_its_loop)
{
	struct site s;
	struct work w = {0};
	struct handle h;
	open_site(&s, false);
	handle_init(&h, &stop_timer_ops, ROLE_CALLBACK);
	loop_call_soon(s.kit.loop, &h);
	s.kit.world.running = s.kit.loop;
	submit(&s, &w, NULL, 'a', "p");
	s.kit.world.running = NULL;
	loop_close(s.kit.loop);
	loop_unref(s.kit.loop);
	s.kit.loop = loop_new(&s.kit.world, POLL_BACKEND_EPOLL);
	ck_assert_int_eq(crew_finish(s.crew), CREW_DELIVERED);
	expect_printed(&s, "a0");
	finish(&w, 1);
	close_site(&s);
}
END_TEST

/* ---- a worker with a loop of its own ---- */

struct inner {
	struct work work;
	struct handle again;
	struct timer timer;
	int64_t end_ns;
	bool hurries; /* it turns and turns, and never sleeps */
	int64_t ended_ns;
};

static void turn_again(struct loop *l, struct handle *h)
{
	struct inner *in = CONTAINER_OF(h, struct inner, again);
	if (loop_now_ns(l) < in->end_ns)
		loop_call_soon(l, h);
	else
		loop_stop(l);
}

static const struct handle_ops again_ops = {.run = turn_again};

static void inner_run(struct job *j, struct worker *worker)
{
	struct inner *in = CONTAINER_OF(CONTAINER_OF(j, struct work, job), struct inner, work);
	struct loop_world *here = &((struct station *)worker_user(worker))->world;
	struct loop *l = loop_new(here, POLL_BACKEND_POLL);
	struct datum error;
	handle_init(&in->again, &again_ops, ROLE_CALLBACK);
	if (in->hurries) {
		loop_call_soon(l, &in->again);
	} else {
		handle_init(&in->timer.handle, &stop_timer_ops, ROLE_TIMER);
		in->timer.handle.kind = HANDLE_TIMER;
		loop_call_at(l, &in->timer, in->end_ns);
	}
	ck_assert_int_eq(loop_run_forever(l, &error), RUN_DONE);
	in->ended_ns = loop_world_now_ns(here);
	loop_unref(l);
	job_ends(j, ENDING_RESULT, NULL);
}

static const struct job_ops inner_ops = {inner_run, work_over, work_drop};

static void start_inner(struct site *s, struct inner *in)
{
	job_init(&in->work.job, &inner_ops, &s->kit.world, NULL, "inner");
	ck_assert(crew_start(&s->kit.world, &in->work.job, "Thread-1", false));
}

START_TEST(the_loop_of_a_worker_asks_for_its_time)
{
	struct site s;
	struct inner in = {.end_ns = 2 * SECOND};
	struct work w = {0};
	open_site(&s, false);
	start_inner(&s, &in);
	submit(&s, &w, NULL, 'a', "1p2p");
	ck_assert_int_eq(crew_finish(s.crew), CREW_DELIVERED);
	expect_printed(&s, "a1 T2 a3");
	ck_assert_int_eq(in.work.ended_ns, 2 * SECOND);
	finish(&in.work, 1);
	finish(&w, 1);
	close_site(&s);
}
END_TEST

START_TEST(a_busy_loop_of_a_worker_is_not_ahead_of_the_others)
{
	struct site s;
	struct inner in = {.end_ns = 5 * BUSY_STEP_NS, .hurries = true};
	open_site(&s, false);
	start_inner(&s, &in);
	ck_assert_int_eq(crew_finish(s.crew), CREW_DELIVERED);
	ck_assert_int_eq(in.ended_ns, 5 * BUSY_STEP_NS);
	ck_assert_int_eq(loop_world_now_ns(&s.kit.world), in.ended_ns);
	finish(&in.work, 1);
	close_site(&s);
}
END_TEST

/* ---- ends ---- */

START_TEST(the_trace_tells_when_a_worker_goes)
{
	struct site s;
	struct work w[3] = {0};
	open_site(&s, _i);
	struct crew_pool *pool = crew_pool_new(&s.kit.world, WORKER_POOL, "pool", 2);
	submit(&s, &w[0], pool, 'a', "p");
	submit(&s, &w[1], NULL, 'b', "p");
	wait_for(&s, &w[0]);
	crew_pool_close(&s.kit.world, pool);
	wait_for(&s, &w[1]);
	submit(&s, &w[2], NULL, 'c', "f");
	close_site_but_trace(&s);
	/* Whether the last one has begun, nobody knows. */
	ck_assert_uint_ge(count_of(s.kit.trace, EV_WORKER_STARTED), 2);
	ck_assert_uint_eq(count_of(s.kit.trace, EV_WORKER_STARTED),
			  count_of(s.kit.trace, EV_WORKER_ENDED));
	kit_fini(&s.kit);
	finish(w, 3);
}
END_TEST

static void *halt_soon(void *arg)
{
	struct site *s = arg;
	while (atomic_load(&s->stretched) < 100)
		sched_yield();
	loop_world_halt(&s->kit.world);
	return NULL;
}

START_TEST(a_halt_ends_a_loop_whose_workers_nap_for_ever)
{
	struct site s;
	struct work w = {0};
	pthread_t halter;
	open_site(&s, false);
	submit(&s, &w, NULL, 'a', "n");
	pthread_create(&halter, NULL, halt_soon, &s);
	ck_assert_int_eq(run(&s), RUN_HALTED);
	pthread_join(halter, NULL);
	close_site(&s);
	ck_assert(w.dropped);
	finish(&w, 1);
}
END_TEST

START_TEST(an_interrupt_ends_a_wait_for_a_worker_that_spins)
{
	struct site s;
	struct work w = {0};
	open_site(&s, _i);
	submit(&s, &w, NULL, 'a', "!");
	loop_world_interrupt(&s.kit.world);
	enum crew_end end;
	while ((end = crew_wait(&s.kit.world, INT64_MAX)) == CREW_DELIVERED)
		;
	ck_assert_int_eq(end, CREW_INTERRUPTED);
	close_site(&s);
	finish(&w, 1);
}
END_TEST

/* The world that asked for the last job is gone when that is over. */
START_TEST(the_programs_end_waits_for_jobs_of_jobs)
{
	for (int round = 0; round < 50; round++) {
		struct site s;
		struct work w[2] = {{.child = &w[1]}};
		w[1].name = 'b';
		w[1].script = "~~~p";
		open_site(&s, _i);
		submit(&s, &w[0], NULL, 'a', "s");
		ck_assert_int_eq(crew_finish(s.crew), CREW_DELIVERED);
		expect_printed(&s, "b0");
		close_site(&s);
		ck_assert(w[1].over || w[1].dropped);
		finish(w, 2);
	}
}
END_TEST

START_TEST(threads_that_have_ended_are_joined_as_new_ones_start)
{
	enum { THREADS = 1500 };
	struct site s;
	struct work w = {0};
	open_site(&s, _i);
	size_t before = descriptors();
	for (int i = 0; i < THREADS; i++) {
		w = (struct work){0};
		submit(&s, &w, NULL, 'a', "");
		wait_for(&s, &w);
		finish(&w, 1);
	}
	/* Each has had descriptors of its own. */
	ck_assert_uint_lt(descriptors(), before + 100);
	close_site(&s);
}
END_TEST

/* ---- the real clock ---- */

static void be_late(struct loop *l, struct handle *h)
{
	(void)h;
	loop_world_block(loop_world(l), 3000000, 0);
}

START_TEST(late_timers_show_how_late)
{
	static const struct handle_ops late_ops = {.run = be_late};
	struct site s;
	struct handle h;
	struct timer t = {0};
	open_site(&s, true);
	handle_init(&h, &late_ops, ROLE_CALLBACK);
	loop_call_soon(s.kit.loop, &h);
	arm(&s, &t, loop_world_now_ns(&s.kit.world) + 1000000);
	ck_assert_int_eq(run(&s), RUN_DONE);
	const struct trace *trace = s.kit.trace;
	int64_t went_on_ns = 0;
	for (uint64_t i = 0; i < trace_count(trace); i++) {
		const struct event *e = trace_at(trace, i);
		if (e->kind == EV_BLOCK_ENDED)
			went_on_ns = e->time_ns;
		if (e->kind != EV_TIMER_FIRED)
			continue;
		ck_assert_int_gt(went_on_ns, trace_number_at(trace, e->b));
		ck_assert_int_ge(e->time_ns, went_on_ns);
	}
	ck_assert_uint_eq(count_of(trace, EV_TIMER_FIRED), 1);
	close_site(&s);
}
END_TEST

START_TEST(a_real_loop_sleeps_while_its_workers_do)
{
	struct site s;
	struct work w[2] = {0};
	struct timer t = {0};
	open_site(&s, true);
	submit(&s, &w[0], NULL, 'a', "f");
	submit(&s, &w[1], NULL, 'b', "p");
	arm(&s, &t, loop_world_now_ns(&s.kit.world) + 30000000);
	ck_assert_int_eq(run(&s), RUN_DONE);
	/* One for the timer, one for the job's end, and few because the kernel is early. */
	ck_assert_uint_lt(count_of(s.kit.trace, EV_TICK), 10);
	close_site(&s);
	finish(w, 2);
}
END_TEST

/* ---- every run ---- */

static void mixed_program(struct site *s, struct work *w)
{
	struct crew_pool *pool = crew_pool_new(&s->kit.world, WORKER_POOL, "pool", 2);
	struct crew_pool *inner = crew_pool_new(&s->kit.world, WORKER_POOL, "inner", 2);
	w[0].child = &w[6];
	w[1].child = &w[7];
	w[0].child_pool = w[1].child_pool = inner;
	w[6].name = 'g';
	w[6].script = "~p1~p";
	w[7].name = 'h';
	w[7].script = "~p0p";
	w[2].peer = 1;
	w[3].peer = 3;
	submit(s, &w[0], NULL, 'a', "~ps~1~l~ep~w~lp");
	note(&s->kit.world, '1');
	submit(s, &w[1], NULL, 'b', "~~ps1~wp");
	submit(s, &w[2], pool, 'c', "~o~p1~opo");
	note(&s->kit.world, '2');
	submit(s, &w[3], pool, 'd', "p~o0~pol");
	submit(s, &w[4], pool, 'e', "~p~1p~e");
	note(&s->kit.world, '3');
	submit(s, &w[5], pool, 'f', "1~p");
	crew_pool_close(&s->kit.world, pool);
	loop_world_block(&s->kit.world, SECOND, 0);
	note(&s->kit.world, '4');
	ck_assert_int_eq(crew_finish(s->crew), CREW_DELIVERED);
}

START_TEST(every_run_of_a_mixed_program_is_the_same)
{
	struct buf first = {0};
	const char *often = getenv("CREW_RUNS");
	for (int round = 0; round < (often ? atoi(often) : 60); round++) {
		struct site s;
		struct work w[8] = {0};
		open_site(&s, false);
		srand((unsigned)round);
		mixed_program(&s, w);
		struct buf now = {0};
		for (uint64_t i = 0; i < trace_count(s.kit.trace); i++)
			buf_put(&now, trace_at(s.kit.trace, i), sizeof(struct event));
		if (round == 0) {
			first = now;
			ck_assert_uint_eq(count_of(s.kit.trace, EV_JOB_ENDED), 8);
		} else {
			ck_assert_uint_eq(now.len, first.len);
			ck_assert_int_eq(memcmp(now.data, first.data, now.len), 0);
			buf_free(&now);
		}
		finish(w, 8);
		close_site(&s);
	}
	buf_free(&first);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("loop crew order");
	TCase *order = tcase_create("order");
	tcase_add_test(order, what_a_stretch_starts_begins_with_the_next_in_order_of_starts);
	tcase_add_test(order, a_queued_job_begins_when_all_of_the_instant_are_gathered);
	tcase_add_loop_test(order, a_worker_waits_for_the_job_that_it_submitted, 0, 2);
	tcase_add_test(order, a_job_may_be_cancelled_in_the_stretch_that_submitted_it);
	tcase_add_test(order, a_post_is_seen_by_no_stretch_that_runs_at_the_same_time);
	tcase_add_test(order, a_worker_sees_the_workers_that_were_there_when_its_stretch_began);
	tcase_add_test(order, naps_of_a_worker_make_no_ticks);
	tcase_add_test(order, at_one_instant_workers_go_before_timers);
	tcase_add_test(order, a_place_outlives_its_loop);
	tcase_add_test(order, the_loop_of_a_worker_asks_for_its_time);
	tcase_add_test(order, a_busy_loop_of_a_worker_is_not_ahead_of_the_others);
	tcase_add_test(order, every_run_of_a_mixed_program_is_the_same);
	suite_add_tcase(s, order);
	TCase *ends = tcase_create("ends");
	tcase_set_timeout(ends, 60);
	tcase_add_loop_test(ends, the_trace_tells_when_a_worker_goes, 0, 2);
	tcase_add_test(ends, a_halt_ends_a_loop_whose_workers_nap_for_ever);
	tcase_add_loop_test(ends, an_interrupt_ends_a_wait_for_a_worker_that_spins, 0, 2);
	tcase_add_loop_test(ends, the_programs_end_waits_for_jobs_of_jobs, 0, 2);
	tcase_add_loop_test(ends, threads_that_have_ended_are_joined_as_new_ones_start, 0, 2);
	tcase_add_test(ends, late_timers_show_how_late);
	tcase_add_test(ends, a_real_loop_sleeps_while_its_workers_do);
	suite_add_tcase(s, ends);
	return suite_main(s);
}
