/*
 * The timeline as a vector picture, for a slide or a page: text stays text, colours are
 * the themes', dark or light as the reader's page is, and a reader for the blind hears a
 * title and a description. However long the run, the picture has so many lanes and so
 * many spans as can be seen.
 */
#ifndef EXPORT_SVG_H
#define EXPORT_SVG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "view/ruler.h"

struct view;
struct export_options;

/* A whole document: export/export.h. */
int export_svg(struct view *v, const struct export_options *o, FILE *out, struct buf *why);

/* How a timeline lies in its picture, in pixels of the picture's own size. */
struct svg_place {
	enum ruler ruler;
	double left, unit;    /* a coordinate of the ruler is at x = left + unit * coordinate */
	double width, height; /* of all of it */
	double top, row;      /* the first lane's upper edge; the height of each */
	uint32_t lanes; /* so many of view_order(v, false) are drawn, from the first on */
};

/* The ruler on which a run is best seen: the clock, or the step where the clock stood
 * still. */
enum ruler svg_ruler(const struct view *v);

/*
 * One <svg> element with the timeline, its ruler, its beats and its legend, to be put into
 * a page that has svg_style in its style sheet. `ruler` is RULER_CLOCK or RULER_STEP; it is
 * `width` pixels wide, 640 or more, where letters are 12 to 20 pixels high. `id`
 * (of letters and digits) prefixes the ids in it: `<g id="ID-lane-7">` is all that is
 * drawn of lane 7. Fills `*place`. Whether writing failed is `out`'s ferror.
 */
void svg_timeline(struct view *v, enum ruler ruler, const char *id, double width,
                  struct svg_place *place, FILE *out);

/*
 * The style sheet for it, without the <style> around it: rules for what is inside of
 * `.simmer` (the class of the <svg> element) and the custom properties they use, which are
 * defined on `:root`: --sm-ground, and for each ink of screen/theme.def --sm-NAME, in small
 * letters with `-` for `_` (and --sm-NAME-ground if it has a ground of its own). `theme` is
 * an enum theme, or -1: light, and on a screen dark where the reader prefers that.
 */
void svg_style(int theme, FILE *out);

#endif
