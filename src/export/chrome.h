/*
 * Chrome's Trace Events, as JSON: lanes as threads, what they did as slices, jobs and
 * wake-ups as flows, the lengths of the loop's queues as counters. Perfetto, speedscope
 * and chrome://tracing read it.
 */
#ifndef EXPORT_CHROME_H
#define EXPORT_CHROME_H

#include <stdio.h>

#include "base/buf.h"

struct view;
struct export_options;

/* export/export.h. */
int export_chrome(struct view *v, const struct export_options *o, FILE *out, struct buf *why);

#endif
