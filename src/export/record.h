/*
 * Recording: a presentation of a view, played on a clock that is only made up, as frames
 * for whoever takes them. The frames are the screen's own cells: what a terminal of that
 * size would show somebody who pressed `space` at the beginning.
 */
#ifndef EXPORT_RECORD_H
#define EXPORT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen/grid.h"
#include "screen/play.h"
#include "screen/theme.h"

struct view;

struct record_options {
	int cols, rows;
	struct pace pace; /* all zero: pace_default */
	enum theme theme;
	bool ascii;
	size_t from, to; /* moments of the folded list (view/moment.h), both shown; `to` SIZE_MAX:
	                    up to the end */
	/* How long the first and the last frame stand, at least; the first one also as long as
	 * it takes to read the caption that it has, be it the scene's introduction. */
	int64_t opening_ns, closing_ns;
	int64_t max_ns; /* end the recording here at the latest; 0: no limit */
	/* Called now and then with the part that is done, 0 to 1; may be NULL. */
	void (*progress)(void *world, double part);
	void *world;
};

/* Who takes it. Each returns 0, or a negated enum error that ends the recording. Times are
 * ns since its beginning and never go back; frames are at least a 60th of a second apart. */
struct record_sink {
	void *world;
	int (*frame)(void *world, int64_t at_ns, const struct grid *g, enum theme theme);
	/* At the time of the frame in which a beat is first seen, after it. */
	int (*marker)(void *world, int64_t at_ns, const char *label);
	int (*end)(void *world, int64_t at_ns);
};

/*
 * Record `v` (complete). 0, or the sink's error. `*cut` (may be NULL) says whether max_ns
 * ended it early.
 */
int record(struct view *v, const struct record_options *o, const struct record_sink *sink,
           bool *cut);

#endif
