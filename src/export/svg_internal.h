/* Read by src/export/svg*.c only: the parts of the picture and what they share. */
#ifndef EXPORT_SVG_INTERNAL_H
#define EXPORT_SVG_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/vec.h"
#include "export/svg.h"
#include "screen/theme.h"
#include "view/lane.h"

/* What a column of a monospaced font is wide, in parts of its size: the widest of those
 * that are about. Widths of text are only ever estimated: nobody asks the fonts. */
#define MONO_WIDTH 0.605
/* The same for running text, on average. */
#define SANS_WIDTH 0.56

/* Columns that any text of the scene may take but for its source: names and what is waited
 * for may be megabytes. */
enum { TEXT_COLS_MAX = 60 };

/* ---- svg_piece.c: what is drawn of a lane ------------------------------------------- */

/* A stretch of a lane, in pixels. */
struct piece {
	double x0, x1;
	enum lane_state state; /* STATE_MIXED: more runs than can be told apart */
	size_t span;           /* of the lane; not for what is mixed */
};

/* An ending, drawn after `x`. */
struct ending_mark {
	double x;
	enum lane_state state;
};

/*
 * A lane's pieces from left to right. Runs and what is mixed are at least so wide that
 * they are seen, and lie over the rest.
 */
struct pieces {
	VEC(struct piece) rest; /* ready, waiting, cancelling, idle */
	VEC(struct piece) runs;
	VEC(struct ending_mark) endings;
};

/*
 * What is drawn of lane `lane` where a coordinate of the ruler is at x = left + unit *
 * coordinate. What was in `*out` is forgotten. There are never more pieces than fit side
 * by side, and spans that are not drawn are not looked at: O(pixels * log spans).
 */
void pieces_of(const struct view *v, uint32_t lane, const struct svg_place *place,
               struct pieces *out);
void pieces_free(struct pieces *p);

/* ---- svg_style.c --------------------------------------------------------------------- */

/* The class of text and areas in that ink, and that of lines: `f-running`, `l-running`. */
const char *svg_fill(enum ink ink);
const char *svg_line(enum ink ink);

/* ---- svg_text.c: words ------------------------------------------------------------------ */

/* One line of text at (x, y of its base line). `more` are attributes, or "". */
void svg_put_text(FILE *out, double x, double y, const char *class, const char *more,
                  const char *text, size_t len);

/* Make text of the scene what is going to be shown of it (export/xml.h), so that its columns
 * can be counted, and cut it to `cols` columns, ending in an ellipsis if it had to be cut. */
void svg_cut_text(struct buf *b, size_t cols);

/* What is to be said of the whole run: the sums, as `the run took` and `12 s`. */
struct sum {
	const char *what;
	struct buf text, remark;
};
enum { SUMS_MAX = 6 };
size_t svg_sums(struct view *v, struct sum sums[SUMS_MAX]);

/* How it ended, where that is worth a word; else nothing is appended. */
void svg_put_outcome(struct view *v, struct buf *out);

/* The whole picture in words, for who cannot see it. */
void svg_put_description(struct view *v, enum ruler ruler, struct buf *out);

/* ---- svg_timeline.c ------------------------------------------------------------------- */

/* Draw the timeline `width` wide, its upper left corner at the origin; fills `*place`. */
void svg_draw(struct view *v, enum ruler ruler, const char *id, double width,
              struct svg_place *place, FILE *out);

/* ---- svg_beat.c: the beats -------------------------------------------------------------- */

/* Beats that are so near to each other that they share a mark. */
struct beat {
	size_t first, last; /* their numbers */
	double x;           /* of the first */
};
struct beats {
	VEC(struct beat) all;
};

/* The marks of all beats in a picture that lies so, whose numbers are `size` pixels high. */
void beats_of(const struct view *v, const struct svg_place *place, double size,
              struct beats *out);
void beats_free(struct beats *b);

/* What stands beside a mark: `3`, `3–5`. Appended to `out`. */
void beat_label(const struct beat *b, struct buf *out);

/* A mark whose centre is (x, y). */
void beat_draw(FILE *out, double x, double y);

/* ---- svg_code.c ----------------------------------------------------------------------- */

/* How the source lies: its size, once it is known. */
struct code_place {
	size_t cols; /* of text in a line */
	double width, height;
};

struct code_place code_measure(const struct view *v);

/* Draw the source, its upper left corner at (x, y). */
void code_draw(const struct view *v, const struct code_place *place, double x, double y,
               FILE *out);

#endif
