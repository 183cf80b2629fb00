/*
 * The view: see view.h. Each event is taken in once and leaves its index in the
 * lists that it matters to; nothing that was put there ever changes, so that a
 * question about the past has the same answer however long the trace has grown.
 */
#include "view/view.h"

#include <stdlib.h>

#include "view/internal.h"

struct view *view_new(const struct trace *trace)
{
	struct view *v = mem_zalloc(1, sizeof *v);
	v->trace = trace;
	v->open_begun = NO_EVENT;
	v->step_lane = LANE_PROGRAM;
	v->open_lane = LANE_PROGRAM;
	lanes_init(v);
	vec_push(&v->marks, (struct mark){.begun = NO_EVENT, .kind = MOMENT_START});
	vec_push(&v->folded, 0);
	return v;
}

void view_free(struct view *v)
{
	if (!v)
		return;
	lanes_free(v);
	for (size_t i = 0; i < v->families.count; i++) {
		vec_free(&v->families.items[i].members);
		vec_free(&v->families.items[i].joined_events);
		vec_free(&v->families.items[i].done_events);
	}
	vec_free(&v->things);
	vec_free(&v->families);
	vec_free(&v->readies);
	vec_free(&v->steps);
	vec_free(&v->ticks);
	vec_free(&v->printed);
	vec_free(&v->captions);
	vec_free(&v->loop_switches);
	vec_free(&v->blocks);
	vec_free(&v->cancels);
	for (size_t i = 0; i < COUNT_OF(v->endings); i++)
		vec_free(&v->endings[i]);
	vec_free(&v->works);
	alive_free(&v->timers);
	alive_free(&v->watches);
	alive_free(&v->jobs);
	vec_free(&v->marks);
	vec_free(&v->folded);
	free(v);
}

/* ---- things ---- */

struct thing *thing_make(struct view *v, uint32_t id)
{
	while (v->things.count <= id)
		vec_push(&v->things, (struct thing){
					     .lane = LANE_NONE,
					     .family = NO_INDEX,
					     .member_of = NO_INDEX,
					     .timer = NO_INDEX,
					     .its_timer = NO_INDEX,
					     .waiter = LANE_NONE,
					     .watch = NO_INDEX,
					     .ready_index = NO_EVENT,
					     .done_event = NO_EVENT,
				     });
	return &v->things.items[id];
}

const struct thing *thing_find(const struct view *v, uint32_t id)
{
	return id && id < v->things.count ? &v->things.items[id] : NULL;
}

/* The gather or group `id`, made if it is not there. */
static struct family *family_make(struct view *v, uint32_t id, uint64_t event, bool group)
{
	struct thing *t = thing_make(v, id);
	if (t->family == NO_INDEX) {
		t->family = (uint32_t)v->families.count;
		vec_push(&v->families, (struct family){
					       .id = id,
					       .group = group,
					       .parent = LANE_NONE,
					       .begin_event = event,
					       .end_event = NO_EVENT,
				       });
	}
	return &v->families.items[t->family];
}

/* ---- how long the causal chain is that led here ---- */

static int64_t chain_now(const struct view *v)
{
	return v->in_step ? add_ns(v->step_chain_ns, v->time_ns - v->step_begun_ns)
	                  : v->step_chain_ns;
}

static void chain_reaches(struct view *v, int64_t *chain_ns, int64_t value)
{
	if (value > *chain_ns)
		*chain_ns = value;
	if (value > v->longest_chain_ns)
		v->longest_chain_ns = value;
}

/* A step begins: the chain that led to it is that of its cause and that of its own past.
 */
static void begin_chain(struct view *v, const struct event *e)
{
	const struct thing *self = thing_find(v, e->a), *cause = thing_find(v, e->b);
	int64_t chain = cause ? cause->chain_ns : 0;
	if (cause && cause->timer != NO_INDEX &&
	    v->timers.lives.items[cause->timer].chain_ns > chain)
		chain = v->timers.lives.items[cause->timer].chain_ns;
	if (self && self->timer != NO_INDEX &&
	    v->timers.lives.items[self->timer].chain_ns > chain)
		chain = v->timers.lives.items[self->timer].chain_ns;
	if (self && self->lane != LANE_NONE &&
	    v->lanes.items[self->lane].chain_ns > chain)
		chain = v->lanes.items[self->lane].chain_ns;
	if (self && self->lane == LANE_NONE && self->chain_ns > chain)
		chain = self->chain_ns;
	v->step_chain_ns = chain;
	v->step_begun_ns = e->time_ns;
}

/* ---- what an event leaves behind ---- */

static void end_step(struct view *v, uint64_t index)
{
	if (!v->in_step)
		return;
	struct step *s = &vec_last(&v->steps);
	s->ended = index;
	int64_t chain = chain_now(v);
	chain_reaches(v, &v->lanes.items[v->step_lane].chain_ns, chain);
	v->in_step = false;
	v->step_chain_ns = chain;
	int64_t least_ns = trace_about(v->trace)->real_clock ? 10000000 : 1;
	if (v->time_ns - v->step_begun_ns >= least_ns)
		vec_push(&v->works, (struct work){s->begun, index, v->step_lane});
}

static uint32_t lane_of_role(const struct view *v, const struct event *e)
{
	const struct thing *t = thing_find(v, e->a);
	if (t && t->lane != LANE_NONE)
		return t->lane;
	return e->detail == ROLE_INTERNAL || e->detail == ROLE_INTERNAL_TIMER
	               ? LANE_LOOP
	               : LANE_PROGRAM;
}

/* One of the two lanes that are no task's takes part in the picture from now on. */
static void show_lane(struct view *v, bool *shown)
{
	v->tree_stamp += !*shown;
	*shown = true;
}

static void begin_step(struct view *v, uint64_t index, const struct event *e)
{
	end_step(v, index);
	struct thing *t = thing_make(v, e->a);
	if (t->ready_index != NO_EVENT && t->ready_index >= v->ready_head)
		v->ready_head = t->ready_index + 1;
	t->ready_index = NO_EVENT;
	v->step_lane = lane_of_role(v, e);
	if (v->step_lane == LANE_PROGRAM) {
		v->callbacks_ran = true;
		show_lane(v, &v->callbacks_shown);
	} else if (v->step_lane == LANE_LOOP) {
		show_lane(v, &v->internals_shown);
	}
	begin_chain(v, e);
	v->in_step = true;
	vec_push(&v->steps, (struct step){index, NO_EVENT, v->ready_head, v->step_lane});
}

static void future_done(struct view *v, uint64_t index, const struct event *e)
{
	struct thing *t = thing_make(v, e->a);
	if (t->done_event == NO_EVENT)
		t->done_event = index;
	chain_reaches(v, &t->chain_ns, chain_now(v));
}

static void task_over(struct view *v, uint64_t index, const struct event *e, unsigned how)
{
	vec_push(&v->endings[how], index);
	struct thing *t = thing_make(v, e->task);
	if (t->done_event == NO_EVENT)
		t->done_event = index;
	chain_reaches(v, &t->chain_ns, chain_now(v));
}

/* `member` joins or is counted by the gather or group `id`. */
static void family_grows(struct view *v, uint64_t index, const struct event *e,
                         bool group)
{
	struct family *f = family_make(v, e->a, index, group);
	if (f->parent == LANE_NONE)
		f->parent = view_lane_of(v, e->task);
	struct thing *member = thing_make(v, e->b);
	member->member_of = v->things.items[e->a].family;
	vec_push(&f->members, e->b);
	vec_push(&f->joined_events, index);
}

static void family_counts(struct view *v, uint64_t index, const struct event *e,
                          bool group)
{
	struct family *f = family_make(v, e->a, index, group);
	vec_push(&f->done_events, index);
	thing_make(v, e->a > e->b ? e->a : e->b);
	chain_reaches(v, &v->things.items[e->a].chain_ns, v->things.items[e->b].chain_ns);
}

static void group_entered(struct view *v, uint64_t index, const struct event *e)
{
	uint32_t parent = view_lane_of(v, e->task);
	struct family *f = family_make(v, e->a, index, true);
	f->parent = parent;
	if (parent != LANE_NONE)
		vec_push(&v->lanes.items[parent].groups, v->things.items[e->a].family);
}

static void timer_armed(struct view *v, uint64_t index, const struct event *e)
{
	struct thing *t = thing_make(v, e->a);
	t->timer = alive_begin(&v->timers, index, e->a);
	struct life *life = &v->timers.lives.items[t->timer];
	life->when_ns = trace_number_at(v->trace, e->b);
	life->text = t->text;
	life->chain_ns = chain_now(v);
	if (life->when_ns > v->time_ns)
		life->chain_ns = add_ns(life->chain_ns, life->when_ns - v->time_ns);
}

static void timer_for(struct view *v, const struct event *e)
{
	uint32_t timer = thing_make(v, e->a)->timer;
	if (timer == NO_INDEX)
		return;
	v->timers.lives.items[timer].target = e->b;
	thing_make(v, e->b)->its_timer = timer;
}

static void made_ready(struct view *v, uint64_t index, const struct event *e)
{
	struct thing *t = thing_make(v, e->a);
	t->ready_index = v->readies.count;
	vec_push(&v->readies, index);
	/* Whoever runs now made it ready; a timer or a descriptor did if nobody runs. */
	if (!v->in_step && v->loop_switches.count % 2)
		return;
	int64_t *chain =
		t->lane == LANE_NONE ? &t->chain_ns : &v->lanes.items[t->lane].chain_ns;
	chain_reaches(v, chain, chain_now(v));
}

static void end_life(struct alive *a, uint32_t index, uint64_t event)
{
	if (index < a->lives.count)
		alive_end(a, index, event);
}

static void begin_watch(struct view *v, struct alive *a, uint64_t index,
                        const struct event *e)
{
	struct thing *t = thing_make(v, e->a);
	t->text = e->b;
	t->watch = alive_begin(a, index, e->a);
	a->lives.items[t->watch].text = e->b;
}

static void take(struct view *v, uint64_t index, const struct event *e)
{
	struct thing *t;
	switch ((enum event_kind)e->kind) {
	case EV_LOOP_STARTED:
	case EV_LOOP_STOPPED:
		vec_push(&v->loop_switches, index);
		break;
	case EV_TICK:
		vec_push(&v->ticks, (struct tick){index, v->steps.count});
		break;
	case EV_HANDLE:
		t = thing_make(v, e->a);
		t->text = e->b;
		t->role = e->detail;
		break;
	case EV_READY:
		made_ready(v, index, e);
		break;
	case EV_HANDLE_DROPPED:
		thing_make(v, e->a)->done_event = index;
		break;
	case EV_STEP_BEGUN:
		begin_step(v, index, e);
		break;
	case EV_TIMER_ARMED:
		timer_armed(v, index, e);
		break;
	case EV_TIMER_FOR:
		timer_for(v, e);
		break;
	case EV_TIMER_FIRED:
		end_life(&v->timers, thing_make(v, e->a)->timer, index);
		break;
	case EV_TIMER_DROPPED:
		thing_make(v, e->a)->done_event = index;
		end_life(&v->timers, thing_make(v, e->a)->timer, index);
		break;
	case EV_FUTURE_MADE:
		t = thing_make(v, e->a);
		t->text = e->b;
		t->kind = e->detail;
		break;
	case EV_FUTURE_DONE:
		future_done(v, index, e);
		break;
	case EV_GATHER_CHILD:
		family_grows(v, index, e, false);
		break;
	case EV_GATHER_CHILD_DONE:
		family_counts(v, index, e, false);
		break;
	case EV_GROUP_ENTERED:
		group_entered(v, index, e);
		break;
	case EV_GROUP_CHILD:
		family_grows(v, index, e, true);
		break;
	case EV_GROUP_CHILD_DONE:
		family_counts(v, index, e, true);
		break;
	case EV_GROUP_EXITED:
		family_make(v, e->a, index, true)->end_event = index;
		break;
	case EV_TASK_WAITS:
		thing_make(v, e->a)->waiter = view_lane_of(v, e->task);
		break;
	case EV_TASK_DONE:
		task_over(v, index, e, 0);
		break;
	case EV_TASK_FAILED:
		task_over(v, index, e, 1);
		break;
	case EV_TASK_CANCELLED:
		task_over(v, index, e, 2);
		break;
	case EV_CANCEL_REQUESTED:
		vec_push(&v->cancels, index);
		break;
	case EV_IO_AWAITED:
		begin_watch(v, &v->watches, index, e);
		break;
	case EV_IO_DROPPED:
		end_life(&v->watches, thing_make(v, e->a)->watch, index);
		break;
	case EV_JOB_SUBMITTED:
		begin_watch(v, &v->jobs, index, e);
		break;
	case EV_JOB_ENDED:
		end_life(&v->jobs, thing_make(v, e->a)->watch, index);
		break;
	case EV_CAPTION:
		vec_push(&v->captions, index);
		break;
	case EV_PRINTED:
		vec_push(&v->printed, index);
		break;
	case EV_BLOCK_BEGUN:
	case EV_BLOCK_ENDED:
		vec_push(&v->blocks, index);
		if (e->task == 0)
			show_lane(v, &v->callbacks_shown);
		break;
	default:
		break;
	}
}

/* Whether this event is the end of a step. */
static bool ends_step(const struct view *v, const struct event *e)
{
	switch (e->kind) {
	case EV_TASK_WAITS:
	case EV_TASK_YIELDED:
	case EV_TASK_DONE:
	case EV_TASK_FAILED:
	case EV_TASK_CANCELLED:
		return v->in_step && v->step_lane == view_lane_of(v, e->task);
	case EV_STEP_ENDED:
	case EV_TICK:
	case EV_LOOP_STOPPED:
	case EV_RUN_ENDED:
		return v->in_step;
	default:
		return false;
	}
}

/* A worker's events have a time of their own and take part in jobs and output only. */
static void take_from_worker(struct view *v, uint64_t index, const struct event *e)
{
	if (e->kind == EV_JOB_SUBMITTED || e->kind == EV_JOB_ENDED ||
	    e->kind == EV_PRINTED)
		take(v, index, e);
}

static void take_event(struct view *v, uint64_t index)
{
	const struct event *e = trace_at(v->trace, index);
	v->count = index + 1;
	if (e->thread) {
		take_from_worker(v, index, e);
		return;
	}
	v->time_ns = e->time_ns;
	v->tick_number = e->tick;
	v->step_number = e->step;
	moments_before(v, index, e);
	take(v, index, e);
	lanes_take(v, index, e);
	if (ends_step(v, e)) {
		end_step(v, index);
		v->open_step_over = true;
	}
	moments_after(v, index, e);
}

bool view_update(struct view *v, uint64_t max_events)
{
	bool complete = trace_complete(v->trace);
	uint64_t have = trace_count(v->trace), from = v->count;
	uint64_t to = max_events && have - from > max_events ? from + max_events : have;
	for (uint64_t i = from; i < to; i++)
		take_event(v, i);
	bool finishes = complete && to == have && !v->finished;
	if (finishes) {
		v->finished = true;
		moments_finish(v);
	}
	return to > from || finishes;
}

/* ---- plain questions ---- */

bool view_complete(const struct view *v)
{
	return v->finished;
}

uint64_t view_event_count(const struct view *v)
{
	return v->count;
}

const struct trace *view_trace(const struct view *v)
{
	return v->trace;
}

int64_t view_end_ns(const struct view *v)
{
	return v->time_ns;
}

uint32_t view_tick_count(const struct view *v)
{
	return v->tick_number;
}

uint32_t view_step_count(const struct view *v)
{
	return v->step_number;
}

size_t events_below(const uint64_t *events, size_t count, uint64_t position)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (events[middle] < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct step *step_at(const struct view *v, uint64_t position)
{
	size_t low = 0, high = v->steps.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (v->steps.items[middle].begun < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &v->steps.items[low - 1] : NULL;
}
