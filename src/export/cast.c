/*
 * Asciicasts: lines of JSON, each built whole and written at once. Times are counted in
 * whole milliseconds since the beginning, so that differences (version 3) carry no error
 * on: they add up to the very time of each event.
 */
#include "export/cast.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "export/json.h"
#include "export/paint.h"
#include "export/palette.h"

enum { NS_PER_MS = 1000000, MS_DIGITS = 3, PALETTE_COLOURS = 16, ELLIPSIS = 0x2026 };

struct cast {
	enum cast_format format;
	enum depth depth;
	enum theme theme; /* of the header, whose ground players show */
	struct cast_out out;
	int cols, rows; /* as the file has them by now */
	int64_t last_ms;
	int error; /* of a write; it stays */
	bool ended;
	uint64_t frames, bytes;
	struct paint paint;
	struct buf line, painted;
};

/* ---- pieces of lines -------------------------------------------------------------------- */

static void put_seconds(struct buf *b, int64_t ms)
{
	buf_put_decimal(b, ms, MS_DIGITS, MS_DIGITS);
}

static void put_theme(struct buf *b, enum theme theme)
{
	buf_printf(b, "\"theme\":{\"fg\":\"#%06" PRIx32 "\",\"bg\":\"#%06" PRIx32 "\",\"palette\":\"",
	           palette_text(theme), palette_ground(theme));
	for (int i = 0; i < PALETTE_COLOURS; i++)
		buf_printf(b, "%s#%06" PRIx32, i ? ":" : "", palette_rgb(i));
	buf_puts(b, "\"}");
}

/* Append `text` as one line: without control characters, and one blank for any blanks. */
static void put_one_line(struct buf *b, const char *text)
{
	size_t start = b->len;
	for (; *text; text++) {
		bool blank = (unsigned char)*text <= ' ' || *text == 0x7F;
		if (!blank)
			buf_putc(b, *text);
		else if (b->len > start && b->data[b->len - 1] != ' ')
			buf_putc(b, ' ');
	}
	if (b->len > start && b->data[b->len - 1] == ' ')
		b->data[--b->len] = '\0';
}

/* How much of one line is the label: all that fits, else its last whole sentence that does,
 * else its last whole word, in which case `*cut` is set. */
static size_t label_len(const char *text, size_t len, bool *cut)
{
	*cut = false;
	if (utf8_text_cols(text, len) <= CAST_LABEL_COLS)
		return len;
	size_t fits = utf8_fit(text, len, CAST_LABEL_COLS);
	for (size_t end = fits; end > 1; end--)
		if (text[end] == ' ' && strchr(".!?", text[end - 1]))
			return end;
	*cut = true;
	return utf8_fold(text, len, CAST_LABEL_COLS - 1);
}

/* ---- lines ------------------------------------------------------------------- */

/* Write the line that was built, and forget it. */
static int write_line(struct cast *c)
{
	buf_putc(&c->line, '\n');
	if (!c->error)
		c->error = c->out.write(c->out.world, buf_text(&c->line), c->line.len);
	if (!c->error)
		c->bytes += c->line.len;
	buf_reset(&c->line);
	return c->error;
}

static int write_header(struct cast *c, const struct cast_options *o)
{
	struct buf *b = &c->line;
	if (c->format == CAST_V3) {
		buf_printf(b, "{\"version\":3,\"term\":{\"cols\":%d,\"rows\":%d,"
		              "\"type\":\"xterm-256color\",", o->cols, o->rows);
		put_theme(b, o->theme);
		buf_putc(b, '}');
	} else {
		buf_printf(b, "{\"version\":2,\"width\":%d,\"height\":%d", o->cols, o->rows);
	}
	if (o->timestamp_s >= 0)
		buf_printf(b, ",\"timestamp\":%" PRId64, o->timestamp_s);
	if (o->idle_ns > 0) {
		buf_puts(b, ",\"idle_time_limit\":");
		put_seconds(b, o->idle_ns < NS_PER_MS ? 1 : o->idle_ns / NS_PER_MS);
	}
	if (o->title && o->title[0]) {
		buf_puts(b, ",\"title\":");
		json_words(b, o->title);
	}
	if (c->format == CAST_V2) {
		buf_puts(b, ",\"env\":{\"TERM\":\"xterm-256color\"},");
		put_theme(b, o->theme);
	}
	buf_putc(b, '}');
	return write_line(c);
}

/* An event at that time, or right after the last one if that was later. */
static int write_event(struct cast *c, int64_t at_ns, char code, const char *data, size_t len)
{
	int64_t at_ms = at_ns / NS_PER_MS + (at_ns % NS_PER_MS >= NS_PER_MS / 2);
	if (at_ms < c->last_ms)
		at_ms = c->last_ms;
	/* Players pass a marker only when they go from before it to it. */
	if (code == 'm' && at_ms == 0)
		at_ms = 1;
	buf_putc(&c->line, '[');
	put_seconds(&c->line, c->format == CAST_V3 ? at_ms - c->last_ms : at_ms);
	buf_printf(&c->line, ",\"%c\",", code);
	json_string(&c->line, data, len, SIZE_MAX);
	buf_putc(&c->line, ']');
	c->last_ms = at_ms;
	return write_line(c);
}

/* Nothing more is written: an error, which is returned, or the end (0). */
static bool is_over(const struct cast *c)
{
	return c->error || c->ended;
}

/* ---- the cast ---------------------------------------------------------------- */

int cast_new(struct cast **c, const struct cast_options *options, const struct cast_out *out)
{
	assert(options->format == CAST_V2 || options->format == CAST_V3);
	struct cast *cast = mem_zalloc(1, sizeof *cast);
	cast->format = options->format;
	cast->depth = options->depth;
	cast->theme = options->theme;
	cast->out = *out;
	cast->cols = options->cols;
	cast->rows = options->rows;
	int error = write_header(cast, options);
	if (error) {
		cast_free(cast);
		cast = NULL;
	}
	*c = cast;
	return error;
}

void cast_free(struct cast *c)
{
	if (!c)
		return;
	paint_free(&c->paint);
	buf_free(&c->line);
	buf_free(&c->painted);
	free(c);
}

int cast_frame(struct cast *c, int64_t at_ns, const struct grid *g, enum theme theme)
{
	if (is_over(c) || g->cols <= 0 || g->rows <= 0)
		return c->error;
	if (g->cols != c->cols || g->rows != c->rows) {
		struct buf size = {0};
		buf_printf(&size, "%dx%d", g->cols, g->rows);
		int error = write_event(c, at_ns, 'r', buf_text(&size), size.len);
		buf_free(&size);
		if (error)
			return error;
		c->cols = g->cols;
		c->rows = g->rows;
	}
	buf_reset(&c->painted);
	c->paint.own_ground = theme != c->theme;
	if (!paint_frame(&c->paint, g, theme, c->depth, &c->painted))
		return 0;
	if (!write_event(c, at_ns, 'o', c->painted.data, c->painted.len))
		c->frames++;
	return c->error;
}

int cast_marker(struct cast *c, int64_t at_ns, const char *label)
{
	if (is_over(c))
		return c->error;
	bool cut;
	buf_reset(&c->painted);
	put_one_line(&c->painted, label);
	c->painted.len = label_len(buf_text(&c->painted), c->painted.len, &cut);
	if (cut)
		buf_put_utf8(&c->painted, ELLIPSIS);
	return write_event(c, at_ns, 'm', buf_text(&c->painted), c->painted.len);
}

int cast_input(struct cast *c, int64_t at_ns, const char *bytes, size_t len)
{
	if (is_over(c))
		return c->error;
	return write_event(c, at_ns, 'i', bytes, len);
}

int cast_end(struct cast *c, int64_t at_ns)
{
	if (is_over(c))
		return c->error;
	buf_reset(&c->painted);
	paint_end(&c->paint, &c->painted);
	int error = write_event(c, at_ns, 'o', c->painted.data, c->painted.len);
	c->ended = true;
	return error;
}

uint64_t cast_frame_count(const struct cast *c)
{
	return c->frames;
}

uint64_t cast_byte_count(const struct cast *c)
{
	return c->bytes;
}
