/*
 * What the view says of any position, against a slow and plain reading of the same
 * events from the beginning; forwards, backwards and jumping; all at once and piece by piece.
 */
#include <check.h>
#include <time.h>

#include "suite.h"
#include "view/lane.h"
#include "view/moment.h"
#include "view/row.h"
#include "view/ruler.h"
#include "view/sentence.h"
#include "view/snapshot.h"
#include "view/totals.h"
#include "view/view.h"
#include "view_kit.h"

/* ---- the slow reading ---- */

struct slow_task {
	uint32_t id;
	enum lane_state state;
	bool cancelling;
	uint32_t line;
};

struct slow {
	VEC(struct slow_task) tasks;
	VEC(uint32_t) ready;
	VEC(struct slow_timer { uint32_t id; int64_t when; }) timers;
	uint32_t running;
	size_t printed;
};

static struct slow_task *slow_find(struct slow *s, uint32_t id)
{
	for (size_t i = 0; i < s->tasks.count; i++)
		if (s->tasks.items[i].id == id)
			return &s->tasks.items[i];
	return NULL;
}

static void slow_drop_timer(struct slow *s, uint32_t id)
{
	for (size_t i = 0; i < s->timers.count; i++)
		if (s->timers.items[i].id == id) {
			memmove(&s->timers.items[i], &s->timers.items[i + 1],
				(s->timers.count - i - 1) * sizeof *s->timers.items);
			s->timers.count--;
			return;
		}
}

static void slow_take(struct slow *s, const struct trace *t, const struct event *e)
{
	struct slow_task *a = slow_find(s, e->a), *me = slow_find(s, e->task);
	switch (e->kind) {
	case EV_TASK_CREATED:
		vec_push(&s->tasks, (struct slow_task){.id = e->a, .state = STATE_NEW});
		break;
	case EV_READY:
		vec_push(&s->ready, e->a);
		if (a && a->state == STATE_WAITING)
			a->state = STATE_READY;
		break;
	case EV_STEP_BEGUN:
		ck_assert_uint_eq(s->ready.items[0], e->a);
		memmove(s->ready.items, s->ready.items + 1, --s->ready.count * sizeof *s->ready.items);
		s->running = e->a;
		if (a)
			a->state = STATE_RUNNING;
		break;
	case EV_STEP_ENDED:
		s->running = 0;
		break;
	case EV_TASK_WAITS:
		me->state = STATE_WAITING;
		s->running = 0;
		break;
	case EV_TASK_YIELDED:
		me->state = STATE_READY;
		s->running = 0;
		break;
	case EV_TASK_DONE:
	case EV_TASK_FAILED:
	case EV_TASK_CANCELLED:
		me->state = STATE_DONE + (e->kind - EV_TASK_DONE);
		s->running = 0;
		break;
	case EV_CANCEL_REQUESTED:
		a->cancelling = true;
		break;
	case EV_TIMER_ARMED:
		vec_push(&s->timers, (struct slow_timer){e->a, trace_number_at(t, e->b)});
		break;
	case EV_TIMER_FIRED:
	case EV_TIMER_DROPPED:
		slow_drop_timer(s, e->a);
		break;
	case EV_LINE:
		if (me)
			me->line = e->a;
		break;
	case EV_PRINTED:
		s->printed++;
		break;
	default:
		break;
	}
}

static void slow_free(struct slow *s)
{
	vec_free(&s->tasks);
	vec_free(&s->ready);
	vec_free(&s->timers);
}

static enum lane_state slow_state(const struct slow_task *t)
{
	if (t->state >= STATE_TIMED || t->state == STATE_RUNNING || !t->cancelling)
		return t->state;
	return STATE_CANCELLING;
}

static int compare_timers(const void *a, const void *b)
{
	const struct slow_timer *x = a, *y = b;
	if (x->when != y->when)
		return x->when < y->when ? -1 : 1;
	return x->id < y->id ? -1 : 1;
}

static void assert_same(struct view *v, struct slow *s, uint64_t position)
{
	struct snapshot now = {0};
	view_snapshot(v, position, 0, &now);
	ck_assert_uint_eq(now.ready_count, s->ready.count);
	for (size_t i = 0; i < now.ready_count; i++)
		ck_assert_uint_eq(now.ready[i].id, s->ready.items[i]);
	/* The toy gives ids in arm order. */
	struct slow_timer *timers = calloc(s->timers.count + 1, sizeof *timers);
	for (size_t i = 0; i < s->timers.count; i++)
		timers[i] = s->timers.items[i];
	qsort(timers, s->timers.count, sizeof *timers, compare_timers);
	ck_assert_uint_eq(now.timer_count, s->timers.count);
	for (size_t i = 0; i < now.timer_count; i++) {
		ck_assert_uint_eq(now.timers[i].id, timers[i].id);
		ck_assert_int_eq(now.timers[i].deadline_ns, timers[i].when);
	}
	if (s->running)
		ck_assert_uint_ne(now.running, LANE_NONE);
	else
		ck_assert_uint_eq(now.running, LANE_NONE);
	for (size_t i = 0; i < s->tasks.count; i++) {
		uint32_t lane = view_lane_of(v, s->tasks.items[i].id);
		ck_assert_uint_eq(view_state_at(v, lane, position), slow_state(&s->tasks.items[i]));
		ck_assert_uint_eq(view_line_at(v, lane, position, NULL), s->tasks.items[i].line);
	}
	ck_assert_uint_eq(now.born_count, s->tasks.count);
	ck_assert_uint_eq(view_printed_at(v, position), s->printed);

	/* With a limit, the soonest and the first, and the same counts. */
	struct snapshot few = {0};
	view_snapshot(v, position, 2, &few);
	ck_assert_uint_eq(few.timer_count, now.timer_count);
	ck_assert_uint_eq(few.ready_count, now.ready_count);
	for (size_t i = 0; i < 2 && i < few.timer_count; i++)
		ck_assert_uint_eq(few.timers[i].id, now.timers[i].id);
	for (size_t i = 0; i < 2 && i < few.ready_count; i++)
		ck_assert_uint_eq(few.ready[i].id, now.ready[i].id);
	snapshot_free(&few);
	snapshot_free(&now);
	free(timers);
}

static struct trace *rolled(uint32_t seed, uint64_t limit)
{
	static struct kit_dice dice;
	kit_roll(&dice, seed);
	return kit_run(dice.scripts, limit);
}

/* ---- facts ---- */

START_TEST(every_position_is_as_a_reading_from_the_beginning_says)
{
	struct trace *t = rolled((uint32_t)_i, 1500);
	struct view *v = view_new(t);
	view_update(v, 0);
	struct slow s = {0};
	for (uint64_t i = 0; i < trace_count(t); i++) {
		slow_take(&s, t, trace_at(t, i));
		assert_same(v, &s, i + 1);
	}
	slow_free(&s);
	view_free(v);
	trace_free(t);
}
END_TEST

/* All that the view says of a moment, in one text. */
static void describe(struct view *v, bool internals, size_t index, struct buf *out)
{
	struct moment m = view_moment(v, internals, index);
	struct snapshot now = {0};
	view_snapshot(v, m.end, 0, &now);
	buf_printf(out, "%d %llu %lld %u %u lane %u ready %zu timers %zu;", m.kind,
		   (unsigned long long)m.end, (long long)m.time_ns, m.tick, m.step, m.lane,
		   now.ready_count, now.timer_count);
	snapshot_free(&now);
	uint32_t count;
	const uint32_t *order = view_order(v, internals, &count);
	struct scale s = {RULER_CLOCK, 0, 1e8, 100};
	for (uint32_t i = 0; i < count; i++) {
		struct row_cell cells[100];
		if (view_lane(v, order[i])->born_event >= m.end)
			continue;
		view_lane_name(v, order[i], out);
		view_wait_label(v, order[i], m.end, out);
		view_row(v, order[i], &s, m.end, cells);
		for (int x = 0; x < 100; x++)
			buf_put_utf8(out, cells[x].code);
	}
	view_sentence(v, internals, index, out, out);
	buf_putc(out, '\n');
}

START_TEST(forwards_backwards_and_jumping_show_the_same)
{
	struct trace *t = rolled(77, 3000);
	struct view *v = view_new(t);
	view_update(v, 0);
	size_t count = view_moment_count(v, true);
	char **forwards = calloc(count, sizeof *forwards);
	for (size_t i = 0; i < count; i++) {
		struct buf b = {0};
		describe(v, true, i, &b);
		forwards[i] = buf_take(&b);
	}
	uint32_t seed = 5;
	for (size_t n = 0; n < 2 * count; n++) {
		size_t i = n < count ? count - 1 - n : kit_random(&seed) % count;
		struct buf b = {0};
		describe(v, true, i, &b);
		ck_assert_str_eq(buf_text(&b), forwards[i]);
		buf_free(&b);
	}
	for (size_t i = 0; i < count; i++)
		free(forwards[i]);
	free(forwards);
	view_free(v);
	trace_free(t);
}
END_TEST

START_TEST(piece_by_piece_is_as_all_at_once)
{
	struct trace *t = rolled(123, 4000);
	struct view *once = view_new(t), *pieces = view_new(t);
	view_update(once, 0);
	uint32_t seed = 9;
	while (!view_complete(pieces)) {
		uint32_t count;
		view_update(pieces, 1 + kit_random(&seed) % 40);
		view_order(pieces, false, &count);
	}
	for (int internals = 0; internals < 2; internals++) {
		size_t count = view_moment_count(once, internals);
		ck_assert_uint_eq(view_moment_count(pieces, internals), count);
		for (size_t i = 0; i < count; i++) {
			struct buf a = {0}, b = {0};
			describe(once, internals, i, &a);
			describe(pieces, internals, i, &b);
			ck_assert_str_eq(buf_text(&a), buf_text(&b));
			buf_free(&a);
			buf_free(&b);
		}
	}
	view_free(once);
	view_free(pieces);
	trace_free(t);
}
END_TEST

START_TEST(a_task_never_runs_before_its_first_step)
{
	struct trace *t = rolled((uint32_t)_i + 200, 3000);
	struct view *v = view_new(t);
	view_update(v, 0);
	for (uint32_t lane = 2; lane < view_lane_count(v); lane++) {
		size_t spans = view_span_count(v, lane);
		uint64_t first = UINT64_MAX;
		for (uint64_t i = 0; i < trace_count(t) && first == UINT64_MAX; i++)
			if (trace_at(t, i)->kind == EV_STEP_BEGUN &&
			    trace_at(t, i)->a == view_lane(v, lane)->task)
				first = i;
		for (size_t i = 0; i < spans; i++) {
			struct span s = view_span(v, lane, i);
			if (s.begin_event < first)
				ck_assert(s.state == STATE_NEW || s.state == STATE_CANCELLING);
			if (s.state == STATE_RUNNING)
				ck_assert_uint_ge(s.begin_event, first);
		}
	}
	view_free(v);
	trace_free(t);
}
END_TEST

START_TEST(a_sleeper_is_never_ready_before_its_time)
{
	size_t seen = 0;
	for (uint32_t seed = 300; seed < 310; seed++) {
		struct trace *t = rolled(seed, 3000);
		struct view *v = view_new(t);
		view_update(v, 0);
		for (uint32_t lane = 2; lane < view_lane_count(v); lane++)
			for (size_t i = 1; i < view_span_count(v, lane); i++) {
				struct span wait = view_span(v, lane, i - 1);
				struct span s = view_span(v, lane, i);
				if (wait.wait_kind != WAIT_SLEEP || s.state != STATE_READY)
					continue;
				ck_assert_int_ge(s.begin_ns, wait.deadline_ns);
				seen++;
			}
		view_free(v);
		trace_free(t);
	}
	ck_assert_uint_gt(seen, 100);
}
END_TEST

START_TEST(shares_of_columns_add_up_to_the_totals)
{
	struct trace *t = rolled((uint32_t)_i + 400, 3000);
	struct view *v = view_new(t);
	view_update(v, 0);
	double extent = view_extent(v, RULER_CLOCK);
	static const int widths[] = {1, 7, 80, 333};
	for (uint32_t lane = 2; lane < view_lane_count(v); lane++) {
		struct lane_totals totals;
		view_lane_totals(v, lane, UINT64_MAX, &totals);
		for (size_t k = 0; k < 4; k++) {
			struct scale s = {RULER_CLOCK, 0, extent / widths[k] + 1, widths[k] + 1};
			double running = 0;
			uint64_t runs = 0;
			for (int x = 0; x < s.cols; x++) {
				struct column c = view_column(v, lane, &s, x, UINT64_MAX);
				running += c.share[STATE_RUNNING] * s.unit;
				runs += c.runs;
			}
			ck_assert_double_eq_tol(running, (double)totals.running_ns, 1e4);
			ck_assert_uint_eq(runs, totals.runs);
		}
	}
	view_free(v);
	trace_free(t);
}
END_TEST

START_TEST(a_row_is_its_columns)
{
	struct trace *t = rolled((uint32_t)_i + 500, 2000);
	struct view *v = view_new(t);
	view_update(v, 0);
	uint32_t seed = (uint32_t)_i;
	for (int n = 0; n < 200; n++) {
		enum ruler r = kit_random(&seed) % 3;
		struct scale s = scale_fit(v, r, 60);
		s.unit /= 1 + kit_random(&seed) % 5;
		s.left = view_extent(v, r) * (kit_random(&seed) % 100) / 200;
		uint32_t lane = kit_random(&seed) % view_lane_count(v);
		uint64_t position = kit_random(&seed) % (trace_count(t) + 1);
		struct row_cell cells[60];
		view_row(v, lane, &s, position, cells);
		for (int x = 0; x < 60; x++) {
			struct column c = view_column(v, lane, &s, x, position);
			ck_assert_uint_eq(cells[x].state, c.shown);
		}
	}
	view_free(v);
	trace_free(t);
}
END_TEST

START_TEST(moments_follow_each_other_without_a_gap)
{
	struct trace *t = rolled((uint32_t)_i + 600, 3000);
	struct view *v = view_new(t);
	view_update(v, 0);
	for (int internals = 0; internals < 2; internals++) {
		size_t count = view_moment_count(v, internals);
		for (size_t i = 1; i < count; i++) {
			struct moment a = view_moment(v, internals, i - 1);
			struct moment b = view_moment(v, internals, i);
			ck_assert_uint_eq(b.begin, a.end);
			ck_assert_uint_gt(b.end, b.begin);
			ck_assert_int_ge(b.time_ns, a.time_ns);
			ck_assert_uint_eq(view_moment_at(v, internals, b.end), i);
			ck_assert_uint_eq(view_moment_at(v, internals, b.end - 1), i - 1);
			ck_assert_uint_ge(view_next_tick(v, internals, i), i);
			ck_assert_uint_lt(view_prev_tick(v, internals, i), i);
		}
		ck_assert_uint_eq(view_moment(v, internals, count - 1).end, trace_count(t));
		ck_assert_int_eq(view_moment(v, internals, count - 1).kind, MOMENT_END);
	}
	view_free(v);
	trace_free(t);
}
END_TEST

START_TEST(every_caption_is_a_beat_that_one_can_step_to_and_back)
{
	struct trace *t = rolled((uint32_t)_i + 700, 3000);
	struct view *v = view_new(t);
	view_update(v, 0);
	size_t at = 0, last = view_moment_count(v, false) - 1;
	size_t *beats = calloc(view_beat_count(v) + 1, sizeof *beats), seen = 0;
	for (;;) {
		size_t next = view_next_beat(v, false, at);
		if (next == last || next == at)
			break;
		struct moment m = view_moment(v, false, next);
		ck_assert(m.beat);
		ck_assert_uint_ge(view_caption_at(v, m.end), m.begin);
		ck_assert_uint_eq(view_beat_at(v, m.end), seen + 1);
		beats[seen++] = at = next;
	}
	ck_assert_uint_eq(seen, view_beat_count(v));
	while (seen-- > 1) {
		at = view_prev_beat(v, false, at);
		ck_assert_uint_eq(at, beats[seen - 1]);
	}
	ck_assert_uint_eq(view_prev_beat(v, false, at), 0);
	free(beats);
	view_free(v);
	trace_free(t);
}
END_TEST

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

START_TEST(a_million_events_are_taken_in_well_under_a_second)
{
	static const struct kit_op child[] = {{ACT_LINE, 11}, {ACT_YIELD, 0}, {ACT_LINE, 12},
		{ACT_YIELD, 0}, {ACT_LINE, 13}, {ACT_SLEEP, SECOND}, {ACT_DONE, 0}};
	static const struct kit_op parent[] = {{ACT_SPAWN, 1}, {ACT_SPAWN, 1}, {ACT_LINE, 1},
		{ACT_JOIN, 0}, {ACT_SPAWN, 0}, {ACT_JOIN, 0}, {ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", parent}, {"child", child}};
	/* The toy is slow with many timers, so the trace is made of repeats of a smaller one. */
	struct trace *small = kit_run(scripts, 20000), *t = trace_new(0);
	uint64_t count = trace_count(small) - 2;
	uint32_t ids = trace_id_count(small);
	for (uint64_t i = 0; i < 1000000; i++) {
		struct event e = *trace_at(small, i % count);
		uint32_t round = (uint32_t)(i / count);
		const struct event *last = trace_at(small, count - 1);
		e.time_ns += round * last->time_ns;
		e.tick += round * last->tick;
		e.step += round * last->step;
		e.task += e.task ? round * ids : 0;
		if (event_infos[e.kind].a == FIELD_ID && e.a)
			e.a += round * ids;
		if (event_infos[e.kind].b == FIELD_ID && e.b)
			e.b += round * ids;
		const char *text;
		if (event_infos[e.kind].a == FIELD_TEXT) {
			text = trace_text(small, e.a, NULL);
			e.a = trace_string(t, text, strlen(text));
		}
		if (event_infos[e.kind].b == FIELD_TEXT) {
			text = trace_text(small, e.b, NULL);
			e.b = trace_string(t, text, strlen(text));
		}
		if (event_infos[e.kind].b == FIELD_NS)
			e.b = trace_number(t, trace_number_at(small, e.b) + round * last->time_ns);
		trace_append(t, &e);
	}
	trace_close(t);
	double begun = seconds();
	struct view *v = view_new(t);
	view_update(v, 0);
	double built = seconds() - begun;
	ck_assert_msg(built < 5, "a million events took %.2f s", built);
	ck_assert_uint_eq(view_event_count(v), 1000000);

	begun = seconds();
	struct snapshot now = {0};
	uint32_t lanes;
	const uint32_t *order = view_order(v, false, &lanes);
	struct row_cell cells[188];
	struct scale s = scale_fit(v, RULER_CLOCK, 188);
	struct buf text = {0};
	for (uint64_t n = 0; n < 100; n++) {
		uint64_t position = n * 10000;
		view_snapshot(v, position, 20, &now);
		for (uint32_t i = 0; i < 40; i++)
			view_row(v, order[(i * 97 + (uint32_t)n) % lanes], &s, position, cells);
		view_sentence(v, false, view_moment_at(v, false, position), &text, &text);
		buf_reset(&text);
	}
	double frame = (seconds() - begun) / 100;
	ck_assert_msg(frame < 0.05, "a frame took %.4f s", frame);
	printf("a million events: %.3f s; a frame: %.2f ms\n", built, frame * 1000);
	buf_free(&text);
	snapshot_free(&now);
	view_free(v);
	trace_free(t);
	trace_free(small);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("view state");
	TCase *c = tcase_create("positions");
	tcase_set_timeout(c, 300);
	tcase_add_loop_test(c, every_position_is_as_a_reading_from_the_beginning_says, 0, 25);
	tcase_add_test(c, forwards_backwards_and_jumping_show_the_same);
	tcase_add_test(c, piece_by_piece_is_as_all_at_once);
	tcase_add_loop_test(c, a_task_never_runs_before_its_first_step, 0, 5);
	tcase_add_test(c, a_sleeper_is_never_ready_before_its_time);
	tcase_add_loop_test(c, shares_of_columns_add_up_to_the_totals, 0, 5);
	tcase_add_loop_test(c, a_row_is_its_columns, 0, 5);
	tcase_add_loop_test(c, moments_follow_each_other_without_a_gap, 0, 5);
	tcase_add_loop_test(c, every_caption_is_a_beat_that_one_can_step_to_and_back, 0, 5);
	tcase_add_test(c, a_million_events_are_taken_in_well_under_a_second);
	suite_add_tcase(s, c);
	return suite_main(s);
}
