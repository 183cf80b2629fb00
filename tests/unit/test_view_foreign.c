/* What simmer-trace(5) allows and no loop of ours does: shown as well as can be. */
#include <check.h>
#include <stdlib.h>

#include "suite.h"
#include "view/row.h"
#include "view/snapshot.h"
#include "view/totals.h"
#include "view/worker.h"
#include "view_traces.h"

/* Whoever writes only which step begins has told nobody's end. */
static const char *const steps_only =
	"0 0 0 0 task 1 \"a\"\n"
	"0 0 0 0 task 2 \"b\"\n"
	"0 0 0 0 loop-started\n"
	"0 1 0 0 tick 2\n"
	"1 1 1 1 step 1 0\n"
	"1 1 1 1 line 7 \"a\"\n"
	"2 1 2 2 step 2 0\n"
	"3 2 2 0 tick 0\n"
	"4 2 2 0 run-ended 0\n";

START_TEST(a_task_has_stopped_where_the_next_step_begins)
{
	struct view *v = view_open(steps_only);
	uint32_t a = view_lane_of(v, 1), b = view_lane_of(v, 2);
	ck_assert_int_eq(view_state_at(v, a, 6), STATE_RUNNING);
	ck_assert_int_eq(view_state_at(v, a, 7), STATE_WAITING);
	ck_assert_int_eq(view_state_at(v, b, 7), STATE_RUNNING);
	ck_assert_int_eq(view_state_at(v, b, 8), STATE_WAITING);
	struct totals t;
	view_totals(v, &t);
	ck_assert_int_eq(t.work_ns, 2 * INT64_C(1000000000));
	view_close(v);
}
END_TEST

START_TEST(a_place_beyond_the_events_is_their_end)
{
	struct view *v = view_open(steps_only);
	ck_assert_uint_eq(view_line_at(v, view_lane_of(v, 1), UINT64_MAX, NULL), 7);
	struct snapshot s = {0};
	view_snapshot(v, UINT64_MAX, 0, &s);
	ck_assert_uint_eq(s.position, 9);
	snapshot_free(&s);
	view_close(v);
}
END_TEST

/* A task that was created again by its own child is where it was. */
START_TEST(a_task_is_created_once)
{
	struct view *v = view_open("0 0 0 0 task 1 \"a\"\n"
				   "0 0 0 1 task 2 \"b\"\n"
				   "0 0 0 2 task 1 \"c\"\n"
				   "0 0 0 1 task 1 \"d\"\n");
	uint32_t count;
	view_order(v, true, &count);
	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(view_lane(v, view_lane_of(v, 2))->parent, view_lane_of(v, 1));
	ck_assert_uint_eq(view_lane(v, view_lane_of(v, 1))->parent, LANE_NONE);
	view_close(v);
}
END_TEST

START_TEST(a_job_that_was_taken_before_it_was_queued_is_not_in_the_queue)
{
	struct view *v = view_open("0 0 0 0 worker 1 \"w\" pool\n"
				   "0 0 0 0 job 5 \"chop\"\n"
				   "0 0 0 0@1 job-started 5 1\n"
				   "0 0 0 0 job-pool 5 \"two\"\n"
				   "0 0 0 0 line 1 \"f\"\n");
	struct snapshot s = {0};
	view_snapshot(v, 5, 0, &s);
	ck_assert_uint_eq(s.queued_count, 0);
	snapshot_free(&s);
	view_close(v);
}
END_TEST

/* Sums and differences of times that nobody lives to see. */
START_TEST(deadlines_may_be_at_any_time)
{
	struct view *v = view_open("0 0 0 0 task 1 \"a\"\n"
				   "0 0 0 0 loop-started\n"
				   "0 1 0 0 tick 1\n"
				   "0 1 1 1 step 1 0\n"
				   "0 1 1 1 future 2 \"sleep(-1)\" sleep\n"
				   "0 1 1 1 timer-armed 3 -9223372036.854775808\n"
				   "0 1 1 1 timer-for 3 2\n"
				   "0 1 1 1 timer-armed 4 9223372036.854775807\n"
				   "0 1 1 1 waits 2 \"sleep(-1)\" sleep\n"
				   "9223372036.854775807 2 1 0 tick 1\n"
				   "9223372036.854775807 2 2 1 step 1 2 wakeup\n"
				   "9223372036.854775807 2 2 1 block 9223372036.854775807 3\n"
				   "9223372036.854775807 2 2 1 done \"1\"\n"
				   "9223372036.854775807 2 2 0 run-ended 0\n");
	for (size_t i = 0; i < view_moment_count(v, true); i++)
		free(told(v, true, i));
	struct lane_totals t;
	view_lane_totals(v, view_lane_of(v, 1), UINT64_MAX, &t);
	ck_assert_int_eq(t.waiting_ns, 0);
	ck_assert_int_eq(t.held_up_ns, INT64_MAX);
	struct row_cell cells[80];
	struct scale s = scale_fit(v, RULER_CLOCK, 80);
	view_row(v, view_lane_of(v, 1), &s, UINT64_MAX, cells);
	ck_assert_int_eq(cells[79].state, STATE_DONE);
	view_close(v);
}
END_TEST

/* Each of its spans is asked what it waits for: that may not take all those before it. */
START_TEST(a_task_that_is_cancelled_and_let_off_again_and_again_is_summed_up)
{
	enum { TIMES = 100000 };
	struct buf text = {0};
	buf_puts(&text, "0 0 0 0 task 1 \"a\"\n0 0 0 0 loop-started\n0 1 0 0 tick 1\n"
			"0 1 1 1 step 1 0\n0 1 1 1 waits 2 \"future\" future\n");
	for (int i = 0; i < TIMES; i++)
		buf_puts(&text, "1 1 1 0 cancel 1 \"\"\n1 1 1 0 uncancelled 1 0\n");
	struct view *v = view_open(buf_text(&text));
	struct totals t;
	view_totals(v, &t);
	ck_assert_int_eq(t.wall_ns, 1000000000);
	ck_assert_uint_ge(view_span_count(v, view_lane_of(v, 1)), 2 * TIMES);
	view_close(v);
	buf_free(&text);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("foreign");
	tcase_set_timeout(c, 60);
	tcase_add_test(c, a_task_has_stopped_where_the_next_step_begins);
	tcase_add_test(c, a_place_beyond_the_events_is_their_end);
	tcase_add_test(c, a_task_is_created_once);
	tcase_add_test(c, a_job_that_was_taken_before_it_was_queued_is_not_in_the_queue);
	tcase_add_test(c, deadlines_may_be_at_any_time);
	tcase_add_test(c, a_task_that_is_cancelled_and_let_off_again_and_again_is_summed_up);
	Suite *s = suite_create("view foreign");
	suite_add_tcase(s, c);
	return suite_main(s);
}
