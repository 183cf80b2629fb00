/*
 * Rows: see row.h. A column is the difference of two sums, before its left and
 * before its right edge; both are found by binary search.
 */
#include "view/row.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "view/internal.h"

/* A lane as far as a position goes. */
struct reach {
	const struct view *v;
	const struct lane_data *l;
	enum ruler r; /* clock or step */
	size_t count; /* spans that began before the position */
	double end;   /* where the position is */
	uint64_t position;
};

/* Where the lane stands at an edge of a column. */
struct edge {
	double time[STATE_TIMED]; /* spent in each state before the edge */
	uint64_t runs;            /* runs that began before it */
	size_t begun;             /* spans that began before it */
};

static double coordinate(const struct reach *r, size_t span)
{
	return (double)span_coordinate(r->v, r->l->spans.items[span], r->r);
}

/* Spans with a coordinate below `x`: at least `low` of them, and rarely many more. */
static size_t spans_from(const struct reach *r, size_t low, double x)
{
	size_t step = 1;
	for (; low + step <= r->count && coordinate(r, low + step - 1) < x; step *= 2)
		low += step;
	size_t high = low + step <= r->count ? low + step - 1 : r->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (coordinate(r, middle) < x)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct edge edge_at(const struct reach *r, double x)
{
	struct edge e = {.begun = spans_from(r, 0, x)};
	if (e.begun == 0)
		return e;
	size_t last = e.begun - 1;
	const struct sums *sums = &r->l->sums.items[last / SUMS_EVERY];
	e.runs = sums->runs;
	const int64_t *time = r->r == RULER_CLOCK ? sums->clock : sums->steps;
	for (size_t k = 0; k < STATE_TIMED; k++)
		e.time[k] = (double)time[k];
	for (size_t i = last - last % SUMS_EVERY; i <= last; i++) {
		enum lane_state state = span_state(r->l->spans.items[i]);
		e.runs += state == STATE_RUNNING;
		if (state >= STATE_TIMED)
			continue;
		double begin = coordinate(r, i);
		double end = i < last ? coordinate(r, i + 1) : x < r->end ? x : r->end;
		if (i == last && last + 1 < r->count) {
			double next = coordinate(r, last + 1);
			end = end < next ? end : next;
		}
		if (end > begin)
			e.time[state] += end - begin;
	}
	return e;
}

static struct reach reach_of(const struct view *v, uint32_t lane, const struct scale *s,
                             uint64_t position)
{
	struct reach r = {
		.v = v,
		.l = &v->lanes.items[lane],
		.r = s->ruler == RULER_CLOCK ? RULER_CLOCK : RULER_STEP,
		.position = position < v->count ? position : v->count,
	};
	size_t last = view_span_at(v, lane, r.position);
	r.count = last == SIZE_MAX ? 0 : last + 1;
	r.end = view_coordinate(v, r.r, r.position);
	return r;
}

/* The left edge of a column in the reach's own coordinates. */
static double edge_of(const struct reach *r, const struct scale *s, int64_t col)
{
	double x = scale_at(s, col);
	if (s->ruler == RULER_TICK)
		x = ruler_to_step(r->v, x);
	/* Rounding must not put what happens at a whole coordinate into the column
	 * before. */
	return x - s->unit * 1e-6;
}

static enum lane_state largest(const struct column *c)
{
	enum lane_state best = STATE_NEW;
	for (enum lane_state k = STATE_NEW; k < STATE_TIMED; k++)
		if (c->share[k] > c->share[best])
			best = k;
	return best;
}

/* What a column shows: endings first, then a run however short, then what takes most of
 * it. */
static enum lane_state choose(const struct reach *r, const struct column *c, size_t begun)
{
	double all = 0;
	for (size_t k = 0; k < STATE_TIMED; k++)
		all += c->share[k];
	if (c->ending != STATE_ABSENT)
		return c->ending;
	if (c->runs > 1)
		return STATE_MIXED;
	if (c->runs == 1)
		return STATE_RUNNING;
	if (all > 0)
		return largest(c);
	/* Nothing of any length: the state at the very position, if the lane is there. */
	if (begun == 0)
		return STATE_ABSENT;
	return span_state(r->l->spans.items[begun - 1]);
}

/* Whether a wait in this column is over by its timer, but the loop was busy and has not
 * seen it. */
static bool overdue(const struct reach *r, size_t begun, double left)
{
	if (r->r != RULER_CLOCK || begun == 0)
		return false;
	struct span s = view_span(r->v, (uint32_t)(r->l - r->v->lanes.items), begun - 1);
	return s.deadline_ns != INT64_MAX && left >= (double)s.deadline_ns - 0.5;
}

/* The ending of a job that stands in a column, if it is one: after it the worker is idle
 * or gone, or has the next job. */
static enum lane_state job_ending_at(const struct reach *r, size_t from, size_t to)
{
	enum { LOOK_BACK = 16 };
	enum lane_state found = STATE_ABSENT;
	if (to - from > LOOK_BACK)
		return STATE_ABSENT;
	for (size_t i = from; i < to; i++) {
		enum lane_state s = span_state(r->l->spans.items[i]);
		if (state_is_ending(s) && found != STATE_ABSENT)
			return STATE_ABSENT;
		if (state_is_ending(s))
			found = s;
	}
	return found;
}

/* The ending that stands in a column. */
static enum lane_state ending_at(const struct reach *r, size_t from, size_t to)
{
	if (r->l->lane.worker)
		return job_ending_at(r, from, to);
	enum lane_state last = span_state(r->l->spans.items[to - 1]);
	return state_is_ending(last) ? last : STATE_ABSENT;
}

/* What a column shows in which are those runs, that ending and those shares; before its
 * edges `a` and `b` spans began. */
static enum lane_state shown_in(const struct reach *r, const struct column *c, size_t a,
                                size_t b, double left, double right)
{
	enum lane_state shown = STATE_ABSENT;
	bool begins = b > a;
	bool here = left <= r->end && r->end < right;
	if (left <= r->end)
		shown = choose(r, c, begins || here ? b : 0);
	if (shown == STATE_WAITING && overdue(r, b, left + (right - left) * 1e-5))
		shown = STATE_READY;
	enum lane_state last = b ? span_state(r->l->spans.items[b - 1]) : STATE_ABSENT;
	if (!begins && last >= STATE_DONE)
		shown = last == STATE_IDLE && left <= r->end ? STATE_IDLE : STATE_ABSENT;
	return shown;
}

static struct column column_between(const struct reach *r, const struct edge *a,
                                    const struct edge *b, double left, double right)
{
	struct column c = {.ending = STATE_ABSENT};
	double width = right > left ? right - left : 1;
	for (size_t k = 0; k < STATE_TIMED; k++) {
		double share = (b->time[k] - a->time[k]) / width;
		c.share[k] = share < 0 ? 0 : share > 1 ? 1 : share;
	}
	c.runs = b->runs - a->runs;
	if (b->begun > a->begun)
		c.ending = ending_at(r, a->begun, b->begun);
	c.shown = shown_in(r, &c, a->begun, b->begun, left, right);
	return c;
}

/* The same without what is not needed to know what it shows. */
static enum lane_state shown_between(const struct reach *r, size_t a, size_t b,
                                     double left, double right)
{
	enum { MANY = 64 };
	struct column c = {.ending = STATE_ABSENT};
	if (a < b) {
		c.ending = ending_at(r, a, b);
		for (size_t i = a; i < b && i - a < MANY && c.runs < 2; i++)
			c.runs += span_state(r->l->spans.items[i]) == STATE_RUNNING;
		if (c.ending == STATE_ABSENT && (c.runs == 0 || (c.runs < 2 && b - a > MANY))) {
			struct edge from = edge_at(r, left), to = edge_at(r, right);
			return column_between(r, &from, &to, left, right).shown;
		}
	} else if (a > 0) {
		enum lane_state state = span_state(r->l->spans.items[a - 1]);
		if (state < STATE_TIMED && left < r->end)
			c.share[state] = 1;
	}
	return shown_in(r, &c, a, b, left, right);
}

struct column view_column(const struct view *v, uint32_t lane, const struct scale *s,
                          int64_t col, uint64_t position)
{
	struct reach r = reach_of(v, lane, s, position);
	double left = edge_of(&r, s, col), right = edge_of(&r, s, col + 1);
	struct edge a = edge_at(&r, left), b = edge_at(&r, right);
	return column_between(&r, &a, &b, left, right);
}

/* ---- labels ---- */

void view_span_label(const struct view *v, uint32_t lane, size_t index, uint64_t position,
                     struct buf *out)
{
	struct span s = view_span(v, lane, index);
	const struct family *f = span_family(v, lane, &s);
	if (f && s.end_event <= position && !family_is_machinery(v, f))
		buf_printf(out, "%s %zu", f->group ? "group" : "gather",
		           f->members.count);
	else
		view_wait_label(v, lane, s.end_event < position ? s.end_event : position,
		                out);
}

/* Put a text into the cells from `from` up to `to`; false if it does not fit after two of
 * them. Where it stands does not depend on how much room there is beyond it: a wait that
 * still lasts keeps its words in their place. */
static bool draw_text(const struct buf *text, struct row_cell *cells, int from, int to)
{
	int cols = (int)utf8_text_cols(buf_text(text), text->len);
	int room = to - from;
	if (text->len == 0 || cols + 4 > room)
		return text->len == 0;
	int x = from + 2;
	cells[x] = (struct row_cell){' ', cells[x].state, true};
	x++;
	for (size_t i = 0; i < text->len;) {
		uint32_t code;
		i += utf8_decode(text->data + i, text->len - i, &code);
		int width = utf8_width_cols(code);
		if (width == 0)
			continue;
		cells[x] =
			(struct row_cell){width == 1 ? code : ' ', cells[x].state, true};
		if (width == 2)
			cells[x + 1] = cells[x];
		x += width;
	}
	cells[x] = (struct row_cell){' ', cells[x].state, true};
	return true;
}

/* Where a worker's span is no longer for anybody: that column, or `to`. */
static int given_up_at(const struct reach *r, const struct scale *s, uint32_t lane,
                       size_t span, int from, int to)
{
	struct span at = view_span(r->v, lane, span);
	uint64_t end = at.end_event < r->position ? at.end_event : r->position;
	uint32_t job = view_job_at(r->v, lane, end);
	if (job == JOB_NONE || r->v->jobs.items[job].abandoned >= end)
		return to;
	double x = view_coordinate(r->v, s->ruler, r->v->jobs.items[job].abandoned + 1);
	int64_t col = scale_col(s, x);
	return col < from ? from : col < to ? (int)col : to;
}

/* What it waits for without where that is: `worker chop`. */
static void draw_shorter(const struct reach *r, uint32_t lane, size_t span,
                         struct row_cell *cells, int from, int to)
{
	struct span at = view_span(r->v, lane, span);
	struct buf text = {0};
	if (at.wait_kind == WAIT_WORKER && !r->l->lane.worker)
		put_wait_text(r->v, at.wait_kind, at.wait_text, &text);
	draw_text(&text, cells, from, to);
	buf_free(&text);
}

/* Put the span's label into its cells. What a worker does for nobody is said where that
 * begins. */
static void draw_label(const struct reach *r, const struct scale *s, uint32_t lane,
                       size_t span, struct row_cell *cells, int from, int to)
{
	struct buf text = {0};
	int given_up = r->l->lane.worker ? given_up_at(r, s, lane, span, from, to) : to;
	if (given_up > from && given_up < to) {
		struct span at = view_span(r->v, lane, span);
		uint32_t job = view_job_at(r->v, lane, at.begin_event + 1);
		if (job != JOB_NONE)
			put_job(r->v, job, 0, &text);
		draw_text(&text, cells, from, given_up);
		buf_reset(&text);
		buf_puts(&text, "nobody waits");
		draw_text(&text, cells, given_up, to);
	} else {
		view_span_label(r->v, lane, span, r->position, &text);
		if (!draw_text(&text, cells, from, to))
			draw_shorter(r, lane, span, cells, from, to);
	}
	buf_free(&text);
}

/* Whether a state has words in it: what a task waits for, what a worker does. */
static bool has_label(const struct reach *r, enum lane_state s)
{
	return s == STATE_WAITING || s == STATE_CANCELLING ||
	       (s == STATE_RUNNING && r->l->lane.worker);
}

void view_row(const struct view *v, uint32_t lane, const struct scale *s,
              uint64_t position, struct row_cell *cells)
{
	struct reach r = reach_of(v, lane, s, position);
	double left = edge_of(&r, s, 0);
	size_t begun = spans_from(&r, 0, left);
	int label_from = -1;   /* a span without interruption since this column ... */
	size_t label_span = 0; /* ... is this one */
	for (int col = 0; col <= s->cols; col++) {
		double right = edge_of(&r, s, col + 1);
		size_t before = begun;
		begun = spans_from(&r, before, right);
		enum lane_state shown = STATE_ABSENT;
		if (col < s->cols)
			shown = shown_between(&r, before, begun, left, right);
		size_t span = begun ? begun - 1 : 0;
		if (label_from >= 0 && (!has_label(&r, shown) || span != label_span)) {
			draw_label(&r, s, lane, label_span, cells, label_from, col);
			label_from = -1;
		}
		if (col == s->cols)
			break;
		uint32_t glyph = shown == STATE_ABSENT  ? ' '
		                 : shown == STATE_MIXED ? GLYPH_MIXED
		                                        : state_infos[shown].glyph;
		cells[col] = (struct row_cell){glyph, shown, false};
		if (has_label(&r, shown) && label_from < 0) {
			label_from = col;
			label_span = span;
		}
		left = right;
	}
}
