/*
 * Moments: see moment.h. The events are cut where the learner would want to stop;
 * a cut is made when the first event beyond it arrives, so that what follows a
 * step's end (its done callbacks are made ready) still belongs to it.
 */
#include "view/moment.h"

#include "view/internal.h"

/* ---- cutting ---- */

/* Events up to, not including, `end` become a moment. */
static void cut(struct view *v, uint64_t end, enum moment_kind kind)
{
	if (end <= vec_last(&v->marks).end)
		return;
	bool machinery = v->open_lane == LANE_LOOP ||
	                 lane_is_machinery(v, v->open_lane) || (kind == MOMENT_PROGRAM);
	struct mark m = {
		.end = end,
		.begun = v->open_begun,
		.lane = v->open_lane,
		.kind = (uint8_t)kind,
		.machinery = machinery && !v->open_news && kind != MOMENT_END,
		.beat = v->open_beat,
	};
	if (kind == MOMENT_END) {
		m.begun = NO_EVENT;
		m.lane = LANE_PROGRAM;
	}
	if (!m.machinery)
		vec_push(&v->folded, (uint32_t)v->marks.count);
	vec_push(&v->marks, m);
	v->open_news = v->open_beat = v->open_lines = false;
	if (v->open_step_over || kind == MOMENT_END) {
		v->open_step_over = false;
		v->open_begun = NO_EVENT;
		v->open_lane = LANE_PROGRAM;
	}
}

static enum moment_kind open_kind(const struct view *v)
{
	return v->open_begun == NO_EVENT ? MOMENT_PROGRAM : MOMENT_STEP;
}

void moments_before(struct view *v, uint64_t index, const struct event *e)
{
	const struct event *last = index ? trace_at(v->trace, index - 1) : e;
	bool its_line = e->kind == EV_LINE && last->kind == EV_CAPTION && last->a == e->a;
	if (v->open_beat && !its_line)
		cut(v, index, MOMENT_CAPTION);
	switch (e->kind) {
	case EV_TICK:
	case EV_POLLED:
	case EV_STEP_BEGUN:
	case EV_TIMER_FIRED:
	case EV_IO_READY:
	case EV_LOOP_STOPPED:
		if (v->open_step_over)
			cut(v, index, open_kind(v));
		break;
	case EV_LIMIT:
		/* It ends the run in the middle of a step. */
		if (!v->run_over)
			cut(v, index, open_kind(v));
		break;
	case EV_DEADLOCK:
	case EV_UNCAUGHT:
	case EV_RUN_ENDED:
		if (!v->run_over && (v->open_step_over || v->open_lines))
			cut(v, index, open_kind(v));
		break;
	default:
		break;
	}
}

/* Whether this event is worth a moment even where the loop is busy with itself. */
static bool is_news(const struct view *v, const struct event *e)
{
	const struct thing *t;
	switch (e->kind) {
	case EV_CANCEL_REQUESTED:
	case EV_GROUP_ABORTING:
	case EV_LOGGED:
	case EV_WARNED:
	case EV_PRINTED:
	case EV_UNCAUGHT:
	case EV_LIMIT:
	case EV_DEADLOCK:
		return true;
	case EV_LINE:
		return !v->in_step || v->step_lane == LANE_PROGRAM;
	case EV_FUTURE_DONE:
		t = thing_find(v, e->a);
		return e->detail == ENDING_EXCEPTION && t && t->family != NO_INDEX;
	default:
		return false;
	}
}

void moments_after(struct view *v, uint64_t index, const struct event *e)
{
	v->open_news |= is_news(v, e);
	switch (e->kind) {
	case EV_STEP_BEGUN:
		v->open_begun = index;
		v->open_lane = v->step_lane;
		break;
	case EV_LINE:
		v->open_lines |= !v->in_step;
		if (v->open_beat)
			cut(v, index + 1, MOMENT_CAPTION);
		break;
	case EV_CAPTION:
		v->open_beat = true;
		v->open_news = true;
		break;
	case EV_BLOCK_BEGUN:
		v->open_news = true;
		if (trace_number_at(v->trace, e->a) > 0)
			cut(v, index + 1, MOMENT_BLOCK);
		break;
	case EV_LOOP_STARTED:
		cut(v, index + 1, open_kind(v));
		break;
	case EV_DEADLOCK:
	case EV_LIMIT:
	case EV_RUN_ENDED:
		v->run_over = true;
		break;
	default:
		break;
	}
}

void moments_finish(struct view *v)
{
	bool step = v->open_step_over && !v->run_over;
	cut(v, v->count, step ? open_kind(v) : MOMENT_END);
}

/* ---- questions ---- */

size_t view_moment_count(const struct view *v, bool internals)
{
	return internals ? v->marks.count : v->folded.count;
}

/* Moment `index` of the list as an index of marks. */
static size_t mark_of(const struct view *v, bool internals, size_t index)
{
	return internals ? index : v->folded.items[index];
}

static uint64_t end_of(const struct view *v, bool internals, size_t index)
{
	return v->marks.items[mark_of(v, internals, index)].end;
}

/* The main thread's last event before `position`, or NULL. */
static const struct event *event_before(const struct view *v, uint64_t position)
{
	while (position > 0) {
		const struct event *e = trace_at(v->trace, --position);
		if (e->thread == 0)
			return e;
	}
	return NULL;
}

struct moment view_moment(const struct view *v, bool internals, size_t index)
{
	const struct mark *m = &v->marks.items[mark_of(v, internals, index)];
	const struct event *e = event_before(v, m->end);
	return (struct moment){
		.kind = m->kind,
		.machinery = m->machinery,
		.beat = m->beat,
		.begin = index ? end_of(v, internals, index - 1) : 0,
		.end = m->end,
		.begun = m->begun,
		.lane = m->lane,
		.time_ns = e ? e->time_ns : 0,
		.tick = e ? e->tick : 0,
		.step = e ? e->step : 0,
	};
}

/* How far a moment is, in the order's own measure. */
static int64_t measure(const struct view *v, uint64_t end, enum ruler r, bool by_events)
{
	if (by_events)
		return (int64_t)end;
	const struct event *e = event_before(v, end);
	if (!e)
		return r == RULER_CLOCK ? INT64_MIN : 0;
	return r == RULER_CLOCK ? e->time_ns : r == RULER_TICK ? e->tick : e->step;
}

/* How many moments have a measure of at most `limit`. */
static size_t moments_up_to(const struct view *v, bool internals, int64_t limit,
                            enum ruler r, bool by_events)
{
	size_t low = 0, high = view_moment_count(v, internals);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (measure(v, end_of(v, internals, middle), r, by_events) <= limit)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t last_up_to(const struct view *v, bool internals, int64_t limit,
                         enum ruler r, bool by_events)
{
	size_t count = moments_up_to(v, internals, limit, r, by_events);
	return count ? count - 1 : 0;
}

size_t view_moment_at(const struct view *v, bool internals, uint64_t position)
{
	int64_t limit = position > INT64_MAX ? INT64_MAX : (int64_t)position;
	return last_up_to(v, internals, limit, RULER_STEP, true);
}

size_t view_moment_at_time(const struct view *v, bool internals, int64_t time_ns)
{
	return last_up_to(v, internals, time_ns, RULER_CLOCK, false);
}

size_t view_moment_at_tick(const struct view *v, bool internals, uint32_t tick)
{
	return last_up_to(v, internals, tick, RULER_TICK, false);
}

size_t view_moment_at_step(const struct view *v, bool internals, uint32_t step)
{
	return last_up_to(v, internals, step, RULER_STEP, false);
}

/* The moment that event `event` is part of, or the last one. */
static size_t moment_with(const struct view *v, bool internals, uint64_t event)
{
	size_t index = moments_up_to(v, internals, (int64_t)event, RULER_STEP, true);
	size_t count = view_moment_count(v, internals);
	return index < count ? index : count - 1;
}

/* ---- stepping by ticks, beats and runs of a lane ---- */

size_t view_next_tick(const struct view *v, bool internals, size_t index)
{
	int64_t tick = view_moment(v, internals, index).tick;
	size_t next = moments_up_to(v, internals, tick, RULER_TICK, false);
	size_t count = view_moment_count(v, internals);
	return next < count ? next : count - 1;
}

size_t view_prev_tick(const struct view *v, bool internals, size_t index)
{
	if (index == 0)
		return 0;
	/* The first of this tick; from there, the first of the tick of the one before. */
	int64_t tick = view_moment(v, internals, index).tick;
	size_t first = moments_up_to(v, internals, tick - 1, RULER_TICK, false);
	if (first < index)
		return first;
	tick = view_moment(v, internals, index - 1).tick;
	return moments_up_to(v, internals, tick - 1, RULER_TICK, false);
}

size_t view_next_beat(const struct view *v, bool internals, size_t index)
{
	uint64_t end = end_of(v, internals, index);
	size_t next = events_below(v->captions.items, v->captions.count, end);
	return next < v->captions.count
	               ? moment_with(v, internals, v->captions.items[next])
	               : view_moment_count(v, internals) - 1;
}

size_t view_prev_beat(const struct view *v, bool internals, size_t index)
{
	uint64_t begin = view_moment(v, internals, index).begin;
	size_t count = events_below(v->captions.items, v->captions.count, begin);
	return count ? moment_with(v, internals, v->captions.items[count - 1]) : 0;
}

size_t view_beat_count(const struct view *v)
{
	return v->captions.count;
}

size_t view_beat_at(const struct view *v, uint64_t position)
{
	return events_below(v->captions.items, v->captions.count, position);
}

size_t view_next_of_lane(const struct view *v, bool internals, size_t index,
                         uint32_t lane)
{
	uint64_t end = end_of(v, internals, index);
	const struct lane_data *l = &v->lanes.items[lane];
	size_t i = view_span_at(v, lane, end);
	for (i = i == SIZE_MAX ? 0 : i + 1; i < l->spans.count; i++)
		if (span_state(l->spans.items[i]) == STATE_RUNNING)
			return moment_with(v, internals, span_event(l->spans.items[i]));
	return index;
}

size_t view_prev_of_lane(const struct view *v, bool internals, size_t index,
                         uint32_t lane)
{
	uint64_t begin = view_moment(v, internals, index).begin;
	const struct lane_data *l = &v->lanes.items[lane];
	size_t i = view_span_at(v, lane, begin);
	for (i = i == SIZE_MAX ? 0 : i + 1; i-- > 0;)
		if (span_state(l->spans.items[i]) == STATE_RUNNING)
			return moment_with(v, internals, span_event(l->spans.items[i]));
	return index;
}
