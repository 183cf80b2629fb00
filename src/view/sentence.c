/*
 * Sentences: see sentence.h. From a moment's story (story.h), phrases of
 * sentence.def are put together: how the step came about, what it did, what
 * follows from it.
 */
#include "view/sentence.h"

#include <string.h>

#include "view/snapshot.h"
#include "view/story.h"
#include "view/totals.h"

/* ---- how a step ended ---- */

static enum phrase end_waiting(const struct story *s, struct scratch *t)
{
	const struct view *v = s->v;
	const struct event *e = s->outcome;
	size_t i = view_span_at(v, s->lane, s->m.end);
	struct span span = view_span(v, s->lane, i);
	if (span.wait_id != e->a) {
		span.wait_id = e->a;
		span.wait_kind = e->detail;
		span.deadline_ns = INT64_MAX;
	}
	const struct family *f = span_family(v, s->lane, &span);
	set_label(v, &t->label, e->a, e->b);
	if (f)
		set_counts(v, t, f, s->m.end);
	bool cleans = s->delivered && !s->taken_back;
	if (cleans && f && f->group)
		return PHRASE_END_CLEANS_UP_GROUP;
	if (s->swallowed && !s->taken_back)
		return PHRASE_END_SWALLOWED_WAITS;
	if (cleans)
		return PHRASE_END_CLEANS_UP;
	if (f && family_is_machinery(v, f)) {
		buf_reset(&t->label);
		buf_puts(&t->label, "start_server");
		return PHRASE_END_WAITS;
	}
	if (f)
		return f->group ? PHRASE_END_WAITS_GROUP : PHRASE_END_WAITS_GATHER;
	uint32_t job = job_of_thing(v, e->a);
	if (job != NO_INDEX) {
		buf_reset(&t->label);
		view_wait_label(v, s->lane, s->m.end, &t->label);
	}
	if (span.deadline_ns == INT64_MAX)
		return view_lane_of(v, e->a) == LANE_NONE ? PHRASE_END_WAITS
		                                          : PHRASE_END_WAITS_TASK;
	set_time(&t->time, span.deadline_ns);
	return PHRASE_END_WAITS_DUE;
}

static enum phrase end_phrase(const struct story *s, struct scratch *t)
{
	const struct event *e = s->outcome;
	switch (e->kind) {
	case EV_TASK_WAITS:
		return end_waiting(s, t);
	case EV_TASK_YIELDED:
		return PHRASE_END_YIELDS;
	case EV_TASK_FAILED:
		set_text(s->v, &t->text, e->b);
		return PHRASE_END_FAILED;
	case EV_TASK_CANCELLED:
		return PHRASE_END_CANCELLED;
	default:
		break;
	}
	if (s->swallowed && !s->taken_back)
		return PHRASE_END_SWALLOWED_DONE;
	const char *result = trace_text(s->v->trace, e->b, NULL);
	if (!*result || strcmp(result, "None") == 0)
		return PHRASE_END_DONE;
	set_text(s->v, &t->text, e->b);
	return PHRASE_END_RESULT;
}

/* The record ends in the middle of a step. */
static void put_unfinished(const struct story *s, struct scratch *t, struct buf *out)
{
	bool named = out->len > 0;
	if (!s->any_lines) {
		say(out, named ? PHRASE_RUNS_ON_IT : PHRASE_RUNS_ON, t);
		return;
	}
	set_lines(t, s);
	say(out, named ? PHRASE_RAN_ON_IT : PHRASE_RAN_ON, t);
}

void put_caption_line(const struct story *s, struct scratch *t, struct buf *out)
{
	bool named = out->len > 0;
	if (!s->caption_line)
		return;
	t->f.n = s->caption_line->a;
	if (!s->any_lines) {
		say(out, named ? PHRASE_AT_LINE_IT : PHRASE_AT_LINE, t);
		return;
	}
	set_lines(t, s);
	say(out, named ? PHRASE_RAN_AT_LINE_IT : PHRASE_RAN_AT_LINE, t);
}

void put_ran_and(const struct story *s, struct scratch *t, enum phrase phrase,
                 struct buf *out)
{
	bool named = out->len > 0;
	struct buf end = {0};
	say(&end, phrase, t);
	buf_reset(&t->text);
	buf_puts(&t->text, buf_text(&end));
	buf_free(&end);
	if (!s->any_lines) {
		say(out, named ? PHRASE_NOW_IT : PHRASE_NOW, t);
		return;
	}
	set_lines(t, s);
	say(out, named ? PHRASE_RAN_IT : PHRASE_RAN, t);
}

/* The thread is held: by time.sleep, or until another thread is done. */
static void put_block(const struct story *s, struct scratch *t, struct buf *out)
{
	bool named = out->len > 0;
	if (s->join) {
		set_blocked_on(s->v, s->join, s->m.end, t);
		if (s->any_lines)
			put_ran_and(s, t, PHRASE_END_BLOCKED, out);
		else
			say(out, named ? PHRASE_BLOCKED_IT : PHRASE_BLOCKED, t);
		return;
	}
	int64_t busy_ns = trace_number_at(s->v->trace, s->block->a);
	t->f.n = s->block->b;
	buf_reset(&t->span);
	duration_text(busy_ns, &t->span);
	set_time(&t->time, add_ns(s->block->time_ns, busy_ns));
	say(out, named ? PHRASE_BUSY_IT : PHRASE_BUSY, t);
}

/* It goes on in this step once a worker has taken the job that it submitted. */
static void put_handing_over(const struct story *s, struct scratch *t, uint32_t job,
                             struct buf *out)
{
	const struct view *v = s->v;
	set_text(v, &t->label, v->job_lives.lives.items[job].text);
	set_name(v, &t->other, view_lane_of_thread(v, v->jobs.items[job].thread));
	put_ran_and(s, t, PHRASE_END_HANDS_OVER, out);
}

/* What it did in this moment and how that ended. */
static void put_deed(const struct story *s, struct scratch *t, struct buf *out)
{
	uint32_t handed = job_handed_over(s);
	if (s->m.kind == MOMENT_CAPTION && s->caption_line)
		put_caption_line(s, t, out);
	else if (s->m.kind == MOMENT_BLOCK && (s->block || s->join))
		put_block(s, t, out);
	else if (handed != JOB_NONE)
		put_handing_over(s, t, handed, out);
	else if (s->outcome)
		put_ran_and(s, t, end_phrase(s, t), out);
	else
		put_unfinished(s, t, out);
}

/* ---- what follows ---- */

/* Who was held up by the blocking call that begins or that has just ended here. */
static void put_hold(const struct story *s, struct scratch *t, struct buf *why)
{
	const struct view *v = s->v;
	bool begins = s->m.kind == MOMENT_BLOCK;
	if (!begins && !s->ended_block)
		return;
	/* Outside of the loop there is nobody whom another thread's job could hold up. */
	if (s->join && !s->begun)
		return;
	/* The pair in blocks: BLOCK_BEGUN or JOIN_BEGUN, then its end. */
	const struct thread_data *th = thread_find(v, s->m.thread);
	size_t i = events_below(th->blocks.items, th->blocks.count, s->m.end);
	if (i == 0 || (begins && i >= th->blocks.count))
		return;
	uint64_t from = begins ? s->block_index : i >= 2 ? th->blocks.items[i - 2] : 0;
	uint64_t to = begins ? th->blocks.items[i] : th->blocks.items[i - 1];
	struct hold h;
	view_hold(v, s->lane, from, to, &h);
	struct names held = {.v = v};
	int64_t longest_ns = 0;
	for (size_t k = 0; k < h.held_count; k++) {
		names_add(&held, h.held[k].lane);
		if (h.held[k].held_ns > longest_ns)
			longest_ns = h.held[k].held_ns;
	}
	set_names(t, &held);
	buf_reset(&t->span);
	duration_text(longest_ns, &t->span);
	if (begins)
		say(why, held.count ? PHRASE_HOLDS_UP : PHRASE_HOLDS_NOBODY, t);
	else if (held.count)
		say(why, PHRASE_HELD_UP, t);
	hold_free(&h);
}

/* Somebody's warning: the one that learners meet first has words of its own. */
static void put_warning(const struct story *s, struct scratch *t, struct buf *why)
{
	if (!s->warned)
		return;
	const char *text = trace_text(s->v->trace, s->warned->b, NULL);
	const char *from = strchr(text, '\''), *to = from ? strchr(from + 1, '\'') : NULL;
	buf_reset(&t->text);
	if (to && strstr(text, "was never awaited")) {
		put_shown(&t->text, from + 1, (size_t)(to - from - 1), TEXT_COLS);
		say(why, PHRASE_NEVER_AWAITED, t);
		return;
	}
	put_shown(&t->text, text, strlen(text), TEXT_COLS * 2);
	say(why, PHRASE_WARNED, t);
}

static void put_aborting(const struct story *s, struct scratch *t, struct buf *why)
{
	set_names(t, &s->cancels);
	set_name(s->v, &t->other, view_lane_of(s->v, s->aborting->b));
	if (!s->cancels.count && !s->aborting->b)
		return;
	if (!s->aborting->b)
		say(why, s->delivered ? PHRASE_GROUP_PASSES_ON : PHRASE_GROUP_ABORTS_BODY,
		    t);
	else
		say(why,
		    s->cancels.count ? PHRASE_GROUP_ABORTS : PHRASE_GROUP_ABORTS_NOBODY,
		    t);
}

/* Whose gather or group it is, in words: who waits for it, else who made it. */
static void set_owner(const struct view *v, struct buf *b, const struct family *f)
{
	uint32_t waiter = waiter_of(v, f->id);
	uint32_t owner = waiter != LANE_NONE ? waiter : f->parent;
	set_name(v, b, owner);
	if (owner == LANE_PROGRAM || owner == LANE_NONE) {
		buf_reset(b);
		buf_puts(b, "the program");
	}
}

/* Whether it is this task's failure that the gather failed with. */
static bool fails_gather(const struct view *v, const struct family *f, uint32_t task)
{
	const struct thing *outer = thing_find(v, f->id);
	if (!outer || outer->done_event == NO_EVENT)
		return false;
	if (trace_at(v->trace, outer->done_event)->detail != ENDING_EXCEPTION)
		return false;
	const struct event *counted =
		find_before(v, outer->done_event, EV_GATHER_CHILD_DONE);
	return counted && counted->a == f->id && counted->b == task;
}

/* A task has ended: who is told? */
static void put_told(const struct story *s, struct scratch *t, struct buf *why)
{
	const struct view *v = s->v;
	uint32_t task = v->lanes.items[s->lane].lane.task;
	uint32_t waiter = waiter_of(v, task);
	const struct thing *self = thing_find(v, task);
	bool failed = s->outcome->kind == EV_TASK_FAILED, told = false;
	if (waits_for(v, waiter, task, s->m.end)) {
		set_name(v, &t->other, waiter);
		say(why, PHRASE_WAKES, t);
		told = true;
	}
	const struct family *f = self && self->member_of != NO_INDEX
	                                 ? &v->families.items[self->member_of]
	                                 : NULL;
	/* The gather with which asyncio.run ends is nobody's. */
	if (f && (f->parent > LANE_LOOP || waiter_of(v, f->id) != LANE_NONE)) {
		set_owner(v, &t->other, f);
		set_counts(v, t, f, s->m.end);
		if (!f->group && failed && fails_gather(v, f, task))
			say(why, PHRASE_GATHER_FAILS, t);
		else
			say(why, f->group ? PHRASE_GROUP_COUNTS : PHRASE_GATHER_COUNTS,
			    t);
		told = true;
	}
	if (failed && !told && !s->readies && !s->logged)
		say(why, PHRASE_NOBODY_LOOKS, t);
}

static void put_consequences(const struct story *s, struct scratch *t, struct buf *why)
{
	put_hold(s, t, why);
	put_jobs(s, t, why);
	if (s->created.count && !lane_is_machinery(s->v, s->created.lanes[0])) {
		set_names(t, &s->created);
		say(why, PHRASE_CREATED, t);
	}
	if (s->aborting) {
		put_aborting(s, t, why);
	} else if (s->cancels.count) {
		set_names(t, &s->cancels);
		say(why, PHRASE_CANCELS, t);
	}
	if (s->too_late.count) {
		set_names(t, &s->too_late);
		say(why, PHRASE_CANCEL_TOO_LATE, t);
	}
	if (s->completed_for.count && s->lane != LANE_LOOP) {
		set_names(t, &s->completed_for);
		say(why, PHRASE_WAKES_OF_FUTURE, t);
	}
	bool over = s->outcome && s->outcome->kind >= EV_TASK_DONE &&
	            s->outcome->kind <= EV_TASK_CANCELLED;
	if (over)
		put_told(s, t, why);
	put_warning(s, t, why);
	if (s->logged) {
		set_text(s->v, &t->text, s->logged->a);
		say(why, PHRASE_LOGGED, t);
	}
	if (s->dropped.count) {
		set_names(t, &s->dropped);
		say(why, PHRASE_DESTROYED, t);
	}
}

/* ---- what comes next ---- */

/* Add whose entry of the queue that is; the loop's own count for whom they wake. */
static void add_entry(struct names *names, const struct ready_entry *r, bool internals)
{
	const struct view *v = names->v;
	const struct thing *t = thing_find(v, r->id);
	if (r->lane != LANE_NONE && lane_is_machinery(v, r->lane) && !internals) {
		/* It accepts, opens sockets, cleans up: nothing that the scene has. */
	} else if (r->lane != LANE_NONE) {
		names_add(names, r->lane);
	} else if (r->role == ROLE_INTERNAL || r->role == ROLE_INTERNAL_TIMER) {
		uint32_t target = t && t->timer != NO_INDEX
		                          ? v->timers.lives.items[t->timer].target
		                          : 0;
		names_add(names, target ? waiter_of(v, target) : LANE_NONE);
	} else {
		names_add_callback(names, t ? t->text : 0);
	}
}

/* The first few watches by name, into t->list. */
static void set_watches(const struct view *v, const struct snapshot *now,
                        struct scratch *t)
{
	enum { SHOWN = 4 };
	struct buf name = {0};
	buf_reset(&t->list);
	for (size_t i = 0; i < now->watch_count && i < SHOWN; i++) {
		if (i)
			buf_puts(&t->list, ", ");
		set_text(v, &name, now->watches[i].text);
		buf_puts(&t->list, buf_text(&name));
	}
	if (now->watch_count > SHOWN)
		buf_printf(&t->list, " and %zu others", now->watch_count - SHOWN);
	buf_free(&name);
}

static void put_sleep(const struct view *v, const struct snapshot *now, struct scratch *t,
                      struct buf *why)
{
	struct names who = {.v = v};
	for (size_t i = 0; i < now->watch_count && i < 8; i++)
		names_add(&who, now->watches[i].lane);
	set_names(t, &who);
	/* Watches that no task waits for itself: servers, connections. */
	if (!who.count && now->watch_count)
		set_watches(v, now, t);
	enum phrase alone = PHRASE_SLEEPS_IO, with_timer = PHRASE_SLEEPS_IO_TIMER;
	if (!now->watch_count && now->busy_count && !now->thread) {
		set_jobs_running(v, now, t);
		alone = PHRASE_SLEEPS_WORKER;
		with_timer = PHRASE_SLEEPS_WORKER_TIMER;
	}
	if (now->timer_count) {
		buf_reset(&t->other);
		buf_puts(&t->other, now->timers[0].timeout ? "the timeout of " : "");
		view_timer_name(v, &now->timers[0], &t->other);
		set_time(&t->time, now->timers[0].deadline_ns);
		say(why, t->list.len ? with_timer : PHRASE_SLEEPS, t);
	} else if (t->list.len) {
		say(why, alone, t);
	}
}

/*
 * Only the loop's own callbacks are ready, and they are folded away: what comes of them
 * is what the next moment begins with, a sleep of the loop or somebody's step.
 */
static void put_next_folded(const struct story *s, struct scratch *t, struct buf *why)
{
	const struct view *v = s->v;
	size_t next = view_moment_at(v, false, s->m.end) + 1;
	size_t count = view_moment_count(v, false), seen = 0;
	while (next < count && view_moment(v, false, next).thread != s->m.thread &&
	       seen++ < LOOK_AT)
		next++;
	if (next >= count)
		return;
	struct moment m = view_moment(v, false, next);
	uint64_t quiet = s->m.end; /* from here on the loop does nothing */
	for (uint64_t i = s->m.end; i < m.end && i - s->m.end < LOOK_AT; i++) {
		const struct event *e = trace_at(v->trace, i);
		if (e->thread != s->m.thread)
			continue;
		if (e->kind == EV_POLLED) {
			struct snapshot then = {0};
			snapshot_brief(v, s->m.thread, quiet, &then);
			put_sleep(v, &then, t, why);
			snapshot_free(&then);
			return;
		}
		if (e->kind == EV_LOOP_STOPPED)
			return;
		if (i == m.begun && m.lane > LANE_LOOP) {
			struct names one = {.v = v};
			names_add(&one, m.lane);
			set_names(t, &one);
			say(why, PHRASE_NEXT_AFTER_LOOP, t);
			return;
		}
		/* What others post while it sleeps is written down as the loop's. */
		if (e->kind != EV_READY && e->kind != EV_HANDLE)
			quiet = i + 1;
	}
}

void put_next(const struct story *s, struct scratch *t, struct buf *why)
{
	if (s->m.kind == MOMENT_CAPTION || s->m.kind == MOMENT_BLOCK || !s->begun)
		return;
	const struct step *step =
		thread_step_at(thread_find(s->v, s->m.thread), s->m.end);
	if (step && step->ended >= s->m.end)
		return;
	struct snapshot now = {0};
	snapshot_brief(s->v, s->m.thread, s->m.end, &now);
	struct names next = {.v = s->v};
	bool own_first = false; /* something that is folded away */
	for (size_t i = 0; i < now.ready_count && i < 8; i++) {
		add_entry(&next, &now.ready[i], s->internals);
		own_first |= !next.count;
	}
	bool due = now.timer_count && now.timers[0].deadline_ns <= now.time_ns;
	if (next.count) {
		set_names(t, &next);
		say(why, own_first ? PHRASE_NEXT_AFTER_LOOP : PHRASE_NEXT, t);
	} else if (now.ready_count && !s->internals) {
		put_next_folded(s, t, why);
	} else if (now.ready_count == 0 && due) {
		names_add(&next, now.timers[0].lane);
		set_names(t, &next);
		if (next.count)
			say(why, PHRASE_NEXT_TIMER_DUE, t);
	} else if (now.ready_count == 0 && now.loop_running) {
		put_sleep(s->v, &now, t, why);
	}
	snapshot_free(&now);
}

/* ---- the loop's own steps and callbacks ---- */

static void set_handle_name(const struct story *s, struct buf *b)
{
	const struct thing *t = thing_find(s->v, s->begun->a);
	buf_reset(b);
	if (t)
		set_text(s->v, b, t->text);
}

static void tell_callback(const struct story *s, struct scratch *t, struct buf *what,
                          struct buf *why)
{
	if (s->begins) {
		struct buf reason = {0};
		put_callback_reason(s, t, &reason);
		buf_reset(&t->label);
		buf_puts(&t->label, buf_text(&reason));
		buf_free(&reason);
		set_handle_name(s, &t->text);
		say(what, PHRASE_CALLBACK_RAN, t);
	}
	if (s->m.kind == MOMENT_STEP && s->any_lines) {
		set_lines(t, s);
		say(what, PHRASE_RAN_CALLBACK, t);
	} else if (s->m.kind != MOMENT_STEP) {
		buf_reset(&t->who);
		set_handle_name(s, &t->who);
		put_deed(s, t, what);
	}
	put_consequences(s, t, why);
	put_next(s, t, why);
}

/* The step of a gather or group that counts one of its members. */
static void tell_count(const struct story *s, struct scratch *t, struct buf *what)
{
	const struct family *f = family_of(s->v, s->counted->a);
	set_name(s->v, &t->who, view_lane_of(s->v, s->counted->b));
	if (!f)
		return;
	set_owner(s->v, &t->other, f);
	set_counts(s->v, t, f, s->m.end);
	t->f.m = events_below(f->done_events.items, f->done_events.count, s->m.end);
	if (s->failing)
		say(what, PHRASE_LOOP_GATHER_FAILS, t);
	else
		say(what, f->group ? PHRASE_LOOP_GROUP : PHRASE_LOOP_GATHER, t);
}

/* What a worker or a descriptor has the loop do. False if it is nothing of the kind. */
static bool tell_from_outside(const struct story *s, struct scratch *t, struct buf *what)
{
	const struct view *v = s->v;
	uint32_t job = job_of_posted(v, s->m.begun, s->m.end);
	uint32_t poster = poster_of(v, s->begun->a);
	const struct thing *self = thing_find(v, s->begun->a);
	if (job != JOB_NONE) {
		set_text(v, &t->label, v->job_lives.lives.items[job].text);
		set_name(v, &t->who, view_lane_of_thread(v, v->jobs.items[job].thread));
		say(what, PHRASE_LOOP_JOB, t);
	} else if (poster != LANE_NONE) {
		set_name(v, &t->other, poster);
		set_names(t, &s->created);
		say(what, s->created.count ? PHRASE_LOOP_POSTED_TASK : PHRASE_LOOP_POSTED,
		    t);
	} else if (s->created.count && !lane_is_machinery(v, s->created.lanes[0])) {
		set_names(t, &s->created);
		say(what, PHRASE_LOOP_CONNECTED, t);
	} else if (self && set_watch_of(s, t)) {
		say(what, PHRASE_LOOP_IO, t);
	} else {
		return false;
	}
	return true;
}

static void tell_loop(const struct story *s, struct scratch *t, struct buf *what,
                      struct buf *why)
{
	const struct view *v = s->v;
	const struct thing *self = thing_find(v, s->begun->a);
	uint32_t target = self && self->timer != NO_INDEX
	                          ? v->timers.lives.items[self->timer].target
	                          : 0;
	const struct thing *goal = thing_find(v, target);
	set_handle_name(s, &t->text);
	if (goal && goal->lane != LANE_NONE) {
		set_name(v, &t->who, goal->lane);
		say(what, PHRASE_TIMEOUT_FIRED, t);
	} else if (goal) {
		set_name(v, &t->who, goal->waiter);
		set_label(v, &t->label, target, 0);
		say(what, PHRASE_LOOP_SLEEP_OVER, t);
	} else if (s->aborting) {
		put_aborting(s, t, what);
	} else if (s->counted) {
		tell_count(s, t, what);
	} else if (tell_from_outside(s, t, what)) {
		/* told */
	} else if (strstr(buf_text(&t->text), "_call_check_cancel")) {
		say(what, PHRASE_LOOP_CHECKS_CANCEL, t);
	} else if (strstr(buf_text(&t->text), "_run_until_complete_cb")) {
		const struct thing *cause = thing_find(v, s->begun->b);
		set_name(v, &t->who, cause ? cause->lane : LANE_NONE);
		if (!t->who.len)
			buf_puts(&t->who, "What it ran for");
		say(what, PHRASE_LOOP_STOPS, t);
	} else {
		say(what, PHRASE_LOOP_OTHER, t);
	}
	struct names woken = {.v = v};
	for (size_t i = 0; i < s->woken.count && i < COUNT_OF(woken.lanes); i++)
		if (s->woken.lanes[i] > LANE_LOOP)
			names_add(&woken, s->woken.lanes[i]);
	if (woken.count && !s->aborting) {
		set_names(t, &woken);
		say(why, PHRASE_MAKES_READY, t);
	}
	put_jobs(s, t, why);
	put_next(s, t, why);
}

/* ---- the program around the loop ---- */

static void put_left(const struct story *s, struct scratch *t, struct buf *why)
{
	struct names left = {.v = s->v};
	uint32_t count = view_lane_count(s->v);
	for (uint32_t i = LANE_LOOP + 1; i < count; i++)
		if (s->v->lanes.items[i].lane.task && !lane_is_machinery(s->v, i) &&
		    view_state_at(s->v, i, s->m.end) < STATE_TIMED)
			names_add(&left, i);
	set_names(t, &left);
	if (s->deadlock && left.count)
		say(why, PHRASE_DEADLOCK, t);
}

static void tell_end(const struct story *s, struct scratch *t, struct buf *what,
                     struct buf *why)
{
	if (s->run_ended) {
		t->f.n = s->run_ended->a;
		buf_reset(&t->span);
		duration_text(s->m.time_ns, &t->span);
		say(what, s->m.time_ns > 0 ? PHRASE_ENDED_AFTER : PHRASE_ENDED, t);
	} else {
		say(what, PHRASE_ENDED_EARLY, t);
	}
	if (s->deadlock)
		put_left(s, t, why);
	if (s->uncaught) {
		set_text(s->v, &t->text, s->uncaught->b);
		say(why, PHRASE_UNCAUGHT, t);
	}
	if (s->limit) {
		size_t len;
		const char *text = trace_text(s->v->trace, s->limit->b, &len);
		size_t skip = strncmp(text, "limit: ", 7) == 0 ? 7 : 0;
		buf_reset(&t->text);
		put_shown(&t->text, text + skip, len - skip, TEXT_COLS * 2);
		say(why, PHRASE_LIMIT, t);
	}
	put_warning(s, t, why);
}

static void tell_program(const struct story *s, struct scratch *t, struct buf *what,
                         struct buf *why)
{
	if (s->any_lines)
		set_lines(t, s);
	if (s->m.kind == MOMENT_CAPTION && s->caption_line) {
		t->f.n = s->caption_line->a;
		say(what, PHRASE_PROGRAM_AT_LINE, t);
	} else if (s->m.kind == MOMENT_BLOCK || job_handed_over(s) != JOB_NONE) {
		buf_puts(&t->who, "The program");
		put_deed(s, t, what);
	} else if (s->cancels.count && !s->any_lines) {
		set_names(t, &s->cancels);
		say(what, PHRASE_SHUTDOWN, t);
	} else if (s->loop_started && !s->any_lines && s->created.count &&
	           lane_is_machinery(s->v, s->created.lanes[0])) {
		set_names(t, &s->created);
		say(what, PHRASE_PROGRAM_TIDIES_UP, t);
	} else if (s->loop_started) {
		say(what,
		    s->any_lines ? PHRASE_PROGRAM_STARTS : PHRASE_PROGRAM_STARTS_PLAIN,
		    t);
	} else {
		say(what, s->any_lines ? PHRASE_PROGRAM_RAN : PHRASE_PROGRAM_WENT_ON, t);
	}
	struct names first = {.v = s->v};
	for (size_t i = 0; i < s->created.count && i < COUNT_OF(s->created.lanes); i++)
		if (!lane_is_machinery(s->v, s->created.lanes[i]))
			names_add(&first, s->created.lanes[i]);
	if (first.count) {
		set_names(t, &first);
		say(why,
		    first.count == 1 && s->loop_started ? PHRASE_FIRST_TASK
		                                        : PHRASE_CREATED,
		    t);
	}
	if (s->cancels.count && s->any_lines) {
		set_names(t, &s->cancels);
		say(why, PHRASE_CANCELS, t);
	}
	put_hold(s, t, why);
	put_jobs(s, t, why);
	put_warning(s, t, why);
}

/* ---- a task's step ---- */

static void tell_task(const struct story *s, struct scratch *t, struct buf *what,
                      struct buf *why)
{
	set_name(s->v, &t->who, s->lane);
	struct buf deed = {0};
	if (s->begins && put_opening(s, t, what)) {
		put_deed(s, t, what);
	} else if (!s->begins) {
		put_taken_back(s, t, what);
		put_deed(s, t, &deed); /* a sentence about the task, not about the timeout */
		buf_puts(what, buf_text(&deed));
	}
	buf_free(&deed);
	put_consequences(s, t, why);
	put_next(s, t, why);
}

static void trim(struct buf *b)
{
	while (b->len && b->data[b->len - 1] == ' ')
		b->data[--b->len] = '\0';
}

void view_sentence(const struct view *v, bool internals, size_t index, struct buf *what,
                   struct buf *why)
{
	struct story s = story_of(v, internals, index);
	struct scratch t = {0};
	struct buf did = {0}, since = {0};
	if (s.m.kind == MOMENT_START) {
		say(&did, PHRASE_START, &t);
		say(&since, PHRASE_START_WHY, &t);
	} else if (s.m.kind == MOMENT_END) {
		tell_end(&s, &t, &did, &since);
	} else if (s.m.thread && (!s.begun || s.begun->kind != EV_STEP_BEGUN)) {
		tell_worker(&s, &t, &did, &since);
	} else if (!s.begun) {
		tell_program(&s, &t, &did, &since);
	} else if (s.lane == LANE_LOOP ||
	           (s.internal_step && s.lane == view_lane_of_thread(v, s.m.thread))) {
		tell_loop(&s, &t, &did, &since);
	} else if (s.lane == view_lane_of_thread(v, s.m.thread)) {
		tell_callback(&s, &t, &did, &since);
	} else {
		tell_task(&s, &t, &did, &since);
	}
	trim(&did);
	trim(&since);
	/* Names are the scene's own words, too. */
	put_shown(what, buf_text(&did), did.len, SIZE_MAX);
	put_shown(why, buf_text(&since), since.len, SIZE_MAX);
	buf_free(&did);
	buf_free(&since);
	scratch_free(&t);
}
