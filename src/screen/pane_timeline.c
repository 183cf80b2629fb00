/*
 * The timeline: the tree of tasks at the left, a row of time for each, a ruler above. It
 * does not scroll: when the present moves out of the window, a page is turned; which page
 * is shown follows from the position alone.
 *
 * What runs on a thread of its own has a double line before its name: the worker, and the
 * tasks of a loop that runs there. Below all lanes stands where several threads were busy
 * at the same instant.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "screen/internal.h"
#include "trace/trace.h"
#include "view/row.h"
#include "view/snapshot.h"
#include "view/totals.h"

enum { NAME_COLS_MIN = 8, MARK_COLS = 2 };

/* ---- which lanes ------------------------------------------------------------------ */

static bool is_folded(const struct screen *s, uint32_t lane)
{
	for (size_t i = 0; i < s->folded.count; i++)
		if (s->folded.items[i] == lane)
			return true;
	return false;
}

size_t timeline_lanes(const struct screen *s, uint32_t **lanes)
{
	bool internals = s->state.internals;
	uint32_t count;
	const uint32_t *order = view_order(s->view, internals, &count);
	*lanes = mem_alloc(mem_mul(count ? count : 1, sizeof **lanes));
	size_t n = 0;
	for (uint32_t i = 0; i < count; i++) {
		(*lanes)[n++] = order[i];
		if (s->folded.count && is_folded(s, order[i]))
			i += view_descendants(s->view, internals, order[i]);
	}
	return n;
}

/* Whether there are threads beside the main one. */
static bool has_threads(const struct screen *s)
{
	return view_lane_of_thread(s->view, 1) != LANE_NONE;
}

/* Whether their sum has a row: not in a run in which no two ever were busy at once. */
static bool has_sum(const struct screen *s)
{
	if (!has_threads(s) || !view_complete(s->view))
		return has_threads(s);
	struct parallel all;
	view_parallel(s->view, &all);
	return all.busy_ns > all.span_ns;
}

/* The rows for lanes in a pane of `h` rows: those of the frame, the ruler and the sum are
 * taken. */
static int lane_rows(const struct screen *s, int h)
{
	int rows = h - 3;
	return has_sum(s) && rows > 2 ? rows - 1 : rows;
}

static size_t lane_count(const struct screen *s)
{
	uint32_t count;
	uint32_t *lanes = NULL;
	if (!s->folded.count) {
		view_order(s->view, s->state.internals, &count);
		return count;
	}
	size_t shown = timeline_lanes(s, &lanes);
	free(lanes);
	return shown;
}

size_t timeline_row_count(const struct screen *s)
{
	return lane_count(s) + has_sum(s);
}

static size_t index_of(const struct lane_page *page, uint32_t lane)
{
	for (size_t i = 0; i < page->count; i++)
		if (page->lanes[i] == lane)
			return i;
	return SIZE_MAX;
}

size_t timeline_index(const struct screen *s, const struct lane_page *page, uint32_t lane)
{
	while (lane != LANE_NONE && lane < view_lane_count(s->view)) {
		size_t i = index_of(page, lane);
		if (i != SIZE_MAX)
			return i;
		lane = view_lane(s->view, lane)->parent;
	}
	return SIZE_MAX;
}

static struct lane_page page_of(const struct screen *s, const struct present *p, int rows)
{
	struct lane_page page = {0};
	page.count = timeline_lanes(s, &page.lanes);
	page.rows = rows > 0 ? (size_t)rows : 0;
	if (page.count <= page.rows || !page.rows)
		return page;
	uint32_t lane = s->state.chosen != LANE_NONE ? s->state.chosen : p->active;
	size_t i = timeline_index(s, &page, lane);
	page.top = i == SIZE_MAX ? 0 : i / page.rows * page.rows;
	if (page.top > page.count - page.rows)
		page.top = page.count - page.rows;
	return page;
}

/* ---- names ------------------------------------------------------------------------ */

/* The name, with asyncio's own beside it when `wide`. */
static void name_of(const struct screen *s, uint32_t lane, bool wide, struct buf *name,
                    struct buf *beside)
{
	view_lane_name(s->view, lane, name);
	const char *task = view_task_name(s->view, lane);
	if (wide && strcmp(task, buf_text(name)) != 0)
		buf_puts(beside, task);
}

static int indent_of(const struct screen *s, uint32_t lane)
{
	unsigned depth = view_lane(s->view, lane)->depth;
	return 2 * (int)(depth < 6 ? depth : 6);
}

static bool wide_names(const struct screen *s)
{
	return s->cols >= 96;
}

struct timeline_cut timeline_cut(const struct screen *s, const struct layout *l)
{
	int inside = l->timeline.w - 2;
	int widest = NAME_COLS_MIN;
	uint32_t *lanes;
	size_t count = timeline_lanes(s, &lanes);
	struct buf name = {0}, beside = {0};
	/* Names beyond the first few hundred must do with the room that those need. */
	for (size_t i = 0; i < count && i < 300; i++) {
		buf_reset(&name);
		buf_reset(&beside);
		name_of(s, lanes[i], wide_names(s), &name, &beside);
		size_t cols = utf8_text_cols(buf_text(&name), name.len) + beside.len +
		              (beside.len ? 1 : 0);
		int need = MARK_COLS + 2 + indent_of(s, lanes[i]) +
		           (int)(cols < 200 ? cols : 200) + 1;
		widest = need > widest ? need : widest;
	}
	buf_free(&name);
	buf_free(&beside);
	free(lanes);
	int limit = inside * 3 / 10;
	int name_cols = widest < limit ? widest : limit;
	return (struct timeline_cut){name_cols, inside - name_cols};
}

static uint32_t tree_mark(const struct screen *s, uint32_t lane)
{
	const struct lane *l = view_lane(s->view, lane);
	if (is_folded(s, lane))
		return 0x25B8; /* ▸ */
	if (view_descendants(s->view, s->state.internals, lane))
		return 0x25BE; /* ▾ */
	if (l->parent == LANE_NONE)
		return ' ';
	return l->next_sibling == LANE_NONE ? 0x2514 : 0x251C; /* └ ├ */
}

/* What is said at the left edge: who this moment is about, and whose state it changed. */
static uint32_t change_mark(const struct screen *s, const struct present *p,
                            uint32_t lane)
{
	if (p->moment.kind == MOMENT_START)
		return ' ';
	if (lane == p->active)
		return 0x25B6; /* ▶ */
	uint64_t before = p->moment.begin;
	enum lane_state was = view_state_at(s->view, lane, before);
	return was == view_state_at(s->view, lane, p->position) ? ' ' : 0x2022; /* • */
}

static void draw_name(const struct screen *s, const struct present *p, struct area a,
                      int y, uint32_t lane)
{
	enum lane_state state = view_state_at(s->view, lane, p->position);
	style ink = (style)state_ink(state);
	const struct lane *l = view_lane(s->view, lane);
	/* The lanes of the program and of the loop are always there; a worker's that is
	 * gone keeps its name beside its jobs. */
	bool there = state != STATE_ABSENT || lane == LANE_PROGRAM || lane == LANE_LOOP ||
	             (l->worker && l->born_event < p->position);
	if (there)
		area_put(a, 0, y, change_mark(s, p, lane),
		         lane == p->active ? INK_CURSOR : ink);
	if (l->thread && (there || s->state.future))
		area_put(a, 1, y, 0x2551, INK_DIM); /* ║ */
	int x = MARK_COLS + indent_of(s, lane);
	struct buf name = {0}, beside = {0};
	name_of(s, lane, wide_names(s), &name, &beside);
	if (there || s->state.future) {
		area_put(a, x, y, tree_mark(s, lane), INK_DIM);
		style name_ink = !there                 ? (style)INK_DIM | STYLE_FAINT
		                 : state >= STATE_TIMED ? (style)INK_DIM
		                 : lane == p->active    ? (style)INK_SENTENCE
		                                        : (style)INK_TEXT;
		int end = area_fit(a, x + 2, y, a.w - x - 3, buf_text(&name), name_ink);
		if (end + 1 + (int)beside.len < a.w)
			area_puts(a, end + 1, y, buf_text(&beside),
			          INK_DIM | (there ? 0 : STYLE_FAINT));
	}
	buf_free(&name);
	buf_free(&beside);
}

/* ---- the ruler -------------------------------------------------------------------- */

/* 1, 2 or 5 times a power of ten, above `ns` and at least a second: while the clock runs
 * on, the scale does not. */
static double round_extent(double ns)
{
	double power = pow(10, floor(log10(ns > 1e9 ? ns : 1e9)));
	double times = ns / power;
	return power * (times < 2 ? 2 : times < 5 ? 5 : 10);
}

/* All of the run. */
static struct scale fitting(const struct screen *s, enum ruler ruler, int cols,
                            int64_t time_ns)
{
	struct scale fit = scale_fit(s->view, ruler, cols > 1 ? cols : 1);
	if (ruler == RULER_CLOCK && trace_about(view_trace(s->view))->real_clock &&
	    !view_complete(s->view))
		fit.unit = round_extent(fmax((double)time_ns, (double)view_end_ns(s->view))) /
		           fit.cols;
	return fit;
}

double timeline_unit(const struct screen *s, int cols)
{
	return ldexp(fitting(s, RULER_CLOCK, cols, 0).unit,
	             ruler_shown(s) == RULER_CLOCK ? -s->state.zoom : 0);
}

struct scale timeline_scale(const struct screen *s, int cols, uint64_t position,
                            int64_t time_ns)
{
	enum ruler ruler = ruler_shown(s);
	struct scale fit = fitting(s, ruler, cols, time_ns);
	cols = fit.cols;
	if (s->state.zoom == 0)
		return fit;
	struct scale scale = fit;
	scale.unit = ldexp(fit.unit, -s->state.zoom);
	double at = ruler == RULER_CLOCK ? (double)time_ns
	                                 : view_coordinate(s->view, ruler, position);
	/* Pages overlap by a quarter, so that one sees where one came from. */
	double stride = floor(cols * 0.75) < 1 ? 1 : floor(cols * 0.75);
	double page = floor((at - fit.left) / scale.unit / stride);
	double left = fit.left + page * stride * scale.unit;
	double last = fit.left + fit.unit * cols - scale.unit * cols;
	scale.left = left < last ? left : last;
	return scale;
}

/* The column where the present is. */
static int64_t present_col(const struct screen *s, const struct present *p)
{
	if (ruler_shown(s) == RULER_CLOCK)
		return scale_col(&p->scale, (double)p->time_ns);
	return scale_col(&p->scale,
	                 view_coordinate(s->view, ruler_shown(s), p->position));
}

static void draw_ruler(const struct screen *s, const struct present *p, struct area a)
{
	double step = scale_label_step(&p->scale);
	double first = ceil(p->scale.left / step) * step;
	int free_from = 0;
	int64_t now = present_col(s, p);
	struct buf label = {0};
	for (int i = 0; i < a.w; i++) {
		double coordinate = first + i * step;
		int64_t col = scale_col(&p->scale, coordinate);
		if (col >= a.w)
			break;
		buf_reset(&label);
		scale_label(&p->scale, coordinate, &label);
		if (col + (int64_t)label.len > a.w)
			col = a.w -
			      (int64_t)label.len; /* the last one ends at the edge */
		/* The cursor is not drawn into a number. */
		bool hit = now >= col && now < col + (int64_t)label.len;
		if (col < free_from || hit)
			continue;
		free_from = area_puts(a, (int)col, 0, buf_text(&label), INK_DIM) + 1;
	}
	buf_free(&label);
	if (now >= 0 && now < a.w)
		area_put(a, (int)now, 0, 0x25BC, INK_CURSOR);
	if (p->scale.left > 0 && area_get(a, 0, 0) == ' ')
		area_put(a, 0, 0, 0x2190, INK_DIM);
	if (view_extent(s->view, ruler_shown(s)) > scale_at(&p->scale, a.w) &&
	    area_get(a, a.w - 1, 0) == ' ')
		area_put(a, a.w - 1, 0, 0x2192, INK_DIM);
}

/* Where the moment stands on the ruler in use. */
static double moment_coordinate(const struct screen *s, size_t index)
{
	struct moment m = view_moment(s->view, s->state.internals, index);
	return view_coordinate(s->view, ruler_shown(s), m.end);
}

/* The last moment, from `index` on, that stands before column `col`. */
static size_t moment_before(const struct screen *s, const struct scale *scale, size_t index,
                            int64_t col)
{
	size_t high = view_moment_count(s->view, s->state.internals);
	while (index + 1 < high) {
		size_t middle = index + (high - index) / 2;
		if (scale_col(scale, moment_coordinate(s, middle)) < col)
			index = middle;
		else
			high = middle;
	}
	return index;
}

/* Beats are marked on the lower edge of the frame; those that have passed are filled. A
 * column has the mark of its first one. */
static void draw_beats(const struct screen *s, const struct present *p, struct area edge)
{
	bool internals = s->state.internals;
	size_t index = 0;
	for (int64_t free_from = 0; free_from < edge.w;) {
		size_t next = view_next_beat(s->view, internals, index);
		struct moment m = view_moment(s->view, internals, next);
		int64_t col = scale_col(&p->scale, moment_coordinate(s, next));
		if (next == index || !m.beat || col >= edge.w)
			break;
		if (col < free_from) { /* left of the window, or many in one column */
			index = moment_before(s, &p->scale, next, free_from);
			continue;
		}
		bool passed = m.end <= p->position;
		area_put(edge, (int)col, 0, passed ? 0x25C6 : 0x25C7, /* ◆ ◇ */
		         passed ? INK_CURSOR : INK_DIM);
		free_from = col + 1;
		index = next;
	}
}

/* ---- rows ------------------------------------------------------------------------- */

/* What shows in the column in which the last event lies, now that the clock is further: what
 * takes most of it, as if the time since then were told already. */
static enum lane_state gliding_column(const struct screen *s, const struct present *p,
                                      uint32_t lane, int64_t col, const struct span *span)
{
	struct column c = view_column(s->view, lane, &p->scale, col, p->position);
	if (c.ending != STATE_ABSENT || c.runs > 0)
		return c.shown;
	double end = fmin(scale_at(&p->scale, col + 1), (double)p->time_ns);
	c.share[span->state] += (end - (double)p->base_ns) / p->scale.unit;
	enum lane_state most = span->state;
	for (enum lane_state k = STATE_NEW; k < STATE_TIMED; k++)
		if (c.share[k] > c.share[most])
			most = k;
	return most;
}

/* While playing the clock is between two moments: what lasts goes on up to there. A wait
 * whose timer is due is held up from then on. */
static void draw_glide(const struct screen *s, const struct present *p, struct area a, int y,
                       uint32_t lane, const struct span *span)
{
	int64_t from = scale_col(&p->scale, (double)p->base_ns);
	int64_t to = scale_col(&p->scale, (double)p->time_ns);
	if (span->state >= STATE_TIMED || to <= from)
		return;
	int64_t due = span->state == STATE_WAITING && span->deadline_ns < p->time_ns
	                      ? scale_col(&p->scale, (double)span->deadline_ns) + 1
	                      : to;
	for (int64_t x = from < 0 ? 0 : from; x < to && x < a.w; x++) {
		enum lane_state state = x < due ? span->state : STATE_READY;
		if (x == from && state == span->state)
			state = gliding_column(s, p, lane, x, span);
		if (state < STATE_COUNT)
			area_put(a, (int)x, y, state_infos[state].glyph,
			         (style)state_ink(state));
	}
}

/* What lasts since before the last event has its words as soon as there is room for them,
 * in the place where they will stay: see view/row.c. */
static void draw_glide_label(const struct screen *s, const struct present *p, struct area a,
                             int y, uint32_t lane, const struct span *span)
{
	if (span->state >= STATE_TIMED || p->time_ns <= p->base_ns)
		return;
	uint32_t glyph = state_infos[span->state].glyph;
	int64_t from = scale_col(&p->scale, (double)span->begin_ns);
	int64_t to = scale_col(&p->scale, (double)p->time_ns);
	to = to < a.w ? to : a.w;
	from += from >= 0 && from < to && area_get(a, (int)from, y) != glyph;
	if (from < 0 || from >= to)
		return;
	struct buf label = {0};
	view_wait_label(s->view, lane, p->position, &label);
	int64_t cols = (int64_t)utf8_text_cols(buf_text(&label), label.len) + 4;
	bool bare = label.len && from + cols <= to;
	for (int64_t x = from; bare && x < from + cols; x++)
		bare = area_get(a, (int)x, y) == glyph;
	if (bare) {
		int end = area_puts(a, (int)from + 3, y, buf_text(&label), INK_REASON);
		area_put(a, (int)from + 2, y, ' ', INK_REASON);
		area_put(a, end, y, ' ', INK_REASON);
	}
	buf_free(&label);
}

/* A wait for a timer is promised to end at its deadline: dots up to there. */
static void draw_promise(const struct present *p, struct area a, int y,
                         const struct span *span)
{
	if (span->deadline_ns == INT64_MAX ||
	    (span->state != STATE_WAITING && span->state != STATE_CANCELLING))
		return;
	int64_t from = scale_col(&p->scale, (double)p->time_ns);
	int64_t to = scale_col(&p->scale, (double)span->deadline_ns);
	for (int64_t x = from < 0 ? 0 : from; x < to && x < a.w; x++)
		if (area_get(a, (int)x, y) == ' ')
			area_put(a, (int)x, y, 0x2508, INK_WAITING | STYLE_FAINT); /* ┈ */
}

static void draw_cells(const struct screen *s, const struct present *p, struct area a,
                       int y, uint32_t lane, uint64_t position, style flags)
{
	int cols = p->scale.cols;
	struct row_cell *cells = mem_alloc(mem_mul((size_t)cols, sizeof *cells));
	view_row(s->view, lane, &p->scale, position, cells);
	int64_t now = present_col(s, p);
	bool cut = false; /* in words that began in the past: nobody could read their rest */
	for (int x = 0; x < cols; x++) {
		const struct row_cell *c = &cells[x];
		cut = flags && c->label && (cut || x <= now);
		if (flags && x < now)
			continue;
		bool mute = cut && x > now && c->state < STATE_TIMED;
		if (area_get(a, x, y) != ' ' || (c->code <= ' ' && !c->label))
			continue;
		if (mute)
			area_put(a, x, y, state_infos[c->state].glyph,
			         (style)state_ink(c->state) | flags);
		else
			area_put(a, x, y, c->code,
			         (style)(c->label ? INK_REASON : state_ink(c->state)) | flags);
	}
	free(cells);
}

static void draw_lane(const struct screen *s, const struct present *p, struct area a,
                      int y, uint32_t lane)
{
	draw_cells(s, p, a, y, lane, p->position, 0);
	size_t at = view_span_at(s->view, lane, p->position);
	if (at != SIZE_MAX && ruler_shown(s) == RULER_CLOCK) {
		struct span span = view_span(s->view, lane, at);
		draw_glide(s, p, a, y, lane, &span);
		draw_glide_label(s, p, a, y, lane, &span);
		if (!s->state.future)
			draw_promise(p, a, y, &span);
	}
	if (s->state.future)
		draw_cells(s, p, a, y, lane, UINT64_MAX, STYLE_FAINT);
	int64_t now = present_col(s, p);
	if (now >= 0 && now < a.w && area_get(a, (int)now, y) == ' ')
		area_put(a, (int)now, y, 0x2506, INK_DIM); /* ┆ */
}

/* ---- how many at once --------------------------------------------------------------- */

/* How many threads are busy at the present position. */
static unsigned busy_now(const struct screen *s, const struct present *p)
{
	enum { MANY = 1000 };
	struct snapshot snap = {0};
	view_snapshot(s->view, p->position, MANY, &snap);
	unsigned busy = snap.running != LANE_NONE && !snap.blocked_on;
	for (size_t i = 0; i < snap.worker_count && i < MANY; i++)
		busy += snap.workers[i].doing == WORKER_BUSY ||
		        snap.workers[i].doing == WORKER_SLEEPS;
	snapshot_free(&snap);
	return busy;
}

/*
 * How many threads were busy in column `col`, on average; `now` of them have been since the
 * last event, up to where the clock is. What is to come is not counted.
 */
static double busy_in(const struct screen *s, const struct present *p, int col, unsigned now)
{
	double from = fmax(scale_at(&p->scale, col), 0);
	double to = fmin(scale_at(&p->scale, col + 1), (double)p->time_ns);
	if (to <= from)
		return 0;
	double told = fmin(fmax((double)p->base_ns, from), to);
	int64_t busy = view_busy_ns(s->view, (int64_t)told) -
	               view_busy_ns(s->view, (int64_t)from);
	return ((double)busy + now * (to - told)) / (to - from);
}

/* Where at least two threads were busy at the same instant: a double line, and how many
 * they were where there is room for it. */
static void draw_sum(const struct screen *s, const struct present *p, struct area in, int y)
{
	area_fit(in, 2, y, p->cut.name_cols - 3, "at once", INK_LABEL);
	struct area a = area_part(in, p->cut.name_cols, y, p->cut.cols, 1);
	if (ruler_shown(s) != RULER_CLOCK) {
		area_fit(a, 0, 0, a.w, "is told by the clock: t", INK_DIM | STYLE_FAINT);
		return;
	}
	unsigned now = p->time_ns > p->base_ns ? busy_now(s, p) : 0;
	int64_t present = present_col(s, p);
	struct buf label = {0};
	for (int x = 0; x < a.w;) {
		int threads = (int)(busy_in(s, p, x, now) + 0.1), end = x + 1;
		while (end < a.w && (int)(busy_in(s, p, end, now) + 0.1) == threads)
			end++;
		if (threads >= 2) {
			area_fill(area_part(a, x, 0, end - x, 1), 0x2550, INK_RUNNING);
			buf_reset(&label);
			buf_printf(&label, end - x >= 21 ? " %d threads busy " : " %d ", threads);
			if (end - x > (int)label.len + 2)
				area_puts(a, x + 2, 0, buf_text(&label), INK_SENTENCE);
			else if (threads < 10 && end < present) /* it will not grow any more */
				area_printf(a, x, 0, INK_RUNNING, "%d", threads);
		}
		x = end;
	}
	buf_free(&label);
}

static void title_of(const struct screen *s, const struct lane_page *page, struct buf *out)
{
	buf_printf(out, "timeline · %s", ruler_name(ruler_shown(s)));
	if (s->state.zoom)
		buf_printf(out, " · zoom %dx",
		           s->state.zoom < 20 ? 1 << s->state.zoom : 1 << 20);
	if (page->count > page->rows)
		buf_printf(out, " · %s %zu–%zu of %zu", has_threads(s) ? "lanes" : "tasks",
		           page->top + 1, page->top + page->rows, page->count);
	if (s->state.internals)
		buf_puts(out, " · internals");
	if (s->state.future)
		buf_puts(out, " · with what is to come");
	if (s->state.follow) {
		buf_puts(out, " · follows ");
		view_lane_name(s->view, s->state.chosen, out);
	}
}

void timeline_draw(const struct screen *s, const struct present *p, struct area a)
{
	struct timeline_cut cut = p->cut;
	struct lane_page page = page_of(s, p, lane_rows(s, a.h));
	struct buf title = {0};
	title_of(s, &page, &title);
	struct area in = pane_frame(s, PANE_TIMELINE, a, buf_text(&title));
	buf_free(&title);
	struct area time = area_part(in, cut.name_cols, 0, cut.cols, in.h);
	draw_ruler(s, p, time);
	draw_beats(s, p, area_part(a, 1 + cut.name_cols, a.h - 1, cut.cols, 1));
	for (size_t i = 0; i < page.rows && page.top + i < page.count; i++) {
		uint32_t lane = page.lanes[page.top + i];
		int y = (int)i + 1;
		draw_name(s, p, area_part(in, 0, 0, cut.name_cols, in.h), y, lane);
		draw_lane(s, p, time, y, lane);
		if (lane == s->state.chosen)
			area_flag(area_part(in, 0, y, in.w, 1), STYLE_SHADE);
		else if (s->state.follow)
			area_flag(area_part(in, 0, y, in.w, 1), STYLE_FAINT);
	}
	arrows_draw(s, p, time, &page);
	if (lane_rows(s, a.h) < a.h - 3)
		draw_sum(s, p, in, a.h - 3);
	free(page.lanes);
}

uint32_t timeline_lane_at(const struct screen *s, const struct present *p, int row)
{
	struct lane_page page = page_of(s, p, lane_rows(s, p->layout.timeline.h));
	uint32_t lane = LANE_NONE;
	if (row >= 1 && (size_t)row <= page.rows &&
	    page.top + (size_t)row - 1 < page.count)
		lane = page.lanes[page.top + (size_t)row - 1];
	free(page.lanes);
	return lane;
}
