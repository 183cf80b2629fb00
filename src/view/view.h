/*
 * The picture of a trace: lanes, spans, moments, and what was the case at any
 * moment. Built from a trace that may still grow, by appending to indexes only;
 * everything asked of it costs a binary search or the columns that are drawn.
 * It reads no clock and no environment: the same events give the same picture,
 * whether they came at once or one by one.
 *
 * This header has the view itself; what is asked of it stands in
 *   view/lane.h      tasks as lanes, their spans, their place in the tree
 *   view/moment.h    the positions that one steps through
 *   view/worker.h    jobs of workers, and the arrows between threads
 *   view/snapshot.h  queue, timers, I/O, lines, output at a position
 *   view/ruler.h     clock, tick and step rulers: position <-> column
 *   view/row.h       a lane as a row of cells
 *   view/sentence.h  what happened and why, in words
 *   view/totals.h    sums over the run; who held up whom
 *
 * One thread uses a view. The trace may be written by another meanwhile.
 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include <stdbool.h>
#include <stdint.h>

struct trace;
struct view;

/* A view of `trace`, empty until view_update. Borrows the trace, which must outlive it.
 * Free with view_free. */
struct view *view_new(const struct trace *trace);
void view_free(struct view *v);

/*
 * Take in events that the trace has and the view has not, at most `max_events` of them
 * (0: all). True if anything changed. Call with a limit from a screen that must stay
 * quick: a million events take a fraction of a second.
 */
bool view_update(struct view *v, uint64_t max_events);

/* Whether the trace is complete and all of it is in the view. */
bool view_complete(const struct view *v);

/* Events taken in so far. */
uint64_t view_event_count(const struct view *v);

const struct trace *view_trace(const struct view *v);

/* The end of the run as far as known: clock, ticks, steps. */
int64_t view_end_ns(const struct view *v);
uint32_t view_tick_count(const struct view *v);
uint32_t view_step_count(const struct view *v);

#endif
