/*
 * Rulers: what stands along the timeline's top. Coordinates are numbers of the
 * ruler's own unit: nanoseconds on the clock, steps, or ticks; step s lies
 * between s - 1 and s, and so does tick s.
 */
#ifndef VIEW_RULER_H
#define VIEW_RULER_H

#include <stdint.h>

#include "base/buf.h"

struct view;

enum ruler { RULER_CLOCK, RULER_TICK, RULER_STEP, RULER_COUNT };

/* "clock", "tick", "step". */
const char *ruler_name(enum ruler r);

/* A window on a ruler: `cols` columns, of which column 0 begins at `left` and each is
 * `unit` wide (> 0). */
struct scale {
	enum ruler ruler;
	double left, unit;
	int cols;
};

/* The whole run in `cols` columns; the last column is left for the endings. */
struct scale scale_fit(const struct view *v, enum ruler r, int cols);

/* Where the position after `position` events is on the ruler. O(log n). */
double view_coordinate(const struct view *v, enum ruler r, uint64_t position);

/* How far the ruler goes. */
double view_extent(const struct view *v, enum ruler r);

/* The column of a coordinate; may be outside of 0 ... cols - 1. */
int64_t scale_col(const struct scale *s, double coordinate);

/* Where a column begins. */
double scale_at(const struct scale *s, int64_t col);

/*
 * The distance between labels: 1, 2 or 5 times a power of ten, such that labels do not
 * touch (for times also 15 and 30 s, 1, 2, 5, 10, 30 min).
 */
double scale_label_step(const struct scale *s);

/* The label of a coordinate on this scale: `4`, `2.5`, `250 ms` where that is shorter.
 * Appended to `out`. */
void scale_label(const struct scale *s, double coordinate, struct buf *out);

/* How long it is from one time to another, as far as that can be said: deadlines may be
 * anything. */
static inline int64_t ns_between(int64_t from_ns, int64_t to_ns)
{
	int64_t passed;
	if (__builtin_sub_overflow(to_ns, from_ns, &passed))
		return to_ns < from_ns ? INT64_MIN : INT64_MAX;
	return passed;
}

/* A time as it is said in text: `7.0`, `0.25`, `12.001`; without a unit. Appended to
 * `out`. */
void time_text(int64_t ns, struct buf *out);

/* The same of the run's own clock: a real one is told to the millisecond. */
void view_time_text(const struct view *v, int64_t ns, struct buf *out);

/* A length of time as it is said in text: `3 s`, `0.5 s`, `250 ms`. Appended to `out`. */
void duration_text(int64_t ns, struct buf *out);

#endif
