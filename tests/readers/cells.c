/*
 * A cast whose frames are told as they are: each cell's code point, colours and
 * attributes, a line of JSON a frame, in place of the escape sequences that export/cast.c
 * makes of them. It defines all of export/cast.h, so that simmer itself, linked with this
 * file instead, records exactly the frames that it records: by the same options, through
 * the same record(), at the same times. What readers of real casts show is held to this.
 *
 *   {"format": 2, "cols": 80, "rows": 24, "title": "..."}
 *   {"at": NS, "cols": 80, "rows": 24, "lines": [["text", [[count, fg, bg, attributes], ...]], ...]}
 *   {"at": NS, "marker": "label"}    {"at": NS, "input": "bytes"}    {"at": NS, "end": true}
 *
 * The right half of a wide character is U+0000, so a line has as many code points as the
 * grid has columns. `attributes` is theme.h's LOOK_ bits.
 */
#include "export/cast.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

struct cast {
	struct cast_out out;
	enum depth depth;
	struct buf line;
	uint64_t frames, bytes;
};

static void put_code(struct buf *b, uint32_t code)
{
	if (code < 0x20 || code == '"' || code == '\\')
		buf_printf(b, "\\u%04x", (unsigned)code);
	else
		buf_put_utf8(b, code);
}

static void put_text(struct buf *b, const char *text, size_t len)
{
	buf_putc(b, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c < 0x80)
			put_code(b, c);
		else
			buf_putc(b, text[i]);
	}
	buf_putc(b, '"');
}

static int send(struct cast *c)
{
	buf_putc(&c->line, '\n');
	int error = c->out.write(c->out.world, buf_text(&c->line), c->line.len);
	c->bytes += c->line.len;
	buf_reset(&c->line);
	return error;
}

int cast_new(struct cast **c, const struct cast_options *options, const struct cast_out *out)
{
	const char *title = options->title ? options->title : "";
	*c = mem_zalloc(1, sizeof **c);
	(*c)->out = *out;
	(*c)->depth = options->depth;
	buf_printf(&(*c)->line, "{\"format\": %d, \"cols\": %d, \"rows\": %d, \"title\": ",
	           (int)options->format, options->cols, options->rows);
	put_text(&(*c)->line, title, strlen(title));
	buf_puts(&(*c)->line, "}");
	return send(*c);
}

void cast_free(struct cast *c)
{
	if (c)
		buf_free(&c->line);
	free(c);
}

static bool same_look(struct look a, struct look b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes;
}

static void put_row(struct cast *c, const struct grid *g, enum theme theme, int y)
{
	buf_puts(&c->line, y ? ", [\"" : "[\"");
	for (int x = 0; x < g->cols; x++)
		put_code(&c->line, grid_at(g, x, y)->code);
	buf_puts(&c->line, "\", [");
	for (int x = 0, end; x < g->cols; x = end) {
		struct look look = theme_look(theme, c->depth, grid_at(g, x, y)->style);
		for (end = x + 1; end < g->cols; end++)
			if (!same_look(look, theme_look(theme, c->depth, grid_at(g, end, y)->style)))
				break;
		buf_printf(&c->line, "%s[%d, %d, %d, %d]", x ? ", " : "", end - x, look.fg,
		           look.bg, look.attributes);
	}
	buf_puts(&c->line, "]]");
}

int cast_frame(struct cast *c, int64_t at_ns, const struct grid *g, enum theme theme)
{
	buf_printf(&c->line, "{\"at\": %lld, \"cols\": %d, \"rows\": %d, \"lines\": [",
	           (long long)at_ns, g->cols, g->rows);
	for (int y = 0; y < g->rows; y++)
		put_row(c, g, theme, y);
	buf_puts(&c->line, "]}");
	c->frames++;
	return send(c);
}

static int send_text(struct cast *c, int64_t at_ns, const char *name, const char *text, size_t len)
{
	buf_printf(&c->line, "{\"at\": %lld, \"%s\": ", (long long)at_ns, name);
	put_text(&c->line, text, len);
	buf_puts(&c->line, "}");
	return send(c);
}

int cast_marker(struct cast *c, int64_t at_ns, const char *label)
{
	return send_text(c, at_ns, "marker", label, strlen(label));
}

int cast_input(struct cast *c, int64_t at_ns, const char *bytes, size_t len)
{
	return send_text(c, at_ns, "input", bytes, len);
}

int cast_end(struct cast *c, int64_t at_ns)
{
	buf_printf(&c->line, "{\"at\": %lld, \"end\": true}", (long long)at_ns);
	return send(c);
}

uint64_t cast_frame_count(const struct cast *c)
{
	return c->frames;
}

uint64_t cast_byte_count(const struct cast *c)
{
	return c->bytes;
}
