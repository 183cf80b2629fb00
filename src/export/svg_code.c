/*
 * The source beside the picture: numbered lines in the colours of the screen, long ones
 * folded, and at each caption that became a beat the beat's mark and number.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "export/svg_internal.h"
#include "export/xml.h"
#include "screen/highlight.h"
#include "screen/source.h"
#include "trace/trace.h"
#include "view/moment.h"
#include "view/snapshot.h"
#include "view/view.h"

enum { COLS_LEAST = 40, COLS_MOST = 90, LINES_MAX = 300, BYTES_MAX = 2000, TAB = 8 };

/* Pixels. */
#define CODE_SIZE   13.0
#define CODE_LINE   18.0
#define CODE_COLUMN (MONO_WIDTH * CODE_SIZE)
#define HEAD_HEIGHT 36.0
#define BEAT_WIDTH  40.0

/* A line as it is shown: tabs are blanks, and what is too long for anybody is cut. */
struct shown {
	struct buf text;
	VEC(uint8_t) inks; /* of each byte */
	size_t indent;     /* where what is folded goes on */
};

static void show_line(const struct source *source, size_t index, struct shown *out)
{
	const struct source_line *line = &source->lines.items[index];
	const char *text = source->text + line->offset_bytes;
	size_t len = line->len < BYTES_MAX ? line->len : BYTES_MAX;
	uint8_t inks[BYTES_MAX];
	highlight_line(text, len, (enum highlight_state)line->state, inks);
	buf_reset(&out->text);
	out->inks.count = 0;
	for (size_t i = 0; i < len; i++) {
		size_t copies = text[i] == '\t' ? TAB - out->text.len % TAB : 1;
		buf_fill(&out->text, text[i] == '\t' ? ' ' : text[i], copies);
		for (size_t k = 0; k < copies; k++)
			vec_push(&out->inks, inks[i]);
	}
	const char *shown = buf_text(&out->text);
	size_t blanks = strspn(shown, " ");
	bool note = strncmp(shown + blanks, "#:", 2) == 0;
	bool prose = blanks < out->inks.count && out->inks.items[blanks] == INK_STRING;
	out->indent = blanks + (note ? 3 : prose ? 0 : 4);
	if (out->indent > COLS_LEAST / 2)
		out->indent = COLS_LEAST / 2;
}

static void shown_free(struct shown *s)
{
	buf_free(&s->text);
	vec_free(&s->inks);
}

/* Where the line that begins at byte `from` ends: at a blank, if there is one beyond its
 * indentation. */
static size_t fold_at(const struct shown *s, size_t from, size_t cols)
{
	const char *text = buf_text(&s->text) + from;
	size_t len = s->text.len - from;
	size_t cut = utf8_fold(text, len, cols);
	if (cut < len && cut <= strspn(text, " "))
		cut = utf8_fit(text, len, cols);
	return from + cut;
}

/* How many lines it takes in so many columns. */
static size_t folds(const struct shown *s, size_t cols)
{
	size_t lines = 1;
	for (size_t at = fold_at(s, 0, cols); at < s->text.len; lines++) {
		at += s->text.data[at] == ' ';
		at = fold_at(s, at, cols - s->indent);
	}
	return lines;
}

static size_t digits_of(size_t n)
{
	size_t digits = 1;
	for (; n >= 10; n /= 10)
		digits++;
	return digits;
}

static double numbers_width(const struct source *source)
{
	return CODE_COLUMN * (double)(digits_of(source->lines.count) + 2);
}

/* The lines that are drawn. */
static size_t lines_of(const struct source *source)
{
	return source->lines.count < LINES_MAX ? source->lines.count : LINES_MAX;
}

struct code_place code_measure(const struct view *v)
{
	struct source source = {0};
	struct shown shown = {0};
	source_set(&source, trace_about(view_trace(v))->source);
	size_t cols = COLS_LEAST, lines = 0;
	for (size_t i = 0; i < lines_of(&source); i++) {
		show_line(&source, i, &shown);
		size_t at = strspn(buf_text(&shown.text), " ");
		bool note = at < shown.inks.count && shown.inks.items[at] == INK_NOTE;
		size_t wide = utf8_text_cols(buf_text(&shown.text), shown.text.len);
		if (!note && wide > cols)
			cols = wide;
	}
	cols = cols < COLS_MOST ? cols : COLS_MOST;
	for (size_t i = 0; i < lines_of(&source); i++) {
		show_line(&source, i, &shown);
		lines += folds(&shown, cols);
	}
	lines += source.lines.count > LINES_MAX;
	struct code_place place = {
		.cols = cols,
		.width = (view_beat_count(v) ? BEAT_WIDTH : 0) + numbers_width(&source) +
		         CODE_COLUMN * (double)cols,
		.height = HEAD_HEIGHT + CODE_LINE * (double)lines,
	};
	shown_free(&shown);
	source_free(&source);
	return place;
}

/* ---- captions ----------------------------------------------------------------------- */

/* Which beat is announced on which line: the first number, 0 if none. */
struct marks {
	size_t *numbers; /* by line, from 1 */
	size_t count;
};

static bool is_caption(const struct source *source, size_t line)
{
	const struct source_line *l = &source->lines.items[line - 1];
	const char *text = source->text + l->offset_bytes;
	size_t blanks = strspn(text, " \t");
	return blanks + 1 < l->len && text[blanks] == '#' && text[blanks + 1] == ':';
}

/* A caption stands above its statement, maybe on several lines. */
static size_t caption_line(const struct source *source, size_t statement)
{
	size_t line = statement;
	while (line > 1 && is_caption(source, line - 1))
		line--;
	return line;
}

static struct marks marks_of(const struct view *v, const struct source *source)
{
	struct marks m = {.count = source->lines.count + 1};
	m.numbers = mem_zalloc(m.count, sizeof *m.numbers);
	size_t index = 0;
	for (;;) {
		size_t next = view_next_beat(v, false, index);
		struct moment moment = view_moment(v, false, next);
		if (next == index || !moment.beat)
			break;
		index = next;
		uint64_t event = view_caption_at(v, moment.end);
		if (event == UINT64_MAX)
			continue;
		size_t statement = trace_at(view_trace(v), event)->a;
		if (statement == 0 || statement >= m.count)
			continue;
		size_t line = caption_line(source, statement);
		if (!m.numbers[line])
			m.numbers[line] = view_beat_at(v, moment.end);
	}
	return m;
}

/* ---- drawing ------------------------------------------------------------------------ */

static void draw_part(const struct shown *s, size_t from, size_t to, double x, double y,
                      FILE *out)
{
	fputs("<text x=\"", out);
	xml_number(out, x);
	fputs("\" y=\"", out);
	xml_number(out, y);
	fputs("\" class=\"f-text\">", out);
	const char *text = buf_text(&s->text);
	for (size_t i = from; i < to;) {
		uint8_t ink = s->inks.items[i];
		size_t end = i + 1;
		while (end < to && s->inks.items[end] == ink)
			end++;
		if (ink != INK_TEXT)
			fprintf(out, "<tspan class=\"%s%s\">", svg_fill((enum ink)ink),
			        ink == INK_CALL ? " strong" : "");
		xml_text(out, text + i, end - i);
		if (ink != INK_TEXT)
			fputs("</tspan>", out);
		i = end;
	}
	fputs("</text>\n", out);
}

/* Draw one line of the source in as many lines as it takes; returns the y after it. */
static double draw_line(const struct shown *s, size_t cols, double x, double y, FILE *out)
{
	size_t at = 0;
	for (bool first = true; first || at < s->text.len; first = false) {
		size_t end = fold_at(s, at, first ? cols : cols - s->indent);
		if (end > at)
			draw_part(s, at, end,
			          first ? x : x + CODE_COLUMN * (double)s->indent, y, out);
		y += CODE_LINE;
		at = end + (end < s->text.len && s->text.data[end] == ' ');
	}
	return y;
}

static void draw_mark(size_t number, double x, double y, FILE *out)
{
	struct buf label = {0};
	buf_printf(&label, "%zu", number);
	beat_draw(out, x + 6, y - 5);
	svg_put_text(out, x + 15, y, "f-cursor strong", "", label.data, label.len);
	buf_free(&label);
}

static void draw_head(const struct view *v, double x, double y, FILE *out)
{
	const char *path = trace_about(view_trace(v))->path;
	const char *name = path_base_name(path);
	struct buf text = {0};
	buf_puts(&text, *name ? name : "source");
	svg_cut_text(&text, COLS_LEAST);
	svg_put_text(out, x, y + 18, "f-dim", "font-size=\"15\"", text.data, text.len);
	buf_free(&text);
}

void code_draw(const struct view *v, const struct code_place *place, double x, double y,
               FILE *out)
{
	struct source source = {0};
	struct shown shown = {0};
	source_set(&source, trace_about(view_trace(v))->source);
	struct marks marks = marks_of(v, &source);
	double numbers = x + (view_beat_count(v) ? BEAT_WIDTH : 0);
	double code = numbers + numbers_width(&source);
	draw_head(v, code, y, out);
	fputs("<g font-size=\"13\" xml:space=\"preserve\">\n", out);
	y += HEAD_HEIGHT + CODE_LINE - 5;
	for (size_t i = 0; i < lines_of(&source); i++) {
		char number[24];
		int len = snprintf(number, sizeof number, "%zu", i + 1);
		if (marks.numbers[i + 1])
			draw_mark(marks.numbers[i + 1], x, y, out);
		svg_put_text(out, code - 1.5 * CODE_COLUMN, y, "f-dim", "text-anchor=\"end\"",
		             number, (size_t)len);
		show_line(&source, i, &shown);
		y = draw_line(&shown, place->cols, code, y, out);
	}
	if (lines_of(&source) < source.lines.count) {
		struct buf more = {0};
		buf_printf(&more, "… and %zu more lines",
		           source.lines.count - lines_of(&source));
		svg_put_text(out, code, y, "f-dim", "", more.data, more.len);
		buf_free(&more);
	}
	fputs("</g>\n", out);
	free(marks.numbers);
	shown_free(&shown);
	source_free(&source);
}
