/* What happened in a moment: see story.h. */
#include "view/story.h"

#include <string.h>

uint32_t waiter_of(const struct view *v, uint32_t id)
{
	const struct thing *t = thing_find(v, id);
	return t ? t->waiter : LANE_NONE;
}

bool waits_for(const struct view *v, uint32_t lane, uint32_t id, uint64_t position)
{
	if (lane == LANE_NONE)
		return false;
	size_t i = view_span_at(v, lane, position);
	for (size_t back = 0; i != SIZE_MAX && back < 3; i--, back++) {
		struct span s = view_span(v, lane, i);
		if (s.wait_id == id)
			return true;
		if (s.state == STATE_RUNNING || i == 0)
			return false;
	}
	return false;
}

static void add_line(struct lines_run *l, uint32_t line)
{
	l->first = l->count == 0 || line < l->first ? line : l->first;
	l->last = l->count == 0 || line > l->last ? line : l->last;
	if (l->count > COUNT_OF(l->each))
		return;
	size_t at = l->count;
	while (at > 0 && l->each[at - 1] >= line)
		at--;
	if (at < l->count && l->each[at] == line)
		return;
	if (l->count++ == COUNT_OF(l->each))
		return;
	memmove(l->each + at + 1, l->each + at, (l->count - 1 - at) * sizeof *l->each);
	l->each[at] = line;
}

static void note_line(struct story *s, const struct event *e)
{
	if (lane_of_event(s->v, e) != s->lane)
		return;
	const char *function = trace_text(s->v->trace, e->b, NULL);
	const char *coroutine = view_coroutine(s->v, s->lane);
	const char *dot = strrchr(coroutine, '.');
	bool own = *coroutine && (strcmp(function, coroutine) == 0 ||
	                          (dot && strcmp(function, dot + 1) == 0));
	if (s->own_lines && !own)
		return;
	if (own && !s->own_lines)
		s->lines.count = 0;
	s->any_lines = true;
	s->own_lines = own;
	add_line(&s->lines, e->a);
}

/* Whether the event is the work of the step that this moment is about. */
static bool of_step(const struct story *s, uint64_t index)
{
	return s->begun && index >= s->begun_index;
}

static void add_job(struct jobs_named *to, uint32_t job)
{
	if (job == NO_INDEX)
		return;
	if (to->count < COUNT_OF(to->jobs))
		to->jobs[to->count] = job;
	to->count++;
}

/* A job ended: this worker's, or one in a queue that somebody cancelled. */
static void note_job_end(struct story *s, const struct event *e)
{
	uint32_t job = view_job_find(s->v, e->a);
	if (job == JOB_NONE)
		return;
	if (s->v->jobs.items[job].started == NO_EVENT)
		add_job(&s->dropped_jobs, job);
	else
		s->job_ended = e;
}

static void note_future(struct story *s, uint64_t index, const struct event *e)
{
	const struct thing *t = thing_find(s->v, e->a);
	if (!t || !of_step(s, index))
		return;
	uint32_t job = job_of_thing(s->v, e->a);
	if (job != NO_INDEX && s->v->jobs.items[job].abandoned == index &&
	    s->v->jobs.items[job].started < index)
		add_job(&s->abandoned, job);
	if (t->family != NO_INDEX && !s->v->families.items[t->family].group &&
	    e->detail == ENDING_EXCEPTION)
		s->failing = e;
	if (e->detail != ENDING_CANCELLED && waits_for(s->v, t->waiter, e->a, index))
		names_add(&s->completed_for, t->waiter);
}

static void note(struct story *s, uint64_t index)
{
	const struct event *e = trace_at(s->v->trace, index);
	if (e->thread != s->m.thread)
		return;
	switch (e->kind) {
	case EV_STEP_BEGUN:
		if (index != s->m.begun)
			break;
		s->begins = true;
		break;
	case EV_TASK_WAITS:
	case EV_TASK_YIELDED:
	case EV_TASK_DONE:
	case EV_TASK_FAILED:
	case EV_TASK_CANCELLED:
		if (of_step(s, index) && view_lane_of(s->v, e->task) == s->lane)
			s->outcome = e;
		break;
	case EV_TIMER_FIRED:
		s->fired = e;
		break;
	case EV_LINE:
		if (s->m.kind == MOMENT_CAPTION && index + 2 >= s->m.end) {
			s->caption_line = e;
			break;
		}
		/* The program goes on: what loop was started before has ended since. */
		if (!s->begun && e->task == 0)
			s->loop_started = NULL;
		if (s->begun ? of_step(s, index) : true)
			note_line(s, e);
		break;
	case EV_CAPTION:
		if (!s->caption_line)
			s->caption_line = e;
		break;
	case EV_TASK_CREATED:
		if (s->begun ? of_step(s, index) : true)
			names_add(&s->created, view_lane_of(s->v, e->a));
		break;
	case EV_READY:
		if (!of_step(s, index))
			break;
		s->readies = true;
		names_add(&s->woken, view_lane_of(s->v, e->a));
		break;
	case EV_FUTURE_DONE:
		note_future(s, index, e);
		break;
	case EV_GATHER_CHILD_DONE:
	case EV_GROUP_CHILD_DONE:
		if (of_step(s, index))
			s->counted = e;
		break;
	case EV_GROUP_ABORTING:
		s->aborting = e;
		break;
	case EV_CANCEL_REQUESTED:
		if (!s->begun || of_step(s, index))
			names_add(&s->cancels, view_lane_of(s->v, e->a));
		break;
	case EV_CANCEL_IGNORED:
		if (of_step(s, index))
			names_add(&s->too_late, view_lane_of(s->v, e->a));
		break;
	case EV_CANCEL_DELIVERED:
		if (view_lane_of(s->v, e->a) == s->lane && of_step(s, index))
			s->delivered = e;
		break;
	case EV_CANCEL_SWALLOWED:
		if (view_lane_of(s->v, e->a) == s->lane && of_step(s, index))
			s->swallowed = e;
		break;
	case EV_UNCANCELLED:
		if (e->b == 0 && view_lane_of(s->v, e->a) == s->lane && of_step(s, index))
			s->taken_back = e;
		break;
	case EV_TASK_DROPPED:
		names_add(&s->dropped, view_lane_of(s->v, e->a));
		break;
	case EV_BLOCK_BEGUN:
		s->block = e;
		s->join = NULL;
		s->block_index = index;
		break;
	case EV_JOIN_BEGUN:
		s->join = e;
		s->block = NULL;
		s->block_index = index;
		break;
	case EV_BLOCK_ENDED:
	case EV_JOIN_ENDED:
		s->ended_block = e;
		break;
	case EV_JOB_STARTED:
		s->job_started = e;
		break;
	case EV_JOB_ENDED:
		note_job_end(s, e);
		break;
	case EV_POSTED:
		/* What was posted in a worker's last stretch is written down after it. */
		if (!s->m.thread || of_step(s, index))
			s->posted = e;
		break;
	case EV_IO_READY:
		s->io_ready = e;
		break;
	case EV_LOOP_STOPPED:
		s->loop_stopped = e;
		break;
	case EV_LOGGED:
		s->logged = e;
		break;
	case EV_WARNED:
		s->warned = e;
		break;
	case EV_UNCAUGHT:
		s->uncaught = e;
		break;
	case EV_LIMIT:
		s->limit = e;
		break;
	case EV_DEADLOCK:
		s->deadlock = e;
		break;
	case EV_RUN_ENDED:
		s->run_ended = e;
		break;
	case EV_LOOP_STARTED:
		s->loop_started = e;
		break;
	default:
		break;
	}
}

/* What a worker has posted is delivered once its stretch is over. */
static void note_delivered(struct story *s)
{
	const struct view *v = s->v;
	for (uint64_t i = s->m.end; s->m.thread && i < v->count; i++) {
		const struct event *e = trace_at(v->trace, i);
		if (e->kind == EV_POSTED && e->thread == s->m.thread)
			s->posted = e;
		else if (e->kind != EV_READY && e->kind != EV_HANDLE &&
		         e->kind != EV_POSTED)
			return;
	}
}

/* The mark that ends at or before `position`. */
static size_t mark_before(const struct view *v, uint64_t position)
{
	return view_moment_at(v, true, position);
}

struct story story_of(const struct view *v, bool internals, size_t index)
{
	struct story s = {
		.v = v, .m = view_moment(v, internals, index), .internals = internals};
	struct names none = {.v = v};
	s.created = s.cancels = s.too_late = s.woken = s.dropped = s.completed_for = none;
	s.lane = s.m.lane;
	s.begun_index = s.m.begun;
	if (s.m.begun != NO_EVENT)
		s.begun = trace_at(v->trace, s.m.begun);
	s.internal_step = s.begun && s.begun->kind == EV_STEP_BEGUN &&
	                  handle_is_internal(v, s.begun->a, s.begun->detail);
	s.begin = moment_own_begin(v, internals, index);
	/* The line at which a caption stopped runs only now. */
	if (s.begin > 0 && trace_at(v->trace, s.begin - 1)->kind == EV_LINE &&
	    v->marks.items[mark_before(v, s.begin)].kind == MOMENT_CAPTION)
		note_line(&s, trace_at(v->trace, s.begin - 1));
	for (uint64_t i = s.begin; i < s.m.end; i++) {
		if (i - s.begin == LOOK_AT / 2 && s.m.end - i > LOOK_AT / 2)
			i = s.m.end - LOOK_AT / 2;
		note(&s, i);
	}
	note_delivered(&s);
	return s;
}

const struct event *find_before(const struct view *v, uint64_t index,
                                enum event_kind kind)
{
	uint16_t thread = index < v->count ? trace_at(v->trace, index)->thread : 0;
	const struct step *step = thread_step_at(thread_find(v, thread), index);
	bool in_step = step && step->ended >= index;
	for (size_t seen = 0; index > 0 && seen < LOOK_AT; seen++) {
		const struct event *e = trace_at(v->trace, --index);
		if (e->thread != thread)
			continue;
		if (e->kind == (unsigned)kind)
			return e;
		if (e->kind == (in_step ? EV_STEP_BEGUN : EV_LOOP_STOPPED))
			return NULL;
	}
	return NULL;
}

const struct family *family_of(const struct view *v, uint32_t id)
{
	const struct thing *t = thing_find(v, id);
	return t && t->family != NO_INDEX ? &v->families.items[t->family] : NULL;
}
