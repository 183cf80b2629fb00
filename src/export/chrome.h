/*
 * Chrome's Trace Events, as JSON, for Perfetto, speedscope and chrome://tracing: a thread
 * of the scene is a process of theirs, a lane a thread, and what it was a slice: running,
 * ready, waiting for this or that. Blocking calls are slices inside of the running ones;
 * who created or woke whom, and jobs between threads, are flows; captions, output,
 * cancellations and errors are instants; the lengths of queues are counters.
 *
 * Times: `ts` is the scene's clock in microseconds, with up to three decimals that no
 * floating point has touched. Under the virtual clock most steps take none of it. What
 * happens at one instant is drawn in its order, an eighth of a microsecond apart, so that
 * one can zoom in on it and nothing lies on top of anything else; the clock itself is in
 * the arguments of each run (`t`, in seconds). How late a ts may be because of that is in
 * `otherData` (`ts_late_us`). If the clock never moves, steps are what there is to see:
 * one is drawn a millisecond long, and `otherData` says `"ruler":"step"`.
 *
 * Everything is written as the events are walked through. What is kept beside the trace
 * and the view is a bit an event, a few bytes a lane, and what is queued or armed at a time.
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
