/* Workers: their lanes, jobs, queues and links, and sums across threads. */
#include <check.h>

#include "suite.h"
#include "view/row.h"
#include "view/ruler.h"
#include "view/snapshot.h"
#include "view/totals.h"
#include "view/worker.h"
#include "view_kit.h"
#include "view_traces.h"
#include "view_workers.h"

static void assert_name(const struct view *v, uint32_t lane, const char *expected)
{
	struct buf name = {0};
	view_lane_name(v, lane, &name);
	ck_assert_str_eq(buf_text(&name), expected);
	buf_free(&name);
}

static void assert_label(const struct view *v, uint32_t lane, uint64_t position,
			 const char *expected)
{
	struct buf label = {0};
	view_wait_label(v, lane, position, &label);
	ck_assert_str_eq(buf_text(&label), expected);
	buf_free(&label);
}

static void assert_row(const struct view *v, uint32_t lane, int cols, const char *expected)
{
	struct row_cell cells[200];
	struct scale s = scale_fit(v, RULER_CLOCK, cols);
	view_row(v, lane, &s, UINT64_MAX, cells);
	struct buf row = {0};
	for (int x = 0; x < cols; x++)
		buf_put_utf8(&row, cells[x].code);
	ck_assert_str_eq(buf_text(&row), expected);
	buf_free(&row);
}

/* ---- lanes ---- */

START_TEST(each_worker_has_a_lane_below_those_of_the_main_thread)
{
	struct view *v = view_open(two_cooks);
	uint32_t count;
	const uint32_t *order = view_order(v, false, &count);
	static const char *const names[] = {"main", "to_thread", "to_thread 2", "asyncio_0", "asyncio_1"};
	ck_assert_uint_eq(count, COUNT_OF(names));
	for (uint32_t i = 0; i < count; i++)
		assert_name(v, order[i], names[i]);
	const struct lane *worker = view_lane(v, order[3]);
	ck_assert(worker->worker);
	ck_assert_uint_eq(worker->thread, 1);
	ck_assert_uint_eq(view_lane_of_thread(v, 1), order[3]);
	ck_assert_uint_eq(view_lane_of_thread(v, 7), LANE_NONE);
	ck_assert_str_eq(view_task_name(v, order[3]), "");
	struct totals t;
	view_totals(v, &t);
	ck_assert_uint_eq(t.tasks, 3);
	view_close(v);
}
END_TEST

START_TEST(a_worker_is_idle_then_busy_with_its_job_then_idle_again)
{
	struct view *v = view_open(two_cooks);
	uint32_t chop = view_lane_of_thread(v, 2);
	ck_assert_int_eq(view_state_at(v, chop, 5), STATE_ABSENT);
	ck_assert_int_eq(view_state_at(v, chop, after(v, EV_WORKER_STARTED, 2)), STATE_IDLE);
	ck_assert_int_eq(view_state_at(v, chop, after(v, EV_JOB_STARTED, 2)), STATE_RUNNING);
	/* time.sleep keeps its thread busy. */
	ck_assert_int_eq(view_state_at(v, chop, after(v, EV_BLOCK_BEGUN, 2)), STATE_RUNNING);
	ck_assert_int_eq(view_state_at(v, chop, after(v, EV_JOB_ENDED, 1)), STATE_IDLE);
	assert_label(v, chop, after(v, EV_BLOCK_BEGUN, 2), "chop");
	assert_label(v, chop, after(v, EV_JOB_ENDED, 1), "");
	assert_row(v, chop, 31, "██ chop ████████████✔··········");
	ck_assert_uint_eq(view_line_at(v, chop, after(v, EV_BLOCK_BEGUN, 2), NULL), 10);
	ck_assert_uint_eq(view_line_at(v, chop, view_event_count(v), NULL), 12);
	view_close(v);
}
END_TEST

START_TEST(a_job_that_nobody_waits_for_goes_on_and_says_so)
{
	struct view *v = view_open(pool_of_one);
	uint32_t worker = view_lane_of_thread(v, 1);
	uint64_t given_up = after(v, EV_FUTURE_DONE, 3);
	assert_label(v, worker, given_up - 1, "a");
	assert_label(v, worker, given_up, "a (nobody waits)");
	ck_assert_int_eq(view_state_at(v, worker, given_up), STATE_RUNNING);
	assert_row(v, worker, 81,
		   "██ a █████████████████ nobody waits ████████████████████████✔██ c ██████████████✘");
	/* The one in the queue has never been on a worker. */
	struct job b = view_job(v, 1);
	ck_assert_uint_eq(b.worker, LANE_NONE);
	ck_assert_int_eq(b.ending, ENDING_CANCELLED);
	ck_assert_uint_eq(b.abandoned, UINT64_MAX);
	struct job a = view_job(v, 0);
	ck_assert_uint_eq(a.worker, worker);
	ck_assert_uint_eq(a.abandoned + 1, given_up);
	view_close(v);
}
END_TEST

START_TEST(tasks_of_a_workers_own_loop_are_lanes_below_it)
{
	struct view *v = view_open(own_loop);
	uint32_t worker = view_lane_of_thread(v, 1), cook = view_lane_of(v, 7);
	ck_assert_uint_eq(view_lane(v, cook)->parent, worker);
	ck_assert_uint_eq(view_lane(v, cook)->thread, 1);
	ck_assert_uint_eq(view_descendants(v, false, worker), 1);
	assert_label(v, worker, after(v, EV_LOOP_STARTED, 2), "kitchen: its own loop");
	ck_assert_int_eq(view_state_at(v, worker, after(v, EV_LOOP_STARTED, 2)), STATE_WAITING);
	ck_assert_int_eq(view_state_at(v, cook, after(v, EV_TASK_WAITS, 1)), STATE_WAITING);
	assert_label(v, cook, after(v, EV_TASK_WAITS, 1), "sleep(2)");
	ck_assert_int_eq(view_state_at(v, worker, after(v, EV_LOOP_STOPPED, 1)), STATE_RUNNING);
	ck_assert_int_eq(view_state_at(v, cook, view_event_count(v)), STATE_DONE);
	view_close(v);
}
END_TEST

START_TEST(outside_of_a_loop_a_thread_that_is_joined_is_waited_for)
{
	struct view *v = view_open(joined);
	uint64_t held = after(v, EV_JOIN_BEGUN, 1);
	ck_assert_int_eq(view_state_at(v, LANE_PROGRAM, held), STATE_WAITING);
	assert_label(v, LANE_PROGRAM, held, "worker a on Thread-1 (a)");
	ck_assert_int_eq(view_state_at(v, LANE_PROGRAM, after(v, EV_JOIN_ENDED, 1)), STATE_RUNNING);
	ck_assert(view_lane(v, view_lane_of_thread(v, 1))->ended);
	view_close(v);
}
END_TEST

/* ---- queues ---- */

START_TEST(who_waits_for_a_job_is_told_where_it_is)
{
	struct view *v = view_open(pool_of_one);
	uint32_t waiter = view_lane_of(v, 3);
	uint64_t waits = after(v, EV_TASK_WAITS, 3);
	assert_label(v, waiter, waits, "worker c (queued, 2nd)");
	ck_assert_uint_eq(view_job_awaited(v, waiter, waits), 2);
	assert_label(v, waiter, after(v, EV_JOB_ENDED, 1), "worker c (queued, 1st)");
	assert_label(v, waiter, after(v, EV_JOB_STARTED, 2), "worker c on ThreadPoolExecutor-0_0");
	ck_assert_uint_eq(view_queue_rank(v, 1, waits), 1);
	ck_assert_uint_eq(view_queue_rank(v, 1, after(v, EV_JOB_ENDED, 1)), 0);
	ck_assert_uint_eq(view_queue_rank(v, 0, waits), 0);
	view_close(v);
}
END_TEST

START_TEST(a_snapshot_has_workers_and_the_queues_of_their_pools)
{
	struct view *v = view_open(pool_of_one);
	struct snapshot now = {0};
	view_snapshot(v, after(v, EV_TASK_WAITS, 3), 0, &now);
	ck_assert_uint_eq(now.worker_count, 1);
	ck_assert_uint_eq(now.busy_count, 1);
	ck_assert_int_eq(now.workers[0].doing, WORKER_SLEEPS);
	ck_assert_uint_eq(now.workers[0].job, 0);
	ck_assert_int_eq(now.workers[0].since_ns, 0);
	ck_assert_int_eq(now.workers[0].until_ns, 3 * SECOND);
	ck_assert_int_eq(now.workers[0].kind, WORKER_POOL);
	ck_assert_uint_eq(now.queued_count, 2);
	ck_assert_uint_eq(now.queued[0].job, 1);
	ck_assert_uint_eq(now.queued[1].job, 2);
	ck_assert_uint_eq(now.queued[1].rank, 2);
	ck_assert_uint_eq(now.queued[1].waiter, view_lane_of(v, 3));
	ck_assert_str_eq(trace_text(view_trace(v), now.queued[1].pool, NULL), "ThreadPoolExecutor-0");
	ck_assert_uint_eq(now.job_count, 3);
	ck_assert(!now.blocked);
	view_snapshot(v, after(v, EV_TASK_WAITS, 3), 1, &now);
	ck_assert_uint_eq(now.queued_count, 2);
	ck_assert_uint_eq(now.queued[0].job, 1);
	view_snapshot(v, after(v, EV_FUTURE_DONE, 3), 0, &now);
	ck_assert(now.workers[0].abandoned);
	ck_assert_uint_eq(now.queued_count, 1);
	view_snapshot(v, view_event_count(v), 0, &now);
	ck_assert_uint_eq(now.worker_count, 0);
	ck_assert_uint_eq(now.queued_count, 0);
	ck_assert_uint_eq(now.born_count, 3);
	snapshot_free(&now);
	view_close(v);
}
END_TEST

START_TEST(a_thread_that_is_blocked_says_on_what)
{
	struct view *v = view_open(joined);
	struct snapshot now = {0};
	view_snapshot(v, after(v, EV_JOIN_BEGUN, 1), 0, &now);
	ck_assert(now.blocked);
	ck_assert_int_eq(now.blocked_until_ns, INT64_MAX);
	ck_assert_str_eq(trace_text(view_trace(v), now.blocked_on, NULL), "a");
	view_snapshot(v, after(v, EV_BLOCK_BEGUN, 2), 0, &now);
	ck_assert(now.blocked);
	ck_assert_uint_eq(now.blocked_on, 0);
	ck_assert_int_eq(now.blocked_until_ns, SECOND);
	snapshot_free(&now);
	view_close(v);
}
END_TEST

START_TEST(each_loop_has_a_queue_and_timers_of_its_own)
{
	struct view *v = view_open(own_loop);
	struct snapshot now = {0};
	uint64_t asleep = after(v, EV_TASK_WAITS, 2);
	view_snapshot(v, asleep, 0, &now);
	ck_assert_uint_eq(now.timer_count, 0);
	ck_assert_uint_eq(now.ready_count, 0);
	ck_assert_int_eq(now.workers[0].doing, WORKER_LOOPS);
	view_snapshot_of(v, 1, asleep, 0, &now);
	ck_assert_uint_eq(now.timer_count, 1);
	ck_assert_uint_eq(now.timers[0].lane, view_lane_of(v, 7));
	ck_assert(now.loop_running);
	/* What a worker posts is in the main loop's queue. */
	uint64_t posted = after(v, EV_POSTED, 1) + 1;
	view_snapshot(v, posted, 0, &now);
	ck_assert_uint_eq(now.ready_count, 1);
	ck_assert_uint_eq(now.ready[0].id, 20);
	view_snapshot_of(v, 1, posted, 0, &now);
	ck_assert_uint_eq(now.ready_count, 0);
	ck_assert_uint_eq(now.running, view_lane_of(v, 7));
	snapshot_free(&now);
	view_close(v);
}
END_TEST

/* ---- links ---- */

static void assert_link(const struct link *l, enum link_kind kind, uint32_t from, uint32_t to,
			int64_t from_s, int64_t to_s)
{
	ck_assert_int_eq(l->kind, kind);
	ck_assert_uint_eq(l->from_lane, from);
	ck_assert_uint_eq(l->to_lane, to);
	ck_assert_int_eq(l->from_ns, from_s * SECOND);
	ck_assert_int_eq(l->to_ns, to_s == INT64_MAX ? INT64_MAX : to_s * SECOND);
}

START_TEST(links_lead_from_who_submits_to_the_worker_and_back_to_who_waits)
{
	struct view *v = view_open(two_cooks);
	uint32_t cook = view_lane_of_thread(v, 1), chop = view_lane_of_thread(v, 2);
	uint32_t t2 = view_lane_of(v, 2), t3 = view_lane_of(v, 3);
	struct link l[8];
	uint64_t all = view_event_count(v);
	ck_assert_uint_eq(view_links(v, 0, all, l, COUNT_OF(l)), 4);
	assert_link(&l[0], LINK_START, t2, cook, 0, 0);
	assert_link(&l[1], LINK_START, t3, chop, 0, 0);
	assert_link(&l[2], LINK_RESULT, chop, t3, 2, 2);
	assert_link(&l[3], LINK_RESULT, cook, t2, 3, 3);
	ck_assert_uint_eq(l[2].job, 1);
	ck_assert_uint_eq(view_links(v, 0, all, l, 2), 2);
	/* As things stand when the result is under way. */
	uint64_t ended = after(v, EV_JOB_ENDED, 1);
	ck_assert_uint_eq(view_links(v, ended - 1, ended, l, COUNT_OF(l)), 1);
	assert_link(&l[0], LINK_RESULT, chop, LANE_NONE, 2, INT64_MAX);
	/* One that began before the range and ends in it. */
	ck_assert_uint_eq(view_links(v, ended, ended + 10, l, COUNT_OF(l)), 1);
	ck_assert_uint_eq(l[0].to_lane, t3);
	ck_assert_uint_eq(view_event_at_time(v, 2 * SECOND), after(v, EV_BLOCK_ENDED, 1) - 1);
	view_close(v);
}
END_TEST

START_TEST(a_posted_callback_and_a_join_have_links)
{
	struct view *v = view_open(own_loop);
	struct link l[8];
	ck_assert_uint_eq(view_links(v, 0, view_event_count(v), l, COUNT_OF(l)), 3);
	assert_link(&l[1], LINK_POSTED, view_lane_of(v, 7), LANE_PROGRAM, 2, 2);
	view_close(v);
	v = view_open(joined);
	ck_assert_uint_eq(view_links(v, 0, view_event_count(v), l, COUNT_OF(l)), 2);
	assert_link(&l[1], LINK_RESULT, view_lane_of_thread(v, 1), LANE_PROGRAM, 3, 3);
	view_close(v);
}
END_TEST

START_TEST(a_job_that_nobody_waits_for_links_to_nobody)
{
	struct view *v = view_open(pool_of_one);
	struct link l[8];
	size_t count = view_links(v, 0, view_event_count(v), l, COUNT_OF(l));
	ck_assert_uint_eq(count, 4);
	ck_assert_uint_eq(l[1].job, 1);
	ck_assert_uint_eq(l[1].to_lane, LANE_NONE);
	ck_assert_int_eq(l[3].kind, LINK_RESULT);
	ck_assert_uint_eq(l[3].job, 2);
	view_close(v);
}
END_TEST

/* ---- sums ---- */

START_TEST(threads_that_are_busy_at_the_same_instant_are_added_up)
{
	struct view *v = view_open(two_cooks);
	struct parallel p;
	view_parallel(v, &p);
	ck_assert_uint_eq(p.jobs, 2);
	ck_assert_uint_eq(p.workers, 2);
	ck_assert_uint_eq(p.most, 2);
	ck_assert_uint_eq(p.dropped, 0);
	ck_assert_int_eq(p.busy_ns, 5 * SECOND);
	ck_assert_int_eq(p.span_ns, 3 * SECOND);
	ck_assert_uint_eq(p.measured, 0);
	ck_assert_int_eq(view_busy_ns(v, 0), 0);
	ck_assert_int_eq(view_busy_ns(v, SECOND), 2 * SECOND);
	ck_assert_int_eq(view_busy_ns(v, 2 * SECOND), 4 * SECOND);
	ck_assert_int_eq(view_busy_ns(v, 5 * SECOND / 2), 9 * SECOND / 2);
	ck_assert_int_eq(view_busy_ns(v, 9 * SECOND), 5 * SECOND);
	struct totals t;
	view_totals(v, &t);
	ck_assert_int_eq(t.in_turn_ns, 5 * SECOND);
	ck_assert_int_eq(t.saved_ns, 2 * SECOND);
	/* The longest chain goes through the job: main, cook, main. */
	ck_assert_int_eq(t.chain_ns, 3 * SECOND);
	view_close(v);
}
END_TEST

START_TEST(a_thread_that_is_blocked_on_another_is_not_busy)
{
	struct view *v = view_open(joined);
	struct parallel p;
	view_parallel(v, &p);
	ck_assert_int_eq(p.busy_ns, 4 * SECOND);
	ck_assert_int_eq(p.span_ns, 3 * SECOND);
	struct totals t;
	view_totals(v, &t);
	ck_assert_int_eq(t.chain_ns, 3 * SECOND);
	view_close(v);
}
END_TEST

START_TEST(a_chain_goes_on_where_a_job_was_submitted_and_where_it_was_awaited)
{
	/* The program sleeps for 1 s, starts a thread of 3 s, joins it, sleeps for 1 s. */
	struct view *v = view_open("0 0 0 0 line 1 \"m\"\n"
				   "0 0 0 0 block 1 1\n"
				   "1 0 0 0 block-ended\n"
				   "1 0 0 0 job 5 \"a\"\n"
				   "1 0 0 0@1 worker 1 \"T\" thread\n"
				   "1 0 0 0@1 job-started 5 1\n"
				   "1 0 0 0@1 block 3 6\n"
				   "1 0 0 0 join 5 \"a\"\n"
				   "4 0 0 0@1 block-ended\n"
				   "4 0 0 0@1 job-ended 5 \"None\" result\n"
				   "4 0 0 0 join-ended\n"
				   "4 0 0 0 block 1 2\n"
				   "5 0 0 0 block-ended\n"
				   "5 0 0 0 run-ended 0\n");
	struct totals t;
	view_totals(v, &t);
	ck_assert_int_eq(t.chain_ns, 5 * SECOND);
	view_close(v);
}
END_TEST

START_TEST(who_waits_for_several_jobs_goes_on_after_the_last_of_them)
{
	/* Two jobs of 1 s and 2 s; then 1 s of the program's own. */
	struct view *v = view_open("0 0 0 0 line 1 \"m\"\n"
				   "0 0 0 0 job 5 \"a\"\n"
				   "0 0 0 0@1 worker 1 \"T_0\" pool\n"
				   "0 0 0 0@1 job-started 5 1\n"
				   "0 0 0 0@1 block 1 6\n"
				   "0 0 0 0 job 6 \"b\"\n"
				   "0 0 0 0@2 worker 2 \"T_1\" pool\n"
				   "0 0 0 0@2 job-started 6 2\n"
				   "0 0 0 0@2 block 2 6\n"
				   "0 0 0 0 join 0 \"futures\"\n"
				   "1 0 0 0@1 block-ended\n"
				   "1 0 0 0@1 job-ended 5 \"None\" result\n"
				   "2 0 0 0@2 block-ended\n"
				   "2 0 0 0@2 job-ended 6 \"None\" result\n"
				   "2 0 0 0 join-ended\n"
				   "2 0 0 0 block 1 2\n"
				   "3 0 0 0 block-ended\n"
				   "3 0 0 0 run-ended 0\n");
	struct totals t;
	view_totals(v, &t);
	ck_assert_int_eq(t.chain_ns, 3 * SECOND);
	struct link l[8];
	ck_assert_uint_eq(view_links(v, 0, view_event_count(v), l, COUNT_OF(l)), 4);
	ck_assert_uint_eq(l[2].to_lane, LANE_NONE);
	assert_link(&l[3], LINK_RESULT, view_lane_of_thread(v, 2), LANE_PROGRAM, 2, 2);
	view_close(v);
}
END_TEST

START_TEST(a_sleep_of_nothing_is_part_of_the_stretch)
{
	struct view *v = view_open("0 0 0 0 line 1 \"m\"\n"
				   "0 0 0 0 job 5 \"a\"\n"
				   "0 0 0 0@1 worker 1 \"T_0\" pool\n"
				   "0 0 0 0@1 job-started 5 1\n"
				   "0 0 0 0@1 line 6 \"a\"\n"
				   "0 0 0 0@1 block 0 6\n"
				   "0 0 0 0@1 block-ended\n"
				   "0 0 0 0@1 line 7 \"a\"\n"
				   "0 0 0 0@1 job-ended 5 \"None\" result\n"
				   "0 0 0 0 run-ended 0\n");
	assert_told(v, false, 2, "T_0 took a. It ran lines 6-7 and is done with a. | ");
	view_close(v);
}
END_TEST

START_TEST(a_workers_sleep_holds_up_nobody)
{
	struct view *v = view_open(two_cooks);
	ck_assert_uint_eq(view_work_count(v), 0);
	struct lane_totals t;
	view_lane_totals(v, view_lane_of(v, 1), UINT64_MAX, &t);
	ck_assert_int_eq(t.held_up_ns, 0);
	view_close(v);
}
END_TEST

/* main joins a thread in a step of the loop, while another task is ready. */
static const char *const join_in_a_step =
	"0 0 0 0 task 1 \"Task-1\"\n"
	"0 0 0 0 task-coro 1 \"main\"\n"
	"0 0 0 0 ready 1 0 step\n"
	"0 0 0 0 task 2 \"Task-2\"\n"
	"0 0 0 0 task-coro 2 \"other\"\n"
	"0 0 0 0 ready 2 0 step\n"
	"0 0 0 0 loop-started\n"
	"0 1 0 0 tick 2\n"
	"0 1 1 1 step 1 0 step\n"
	"0 1 1 1 line 20 \"main\"\n"
	"0 1 1 1 job 5 \"a\"\n"
	"0 1 1 0@1 worker 1 \"Thread-1\" thread\n"
	"0 1 1 0@1 job-started 5 1\n"
	"0 1 1 0@1 block 3 6\n"
	"0 1 1 1 line 21 \"main\"\n"
	"0 1 1 1 join 5 \"a\"\n"
	"3 1 1 0@1 block-ended\n"
	"3 1 1 0@1 job-ended 5 \"None\" result\n"
	"3 1 1 1 join-ended\n"
	"3 1 1 1 line 22 \"main\"\n"
	"3 1 1 1 done \"None\"\n"
	"3 1 2 2 step 2 0 step\n"
	"3 1 2 2 done \"None\"\n"
	"3 1 2 0 loop-stopped\n"
	"3 1 2 0 run-ended 0\n";

START_TEST(who_joins_a_thread_in_a_step_blocks_the_loop)
{
	struct view *v = view_open(join_in_a_step);
	uint32_t main = view_lane_of(v, 1), other = view_lane_of(v, 2);
	ck_assert_int_eq(view_state_at(v, main, after(v, EV_JOIN_BEGUN, 1)), STATE_RUNNING);
	ck_assert_uint_eq(view_work_count(v), 1);
	uint32_t lane;
	uint64_t begin, end;
	view_work(v, 0, &lane, &begin, &end);
	ck_assert_uint_eq(lane, main);
	struct hold h;
	view_hold(v, lane, begin, end, &h);
	ck_assert_str_eq(trace_text(view_trace(v), h.join, NULL), "a");
	ck_assert_uint_eq(h.held_count, 1);
	ck_assert_uint_eq(h.held[0].lane, other);
	ck_assert_int_eq(h.held[0].held_ns, 3 * SECOND);
	hold_free(&h);
	/* The 3 s are the thread's work, not main's as well. */
	struct totals t;
	view_totals(v, &t);
	ck_assert_int_eq(t.work_ns, 3 * SECOND);
	ck_assert_int_eq(t.in_turn_ns, 3 * SECOND);
	assert_told(v, false, 3,
		    "main ran line 21 and is blocked until another thread is done (a on Thread-1). | "
		    "That blocks the loop: other is ready or due, but nobody else can run until then.");
	view_close(v);
}
END_TEST

START_TEST(what_was_measured_is_added_up_and_told_apart)
{
	struct view *v = view_open(two_cooks);
	struct trace *t = trace_of(v);
	trace_measure(t, &(struct measure){.job = 7, .thread = 2, .cpu_ns = 19 * SECOND / 10,
					   .wall_begin_ns = 0, .wall_end_ns = 2 * SECOND,
					   .core_first = 3, .core_last = 3});
	trace_measure(t, &(struct measure){.job = 5, .thread = 1, .cpu_ns = 3 * SECOND,
					   .wall_begin_ns = SECOND, .wall_end_ns = 4 * SECOND,
					   .core_first = 0, .core_last = 1});
	trace_measure(t, &(struct measure){.job = 77, .cpu_ns = SECOND});
	ck_assert(view_update(v, 0));
	ck_assert(!view_update(v, 0));
	struct parallel p;
	view_parallel(v, &p);
	ck_assert_uint_eq(p.measured, 2);
	ck_assert_int_eq(p.cpu_ns, 49 * SECOND / 10);
	ck_assert_int_eq(p.wall_ns, 4 * SECOND);
	ck_assert_uint_eq(p.cores, 3);
	struct job chop = view_job(v, view_job_find(v, 7));
	ck_assert(chop.measured);
	ck_assert_int_eq(chop.core_first, 3);
	ck_assert_int_eq(chop.wall_ns, 2 * SECOND);
	struct buf label = {0};
	view_job_label(v, 1, true, &label);
	ck_assert_str_eq(buf_text(&label), "chop  core 3, 1.9 s of processor time in 2 s");
	buf_reset(&label);
	view_job_label(v, 0, true, &label);
	ck_assert_str_eq(buf_text(&label), "cook  core 0, then 1, 3 s of processor time in 3 s");
	buf_reset(&label);
	view_job_label(v, 1, false, &label);
	ck_assert_str_eq(buf_text(&label), "chop");
	buf_free(&label);
	view_close(v);
}
END_TEST

/* ---- dice ---- */

enum { DICE_JOBS = 30, DICE_WORKERS = 3, DICE_POOLS = 2 };

/* What is the case while a toy of two pools runs, kept in the plainest way. */
struct toy {
	struct trace *t;
	struct trace_writer w;
	uint32_t pool_names[DICE_POOLS];
	struct toy_job {
		uint32_t id;
		int pool, worker; /* worker 0: queued, -1: over */
		bool dropped;
	} jobs[DICE_JOBS];
	uint32_t count;
	struct toy_worker {
		int pool, job; /* job -1: idle */
		bool there, sleeps;
	} workers[DICE_POOLS * DICE_WORKERS + 1];
};

static void toy_take(struct toy *toy, int k)
{
	struct toy_worker *w = &toy->workers[k];
	for (uint32_t i = 0; i < toy->count && w->job < 0; i++)
		if (toy->jobs[i].pool == w->pool && toy->jobs[i].worker == 0 && !toy->jobs[i].dropped)
			w->job = (int)i;
	if (w->job < 0)
		return;
	toy->jobs[w->job].worker = k;
	toy->w.thread = (uint16_t)k;
	if (!w->there)
		trace_emit(&toy->w, EV_WORKER_STARTED, (uint32_t)k, toy->pool_names[w->pool], WORKER_POOL);
	w->there = true;
	trace_emit(&toy->w, EV_JOB_STARTED, toy->jobs[w->job].id, (uint32_t)k, 0);
	toy->w.thread = 0;
}

static void toy_submit(struct toy *toy, int pool)
{
	if (toy->count == DICE_JOBS)
		return;
	struct toy_job *j = &toy->jobs[toy->count++];
	*j = (struct toy_job){.id = trace_new_id(toy->t), .pool = pool};
	trace_emit(&toy->w, EV_JOB_SUBMITTED, j->id, toy->pool_names[pool], 0);
	trace_emit(&toy->w, EV_JOB_POOL, j->id, toy->pool_names[pool], 0);
}

static void toy_drop(struct toy *toy, uint32_t job)
{
	struct toy_job *j = &toy->jobs[job];
	if (job >= toy->count || j->worker || j->dropped)
		return;
	j->dropped = true;
	trace_emit(&toy->w, EV_JOB_ENDED, j->id, 0, ENDING_CANCELLED);
}

static void toy_go_on(struct toy *toy, int k, bool ends)
{
	struct toy_worker *w = &toy->workers[k];
	if (w->job < 0) {
		toy_take(toy, k);
		return;
	}
	toy->w.thread = (uint16_t)k;
	if (w->sleeps)
		trace_emit(&toy->w, EV_BLOCK_ENDED, 0, 0, 0);
	else if (!ends)
		trace_emit(&toy->w, EV_BLOCK_BEGUN, trace_number(toy->t, SECOND), 1, 0);
	w->sleeps = !w->sleeps && !ends;
	if (ends) {
		trace_emit(&toy->w, EV_JOB_ENDED, toy->jobs[w->job].id, 0, ENDING_RESULT);
		toy->jobs[w->job].worker = -1;
		w->job = -1;
	}
	toy->w.thread = 0;
}

static void assert_toy(struct toy *toy, struct view *v, struct snapshot *now)
{
	uint64_t position = view_event_count(v);
	view_snapshot(v, position, 0, now);
	size_t at = 0, queued = 0;
	for (int k = 1; k <= DICE_POOLS * DICE_WORKERS; k++) {
		const struct toy_worker *w = &toy->workers[k];
		if (!w->there)
			continue;
		const struct worker_entry *e = &now->workers[at++];
		ck_assert_uint_eq(e->thread, (unsigned)k);
		ck_assert_int_eq(e->doing, w->job < 0   ? WORKER_IDLE
					   : w->sleeps ? WORKER_SLEEPS
						       : WORKER_BUSY);
		ck_assert_uint_eq(e->job, w->job < 0 ? JOB_NONE : (uint32_t)w->job);
	}
	ck_assert_uint_eq(now->worker_count, at);
	for (int pool = 0; pool < DICE_POOLS; pool++) {
		uint32_t rank = 0;
		for (uint32_t i = 0; i < toy->count; i++) {
			const struct toy_job *j = &toy->jobs[i];
			bool waits = j->worker == 0 && !j->dropped;
			if (j->pool != pool)
				continue;
			queued += waits;
			ck_assert_uint_eq(view_queue_rank(v, i, position), waits ? ++rank : 0);
		}
	}
	ck_assert_uint_eq(now->queued_count, queued);
	for (size_t i = 0; i < queued; i++)
		ck_assert_uint_eq(now->queued[i].rank, view_queue_rank(v, now->queued[i].job, position));
}

START_TEST(queues_and_workers_are_at_any_time_as_a_plain_reading_says)
{
	uint32_t seed = (uint32_t)_i + 1;
	struct toy toy = {.t = trace_new(0)};
	toy.w.trace = toy.t;
	toy.pool_names[0] = trace_string(toy.t, "a", 1);
	toy.pool_names[1] = trace_string(toy.t, "b", 1);
	for (int k = 1; k <= DICE_POOLS * DICE_WORKERS; k++)
		toy.workers[k] = (struct toy_worker){.pool = k % DICE_POOLS, .job = -1};
	struct view *v = view_new(toy.t);
	struct snapshot now = {0};
	for (int i = 0; i < 300; i++) {
		uint32_t dice = kit_random(&seed) % 10;
		if (dice < 2)
			toy_submit(&toy, (int)(kit_random(&seed) % DICE_POOLS));
		else if (dice < 3)
			toy_drop(&toy, kit_random(&seed) % DICE_JOBS);
		else
			toy_go_on(&toy, 1 + (int)(kit_random(&seed) % (DICE_POOLS * DICE_WORKERS)),
				  kit_random(&seed) % 3 == 0);
		toy.w.time_ns += kit_random(&seed) % 2 ? SECOND : 0;
		view_update(v, 0);
		assert_toy(&toy, v, &now);
	}
	snapshot_free(&now);
	view_free(v);
	trace_free(toy.t);
}
END_TEST

/* ---- many ---- */

START_TEST(ten_thousand_jobs_in_a_queue_of_eight_workers)
{
	enum { JOBS = 10000, WORKERS = 8 };
	struct trace *t = trace_new(0);
	struct trace_writer w = {.trace = t};
	uint32_t pool = trace_string(t, "pool", 4), what = trace_string(t, "f", 1);
	uint32_t first = 0;
	trace_emit(&w, EV_LINE, 1, what, 0);
	for (uint32_t i = 0; i < JOBS; i++) {
		uint32_t id = trace_new_id(t);
		first = first ? first : id;
		trace_emit(&w, EV_JOB_SUBMITTED, id, what, 0);
		trace_emit(&w, EV_JOB_POOL, id, pool, 0);
	}
	for (uint32_t i = 0; i < JOBS; i += WORKERS) {
		for (uint16_t k = 0; k < WORKERS; k++) {
			w.thread = (uint16_t)(k + 1);
			if (i == 0)
				trace_emit(&w, EV_WORKER_STARTED, k + 1u, what, WORKER_POOL);
			trace_emit(&w, EV_JOB_STARTED, first + i + k, k + 1u, 0);
			trace_emit(&w, EV_BLOCK_BEGUN, trace_number(t, SECOND), 3, 0);
		}
		w.time_ns += SECOND;
		for (uint16_t k = 0; k < WORKERS; k++) {
			w.thread = (uint16_t)(k + 1);
			trace_emit(&w, EV_BLOCK_ENDED, 0, 0, 0);
			trace_emit(&w, EV_JOB_ENDED, first + i + k, 0, ENDING_RESULT);
		}
	}
	w.thread = 0;
	trace_emit(&w, EV_RUN_ENDED, 0, 0, 0);
	trace_close(t);
	struct view *v = view_new(t);
	view_update(v, 0);
	struct snapshot now = {0};
	size_t moments = view_moment_count(v, false);
	ck_assert_uint_gt(moments, 2 * JOBS);
	for (size_t i = 0; i < moments; i++) {
		free(told(v, false, i));
		view_snapshot(v, view_moment(v, false, i).end, 8, &now);
		ck_assert_uint_eq(view_next_of_lane(v, false, i, view_lane_of_thread(v, 1)) >= i, true);
	}
	/* In the middle, half of them wait. */
	uint64_t middle = after(v, EV_JOB_ENDED, JOBS / 2);
	view_snapshot(v, middle, 8, &now);
	ck_assert_uint_eq(now.queued_count, JOBS / 2);
	ck_assert_uint_eq(now.queued[0].job, JOBS / 2);
	ck_assert_uint_eq(view_queue_rank(v, JOBS - 1, middle), JOBS / 2);
	struct parallel p;
	view_parallel(v, &p);
	ck_assert_uint_eq(p.most, WORKERS);
	snapshot_free(&now);
	view_free(v);
	trace_free(t);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("view worker");
	TCase *c = tcase_create("lanes");
	tcase_add_test(c, each_worker_has_a_lane_below_those_of_the_main_thread);
	tcase_add_test(c, a_worker_is_idle_then_busy_with_its_job_then_idle_again);
	tcase_add_test(c, a_job_that_nobody_waits_for_goes_on_and_says_so);
	tcase_add_test(c, tasks_of_a_workers_own_loop_are_lanes_below_it);
	tcase_add_test(c, outside_of_a_loop_a_thread_that_is_joined_is_waited_for);
	suite_add_tcase(s, c);
	c = tcase_create("queues");
	tcase_add_test(c, who_waits_for_a_job_is_told_where_it_is);
	tcase_add_test(c, a_snapshot_has_workers_and_the_queues_of_their_pools);
	tcase_add_test(c, a_thread_that_is_blocked_says_on_what);
	tcase_add_loop_test(c, queues_and_workers_are_at_any_time_as_a_plain_reading_says, 0, 20);
	tcase_add_test(c, each_loop_has_a_queue_and_timers_of_its_own);
	suite_add_tcase(s, c);
	c = tcase_create("links");
	tcase_add_test(c, links_lead_from_who_submits_to_the_worker_and_back_to_who_waits);
	tcase_add_test(c, a_posted_callback_and_a_join_have_links);
	tcase_add_test(c, a_job_that_nobody_waits_for_links_to_nobody);
	suite_add_tcase(s, c);
	c = tcase_create("sums");
	tcase_set_timeout(c, 60);
	tcase_add_test(c, threads_that_are_busy_at_the_same_instant_are_added_up);
	tcase_add_test(c, a_thread_that_is_blocked_on_another_is_not_busy);
	tcase_add_test(c, a_chain_goes_on_where_a_job_was_submitted_and_where_it_was_awaited);
	tcase_add_test(c, who_waits_for_several_jobs_goes_on_after_the_last_of_them);
	tcase_add_test(c, a_sleep_of_nothing_is_part_of_the_stretch);
	tcase_add_test(c, a_workers_sleep_holds_up_nobody);
	tcase_add_test(c, who_joins_a_thread_in_a_step_blocks_the_loop);
	tcase_add_test(c, what_was_measured_is_added_up_and_told_apart);
	tcase_add_test(c, ten_thousand_jobs_in_a_queue_of_eight_workers);
	suite_add_tcase(s, c);
	return suite_main(s);
}
