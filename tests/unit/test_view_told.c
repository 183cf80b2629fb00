/* Moments across threads: what is said of workers, and stepping through what they did. */
#include <check.h>

#include "base/mem.h"
#include "suite.h"
#include "view/worker.h"
#include "view_traces.h"
#include "view_workers.h"

static void assert_all_told(struct view *v, const char *const *expected, size_t count)
{
	for (size_t i = 0; i < count && i < view_moment_count(v, false); i++)
		assert_told(v, false, i, expected[i]);
	ck_assert_uint_eq(view_moment_count(v, false), count);
}

START_TEST(a_workers_stretch_is_a_moment_among_the_steps)
{
	struct view *v = view_open(two_cooks);
	static const char *const expected[] = {
		"Nothing has run yet. | The next step runs the program from its first line.",
		"The program ran line 30 and started the event loop. | "
		"Its first task is main, created but not yet started.",
		"main began: its first step. It ran line 20 and now waits for its gather: 0 of 2 done. | "
		"It created to_thread and to_thread 2: they are in the queue, not yet started. "
		"Next in the queue: to_thread and to_thread 2.",
		"to_thread began: its first step. It hands cook over to asyncio_0. | "
		"From here on both run at the same time.",
		"asyncio_0 took cook. It is about to run line 5. | ",
		"asyncio_0 ran line 5 and sleeps for 3 s in line 6, until t = 3.0. | "
		"That keeps only this thread busy: the event loop goes on.",
		"to_thread now waits for worker cook on asyncio_0. | Next in the queue: to_thread 2.",
		"to_thread 2 began: its first step. It hands chop over to asyncio_1. | "
		"From here on both run at the same time.",
		"asyncio_1 took chop. It ran line 10 and sleeps for 2 s in line 11, until t = 2.0. | "
		"That keeps only this thread busy: the event loop goes on.",
		"to_thread 2 now waits for worker chop on asyncio_1. | "
		"Nothing is ready, so the loop waits for asyncio_0 (cook), asyncio_1 (chop).",
		"asyncio_1 woke up in chop: its time.sleep was over. It ran line 12 and is done with chop: "
		"'onions'. | The loop is told, and to_thread 2, which waits for it, is woken.",
		"to_thread 2 woke up: asyncio_1 had ended chop, the job that it waited for. "
		"It is done; its result is 'onions'. | That makes 1 of 2 in the gather of main. "
		"Nothing is ready, so the loop waits for asyncio_0 (cook).",
		"asyncio_0 woke up in cook: its time.sleep was over. It ran line 7 and is done with cook: "
		"'rice'. | The loop is told, and to_thread, which waits for it, is woken.",
		"to_thread woke up: asyncio_0 had ended cook, the job that it waited for. "
		"It is done; its result is 'rice'. | That makes 2 of 2 in the gather of main. "
		"Then it is the turn of main.",
		"main woke up: both tasks of its gather had ended. It ran line 21 and is done. | ",
		"The program has ended after 3 s, with exit status 0. | ",
	};
	assert_all_told(v, expected, COUNT_OF(expected));
	ck_assert_int_eq(view_moment(v, false, 3).kind, MOMENT_SUBMIT);
	ck_assert_int_eq(view_moment(v, false, 5).kind, MOMENT_BLOCK);
	ck_assert_int_eq(view_moment(v, false, 10).kind, MOMENT_WORKER);
	ck_assert_uint_eq(view_moment(v, false, 10).thread, 2);
	view_close(v);
}
END_TEST

START_TEST(a_job_in_the_queue_and_one_that_runs_are_cancelled_in_other_words)
{
	struct view *v = view_open(pool_of_one);
	assert_told(v, false, 4,
		    "main ran line 21 and now waits for sleep(1), due at t = 1.0. | It submitted b (queued) "
		    "and c (queued behind 1): no worker is free yet. It created waiter and waiter 2: they are "
		    "in the queue, not yet started. Next in the queue: waiter and waiter 2.");
	assert_told(v, false, 6,
		    "waiter 2 began: its first step. It now waits for worker c (queued, 2nd). | "
		    "Nothing is ready, so the loop waits for ThreadPoolExecutor-0_0 (a), at most until "
		    "t = 1.0: main.");
	assert_told(v, false, 7,
		    "main woke up: its sleep(1) was over. It ran line 22 and now waits for the task waiter 2. | "
		    "b was still in the queue: cancelled, no worker will ever take it. Nobody waits for a any "
		    "more. But a job that runs cannot be cancelled: ThreadPoolExecutor-0_0 goes on with it. "
		    "It asked for the cancellation of waiter: CancelledError is raised there at the next step, "
		    "not now. Next in the queue: waiter.");
	assert_told(v, false, 9,
		    "ThreadPoolExecutor-0_0 woke up in a: its time.sleep was over. It is done with a. | "
		    "Nobody has waited for it any more: what came of it is dropped. "
		    "Next in the queue of ThreadPoolExecutor-0: c.");
	assert_told(v, false, 11,
		    "ThreadPoolExecutor-0_0 woke up in c: its time.sleep was over. It failed in c with "
		    "ValueError('x'). | The loop is told, and waiter 2, which waits for it, is woken.");
	assert_told(v, false, 12,
		    "waiter 2 woke up: c, the job that it waited for, had failed on ThreadPoolExecutor-0_0. "
		    "It failed with ValueError('x'). | main waited for it and is ready now. "
		    "Next in the queue: main.");
	view_close(v);
}
END_TEST

START_TEST(a_program_without_a_loop_is_told_as_well)
{
	struct view *v = view_open(joined);
	static const char *const expected[] = {
		"Nothing has run yet. | The next step runs the program from its first line.",
		"The program ran line 30 and hands a over to Thread-1 (a). | "
		"From here on both run at the same time.",
		"Thread-1 (a) began to run a. It ran line 5 and sleeps for 3 s in line 6, until t = 3.0. | ",
		"The program is busy for 1 s: time.sleep in line 31 keeps the thread until t = 1.0. | "
		"Nobody is held up: until then nobody else is ready or due.",
		"The program ran line 32 and is blocked until another thread is done (a on Thread-1 (a)). | ",
		"Thread-1 (a) woke up in a: its time.sleep was over. It ran line 7 and is done with a. | ",
		"The program ran line 33. | ",
		"The program has ended after 3 s, with exit status 0. | ",
	};
	assert_all_told(v, expected, COUNT_OF(expected));
	view_close(v);
}
END_TEST

START_TEST(a_loop_in_a_worker_is_told_like_any_other)
{
	struct view *v = view_open(own_loop);
	static const char *const expected[] = {
		"Nothing has run yet. | The next step runs the program from its first line.",
		"main began: its first step. It ran line 20 and hands kitchen over to asyncio_0. | "
		"From here on both run at the same time.",
		"asyncio_0 took kitchen. It ran line 5 and starts an event loop of its own. | ",
		"cook began: its first step. It ran line 11 and now waits for sleep(2), due at t = 2.0. | "
		"Nothing is ready, so the loop sleeps until its next timer: cook at t = 2.0.",
		"main now waits for worker kitchen on asyncio_0. | "
		"Nothing is ready, so the loop waits for asyncio_0 (kitchen).",
		"cook woke up: its sleep(2) was over. It is busy for 1 s: time.sleep in line 13 keeps the "
		"thread until t = 3.0. | Nobody is held up: until then nobody else is ready or due. "
		"It had ding put into the main loop's queue.",
		"The callback ding ran: cook had put it in the queue with call_soon_threadsafe. It ran line 40. | "
		"Nothing is ready, so the loop waits for asyncio_0 (kitchen).",
		"cook is done; its result is 'soup'. | ",
		"In kitchen, asyncio_0 left its own loop. It ran line 6 and is done with kitchen: 'soup'. | "
		"The loop is told, and main, which waits for it, is woken.",
		"main woke up: asyncio_0 had ended kitchen, the job that it waited for. It is done. | ",
		"The program has ended after 3 s, with exit status 0. | ",
	};
	assert_all_told(v, expected, COUNT_OF(expected));
	view_close(v);
}
END_TEST

START_TEST(a_caption_in_a_worker_is_a_beat)
{
	struct view *v = view_open(two_cooks);
	ck_assert_uint_eq(view_beat_count(v), 1);
	size_t beat = view_next_beat(v, false, 0);
	ck_assert_uint_eq(beat, 4);
	struct moment m = view_moment(v, false, beat);
	ck_assert(m.beat);
	ck_assert_int_eq(m.kind, MOMENT_CAPTION);
	ck_assert_uint_eq(m.lane, view_lane_of_thread(v, 1));
	ck_assert_uint_eq(view_prev_beat(v, false, 8), beat);
	view_close(v);
}
END_TEST

START_TEST(one_can_follow_a_worker_forwards_and_back)
{
	struct view *v = view_open(two_cooks);
	uint32_t cook = view_lane_of_thread(v, 1);
	static const size_t its[] = {4, 5, 12};
	size_t at = 0;
	for (size_t i = 0; i < COUNT_OF(its); i++) {
		at = view_next_of_lane(v, false, at, cook);
		ck_assert_uint_eq(at, its[i]);
	}
	ck_assert_uint_eq(view_next_of_lane(v, false, at, cook), at);
	for (size_t i = COUNT_OF(its) - 1; i-- > 0;) {
		at = view_prev_of_lane(v, false, at, cook);
		ck_assert_uint_eq(at, its[i]);
	}
	ck_assert_uint_eq(view_prev_of_lane(v, false, at, cook), at);
	/* A task whose step a worker's stretch stands in. */
	uint32_t task = view_lane_of(v, 2);
	ck_assert_uint_eq(view_next_of_lane(v, false, 0, task), 3);
	ck_assert_uint_eq(view_next_of_lane(v, false, 6, task), 13);
	ck_assert_uint_eq(view_prev_of_lane(v, false, 13, task), 3);
	view_close(v);
}
END_TEST

static const char *const *all_traces(size_t i)
{
	static const char *const *const all[] = {&two_cooks, &pool_of_one, &joined, &own_loop};
	return all[i];
}

START_TEST(time_ticks_and_steps_never_go_back_from_moment_to_moment)
{
	struct view *v = view_open(*all_traces((size_t)_i));
	for (int internals = 0; internals < 2; internals++) {
		size_t count = view_moment_count(v, internals);
		for (size_t i = 1; i < count; i++) {
			struct moment a = view_moment(v, internals, i - 1);
			struct moment b = view_moment(v, internals, i);
			ck_assert_uint_lt(a.end, b.end);
			ck_assert_uint_eq(b.begin, a.end);
			ck_assert_int_le(a.time_ns, b.time_ns);
			ck_assert_uint_le(a.tick, b.tick);
			ck_assert_uint_le(a.step, b.step);
			ck_assert_uint_eq(view_moment_at(v, internals, b.end), i);
			ck_assert_uint_ge(view_moment_at_time(v, internals, b.time_ns), i);
			ck_assert_uint_le(view_prev_tick(v, internals, i), i - 1);
			for (uint32_t lane = 0; lane < view_lane_count(v); lane++) {
				ck_assert_uint_ge(view_next_of_lane(v, internals, i, lane), i);
				ck_assert_uint_le(view_prev_of_lane(v, internals, i, lane), i);
			}
		}
	}
	view_close(v);
}
END_TEST

START_TEST(piece_by_piece_gives_the_same_as_all_at_once)
{
	const char *events = *all_traces((size_t)_i);
	struct view *v = view_open(events), *w = view_new(view_trace(v));
	while (!view_complete(w))
		view_update(w, 1);
	for (int internals = 0; internals < 2; internals++) {
		ck_assert_uint_eq(view_moment_count(v, internals), view_moment_count(w, internals));
		for (size_t i = 0; i < view_moment_count(v, internals); i++) {
			char *expected = told(v, internals, i);
			assert_told(w, internals, i, expected);
			free(expected);
		}
	}
	struct link a[16], b[16];
	size_t links = view_links(v, 0, view_event_count(v), a, COUNT_OF(a));
	ck_assert_uint_eq(view_links(w, 0, view_event_count(v), b, COUNT_OF(b)), links);
	ck_assert_mem_eq(a, b, links * sizeof *a);
	view_free(w);
	view_close(v);
}
END_TEST

/* ---- the real clock ---- */

/* Two threads write their lines in turn; chop keeps the loop for 30 ms beyond a timer. */
static const char *const late =
	"0 0 0 0 task 1 \"Task-1\"\n"
	"0 0 0 0 task-coro 1 \"main\"\n"
	"0 0 0 0 ready 1 0 step\n"
	"0 0 0 0 task 2 \"Task-2\"\n"
	"0 0 0 0 task-coro 2 \"chop\"\n"
	"0 0 0 0 ready 2 0 step\n"
	"0 0 0 0 loop-started\n"
	"0 1 0 0 tick 2\n"
	"0 1 1 1 step 1 0 step\n"
	"0.001 1 1 1 job 5 \"a\"\n"
	"0.001 1 1 0@1 worker 1 \"T_0\" pool\n"
	"0.001 1 1 0@1 job-started 5 1\n"
	"0.002 1 1 1 line 20 \"main\"\n"
	"0.002 1 1 0@1 line 5 \"a\"\n"
	"0.003 1 1 1 future 6 \"sleep(1)\" sleep\n"
	"0.003 1 1 0@1 line 6 \"a\"\n"
	"0.004 1 1 1 handle 7 \"x\" internal-timer\n"
	"0.004 1 1 0@1 line 7 \"a\"\n"
	"0.004 1 1 1 timer-armed 7 1.004\n"
	"0.004 1 1 1 timer-for 7 6\n"
	"0.005 1 1 1 waits 6 \"sleep(1)\" sleep\n"
	"0.9 1 2 2 step 2 0 step\n"
	"0.95 1 2 0@1 line 8 \"a\"\n"
	"1.034 1 2 2 done \"None\"\n"
	"1.034 2 2 0 tick 0\n"
	"1.034 2 2 0 timer-fired 7 1.004\n"
	"1.034 2 2 0 ready 7 0 internal-timer\n"
	"1.034 2 3 0 step 7 0 internal-timer\n"
	"1.034 2 3 0 future-done 6 result\n"
	"1.034 2 3 0 ready 1 6 wakeup\n"
	"1.034 2 3 0 step-ended\n"
	"1.034 3 3 0 tick 1\n"
	"1.034 3 4 1 step 1 6 wakeup\n"
	"1.035 3 4 0@1 line 9 \"a\"\n"
	"1.036 3 4 0@1 job-ended 5 \"None\" result\n"
	"1.037 3 4 1 done \"None\"\n"
	"1.037 3 4 0 loop-stopped\n"
	"1.037 3 4 0 run-ended 0\n";

START_TEST(a_late_timer_says_how_late_and_who_had_the_thread)
{
	struct view *v = view_open_real(late);
	size_t last = view_moment_count(v, false) - 2;
	assert_told(v, false, last,
		    "main woke up: its sleep(1) was over at t = 1.004, 30 ms late because chop had the "
		    "thread. It is done. | ");
	view_close(v);
	v = view_open(late);
	last = view_moment_count(v, false) - 2;
	assert_told(v, false, last,
		    "main woke up: its sleep(1) was over at t = 1.004, but the loop was busy. "
		    "It is done. | ");
	view_close(v);
}
END_TEST

START_TEST(lines_of_two_threads_in_turn_cut_no_moments)
{
	struct view *v = view_open_real(late);
	static const char *const expected[] = {
		"Nothing has run yet. | The next step runs the program from its first line.",
		"main began: its first step. It hands a over to T_0. | From here on both run at the same time.",
		/* On the real clock a job's beginning is a moment of its own: what follows takes time. */
		"T_0 took a. | ",
		"main ran line 20 and now waits for sleep(1), due at t = 1.004. | Next in the queue: chop.",
	};
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		assert_told(v, false, i, expected[i]);
	/* chop's step, the worker's end, main's step, the end of the run. */
	ck_assert_uint_eq(view_moment_count(v, false), 8);
	ck_assert_uint_eq(view_moment(v, false, 4).lane, view_lane_of(v, 2));
	ck_assert_uint_eq(view_moment(v, false, 5).lane, view_lane_of_thread(v, 1));
	assert_told(v, false, 5, "T_0 ran lines 5-9 and is done with a. | ");
	/* The worker's end stands in main's step: following main leads to what is told of it. */
	ck_assert_uint_eq(view_next_of_lane(v, false, 4, view_lane_of(v, 1)), 6);
	ck_assert_uint_eq(view_prev_of_lane(v, false, 6, view_lane_of(v, 1)), 1);
	view_close(v);
}
END_TEST

START_TEST(what_tells_of_a_jobs_end_is_no_callback_of_the_next_job)
{
	/* On the real clock the worker has its next job before the loop hears of the last one. */
	struct view *v = view_open_real("0 0 0 0 line 1 \"m\"\n"
					"0 0 0 0 job 5 \"a\"\n"
					"0 0 0 0 future 6 \"worker a\" worker\n"
					"0 0 0 0 job-for 5 6\n"
					"0 0 0 0 job 7 \"b\"\n"
					"0 0 0 0@1 worker 1 \"T_0\" pool\n"
					"0 0 0 0@1 job-started 5 1\n"
					"1 0 0 0@1 job-ended 5 \"None\" result\n"
					"1 0 0 0@1 job-started 7 1\n"
					"1 0 0 0@1 line 3 \"b\"\n"
					"1 0 0 0 handle 8 \"_chain_future._set_state\" internal\n"
					"1 0 0 0@1 posted 8 \"a\"\n"
					"1 0 0 0 ready 8 0 internal\n"
					"2 0 0 0@1 job-ended 7 \"None\" result\n"
					"2 0 0 0 run-ended 0\n");
	size_t last = view_moment_count(v, false) - 2;
	assert_told(v, false, last, "T_0 ran line 3 and is done with b. | ");
	struct link l[8];
	size_t count = view_links(v, 0, view_event_count(v), l, COUNT_OF(l));
	for (size_t i = 0; i < count; i++)
		ck_assert_int_ne(l[i].kind, LINK_POSTED);
	view_close(v);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("view told");
	TCase *c = tcase_create("moments");
	tcase_add_test(c, a_workers_stretch_is_a_moment_among_the_steps);
	tcase_add_test(c, a_job_in_the_queue_and_one_that_runs_are_cancelled_in_other_words);
	tcase_add_test(c, a_program_without_a_loop_is_told_as_well);
	tcase_add_test(c, a_loop_in_a_worker_is_told_like_any_other);
	tcase_add_test(c, a_caption_in_a_worker_is_a_beat);
	tcase_add_test(c, one_can_follow_a_worker_forwards_and_back);
	tcase_add_loop_test(c, time_ticks_and_steps_never_go_back_from_moment_to_moment, 0, 4);
	tcase_add_loop_test(c, piece_by_piece_gives_the_same_as_all_at_once, 0, 4);
	tcase_add_test(c, a_late_timer_says_how_late_and_who_had_the_thread);
	tcase_add_test(c, what_tells_of_a_jobs_end_is_no_callback_of_the_next_job);
	tcase_add_test(c, lines_of_two_threads_in_turn_cut_no_moments);
	suite_add_tcase(s, c);
	return suite_main(s);
}
