/* Painting: see paint.h. */
#include "export/paint.h"

#include <stdlib.h>

void paint_free(struct paint *p)
{
	grid_free(&p->shown);
	free(p->looks);
}

bool paint_frame(struct paint *p, const struct grid *g, enum theme theme, enum depth depth,
                 struct buf *out)
{
	(void)p, (void)g, (void)theme, (void)depth, (void)out;
	return false;
}

void paint_end(struct paint *p, struct buf *out)
{
	(void)p, (void)out;
}
