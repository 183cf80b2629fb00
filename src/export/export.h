/*
 * What `simmer export -o FILE` can write: one row a format, chosen by the file's
 * extension.
 */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"

struct view;

/* What every format is asked for; each takes what concerns it. */
struct export_options {
	int width_cols; /* of text; 0: 80 */
	bool ascii;     /* only ASCII */
	bool measured;  /* with what differs from run to run */
	bool code;      /* the source beside a picture */
	int theme;      /* an enum theme (screen/theme.h), or -1: as the reader likes it */
};

/* Which of them concern a format: bits. */
enum {
	TAKES_WIDTH = 1,
	TAKES_ASCII = 2,
	TAKES_MEASURED = 4,
	TAKES_CODE = 8,
	TAKES_THEME = 16,
};

struct exporter {
	const char *ext;         /* without the dot: "trace" */
	const char *description; /* one line, for --help */
	unsigned takes;          /* TAKES_ bits: what else has been asked for is a mistake */
	/* Write all of it to `out`. 0 or a negated enum error, with one line in `*why`.
	 */
	int (*write)(struct view *v, const struct export_options *o, FILE *out,
	             struct buf *why);
};

extern const struct exporter exporters[];
extern const size_t exporter_count;

/* The exporter for a file of that name, or NULL. */
const struct exporter *exporter_for(const char *path);

#endif
