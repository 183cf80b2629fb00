/* Chrome's Trace Events: see chrome.h, and chrome_internal.h for how it is gone about. */
#include "export/chrome.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "export/chrome_internal.h"
#include "export/json.h"
#include "view/moment.h"
#include "view/sentence.h"
#include "view/snapshot.h"
#include "view/worker.h"

/* ---- slices ---- */

/*
 * Readers add ts and dur in binary fractions of a microsecond, or cut off what they
 * cannot tell, and take a slice that then ends beyond its neighbour's begin to hold it.
 * Eighths of a microsecond they add exactly; any other end is taken back by a nanosecond.
 */
static int64_t told_length(int64_t begin, int64_t end)
{
	int64_t back = begin % APART_NS != 0 || end % APART_NS != 0;
	return end - begin > back ? end - begin - back : 0;
}

/* The caller adds arguments and ends the record. */
static void begin_slice(struct chrome *c, uint32_t lane, int64_t begin, int64_t end,
                        const char *name, size_t len, const char *cat)
{
	record_begin(c, 'X', lane, begin);
	buf_puts(&c->text, ",\"dur\":");
	json_micros(&c->text, told_length(begin, end));
	record_name(c, name, len);
	record_cat(c, cat);
}

static void put_slice(struct chrome *c, uint32_t lane, int64_t begin, int64_t end,
                      const char *name, size_t len, const char *cat)
{
	begin_slice(c, lane, begin, end, name, len, cat);
	record_end(c);
}

/* How the run ended: what it then waited for, its result, its exception. */
static void put_outcome(struct chrome *c, uint32_t lane, uint64_t end_event, bool *first)
{
	if (end_event == UINT64_MAX)
		return;
	const struct event *e = trace_at(c->trace, end_event);
	const char *then = NULL, *what = NULL;
	switch (e->kind) {
	case EV_TASK_WAITS:
		buf_reset(&c->scratch);
		view_wait_label(c->v, lane, end_event + 1, &c->scratch);
		record_text(c, first, "waits for", buf_text(&c->scratch), c->scratch.len);
		return;
	case EV_TASK_YIELDED:
		then = "gives way";
		break;
	case EV_TASK_DONE:
		then = "done";
		what = "result";
		break;
	case EV_TASK_FAILED:
		then = "failed";
		what = "exception";
		break;
	case EV_TASK_CANCELLED:
		then = "cancelled";
		what = "message";
		break;
	case EV_JOB_ENDED:
		then = e->detail == ENDING_EXCEPTION ? "failed" : "done";
		what = e->detail == ENDING_EXCEPTION ? "exception" : "result";
		break;
	default:
		return;
	}
	record_text(c, first, "then", then, strlen(then));
	size_t len;
	const char *text = trace_text(c->trace, e->b, &len);
	if (what && len)
		record_text(c, first, what, text, len);
}

/* The sentences of the moment in which the run ended: run `span` of the lane. */
static void put_sentence(struct chrome *c, uint32_t lane, size_t span, uint64_t end_event,
                         bool *first)
{
	if (end_event == UINT64_MAX)
		return;
	/* A moment may be cut right after the event, or before the next one. */
	size_t count = view_moment_count(c->v, false);
	size_t index = view_moment_at(c->v, false, end_event);
	struct moment m;
	do {
		if (++index >= count)
			return;
		m = view_moment(c->v, false, index);
	} while (m.end <= end_event);
	if (m.lane != lane || m.begin > end_event)
		return;
	/* Of several runs that are one moment it tells with the last. */
	if (view_span_at(c->v, lane, m.end) > span + 1)
		return;
	struct buf what = {0}, why = {0};
	view_sentence(c->v, false, index, &what, &why);
	record_text(c, first, "what", buf_text(&what), what.len);
	if (why.len)
		record_text(c, first, "why", buf_text(&why), why.len);
	buf_free(&what);
	buf_free(&why);
}

static void put_run(struct chrome *c, uint32_t lane, size_t span, const struct span *s,
                    int64_t begin, int64_t end)
{
	const struct event *e = trace_at(c->trace, s->begin_event);
	buf_reset(&c->scratch);
	if (view_lane(c->v, lane)->worker)
		view_wait_label(c->v, lane, s->begin_event + 1, &c->scratch);
	if (!c->scratch.len)
		buf_puts(&c->scratch, state_infos[STATE_RUNNING].word);
	begin_slice(c, lane, begin, end, buf_text(&c->scratch), c->scratch.len, "running");
	bool first = true;
	buf_puts(&c->text, ",\"args\":{");
	record_seconds(c, &first, "t", s->begin_ns);
	if (e->kind == EV_STEP_BEGUN) {
		record_number(c, &first, "step", e->step);
		record_number(c, &first, "tick", e->tick);
	}
	uint32_t function;
	uint32_t line = view_line_at(c->v, lane, s->end_event, &function);
	if (line) {
		size_t len;
		const char *text = trace_text(c->trace, function, &len);
		record_number(c, &first, "line", line);
		record_text(c, &first, "in", text, len);
	}
	put_outcome(c, lane, s->end_event, &first);
	put_sentence(c, lane, span, s->end_event, &first);
	buf_putc(&c->text, '}');
	record_end(c);
}

/* From when on a wait was none: its timer was due and the thread was busy. On the real
 * clock what only the machine took is not told. */
static int64_t held_from(const struct chrome *c, const struct span *s)
{
	int64_t least_ns = trace_about(c->trace)->real_clock ? 10000000 : 1;
	bool held = s->state == STATE_WAITING && !c->by_step && s->deadline_ns >= s->begin_ns &&
	            s->deadline_ns <= s->end_ns - least_ns;
	return held ? s->deadline_ns : INT64_MAX;
}

static void put_wait(struct chrome *c, uint32_t lane, const struct span *s, int64_t begin,
                     int64_t end)
{
	const char *cat = state_infos[s->state].word;
	buf_reset(&c->scratch);
	if (s->state == STATE_WAITING || s->state == STATE_CANCELLING)
		view_wait_label(c->v, lane, s->begin_event + 1, &c->scratch);
	struct buf name = {0};
	if (s->state != STATE_WAITING || !c->scratch.len)
		buf_puts(&name, cat);
	if (name.len && c->scratch.len)
		buf_puts(&name, ": ");
	buf_put(&name, buf_text(&c->scratch), c->scratch.len);
	int64_t held = held_from(c, s);
	if (held <= begin || held >= end)
		held = end;
	put_slice(c, lane, begin, held, buf_text(&name), name.len, cat);
	if (held < end)
		put_slice(c, lane, held, end, "held up", 7, "ready");
	buf_free(&name);
}

/* The call that holds the lane's thread is over. */
static void end_hold(struct chrome *c, uint32_t lane)
{
	struct chrome_lane *l = &c->lanes[lane];
	if (l->held_event == UINT64_MAX)
		return;
	const struct event *e = trace_at(c->trace, l->held_event);
	l->held_event = UINT64_MAX;
	buf_reset(&c->scratch);
	if (e->kind == EV_BLOCK_BEGUN) {
		buf_printf(&c->scratch, "time.sleep, line %lu", (unsigned long)e->b);
	} else {
		size_t len;
		const char *text = trace_text(c->trace, e->b, &len);
		buf_puts(&c->scratch, "blocked: ");
		buf_put(&c->scratch, text, len);
	}
	put_slice(c, lane, l->held_begin, place_next(c), buf_text(&c->scratch), c->scratch.len,
	          "busy");
}

/* The lane's slice, if it has one, ends at `place`. */
static void end_slice(struct chrome *c, uint32_t lane, int64_t place)
{
	const struct chrome_lane *l = &c->lanes[lane];
	if (l->state >= STATE_TIMED)
		return;
	struct span s = view_span(c->v, lane, l->span);
	if (l->state == STATE_RUNNING)
		put_run(c, lane, l->span, &s, l->begin, place);
	else
		put_wait(c, lane, &s, l->begin, place);
}

/* The lane is something else from here on. */
static void lane_changes(struct chrome *c, uint32_t lane, size_t span)
{
	struct chrome_lane *l = &c->lanes[lane];
	enum lane_state next = view_span(c->v, lane, span).state;
	if (c->writing && (l->state < STATE_TIMED || next < STATE_TIMED)) {
		end_hold(c, lane);
		int64_t place = place_next(c);
		end_slice(c, lane, place);
		l->begin = place;
		l->span = span;
	}
	l->state = (uint8_t)next;
}

/* ---- instants ---- */

enum { NOBODY, FIRST, SECOND };

/* What is told of an event by itself: a word, then the text of one of its fields. */
static const struct notice {
	uint8_t kind, text;
	const char *word, *cat;
} notices[] = {
	{EV_CANCEL_IGNORED, NOBODY, "cancel: too late", "cancel"},
	{EV_CANCEL_DELIVERED, NOBODY, "CancelledError is thrown", "cancel"},
	{EV_CANCEL_SWALLOWED, NOBODY, "CancelledError was caught", "cancel"},
	{EV_TASK_FAILED, SECOND, "failed", "exception"},
	{EV_LOGGED, FIRST, "logged", "exception"},
	{EV_UNCAUGHT, SECOND, "uncaught", "exception"},
	{EV_LIMIT, SECOND, "limit", "exception"},
	{EV_DEADLOCK, NOBODY, "deadlock: it would wait for ever", "exception"},
	{EV_WARNED, SECOND, "warning", "warning"},
};

static void put_instant(struct chrome *c, const struct event *e, char scope, const char *cat,
                        const char *name, size_t len)
{
	record_begin(c, 'i', shown_lane_of(c, e), place_next(c));
	buf_puts(&c->text, ",\"s\":\"");
	buf_putc(&c->text, scope);
	buf_putc(&c->text, '"');
	record_name(c, name, len);
	record_cat(c, cat);
	/* What does not fit a name is told in whole. */
	if (utf8_text_cols(name, len) > NAME_COLS) {
		bool first = true;
		buf_puts(&c->text, ",\"args\":{");
		record_text(c, &first, "text", name, len);
		buf_putc(&c->text, '}');
	}
	record_end(c);
}

static void put_printed(struct chrome *c, const struct event *e)
{
	size_t len;
	const char *text = trace_text(c->trace, e->a, &len);
	while (len && text[len - 1] == '\n')
		len--;
	if (len)
		put_instant(c, e, 't', e->detail == 2 ? "stderr" : "stdout", text, len);
}

static void put_cancel(struct chrome *c, const struct event *e)
{
	uint32_t lane = view_lane_of(c->v, e->a);
	size_t len;
	const char *message = trace_text(c->trace, e->b, &len);
	buf_reset(&c->scratch);
	buf_puts(&c->scratch, "cancel ");
	if (lane != LANE_NONE)
		view_lane_name(c->v, lane, &c->scratch);
	if (len) {
		buf_puts(&c->scratch, ": ");
		buf_put(&c->scratch, message, len);
	}
	put_instant(c, e, 't', "cancel", buf_text(&c->scratch), c->scratch.len);
}

static void put_notice(struct chrome *c, const struct event *e)
{
	const struct notice *n = notices;
	while (n < notices + COUNT_OF(notices) && n->kind != e->kind)
		n++;
	if (n == notices + COUNT_OF(notices))
		return;
	buf_reset(&c->scratch);
	buf_puts(&c->scratch, n->word);
	if (n->text) {
		size_t len;
		const char *text = trace_text(c->trace, n->text == FIRST ? e->a : e->b, &len);
		buf_puts(&c->scratch, ": ");
		buf_put(&c->scratch, text, len);
	}
	put_instant(c, e, 't', n->cat, buf_text(&c->scratch), c->scratch.len);
}

/* A job in its queue: such waits overlap, so they lie beside the lanes. */
static void put_queued(struct chrome *c, char phase, uint32_t index)
{
	struct job j = view_job(c->v, index);
	size_t len;
	const char *text = trace_text(c->trace, j.text, &len);
	record_begin(c, phase, LANE_PROGRAM, place_next(c));
	record_name(c, text, len);
	record_cat(c, "queued");
	bool first = false;
	record_number(c, &first, "id", j.id);
	record_end(c);
}

/* How long it waits for a worker, which most jobs do not. */
static bool waits_in_queue(const struct chrome *c, const struct job *j)
{
	uint64_t end = j->started != UINT64_MAX ? j->started : j->ended;
	return end == UINT64_MAX ||
	       trace_at(c->trace, end)->time_ns > trace_at(c->trace, j->submitted)->time_ns;
}

static void put_job(struct chrome *c, uint64_t index, const struct event *e)
{
	uint32_t number = view_job_find(c->v, e->a);
	if (number == JOB_NONE || c->by_step)
		return;
	struct job j = view_job(c->v, number);
	bool begins = j.submitted == index;
	bool ends = j.started == index || (j.started == UINT64_MAX && j.ended == index);
	if ((begins || ends) && waits_in_queue(c, &j))
		put_queued(c, begins ? 'b' : 'e', number);
}

static void put_event(struct chrome *c, uint64_t index, const struct event *e)
{
	uint32_t lane = e->task ? view_lane_of(c->v, e->task)
	                        : view_lane_of_thread(c->v, e->thread);
	size_t len;
	const char *text;
	switch (e->kind) {
	case EV_CAPTION:
		text = trace_text(c->trace, e->b, &len);
		put_instant(c, e, 'g', "caption", text, len);
		break;
	case EV_PRINTED:
		put_printed(c, e);
		break;
	case EV_CANCEL_REQUESTED:
		put_cancel(c, e);
		break;
	case EV_JOB_SUBMITTED:
	case EV_JOB_STARTED:
	case EV_JOB_ENDED:
		put_job(c, index, e);
		break;
	case EV_BLOCK_BEGUN:
	case EV_JOIN_BEGUN:
		/* A thread outside of its loop's steps has a slice of waiting instead. */
		if (lane != LANE_NONE && lane_runs(c, lane)) {
			c->lanes[lane].held_event = index;
			c->lanes[lane].held_begin = place_next(c);
		}
		break;
	case EV_BLOCK_ENDED:
	case EV_JOIN_ENDED:
		if (lane != LANE_NONE)
			end_hold(c, lane);
		break;
	default:
		put_notice(c, e);
		break;
	}
}

/* ---- the walk ---- */

static bool ends_step(const struct event *e)
{
	return e->kind == EV_STEP_ENDED || e->kind == EV_TASK_WAITS ||
	       e->kind == EV_TASK_YIELDED || e->kind == EV_TASK_DONE ||
	       e->kind == EV_TASK_FAILED || e->kind == EV_TASK_CANCELLED ||
	       e->kind == EV_LOOP_STOPPED;
}

static void take(struct chrome *c, uint64_t index)
{
	const struct event *e = trace_at(c->trace, index);
	/* A step lies between the place of its number and that of the one before. */
	if (e->thread == 0 && (e->kind == EV_STEP_BEGUN || ends_step(e)))
		c->in_step = e->kind == EV_STEP_BEGUN;
	int64_t clock_ns = clock_of(c, e);
	if (clock_ns > c->clock_ns) {
		gauges_flush(c);
		c->clock_ns = clock_ns;
	}
	arrows_before(c, index);
	uint32_t lane;
	size_t span;
	while (walk_next(&c->walk, index, &lane, &span))
		lane_changes(c, lane, span);
	/* A handle is in the queue before it is known who put it there, and out of it
	 * after it is known who did. */
	if (e->kind == EV_READY)
		gauges_take(c, e);
	arrows_after(c, index, e);
	if (e->kind != EV_READY)
		gauges_take(c, e);
	if (c->writing)
		put_event(c, index, e);
}

/* Walk through all events, as if nothing had happened yet. */
static void walk_through(struct chrome *c, const uint32_t *lanes, uint32_t count)
{
	walk_init(&c->walk, c->v, lanes, count);
	for (uint32_t i = 0; i < view_lane_count(c->v); i++) {
		c->lanes[i].state = STATE_ABSENT;
		c->lanes[i].held_event = UINT64_MAX;
	}
	memset(c->threads, 0, c->thread_count * sizeof *c->threads);
	for (uint32_t i = 0; i < c->thread_count; i++)
		c->threads[i].origin = UINT64_MAX;
	c->in_step = false;
	c->posted = 0;
	c->clock_ns = 0;
	c->place = -APART_NS;
	uint64_t events = view_event_count(c->v);
	for (uint64_t i = 0; i < events && !ferror(c->out); i++)
		take(c, i);
	walk_fini(&c->walk);
	live_free(&c->live);
}

/* What still lasts ends with the run. */
static void put_rest(struct chrome *c)
{
	gauges_flush(c);
	for (uint32_t i = 0; i < view_lane_count(c->v); i++)
		end_hold(c, i);
	int64_t place = place_next(c);
	for (uint32_t i = 0; i < view_lane_count(c->v); i++)
		end_slice(c, i, place);
	uint32_t jobs = c->by_step ? 0 : view_job_count(c->v);
	for (uint32_t i = 0; i < jobs; i++) {
		struct job j = view_job(c->v, i);
		if (j.started == UINT64_MAX && j.ended == UINT64_MAX)
			put_queued(c, 'e', i);
	}
}

/* ---- names ---- */

static void put_name(struct chrome *c, const char *what, uint32_t lane, const struct buf *name)
{
	bool first = true;
	record_begin(c, 'M', lane, 0);
	record_name(c, what, strlen(what));
	buf_puts(&c->text, ",\"args\":{");
	record_text(c, &first, "name", buf_text(name), name->len);
	buf_putc(&c->text, '}');
	record_end(c);
}

static void put_place(struct chrome *c, const char *what, uint32_t lane, uint32_t place)
{
	bool first = true;
	record_begin(c, 'M', lane, 0);
	record_name(c, what, strlen(what));
	buf_puts(&c->text, ",\"args\":{");
	record_number(c, &first, "sort_index", place);
	buf_putc(&c->text, '}');
	record_end(c);
}

static void put_lane_names(struct chrome *c, uint32_t lane, uint32_t place)
{
	struct buf name = {0};
	view_lane_name(c->v, lane, &name);
	const char *task = lane > LANE_LOOP ? view_task_name(c->v, lane) : "";
	if (*task && strcmp(task, buf_text(&name)) != 0) {
		buf_putc(&name, ' ');
		buf_puts(&name, task);
	}
	put_name(c, "thread_name", lane, &name);
	put_place(c, "thread_sort_index", lane, place);
	if (view_lane(c->v, lane)->worker || lane == LANE_PROGRAM) {
		if (lane == LANE_PROGRAM) {
			buf_reset(&name);
			buf_puts(&name, "main");
		}
		put_name(c, "process_name", lane, &name);
		put_place(c, "process_sort_index", lane, view_lane(c->v, lane)->thread);
	}
	buf_free(&name);
}

static void put_header(struct chrome *c)
{
	buf_puts(&c->text, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n{\"ph\":\"M\",\"pid\":1,"
	                   "\"tid\":");
	buf_put_u64(&c->text, tid_of(c, LANE_PROGRAM));
	buf_puts(&c->text, ",\"ts\":0,\"name\":\"process_labels\",\"args\":{\"labels\":");
	json_words(&c->text, c->by_step ? "1 ms is 1 step" : trace_about(c->trace)->title);
	buf_puts(&c->text, "}}");
}

/* What the file is of, and what its times are. */
static void put_footer(struct chrome *c)
{
	const struct trace_about *about = trace_about(c->trace);
	struct buf *b = &c->text;
	/* The same bytes wherever it lies. */
	buf_puts(b, "\n],\n\"otherData\":{\"simmer\":\"" SIMMER_VERSION "\",\"scene\":");
	json_words(b, path_base_name(about->path));
	buf_puts(b, ",\n\"title\":");
	json_words(b, about->title);
	buf_printf(b, ",\n\"clock\":\"%s\",\"ruler\":\"%s\",\"ts_late_us\":",
	           about->real_clock ? "real" : "virtual", c->by_step ? "step" : "clock");
	json_micros(b, c->late_ns);
	buf_puts(b, ",\n\"ts\":");
	json_words(b, c->by_step
	                      ? "The scene's clock never moved: a step of its loop is drawn one "
	                        "millisecond long."
	                      : "ts is the scene's clock. What happened at one instant of it "
	                        "stands in its order, an eighth of a microsecond apart: no "
	                        "ts is more than ts_late_us behind its clock.");
	buf_puts(b, "}}\n");
}

/* ---- the whole ---- */

/* The lanes of the picture, and the program's where it is not among them: `*count` of
 * them, owned by the caller. */
static uint32_t *choose_lanes(struct view *v, uint32_t *count)
{
	uint32_t all;
	const uint32_t *order = view_order(v, false, &all);
	bool there = all && order[0] == LANE_PROGRAM;
	uint32_t *lanes = mem_zalloc((size_t)all + 1, sizeof *lanes);
	*count = 0;
	if (!there)
		lanes[(*count)++] = LANE_PROGRAM;
	for (uint32_t i = 0; i < all; i++)
		lanes[(*count)++] = order[i];
	return lanes;
}

int export_chrome(struct view *v, const struct export_options *o, FILE *out, struct buf *why)
{
	(void)o;
	uint32_t count, all = view_lane_count(v);
	uint32_t *lanes = choose_lanes(v, &count);
	struct chrome c = {
		.v = v,
		.trace = view_trace(v),
		.out = out,
		.by_step = view_end_ns(v) == 0,
		.lanes = mem_zalloc(all, sizeof *c.lanes),
		.arrow_bits = mem_zalloc(view_event_count(v) / 8 + 1, 1),
	};
	for (uint32_t i = 0; i < count; i++)
		c.lanes[lanes[i]].shown = true;
	for (uint32_t i = 0; i < all; i++)
		if (view_lane(v, i)->thread >= c.thread_count)
			c.thread_count = (uint32_t)view_lane(v, i)->thread + 1;
	c.threads_talk = c.thread_count > 1 || view_job_count(v);
	c.threads = mem_zalloc(c.thread_count, sizeof *c.threads);

	walk_through(&c, lanes, count);
	arrows_known(&c);
	c.writing = true;
	put_header(&c);
	for (uint32_t i = 0; i < count; i++)
		put_lane_names(&c, lanes[i], i);
	walk_through(&c, lanes, count);
	put_rest(&c);
	put_footer(&c);
	fwrite(c.text.data, 1, c.text.len, out);

	buf_free(&c.text);
	buf_free(&c.scratch);
	vec_free(&c.links);
	vec_free(&c.more);
	vec_free(&c.stirred);
	free(c.lanes);
	free(c.threads);
	free(c.arrow_bits);
	free(lanes);
	if (!ferror(out))
		return 0;
	buf_puts(why, error_text(-ERR_WRITE));
	return -ERR_WRITE;
}
