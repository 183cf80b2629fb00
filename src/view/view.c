/*
 * The view: see view.h. Each event is taken in once and leaves its index in the
 * lists that it matters to; nothing that was put there ever changes, so that a
 * question about the past has the same answer however long the trace has grown.
 */
#include "view/view.h"

#include <stdlib.h>
#include <string.h>

#include "view/internal.h"

struct view *view_new(const struct trace *trace)
{
	struct view *v = mem_zalloc(1, sizeof *v);
	v->trace = trace;
	v->last_ended = NO_INDEX;
	lanes_init(v);
	thread_make(v, 0);
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
		vec_free(&v->families.items[i].over_events);
	}
	vec_free(&v->things);
	vec_free(&v->families);
	vec_free(&v->ticks);
	vec_free(&v->numbers);
	vec_free(&v->printed);
	vec_free(&v->captions);
	vec_free(&v->line_runs);
	vec_free(&v->cancels);
	for (size_t i = 0; i < COUNT_OF(v->endings); i++)
		vec_free(&v->endings[i]);
	vec_free(&v->works);
	alive_free(&v->timers);
	alive_free(&v->watches);
	alive_free(&v->job_lives);
	alive_free(&v->worker_lives);
	jobs_free(v);
	threads_free(v);
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
					     .job = NO_INDEX,
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

/* ---- how long the causal chain is that led to a step ---- */

/* That of its cause and that of its own past, whichever is longer. */
static int64_t chain_of_step(const struct view *v, const struct event *e)
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
	return chain;
}

/* ---- what an event leaves behind ---- */

static void end_step(struct view *v, struct thread_data *th, uint64_t index)
{
	if (!th->in_step)
		return;
	vec_last(&th->steps).ended = index;
	int64_t chain = chain_now(v, th);
	chain_reaches(v, &v->lanes.items[th->step_lane].chain_ns, chain);
	th->in_step = false;
	chain_set(v, th, chain, false);
	int64_t least_ns = trace_about(v->trace)->real_clock ? 10000000 : 1;
	if (v->time_ns - th->step_begun_ns >= least_ns)
		vec_push(&v->works,
		         (struct work){vec_last(&th->steps).begun, index, th->step_lane});
}

bool handle_is_internal(const struct view *v, uint32_t id, unsigned role)
{
	static const char *const own[] = {"BaseSelectorEventLoop._", "_Selector",
	                                  "_Unix"};
	if (role == ROLE_INTERNAL || role == ROLE_INTERNAL_TIMER)
		return true;
	const struct thing *t = role == ROLE_IO ? thing_find(v, id) : NULL;
	if (!t)
		return false;
	const char *name = trace_text(v->trace, t->text, NULL);
	for (size_t i = 0; i < COUNT_OF(own); i++)
		if (strncmp(name, own[i], strlen(own[i])) == 0)
			return true;
	return false;
}

/* The main loop's own callbacks have a lane; those of a worker's loop are the worker's.
 */
static uint32_t lane_of_role(const struct view *v, const struct thread_data *th,
                             const struct event *e)
{
	const struct thing *t = thing_find(v, e->a);
	if (t && t->lane != LANE_NONE)
		return t->lane;
	return th->number == 0 && handle_is_internal(v, e->a, e->detail) ? LANE_LOOP
	                                                                 : th->lane;
}

/* One of the two lanes that are no task's takes part in the picture from now on. */
static void show_lane(struct view *v, bool *shown)
{
	v->tree_stamp += !*shown;
	*shown = true;
}

static void begin_step(struct view *v, struct thread_data *th, uint64_t index,
                       const struct event *e)
{
	if (th->in_step)
		lane_leaves(v, th->step_lane, index);
	end_step(v, th, index);
	struct thing *t = thing_make(v, e->a);
	if (t->ready_index != NO_EVENT && t->ready_index >= th->ready_head &&
	    t->ready_index < th->readies.count)
		th->ready_head = t->ready_index + 1;
	t->ready_index = NO_EVENT;
	th->step_lane = lane_of_role(v, th, e);
	th->step_internal =
		t->lane == LANE_NONE && handle_is_internal(v, e->a, e->detail);
	if (th->step_lane == LANE_PROGRAM) {
		v->callbacks_ran = true;
		show_lane(v, &v->callbacks_shown);
	} else if (th->step_lane == LANE_LOOP) {
		show_lane(v, &v->internals_shown);
	}
	chain_set(v, th, chain_of_step(v, e), true);
	th->step_begun_ns = v->time_ns;
	th->in_step = true;
	vec_push(&th->steps,
	         (struct step){index, NO_EVENT, th->ready_head, th->step_lane});
}

static void thing_done(struct view *v, struct thread_data *th, uint64_t index,
                       uint32_t id)
{
	struct thing *t = thing_make(v, id);
	if (t->done_event == NO_EVENT) {
		t->done_event = index;
		for (uint32_t i = 0; t->member_of != NO_INDEX && i < t->member_times; i++)
			vec_push(&v->families.items[t->member_of].over_events, index);
	}
	chain_reaches(v, &t->chain_ns, chain_now(v, th));
	link_done(v, th, id, index);
}

/* A handle was cancelled; if it is in a queue it stays there. */
static void thing_dropped(struct view *v, uint64_t index, uint32_t id)
{
	struct thing *t = thing_make(v, id);
	t->done_event = index;
	for (size_t i = 0; t->ready_index != NO_EVENT && i < v->threads.count; i++)
		if (v->threads.items[i])
			v->threads.items[i]->drops = true;
}

static void task_over(struct view *v, struct thread_data *th, uint64_t index,
                      const struct event *e, unsigned how)
{
	vec_push(&v->endings[how], index);
	thing_done(v, th, index, e->task);
}

/* `member` joins or is counted by the gather or group `id`. */
static void family_grows(struct view *v, uint64_t index, const struct event *e,
                         bool group)
{
	struct family *f = family_make(v, e->a, index, group);
	if (f->parent == LANE_NONE)
		f->parent = lane_of_event(v, e);
	struct thing *member = thing_make(v, e->b);
	uint32_t family = v->things.items[e->a].family;
	if (member->member_of != NO_INDEX && member->member_of != family)
		v->families.items[member->member_of].shares = true;
	member->member_times = member->member_of == family ? member->member_times + 1 : 1;
	member->member_of = family;
	if (member->done_event != NO_EVENT)
		vec_push(&f->over_events, index);
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
	uint32_t parent = lane_of_event(v, e);
	struct family *f = family_make(v, e->a, index, true);
	f->parent = parent;
	if (parent != LANE_NONE)
		vec_push(&v->lanes.items[parent].groups, v->things.items[e->a].family);
}

static void timer_armed(struct view *v, struct thread_data *th, uint64_t index,
                        const struct event *e)
{
	struct thing *t = thing_make(v, e->a);
	t->timer = alive_begin(&v->timers, index, e->a);
	struct life *life = &v->timers.lives.items[t->timer];
	life->when_ns = trace_number_at(v->trace, e->b);
	life->text = t->text;
	life->chain_ns = chain_now(v, th);
	if (life->when_ns > v->time_ns)
		life->chain_ns = add_ns(life->chain_ns, life->when_ns - v->time_ns);
	soonest_armed(v, th, index, t->timer);
}

static void timer_for(struct view *v, const struct event *e)
{
	uint32_t timer = thing_make(v, e->a)->timer;
	if (timer == NO_INDEX)
		return;
	v->timers.lives.items[timer].target = e->b;
	thing_make(v, e->b)->its_timer = timer;
}

static void made_ready(struct view *v, struct thread_data *th, uint64_t index,
                       const struct event *e)
{
	struct thing *t = thing_make(v, e->a);
	th->drops |= t->done_event != NO_EVENT;
	t->ready_index = th->readies.count;
	vec_push(&th->readies, index);
	/*
	 * Whoever runs now made it ready; a timer or a descriptor did if nobody runs, and
	 * another thread what was posted.
	 */
	if (v->posted == e->a || (!th->in_step && thread_loops(th)))
		return;
	int64_t *chain =
		t->lane == LANE_NONE ? &t->chain_ns : &v->lanes.items[t->lane].chain_ns;
	chain_reaches(v, chain, chain_now(v, th));
}

/* The thread in whose queue a READY is: that of its record, or the main one's if a thread
 * without a loop has posted it. */
static struct thread_data *queue_of(struct view *v, struct thread_data *th,
                                    const struct event *e)
{
	bool posted = v->posted == e->a && !thread_loops(th);
	return posted ? v->threads.items[0] : th;
}

static void loop_switches(struct view *v, struct thread_data *th, uint64_t index,
                          bool starts)
{
	end_step(v, th, index);
	vec_push(&th->loop_switches, index);
	chain_set(v, th, chain_now(v, th), !starts);
}

/* The thread is held by a time.sleep or by another thread. */
static void block_begins(struct view *v, struct thread_data *th, uint64_t index,
                         const struct event *e)
{
	if (th->blocks.count % 2)
		vec_push(&th->blocks, index);
	vec_push(&th->blocks, index);
	if (e->task == 0 && th->number == 0)
		show_lane(v, &v->callbacks_shown);
}

/* ... no longer. */
static void block_ends(struct thread_data *th, uint64_t index)
{
	if (th->blocks.count % 2)
		vec_push(&th->blocks, index);
}

static void end_life(struct alive *a, uint32_t index, uint64_t event)
{
	if (index < a->lives.count)
		alive_end(a, index, event);
}

static void end_timer(struct view *v, uint32_t timer, uint64_t event)
{
	end_life(&v->timers, timer, event);
	soonest_ended(v, event, timer);
}

static void begin_watch(struct view *v, struct alive *a, uint64_t index,
                        const struct event *e)
{
	struct thing *t = thing_make(v, e->a);
	if (!t->text)
		t->text = e->b;
	t->is_job = false;
	t->watch = alive_begin(a, index, e->a);
	a->lives.items[t->watch].text = e->b;
}

static void worker_started(struct view *v, uint64_t index, const struct event *e)
{
	if (e->a == 0 || e->a > UINT16_MAX)
		return;
	struct thread_data *worker = thread_make(v, e->a);
	if (worker->life != NO_INDEX)
		return;
	worker->kind = e->detail;
	worker->life = alive_begin(&v->worker_lives, index, e->a);
	v->lanes.items[worker->lane].name_text = e->b;
}

static void worker_ended(struct view *v, uint64_t index, const struct event *e)
{
	const struct thread_data *worker = thread_find(v, e->a);
	if (worker)
		end_life(&v->worker_lives, worker->life, index);
}

static void take(struct view *v, struct thread_data *th, uint64_t index,
                 const struct event *e)
{
	struct thing *t;
	switch ((enum event_kind)e->kind) {
	case EV_LOOP_STARTED:
		loop_switches(v, th, index, true);
		break;
	case EV_LOOP_STOPPED:
		loop_switches(v, th, index, false);
		break;
	case EV_TICK:
		if (th->in_step)
			lane_leaves(v, th->step_lane, index);
		if (th->number == 0)
			vec_push(&v->ticks, (struct tick){index, th->steps.count});
		break;
	case EV_HANDLE:
		t = thing_make(v, e->a);
		t->text = e->b;
		t->role = e->detail;
		break;
	case EV_READY:
		made_ready(v, queue_of(v, th, e), index, e);
		break;
	case EV_HANDLE_DROPPED:
		thing_dropped(v, index, e->a);
		break;
	case EV_STEP_BEGUN:
		begin_step(v, th, index, e);
		break;
	case EV_TIMER_ARMED:
		timer_armed(v, th, index, e);
		break;
	case EV_TIMER_FOR:
		timer_for(v, e);
		break;
	case EV_TIMER_FIRED:
		end_timer(v, thing_make(v, e->a)->timer, index);
		break;
	case EV_TIMER_DROPPED:
		thing_dropped(v, index, e->a);
		end_timer(v, thing_make(v, e->a)->timer, index);
		break;
	case EV_FUTURE_MADE:
		t = thing_make(v, e->a);
		t->text = e->b;
		t->kind = e->detail;
		break;
	case EV_FUTURE_DONE:
		thing_done(v, th, index, e->a);
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
		thing_make(v, e->a)->waiter = lane_of_event(v, e);
		break;
	case EV_TASK_DONE:
		task_over(v, th, index, e, 0);
		break;
	case EV_TASK_FAILED:
		task_over(v, th, index, e, 1);
		break;
	case EV_TASK_CANCELLED:
		task_over(v, th, index, e, 2);
		break;
	case EV_CANCEL_REQUESTED:
		vec_push(&v->cancels, index);
		break;
	case EV_IO_AWAITED:
		begin_watch(v, &v->watches, index, e);
		break;
	case EV_IO_READY:
		v->io_came = true;
		break;
	case EV_IO_DROPPED:
		end_life(&v->watches, thing_make(v, e->a)->watch, index);
		break;
	case EV_WORKER_STARTED:
		worker_started(v, index, e);
		break;
	case EV_WORKER_ENDED:
		worker_ended(v, index, e);
		break;
	case EV_CAPTION:
		vec_push(&v->captions, index);
		break;
	case EV_PRINTED:
		vec_push(&v->printed, index);
		break;
	case EV_BLOCK_BEGUN:
	case EV_JOIN_BEGUN:
		block_begins(v, th, index, e);
		break;
	case EV_BLOCK_ENDED:
	case EV_JOIN_ENDED:
		block_ends(th, index);
		break;
	default:
		break;
	}
}

/* Whether this event is the end of a step. */
static bool ends_step(const struct view *v, const struct thread_data *th,
                      const struct event *e)
{
	switch (e->kind) {
	case EV_TASK_WAITS:
	case EV_TASK_YIELDED:
	case EV_TASK_DONE:
	case EV_TASK_FAILED:
	case EV_TASK_CANCELLED:
		return th->in_step && th->step_lane == view_lane_of(v, e->task);
	case EV_STEP_ENDED:
	case EV_TICK:
	case EV_LOOP_STOPPED:
	case EV_RUN_ENDED:
		return th->in_step;
	default:
		return false;
	}
}

static void note_numbers(struct view *v, uint64_t index, const struct event *e)
{
	if (e->thread == 0) {
		v->tick_number = e->tick;
		v->step_number = e->step;
		return;
	}
	struct numbers now = {index, v->tick_number, v->step_number};
	if (!v->numbers.count || vec_last(&v->numbers).tick != now.tick ||
	    vec_last(&v->numbers).step != now.step)
		vec_push(&v->numbers, now);
}

static void take_event(struct view *v, uint64_t index)
{
	const struct event *e = trace_at(v->trace, index);
	v->count = index + 1;
	threads_pass_time(v, e->time_ns);
	struct thread_data *th = thread_make(v, e->thread);
	note_numbers(v, index, e);
	moments_before(v, th, index, e);
	bool ends = ends_step(v, th, e);
	take(v, th, index, e);
	jobs_take(v, th, index, e);
	lanes_take(v, th, index, e);
	if (ends) {
		end_step(v, th, index);
		v->over = th;
	}
	moments_after(v, th, index, e);
	thread_notice(v, th);
}

bool view_update(struct view *v, uint64_t max_events)
{
	bool complete = trace_complete(v->trace);
	uint64_t have = trace_count(v->trace), from = v->count;
	uint64_t to = max_events && have - from > max_events ? from + max_events : have;
	for (uint64_t i = from; i < to; i++)
		take_event(v, i);
	bool measured = jobs_measure(v);
	bool finishes = complete && to == have && !v->finished;
	if (finishes) {
		v->finished = true;
		moments_finish(v);
	}
	return to > from || finishes || measured;
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
