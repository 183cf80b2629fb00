/*
 * One page that holds everything: the picture, the code, the steps with their sentences
 * and a slider to go through them. It needs no network, and without scripts it still
 * reads as text.
 */
#ifndef EXPORT_HTML_H
#define EXPORT_HTML_H

#include <stdio.h>

#include "base/buf.h"

struct view;
struct export_options;

/* export/export.h. */
int export_html(struct view *v, const struct export_options *o, FILE *out, struct buf *why);

#endif
