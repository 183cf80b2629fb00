/*
 * Painting: a grid of cells as the bytes that make a terminal show it, by way of what it
 * shows already. For terminals that know what xterm-256color knows (cursor moves, SGR,
 * UTF-8); nothing of the machine, the locale or the environment gets into it, so the
 * same frames are always the same bytes.
 */
#ifndef EXPORT_PAINT_H
#define EXPORT_PAINT_H

#include "base/buf.h"
#include "screen/grid.h"
#include "screen/theme.h"

/* What the terminal shows by now. The zero value is one of which nothing is known. */
struct paint {
	struct grid shown;
	struct look *looks; /* of each cell shown; owned */
	bool known;         /* the terminal shows `shown`; else it is painted anew */
	int x, y;           /* the cursor; x -1: not known */
	struct look look;   /* what it would write with */
};

void paint_free(struct paint *p);

/*
 * Append to `out` what turns what is shown into `g`, in that theme and depth. Nothing is
 * appended when no cell changes. A grid of another size than before is painted whole.
 * Returns true if anything was appended.
 */
bool paint_frame(struct paint *p, const struct grid *g, enum theme theme, enum depth depth,
                 struct buf *out);

/* Append what leaves the terminal fit for use: no colours, the cursor visible below the
 * picture's last row's beginning. */
void paint_end(struct paint *p, struct buf *out);

#endif
