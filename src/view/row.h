/*
 * A lane as a row of cells: which glyph each column of a scale gets, with labels
 * inside of long waits. The text picture, the screen and the SVG share it, so
 * that there is one visual grammar.
 */
#ifndef VIEW_ROW_H
#define VIEW_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "view/lane.h"
#include "view/ruler.h"

/* What lies in one column of one lane. */
struct column {
	double share[STATE_TIMED]; /* of the column's width, 0 ... 1 */
	uint64_t runs;             /* runs that begin in it */
	enum lane_state ending;    /* an ending that falls into it, or STATE_ABSENT */
	/*
	 * What the column shows: a state, STATE_MIXED or STATE_ABSENT. On the clock, a
	 * wait whose timer was due while the loop was busy shows as STATE_READY: held up.
	 */
	enum lane_state shown;
};

/* Column `col` of the lane, as far as the first `position` events go (UINT64_MAX: all).
 * O(log n). */
struct column view_column(const struct view *v, uint32_t lane, const struct scale *s,
                          int64_t col, uint64_t position);

struct row_cell {
	uint32_t code; /* code point of one column, UTF-8 glyphs; ' ' where nothing is */
	enum lane_state state; /* what it is drawn as; STATE_ABSENT where nothing is */
	bool label;            /* part of a label inside a wait */
};

/*
 * The words that stand in span `index` of the lane, as far as the first `position` events
 * go: those of view_wait_label, but when a gather or group is over, how many there were is
 * enough. Appended to `out`.
 */
void view_span_label(const struct view *v, uint32_t lane, size_t index, uint64_t position,
                     struct buf *out);

/* Draw the lane into `cells` (s->cols of them), as far as the first `position` events go.
 */
void view_row(const struct view *v, uint32_t lane, const struct scale *s,
              uint64_t position, struct row_cell *cells);

#endif
