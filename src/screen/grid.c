/* The grid: cells, clipping, wide characters, words broken into lines. */
#include "screen/grid.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { TAB_COLS = 8, ELLIPSIS = 0x2026 };

/* ---- grids ------------------------------------------------------------------- */

void grid_resize(struct grid *g, int cols, int rows)
{
	g->cols = cols < 0 ? 0 : cols;
	g->rows = rows < 0 ? 0 : rows;
	size_t count = mem_mul((size_t)g->cols, (size_t)g->rows);
	g->cells = mem_resize(g->cells, count ? count : 1, sizeof *g->cells);
	grid_blank(g);
}

void grid_free(struct grid *g)
{
	free(g->cells);
	*g = (struct grid){0};
}

void grid_blank(struct grid *g)
{
	size_t count = (size_t)g->cols * (size_t)g->rows;
	for (size_t i = 0; i < count; i++)
		g->cells[i] = (struct cell){.code = ' '};
}

static struct cell *cell_at(const struct grid *g, int x, int y)
{
	return &g->cells[(size_t)y * (size_t)g->cols + (size_t)x];
}

const struct cell *grid_at(const struct grid *g, int x, int y)
{
	assert(x >= 0 && x < g->cols && y >= 0 && y < g->rows);
	return cell_at(g, x, y);
}

bool grid_equal(const struct grid *a, const struct grid *b)
{
	if (a->cols != b->cols || a->rows != b->rows)
		return false;
	size_t count = (size_t)a->cols * (size_t)a->rows;
	for (size_t i = 0; i < count; i++)
		if (a->cells[i].code != b->cells[i].code ||
		    a->cells[i].style != b->cells[i].style)
			return false;
	return true;
}

static uint32_t ascii_twin(uint32_t code)
{
	switch (code) {
#define GLYPH(code_, twin)                                                               \
	case code_:                                                                      \
		return twin;
#include "screen/glyph.def"
#undef GLYPH
	default:
		return '?';
	}
}

void grid_to_ascii(struct grid *g)
{
	size_t count = (size_t)g->cols * (size_t)g->rows;
	for (size_t i = 0; i < count; i++) {
		struct cell *c = &g->cells[i];
		if (c->code == 0)
			c->code = ' ';
		else if (c->code > 0x7E)
			c->code = ascii_twin(c->code);
	}
}

void grid_row_text(const struct grid *g, int y, struct buf *out)
{
	int end = g->cols;
	while (end > 0 && cell_at(g, end - 1, y)->code == ' ')
		end--;
	for (int x = 0; x < end; x++)
		if (cell_at(g, x, y)->code)
			buf_put_utf8(out, cell_at(g, x, y)->code);
}

/* ---- areas ------------------------------------------------------------------- */

struct area area_all(struct grid *g)
{
	return (struct area){g, 0, 0, g->cols, g->rows};
}

struct area area_part(struct area a, int x, int y, int w, int h)
{
	int x1 = x + w, y1 = y + h;
	x = x < 0 ? 0 : x;
	y = y < 0 ? 0 : y;
	x1 = x1 > a.w ? a.w : x1;
	y1 = y1 > a.h ? a.h : y1;
	return (struct area){a.grid, a.x + x, a.y + y, x1 > x ? x1 - x : 0,
	                     y1 > y ? y1 - y : 0};
}

/* Put a cell. A wide character is cut in two: its other half may not stay behind alone. */
static void put_cell(struct grid *g, int x, int y, uint32_t code, style s)
{
	struct cell *c = cell_at(g, x, y);
	if (c->code == 0 && x > 0)
		c[-1].code = ' ';
	if (x + 1 < g->cols && c[1].code == 0)
		c[1].code = ' ';
	*c = (struct cell){code, s};
}

/* The columns of a code point; what the screen draws most needs no search. */
static int width_of(uint32_t code)
{
	bool plain = code < 0x300 || (code >= 0x2500 && code <= 0x25C7);
	return plain ? 1 : utf8_width_cols(code);
}

/* Characters that a terminal would obey, or that would reorder what is shown. */
static bool obeyed(uint32_t code)
{
	if (code >= 0x20 && code < 0x7F)
		return false;
	return code < 0x20 || (code >= 0x7F && code < 0xA0) ||
	       (code >= 0x200E && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF || code == 0x61C;
}

int area_put(struct area a, int x, int y, uint32_t code, style s)
{
	if (obeyed(code))
		code = UTF8_REPLACEMENT;
	int width = width_of(code);
	if (width <= 0)
		return 0;
	if (!a.grid || x < 0 || y < 0 || y >= a.h || x + width > a.w)
		return width;
	int gx = a.x + x, gy = a.y + y;
	put_cell(a.grid, gx, gy, code, s);
	if (width == 2) {
		put_cell(a.grid, gx + 1, gy, ' ', s);
		cell_at(a.grid, gx + 1, gy)->code = 0;
	}
	return width;
}

uint32_t area_get(struct area a, int x, int y)
{
	if (!a.grid || x < 0 || y < 0 || x >= a.w || y >= a.h)
		return 0;
	return cell_at(a.grid, a.x + x, a.y + y)->code;
}

/* Show a character that would be obeyed: as its picture, as ^X, or as the replacement
 * character. */
static int put_control(struct area a, int x, int y, uint32_t code, style s)
{
	if (code > 0x7F)
		return area_put(a, x, y, UTF8_REPLACEMENT, s);
	if (a.grid && a.grid->ascii) {
		area_put(a, x, y, '^', s);
		area_put(a, x + 1, y, code ^ 0x40, s);
		return 2;
	}
	return area_put(a, x, y, code == 0x7F ? 0x2421 : 0x2400 + code, s);
}

static int put_any(struct area a, int x, int y, uint32_t code, style s)
{
	return obeyed(code) ? put_control(a, x, y, code, s) : area_put(a, x, y, code, s);
}

int area_text(struct area a, int x, int y, const char *text, size_t len, style s)
{
	bool inside = a.grid && y >= 0 && y < a.h;
	for (size_t i = 0; i < len && x < a.w;) {
		uint32_t code = (unsigned char)text[i];
		if (code >= ' ' && code < 0x7F && x >= 0) {
			if (inside)
				put_cell(a.grid, a.x + x, a.y + y, code, s);
			x++, i++;
			continue;
		}
		i += utf8_decode(text + i, len - i, &code);
		if (code == '\n')
			break;
		if (code == '\t') {
			int stop = (x / TAB_COLS + 1) * TAB_COLS;
			while (x < stop)
				area_put(a, x++, y, ' ', s);
		} else {
			x += put_any(a, x, y, code, s);
		}
	}
	return x > a.w ? a.w : x;
}

int area_puts(struct area a, int x, int y, const char *text, style s)
{
	return area_text(a, x, y, text, strlen(text), s);
}

int area_printf(struct area a, int x, int y, style s, const char *format, ...)
{
	struct buf b = {0};
	va_list args;
	va_start(args, format);
	buf_vprintf(&b, format, args);
	va_end(args);
	int end = area_text(a, x, y, buf_text(&b), b.len, s);
	buf_free(&b);
	return end;
}

int area_fit(struct area a, int x, int y, int cols, const char *text, style s)
{
	if (cols <= 0)
		return x;
	size_t len = strlen(text);
	struct area part = area_part(a, 0, y, x + cols, 1);
	if (utf8_text_cols(text, len) <= (size_t)cols)
		return area_text(part, x, 0, text, len, s);
	size_t fits = utf8_fit(text, len, (size_t)cols - 1);
	x = area_text(part, x, 0, text, fits, s);
	return x + area_put(part, x, 0, ELLIPSIS, s);
}

/* The length of the longest beginning of `text` in `cols` columns that ends between
 * words. */
static size_t line_break(const char *text, size_t len, size_t cols)
{
	size_t fits = utf8_fit(text, len, cols);
	if (fits == len || text[fits] == ' ')
		return fits;
	size_t end = fits;
	while (end > 0 && text[end - 1] != ' ')
		end--;
	/* A word longer than the line is cut where it must be. */
	return end ? end : fits;
}

int area_wrap(struct area a, int indent, int y, int max_rows, const char *text, style s)
{
	size_t len = strlen(text);
	int row = 0;
	for (size_t i = 0; i < len && row < max_rows; row++) {
		int x = row ? indent : 0;
		if (a.w <= x)
			break;
		size_t paragraph = strcspn(text + i, "\n");
		size_t n = line_break(text + i, paragraph, (size_t)(a.w - x));
		if (n == 0 && paragraph)
			break;
		size_t next = i + n;
		while (next < len && text[next] == ' ')
			next++;
		if (next < len && text[next] == '\n')
			next++;
		while (n && text[i + n - 1] == ' ')
			n--;
		if (a.grid) {
			int end = area_text(a, x, y + row, text + i, n, s);
			if (row == max_rows - 1 && next < len)
				area_put(a, end < a.w ? end : a.w - 1, y + row, ELLIPSIS,
				         s);
		}
		i = next;
	}
	return row;
}

/* Where the last sentence of a text begins; 0 if it is the only one. */
static size_t last_sentence(const char *text, size_t len)
{
	for (size_t i = len; i >= 3; i--)
		if (text[i - 3] == '.' && text[i - 2] == ' ' && text[i - 1] >= 'A' &&
		    text[i - 1] <= 'Z')
			return i - 1;
	return 0;
}

int area_tell(struct area a, int y, int max_rows, const char *text, style s)
{
	struct area nowhere = {NULL, 0, 0, a.w, a.h};
	char *kept = mem_strndup(text, strlen(text));
	for (size_t end = strlen(kept);
	     end && area_wrap(nowhere, 0, 0, max_rows + 1, kept, s) > max_rows;) {
		end = last_sentence(kept, end);
		if (end)
			kept[end - 1] = '\0';
	}
	bool fits = area_wrap(nowhere, 0, 0, max_rows + 1, kept, s) <= max_rows;
	int rows = area_wrap(a, 0, y, max_rows, fits ? kept : text, s);
	free(kept);
	return rows;
}

void area_fill(struct area a, uint32_t code, style s)
{
	for (int y = 0; y < a.h; y++)
		for (int x = 0; x < a.w; x++)
			area_put(a, x, y, code, s);
}

struct area area_box(struct area a, const char *title, style frame, style title_style)
{
	if (a.w < 2 || a.h < 2)
		return area_part(a, 0, 0, 0, 0);
	for (int x = 1; x < a.w - 1; x++) {
		area_put(a, x, 0, 0x2500, frame);
		area_put(a, x, a.h - 1, 0x2500, frame);
	}
	for (int y = 1; y < a.h - 1; y++) {
		area_put(a, 0, y, 0x2502, frame);
		area_put(a, a.w - 1, y, 0x2502, frame);
	}
	area_put(a, 0, 0, 0x250C, frame);
	area_put(a, a.w - 1, 0, 0x2510, frame);
	area_put(a, 0, a.h - 1, 0x2514, frame);
	area_put(a, a.w - 1, a.h - 1, 0x2518, frame);
	if (title && a.w > 6) {
		area_put(a, 1, 0, ' ', title_style);
		int end = area_fit(a, 2, 0, a.w - 5, title, title_style);
		area_put(a, end, 0, ' ', title_style);
	}
	return area_part(a, 1, 1, a.w - 2, a.h - 2);
}

void area_flag(struct area a, style flags)
{
	for (int y = 0; a.grid && y < a.h; y++)
		for (int x = 0; x < a.w; x++)
			cell_at(a.grid, a.x + x, a.y + y)->style |= flags;
}

void area_ink(struct area a, style ink)
{
	for (int y = 0; a.grid && y < a.h; y++)
		for (int x = 0; x < a.w; x++) {
			struct cell *c = cell_at(a.grid, a.x + x, a.y + y);
			c->style = (style)((c->style & ~STYLE_INK) | ink);
		}
}
