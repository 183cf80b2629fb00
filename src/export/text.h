/*
 * The timeline as text: `simmer trace`. One picture that fits the page, then the
 * totals and who was held up by what; or one line a step.
 */
#ifndef EXPORT_TEXT_H
#define EXPORT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

struct view;

struct text_options {
	int width_cols; /* of the page, 40 or more; 0 is 80 */
	bool ascii;     /* only ASCII */
	bool internals; /* the loop's own steps as well */
	bool measured;  /* what was measured (cores, processor time), whatever the clock;
	                   on  the real clock it is shown anyway */
};

/*
 * Write the picture and the totals to `out`: 0 or -ERR_WRITE. Of many lanes, jobs and
 * holds the first ones are shown, so it is a page or two whatever the run was.
 */
int export_picture(struct view *v, const struct text_options *o, FILE *out);

/*
 * Write one line a step to `out` (time, tick, step, who, what happened and why), as they
 * are made: 0 or -ERR_WRITE, which ends it at once.
 */
int export_steps(struct view *v, const struct text_options *o, FILE *out);

#endif
