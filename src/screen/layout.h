/*
 * Where the panes are: a pure function of the size and of how much there is to show.
 * Where that lets all tasks be seen at once, the output and the sentence have a row or two
 * less. As the window shrinks panes fold away in a fixed order: the loop pane (too narrow), the
 * output, the caption, the source; the timeline is the last to go.
 */
#ifndef SCREEN_LAYOUT_H
#define SCREEN_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

enum { LAYOUT_MIN_COLS = 40, LAYOUT_MIN_ROWS = 10 };

struct rect {
	int x, y, w, h;
};

/* What there is to show. */
struct layout_wish {
	int cols, rows;
	uint64_t lanes; /* tasks and other rows of the timeline */
	bool captions;  /* whether the scene has any */
	int intro;      /* rows for its introduction, while that is what one looks at; or 0 */
};

/* A pane whose height is 0 is folded away. */
struct layout {
	bool too_small; /* nothing fits: only a message is shown */
	struct rect title, caption, source, loop, timeline, sentence, output, footer;
};

struct layout layout_of(struct layout_wish wish);

#endif
