/* Totals: see totals.h. */
#include "view/totals.h"

#include <stdlib.h>

#include "view/internal.h"

/* ---- one lane ---- */

/*
 * Waits that the world ends rather than another task or a worker that has a lane. A
 * descriptor is none of these: its other end is in the same program.
 */
static bool own_wait(const struct view *v, uint8_t kind)
{
	return kind == WAIT_SLEEP || (kind == WAIT_WORKER && v->threads.count == 1);
}

static void add_wait(const struct view *v, const struct span *s, int64_t end_ns,
                     struct lane_totals *out)
{
	/* What lies beyond the deadline is not waiting any more: the loop was busy
	 * elsewhere. */
	int64_t due = s->deadline_ns < s->begin_ns ? s->begin_ns : s->deadline_ns;
	int64_t overdue = own_wait(v, s->wait_kind) && end_ns > due ? end_ns - due : 0;
	int64_t waited = end_ns - s->begin_ns - overdue;
	out->held_up_ns += overdue;
	out->waiting_ns += waited;
	if (own_wait(v, s->wait_kind))
		out->own_wait_ns += waited;
}

void view_lane_totals(const struct view *v, uint32_t lane, uint64_t position,
                      struct lane_totals *out)
{
	*out = (struct lane_totals){0};
	int64_t now_ns = clock_at(v, position);
	size_t last = view_span_at(v, lane, position);
	for (size_t i = 0; last != SIZE_MAX && i <= last; i++) {
		struct span s = view_span(v, lane, i);
		int64_t end_ns = i < last ? s.end_ns : now_ns;
		if (end_ns < s.begin_ns)
			end_ns = s.begin_ns;
		switch (s.state) {
		case STATE_RUNNING:
			out->running_ns += end_ns - s.begin_ns;
			out->runs++;
			break;
		case STATE_NEW:
		case STATE_READY:
			out->held_up_ns += end_ns - s.begin_ns;
			break;
		case STATE_WAITING:
		case STATE_CANCELLING:
			add_wait(v, &s, end_ns, out);
			break;
		default:
			break;
		}
	}
}

/* ---- all lanes ---- */

/* How often the thread went from one lane's step to another's, machinery not counted. */
static uint32_t count_switches(const struct view *v)
{
	uint32_t switches = 0, last = LANE_NONE;
	const struct thread_data *th = main_thread(v);
	for (size_t i = 0; i < th->steps.count; i++) {
		uint32_t lane = th->steps.items[i].lane;
		if (lane == LANE_LOOP || lane_is_machinery(v, lane))
			continue;
		switches += last != LANE_NONE && lane != last;
		last = lane;
	}
	return switches;
}

void view_totals(struct view *v, struct totals *out)
{
	if (v->totals_at == v->count && v->totals_known) {
		*out = v->totals;
		return;
	}
	*out = (struct totals){.wall_ns = v->time_ns, .chain_lane = LANE_NONE};
	int64_t longest_ns = -1;
	for (uint32_t i = 0; i < v->lanes.count; i++) {
		struct lane_totals t;
		view_lane_totals(v, i, v->count, &t);
		bool machinery = lane_is_machinery(v, i);
		out->tasks += v->lanes.items[i].lane.task && !machinery;
		out->work_ns = add_ns(out->work_ns, t.running_ns);
		out->in_turn_ns =
			add_ns(out->in_turn_ns, add_ns(t.running_ns, t.own_wait_ns));
		out->held_up_ns = add_ns(out->held_up_ns, t.held_up_ns);
		if (!machinery && t.running_ns + t.own_wait_ns > longest_ns) {
			longest_ns = t.running_ns + t.own_wait_ns;
			out->chain_lane = i;
		}
	}
	/* A step that is blocked on another thread keeps its own, but does no work. */
	int64_t joined_ns = v->joined_ns < out->work_ns ? v->joined_ns : out->work_ns;
	out->work_ns -= joined_ns;
	out->in_turn_ns -= joined_ns;
	/* Who wrote what a descriptor had to give is not known: the chain breaks there.
	 */
	out->chain_ns = v->io_came ? 0 : v->longest_chain_ns;
	out->saved_ns =
		out->in_turn_ns > out->wall_ns ? out->in_turn_ns - out->wall_ns : 0;
	out->switches = count_switches(v);
	v->totals = *out;
	v->totals_at = v->count;
	v->totals_known = true;
}

void view_parallel(const struct view *v, struct parallel *out)
{
	*out = (struct parallel){
		.jobs = v->jobs_taken,
		.dropped = v->jobs_dropped,
		.workers = (uint32_t)v->worker_lives.lives.count,
		.most = v->jobs_most,
		.busy_ns = v->busy_ns,
		.span_ns = v->span_ns,
	};
	jobs_add_measures(v, out);
}

/* ---- who held up whom ---- */

struct hold_search {
	const struct view *v;
	struct hold *h;
	size_t room;
	unsigned thread; /* whose loop is held up */
};

/* `lane` was held up since `since_ns`; once for each lane, the longest counts. */
static void add_held(struct hold_search *s, uint32_t lane, bool timer, int64_t since_ns)
{
	struct hold *h = s->h;
	int64_t held_ns = h->end_ns - (since_ns > h->begin_ns ? since_ns : h->begin_ns);
	if (held_ns <= 0 || lane == h->lane || lane == LANE_NONE ||
	    lane_is_machinery(s->v, lane))
		return;
	for (size_t i = h->held_count; i-- > 0 && h->held_count - i < 64;)
		if (h->held[i].lane == lane)
			return;
	if (h->held_count == s->room) {
		s->room = vec_grown_room(s->room, s->room + 1);
		h->held = mem_resize(h->held, s->room, sizeof *h->held);
	}
	h->held[h->held_count++] = (struct held){lane, timer, held_ns};
}

/* Whose entry of the ready queue that is: a task's, a callback's, or the task of a sleep
 * that is over. */
static uint32_t lane_of_ready(const struct view *v, const struct event *e, bool *timer)
{
	const struct thing *t = thing_find(v, e->a);
	*timer = false;
	if (!t)
		return LANE_NONE;
	if (t->lane != LANE_NONE)
		return t->lane;
	if (t->timer != NO_INDEX) {
		const struct thing *target =
			thing_find(v, v->timers.lives.items[t->timer].target);
		*timer = true;
		if (target)
			return target->lane != LANE_NONE ? target->lane : target->waiter;
	}
	return handle_is_internal(v, e->a, e->detail) ? LANE_NONE : LANE_PROGRAM;
}

static bool add_due_timer(void *context, const struct life *life)
{
	struct hold_search *s = context;
	const struct thing *target = thing_find(s->v, life->target);
	uint32_t lane = LANE_PROGRAM;
	if (target)
		lane = target->lane != LANE_NONE ? target->lane : target->waiter;
	if (trace_at(s->v->trace, life->begin)->thread != s->thread)
		return true;
	if (life->when_ns < s->h->end_ns)
		add_held(s, lane, true, life->when_ns);
	return true;
}

/* What held the thread: the first time.sleep, or the first wait for another thread. */
static void find_block(const struct view *v, const struct thread_data *th, uint64_t begin,
                       uint64_t end, struct hold *h)
{
	size_t i = events_below(th->blocks.items, th->blocks.count, begin);
	for (; i < th->blocks.count && th->blocks.items[i] < end; i++) {
		const struct event *e = trace_at(v->trace, th->blocks.items[i]);
		if (e->kind == EV_BLOCK_BEGUN)
			h->line = e->b;
		else if (e->kind == EV_JOIN_BEGUN)
			h->join = e->b;
		if (h->line || h->join)
			return;
	}
}

void view_hold(const struct view *v, uint32_t lane, uint64_t begin, uint64_t end,
               struct hold *h)
{
	*h = (struct hold){
		.lane = lane,
		.begin_event = begin,
		.end_event = end,
		.begin_ns = clock_at(v, begin + 1),
		.end_ns = clock_at(v, end + 1),
	};
	unsigned number = trace_at(v->trace, begin)->thread;
	const struct thread_data *th = thread_find(v, number);
	find_block(v, th, begin, end, h);
	if (h->end_ns <= h->begin_ns)
		return;
	struct hold_search s = {.v = v, .h = h, .thread = number};
	const struct step *step = thread_step_at(th, begin + 1);
	size_t from = step ? step->head : 0;
	size_t to = events_below(th->readies.items, th->readies.count, end);
	for (size_t i = from; i < to; i++) {
		const struct event *e = trace_at(v->trace, th->readies.items[i]);
		bool timer;
		uint32_t who = lane_of_ready(v, e, &timer);
		add_held(&s, who, timer, e->time_ns);
	}
	alive_at(&v->timers, end, add_due_timer, &s);
}

void hold_free(struct hold *h)
{
	free(h->held);
	*h = (struct hold){0};
}

size_t view_work_count(const struct view *v)
{
	return v->works.count;
}

void view_work(const struct view *v, size_t index, uint32_t *lane, uint64_t *begin,
               uint64_t *end)
{
	const struct work *w = &v->works.items[index];
	*lane = w->lane;
	*begin = w->begin;
	*end = w->end;
}
