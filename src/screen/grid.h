/*
 * The grid: a rectangle of cells, and the few ways to draw on it. A cell is a
 * code point and a style; what a style looks like is the theme's business
 * (screen/theme.h). Nothing here knows of a terminal.
 *
 * Whatever text is drawn, a cell never holds a control character: they are
 * shown as their pictures (␛) or, on an ASCII grid, as ^X.
 */
#ifndef SCREEN_GRID_H
#define SCREEN_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* An ink (screen/theme.h) in the low byte, STYLE_ flags above it. */
typedef uint16_t style;
enum {
	STYLE_INK = 0xFF,
	STYLE_BOLD = 1 << 8,
	STYLE_UNDERLINE = 1 << 9,
	STYLE_REVERSE = 1 << 10,
	STYLE_SHADE = 1 << 11, /* the background of what is chosen */
	STYLE_FAINT = 1 << 12, /* what is not in the centre of interest */
};

struct cell {
	uint32_t code; /* code point; 0: the right half of the wide one before it */
	style style;
};

struct grid {
	struct cell *cells; /* owned, rows * cols, row by row */
	int cols, rows;
	bool ascii; /* only ASCII may be shown: see grid_to_ascii */
};

/* A part of a grid that one draws on with coordinates of its own; nothing goes beyond its
 * edges. */
struct area {
	struct grid *grid;
	int x, y, w, h;
};

/* The zero value is an empty grid. Make it `cols` by `rows` (at least 0) and blank. */
void grid_resize(struct grid *g, int cols, int rows);
void grid_free(struct grid *g);
void grid_blank(struct grid *g);

/* The cell at (x, y), which must be inside. */
const struct cell *grid_at(const struct grid *g, int x, int y);

bool grid_equal(const struct grid *a, const struct grid *b);

/* Replace every code point beyond ASCII by its twin in glyph.def, or `?`. Wide ones
 * become `?` and a blank. */
void grid_to_ascii(struct grid *g);

/* Append row `y` as UTF-8 without the blanks at its end. */
void grid_row_text(const struct grid *g, int y, struct buf *out);

/* All of the grid as an area; a part of an area, clipped to it. */
struct area area_all(struct grid *g);
struct area area_part(struct area a, int x, int y, int w, int h);

/* Put one code point; a wide one that does not fit the row is left out. Returns the
 * columns it took. */
int area_put(struct area a, int x, int y, uint32_t code, style s);

/* The code point at (x, y) of the area, or 0 outside. */
uint32_t area_get(struct area a, int x, int y);

/*
 * Draw text from (x, y) to the right, cut at the area's edge; a tab is drawn up to the
 * next multiple of 8, a newline ends it. Returns the column after the last one drawn.
 */
int area_text(struct area a, int x, int y, const char *text, size_t len, style s);
int area_puts(struct area a, int x, int y, const char *text, style s);
int area_printf(struct area a, int x, int y, style s, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* As area_puts in at most `cols` columns, with an ellipsis where it had to be cut. */
int area_fit(struct area a, int x, int y, int cols, const char *text, style s);

/*
 * Draw text in lines of the area's width, broken between words, from row `y` on; at most
 * `max_rows` rows, the last ending in an ellipsis if there was more. Lines after the
 * first begin at column `indent`. With `grid` NULL in `a` nothing is drawn. Returns the
 * rows taken.
 */
int area_wrap(struct area a, int indent, int y, int max_rows, const char *text, style s);

/*
 * The same for text that is sentences, no line indented: what has no room goes by whole
 * sentences, the last first. Only where not even the first fits is there an ellipsis.
 */
int area_tell(struct area a, int y, int max_rows, const char *text, style s);

/* Fill with one code point of one column. */
void area_fill(struct area a, uint32_t code, style s);

/* A frame of lines around the area, with `title` in its upper edge (or NULL). Returns the
 * inside. */
struct area area_box(struct area a, const char *title, style frame, style title_style);

/* Add STYLE_ flags to every cell; or replace the ink of every cell and keep its flags. */
void area_flag(struct area a, style flags);
void area_ink(struct area a, style ink);

#endif
