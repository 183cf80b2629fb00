/*
 * Finding: the moments in which something is about the text that was asked for. That is a
 * task or a worker of that name running, a line with that text or number, a printed text
 * with it, or a job of that name going to a worker or ending.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "screen/internal.h"
#include "trace/trace.h"
#include "view/worker.h"

/* What is asked for, worked out once for a search. */
struct question {
	const char *text;
	size_t len;
	uint32_t number; /* the line with this number, or 0 */
	bool *lines;     /* by line, from 0: it has the text */
	size_t line_count;
	bool *lanes; /* by lane: its name has the text */
};

static bool has_text(const struct question *q, const char *text, size_t len)
{
	return memmem(text, len, q->text, q->len) != NULL;
}

static struct question ask(const struct screen *s)
{
	struct question q = {.text = buf_text(&s->query), .len = s->query.len};
	char *end;
	unsigned long number = strtoul(q.text, &end, 10);
	if (*end == '\0' && number < UINT32_MAX)
		q.number = (uint32_t)number;
	q.line_count = s->source.lines.count;
	q.lines = mem_zalloc(q.line_count + 1, sizeof *q.lines);
	for (size_t i = 0; i < q.line_count; i++) {
		const struct source_line *line = &s->source.lines.items[i];
		q.lines[i] = has_text(&q, s->source.text + line->offset_bytes, line->len);
	}
	uint32_t lanes = view_lane_count(s->view);
	q.lanes = mem_zalloc(lanes + 1, sizeof *q.lanes);
	struct buf name = {0};
	for (uint32_t i = 0; i < lanes; i++) {
		buf_reset(&name);
		view_lane_name(s->view, i, &name);
		q.lanes[i] = has_text(&q, buf_text(&name), name.len);
	}
	buf_free(&name);
	return q;
}

static bool matches(const struct screen *s, const struct question *q,
                    const struct moment *m)
{
	if (m->kind == MOMENT_START)
		return false;
	if (m->lane < view_lane_count(s->view) && q->lanes[m->lane])
		return true;
	const struct trace *t = view_trace(s->view);
	for (uint64_t i = m->begin; i < m->end; i++) {
		const struct event *e = trace_at(t, i);
		if (e->kind == EV_LINE &&
		    (e->a == q->number ||
		     (e->a && e->a <= q->line_count && q->lines[e->a - 1])))
			return true;
		if (e->kind == EV_PRINTED) {
			size_t len;
			const char *text = trace_text(t, e->a, &len);
			if (has_text(q, text, len))
				return true;
		}
		uint32_t job = e->kind == EV_JOB_SUBMITTED || e->kind == EV_JOB_STARTED ||
		                               e->kind == EV_JOB_ENDED
		                       ? view_job_find(s->view, e->a)
		                       : JOB_NONE;
		if (job != JOB_NONE) {
			size_t len;
			const char *text =
				trace_text(t, view_job(s->view, job).text, &len);
			if (has_text(q, text, len))
				return true;
		}
	}
	return false;
}

bool search_next(struct screen *s, bool backwards)
{
	struct question q = ask(s);
	size_t count = view_moment_count(s->view, s->state.internals);
	size_t here = present_index(s), index = here;
	bool found = false, round = false;
	for (size_t tried = 0; tried < count && !found; tried++) {
		if (backwards)
			index = index ? index - 1 : count - 1;
		else
			index = index + 1 < count ? index + 1 : 0;
		round = round || (backwards ? index >= here : index <= here);
		struct moment m = view_moment(s->view, s->state.internals, index);
		found = matches(s, &q, &m);
	}
	if (found) {
		s->state.play.on = s->state.live = false;
		go_to(s, index);
	}
	if (found && round)
		screen_message(s, backwards ? "found by going on from the end"
		                            : "found by going on from the beginning");
	free(q.lines);
	free(q.lanes);
	return found;
}
