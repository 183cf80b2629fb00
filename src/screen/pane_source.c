/*
 * The source: the scene's text with the line on which each task and each worker stands. The
 * page shown is the one that has the line of the moment; lines that run right now, which are
 * several where threads are busy, are marked apart from those on which somebody waits.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "screen/highlight.h"
#include "screen/internal.h"
#include "trace/trace.h"
#include "view/snapshot.h"

enum { MAX_TAGGED = 400, LONG_LINE = 2000 };

/* A task and its line. */
struct place {
	uint32_t lane, line;
	enum lane_state state;
	bool program; /* on a line of the module, not of a callback */
};

struct places {
	VEC(struct place) all; /* in the order of the timeline, the active one first */
};

static void add_place(const struct screen *s, const struct present *p, uint32_t lane,
                      struct places *out)
{
	enum lane_state state = view_state_at(s->view, lane, p->position);
	bool over = state >= STATE_TIMED; /* ended, or not there */
	if (over && lane != p->active)
		return;
	uint32_t function = 0, line = view_line_at(s->view, lane, p->position, &function);
	if (!line && state < STATE_TIMED)
		line = view_lane(s->view, lane)->begins_line;
	bool module = strcmp(trace_text(view_trace(s->view), function, NULL), "<module>") == 0;
	if (line)
		vec_push(&out->all, (struct place){lane, line, state, lane == LANE_PROGRAM && module});
}

/* Where every living task stands; of very many only those around the active one. */
static struct places places_of(const struct screen *s, const struct present *p)
{
	struct places out = {0};
	if (p->active != LANE_NONE && p->active < view_lane_count(s->view))
		add_place(s, p, p->active, &out);
	uint32_t count;
	const uint32_t *order = view_order(s->view, s->state.internals, &count);
	uint32_t first = 0;
	if (count > MAX_TAGGED)
		for (uint32_t i = 0; i < count; i++)
			if (order[i] == p->active && i > MAX_TAGGED / 2)
				first = i - MAX_TAGGED / 2;
	for (uint32_t i = first; i < count && i - first < MAX_TAGGED; i++)
		if (order[i] != p->active)
			add_place(s, p, order[i], &out);
	return out;
}

static size_t scrolled(size_t top, int by, size_t lines, size_t rows)
{
	size_t last = lines > rows ? lines - rows : 0;
	if (by < 0)
		return (size_t)-by < top ? top - (size_t)-by : 0;
	return top + (size_t)by < last ? top + (size_t)by : (top > last ? top : last);
}

/* Draw a line of Python from column `x` on; returns the column after it. */
static int draw_code(const struct screen *s, struct area a, int x, int y,
                     const struct source_line *line)
{
	uint8_t inks[LONG_LINE];
	const char *text = s->source.text + line->offset_bytes;
	size_t len = line->len < LONG_LINE ? line->len : LONG_LINE;
	highlight_line(text, len, (enum highlight_state)line->state, inks);
	struct area code = area_part(a, x, y, a.w - x, 1);
	int col = 0;
	for (size_t i = 0; i < len && col < code.w;) {
		size_t end = i + 1;
		while (end < len && inks[end] == inks[i])
			end++;
		col = area_text(code, col, 0, text + i, end - i, inks[i]);
		i = end;
	}
	return x + col;
}

/* The name, a worker's with the double line that it has in the timeline. */
static void put_name(const struct screen *s, const struct place *place, struct buf *out)
{
	if (view_lane(s->view, place->lane)->worker)
		buf_puts(out, "║");
	/* Its lane has the callbacks, if there are any, and their name. */
	if (place->program)
		buf_puts(out, "program");
	else
		view_lane_name(s->view, place->lane, out);
}

/* The names of those who stand on a line, at its right. */
static void draw_tags(const struct screen *s, const struct present *p, struct area a,
                      int x, int y, const struct places *places, uint32_t line)
{
	struct buf tag = {0};
	size_t shown = 0, more = 0;
	style ink = INK_DIM;
	for (size_t i = 0; i < places->all.count; i++) {
		const struct place *place = &places->all.items[i];
		if (place->line != line)
			continue;
		if (shown == 3) {
			more++;
			continue;
		}
		if (shown++ == 0)
			ink = (style)state_ink(place->state);
		buf_puts(&tag, shown == 1 ? "◂ " : ", ");
		put_name(s, place, &tag);
		if (place->lane == p->active)
			ink |= STYLE_BOLD;
	}
	if (more)
		buf_printf(&tag, ", +%zu", more);
	if (tag.len) {
		int cols = (int)utf8_text_cols(tag.data, tag.len);
		int at = a.w - 1 - cols;
		/* Over the text rather than not at all: where a task stands matters more.
		 */
		if (at < x + 1 && at < a.w / 2)
			at = x + 1 < a.w / 2 ? x + 1 : a.w / 2;
		area_fill(area_part(a, at - 1, y, a.w - at + 1, 1), ' ', INK_TEXT);
		area_fit(a, at, y, a.w - at, tag.data, ink);
	}
	buf_free(&tag);
}

static const struct place *first_on(const struct places *places, uint32_t line)
{
	for (size_t i = 0; i < places->all.count; i++)
		if (places->all.items[i].line == line)
			return &places->all.items[i];
	return NULL;
}

/* Whether somebody runs on that line at this instant. */
static bool runs_on(const struct places *places, uint32_t line)
{
	for (size_t i = 0; i < places->all.count; i++)
		if (places->all.items[i].line == line &&
		    places->all.items[i].state == STATE_RUNNING)
			return true;
	return false;
}

static int digits_of(size_t n)
{
	int digits = 1;
	for (; n >= 10; n /= 10)
		digits++;
	return digits;
}

static void draw_line(const struct screen *s, const struct present *p, struct area a,
                      int y, const struct places *places, size_t index,
                      uint32_t active_line)
{
	uint32_t number = (uint32_t)index + 1;
	int gutter = digits_of(s->source.lines.count) + 1;
	const struct place *place = first_on(places, number);
	bool active = number == active_line;
	area_printf(a, 0, y, active ? INK_SENTENCE : INK_DIM, "%*u", gutter, number);
	if (active)
		area_put(a, gutter + 1, y, 0x25B6, INK_CURSOR); /* ▶ */
	else if (place)
		area_put(a, gutter + 1, y, runs_on(places, number) ? 0x25B6 : 0x25B7,
		         (style)state_ink(place->state)); /* ▶ ▷ */
	int end = draw_code(s, a, gutter + 3, y, &s->source.lines.items[index]);
	draw_tags(s, p, a, end, y, places, number);
	if (active)
		area_flag(area_part(a, 0, y, a.w, 1), STYLE_SHADE);
}

/* Who stands beyond the page, on the edge of the frame that is towards them. */
static void draw_beyond(const struct screen *s, struct area edge,
                        const struct places *places, uint32_t from, uint32_t to,
                        const char *arrow)
{
	struct buf b = {0};
	size_t shown = 0;
	for (size_t i = 0; i < places->all.count; i++) {
		const struct place *place = &places->all.items[i];
		if (place->line < from || place->line > to || shown++ > 2)
			continue;
		buf_puts(&b, shown == 1 ? arrow : ", ");
		put_name(s, place, &b);
		buf_printf(&b, " %u", place->line);
	}
	if (shown > 3)
		buf_printf(&b, ", +%zu", shown - 3);
	int cols = (int)utf8_text_cols(buf_text(&b), b.len);
	if (b.len && cols + 4 < edge.w) {
		area_put(edge, edge.w - cols - 4, 0, ' ', INK_DIM);
		int end = area_puts(edge, edge.w - cols - 3, 0, buf_text(&b), INK_DIM);
		area_put(edge, end, 0, ' ', INK_DIM);
	}
	buf_free(&b);
}

/* The line whose page is shown: the moment's, or where somebody was last. What the loop does
 * for itself turns no page. */
static uint32_t line_to_show(const struct screen *s, const struct present *p,
                             uint32_t active_line)
{
	enum { LOOK_BACK = 100 };
	size_t least = p->index > LOOK_BACK ? p->index - LOOK_BACK : 0;
	for (size_t i = p->index; !active_line && i > least; i--) {
		struct moment m = view_moment(s->view, s->state.internals, i);
		active_line = view_line_at(s->view, m.lane, m.end, NULL);
	}
	return active_line;
}

void source_draw(const struct screen *s, const struct present *p, struct area a)
{
	const struct trace_about *about = trace_about(view_trace(s->view));
	const char *name = about->path[0] ? path_base_name(about->path) : "source";
	struct area in = pane_frame(s, PANE_SOURCE, a, name);
	struct places places = places_of(s, p);
	uint32_t active_line = 0;
	if (places.all.count && places.all.items[0].lane == p->active)
		active_line = places.all.items[0].line;
	size_t lines = s->source.lines.count, rows = (size_t)in.h;
	uint32_t line = line_to_show(s, p, active_line);
	size_t at = line && line <= lines ? line - 1 : 0;
	size_t top = scrolled(source_page_top(&s->source, rows, at),
	                      s->state.scroll[PANE_SOURCE], lines, rows);
	for (size_t i = 0; i < rows && top + i < lines; i++)
		draw_line(s, p, in, (int)i, &places, top + i, active_line);
	int name_cols = 6 + (int)utf8_text_cols(name, strlen(name));
	draw_beyond(s, area_part(a, name_cols, 0, a.w - name_cols, 1), &places, 1,
	            (uint32_t)top, "↑ ");
	draw_beyond(s, area_part(a, 0, a.h - 1, a.w, 1), &places,
	            (uint32_t)(top + rows + 1), UINT32_MAX, "↓ ");
	if (!lines)
		area_puts(in, 1, 0, "(this trace has no source)", INK_DIM);
	vec_free(&places.all);
}
