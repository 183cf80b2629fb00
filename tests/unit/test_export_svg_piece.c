/* What is drawn of a lane: real places, nothing that cannot be seen, and never too much. */
#include <check.h>

#include "export/svg_internal.h"
#include "suite.h"
#include "svg_kit.h"
#include "view_workers.h"

/* A timeline 1000 pixels wide for the whole run. */
static struct svg_place place_of(const struct view *v, enum ruler ruler)
{
	double extent = view_extent(v, ruler);
	return (struct svg_place){.ruler = ruler, .left = 0, .unit = extent > 0 ? 1000 / extent : 1};
}

static uint32_t lane_named(const struct view *v, const char *name)
{
	for (uint32_t i = 0; i < view_lane_count(v); i++) {
		struct buf b = {0};
		view_lane_name(v, i, &b);
		bool same = strcmp(buf_text(&b), name) == 0;
		buf_free(&b);
		if (same)
			return i;
	}
	ck_abort_msg("no lane %s", name);
	return 0;
}

static struct pieces pieces_in(struct view *v, const char *name, enum ruler ruler)
{
	struct pieces p = {0};
	struct svg_place place = place_of(v, ruler);
	pieces_of(v, lane_named(v, name), &place, &p);
	return p;
}

#define assert_piece(p, from, to, what)                                                    \
	do {                                                                               \
		ck_assert_int_eq((p).state, what);                                         \
		ck_assert_double_eq_tol((p).x0, from, 0.01);                               \
		ck_assert_double_eq_tol((p).x1, to, 0.01);                                 \
	} while (0)

START_TEST(spans_lie_where_the_clock_says)
{
	struct view *v = view_open(gather_fails);
	struct pieces p = pieces_in(v, "boil", RULER_CLOCK);
	ck_assert_uint_eq(p.rest.count, 1);
	assert_piece(p.rest.items[0], 0, 500, STATE_WAITING);
	/* Runs that take no time are seen all the same. */
	ck_assert_uint_eq(p.runs.count, 2);
	assert_piece(p.runs.items[0], 0, 3, STATE_RUNNING);
	assert_piece(p.runs.items[1], 500, 503, STATE_RUNNING);
	ck_assert_uint_eq(p.endings.count, 1);
	ck_assert_int_eq(p.endings.items[0].state, STATE_DONE);
	ck_assert_double_eq_tol(p.endings.items[0].x, 503, 0.01);
	pieces_free(&p);
	view_close(v);
}
END_TEST

START_TEST(on_the_step_ruler_a_step_is_one_wide)
{
	struct view *v = view_open(group_fails);
	struct pieces p = pieces_in(v, "b", RULER_STEP);
	double step = 1000 / view_extent(v, RULER_STEP);
	assert_piece(p.rest.items[0], 0, 2 * step, STATE_NEW);
	assert_piece(p.runs.items[0], 2 * step, 3 * step, STATE_RUNNING);
	ck_assert_int_eq(p.endings.items[0].state, STATE_FAILED);
	pieces_free(&p);
	view_close(v);
}
END_TEST

START_TEST(a_wait_whose_timer_is_due_is_held_up_from_then_on)
{
	static const struct kit_op m[] = {{ACT_SPAWN, 1}, {ACT_YIELD, 0}, {ACT_WORK, 4 * SECOND}, {ACT_DONE, 0}};
	static const struct kit_op nap[] = {{ACT_SLEEP, 1 * SECOND}, {ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", m}, {"nap", nap}};
	struct view *v = view_new(kit_run(scripts, 0));
	view_update(v, 0);
	struct pieces p = pieces_in(v, "nap", RULER_CLOCK);
	ck_assert_uint_eq(p.rest.count, 2);
	assert_piece(p.rest.items[0], 0, 250, STATE_WAITING);
	assert_piece(p.rest.items[1], 250, 1000, STATE_READY);
	pieces_free(&p);
	view_close(v);
}
END_TEST

START_TEST(two_runs_at_one_instant_are_several)
{
	static const struct kit_op m[] = {{ACT_YIELD, 0}, {ACT_YIELD, 0}, {ACT_SLEEP, 9 * SECOND}, {ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", m}};
	struct view *v = view_new(kit_run(scripts, 0));
	view_update(v, 0);
	struct pieces p = pieces_in(v, "main", RULER_CLOCK);
	ck_assert_uint_eq(p.runs.count, 2);
	assert_piece(p.runs.items[0], 0, 5, STATE_MIXED);
	assert_piece(p.runs.items[1], 1000, 1003, STATE_RUNNING);
	pieces_free(&p);
	view_close(v);
}
END_TEST

START_TEST(a_job_that_follows_at_once_is_set_apart)
{
	struct view *v = view_open(pool_of_one);
	struct pieces p = pieces_in(v, "ThreadPoolExecutor-0_0", RULER_CLOCK);
	ck_assert_uint_eq(p.runs.count, 2);
	ck_assert_double_eq_tol(p.runs.items[1].x0 - p.runs.items[0].x1, 1, 0.01);
	ck_assert_uint_eq(p.endings.count, 2);
	ck_assert_int_eq(p.endings.items[0].state, STATE_DONE);
	ck_assert_int_eq(p.endings.items[1].state, STATE_FAILED);
	pieces_free(&p);
	view_close(v);
}
END_TEST

/* One task that sleeps a microsecond at a time. */
static struct view *restless(size_t sleeps)
{
	struct kit k = {.t = trace_new(0)};
	k.w.trace = k.t;
	uint32_t task = trace_new_id(k.t), name = kit_text(&k, "main"), wait = kit_text(&k, "sleep");
	trace_emit(&k.w, EV_TASK_CREATED, task, name, 0);
	trace_emit(&k.w, EV_TASK_CORO, task, name, 0);
	trace_emit(&k.w, EV_READY, task, 0, ROLE_STEP);
	trace_emit(&k.w, EV_LOOP_STARTED, 0, 0, 0);
	uint32_t future = trace_new_id(k.t);
	for (size_t i = 0; i <= sleeps; i++) {
		k.w.tick++;
		k.w.step++;
		k.w.task = task;
		trace_emit(&k.w, EV_STEP_BEGUN, task, 0, ROLE_STEP);
		if (i < sleeps)
			trace_emit(&k.w, EV_TASK_WAITS, future, wait, WAIT_FUTURE);
		else
			trace_emit(&k.w, EV_TASK_DONE, 0, wait, 0);
		k.w.task = 0;
		k.w.time_ns += 1000;
		if (i < sleeps)
			trace_emit(&k.w, EV_READY, task, future, ROLE_WAKEUP);
	}
	trace_close(k.t);
	struct view *v = view_new(k.t);
	view_update(v, 0);
	return v;
}

START_TEST(however_many_spans_there_are_the_pieces_fit_the_pixels)
{
	struct view *v = restless(300000);
	ck_assert_uint_gt(view_span_count(v, lane_named(v, "main")), 500000);
	struct pieces p = pieces_in(v, "main", RULER_CLOCK);
	/* So many runs in each half pixel are one piece that says so. */
	ck_assert_uint_eq(p.runs.count, 1);
	assert_piece(p.runs.items[0], 0, 1000, STATE_MIXED);
	ck_assert_uint_le(p.rest.count, 2000);
	ck_assert_uint_eq(p.endings.count, 1);
	pieces_free(&p);
	view_close(v);
}
END_TEST

static bool covered(const struct pieces *p, double x)
{
	for (size_t i = 0; i < p->runs.count; i++)
		if (p->runs.items[i].x0 - 0.51 <= x && x <= p->runs.items[i].x1 + 1.01)
			return true;
	return false;
}

static void check_lane(const struct view *v, uint32_t lane, const struct svg_place *place)
{
	struct pieces p = {0};
	pieces_of(v, lane, place, &p);
	double last = -1;
	for (size_t i = 0; i < p.rest.count; i++) {
		ck_assert_double_ge(p.rest.items[i].x0, last - 0.001);
		ck_assert_double_gt(p.rest.items[i].x1, p.rest.items[i].x0);
		last = p.rest.items[i].x1;
	}
	last = -1;
	for (size_t i = 0; i < p.runs.count; i++) {
		ck_assert_double_ge(p.runs.items[i].x0, last);
		last = p.runs.items[i].x0;
		ck_assert_double_ge(p.runs.items[i].x1 - p.runs.items[i].x0, 2.99);
	}
	for (size_t i = 0; i < view_span_count(v, lane); i++) {
		struct span s = view_span(v, lane, i);
		double x = place->unit * (place->ruler == RULER_CLOCK ? (double)s.begin_ns
								     : (double)s.begin_step);
		double end = place->unit * (place->ruler == RULER_CLOCK ? (double)s.end_ns
								       : (double)s.end_step);
		if (s.state == STATE_RUNNING)
			ck_assert_msg(covered(&p, x) && covered(&p, end), "lane %u, span %zu at %g",
				      lane, i, x);
	}
	pieces_free(&p);
}

START_TEST(no_run_is_lost_and_pieces_stand_in_order)
{
	static struct kit_dice dice;
	for (uint32_t seed = 40; seed < 70; seed++) {
		kit_roll(&dice, seed);
		struct view *v = view_new(kit_run(dice.scripts, 3000));
		view_update(v, 0);
		for (int r = RULER_CLOCK; r <= RULER_STEP; r += RULER_STEP - RULER_CLOCK) {
			struct svg_place place = place_of(v, (enum ruler)r);
			for (uint32_t lane = 0; lane < view_lane_count(v); lane++)
				check_lane(v, lane, &place);
		}
		view_close(v);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("export/svg_piece");
	TCase *tc = tcase_create("pieces");
	tcase_add_test(tc, spans_lie_where_the_clock_says);
	tcase_add_test(tc, on_the_step_ruler_a_step_is_one_wide);
	tcase_add_test(tc, a_wait_whose_timer_is_due_is_held_up_from_then_on);
	tcase_add_test(tc, two_runs_at_one_instant_are_several);
	tcase_add_test(tc, a_job_that_follows_at_once_is_set_apart);
	tcase_add_test(tc, however_many_spans_there_are_the_pieces_fit_the_pixels);
	tcase_add_test(tc, no_run_is_lost_and_pieces_stand_in_order);
	suite_add_tcase(suite, tc);
	return suite_main(suite);
}
