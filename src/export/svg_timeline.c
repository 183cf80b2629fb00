/*
 * The timeline as a picture: a ruler, a row for each lane with its name in the tree of
 * tasks, what it did as lines of different weight and texture, words inside of long waits,
 * arrows between threads, beats below, and a legend of what occurs. All that lasts is a
 * stroke: so a lane is a handful of paths, however much happened in it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "export/svg_internal.h"
#include "export/xml.h"
#include "trace/trace.h"
#include "view/row.h"
#include "view/view.h"
#include "view/worker.h"

enum {
	LANES_MAX = 100,
	NAME_COLS_LEAST = 6,
	NAME_COLS_MAX = 28,
	DEPTH_MAX = 8,
	LINKS_MAX = 4096,
	ARROWS_MAX = 150, /* more than these would hide what they point at */
};

/* Pixels. */
#define RULER_HEIGHT 36.0
#define RULER_SIZE   15.0
#define INDENT       16.0
#define LEGEND_SIZE  15.0
#define RIGHT_MARGIN 36.0
#define LEFT_EDGE    2.0
#define HEAD_WIDTH   8.0

/* How a state is drawn: `width` of the stroke in pixels, or 0: as high as a bar. */
struct texture {
	enum ink ink;
	double width;
	const char *more;
};
static const struct texture textures[STATE_MIXED + 1] = {
	[STATE_NEW] = {INK_READY, 0, " stroke-dasharray=\"1.6 2.6\""},
	[STATE_READY] = {INK_READY, 0, " stroke-dasharray=\"1.6 2.6\""},
	[STATE_RUNNING] = {INK_RUNNING, 0, ""},
	[STATE_WAITING] = {INK_WAITING, 2, ""},
	[STATE_CANCELLING] = {INK_CANCELLING, 1.8, ""},
	[STATE_IDLE] = {INK_IDLE, 2, " stroke-dasharray=\"0.1 6\" stroke-linecap=\"round\""},
	[STATE_MIXED] = {INK_MIXED, 0, " stroke-dasharray=\"1.8 1.2\""},
};

/* Words inside of a piece, in a gap of its line or on a bar. */
struct label {
	double gap0, x, gap1, size;
	bool on_bar, notch; /* notch: the bar is cut before them */
	struct buf text;
};

/* A picture under way. */
struct sheet {
	struct view *v;
	FILE *out;
	const char *id;
	struct svg_place place;
	const uint32_t *order;
	uint32_t all;      /* lanes there are; place.lanes of them are drawn */
	double size, bar;  /* of letters; the height of what runs */
	double names, end; /* x of names, and of the end of the run */
	bool wide;         /* asyncio's names stand beside the lanes' own */
	bool used[STATE_MIXED + 1];
	bool arrows;
	struct beats beats;
	struct pieces pieces; /* of the lane under way */
	VEC(struct label) labels;
};

/* ---- small things ------------------------------------------------------------------- */

static double row_middle(const struct sheet *s, size_t row)
{
	return s->place.top + s->place.row * ((double)row + 0.5);
}

static void put_pair(const struct sheet *s, const char *before, double x, double y)
{
	fputs(before, s->out);
	xml_number(s->out, x);
	fputc(' ', s->out);
	xml_number(s->out, y);
}

static void put_attribute(const struct sheet *s, const char *name, double value)
{
	fprintf(s->out, " %s=\"", name);
	xml_number(s->out, value);
	fputc('"', s->out);
}

static double text_width(const struct buf *b, double size)
{
	return MONO_WIDTH * size * (double)utf8_text_cols(buf_text(b), b->len);
}

/* ---- how it lies -------------------------------------------------------------------- */

static double indent_of(const struct sheet *s, uint32_t lane)
{
	unsigned depth = view_lane(s->v, lane)->depth;
	return s->names + INDENT * (depth < DEPTH_MAX ? depth : DEPTH_MAX);
}

/* The lane's name and asyncio's, cut so that they leave room for the timeline. */
static void name_of(const struct sheet *s, uint32_t lane, struct buf *name, struct buf *beside)
{
	double room = s->place.width / 3 - indent_of(s, lane);
	double cols = fmin(NAME_COLS_MAX, room / (MONO_WIDTH * s->size));
	view_lane_name(s->v, lane, name);
	const char *task = view_task_name(s->v, lane);
	if (strcmp(task, buf_text(name)) != 0)
		buf_puts(beside, task);
	svg_cut_text(name, (size_t)fmax(NAME_COLS_LEAST, cols));
	svg_cut_text(beside, NAME_COLS_MAX);
}

/* What stands beside a name is a little smaller. */
static double beside_size(const struct sheet *s)
{
	return s->size - 3 > 10 ? s->size - 3 : 10;
}

/* Where the names end, without and with what stands beside them. */
static void measure_names(const struct sheet *s, double *bare, double *wide)
{
	*bare = *wide = s->names + MONO_WIDTH * RULER_SIZE * 8;
	for (uint32_t i = 0; i < s->place.lanes; i++) {
		struct buf name = {0}, beside = {0};
		name_of(s, s->order[i], &name, &beside);
		double end = indent_of(s, s->order[i]) + text_width(&name, s->size);
		*bare = fmax(*bare, end);
		if (beside.len)
			end += 8 + text_width(&beside, beside_size(s));
		*wide = fmax(*wide, end);
		buf_free(&name);
		buf_free(&beside);
	}
}

static void lay_out(struct sheet *s, enum ruler ruler, double width)
{
	struct svg_place *p = &s->place;
	*p = (struct svg_place){.ruler = ruler, .width = width, .top = RULER_HEIGHT};
	s->order = view_order(s->v, false, &s->all);
	p->lanes = s->all < LANES_MAX ? s->all : LANES_MAX;
	double most = width < 1000 ? 52 : 60;
	p->row = floor(fmin(most, fmax(22, 430 / (p->lanes ? p->lanes : 1))));
	s->bar = floor(p->row * 0.6 / 2) * 2;
	s->size = floor(fmin(most / 3, fmax(12, p->row * 0.42)));
	s->names = view_lane_of_thread(s->v, 1) != LANE_NONE ? LEFT_EDGE + 12 : LEFT_EDGE;
	double bare, wide;
	measure_names(s, &bare, &wide);
	s->wide = wide <= width * 0.24;
	p->left = floor(s->wide ? wide : bare) + 18.5;
	double extent = view_extent(s->v, ruler);
	s->end = width - RIGHT_MARGIN;
	p->unit = extent > 0 ? (s->end - p->left) / extent : 1;
}

/* ---- the ruler ---------------------------------------------------------------------- */

static void draw_ruler(const struct sheet *s)
{
	const struct svg_place *p = &s->place;
	const double column = MONO_WIDTH * RULER_SIZE;
	struct scale scale = {.ruler = p->ruler,
	                      .unit = column / p->unit,
	                      .cols = (int)((s->end - p->left) / column)};
	double step = scale_label_step(&scale), extent = view_extent(s->v, p->ruler);
	double bottom = p->top + p->row * p->lanes;
	fputs("<path class=\"l-frame\" d=\"", s->out);
	for (double i = 0; i * step <= extent * (1 + 1e-9); i++) {
		put_pair(s, "M", floor(p->left + p->unit * i * step) + 0.5, p->top - 6);
		fputc('V', s->out);
		xml_number(s->out, bottom);
	}
	fputs("\"/>\n<g text-anchor=\"middle\" font-size=\"15\">\n", s->out);
	for (double i = 0; i * step <= extent * (1 + 1e-9); i++) {
		struct buf label = {0};
		scale_label(&scale, i * step, &label);
		svg_put_text(s->out, p->left + p->unit * i * step, p->top - 13, "f-dim", "",
		             buf_text(&label), label.len);
		buf_free(&label);
	}
	fputs("</g>\n", s->out);
	const char *unit = p->ruler == RULER_CLOCK ? "seconds" : "steps";
	svg_put_text(s->out, s->names, p->top - 13, "f-dim", "font-size=\"15\"", unit,
	             strlen(unit));
}

/* ---- names -------------------------------------------------------------------------- */

static size_t row_of(const struct sheet *s, uint32_t lane)
{
	for (uint32_t i = 0; i < s->place.lanes; i++)
		if (s->order[i] == lane)
			return i;
	return SIZE_MAX;
}

/* The branch that leads from the parent's name to this one. */
static void draw_branch(const struct sheet *s, size_t row)
{
	uint32_t lane = s->order[row];
	uint32_t parent = view_lane(s->v, lane)->parent;
	size_t above = parent == LANE_NONE ? SIZE_MAX : row_of(s, parent);
	double x = indent_of(s, lane);
	if (above >= row || x <= indent_of(s, parent))
		return;
	put_pair(s, "M", x - INDENT + 5.5, row_middle(s, above) + s->size / 2 + 2);
	fputc('V', s->out);
	xml_number(s->out, floor(row_middle(s, row)) + 0.5);
	fputs("h7", s->out);
}

/* What runs on a thread of its own has a double line before its name. */
static void draw_margin(const struct sheet *s)
{
	fputs("<path class=\"l-dim\" d=\"", s->out);
	for (size_t row = 0; row < s->place.lanes; row++)
		draw_branch(s, row);
	for (size_t row = 0; row < s->place.lanes; row++)
		if (view_lane(s->v, s->order[row])->thread)
			for (double x = 2.5; x < 6; x += 3) {
				put_pair(s, "M", x, row_middle(s, row) - s->place.row / 2 + 1);
				fputc('v', s->out);
				xml_number(s->out, s->place.row - 2);
			}
	fputs("\"/>\n", s->out);
}

static void draw_name(const struct sheet *s, size_t row)
{
	uint32_t lane = s->order[row];
	struct buf name = {0}, beside = {0};
	name_of(s, lane, &name, &beside);
	double x = indent_of(s, lane), y = row_middle(s, row) + 0.35 * s->size;
	svg_put_text(s->out, x, y, "f-text", "", buf_text(&name), name.len);
	if (s->wide && beside.len) {
		fputs("<g", s->out);
		put_attribute(s, "font-size", beside_size(s));
		fputs(">", s->out);
		svg_put_text(s->out, x + text_width(&name, s->size) + 8, y, "f-dim", "",
		             buf_text(&beside), beside.len);
		fputs("</g>\n", s->out);
	}
	buf_free(&name);
	buf_free(&beside);
}

/* ---- strokes -------------------------------------------------------------------------- */

/* Two waves above each other, from `x0` to `x1`. */
static void put_waves(const struct sheet *s, double x0, double x1, double y)
{
	double waves = fmax(1, round((x1 - x0) / 9));
	double wave = (x1 - x0) / waves;
	for (int line = -1; line <= 1; line += 2) {
		put_pair(s, "M", x0, y + 3 * line);
		for (double i = 0; i < waves; i++) {
			put_pair(s, i > 0 ? "t" : "q", i > 0 ? wave : wave / 2, i > 0 ? 0 : -6);
			if (i == 0)
				put_pair(s, " ", wave, 0);
		}
	}
}

static void put_stroke(const struct sheet *s, enum lane_state state, double x0, double x1,
                       double y)
{
	if (x1 - x0 < 0.01)
		return;
	if (state == STATE_CANCELLING) {
		put_waves(s, x0, x1, y);
		return;
	}
	put_pair(s, "M", x0, y);
	fputc('h', s->out);
	xml_number(s->out, x1 - x0);
}

static void open_path(const struct sheet *s, enum lane_state state, double bar)
{
	const struct texture *t = &textures[state];
	fprintf(s->out, "<path class=\"%s\"%s", svg_line(t->ink), t->more);
	put_attribute(s, "stroke-width", t->width > 0 ? t->width : bar);
	fputs(" d=\"", s->out);
}

/* ---- words inside ------------------------------------------------------------------- */

static double label_size(const struct sheet *s)
{
	return s->size - 1;
}

/* Half of what an ending takes. */
static double mark_size(const struct sheet *s)
{
	return fmin(8, s->place.row * 0.3);
}

/*
 * The size of letters in which the text fits; its words from the third on are
 * dropped if it must be. 0 if it does not fit at all.
 */
static double fit_label(const struct sheet *s, struct buf *text, double room)
{
	const double most = label_size(s), least = fmin(most, fmax(12, 0.7 * most));
	while (text->len) {
		double fits = room / text_width(text, 1);
		if (fits >= least)
			return fmin(most, floor(fits));
		char *blank = strrchr(text->data, ' ');
		if (!blank || !memchr(text->data, ' ', (size_t)(blank - text->data)))
			return 0;
		*blank = '\0';
		text->len = (size_t)(blank - text->data);
	}
	return 0;
}

/* Words in a gap of a line; takes `text`. */
static void label_line(struct sheet *s, const struct piece *p, struct buf *text)
{
	double room = p->x1 - p->x0;
	svg_cut_text(text, TEXT_COLS_MAX);
	double lead = room > 44 + text_width(text, label_size(s)) ? 14 : 6;
	double gap = lead > 6 ? 6 : 4;
	double size = fit_label(s, text, room - lead - 2 * gap - 4);
	if (size <= 0) {
		buf_free(text);
		return;
	}
	double x = p->x0 + lead + gap;
	vec_push(&s->labels, (struct label){.gap0 = p->x0 + lead,
	                                    .x = x,
	                                    .gap1 = x + text_width(text, size) + gap,
	                                    .size = size,
	                                    .text = *text});
}

/* Words on a bar from `x0` to `x1`; takes `text`. */
static void label_bar(struct sheet *s, double x0, double x1, struct buf *text)
{
	svg_cut_text(text, TEXT_COLS_MAX);
	double size = fit_label(s, text, x1 - x0 - 14 - 2 * mark_size(s));
	if (size > 0)
		vec_push(&s->labels, (struct label){
					     .x = x0 + 8, .size = size, .on_bar = true, .text = *text});
	else
		buf_free(text);
}

/* What a worker does stands on its bar; what it does for nobody, from where that begins. */
static void label_job(struct sheet *s, uint32_t lane, const struct piece *p)
{
	struct span span = view_span(s->v, lane, p->span);
	uint64_t count = view_event_count(s->v);
	uint64_t end = span.end_event < count ? span.end_event : count;
	uint32_t index = view_job_at(s->v, lane, end);
	struct buf text = {0};
	struct job job = {.abandoned = UINT64_MAX};
	if (index != JOB_NONE)
		job = view_job(s->v, index);
	if (job.abandoned >= end) {
		view_span_label(s->v, lane, p->span, UINT64_MAX, &text);
		label_bar(s, p->x0, p->x1, &text);
		return;
	}
	double x = s->place.left + s->place.unit * view_coordinate(s->v, s->place.ruler,
	                                                           job.abandoned + 1);
	x = fmin(p->x1, fmax(p->x0, x));
	buf_puts(&text, trace_text(view_trace(s->v), job.text, NULL));
	label_bar(s, p->x0, x, &text);
	struct buf nobody = {0};
	buf_puts(&nobody, "nobody waits");
	size_t before = s->labels.count;
	label_bar(s, x, p->x1, &nobody);
	if (s->labels.count > before)
		vec_last(&s->labels).notch = true;
}

static void find_labels(struct sheet *s, uint32_t lane)
{
	const struct pieces *p = &s->pieces;
	for (size_t i = 0; i < p->rest.count; i++) {
		const struct piece *piece = &p->rest.items[i];
		if ((piece->state != STATE_WAITING && piece->state != STATE_CANCELLING) ||
		    piece->x1 - piece->x0 < 4 * label_size(s) * MONO_WIDTH)
			continue;
		struct buf text = {0};
		view_span_label(s->v, lane, piece->span, UINT64_MAX, &text);
		label_line(s, piece, &text);
	}
	for (size_t i = 0; view_lane(s->v, lane)->worker && i < p->runs.count; i++)
		if (p->runs.items[i].state == STATE_RUNNING &&
		    p->runs.items[i].x1 - p->runs.items[i].x0 > 4 * label_size(s) * MONO_WIDTH)
			label_job(s, lane, &p->runs.items[i]);
}

/* The grid and the arrows do not run through words. */
static void clear_gaps(const struct sheet *s, double y)
{
	bool any = false;
	for (size_t i = 0; i < s->labels.count; i++) {
		const struct label *l = &s->labels.items[i];
		if (l->on_bar)
			continue;
		if (!any) {
			fputs("<path class=\"l-ground\"", s->out);
			put_attribute(s, "stroke-width", label_size(s) + 4);
			fputs(" d=\"", s->out);
		}
		any = true;
		put_stroke(s, STATE_WAITING, l->gap0 + 2, l->gap1 - 2, y);
	}
	if (any)
		fputs("\"/>\n", s->out);
}

static void draw_label(const struct sheet *s, const struct label *l, double y)
{
	if (l->notch) {
		fputs("<path class=\"l-ground\" d=\"", s->out);
		put_pair(s, "M", l->x - 8, y - s->bar / 2);
		fputc('v', s->out);
		xml_number(s->out, s->bar);
		fputs("\"/>\n", s->out);
	}
	char more[48];
	snprintf(more, sizeof more, "font-size=\"%d\"", (int)l->size);
	svg_put_text(s->out, l->x, y + 0.35 * l->size, l->on_bar ? "f-ground strong" : "f-reason",
	             more, buf_text(&l->text), l->text.len);
}

static void draw_labels(struct sheet *s, double y)
{
	clear_gaps(s, y);
	for (size_t i = 0; i < s->labels.count; i++) {
		draw_label(s, &s->labels.items[i], y);
		buf_free(&s->labels.items[i].text);
	}
	s->labels.count = 0;
}

/* ---- what lasts ----------------------------------------------------------------------- */

/* All pieces of one state, as one path; where there are words, their line has a gap. */
static void draw_state(struct sheet *s, enum lane_state state, const struct piece *pieces,
                       size_t count, double y)
{
	bool any = false;
	size_t label = 0;
	for (size_t i = 0; i < count; i++) {
		const struct piece *p = &pieces[i];
		if (p->state != state)
			continue;
		if (!any)
			open_path(s, state, state == STATE_MIXED ? s->bar + 4 : s->bar);
		any = true;
		double x0 = p->x0;
		for (; label < s->labels.count && s->labels.items[label].gap0 < p->x1; label++) {
			const struct label *l = &s->labels.items[label];
			if (l->on_bar || l->gap0 < p->x0)
				continue;
			put_stroke(s, state, x0, l->gap0, y);
			x0 = l->gap1;
		}
		put_stroke(s, state, x0, p->x1, y);
	}
	if (any)
		fputs("\"/>\n", s->out);
	s->used[state] |= any;
}

/* ---- endings -------------------------------------------------------------------------- */

/* The strokes of a mark in a square of `2 * k` around (x, y). */
static void put_mark(const struct sheet *s, enum lane_state state, double x, double y, double k)
{
	if (state == STATE_DONE) {
		put_pair(s, "M", x - 0.85 * k, y + 0.1 * k);
		put_pair(s, "l", 0.6 * k, 0.65 * k);
		put_pair(s, "l", 1.1 * k, -1.5 * k);
		return;
	}
	double half = state == STATE_FAILED ? 0.65 * k : 0.85 * k;
	put_pair(s, "M", x - half, y - half);
	put_pair(s, "l", 2 * half, 2 * half);
	put_pair(s, "m", 0, -2 * half);
	put_pair(s, "l", -2 * half, 2 * half);
}

/* Done, failed (heavy) or cancelled (slender). */
static const struct {
	enum ink ink;
	double width;
} marks[] = {{INK_DONE, 2.8}, {INK_FAILED, 4.4}, {INK_CANCELLED, 1.8}};

static void draw_ending(struct sheet *s, enum lane_state state, const char *class, double x,
                        double y, double k)
{
	fprintf(s->out, "<path class=\"%s\"", class);
	put_attribute(s, "stroke-width", marks[state - STATE_DONE].width);
	fputs(" d=\"", s->out);
	put_mark(s, state, x, y, k);
	fputs("\"/>\n", s->out);
	s->used[state] = true;
}

/*
 * An ending stands behind what ended. Where the next job of a worker begins at once it
 * stands on the bar, at the end of it, if there is room.
 */
static void draw_endings(struct sheet *s, double y)
{
	const struct pieces *p = &s->pieces;
	double k = mark_size(s), wide = 2 * k + 6;
	size_t run = 0;
	for (size_t i = 0; i < p->endings.count; i++) {
		const struct ending_mark *e = &p->endings.items[i];
		while (run < p->runs.count && p->runs.items[run].x0 < e->x - 0.01)
			run++;
		bool alone = run == p->runs.count || p->runs.items[run].x0 > e->x + wide;
		const struct piece *last = run ? &p->runs.items[run - 1] : NULL;
		if (alone)
			draw_ending(s, e->state, svg_line(marks[e->state - STATE_DONE].ink),
			            e->x + k + 3, y, k);
		else if (last && last->state == STATE_RUNNING && last->x1 - last->x0 > 2 * wide)
			draw_ending(s, e->state, "l-ground", last->x1 - k - 3, y, k);
	}
}

/* ---- lanes ---------------------------------------------------------------------------- */

static void draw_lane(struct sheet *s, size_t row)
{
	uint32_t lane = s->order[row];
	double y = row_middle(s, row);
	struct pieces *p = &s->pieces;
	pieces_of(s->v, lane, &s->place, p);
	find_labels(s, lane);
	fprintf(s->out, "<g id=\"%s-lane-%lu\"><title>", s->id, (unsigned long)lane);
	struct buf name = {0};
	view_lane_name(s->v, lane, &name);
	svg_cut_text(&name, TEXT_COLS_MAX);
	xml_text(s->out, buf_text(&name), name.len);
	fputs("</title>\n", s->out);
	buf_free(&name);
	draw_name(s, row);
	for (enum lane_state k = STATE_NEW; k < STATE_COUNT; k++)
		if (k != STATE_RUNNING)
			draw_state(s, k, p->rest.items, p->rest.count, y);
	draw_state(s, STATE_RUNNING, p->runs.items, p->runs.count, y);
	draw_state(s, STATE_MIXED, p->runs.items, p->runs.count, y);
	draw_labels(s, y);
	draw_endings(s, y);
	fputs("</g>\n", s->out);
}

/* ---- arrows --------------------------------------------------------------------------- */

struct arrow {
	size_t from, to; /* rows */
	double x;
	bool waits; /* it ends at somebody who waits on, not at a run */
};

/* Where an event is seen in a lane: where the span begins that it began, if it did. */
static double event_x(const struct sheet *s, uint32_t lane, uint64_t event)
{
	double at = view_coordinate(s->v, s->place.ruler, event + 1);
	size_t i = view_span_at(s->v, lane, event + 1);
	if (i != SIZE_MAX && s->place.ruler != RULER_CLOCK) {
		struct span span = view_span(s->v, lane, i);
		if (span.begin_event == event)
			at = (double)span.begin_step;
	}
	return s->place.left + s->place.unit * at;
}

/* What leads from one thread to another; none if there are too many to be seen. */
static size_t find_arrows(const struct sheet *s, struct arrow arrows[ARROWS_MAX])
{
	struct link *links = mem_alloc(mem_mul(LINKS_MAX, sizeof *links));
	size_t count = view_links(s->v, 0, view_event_count(s->v), links, LINKS_MAX), found = 0;
	if (count == LINKS_MAX)
		count = 0;
	for (size_t i = 0; i < count && found <= ARROWS_MAX; i++) {
		const struct link *l = &links[i];
		if (l->to_lane == LANE_NONE)
			continue;
		struct arrow a = {row_of(s, l->from_lane), row_of(s, l->to_lane),
		                  event_x(s, l->to_lane, l->to_event) + 1.5,
		                  view_state_at(s->v, l->to_lane, l->to_event + 1) ==
		                          STATE_WAITING};
		bool skip = a.from == SIZE_MAX || a.to == SIZE_MAX || a.from == a.to;
		for (size_t k = 0; k < found && !skip; k++)
			skip = arrows[k].from == a.from && arrows[k].to == a.to &&
			       fabs(arrows[k].x - a.x) < HEAD_WIDTH;
		if (skip)
			continue;
		if (found < ARROWS_MAX)
			arrows[found] = a;
		found++;
	}
	free(links);
	return found > ARROWS_MAX ? 0 : found;
}

static void put_head(const struct sheet *s, double x, double y, double down)
{
	put_pair(s, "M", x, y);
	put_pair(s, "l", -HEAD_WIDTH / 2, -7 * down);
	fputc('h', s->out);
	xml_number(s->out, HEAD_WIDTH);
	fputc('z', s->out);
}

/* They lie behind the lanes, and so do not cross out what is said there. */
static void draw_arrows(struct sheet *s)
{
	struct arrow arrows[ARROWS_MAX];
	size_t count = find_arrows(s, arrows);
	s->arrows = count > 0;
	if (!count)
		return;
	fputs("<path class=\"l-reason\" stroke-width=\"1.3\" stroke-dasharray=\"3 2.5\" d=\"", s->out);
	for (size_t i = 0; i < count; i++) {
		put_pair(s, "M", arrows[i].x, row_middle(s, arrows[i].from));
		fputc('V', s->out);
		xml_number(s->out, row_middle(s, arrows[i].to));
	}
	fputs("\"/>\n<path class=\"f-reason\" d=\"", s->out);
	for (size_t i = 0; i < count; i++) {
		double down = arrows[i].to > arrows[i].from ? 1 : -1;
		double away = arrows[i].waits ? label_size(s) / 2 + 2 : s->bar / 2;
		put_head(s, arrows[i].x, row_middle(s, arrows[i].to) - down * away, down);
	}
	fputs("\"/>\n", s->out);
}

/* ---- below the lanes ------------------------------------------------------------------ */

static void draw_beats(struct sheet *s, double y)
{
	fputs("<g font-size=\"14\">\n", s->out);
	svg_put_text(s->out, s->names, y + 5, "f-dim", "", "beats", 5);
	for (size_t i = 0; i < s->beats.all.count; i++) {
		const struct beat *b = &s->beats.all.items[i];
		struct buf label = {0};
		beat_label(b, &label);
		beat_draw(s->out, b->x, y);
		bool right = b->x + 9 + text_width(&label, 14) <= s->place.width;
		svg_put_text(s->out, right ? b->x + 9 : b->x - 9, y + 5, "f-cursor strong",
		             right ? "" : "text-anchor=\"end\"", buf_text(&label), label.len);
		buf_free(&label);
	}
	fputs("</g>\n", s->out);
}

/* A place for the next entry of the legend, `words` long: on this line or the next. */
static double legend_place(const struct sheet *s, double *x, double *y, const char *words)
{
	double width = 62 + SANS_WIDTH * LEGEND_SIZE * (double)strlen(words);
	if (*x + width > s->end + RIGHT_MARGIN && *x > LEFT_EDGE) {
		*x = LEFT_EDGE;
		*y += 26;
	}
	double at = *x;
	*x += width;
	return at;
}

static void legend_words(const struct sheet *s, double x, double y, const char *words)
{
	svg_put_text(s->out, x, y + 5, "sans f-label", "", words, strlen(words));
}

static void legend_state(struct sheet *s, enum lane_state state, double *x, double *y)
{
	const char *words = state == STATE_MIXED ? "several runs" : state_infos[state].word;
	double at = legend_place(s, x, y, words);
	if (state_is_ending(state)) {
		draw_ending(s, state, svg_line(marks[state - STATE_DONE].ink), at + 19, *y, 7);
	} else {
		open_path(s, state, state == STATE_MIXED ? 16 : 13);
		put_stroke(s, state, at, at + 28, *y);
		fputs("\"/>\n", s->out);
	}
	legend_words(s, at + 36, *y, words);
}

/* What occurs in the picture, in words. Returns the y of its last line. */
static double draw_legend(struct sheet *s, double y)
{
	static const enum lane_state in_order[] = {
		STATE_RUNNING, STATE_READY,  STATE_WAITING,   STATE_CANCELLING, STATE_DONE,
		STATE_FAILED,  STATE_CANCELLED, STATE_IDLE, STATE_MIXED,
	};
	double x = LEFT_EDGE;
	s->used[STATE_READY] |= s->used[STATE_NEW];
	fputs("<g font-size=\"15\">\n", s->out);
	for (size_t i = 0; i < COUNT_OF(in_order); i++)
		if (s->used[in_order[i]])
			legend_state(s, in_order[i], &x, &y);
	if (s->arrows) {
		double at = legend_place(s, &x, &y, "from thread to thread");
		fputs("<path class=\"l-reason\" stroke-width=\"1.3\" stroke-dasharray=\"3 2.5\" d=\"",
		      s->out);
		put_pair(s, "M", at + 20, y - 9);
		fputs("v14\"/>\n<path class=\"f-reason\" d=\"", s->out);
		put_head(s, at + 20, y + 9, 1);
		fputs("\"/>\n", s->out);
		legend_words(s, at + 36, y, "from thread to thread");
	}
	fputs("</g>\n", s->out);
	return y;
}

void svg_draw(struct view *v, enum ruler ruler, const char *id, double width,
              struct svg_place *place, FILE *out)
{
	struct sheet s = {.v = v, .out = out, .id = id};
	lay_out(&s, ruler, width);
	double y = s.place.top + s.place.row * s.place.lanes;
	fputs("<g", out);
	put_attribute(&s, "font-size", s.size);
	fputs(">\n", out);
	if (s.place.lanes) {
		draw_ruler(&s);
		draw_arrows(&s);
		draw_margin(&s);
	} else {
		static const char none[] = "No task and no callback ran.";
		svg_put_text(out, s.names, y, "sans f-text", "", none, strlen(none));
	}
	for (size_t row = 0; row < s.place.lanes; row++)
		draw_lane(&s, row);
	if (s.place.lanes < s.all) {
		struct buf more = {0};
		buf_printf(&more, "… and %lu more", (unsigned long)(s.all - s.place.lanes));
		svg_put_text(out, s.names, y + 18, "f-dim", "", buf_text(&more), more.len);
		buf_free(&more);
		y += 24;
	}
	beats_of(v, &s.place, 14, &s.beats);
	if (s.beats.all.count && s.place.lanes) {
		draw_beats(&s, y + 14);
		y += 26;
	}
	if (s.place.lanes)
		y = draw_legend(&s, y + 24);
	fputs("</g>\n", out);
	s.place.height = ceil(y + 16);
	*place = s.place;
	beats_free(&s.beats);
	pieces_free(&s.pieces);
	vec_free(&s.labels);
}
