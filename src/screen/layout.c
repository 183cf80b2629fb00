/* Where the panes are. */
#include "screen/layout.h"

enum {
	FRAME_ROWS = 2,
	RULER_ROWS = 1,
	TIMELINE_MIN = FRAME_ROWS + RULER_ROWS + 2,
	SOURCE_MIN = FRAME_ROWS + 3,
	LOOP_PANE_COLS_MIN = 72, /* of the whole screen, for the loop pane to be there */
};

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int most(int a, int b)
{
	return a > b ? a : b;
}

static int output_rows(int rows)
{
	return rows >= 45   ? 8
	       : rows >= 36 ? 6
	       : rows >= 28 ? 3
	       : rows >= 22 ? 2
	       : rows >= 16 ? 1
	                    : 0;
}

static int caption_rows(int rows)
{
	return rows >= 22 ? 2 : rows >= 18 ? 1 : 0;
}

/* Rows that the timeline wants. */
static int timeline_want(uint64_t lanes)
{
	return FRAME_ROWS + RULER_ROWS + (lanes > 1000 ? 1000 : (int)lanes);
}

/* Rows that it can have when `rest` rows are for it and the source together: many tasks get
 * more than half, but the source keeps a third. */
static int timeline_limit(int rest)
{
	if (rest < TIMELINE_MIN + SOURCE_MIN)
		return rest;
	return most(TIMELINE_MIN, rest - most(SOURCE_MIN, rest / 3));
}

static int timeline_rows(int rest, uint64_t lanes)
{
	if (rest < TIMELINE_MIN + SOURCE_MIN)
		return rest;
	return most(TIMELINE_MIN, least(timeline_want(lanes), timeline_limit(rest)));
}

/* Where a few rows more let all tasks be seen at once, the output and the sentence give
 * them: a page that is turned costs more than they say in their last row. */
static void give_rows(int rest, uint64_t lanes, int *output, int *sentence)
{
	int from_output = *output > 1 ? *output - 1 : 0, from_sentence = *sentence > 2;
	for (int given = 1; given <= from_output + from_sentence; given++) {
		if (timeline_want(lanes) <= timeline_limit(rest))
			return;
		if (timeline_want(lanes) > timeline_limit(rest + given))
			continue;
		*output -= least(given, from_output);
		*sentence -= given > from_output;
		return;
	}
}

struct layout layout_of(struct layout_wish wish)
{
	struct layout l = {0};
	int w = wish.cols;
	if (w < LAYOUT_MIN_COLS || wish.rows < LAYOUT_MIN_ROWS) {
		l.too_small = true;
		return l;
	}
	int sentence = wish.rows >= 24 ? 3 : wish.rows >= 13 ? 2 : 1;
	int caption = wish.captions ? caption_rows(wish.rows) : 0;
	int output = output_rows(wish.rows);
	give_rows(wish.rows - 2 - sentence - caption - output, wish.lanes, &output, &sentence);
	int rest = wish.rows - 2 - sentence - caption - output;
	int timeline = timeline_rows(rest, wish.lanes);
	int top = rest - timeline;

	/* The introduction is shown whole, over the first rows of what is still empty. */
	int more = caption && top > SOURCE_MIN ? least(wish.intro - caption, top - SOURCE_MIN) : 0;
	caption += most(more, 0);
	top -= most(more, 0);

	int y = 0;
	l.title = (struct rect){0, y, w, 1};
	y += 1;
	l.caption = (struct rect){0, y, w, caption};
	y += caption;
	int loop_w = w < LOOP_PANE_COLS_MIN ? 0 : most(30, least(60, w * 2 / 5));
	l.source = (struct rect){0, y, w - loop_w, top};
	l.loop = (struct rect){w - loop_w, y, loop_w, loop_w ? top : 0};
	y += top;
	l.timeline = (struct rect){0, y, w, timeline};
	y += timeline;
	l.sentence = (struct rect){0, y, w, sentence};
	y += sentence;
	l.output = (struct rect){0, y, w, output};
	y += output;
	l.footer = (struct rect){0, y, w, 1};
	return l;
}
