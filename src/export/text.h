/*
 * The timeline as text: `simmer trace`. One picture that fits the page, then the
 * totals and who was held up by what; or one line a step.
 */
#ifndef EXPORT_TEXT_H
#define EXPORT_TEXT_H

#include <stdbool.h>

#include "base/buf.h"

struct view;

struct text_options {
	int width_cols; /* of the page, 40 or more; 0 is 80 */
	bool ascii;     /* only ASCII */
	bool internals; /* the loop's own steps as well */
	bool measured;  /* what was measured (cores, processor time), whatever the clock;
	                   on  the real clock it is shown anyway */
};

/* Append the picture and the totals. */
void export_picture(struct view *v, const struct text_options *o, struct buf *out);

/* Append one line a step: time, tick, step, who, what happened and why. */
void export_steps(struct view *v, const struct text_options *o, struct buf *out);

#endif
