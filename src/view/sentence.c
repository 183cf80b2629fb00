/*
 * Sentences: see sentence.h. A moment's events are looked through once and what
 * matters is noted; then phrases of sentence.def are put together: how the step
 * came about, what it did, what follows from it.
 */
#include "view/sentence.h"

#include <string.h>

#include "view/internal.h"
#include "view/phrase.h"
#include "view/snapshot.h"
#include "view/totals.h"

/* A moment with more events than this is described by its first and last ones. */
enum { LOOK_AT = 20000, TEXT_COLS = 48 };

/* What happened in a moment. Events are NULL where there was none of the kind. */
struct story {
	const struct view *v;
	struct moment m;
	uint32_t lane;            /* whose step */
	bool begins;              /* the step begins in this moment */
	const struct event *begun;
	uint64_t begun_index;
	const struct event *outcome; /* how the step ended */
	const struct event *delivered, *swallowed, *caption_line, *block, *ended_block;
	uint64_t block_index;
	const struct event *aborting, *counted, *failing, *logged, *warned, *uncaught, *limit,
		*deadlock, *run_ended, *loop_started, *fired;
	uint32_t first_line, last_line; /* of the task's own function if any ran, else of any */
	bool own_lines, any_lines;
	struct names created, cancels, too_late, woken, dropped, completed_for;
};

/* ---- finding out ---- */

static uint32_t waiter_of(const struct view *v, uint32_t id)
{
	const struct thing *t = thing_find(v, id);
	return t ? t->waiter : LANE_NONE;
}

/* Whether that lane waits for `id` after `position` events or did just before. */
static bool waits_for(const struct view *v, uint32_t lane, uint32_t id, uint64_t position)
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

static void note_line(struct story *s, const struct event *e)
{
	if (view_lane_of(s->v, e->task) != s->lane)
		return;
	const char *function = trace_text(s->v->trace, e->b, NULL);
	const char *coroutine = view_coroutine(s->v, s->lane);
	const char *dot = strrchr(coroutine, '.');
	bool own = *coroutine && (strcmp(function, coroutine) == 0 ||
				  (dot && strcmp(function, dot + 1) == 0));
	if (s->own_lines && !own)
		return;
	if (!s->any_lines || (own && !s->own_lines)) {
		s->first_line = s->last_line = e->a;
		s->any_lines = true;
		s->own_lines = own;
		return;
	}
	s->first_line = e->a < s->first_line ? e->a : s->first_line;
	s->last_line = e->a > s->last_line ? e->a : s->last_line;
}

/* Whether the event is the work of the step that this moment is about. */
static bool of_step(const struct story *s, uint64_t index)
{
	return s->begun && index >= s->begun_index;
}

static void note_future(struct story *s, uint64_t index, const struct event *e)
{
	const struct thing *t = thing_find(s->v, e->a);
	if (!t || !of_step(s, index))
		return;
	if (t->family != NO_INDEX && !s->v->families.items[t->family].group &&
	    e->detail == ENDING_EXCEPTION)
		s->failing = e;
	if (waits_for(s->v, t->waiter, e->a, index))
		names_add(&s->completed_for, t->waiter);
}

static void note(struct story *s, uint64_t index)
{
	const struct event *e = trace_at(s->v->trace, index);
	if (e->thread)
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
		if (of_step(s, index))
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
	case EV_TASK_DROPPED:
		names_add(&s->dropped, view_lane_of(s->v, e->a));
		break;
	case EV_BLOCK_BEGUN:
		s->block = e;
		s->block_index = index;
		break;
	case EV_BLOCK_ENDED:
		s->ended_block = e;
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

static struct story find_out(const struct view *v, bool internals, size_t index)
{
	struct story s = {.v = v, .m = view_moment(v, internals, index)};
	struct names none = {.v = v};
	s.created = s.cancels = s.too_late = s.woken = s.dropped = s.completed_for = none;
	s.lane = s.m.lane;
	s.begun_index = s.m.begun;
	if (s.m.begun != NO_EVENT)
		s.begun = trace_at(v->trace, s.m.begun);
	for (uint64_t i = s.m.begin; i < s.m.end; i++) {
		if (i - s.m.begin == LOOK_AT / 2 && s.m.end - i > LOOK_AT / 2)
			i = s.m.end - LOOK_AT / 2;
		note(&s, i);
	}
	return s;
}

/* ---- small pieces of text ---- */

/* The strings of a struct fields, so that they are freed together. */
struct scratch {
	struct buf who, other, list, lines, label, text, time, span;
	struct fields f;
};

static void scratch_free(struct scratch *t)
{
	struct buf *all[] = {&t->who,   &t->other, &t->list, &t->lines,
			     &t->label, &t->text,  &t->time, &t->span};
	for (size_t i = 0; i < COUNT_OF(all); i++)
		buf_free(all[i]);
}

static void say(struct buf *out, enum phrase phrase, struct scratch *t)
{
	t->f.who = buf_text(&t->who);
	t->f.other = buf_text(&t->other);
	t->f.list = buf_text(&t->list);
	t->f.lines = buf_text(&t->lines);
	t->f.label = buf_text(&t->label);
	t->f.text = buf_text(&t->text);
	t->f.time = buf_text(&t->time);
	t->f.span = buf_text(&t->span);
	phrase_put(out, phrase, &t->f);
}

static void set_name(const struct view *v, struct buf *b, uint32_t lane)
{
	buf_reset(b);
	struct buf name = {0};
	if (lane == LANE_PROGRAM)
		buf_puts(&name, "a callback");
	else if (lane != LANE_NONE)
		view_lane_name(v, lane, &name);
	put_shown(b, buf_text(&name), name.len, TEXT_COLS);
	buf_free(&name);
}

static void set_names(struct scratch *t, const struct names *n)
{
	buf_reset(&t->list);
	names_put(n, &t->list);
	t->f.n = n->count;
}

static void set_time(struct buf *b, int64_t ns)
{
	buf_reset(b);
	time_text(ns, b);
}

static void set_text(const struct view *v, struct buf *b, uint32_t text)
{
	size_t len;
	const char *s = trace_text(v->trace, text, &len);
	buf_reset(b);
	put_shown(b, s, len, TEXT_COLS);
}

static void set_lines(struct scratch *t, const struct story *s)
{
	buf_reset(&t->lines);
	if (s->first_line == s->last_line)
		buf_printf(&t->lines, "line %lu", (unsigned long)s->first_line);
	else
		buf_printf(&t->lines, "lines %lu-%lu", (unsigned long)s->first_line,
			   (unsigned long)s->last_line);
}

/* What a future stands for, as it is said: `sleep(5)`, `future`, `task rice`. */
static void set_label(const struct view *v, struct buf *b, uint32_t id, uint32_t text)
{
	const struct thing *t = thing_find(v, id);
	buf_reset(b);
	if (t && t->lane != LANE_NONE) {
		struct buf name = {0};
		view_lane_name(v, t->lane, &name);
		put_shown(b, buf_text(&name), name.len, TEXT_COLS);
		buf_free(&name);
		return;
	}
	if (!text && t)
		text = t->text;
	if (text)
		set_text(v, b, text);
	else
		buf_puts(b, "future");
}

static const struct family *family_of(const struct view *v, uint32_t id)
{
	const struct thing *t = thing_find(v, id);
	return t && t->family != NO_INDEX ? &v->families.items[t->family] : NULL;
}

static void set_counts(struct scratch *t, const struct family *f, uint64_t position)
{
	t->f.n = events_below(f->joined_events.items, f->joined_events.count, position);
	t->f.m = events_below(f->done_events.items, f->done_events.count, position);
}

/* ---- why a step came about ---- */

/* The request that led to the cancellation of `task`: the last one before `position`, or NO_EVENT. */
static uint64_t find_request(const struct view *v, uint32_t task, uint64_t position)
{
	size_t i = events_below(v->cancels.items, v->cancels.count, position);
	for (size_t seen = 0; i-- > 0 && seen < LOOK_AT; seen++)
		if (trace_at(v->trace, v->cancels.items[i])->a == task)
			return v->cancels.items[i];
	return NO_EVENT;
}

/* The GROUP_ABORTING in the same step before event `index`, or NULL. */
static const struct event *abort_before(const struct view *v, uint64_t index)
{
	const struct step *step = step_at(v, index);
	uint64_t begin = step && step->ended >= index ? step->begun : index;
	for (size_t seen = 0; index > begin && seen < LOOK_AT; seen++) {
		const struct event *e = trace_at(v->trace, --index);
		if (e->kind == EV_GROUP_ABORTING)
			return e;
	}
	return NULL;
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
	const struct event *aborting = abort_before(v, index);
	const struct step *step = step_at(v, index);
	bool in_step = step && step->ended >= index;
	if (aborting && aborting->b) {
		set_name(v, &t->other, view_lane_of(v, aborting->b));
		say(&why, PHRASE_ASKED_GROUP, t);
	} else if (aborting) {
		say(&why, PHRASE_ASKED_GROUP_BODY, t);
	} else if (e->task == task) {
		say(&why, PHRASE_ASKED_SELF, t);
	} else if (e->task) {
		set_name(v, &t->other, view_lane_of(v, e->task));
		say(&why, PHRASE_ASKED_BY, t);
	} else if (!in_step) {
		say(&why, PHRASE_ASKED_SHUTDOWN, t);
	} else if (step->lane == LANE_LOOP) {
		say(&why, PHRASE_ASKED_TIMEOUT, t);
	} else {
		say(&why, PHRASE_ASKED_CALLBACK, t);
	}
done:
	buf_reset(&t->text);
	buf_puts(&t->text, buf_text(&why));
	buf_free(&why);
}

static enum phrase explain_family(const struct story *s, struct scratch *t, const struct family *f,
				  const struct thing *cause)
{
	set_counts(t, f, s->m.begun);
	if (f->group)
		return PHRASE_WHY_GROUP_DONE;
	const struct event *done =
		cause->done_event == NO_EVENT ? NULL : trace_at(s->v->trace, cause->done_event);
	return done && done->detail == ENDING_EXCEPTION ? PHRASE_WHY_GATHER_FAILED
							: PHRASE_WHY_GATHER_DONE;
}

static enum phrase explain_sleep(const struct story *s, struct scratch *t,
				 const struct thing *cause)
{
	if (cause->its_timer == NO_INDEX)
		return PHRASE_WHY_SLEEP;
	int64_t due = s->v->timers.lives.items[cause->its_timer].when_ns;
	set_time(&t->time, due);
	bool real = trace_about(s->v->trace)->real_clock;
	return s->begun->time_ns - due > (real ? 50000000 : 0) ? PHRASE_WHY_SLEEP_LATE
							       : PHRASE_WHY_SLEEP;
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
	const struct event *done =
		cause->done_event == NO_EVENT ? NULL : trace_at(v->trace, cause->done_event);
	if (cause->lane != LANE_NONE) {
		set_name(v, &t->other, cause->lane);
		if (done && done->kind == EV_TASK_FAILED)
			return PHRASE_WHY_TASK_FAILED;
		return done && done->kind == EV_TASK_CANCELLED ? PHRASE_WHY_TASK_CANCELLED
							       : PHRASE_WHY_TASK_DONE;
	}
	if (cause->family != NO_INDEX)
		return explain_family(s, t, &v->families.items[cause->family], cause);
	switch (cause->kind) {
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

/* The label of what the lane waited for when event `index` came; empty if it did not wait. */
static void set_label_before(const struct story *s, struct scratch *t, uint64_t index)
{
	buf_reset(&t->label);
	size_t i = view_span_at(s->v, s->lane, index);
	for (size_t back = 0; i != SIZE_MAX && back < 4; i--, back++) {
		struct span span = view_span(s->v, s->lane, i);
		if (span.wait_id || span.wait_text) {
			const struct family *f = span_family(s->v, s->lane, &span);
			if (f)
				buf_puts(&t->label, f->group ? "its group" : "its gather");
			else
				set_label(s->v, &t->label, span.wait_id, span.wait_text);
			return;
		}
		if (span.state == STATE_RUNNING || i == 0)
			return;
	}
}

/* How the step came about: a sentence of its own. False if there is nothing more to say after it. */
static bool put_opening(const struct story *s, struct scratch *t, struct buf *out)
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
	if (s->swallowed)
		return PHRASE_END_SWALLOWED_WAITS;
	if (s->delivered)
		return PHRASE_END_CLEANS_UP;
	if (f) {
		set_counts(t, f, s->m.end);
		return f->group ? PHRASE_END_WAITS_GROUP : PHRASE_END_WAITS_GATHER;
	}
	if (span.deadline_ns == INT64_MAX)
		return PHRASE_END_WAITS;
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
	if (s->swallowed)
		return PHRASE_END_SWALLOWED_DONE;
	const char *result = trace_text(s->v->trace, e->b, NULL);
	if (!*result || strcmp(result, "None") == 0)
		return PHRASE_END_DONE;
	set_text(s->v, &t->text, e->b);
	return PHRASE_END_RESULT;
}

/* What it did in this moment and how that ended. */
static void put_deed(const struct story *s, struct scratch *t, struct buf *out)
{
	bool named = out->len > 0;
	if (s->m.kind == MOMENT_CAPTION && s->caption_line) {
		t->f.n = s->caption_line->a;
		say(out, named ? PHRASE_AT_LINE_IT : PHRASE_AT_LINE, t);
		return;
	}
	if (s->m.kind == MOMENT_BLOCK && s->block) {
		int64_t busy_ns = trace_number_at(s->v->trace, s->block->a);
		t->f.n = s->block->b;
		buf_reset(&t->span);
		duration_text(busy_ns, &t->span);
		set_time(&t->time, s->block->time_ns + busy_ns);
		say(out, named ? PHRASE_BUSY_IT : PHRASE_BUSY, t);
		return;
	}
	if (!s->outcome)
		return;
	struct buf end = {0};
	say(&end, end_phrase(s, t), t);
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

/* ---- what follows ---- */

/* Who was held up by the blocking call that begins or that has just ended here. */
static void put_hold(const struct story *s, struct scratch *t, struct buf *why)
{
	const struct view *v = s->v;
	bool begins = s->m.kind == MOMENT_BLOCK;
	if (!begins && !s->ended_block)
		return;
	/* The pair in blocks: BLOCK_BEGUN, then BLOCK_ENDED. */
	size_t i = events_below(v->blocks.items, v->blocks.count, s->m.end);
	if (i == 0 || (begins && i >= v->blocks.count))
		return;
	uint64_t from = begins ? s->block_index : i >= 2 ? v->blocks.items[i - 2] : 0;
	uint64_t to = begins ? v->blocks.items[i] : v->blocks.items[i - 1];
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
	if (!s->aborting->b)
		say(why, PHRASE_GROUP_ABORTS_BODY, t);
	else
		say(why, s->cancels.count ? PHRASE_GROUP_ABORTS : PHRASE_GROUP_ABORTS_NOBODY, t);
}

/* A task has ended: who was told? */
static void put_told(const struct story *s, struct scratch *t, struct buf *why)
{
	const struct view *v = s->v;
	uint32_t task = v->lanes.items[s->lane].lane.task;
	uint32_t waiter = waiter_of(v, task);
	if (waits_for(v, waiter, task, s->m.end)) {
		set_name(v, &t->other, waiter);
		say(why, PHRASE_WAKES, t);
	}
}

static void put_consequences(const struct story *s, struct scratch *t, struct buf *why)
{
	put_hold(s, t, why);
	if (s->created.count) {
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

static uint32_t lane_of_entry(const struct view *v, const struct ready_entry *r)
{
	if (r->lane != LANE_NONE)
		return r->lane;
	const struct thing *t = thing_find(v, r->id);
	if (r->role == ROLE_INTERNAL || r->role == ROLE_INTERNAL_TIMER) {
		uint32_t target = t && t->timer != NO_INDEX
					  ? v->timers.lives.items[t->timer].target : 0;
		return target ? waiter_of(v, target) : LANE_NONE;
	}
	return LANE_PROGRAM;
}

static void put_sleep(const struct view *v, const struct snapshot *now, struct scratch *t,
		      struct buf *why)
{
	struct names who = {.v = v};
	if (now->watch_count)
		for (size_t i = 0; i < now->watch_count && i < 8; i++)
			names_add(&who, now->watches[i].lane);
	for (size_t i = 0; i < now->job_count && i < 8; i++)
		names_add(&who, now->jobs[i].lane);
	set_names(t, &who);
	if (now->timer_count) {
		buf_reset(&t->other);
		view_timer_name(v, &now->timers[0], &t->other);
		set_time(&t->time, now->timers[0].deadline_ns);
		say(why, who.count ? PHRASE_SLEEPS_IO_TIMER : PHRASE_SLEEPS, t);
	} else if (who.count) {
		say(why, now->watch_count ? PHRASE_SLEEPS_IO : PHRASE_SLEEPS_WORKER, t);
	}
}

static void put_next(const struct story *s, struct scratch *t, struct buf *why)
{
	if (s->m.kind == MOMENT_CAPTION || s->m.kind == MOMENT_BLOCK || !s->begun)
		return;
	struct snapshot now = {0};
	view_snapshot(s->v, s->m.end, 8, &now);
	struct names next = {.v = s->v};
	for (size_t i = 0; i < now.ready_count && i < 8; i++)
		names_add(&next, lane_of_entry(s->v, &now.ready[i]));
	bool due = now.timer_count && now.timers[0].deadline_ns <= now.time_ns;
	if (next.count) {
		set_names(t, &next);
		say(why, PHRASE_NEXT, t);
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

static void put_callback_reason(const struct story *s, struct scratch *t, struct buf *out)
{
	const struct view *v = s->v;
	const struct thing *self = thing_find(v, s->begun->a);
	const struct thing *cause = thing_find(v, s->begun->b);
	switch (s->begun->detail) {
	case ROLE_TIMER:
		set_time(&t->time, self && self->timer != NO_INDEX
					   ? v->timers.lives.items[self->timer].when_ns
					   : s->begun->time_ns);
		say(out, PHRASE_WHY_TIMER, t);
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
		say(out, PHRASE_WHY_IO, t);
		break;
	default:
		say(out, PHRASE_WHY_CALL_SOON, t);
		break;
	}
}

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
	set_name(s->v, &t->other, f ? f->parent : LANE_NONE);
	if (f)
		set_counts(t, f, s->m.end);
	if (s->failing)
		say(what, PHRASE_LOOP_GATHER_FAILS, t);
	else
		say(what, f && f->group ? PHRASE_LOOP_GROUP : PHRASE_LOOP_GATHER, t);
}

static void tell_loop(const struct story *s, struct scratch *t, struct buf *what, struct buf *why)
{
	const struct view *v = s->v;
	const struct thing *self = thing_find(v, s->begun->a);
	uint32_t target = self && self->timer != NO_INDEX
				  ? v->timers.lives.items[self->timer].target : 0;
	const struct thing *goal = thing_find(v, target);
	set_handle_name(s, &t->text);
	if (goal && goal->lane != LANE_NONE) {
		set_name(v, &t->who, goal->lane);
		say(what, PHRASE_TIMEOUT_FIRED, t);
	} else if (goal) {
		set_name(v, &t->who, goal->waiter);
		set_label(v, &t->label, target, 0);
		say(what, PHRASE_LOOP_SLEEP_OVER, t);
	} else if (s->counted) {
		tell_count(s, t, what);
	} else if (strstr(buf_text(&t->text), "_run_until_complete_cb")) {
		say(what, PHRASE_LOOP_STOPS, t);
	} else {
		say(what, PHRASE_LOOP_OTHER, t);
	}
	if (s->aborting)
		put_aborting(s, t, why);
	struct names woken = {.v = v};
	for (size_t i = 0; i < s->woken.count && i < COUNT_OF(woken.lanes); i++)
		if (s->woken.lanes[i] > LANE_LOOP)
			names_add(&woken, s->woken.lanes[i]);
	if (woken.count && !s->aborting) {
		set_names(t, &woken);
		say(why, PHRASE_MAKES_READY, t);
	}
	put_next(s, t, why);
}

/* ---- the program around the loop ---- */

static void put_left(const struct story *s, struct scratch *t, struct buf *why)
{
	struct names left = {.v = s->v};
	uint32_t count = view_lane_count(s->v);
	for (uint32_t i = LANE_LOOP + 1; i < count; i++)
		if (!lane_is_machinery(s->v, i) &&
		    view_state_at(s->v, i, s->m.end) < STATE_TIMED)
			names_add(&left, i);
	set_names(t, &left);
	if (s->deadlock && left.count)
		say(why, PHRASE_DEADLOCK, t);
}

static void tell_end(const struct story *s, struct scratch *t, struct buf *what, struct buf *why)
{
	if (s->run_ended) {
		t->f.n = s->run_ended->a;
		say(what, PHRASE_ENDED, t);
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
		buf_reset(&t->text);
		put_shown(&t->text, text, len, TEXT_COLS * 2);
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
	} else if (s->m.kind == MOMENT_BLOCK) {
		buf_puts(&t->who, "The program");
		put_deed(s, t, what);
	} else if (s->cancels.count && !s->any_lines) {
		set_names(t, &s->cancels);
		say(what, PHRASE_SHUTDOWN, t);
	} else if (s->loop_started) {
		say(what, s->any_lines ? PHRASE_PROGRAM_STARTS : PHRASE_PROGRAM_STARTS_PLAIN, t);
	} else {
		say(what, s->any_lines ? PHRASE_PROGRAM_RAN : PHRASE_PROGRAM_WENT_ON, t);
	}
	struct names first = {.v = s->v};
	for (size_t i = 0; i < s->created.count && i < COUNT_OF(s->created.lanes); i++)
		if (!lane_is_machinery(s->v, s->created.lanes[i]))
			names_add(&first, s->created.lanes[i]);
	if (first.count) {
		set_names(t, &first);
		say(why, first.count == 1 ? PHRASE_FIRST_TASK : PHRASE_PROGRAM_CREATED, t);
	}
	put_hold(s, t, why);
	put_warning(s, t, why);
}

/* ---- a task's step ---- */

static void tell_task(const struct story *s, struct scratch *t, struct buf *what, struct buf *why)
{
	set_name(s->v, &t->who, s->lane);
	if (!s->begins || put_opening(s, t, what))
		put_deed(s, t, what);
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
	struct story s = find_out(v, internals, index);
	struct scratch t = {0};
	struct buf did = {0}, since = {0};
	if (s.m.kind == MOMENT_START) {
		say(&did, PHRASE_START, &t);
		say(&since, PHRASE_START_WHY, &t);
	} else if (s.m.kind == MOMENT_END) {
		tell_end(&s, &t, &did, &since);
	} else if (!s.begun) {
		tell_program(&s, &t, &did, &since);
	} else if (s.lane == LANE_PROGRAM) {
		tell_callback(&s, &t, &did, &since);
	} else if (s.lane == LANE_LOOP) {
		tell_loop(&s, &t, &did, &since);
	} else {
		tell_task(&s, &t, &did, &since);
	}
	trim(&did);
	trim(&since);
	buf_put(what, buf_text(&did), did.len);
	buf_put(why, buf_text(&since), since.len);
	buf_free(&did);
	buf_free(&since);
	scratch_free(&t);
}
