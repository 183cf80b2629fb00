/*
 * Painting: a grid of cells as the bytes that make a terminal show it, by way of what it
 * shows already. For terminals that know what xterm-256color knows (cursor moves, SGR,
 * EL, ECH, UTF-8); nothing of the machine, the locale or the environment gets into it, so
 * the same frames are always the same bytes.
 *
 * The text colour and weight of a blank that is neither underlined nor reversed cannot be
 * seen and are not said: a terminal's own cells may differ there, and nowhere else.
 */
#ifndef EXPORT_PAINT_H
#define EXPORT_PAINT_H

#include <stdbool.h>

#include "base/buf.h"
#include "screen/grid.h"
#include "screen/theme.h"

struct run;

/* What the terminal shows by now. The zero value is one of which nothing is known. */
struct paint {
	struct grid shown;
	struct look *looks; /* of each cell shown; owned, like the next three */
	struct look *fresh; /* room for the looks of the next frame, */
	bool *changed;      /* for which of its cells differ, */
	struct run *runs;   /* and for those in order */
	bool known;         /* the terminal shows `shown`; else it is painted anew */
	enum theme theme;   /* in which `looks` are */
	enum depth depth;
	/* The terminal's own colours do not suit the theme: its ground and its text are
	 * painted, too. May be set before any frame that comes in another theme. */
	bool own_ground;
	int x, y;           /* the cursor; -1: not known */
	struct look look;   /* what it would write with */
};

void paint_free(struct paint *p);

/*
 * Append to `out` what turns what is shown into `g`, in that theme and depth. Nothing is
 * appended when no cell changes. A grid of another size than before is painted whole.
 * Returns true if anything was appended. The grid has the size of the terminal, or less.
 */
bool paint_frame(struct paint *p, const struct grid *g, enum theme theme, enum depth depth,
                 struct buf *out);

/*
 * Append what leaves the terminal fit for use: no colours, the cursor visible, at the
 * beginning of the row below the picture, or of its last row where there is none below.
 * No cell changes that can be seen, and the cursor cannot on the theme's own ground.
 */
void paint_end(struct paint *p, struct buf *out);

#endif
