/*
 * The timeline as text: see text.h. Names on the left with the tree of tasks,
 * the whole run on the right in as many columns as there are, then the sums.
 * Lines are put together in a buffer that goes out whenever a few of them are whole.
 */
#include "export/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "trace/trace.h"
#include "view/lane.h"
#include "view/moment.h"
#include "view/row.h"
#include "view/ruler.h"
#include "view/sentence.h"
#include "view/snapshot.h"
#include "view/totals.h"
#include "view/view.h"
#include "view/worker.h"

enum {
	WIDTH_DEFAULT = 80,
	WIDTH_LEAST = 40,
	LANES_MAX = 200,
	HOLDS_MAX = 12,
	JOBS_MAX = 12,
	NAME_MAX_COLS = 28,
	FLUSH_BYTES = 1 << 16
};

/* A page under way. */
struct page {
	struct view *v;
	const struct text_options *o;
	struct buf *out; /* whole lines that are not written yet, and the one under way */
	FILE *file;
	int width, gutter; /* columns of the page, and of names before the timeline */
	const uint32_t *order;
	uint32_t lanes; /* shown */
	uint32_t all;   /* there are */
};

/* ---- small things ---- */

static const char *pick(const struct page *p, const char *unicode, const char *ascii)
{
	return p->o->ascii ? ascii : unicode;
}

/* What stands for a code point where it may not be shown itself: `^[`, `...`, `?`. */
static const char *twin(uint32_t code, char spare[3])
{
	enum { PICTURES = 0x2400, ELLIPSIS = 0x2026 };
	if (code == ELLIPSIS)
		return "...";
	if (code < PICTURES || code >= PICTURES + 0x20)
		return "?";
	spare[0] = '^';
	spare[1] = (char)('@' + (code - PICTURES));
	spare[2] = '\0';
	return spare;
}

/* Append text of the scene in at most `cols` columns; no control character goes out. */
static size_t put_safe(const struct page *p, const char *text, size_t len, size_t cols)
{
	size_t used = 0;
	for (size_t i = 0; i < len;) {
		uint32_t code;
		char spare[3];
		i += utf8_decode(text + i, len - i, &code);
		if (code < 0x20)
			code += 0x2400;
		bool odd = (code >= 0x7F && code < 0xA0) || (p->o->ascii && code > 0x7F);
		const char *instead = odd ? twin(code, spare) : NULL;
		size_t width = instead ? strlen(instead) : (size_t)utf8_width_cols(code);
		if (used + width > cols)
			break;
		if (instead)
			buf_puts(p->out, instead);
		else
			buf_put_utf8(p->out, code);
		used += width;
	}
	return used;
}

static void put_blanks(const struct page *p, size_t used, size_t cols)
{
	if (used < cols)
		buf_fill(p->out, ' ', cols - used);
}

/* End the line, without the blanks at its end. */
static void end_line(const struct page *p)
{
	while (p->out->len && p->out->data[p->out->len - 1] == ' ')
		p->out->data[--p->out->len] = '\0';
	buf_putc(p->out, '\n');
}

/*
 * Fold what was appended since byte `start` of the output, one line without its end, to
 * the width of the page: at blanks, the lines after the first indented by `indent`
 * columns. Then end it.
 */
static void end_prose(const struct page *p, size_t start, size_t indent)
{
	size_t len = p->out->len - start;
	char *text = mem_strndup(p->out->data + start, len);
	p->out->len = start;
	p->out->data[start] = '\0';
	size_t room = (size_t)p->width, at = 0;
	for (size_t cut; (cut = utf8_fold(text + at, len - at, room)) < len - at;) {
		buf_put(p->out, text + at, cut);
		end_line(p);
		buf_fill(p->out, ' ', indent);
		room = (size_t)p->width - indent;
		at += cut + (text[at + cut] == ' ');
	}
	buf_put(p->out, text + at, len - at);
	end_line(p);
	free(text);
}

static void put_duration(const struct page *p, int64_t ns, size_t cols)
{
	struct buf text = {0};
	duration_text(ns, &text);
	put_blanks(p, text.len, cols);
	buf_puts(p->out, buf_text(&text));
	buf_free(&text);
}

/* ---- names ---- */

static bool shown(const struct page *p, uint32_t lane)
{
	return p->o->internals || !view_lane(p->v, lane)->machinery;
}

/* Whether a sibling follows the lane in the picture. */
static bool has_next(const struct page *p, uint32_t lane)
{
	uint32_t next = view_lane(p->v, lane)->next_sibling;
	while (next != LANE_NONE && !shown(p, next))
		next = view_lane(p->v, next)->next_sibling;
	return next != LANE_NONE;
}

/* The branches before a name; returns its columns. */
static size_t put_branches(const struct page *p, uint32_t lane)
{
	enum { DEEPEST = 8 };
	uint32_t above[DEEPEST];
	size_t depth = 0;
	for (uint32_t i = lane; depth < DEEPEST; depth++) {
		uint32_t parent = view_lane(p->v, i)->parent;
		if (parent == LANE_NONE)
			break;
		above[depth] = i;
		i = parent;
	}
	for (size_t k = depth; k-- > 1;)
		buf_puts(p->out, has_next(p, above[k]) ? pick(p, "│ ", "| ") : "  ");
	if (depth)
		buf_puts(p->out, has_next(p, above[0]) ? pick(p, "├ ", "|-")
		                                       : pick(p, "└ ", "`-"));
	return depth * 2;
}

/* A lane's name with its branches in exactly `cols` columns. */
static void put_name(const struct page *p, uint32_t lane, size_t cols)
{
	size_t used = put_branches(p, lane);
	struct buf name = {0};
	view_lane_name(p->v, lane, &name);
	used += put_safe(p, buf_text(&name), name.len, cols > used ? cols - used : 0);
	put_blanks(p, used, cols);
	buf_free(&name);
}

static void choose_gutter(struct page *p)
{
	size_t widest = strlen("seconds");
	for (uint32_t i = 0; i < p->lanes; i++) {
		struct buf name = {0};
		view_lane_name(p->v, p->order[i], &name);
		uint16_t depth = view_lane(p->v, p->order[i])->depth;
		size_t cols = utf8_text_cols(buf_text(&name), name.len) +
		              2 * (depth < 8 ? (size_t)depth : 8);
		widest = cols > widest ? cols : widest;
		buf_free(&name);
	}
	size_t most = (size_t)p->width / 3;
	most = most < NAME_MAX_COLS ? most : NAME_MAX_COLS;
	p->gutter = (int)(widest < most ? widest : most) + 2;
}

/* ---- the picture ---- */

static void put_title(const struct page *p)
{
	const struct trace_about *about = trace_about(view_trace(p->v));
	size_t used = put_safe(p, about->title, strlen(about->title), (size_t)p->width);
	if (used)
		end_line(p);
}

static void put_ruler(const struct page *p, const struct scale *s)
{
	struct buf line = {0};
	size_t col = 0;
	double step = scale_label_step(s);
	double end = view_extent(p->v, s->ruler);
	for (double x = 0; scale_col(s, x) < s->cols && x <= end; x += step) {
		struct buf label = {0};
		scale_label(s, x, &label);
		size_t at = (size_t)scale_col(s, x);
		if (at + label.len <= (size_t)s->cols && at >= col) {
			buf_fill(&line, ' ', at - col);
			buf_puts(&line, buf_text(&label));
			col = at + label.len;
		}
		buf_free(&label);
	}
	const char *unit = s->ruler == RULER_CLOCK ? "seconds" : ruler_name(s->ruler);
	size_t used = put_safe(p, unit, strlen(unit), (size_t)p->gutter - 1);
	put_blanks(p, used, (size_t)p->gutter);
	buf_puts(p->out, buf_text(&line));
	end_line(p);
	buf_free(&line);
}

static void put_cell(const struct page *p, const struct row_cell *cell)
{
	uint32_t code = cell->code;
	if (p->o->ascii && code > 0x7F) {
		code = '?';
		if (cell->state == STATE_MIXED)
			code = GLYPH_MIXED_ASCII;
		else if (!cell->label && cell->state < STATE_COUNT)
			code = state_infos[cell->state].ascii;
	}
	buf_put_utf8(p->out, code);
}

static void put_lane(const struct page *p, const struct scale *s, uint32_t lane,
                     bool *used)
{
	struct row_cell *cells = mem_zalloc((size_t)s->cols, sizeof *cells);
	put_name(p, lane, (size_t)p->gutter);
	view_row(p->v, lane, s, UINT64_MAX, cells);
	for (int x = 0; x < s->cols; x++) {
		put_cell(p, &cells[x]);
		used[cells[x].state] = true;
	}
	end_line(p);
	free(cells);
}

static void put_legend(const struct page *p, const bool *used)
{
	static const enum lane_state in_order[] = {
		STATE_RUNNING,    STATE_READY, STATE_WAITING,
		STATE_CANCELLING, STATE_DONE,  STATE_FAILED,
		STATE_CANCELLED,  STATE_IDLE,  STATE_MIXED,
	};
	size_t col = 0;
	for (size_t i = 0; i < COUNT_OF(in_order); i++) {
		enum lane_state s = in_order[i];
		if (!used[s] && !(s == STATE_READY && used[STATE_NEW]))
			continue;
		bool mixed = s == STATE_MIXED;
		const char *what = mixed ? "several runs" : state_infos[s].word;
		size_t cols = strlen(what) + 4;
		if (col + cols > (size_t)p->width - (size_t)p->gutter) {
			end_line(p);
			col = 0;
		}
		if (col == 0)
			buf_fill(p->out, ' ', (size_t)p->gutter);
		uint32_t glyph =
			p->o->ascii ? (mixed ? GLYPH_MIXED_ASCII : state_infos[s].ascii)
				    : (mixed ? GLYPH_MIXED : state_infos[s].glyph);
		buf_put_utf8(p->out, glyph);
		buf_printf(p->out, " %s  ", what);
		col += cols;
	}
	end_line(p);
}

/* Make the distance between labels a whole number of columns, where that costs little
 * room. */
static void align_scale(struct scale *s)
{
	double step = scale_label_step(s);
	double cols = floor(step / s->unit + 1e-9);
	if (cols >= 5)
		s->unit = step / cols;
}

static void put_timeline(const struct page *p)
{
	/* Where the clock never moved, steps are what there is to see. */
	enum ruler r = view_end_ns(p->v) > 0 ? RULER_CLOCK : RULER_STEP;
	struct scale s = scale_fit(p->v, r, p->width - p->gutter);
	align_scale(&s);
	bool used[STATE_ABSENT + 1] = {false};
	put_ruler(p, &s);
	for (uint32_t i = 0; i < p->lanes; i++)
		put_lane(p, &s, p->order[i], used);
	if (p->lanes < p->all) {
		buf_printf(p->out, "... and %lu more",
		           (unsigned long)(p->all - p->lanes));
		end_line(p);
	}
	buf_putc(p->out, '\n');
	put_legend(p, used);
}

/* ---- the sums ---- */

static const char *ending_word(const struct page *p, uint32_t lane)
{
	enum lane_state s = view_state_at(p->v, lane, UINT64_MAX);
	if (view_lane(p->v, lane)->worker && view_lane(p->v, lane)->ended)
		return "gone";
	return s < STATE_COUNT ? state_infos[s].word : "";
}

static void put_lane_totals(const struct page *p)
{
	enum { COLUMN = 11 };
	static const char *const heads[] = {"ran", "held up", "waited", "runs"};
	buf_putc(p->out, '\n');
	buf_fill(p->out, ' ', (size_t)p->gutter);
	for (size_t i = 0; i < COUNT_OF(heads); i++) {
		put_blanks(p, strlen(heads[i]), i < 3 ? COLUMN : 7);
		buf_puts(p->out, heads[i]);
	}
	buf_puts(p->out, "  now");
	end_line(p);
	for (uint32_t i = 0; i < p->lanes; i++) {
		struct lane_totals t;
		view_lane_totals(p->v, p->order[i], UINT64_MAX, &t);
		put_name(p, p->order[i], (size_t)p->gutter);
		const int64_t times[] = {t.running_ns, t.held_up_ns, t.waiting_ns};
		for (size_t k = 0; k < COUNT_OF(times); k++) {
			buf_putc(p->out, ' ');
			put_duration(p, times[k], COLUMN - 1);
		}
		buf_printf(p->out, " %6lu  %s", (unsigned long)t.runs,
		           ending_word(p, p->order[i]));
		end_line(p);
	}
}

static void put_total(const struct page *p, const char *what, int64_t ns,
                      const char *remark)
{
	size_t start = p->out->len;
	buf_puts(p->out, what);
	put_blanks(p, strlen(what), 20);
	put_duration(p, ns, 12);
	if (*remark)
		buf_printf(p->out, "  %s", remark);
	end_prose(p, start, 34);
}

/* `2 jobs`. */
static void put_count(struct buf *out, size_t n, const char *what)
{
	buf_printf(out, "%zu %s%s", n, what, n == 1 ? "" : "s");
}

/* How many threads were at work at a time, and with how many jobs. */
static void put_parallel(const struct page *p, const struct parallel *a)
{
	struct buf remark = {0};
	if (a->span_ns > 0)
		buf_printf(&remark, "%.2f threads at a time, while any was busy",
		           (double)a->busy_ns / (double)a->span_ns);
	put_total(p, "threads busy", a->busy_ns, buf_text(&remark));
	buf_free(&remark);
	size_t start = p->out->len;
	buf_puts(p->out, "jobs");
	put_blanks(p, 4, 20);
	put_count(p->out, a->jobs, "job");
	buf_puts(p->out, " on ");
	put_count(p->out, a->workers, "worker");
	buf_printf(p->out, ", at most %lu at once", (unsigned long)a->most);
	if (a->dropped)
		buf_printf(p->out, "; %lu cancelled in the queue",
		           (unsigned long)a->dropped);
	end_prose(p, start, 34);
}

static void put_totals(const struct page *p)
{
	struct totals t;
	struct parallel parallel;
	view_totals(p->v, &t);
	view_parallel(p->v, &parallel);
	buf_putc(p->out, '\n');
	put_total(p, "the run took", t.wall_ns, "");
	if (t.in_turn_ns > 0)
		put_total(p, "one after the other", t.in_turn_ns,
		          "all work and all waits, one at a time");
	if (t.saved_ns > 0) {
		struct buf remark = {0};
		buf_printf(&remark, "%.0f %%: %s overlapped",
		           100 * (double)t.saved_ns / (double)t.in_turn_ns,
		           parallel.most > 0 ? "work and waits" : "waits");
		put_total(p, "saved", t.saved_ns, buf_text(&remark));
		buf_free(&remark);
	}
	if (t.chain_ns > 0)
		put_total(p, "longest chain", t.chain_ns,
		          "what had to follow one another");
	if (parallel.jobs + parallel.dropped > 0)
		put_parallel(p, &parallel);
	else if (t.work_ns > 0)
		put_total(p, "thread busy", t.work_ns, "");
}

/* `chop kept the thread for 3 s at line 27: curry 3 s, table 3 s`. */
static void put_hold(const struct page *p, const struct hold *h)
{
	size_t start = p->out->len;
	struct buf name = {0};
	view_lane_name(p->v, h->lane, &name);
	put_safe(p, buf_text(&name), name.len, NAME_MAX_COLS);
	buf_puts(p->out, " kept the thread from t = ");
	time_text(h->begin_ns, p->out);
	buf_puts(p->out, " for ");
	duration_text(h->end_ns - h->begin_ns, p->out);
	if (h->line)
		buf_printf(p->out, " (line %lu)", (unsigned long)h->line);
	if (h->join) {
		size_t len;
		const char *text = trace_text(view_trace(p->v), h->join, &len);
		buf_puts(p->out, " (");
		put_safe(p, text, len, NAME_MAX_COLS);
		buf_putc(p->out, ')');
	}
	buf_puts(p->out, "; held up:");
	size_t show = h->held_count < 8 ? h->held_count : 8;
	for (size_t i = 0; i < show; i++) {
		buf_puts(p->out, i ? ", " : " ");
		buf_reset(&name);
		view_lane_name(p->v, h->held[i].lane, &name);
		put_safe(p, buf_text(&name), name.len, NAME_MAX_COLS);
		buf_putc(p->out, ' ');
		duration_text(h->held[i].held_ns, p->out);
	}
	if (show < h->held_count)
		buf_printf(p->out, " and %zu others", h->held_count - show);
	end_prose(p, start, 4);
	buf_free(&name);
}

/* ---- jobs ---- */

static void put_lane_safe(const struct page *p, uint32_t lane)
{
	struct buf name = {0};
	view_lane_name(p->v, lane, &name);
	put_safe(p, buf_text(&name), name.len, NAME_MAX_COLS);
	buf_free(&name);
}

static void put_time_of(const struct page *p, uint64_t event)
{
	buf_puts(p->out, " at ");
	time_text(trace_at(view_trace(p->v), event)->time_ns, p->out);
}

/* `chop: main at 0.0 -> asyncio_0 at 0.0 -> main at 3.0`: from submission to result. */
static void put_job(const struct page *p, const struct job *j)
{
	static const char *const endings[ENDING_COUNT] = {
		[ENDING_NONE] = "still runs",
		[ENDING_RESULT] = "done",
		[ENDING_EXCEPTION] = "failed",
		[ENDING_CANCELLED] = "cancelled",
	};
	const char *arrow = pick(p, " → ", " -> ");
	size_t start = p->out->len, len;
	const char *text = trace_text(view_trace(p->v), j->text, &len);
	put_safe(p, text, len, NAME_MAX_COLS);
	buf_puts(p->out, ": ");
	if (j->from != LANE_NONE)
		put_lane_safe(p, j->from);
	put_time_of(p, j->submitted);
	buf_puts(p->out, arrow);
	if (j->worker == LANE_NONE) {
		buf_puts(p->out, j->ended == UINT64_MAX ? "still in the queue"
		                                        : "cancelled in the queue");
		if (j->ended != UINT64_MAX)
			put_time_of(p, j->ended);
		end_prose(p, start, 4);
		return;
	}
	put_lane_safe(p, j->worker);
	put_time_of(p, j->started);
	buf_puts(p->out, arrow);
	if (j->ending == ENDING_NONE && j->ended != UINT64_MAX)
		buf_puts(p->out, "cut short");
	else
		buf_puts(p->out,
		         endings[j->ending < ENDING_COUNT ? j->ending : ENDING_NONE]);
	if (j->ended != UINT64_MAX)
		put_time_of(p, j->ended);
	if (j->abandoned != UINT64_MAX) {
		buf_puts(p->out, ", for nobody: given up");
		put_time_of(p, j->abandoned);
	} else if (j->waiter != LANE_NONE && j->ended != UINT64_MAX) {
		buf_puts(p->out, arrow);
		put_lane_safe(p, j->waiter);
	}
	end_prose(p, start, 4);
}

static void put_jobs(const struct page *p)
{
	uint32_t count = view_job_count(p->v);
	if (count)
		buf_putc(p->out, '\n');
	for (uint32_t i = 0; i < count && i < JOBS_MAX; i++) {
		struct job j = view_job(p->v, i);
		put_job(p, &j);
	}
	if (count > JOBS_MAX)
		buf_printf(p->out, "... and %lu more jobs\n",
		           (unsigned long)(count - JOBS_MAX));
}

/* What was measured: no two runs are alike in it, so it stands apart. */
static void put_measured(const struct page *p)
{
	struct parallel a;
	view_parallel(p->v, &a);
	if (!a.measured || !(p->o->measured || trace_about(view_trace(p->v))->real_clock))
		return;
	size_t start = p->out->len;
	buf_puts(p->out, "\nmeasured: ");
	start++;
	duration_text(a.cpu_ns, p->out);
	buf_puts(p->out, " of processor time in ");
	duration_text(a.wall_ns, p->out);
	if (a.wall_ns > 0)
		buf_printf(p->out, ", %.2f cores busy",
		           (double)a.cpu_ns / (double)a.wall_ns);
	buf_puts(p->out, "; on ");
	put_count(p->out, a.cores, "core");
	end_prose(p, start, 4);
	uint32_t count = view_job_count(p->v), shown_jobs = 0;
	for (uint32_t i = 0; i < count && shown_jobs < JOBS_MAX; i++) {
		if (!view_job(p->v, i).measured)
			continue;
		struct buf label = {0};
		view_job_label(p->v, i, true, &label);
		start = p->out->len;
		buf_puts(p->out, "    ");
		put_safe(p, buf_text(&label), label.len, SIZE_MAX);
		end_prose(p, start, 8);
		buf_free(&label);
		shown_jobs++;
	}
	if (shown_jobs < a.measured)
		buf_printf(p->out, "    ... and %lu more\n",
		           (unsigned long)(a.measured - shown_jobs));
}

static void put_holds(const struct page *p)
{
	size_t count = 0;
	bool more = false;
	for (size_t i = 0; i < view_work_count(p->v) && !more; i++) {
		uint32_t lane;
		uint64_t begin, end;
		view_work(p->v, i, &lane, &begin, &end);
		struct hold h;
		view_hold(p->v, lane, begin, end, &h);
		more = h.held_count && count == HOLDS_MAX;
		if (h.held_count && !more) {
			if (count++ == 0)
				buf_putc(p->out, '\n');
			put_hold(p, &h);
		}
		hold_free(&h);
	}
	if (more)
		buf_puts(p->out, "... and more like these\n");
}

/* How it all ended, where that is worth a word. */
static void put_ending(const struct page *p)
{
	size_t last = view_moment_count(p->v, false) - 1;
	struct buf what = {0}, why = {0};
	view_sentence(p->v, false, last, &what, &why);
	if (why.len) {
		buf_putc(p->out, '\n');
		size_t start = p->out->len;
		put_safe(p, buf_text(&why), why.len, SIZE_MAX);
		end_prose(p, start, 0);
	}
	buf_free(&what);
	buf_free(&why);
}

/* Write the whole lines out once they are `at_least` bytes. False if that cannot be done. */
static bool send(const struct page *p, size_t at_least)
{
	if (p->out->len >= at_least) {
		fwrite(buf_text(p->out), 1, p->out->len, p->file);
		buf_reset(p->out);
	}
	return !ferror(p->file);
}

static struct page page_of(struct view *v, const struct text_options *o, struct buf *out,
                           FILE *file)
{
	struct page p = {.v = v, .o = o, .out = out, .file = file};
	p.width = o->width_cols ? o->width_cols : WIDTH_DEFAULT;
	if (p.width < WIDTH_LEAST)
		p.width = WIDTH_LEAST;
	p.order = view_order(v, o->internals, &p.all);
	p.lanes = p.all < LANES_MAX ? p.all : LANES_MAX;
	choose_gutter(&p);
	return p;
}

int export_picture(struct view *v, const struct text_options *o, FILE *out)
{
	struct buf lines = {0};
	struct page p = page_of(v, o, &lines, out);
	put_title(&p);
	if (p.lanes) {
		put_timeline(&p);
		put_totals(&p);
		put_lane_totals(&p);
		put_jobs(&p);
		put_holds(&p);
		put_measured(&p);
	} else {
		buf_puts(p.out, "No task and no callback ran.\n");
	}
	put_ending(&p);
	bool sent = send(&p, 0);
	buf_free(&lines);
	return sent ? 0 : -ERR_WRITE;
}

/* ---- steps ---- */

/* The captions and the output of a moment, as lines of their own. */
static void put_said(const struct page *p, const struct moment *m)
{
	size_t from = view_printed_at(p->v, m->begin), to = view_printed_at(p->v, m->end);
	struct buf line = {0};
	for (size_t i = from; i < to; i++) {
		const struct event *e = trace_at(view_trace(p->v), view_printed(p->v, i));
		size_t len;
		const char *text = trace_text(view_trace(p->v), e->a, &len);
		for (size_t k = 0; k <= len; k++) {
			bool ends = k < len && text[k] == '\n';
			if (k < len && !ends)
				buf_putc(&line, text[k]);
			if ((ends || (k == len && i + 1 == to)) && (ends || line.len)) {
				buf_puts(p->out, "  | ");
				put_safe(p, buf_text(&line), line.len, SIZE_MAX);
				end_line(p);
				buf_reset(&line);
			}
		}
	}
	buf_free(&line);
	uint64_t caption = m->beat ? view_caption_at(p->v, m->end) : UINT64_MAX;
	if (caption == UINT64_MAX)
		return;
	size_t len;
	const struct event *e = trace_at(view_trace(p->v), caption);
	const char *text = trace_text(view_trace(p->v), e->b, &len);
	buf_puts(p->out, " #: ");
	put_safe(p, text, len, SIZE_MAX);
	end_line(p);
}

static void put_step(const struct page *p, size_t index)
{
	struct moment m = view_moment(p->v, p->o->internals, index);
	struct buf what = {0}, why = {0}, time = {0};
	view_sentence(p->v, p->o->internals, index, &what, &why);
	time_text(m.time_ns, &time);
	put_blanks(p, time.len, 8);
	buf_printf(p->out, "%s %5lu %6lu  ", buf_text(&time), (unsigned long)m.tick,
	           (unsigned long)m.step);
	struct buf name = {0};
	if (m.lane == LANE_PROGRAM && m.begun == UINT64_MAX)
		buf_puts(&name, "program");
	else
		view_lane_name(p->v, m.lane, &name);
	size_t cols = (size_t)p->gutter < 12 ? 12 : (size_t)p->gutter;
	put_blanks(p, put_safe(p, buf_text(&name), name.len, cols - 1), cols);
	put_safe(p, buf_text(&what), what.len, SIZE_MAX);
	if (why.len)
		buf_putc(p->out, ' ');
	put_safe(p, buf_text(&why), why.len, SIZE_MAX);
	end_line(p);
	put_said(p, &m);
	buf_free(&name);
	buf_free(&time);
	buf_free(&what);
	buf_free(&why);
}

int export_steps(struct view *v, const struct text_options *o, FILE *out)
{
	struct buf lines = {0};
	struct page p = page_of(v, o, &lines, out);
	size_t cols = (size_t)p.gutter < 12 ? 12 : (size_t)p.gutter;
	buf_puts(&lines, "    time  tick   step  who");
	buf_fill(&lines, ' ', cols - 3);
	buf_puts(&lines, "what happened, and why\n");
	size_t count = view_moment_count(v, o->internals);
	for (size_t i = 1; i < count && send(&p, FLUSH_BYTES); i++)
		put_step(&p, i);
	bool sent = send(&p, 0);
	buf_free(&lines);
	return sent ? 0 : -ERR_WRITE;
}
