/* Lanes: names, the tree, spans, labels; rulers; rows of cells. */
#include <check.h>

#include "suite.h"
#include "view/row.h"
#include "view/ruler.h"
#include "view/snapshot.h"
#include "view/totals.h"
#include "view_kit.h"
#include "view_traces.h"

static struct view *kit_view(const struct kit_script *scripts)
{
	struct view *v = view_new(kit_run(scripts, 0));
	view_update(v, 0);
	return v;
}

static void assert_name(const struct view *v, uint32_t lane, const char *expected)
{
	struct buf name = {0};
	view_lane_name(v, lane, &name);
	ck_assert_str_eq(buf_text(&name), expected);
	buf_free(&name);
}

START_TEST(a_lane_has_the_scenes_name_or_its_coroutines_with_a_number)
{
	struct view *v = view_open(gather_fails);
	assert_name(v, view_lane_of(v, 4), "main");
	assert_name(v, view_lane_of(v, 1), "boil");
	assert_name(v, view_lane_of(v, 2), "boil 2");
	ck_assert_str_eq(view_task_name(v, view_lane_of(v, 2)), "Task-3");
	ck_assert(!view_lane(v, view_lane_of(v, 2))->named);
	view_close(v);
	v = view_open(group_fails);
	assert_name(v, view_lane_of(v, 4), "a");
	ck_assert_str_eq(view_coroutine(v, view_lane_of(v, 4)), "boil");
	view_close(v);
}
END_TEST

START_TEST(set_name_and_nested_functions_give_the_name_too)
{
	struct view *v = view_open("0 0 0 0 task 1 \"Task-1\" 0\n"
				   "0 0 0 0 task-coro 1 \"main.<locals>.boil\"\n"
				   "0 0 0 0 task 2 \"Task-2\" 0\n"
				   "0 0 0 0 task-coro 2 \"boil\"\n"
				   "0 0 0 0 task-named 2 \"rice\"\n");
	assert_name(v, 2, "boil");
	assert_name(v, 3, "rice");
	view_close(v);
}
END_TEST

START_TEST(children_stand_below_their_parent_in_creation_order)
{
	static const struct kit_op m[] = {{ACT_SPAWN, 1}, {ACT_SPAWN, 2}, {ACT_SLEEP, SECOND}, {ACT_SPAWN, 2},
		{ACT_DONE, 0}};
	static const struct kit_op a[] = {{ACT_SPAWN, 2}, {ACT_SPAWN, 2}, {ACT_DONE, 0}};
	static const struct kit_op b[] = {{ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", m}, {"a", a}, {"b", b}};
	struct view *v = kit_view(scripts);
	static const char *const names[] = {"main", "a", "b 2", "b 3", "b", "b 4"};
	static const uint32_t below[] = {5, 2, 0, 0, 0, 0}, depths[] = {0, 1, 2, 2, 1, 1};
	uint32_t count;
	const uint32_t *order = view_order(v, false, &count);
	ck_assert_uint_eq(count, COUNT_OF(names));
	for (uint32_t i = 0; i < count; i++) {
		assert_name(v, order[i], names[i]);
		ck_assert_uint_eq(view_descendants(v, false, order[i]), below[i]);
		ck_assert_uint_eq(view_lane(v, order[i])->depth, depths[i]);
	}
	/* With internals the loop's own lane stands first: it ended the sleep. */
	order = view_order(v, true, &count);
	ck_assert_uint_eq(count, COUNT_OF(names) + 1);
	ck_assert_uint_eq(order[0], LANE_LOOP);
	view_close(v);
}
END_TEST

START_TEST(the_clean_up_of_asyncio_run_is_folded_away)
{
	struct view *v = view_open("0 0 0 0 task 1 \"Task-1\" 0\n"
				   "0 0 0 0 task-coro 1 \"BaseEventLoop.shutdown_asyncgens\"\n");
	uint32_t count;
	view_order(v, false, &count);
	ck_assert_uint_eq(count, 0);
	view_order(v, true, &count);
	ck_assert_uint_eq(count, 1);
	view_close(v);
}
END_TEST

static void assert_waits(const struct view *v, uint32_t lane, uint64_t position, const char *expected)
{
	struct buf label = {0};
	view_wait_label(v, lane, position, &label);
	ck_assert_str_eq(buf_text(&label), expected);
	buf_free(&label);
}

/* The number of events up to and including the first one of that kind whose `a` is `a`. */
static uint64_t after(const struct view *v, enum event_kind kind, uint32_t a)
{
	for (uint64_t i = 0; i < view_event_count(v); i++) {
		const struct event *e = trace_at(view_trace(v), i);
		if (e->kind == (unsigned)kind && e->a == a)
			return i + 1;
	}
	ck_abort_msg("no such event");
}

/* Who has ended counts at once, as the sentence says, and not a tick later with the callback. */
START_TEST(a_gathers_label_counts_who_has_ended_up_to_the_position)
{
	struct view *v = view_open(gather_fails);
	uint32_t lane = view_lane_of(v, 4);
	assert_waits(v, lane, after(v, EV_TASK_WAITS, 3), "gather 0/2");
	uint64_t counted = after(v, EV_GATHER_CHILD_DONE, 3);
	assert_waits(v, lane, counted - 2, "gather 1/2");
	assert_waits(v, lane, counted, "gather 1/2");
	assert_waits(v, lane, after(v, EV_TASK_WAITS, 10), "sleep(9)");
	assert_waits(v, lane, 3, "");
	view_close(v);
	v = view_open(group_fails);
	assert_waits(v, view_lane_of(v, 1), after(v, EV_TASK_WAITS, 6), "group 0/2");
	assert_waits(v, view_lane_of(v, 1), after(v, EV_TASK_WAITS, 13), "group 2/2");
	view_close(v);
}
END_TEST

START_TEST(a_waiting_span_knows_its_deadline)
{
	struct view *v = view_open(gather_fails);
	uint32_t lane = view_lane_of(v, 1);
	struct span s = view_span(v, lane, view_span_at(v, lane, after(v, EV_TASK_WAITS, 5)));
	ck_assert_int_eq(s.state, STATE_WAITING);
	ck_assert_int_eq(s.wait_kind, WAIT_SLEEP);
	ck_assert_int_eq(s.deadline_ns, 5 * SECOND);
	ck_assert_int_eq(s.end_ns, 5 * SECOND);
	view_close(v);
}
END_TEST

START_TEST(cancelling_lasts_from_the_request_to_the_end_but_for_its_runs)
{
	struct view *v = view_open(group_fails);
	uint32_t lane = view_lane_of(v, 4);
	static const enum lane_state states[] = {STATE_NEW, STATE_RUNNING, STATE_WAITING, STATE_CANCELLING,
		STATE_RUNNING, STATE_CANCELLED};
	ck_assert_uint_eq(view_span_count(v, lane), COUNT_OF(states));
	for (size_t i = 0; i < COUNT_OF(states); i++)
		ck_assert_int_eq(view_span(v, lane, i).state, states[i]);
	/* Its owner cleans up (it waits for the others), then takes the request back and fails. */
	lane = view_lane_of(v, 1);
	static const enum lane_state owner[] = {STATE_NEW, STATE_RUNNING, STATE_WAITING, STATE_CANCELLING,
		STATE_RUNNING, STATE_CANCELLING, STATE_RUNNING, STATE_FAILED};
	ck_assert_uint_eq(view_span_count(v, lane), COUNT_OF(owner));
	for (size_t i = 0; i < COUNT_OF(owner); i++)
		ck_assert_int_eq(view_span(v, lane, i).state, owner[i]);
	view_close(v);
}
END_TEST

START_TEST(a_swallowed_request_ends_the_cancelling)
{
	struct view *v = view_open("0 0 0 0 task 1 \"main\" 1\n"
				   "0 0 0 0 ready 1 0 step\n"
				   "0 1 0 0 tick 1\n"
				   "0 1 1 1 step 1 0 step\n"
				   "0 1 1 1 waits 2 \"future\" future\n"
				   "0 1 1 0 cancel 1 \"\"\n"
				   "0 1 1 0 ready 1 2 wakeup\n"
				   "0 2 1 0 tick 1\n"
				   "0 2 2 1 step 1 2 wakeup\n"
				   "0 2 2 1 cancel-delivered 1\n"
				   "0 2 2 1 cancel-swallowed 1\n"
				   "0 2 2 1 waits 3 \"future\" future\n");
	ck_assert_int_eq(view_state_at(v, 2, 6), STATE_CANCELLING);
	ck_assert_int_eq(view_state_at(v, 2, 7), STATE_CANCELLING);
	ck_assert_int_eq(view_state_at(v, 2, 12), STATE_WAITING);
	view_close(v);
}
END_TEST

/* ---- rulers ---- */

START_TEST(labels_are_one_two_or_five_and_do_not_touch)
{
	for (int cols = 10; cols < 300; cols += 7)
		for (double extent = 1e6; extent < 1e15; extent *= 1.7) {
			struct scale s = {RULER_CLOCK, 0, extent / cols, cols};
			double step = scale_label_step(&s);
			ck_assert_double_gt(step, 0);
			int64_t last = -1;
			for (double x = 0; scale_col(&s, x) < cols; x += step) {
				struct buf label = {0};
				scale_label(&s, x, &label);
				ck_assert_int_gt(scale_col(&s, x), last);
				last = scale_col(&s, x) + (int64_t)label.len;
				buf_free(&label);
			}
		}
}
END_TEST

START_TEST(coordinates_never_go_back)
{
	struct view *v = view_open(gather_fails);
	for (enum ruler r = RULER_CLOCK; r < RULER_COUNT; r++) {
		double last = 0;
		for (uint64_t i = 0; i <= view_event_count(v); i++) {
			double x = view_coordinate(v, r, i);
			ck_assert_double_ge(x, last);
			last = x;
		}
		ck_assert_double_eq_tol(last, view_extent(v, r), 1e-9);
	}
	view_close(v);
}
END_TEST

START_TEST(times_are_said_as_people_say_them)
{
	static const struct {
		int64_t ns;
		const char *time, *duration;
	} rows[] = {
		{0, "0.0", "0 s"},
		{7 * SECOND, "7.0", "7 s"},
		{SECOND / 4, "0.25", "250 ms"},
		{SECOND / 2, "0.5", "0.5 s"},
		{12001 * SECOND / 1000, "12.001", "12.001 s"},
		{1234567, "0.001235", "1.235 ms"},
		{3 * SECOND + 123456789, "3.123", "3.123 s"},
		{-SECOND, "-1.0", "-1 s"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf time = {0}, duration = {0};
		time_text(rows[i].ns, &time);
		duration_text(rows[i].ns, &duration);
		ck_assert_str_eq(buf_text(&time), rows[i].time);
		ck_assert_str_eq(buf_text(&duration), rows[i].duration);
		buf_free(&time);
		buf_free(&duration);
	}
}
END_TEST

/* ---- rows ---- */

static void assert_row(const struct view *v, uint32_t lane, const struct scale *s, uint64_t position,
		       const char *expected)
{
	struct row_cell cells[200];
	struct buf row = {0};
	view_row(v, lane, s, position, cells);
	for (int x = 0; x < s->cols; x++)
		buf_put_utf8(&row, cells[x].code);
	ck_assert_str_eq(buf_text(&row), expected);
	buf_free(&row);
}

START_TEST(a_row_on_the_clock_has_runs_waits_labels_and_the_ending)
{
	struct view *v = view_open(gather_fails);
	struct scale s = {RULER_CLOCK, 0, 0.25e9, 42};
	assert_row(v, view_lane_of(v, 1), &s, UINT64_MAX, "█── sleep(5) ───────✔                     ");
	assert_row(v, view_lane_of(v, 2), &s, UINT64_MAX, "█───✘                                     ");
	assert_row(v, view_lane_of(v, 4), &s, UINT64_MAX, "█───█── sleep(9) ───────────────────────✔ ");
	view_close(v);
}
END_TEST

START_TEST(a_row_goes_no_further_than_the_position)
{
	struct view *v = view_open(gather_fails);
	struct scale s = {RULER_CLOCK, 0, 0.25e9, 24};
	uint64_t position = after(v, EV_TASK_FAILED, 0);
	assert_row(v, view_lane_of(v, 1), &s, position, "█────                   ");
	assert_row(v, view_lane_of(v, 2), &s, position, "█───✘                   ");
	assert_row(v, view_lane_of(v, 1), &s, 3, "                        ");
	view_close(v);
}
END_TEST

START_TEST(a_row_by_steps_gives_each_step_its_width)
{
	struct view *v = view_open(gather_fails);
	struct scale s = {RULER_STEP, 0, 0.5, 30};
	assert_row(v, view_lane_of(v, 4), &s, UINT64_MAX, "██────────░░██──────░░██✔     ");
	assert_row(v, view_lane_of(v, 2), &s, UINT64_MAX, "░░░░██░░██✘                   ");
	view_close(v);
}
END_TEST

START_TEST(a_column_with_several_runs_says_so)
{
	struct view *v = view_open(gather_fails);
	struct scale s = {RULER_CLOCK, 0, 2e9, 6};
	assert_row(v, view_lane_of(v, 4), &s, UINT64_MAX, "▓────✔");
	view_close(v);
}
END_TEST

/* ---- totals ---- */

START_TEST(waits_that_overlap_are_saved_and_the_longest_chain_remains)
{
	/* One cook: a minute of rice that boils for ten, three minutes of chopping. */
	static const struct kit_op m[] = {{ACT_SPAWN, 1}, {ACT_SPAWN, 2}, {ACT_DONE, 0}};
	static const struct kit_op rice[] = {{ACT_WORK, SECOND}, {ACT_SLEEP, 10 * SECOND},
		{ACT_WORK, SECOND}, {ACT_DONE, 0}};
	static const struct kit_op chop[] = {{ACT_WORK, 3 * SECOND}, {ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", m}, {"rice", rice}, {"chop", chop}};
	struct view *v = kit_view(scripts);
	struct totals t;
	view_totals(v, &t);
	ck_assert_int_eq(t.wall_ns, 12 * SECOND);
	ck_assert_int_eq(t.in_turn_ns, 15 * SECOND);
	ck_assert_int_eq(t.saved_ns, 3 * SECOND);
	ck_assert_int_eq(t.work_ns, 5 * SECOND);
	ck_assert_int_eq(t.chain_ns, 12 * SECOND);
	ck_assert_uint_eq(t.tasks, 3);
	assert_name(v, t.chain_lane, "rice");
	view_close(v);
}
END_TEST

START_TEST(time_beyond_a_deadline_is_held_up_not_waited)
{
	static const struct kit_op m[] = {{ACT_SPAWN, 1}, {ACT_SLEEP, SECOND}, {ACT_WORK, 4 * SECOND}, {ACT_DONE, 0}};
	static const struct kit_op rice[] = {{ACT_SLEEP, 3 * SECOND}, {ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", m}, {"rice", rice}};
	struct view *v = kit_view(scripts);
	struct lane_totals t;
	view_lane_totals(v, 3, UINT64_MAX, &t);
	ck_assert_int_eq(t.waiting_ns, 3 * SECOND);
	ck_assert_int_eq(t.held_up_ns, 2 * SECOND);
	ck_assert_uint_eq(view_work_count(v), 1);
	uint32_t lane;
	uint64_t begin, end;
	struct hold h;
	view_work(v, 0, &lane, &begin, &end);
	view_hold(v, lane, begin, end, &h);
	ck_assert_uint_eq(h.held_count, 1);
	ck_assert_uint_eq(h.held[0].lane, 3);
	ck_assert(h.held[0].timer);
	ck_assert_int_eq(h.held[0].held_ns, 2 * SECOND);
	hold_free(&h);
	view_close(v);
}
END_TEST

START_TEST(a_cancelled_handle_is_not_shown_in_the_queue)
{
	struct view *v = view_open("0 0 0 0 handle 1 \"ring\" callback\n"
				   "0 0 0 0 ready 1 0 callback\n"
				   "0 0 0 0 handle 2 \"sing\" callback\n"
				   "0 0 0 0 ready 2 0 callback\n"
				   "0 0 0 0 handle-dropped 1\n"
				   "0 1 0 0 tick 2\n"
				   "0 1 1 0 step 2 0 callback\n"
				   "0 1 1 0 step-ended\n");
	struct snapshot s = {0};
	view_snapshot(v, 4, 0, &s);
	ck_assert_uint_eq(s.ready_count, 2);
	view_snapshot(v, 5, 0, &s);
	ck_assert_uint_eq(s.ready_count, 1);
	ck_assert_uint_eq(s.ready[0].id, 2);
	view_snapshot(v, 7, 0, &s);
	ck_assert_uint_eq(s.ready_count, 0);
	ck_assert_uint_eq(s.running, LANE_PROGRAM);
	snapshot_free(&s);
	view_close(v);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("view lane");
	TCase *c = tcase_create("lanes");
	tcase_add_test(c, a_lane_has_the_scenes_name_or_its_coroutines_with_a_number);
	tcase_add_test(c, set_name_and_nested_functions_give_the_name_too);
	tcase_add_test(c, children_stand_below_their_parent_in_creation_order);
	tcase_add_test(c, the_clean_up_of_asyncio_run_is_folded_away);
	tcase_add_test(c, a_gathers_label_counts_who_has_ended_up_to_the_position);
	tcase_add_test(c, a_waiting_span_knows_its_deadline);
	tcase_add_test(c, cancelling_lasts_from_the_request_to_the_end_but_for_its_runs);
	tcase_add_test(c, a_swallowed_request_ends_the_cancelling);
	suite_add_tcase(s, c);
	c = tcase_create("rulers");
	tcase_add_test(c, labels_are_one_two_or_five_and_do_not_touch);
	tcase_add_test(c, coordinates_never_go_back);
	tcase_add_test(c, times_are_said_as_people_say_them);
	suite_add_tcase(s, c);
	c = tcase_create("rows and totals");
	tcase_add_test(c, a_row_on_the_clock_has_runs_waits_labels_and_the_ending);
	tcase_add_test(c, a_row_goes_no_further_than_the_position);
	tcase_add_test(c, a_row_by_steps_gives_each_step_its_width);
	tcase_add_test(c, a_column_with_several_runs_says_so);
	tcase_add_test(c, waits_that_overlap_are_saved_and_the_longest_chain_remains);
	tcase_add_test(c, time_beyond_a_deadline_is_held_up_not_waited);
	tcase_add_test(c, a_cancelled_handle_is_not_shown_in_the_queue);
	suite_add_tcase(s, c);
	return suite_main(s);
}
