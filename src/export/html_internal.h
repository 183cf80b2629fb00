/* Read by html*.c only: a page under way, and who writes which piece of it. */
#ifndef EXPORT_HTML_INTERNAL_H
#define EXPORT_HTML_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "export/svg.h"
#include "view/moment.h"

struct export_options;
struct view;

/*
 * What a page has room for. The first MAX_STEPS moments: a browser takes as many without
 * being slow, and nobody reads more. Fewer of a run with very many tasks, so that what has
 * to be looked at for all of them together stays in bounds.
 */
enum {
	HTML_MAX_STEPS = 5000,
	HTML_LEAST_STEPS = 100,
	HTML_MAX_LOOKS = 20000000, /* tasks times steps */
	HTML_MAX_LINES = 10000,    /* of the source */
	HTML_MAX_BYTES = 1 << 18,  /* of the source, and of the output */
	HTML_NAME_COLS = 60,
	HTML_TEXT_COLS = 1000, /* of a sentence or a caption */
};

struct html {
	struct view *v;
	const struct export_options *o;
	FILE *out;
	size_t steps;    /* moments on the page: 0 ... steps - 1 */
	/* The pictures: on the clock, unless no time passes, and on the steps. */
	bool has_clock;
	struct svg_place clock, step;
};

/* The source: a line an element, with its colours. */
void html_code(struct html *h);

/* The steps as items of a list, with their captions and sentences. */
void html_steps(struct html *h);

/* All that was printed in them, in pieces that know their step. */
void html_output(struct html *h);

/* What the script wants to know, as JSON: where everything is at each step. */
void html_data(struct html *h);

#endif
