/* The crew: workers, pools and jobs on both clocks, with jobs in C. */
#include "crew_kit.h"

/* ---- the virtual clock ---- */

START_TEST(the_first_stretch_stands_where_the_job_was_submitted)
{
	struct site s;
	struct work w[2] = {0};
	open_site(&s, false);
	struct crew_pool *pool = crew_pool_new(&s.kit.world, WORKER_POOL, "pool", 2);
	note(&s.kit.world, '1');
	submit(&s, &w[0], pool, 'a', "p2p");
	note(&s.kit.world, '2');
	submit(&s, &w[1], pool, 'b', "p1p");
	note(&s.kit.world, '3');
	wait_for(&s, &w[0]);
	wait_for(&s, &w[1]);
	ck_assert_str_eq(printed(s.kit.trace), "10 a0 20 b0 30 b1 a2");
	ck_assert_int_eq(w[1].ended_ns, 1000000000);
	ck_assert_int_eq(w[0].ended_ns, 2000000000);
	ck_assert_int_eq(s.holes, 2);
	finish(w, 2);
	close_site(&s);
}
END_TEST

START_TEST(stretches_of_one_instant_run_at_the_same_time)
{
	struct site s;
	struct work w[2] = {0};
	pthread_barrier_t barrier;
	pthread_barrier_init(&barrier, NULL, 2);
	open_site(&s, false);
	struct crew_pool *pool = crew_pool_new(&s.kit.world, WORKER_POOL, "pool", 2);
	w[0].barrier = w[1].barrier = &barrier;
	/* One after the other would wait at the barrier for ever. */
	submit(&s, &w[0], pool, 'a', "pm2pmp");
	submit(&s, &w[1], pool, 'b', "pm2pmp");
	wait_for(&s, &w[0]);
	wait_for(&s, &w[1]);
	ck_assert_str_eq(printed(s.kit.trace), "a0 b0 a2 a2 b2 b2");
	finish(w, 2);
	close_site(&s);
	pthread_barrier_destroy(&barrier);
}
END_TEST

START_TEST(a_full_pool_queues_in_order)
{
	struct site s;
	struct work w[5] = {0};
	open_site(&s, false);
	struct crew_pool *pool = crew_pool_new(&s.kit.world, WORKER_POOL, "pool", 2);
	const char *scripts[] = {"p3p", "p1p", "p1p", "p2p", "p1p"};
	for (int i = 0; i < 5; i++)
		submit(&s, &w[i], pool, (char)('a' + i), scripts[i]);
	ck_assert_uint_eq(crew_pool_busy(pool), 5);
	for (int i = 0; i < 5; i++)
		wait_for(&s, &w[i]);
	ck_assert_str_eq(printed(s.kit.trace), "a0 b0 b1 c1 c2 d2 a3 e3 d4 e4");
	finish(w, 5);
	close_site(&s);
}
END_TEST

START_TEST(a_full_pool_whose_jobs_took_no_time_is_free)
{
	struct site s;
	struct work w[3] = {0};
	open_site(&s, false);
	struct crew_pool *pool = crew_pool_new(&s.kit.world, WORKER_POOL, "pool", 1);
	for (int i = 0; i < 3; i++) {
		submit(&s, &w[i], pool, (char)('a' + i), "p");
		note(&s.kit.world, (char)('1' + i));
	}
	for (int i = 0; i < 3; i++)
		wait_for(&s, &w[i]);
	ck_assert_str_eq(printed(s.kit.trace), "a0 10 b0 20 c0 30");
	finish(w, 3);
	close_site(&s);
}
END_TEST

START_TEST(a_queued_job_can_be_cancelled_and_a_running_one_cannot)
{
	struct site s;
	struct work w[2] = {0};
	open_site(&s, false);
	struct crew_pool *pool = crew_pool_new(&s.kit.world, WORKER_POOL, "pool", 1);
	submit(&s, &w[0], pool, 'a', "1p");
	submit(&s, &w[1], pool, 'b', "p");
	ck_assert(!job_cancel(&w[0].job));
	ck_assert(job_cancel(&w[1].job));
	ck_assert(!job_cancel(&w[1].job));
	wait_for(&s, &w[0]);
	ck_assert_int_eq(crew_finish(s.crew), CREW_DELIVERED);
	ck_assert(!w[1].over);
	ck_assert_str_eq(printed(s.kit.trace), "a1");
	finish(w, 2);
	close_site(&s);
}
END_TEST

START_TEST(the_main_threads_sleep_lets_workers_run)
{
	struct site s;
	struct work w = {0};
	open_site(&s, false);
	submit(&s, &w, NULL, 'a', "p1p1p");
	ck_assert_int_eq(loop_world_block(&s.kit.world, 1500000000, 0), 0);
	ck_assert_int_eq(loop_world_now_ns(&s.kit.world), 1500000000);
	ck_assert_str_eq(printed(s.kit.trace), "a0 a1");
	wait_for(&s, &w);
	ck_assert_int_eq(w.ended_ns, 2000000000);
	finish(&w, 1);
	close_site(&s);
}
END_TEST

START_TEST(waiting_for_what_never_comes_is_a_deadlock)
{
	struct site s;
	struct work w = {0};
	open_site(&s, false);
	ck_assert_int_eq(crew_wait(&s.kit.world, INT64_MAX), CREW_DEADLOCK);
	submit(&s, &w, NULL, 'a', "pf");
	while (crew_wait(&s.kit.world, INT64_MAX) == CREW_DELIVERED)
		;
	ck_assert_int_eq(crew_wait(&s.kit.world, INT64_MAX), CREW_DEADLOCK);
	ck_assert_int_eq(crew_wait(&s.kit.world, 7000000000), CREW_TIMED_OUT);
	ck_assert_int_eq(loop_world_now_ns(&s.kit.world), 7000000000);
	ck_assert_int_eq(crew_finish(s.crew), CREW_DEADLOCK);
	close_site(&s);
	ck_assert(w.over || w.dropped);
	finish(&w, 1);
}
END_TEST

/* A callback of the loop that submits two jobs and then appends a handle of its own. */
struct order {
	struct handle handle, last;
	struct site *site;
	struct crew_pool *pool;
	struct work *w;
};

static void order_last(struct loop *l, struct handle *h)
{
	(void)h;
	note(loop_world(l), 'Z');
	loop_stop(l);
}

static void order_run(struct loop *l, struct handle *h)
{
	static const struct handle_ops last_ops = {.run = order_last};
	struct order *o = CONTAINER_OF(h, struct order, handle);
	o->w[0].loop = o->w[1].loop = l;
	submit(o->site, &o->w[0], o->pool, 'a', "p");
	submit(o->site, &o->w[1], o->pool, 'b', "p");
	handle_init(&o->last, &last_ops, ROLE_CALLBACK);
	loop_call_soon(l, &o->last);
	note(loop_world(l), '1');
}

START_TEST(what_a_first_stretch_appends_stands_where_it_was_submitted)
{
	static const struct handle_ops order_ops = {.run = order_run};
	struct site s;
	struct work w[2] = {0};
	open_site(&s, false);
	struct order o = {.site = &s, .w = w};
	o.pool = crew_pool_new(&s.kit.world, WORKER_POOL, "pool", 2);
	handle_init(&o.handle, &order_ops, ROLE_CALLBACK);
	loop_call_soon(s.kit.loop, &o.handle);
	struct datum error;
	ck_assert_int_eq(loop_run_forever(s.kit.loop, &error), RUN_DONE);
	/* Their ends run before the handle that was appended after they had been submitted. */
	ck_assert_str_eq(printed(s.kit.trace), "a0 b0 10 A0 B0 Z0");
	finish(w, 2);
	close_site(&s);
}
END_TEST

/* ---- threads that say something to each other ---- */

struct talk {
	struct work work;
	atomic_bool asked, answered;
};

static void talk_run(struct job *j, struct worker *worker)
{
	struct talk *t = CONTAINER_OF(CONTAINER_OF(j, struct work, job), struct talk, work);
	struct loop_world *here = &((struct station *)worker_user(worker))->world;
	send(here, 0, 'Q', &t->asked);
	while (!atomic_load(&t->answered) && crew_wait(here, INT64_MAX) == CREW_DELIVERED)
		;
	note(here, 'E');
	job_ends(j, ENDING_RESULT, NULL);
}

static const struct job_ops talk_ops = {talk_run, work_over, work_drop};

static void talk_on(bool real)
{
	struct site s;
	struct talk t = {0};
	open_site(&s, real);
	job_init(&t.work.job, &talk_ops, &s.kit.world, NULL, "talk");
	crew_start(&s.kit.world, &t.work.job, "Thread-1", false);
	while (!atomic_load(&t.asked))
		ck_assert_int_eq(crew_wait(&s.kit.world, INT64_MAX), CREW_DELIVERED);
	ck_assert_int_eq(loop_world_block(&s.kit.world, real ? 1000 : 3000000000, 0), 0);
	send(&s.kit.world, worker_number(t.work.job.worker), 'A', &t.answered);
	wait_for(&s, &t.work);
	if (!real)
		ck_assert_str_eq(printed(s.kit.trace), "Q0 A3 E3");
	finish(&t.work, 1);
	close_site(&s);
}

START_TEST(a_worker_asks_and_is_answered)
{
	talk_on(_i);
}
END_TEST

START_TEST(a_post_to_a_worker_that_is_gone_is_dropped)
{
	struct site s;
	struct work w = {0};
	atomic_bool arrived = false;
	open_site(&s, _i);
	submit(&s, &w, NULL, 'a', "p");
	wait_for(&s, &w);
	uint16_t number = worker_number(w.job.worker);
	for (int i = 0; i < 20000 && !atomic_load(&arrived); i++) {
		arrived = false;
		send(&s.kit.world, number, 'x', &arrived);
		sched_yield();
	}
	close_site(&s);
	ck_assert(atomic_load(&arrived));
	finish(&w, 1);
}
END_TEST

/* ---- both clocks ---- */

START_TEST(what_runs_for_ever_is_stopped_and_nothing_is_left)
{
	size_t before = descriptors();
	struct site s;
	struct work w[4] = {0};
	open_site(&s, _i);
	struct crew_pool *pool = crew_pool_new(&s.kit.world, WORKER_POOL, "pool", 2);
	submit(&s, &w[0], pool, 'a', "pf");
	submit(&s, &w[1], pool, 'b', "p99999");
	submit(&s, &w[2], pool, 'c', "p");
	submit(&s, &w[3], NULL, 'd', "p!");
	close_site(&s);
	for (int i = 0; i < 4; i++)
		ck_assert(w[i].over || w[i].dropped);
	ck_assert(w[2].dropped);
	finish(w, 4);
	ck_assert_uint_eq(descriptors(), before);
}
END_TEST

START_TEST(what_a_stopped_worker_did_is_not_lost)
{
	struct site s;
	struct work w = {0};
	pthread_barrier_t barrier;
	pthread_barrier_init(&barrier, NULL, 2);
	w.barrier = &barrier;
	open_site(&s, false);
	submit(&s, &w, NULL, 'a', "pm!");
	pthread_barrier_wait(&barrier);
	crew_free(s.crew);
	s.crew = NULL;
	ck_assert_str_eq(printed(s.kit.trace), "a0");
	ck_assert(w.dropped);
	finish(&w, 1);
	kit_fini(&s.kit);
	pthread_barrier_destroy(&barrier);
}
END_TEST

START_TEST(a_halt_ends_a_wait_for_a_worker_that_spins)
{
	struct site s;
	struct work w = {0};
	open_site(&s, _i);
	submit(&s, &w, NULL, 'a', "p!");
	loop_world_halt(&s.kit.world);
	enum crew_end end;
	while ((end = crew_wait(&s.kit.world, INT64_MAX)) == CREW_DELIVERED)
		;
	ck_assert_int_eq(end, CREW_HALTED);
	close_site(&s);
	finish(&w, 1);
}
END_TEST

START_TEST(ten_thousand_jobs_go_through_a_pool_of_eight)
{
	enum { JOBS = 10000 };
	struct site s;
	struct work *w = mem_zalloc(JOBS, sizeof *w);
	open_site(&s, _i);
	struct crew_pool *pool = crew_pool_new(&s.kit.world, WORKER_POOL, "pool", 8);
	for (int i = 0; i < JOBS; i++)
		submit(&s, &w[i], pool, 'a', "p");
	crew_pool_close(&s.kit.world, pool);
	ck_assert_int_eq(crew_finish(s.crew), CREW_DELIVERED);
	for (int i = 0; i < JOBS; i++)
		ck_assert(w[i].over);
	finish(w, JOBS);
	close_site(&s);
	free(w);
}
END_TEST

START_TEST(every_run_is_the_same)
{
	struct buf first = {0};
	for (int run = 0; run < 60; run++) {
		struct site s;
		struct work w[6] = {0};
		open_site(&s, false);
		struct crew_pool *pool = crew_pool_new(&s.kit.world, WORKER_POOL, "pool", 3);
		const char *scripts[] = {"pp1p2p", "2pp1", "p3p", "pppp", "1p1p1p", "p0p0p"};
		for (int i = 0; i < 6; i++)
			submit(&s, &w[i], i % 3 == 2 ? NULL : pool, (char)('a' + i), scripts[i]);
		ck_assert_int_eq(crew_finish(s.crew), CREW_DELIVERED);
		struct buf now = {0};
		for (uint64_t i = 0; i < trace_count(s.kit.trace); i++)
			buf_put(&now, trace_at(s.kit.trace, i), sizeof(struct event));
		if (run == 0) {
			first = now;
		} else {
			ck_assert_uint_eq(now.len, first.len);
			ck_assert_int_eq(memcmp(now.data, first.data, now.len), 0);
			buf_free(&now);
		}
		finish(w, 6);
		close_site(&s);
	}
	buf_free(&first);
}
END_TEST

START_TEST(a_job_is_told_from_its_submission_to_its_end)
{
	static const enum event_kind story[] = {EV_JOB_SUBMITTED, EV_JOB_POOL, EV_WORKER_STARTED,
						EV_JOB_STARTED, EV_PRINTED, EV_JOB_ENDED};
	struct site s;
	struct work w = {0};
	open_site(&s, _i);
	struct crew_pool *pool = crew_pool_new(&s.kit.world, WORKER_PROCESS, "pool", 2);
	submit(&s, &w, pool, 'a', "p");
	wait_for(&s, &w);
	ck_assert_int_eq(crew_finish(s.crew), CREW_DELIVERED);
	const struct trace *t = s.kit.trace;
	ck_assert_uint_eq(trace_count(t), COUNT_OF(story));
	for (size_t i = 0; i < COUNT_OF(story); i++) {
		ck_assert_int_eq(trace_at(t, i)->kind, story[i]);
		ck_assert_uint_eq(trace_at(t, i)->thread, i < 2 ? 0 : 1);
	}
	ck_assert_str_eq(trace_text(t, trace_at(t, 2)->b, NULL), "pool_0");
	ck_assert_uint_eq(trace_at(t, 2)->detail, WORKER_PROCESS);
	ck_assert_str_eq(trace_text(t, trace_at(t, 5)->b, NULL), "None");
	ck_assert_uint_eq(trace_measure_count(t), 1);
	ck_assert_uint_eq(trace_measure_at(t, 0)->job, w.job.id);
	ck_assert_int_ge(trace_measure_at(t, 0)->wall_end_ns, trace_measure_at(t, 0)->wall_begin_ns);
	finish(&w, 1);
	close_site(&s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("loop crew");
	TCase *lockstep = tcase_create("virtual");
	tcase_add_test(lockstep, the_first_stretch_stands_where_the_job_was_submitted);
	tcase_add_test(lockstep, stretches_of_one_instant_run_at_the_same_time);
	tcase_add_test(lockstep, a_full_pool_queues_in_order);
	tcase_add_test(lockstep, a_full_pool_whose_jobs_took_no_time_is_free);
	tcase_add_test(lockstep, a_queued_job_can_be_cancelled_and_a_running_one_cannot);
	tcase_add_test(lockstep, the_main_threads_sleep_lets_workers_run);
	tcase_add_test(lockstep, waiting_for_what_never_comes_is_a_deadlock);
	tcase_add_test(lockstep, what_a_first_stretch_appends_stands_where_it_was_submitted);
	tcase_add_test(lockstep, every_run_is_the_same);
	suite_add_tcase(s, lockstep);
	TCase *both = tcase_create("both clocks");
	tcase_add_loop_test(both, a_worker_asks_and_is_answered, 0, 2);
	tcase_add_loop_test(both, a_post_to_a_worker_that_is_gone_is_dropped, 0, 2);
	tcase_add_loop_test(both, what_runs_for_ever_is_stopped_and_nothing_is_left, 0, 2);
	tcase_add_test(both, what_a_stopped_worker_did_is_not_lost);
	tcase_add_loop_test(both, a_halt_ends_a_wait_for_a_worker_that_spins, 0, 2);
	tcase_add_loop_test(both, ten_thousand_jobs_go_through_a_pool_of_eight, 0, 2);
	tcase_add_loop_test(both, a_job_is_told_from_its_submission_to_its_end, 0, 2);
	suite_add_tcase(s, both);
	return suite_main(s);
}
