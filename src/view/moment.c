/*
 * Moments: see moment.h. The events are cut where the learner would want to stop;
 * a cut is made when the first event beyond it arrives, so that what follows a
 * step's end (its done callbacks are made ready) still belongs to it. Every thread
 * has a moment under way of its own; a cut ends that of one of them.
 */
#include "view/moment.h"

#include "view/internal.h"

/* ---- cutting ---- */

/* The thread's next moment is not a step's, as far as is known. */
static void open_anew(struct thread_data *th, uint64_t begun)
{
	th->open_step = th->open_internal = false;
	th->open_begun = begun;
	th->open_lane = th->lane;
}

/* Events up to, not including, `end` become a moment of that thread. */
static void cut(struct view *v, struct thread_data *th, uint64_t end,
                enum moment_kind kind)
{
	bool over = v->over == th;
	if (over)
		v->over = NULL;
	if (v->beat == th || kind == MOMENT_END)
		v->beat = NULL;
	if (end <= vec_last(&v->marks).end) {
		if (over)
			open_anew(th, NO_EVENT);
		return;
	}
	bool machinery = th->open_internal || lane_is_machinery(v, th->open_lane) ||
	                 kind == MOMENT_PROGRAM || kind == MOMENT_WORKER;
	struct mark m = {
		.end = end,
		.begun = th->open_begun,
		.lane = th->open_lane,
		.thread = th->number,
		.kind = (uint8_t)kind,
		.machinery = machinery && !th->open_news && kind != MOMENT_END,
		.beat = th->open_beat,
	};
	if (kind == MOMENT_END) {
		m.begun = NO_EVENT;
		m.lane = LANE_PROGRAM;
	}
	if (!m.machinery)
		vec_push(&v->folded, (uint32_t)v->marks.count);
	if (th->number)
		vec_push(&th->marks, (uint32_t)v->marks.count);
	vec_push(&v->marks, m);
	th->open_news = th->open_beat = th->open_lines = false;
	if (over || kind == MOMENT_END)
		open_anew(th, NO_EVENT);
}

static enum moment_kind open_kind(const struct thread_data *th)
{
	if (th->open_step)
		return MOMENT_STEP;
	return th->number ? MOMENT_WORKER : MOMENT_PROGRAM;
}

/* Whether the event still belongs to what has ended on `over`: whom that makes ready. */
static bool follows(const struct thread_data *over, const struct thread_data *th,
                    const struct event *e)
{
	switch (e->kind) {
	case EV_TICK:
	case EV_POLLED:
	case EV_STEP_BEGUN:
	case EV_TIMER_FIRED:
	case EV_IO_READY:
	case EV_LOOP_STOPPED:
		return false;
	case EV_READY:
	case EV_HANDLE:
		return over == th || over->number;
	case EV_POSTED:
	case EV_WORKER_ENDED:
	case EV_FUTURE_DONE:
		return over == th;
	default:
		/* After a job's end, whatever comes is something new. */
		return over == th && (!over->number || over->open_step);
	}
}

/* A worker takes a job: whoever has submitted it in a step that is still under way is
 * told first. */
static void cut_submitter(struct view *v, uint64_t index, const struct event *e)
{
	uint32_t job = view_job_find(v, e->a);
	if (job == JOB_NONE)
		return;
	uint64_t at = v->job_lives.lives.items[job].begin;
	struct thread_data *from = v->threads.items[trace_at(v->trace, at)->thread];
	if (at < vec_last(&v->marks).end || from->number == e->thread)
		return;
	from->open_news = true;
	cut(v, from, index, MOMENT_SUBMIT);
}

void moments_before(struct view *v, struct thread_data *th, uint64_t index,
                    const struct event *e)
{
	bool its_line = v->beat == th && e->kind == EV_LINE && e->a == v->beat_line;
	if (v->beat && !its_line)
		cut(v, v->beat, index, MOMENT_CAPTION);
	if (v->over && !follows(v->over, th, e))
		cut(v, v->over, index, open_kind(v->over));
	switch (e->kind) {
	case EV_JOB_STARTED:
		cut_submitter(v, index, e);
		break;
	case EV_LIMIT:
		/* It ends the run in the middle of a step. */
		if (!v->run_over)
			cut(v, th, index, open_kind(th));
		break;
	case EV_DEADLOCK:
	case EV_UNCAUGHT:
	case EV_RUN_ENDED:
		if (!v->run_over && (v->over == th || th->open_lines))
			cut(v, th, index, open_kind(th));
		break;
	default:
		break;
	}
}

/* Whether this event is worth a moment even where the loop is busy with itself. */
static bool is_news(const struct view *v, const struct thread_data *th,
                    const struct event *e)
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
	case EV_JOB_STARTED:
	case EV_JOB_ENDED:
	case EV_JOIN_BEGUN:
		return true;
	case EV_TASK_CORO:
		/* For a connection, or because another thread asked for it. */
		return th->in_step && th->step_internal &&
		       !lane_is_machinery(v, view_lane_of(v, e->a));
	case EV_LINE:
		return !th->in_step || th->step_lane == th->lane;
	case EV_FUTURE_DONE:
		t = thing_find(v, e->a);
		return e->detail == ENDING_EXCEPTION && t && t->family != NO_INDEX;
	default:
		return false;
	}
}

/* A worker goes on after a sleep, a block or its own loop: a stretch begins. */
static void stretch_begins(struct thread_data *th, uint64_t index)
{
	if (th->number && !th->in_step)
		open_anew(th, index);
}

/* The thread is held from event `index` on: one can stop before it goes on. */
static void cut_held(struct view *v, struct thread_data *th, uint64_t index)
{
	cut(v, th, index + 1, MOMENT_BLOCK);
	th->held = true;
}

void moments_after(struct view *v, struct thread_data *th, uint64_t index,
                   const struct event *e)
{
	th->open_news |= is_news(v, th, e);
	switch (e->kind) {
	case EV_STEP_BEGUN:
		th->open_step = true;
		th->open_internal = th->step_internal;
		th->open_begun = index;
		th->open_lane = th->step_lane;
		break;
	case EV_LINE:
		th->open_lines |= !th->in_step;
		if (v->beat == th)
			cut(v, th, index + 1, MOMENT_CAPTION);
		break;
	case EV_CAPTION:
		v->beat = th;
		v->beat_line = e->a;
		th->open_beat = true;
		th->open_news = true;
		break;
	case EV_BLOCK_BEGUN:
		th->open_news = true;
		if (trace_number_at(v->trace, e->a) > 0)
			cut_held(v, th, index);
		break;
	case EV_JOIN_BEGUN:
		cut_held(v, th, index);
		break;
	case EV_BLOCK_ENDED:
	case EV_JOIN_ENDED:
		if (th->held)
			stretch_begins(th, index);
		th->held = false;
		break;
	case EV_LOOP_STOPPED:
		stretch_begins(th, index);
		break;
	case EV_LOOP_STARTED:
		cut(v, th, index + 1, open_kind(th));
		break;
	case EV_JOB_STARTED:
		stretch_begins(th, index);
		/* On the real clock what follows takes its time. */
		if (th->number && trace_about(v->trace)->real_clock)
			cut(v, th, index + 1, MOMENT_WORKER);
		break;
	case EV_JOB_ENDED:
		if (th->ended_job)
			v->over = th;
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
	struct thread_data *th = v->threads.items[0];
	if (v->over && v->over != th)
		cut(v, v->over, v->count, open_kind(v->over));
	bool step = v->over == th && !v->run_over;
	cut(v, th, v->count, step ? open_kind(th) : MOMENT_END);
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

static const struct event *event_before(const struct view *v, uint64_t position)
{
	return position ? trace_at(v->trace, position - 1) : NULL;
}

/* What the main loop's numbers were when another thread's event came: its record has them
 * as well, but may be late. */
static const struct numbers *numbers_at(const struct view *v, uint64_t position)
{
	size_t low = 0, high = v->numbers.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (v->numbers.items[middle].event < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &v->numbers.items[low - 1] : NULL;
}

uint32_t tick_number_at(const struct view *v, uint64_t position)
{
	const struct event *e = event_before(v, position);
	if (!e || e->thread == 0)
		return e ? e->tick : 0;
	return numbers_at(v, position)->tick;
}

uint32_t step_number_at(const struct view *v, uint64_t position)
{
	const struct event *e = event_before(v, position);
	if (!e || e->thread == 0)
		return e ? e->step : 0;
	return numbers_at(v, position)->step;
}

/* A worker's marks are listed. */
static uint64_t worker_own_begin(const struct view *v, bool internals, size_t mark)
{
	const struct thread_data *th = thread_find(v, v->marks.items[mark].thread);
	size_t low = 0, high = th->marks.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (th->marks.items[middle] < mark)
			low = middle + 1;
		else
			high = middle;
	}
	while (low-- > 0) {
		const struct mark *m = &v->marks.items[th->marks.items[low]];
		if (internals || !m->machinery)
			return m->end;
	}
	return v->lanes.items[th->lane].lane.born_event;
}

uint64_t moment_own_begin(const struct view *v, bool internals, size_t index)
{
	enum { LOOK_BACK = 20000 };
	size_t at = mark_of(v, internals, index), seen = 0;
	uint16_t thread = v->marks.items[at].thread;
	if (thread)
		return worker_own_begin(v, internals, at);
	while (at > 0 && seen++ < LOOK_BACK) {
		const struct mark *m = &v->marks.items[--at];
		if (m->thread == thread && (internals || !m->machinery))
			break;
	}
	return v->marks.items[at].end;
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
		.thread = m->thread,
		.time_ns = e ? e->time_ns : 0,
		.tick = tick_number_at(v, m->end),
		.step = step_number_at(v, m->end),
	};
}

/* How far a moment is, in the order's own measure. */
static int64_t measure(const struct view *v, uint64_t end, enum ruler r, bool by_events)
{
	if (by_events)
		return (int64_t)end;
	const struct event *e = event_before(v, end);
	if (r == RULER_CLOCK)
		return e ? e->time_ns : INT64_MIN;
	return r == RULER_TICK ? tick_number_at(v, end) : step_number_at(v, end);
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

/* The first moment from that with event `event` on that is about the lane: other threads'
 * moments may come between a step's beginning and what is told of it. */
static size_t moment_of_lane(const struct view *v, bool internals, uint64_t event,
                             uint32_t lane)
{
	enum { LOOK_ON = 1000 };
	size_t first = moment_with(v, internals, event);
	size_t count = v->threads.count > 1 ? view_moment_count(v, internals) : 0;
	for (size_t i = first; i < count && i - first < LOOK_ON; i++)
		if (v->marks.items[mark_of(v, internals, i)].lane == lane)
			return i;
	return first;
}

/* Moments of a worker's own: they are listed. SIZE_MAX if there is none on that side. */
static size_t worker_moment(const struct view *v, bool internals, size_t index,
                            uint32_t lane, bool next)
{
	const struct thread_data *th = thread_find(v, view_lane(v, lane)->thread);
	uint32_t here = (uint32_t)mark_of(v, internals, index);
	size_t low = 0, high = th->marks.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (th->marks.items[middle] < here + next)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low; next ? i < th->marks.count : i-- > 0; i += next) {
		const struct mark *m = &v->marks.items[th->marks.items[i]];
		if (m->lane == lane && (internals || !m->machinery))
			return view_moment_at(v, internals, m->end);
	}
	return SIZE_MAX;
}

size_t view_next_of_lane(const struct view *v, bool internals, size_t index,
                         uint32_t lane)
{
	const struct lane_data *l = &v->lanes.items[lane];
	if (l->lane.worker) {
		size_t found = worker_moment(v, internals, index, lane, true);
		return found == SIZE_MAX ? index : found;
	}
	uint64_t end = end_of(v, internals, index);
	size_t i = view_span_at(v, lane, end);
	for (i = i == SIZE_MAX ? 0 : i; i < l->spans.count; i++) {
		if (span_state(l->spans.items[i]) != STATE_RUNNING)
			continue;
		size_t found =
			moment_of_lane(v, internals, span_event(l->spans.items[i]), lane);
		/* That of the step under way may have been told already, or not. */
		if (found > index)
			return found;
	}
	return index;
}

size_t view_prev_of_lane(const struct view *v, bool internals, size_t index,
                         uint32_t lane)
{
	const struct lane_data *l = &v->lanes.items[lane];
	if (l->lane.worker) {
		size_t found = worker_moment(v, internals, index, lane, false);
		return found == SIZE_MAX ? index : found;
	}
	uint64_t begin = view_moment(v, internals, index).begin;
	if (v->marks.items[mark_of(v, internals, index)].lane == lane)
		begin = moment_own_begin(v, internals, index);
	size_t i = view_span_at(v, lane, begin);
	for (i = i == SIZE_MAX ? 0 : i + 1; i-- > 0;) {
		if (span_state(l->spans.items[i]) != STATE_RUNNING)
			continue;
		size_t found =
			moment_of_lane(v, internals, span_event(l->spans.items[i]), lane);
		/* What is under way may be told only later. */
		if (found < index)
			return found;
	}
	return index;
}
