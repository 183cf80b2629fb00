/*
 * The timeline as a vector picture, for a slide or a page: text stays text, colours are
 * the themes', dark or light as the reader's page is, and a reader for the blind hears a
 * title and a description. However long the run, the picture has so many lanes and so
 * many spans as can be seen.
 */
#ifndef EXPORT_SVG_H
#define EXPORT_SVG_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "view/ruler.h"

struct view;
struct export_options;

/* A whole document: export/export.h. */
int export_svg(struct view *v, const struct export_options *o, FILE *out, struct buf *why);

/* How a timeline lies in its picture: a coordinate of the ruler is at x = left + unit *
 * coordinate, in pixels of the picture's own size. */
struct svg_place {
	enum ruler ruler;
	double left, unit;
	double width, height;
};

/*
 * One <svg> element with the timeline, to be put into a page that has svg_style in its
 * style sheet; `id` prefixes the ids in it. Fills `*place`.
 */
void svg_timeline(struct view *v, enum ruler ruler, const char *id, struct svg_place *place,
                  FILE *out);

/* The style sheet for it: `theme` an enum theme, or -1: by the reader's preference. */
void svg_style(int theme, FILE *out);

#endif
