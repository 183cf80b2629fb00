/*
 * Reasons: why a step came about, told from what its task had waited for and who
 * completed, failed or cancelled that.
 */
#include <string.h>

#include "view/story.h"

/* The request that led to the cancellation of `task`: the last one before `position`, or
 * NO_EVENT. */
static uint64_t find_request(const struct view *v, uint32_t task, uint64_t position)
{
	size_t i = events_below(v->cancels.items, v->cancels.count, position);
	for (size_t seen = 0; i-- > 0 && seen < LOOK_AT; seen++)
		if (trace_at(v->trace, v->cancels.items[i])->a == task)
			return v->cancels.items[i];
	return NO_EVENT;
}

/* A group asked for it: because a member failed, its owner was cancelled, or its block
 * raised. */
static void put_asked_by_group(const struct view *v, struct scratch *t, uint64_t index,
                               const struct event *aborting, struct buf *why)
{
	const struct event *hit = find_before(v, index, EV_CANCEL_DELIVERED);
	enum phrase phrase = PHRASE_ASKED_GROUP_BODY;
	if (aborting->b) {
		set_name(v, &t->other, view_lane_of(v, aborting->b));
		phrase = PHRASE_ASKED_GROUP;
	} else if (hit) {
		set_name(v, &t->other, view_lane_of(v, hit->a));
		phrase = PHRASE_ASKED_GROUP_CANCELLED;
	}
	say(why, phrase, t);
}

/* Whether it is the step of a callback of the loop's own. */
static bool step_is_internal(const struct view *v, const struct step *step)
{
	const struct event *e = trace_at(v->trace, step->begun);
	return handle_is_internal(v, e->a, e->detail);
}

/* Whether the last request to cancel the lane came from a timer of the loop. */
static bool by_timeout(const struct story *s)
{
	const struct view *v = s->v;
	uint64_t index = find_request(v, v->lanes.items[s->lane].lane.task, s->m.begun);
	const struct step *step = index == NO_EVENT ? NULL : step_of_event(v, index);
	return step && step_is_internal(v, step) &&
	       !find_before(v, index, EV_GROUP_ABORTING);
}

/* Why the lane was cancelled, into t->text. */
static void explain_cancel(const struct story *s, struct scratch *t, uint64_t position)
{
	const struct view *v = s->v;
	uint32_t task = v->lanes.items[s->lane].lane.task;
	struct buf why = {0};
	uint64_t index = find_request(v, task, position);
	if (index == NO_EVENT) {
		buf_puts(&why, "what it awaited was cancelled");
		goto done;
	}
	const struct event *e = trace_at(v->trace, index);
	const struct event *aborting = find_before(v, index, EV_GROUP_ABORTING);
	const struct step *step = step_of_event(v, index);
	if (step && aborting) {
		put_asked_by_group(v, t, index, aborting, &why);
	} else if (e->task == task) {
		say(&why, PHRASE_ASKED_SELF, t);
	} else if (e->task) {
		set_name(v, &t->other, view_lane_of(v, e->task));
		say(&why, PHRASE_ASKED_BY, t);
	} else if (!step) {
		bool program = find_before(v, index, EV_LINE) != NULL;
		say(&why, program ? PHRASE_ASKED_PROGRAM : PHRASE_ASKED_SHUTDOWN, t);
	} else if (step_is_internal(v, step)) {
		say(&why, PHRASE_ASKED_TIMEOUT, t);
	} else {
		say(&why, PHRASE_ASKED_CALLBACK, t);
	}
done:
	buf_reset(&t->text);
	buf_puts(&t->text, buf_text(&why));
	buf_free(&why);
}

static enum phrase explain_family(const struct story *s, struct scratch *t,
                                  const struct family *f, const struct thing *cause)
{
	set_counts(s->v, t, f, s->m.begun);
	if (family_is_machinery(s->v, f)) {
		buf_reset(&t->label);
		buf_puts(&t->label, "start_server");
		return PHRASE_WHY_OTHER;
	}
	if (f->group)
		return PHRASE_WHY_GROUP_DONE;
	const struct event *done = cause->done_event == NO_EVENT
	                                   ? NULL
	                                   : trace_at(s->v->trace, cause->done_event);
	if (done && done->detail == ENDING_EXCEPTION)
		return PHRASE_WHY_GATHER_FAILED;
	return t->f.n == 1   ? PHRASE_WHY_GATHER_ONE
	       : t->f.n == 2 ? PHRASE_WHY_GATHER_BOTH
	                     : PHRASE_WHY_GATHER_DONE;
}

/* On the real clock no timer is punctual; only what is later than this is worth a word.
 */
#define LATE_NS INT64_C(2000000)

/* Who had the thread when a timer was due, and longest until its step began; or
 * LANE_NONE: nobody for any length of time. */
static uint32_t who_was_busy(const struct story *s, int64_t due_ns)
{
	enum { LOOK_BACK = 1000 };
	const struct view *v = s->v;
	const struct thread_data *th = thread_find(v, s->m.thread);
	const struct step *here = thread_step_at(th, s->m.begun);
	uint32_t lane = LANE_NONE;
	int64_t longest_ns = LATE_NS / 4;
	for (size_t seen = 0; here && seen < LOOK_BACK; seen++, here--) {
		int64_t begun_ns = trace_at(v->trace, here->begun)->time_ns;
		int64_t ended_ns = here->ended < v->count
		                           ? trace_at(v->trace, here->ended)->time_ns
		                           : v->time_ns;
		if (ended_ns <= due_ns)
			break;
		if (begun_ns < due_ns)
			begun_ns = due_ns;
		if (ended_ns - begun_ns > longest_ns && here->lane != LANE_LOOP) {
			longest_ns = ended_ns - begun_ns;
			lane = here->lane;
		}
		if (here == th->steps.items)
			break;
	}
	return lane;
}

/* A timer of the real clock was late: by how much (t->span), and because of whom
 * (t->other). */
static enum phrase explain_late(const struct story *s, struct scratch *t, int64_t due_ns,
                                enum phrase by, enum phrase only, enum phrase plain)
{
	uint32_t lane = who_was_busy(s, due_ns);
	buf_reset(&t->span);
	duration_text(ns_between(due_ns, s->begun->time_ns), &t->span);
	set_name(s->v, &t->other, lane);
	if (lane != LANE_NONE)
		return by;
	/* Nobody's fault: the machine was late, and that is worth less. */
	return ns_between(due_ns, s->begun->time_ns) > 5 * LATE_NS ? only : plain;
}

static enum phrase explain_sleep(const struct story *s, struct scratch *t,
                                 const struct thing *cause)
{
	if (cause->its_timer == NO_INDEX)
		return PHRASE_WHY_SLEEP;
	int64_t due = s->v->timers.lives.items[cause->its_timer].when_ns;
	set_time(&t->time, due);
	bool real = trace_about(s->v->trace)->real_clock;
	if (ns_between(due, s->begun->time_ns) <= (real ? LATE_NS : 0))
		return PHRASE_WHY_SLEEP;
	if (real)
		return explain_late(s, t, due, PHRASE_WHY_SLEEP_LATE_BY,
		                    PHRASE_WHY_SLEEP_LATE_ONLY, PHRASE_WHY_SLEEP);
	return PHRASE_WHY_SLEEP_LATE;
}

/* A job is over: which worker has done it. */
static enum phrase explain_job(const struct story *s, struct scratch *t, uint32_t job,
                               const struct event *done)
{
	const struct view *v = s->v;
	if (done && done->detail == ENDING_CANCELLED)
		return PHRASE_WHY_FUTURE_CANCELLED;
	set_text(v, &t->label, v->job_lives.lives.items[job].text);
	set_name(v, &t->other, view_lane_of_thread(v, v->jobs.items[job].thread));
	return v->jobs.items[job].ending == ENDING_EXCEPTION ? PHRASE_WHY_JOB_FAILED
	                                                     : PHRASE_WHY_JOB_DONE;
}

/* How a wait came to its end, by how its label begins. */
struct way {
	const char *begins;
	enum phrase phrase;
};

static enum phrase way_of(const struct way *ways, size_t count, const struct scratch *t,
                          enum phrase other)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(buf_text(&t->label), ways[i].begins,
		            strlen(ways[i].begins)) == 0)
			return ways[i].phrase;
	return other;
}

/* Somebody ended the wait for a lock, an event, a queue: by what, its label says. */
static enum phrase explain_sync(const struct story *s, struct scratch *t,
                                const struct event *done)
{
	static const struct way ways[] = {
		{"Lock", PHRASE_WHY_LOCK},
		{"Semaphore", PHRASE_WHY_LOCK},
		{"BoundedSemaphore", PHRASE_WHY_LOCK},
		{"Event", PHRASE_WHY_EVENT},
		{"Condition", PHRASE_WHY_CONDITION},
		{"Queue.get", PHRASE_WHY_QUEUE_GET},
		{"Queue.put", PHRASE_WHY_QUEUE_PUT},
		{"Queue.join", PHRASE_WHY_QUEUE_JOIN},
	};
	uint32_t lane = done ? lane_of_event(s->v, done) : LANE_NONE;
	if (lane == LANE_NONE || done->detail != ENDING_RESULT)
		return PHRASE_WHY_OTHER;
	set_name(s->v, &t->other, lane);
	return way_of(ways, COUNT_OF(ways), t, PHRASE_WHY_OTHER);
}

/* What came from a descriptor, by the label as well. */
static enum phrase explain_io(struct scratch *t, const struct event *done)
{
	static const struct way ways[] = {
		{"read", PHRASE_WHY_READ},
		{"sock_recv", PHRASE_WHY_READ},
		{"open_connection", PHRASE_WHY_OPENED},
		{"create_connection", PHRASE_WHY_OPENED},
		{"connect", PHRASE_WHY_CONNECTED},
		{"sock_connect", PHRASE_WHY_CONNECTED},
		{"sock_accept", PHRASE_WHY_CONNECTED},
		{"drain", PHRASE_WHY_DRAINED},
		{"wait_closed", PHRASE_WHY_CLOSED},
		{"server.wait_closed", PHRASE_WHY_CLOSED},
	};
	if (done && done->detail != ENDING_RESULT)
		return PHRASE_WHY_OTHER;
	return way_of(ways, COUNT_OF(ways), t, PHRASE_WHY_IO_DONE);
}

static enum phrase explain_future(const struct story *s, struct scratch *t,
                                  const struct event *done)
{
	if (done->detail == ENDING_CANCELLED)
		return PHRASE_WHY_FUTURE_CANCELLED;
	if (done->detail == ENDING_EXCEPTION)
		return PHRASE_WHY_FUTURE_ERROR;
	if (!done->task)
		return PHRASE_WHY_FUTURE;
	set_name(s->v, &t->other, view_lane_of(s->v, done->task));
	return PHRASE_WHY_FUTURE_BY;
}

/* What it waited for and is through now. */
static enum phrase explain_cause(const struct story *s, struct scratch *t)
{
	const struct view *v = s->v;
	const struct thing *cause = thing_find(v, s->begun->b);
	if (!cause)
		return PHRASE_TURN;
	set_label(v, &t->label, s->begun->b, 0);
	const struct event *done = cause->done_event == NO_EVENT
	                                   ? NULL
	                                   : trace_at(v->trace, cause->done_event);
	if (cause->lane != LANE_NONE) {
		set_name(v, &t->other, cause->lane);
		if (done && done->kind == EV_TASK_FAILED)
			return PHRASE_WHY_TASK_FAILED;
		return done && done->kind == EV_TASK_CANCELLED ? PHRASE_WHY_TASK_CANCELLED
		                                               : PHRASE_WHY_TASK_DONE;
	}
	if (cause->family != NO_INDEX)
		return explain_family(s, t, &v->families.items[cause->family], cause);
	uint32_t job = job_of_thing(v, s->begun->b);
	if (job != NO_INDEX)
		return explain_job(s, t, job, done);
	switch (cause->kind) {
	case WAIT_LOCK:
	case WAIT_QUEUE:
		return explain_sync(s, t, done);
	case WAIT_IO:
		return done && done->task ? explain_future(s, t, done)
		                          : explain_io(t, done);
	case WAIT_GROUP:
		return PHRASE_WHY_GROUP_DONE;
	case WAIT_SLEEP:
		if (done && done->detail == ENDING_CANCELLED)
			return PHRASE_WHY_FUTURE_CANCELLED;
		return explain_sleep(s, t, cause);
	case WAIT_NONE:
	case WAIT_FUTURE:
		return done ? explain_future(s, t, done) : PHRASE_WHY_OTHER;
	default:
		return PHRASE_WHY_OTHER;
	}
}

/* Whether the lane had run before event `index`. */
static bool ran_before(const struct view *v, uint32_t lane, uint64_t index)
{
	size_t i = view_span_at(v, lane, index);
	if (i == SIZE_MAX)
		return false;
	const struct lane_data *l = &v->lanes.items[lane];
	if (l->sums.items[i / SUMS_EVERY].runs)
		return true;
	for (size_t k = i - i % SUMS_EVERY; k <= i; k++)
		if (span_state(l->spans.items[k]) == STATE_RUNNING)
			return true;
	return false;
}

/* The label of what the lane waited for when event `index` came; empty if it did not
 * wait. */
static void set_label_before(const struct story *s, struct scratch *t, uint64_t index)
{
	buf_reset(&t->label);
	size_t i = view_span_at(s->v, s->lane, index);
	for (size_t back = 0; i != SIZE_MAX && back < 4; i--, back++) {
		struct span span = view_span(s->v, s->lane, i);
		if (span.wait_id || span.wait_text) {
			const struct family *f = span_family(s->v, s->lane, &span);
			if (f)
				buf_puts(&t->label,
				         f->group ? "its group" : "its gather");
			else
				set_label(s->v, &t->label, span.wait_id, span.wait_text);
			return;
		}
		if (span.state == STATE_RUNNING || i == 0)
			return;
	}
}

void put_taken_back(const struct story *s, struct scratch *t, struct buf *out)
{
	if (s->taken_back && by_timeout(s))
		say(out, PHRASE_TIMEOUT_TAKES_BACK, t);
}

bool put_opening(const struct story *s, struct scratch *t, struct buf *out)
{
	const struct view *v = s->v;
	bool before = ran_before(v, s->lane, s->m.begun);
	if (s->delivered) {
		explain_cancel(s, t, s->m.begun);
		if (!before && !s->any_lines && s->outcome &&
		    s->outcome->kind == EV_TASK_CANCELLED) {
			say(out, PHRASE_NEVER_ENTERED, t);
			return false;
		}
		set_label_before(s, t, s->m.begun);
		say(out, t->label.len ? PHRASE_CANCEL_HIT : PHRASE_CANCEL_HIT_PLAIN, t);
		put_taken_back(s, t, out);
		return true;
	}
	if (!before) {
		say(out, PHRASE_BEGAN, t);
		return true;
	}
	enum phrase why = explain_cause(s, t);
	if (why == PHRASE_TURN) {
		say(out, PHRASE_TURN, t);
		return true;
	}
	struct buf reason = {0};
	say(&reason, why, t);
	buf_reset(&t->text);
	buf_puts(&t->text, buf_text(&reason));
	buf_free(&reason);
	say(out, PHRASE_WOKE, t);
	return true;
}

uint32_t poster_of(const struct view *v, uint32_t id)
{
	const struct thing *t = thing_find(v, id);
	bool posted = t && link_is_posted(v, t->job, id);
	return posted ? v->links.items[t->job].from_lane : LANE_NONE;
}

uint32_t job_of_posted(const struct view *v, uint64_t begun, uint64_t end)
{
	for (uint64_t i = begun; i < end && i - begun < LOOK_AT; i++) {
		const struct event *e = trace_at(v->trace, i);
		uint32_t job =
			e->kind == EV_FUTURE_DONE ? job_of_thing(v, e->a) : NO_INDEX;
		if (job != NO_INDEX && v->jobs.items[job].started < i)
			return job;
	}
	return JOB_NONE;
}

bool set_watch_of(const struct story *s, struct scratch *t)
{
	const struct view *v = s->v;
	const struct thing *cause = thing_find(v, s->begun->b);
	const struct thing *self = thing_find(v, s->begun->a);
	if (!cause || cause->is_job || cause->watch == NO_INDEX)
		cause = self;
	if (!cause || cause->is_job || cause->watch == NO_INDEX)
		return false;
	set_text(v, &t->label, v->watches.lives.items[cause->watch].text);
	return true;
}

/* Its time has come; on the real clock, how long ago. */
static void put_timer_reason(const struct story *s, struct scratch *t,
                             const struct thing *self, struct buf *out)
{
	const struct view *v = s->v;
	int64_t due = self && self->timer != NO_INDEX
	                      ? v->timers.lives.items[self->timer].when_ns
	                      : s->begun->time_ns;
	set_time(&t->time, due);
	enum phrase phrase = PHRASE_WHY_TIMER;
	if (trace_about(v->trace)->real_clock && ns_between(due, s->begun->time_ns) > LATE_NS)
		phrase = explain_late(s, t, due, PHRASE_WHY_TIMER_LATE_BY,
		                      PHRASE_WHY_TIMER_LATE_ONLY, PHRASE_WHY_TIMER);
	say(out, phrase, t);
}

void put_callback_reason(const struct story *s, struct scratch *t, struct buf *out)
{
	const struct view *v = s->v;
	const struct thing *self = thing_find(v, s->begun->a);
	const struct thing *cause = thing_find(v, s->begun->b);
	switch (s->begun->detail) {
	case ROLE_TIMER:
		put_timer_reason(s, t, self, out);
		break;
	case ROLE_DONE_CALLBACK:
		if (cause && cause->lane != LANE_NONE) {
			set_name(v, &t->other, cause->lane);
			say(out, PHRASE_WHY_DONE_CALLBACK, t);
		} else {
			say(out, PHRASE_WHY_DONE_FUTURE, t);
		}
		break;
	case ROLE_IO:
		say(out, set_watch_of(s, t) ? PHRASE_WHY_IO_READY : PHRASE_WHY_IO, t);
		break;
	default:
		set_name(v, &t->other, poster_of(v, s->begun->a));
		say(out, t->other.len ? PHRASE_WHY_POSTED : PHRASE_WHY_CALL_SOON, t);
		break;
	}
}
