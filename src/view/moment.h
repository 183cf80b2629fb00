/*
 * Moments: the positions that one steps through. A moment ends where a step of
 * the loop ends; also at a caption (a beat) and where a blocking call begins, so
 * that one can stop before it. With internals folded, what the loop does for
 * itself is part of the moment that it leads to.
 *
 * What a worker does from its start, wake-up or caption to its next sleep, block or
 * its job's end is a moment as well, among those of the other threads in the order in
 * which they ended. A step in whose middle a worker takes the job that it has submitted
 * is cut there, so that the one is told before the other.
 *
 * A *position* everywhere in the view is a number of events: what is the case
 * after the first `position` events. A moment's position is its `end`. Moment 0
 * is the beginning: position 0, nothing has happened.
 */
#ifndef VIEW_MOMENT_H
#define VIEW_MOMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct view;

enum moment_kind {
	MOMENT_START,   /* moment 0 */
	MOMENT_STEP,    /* a step ended, or the end of one that was cut */
	MOMENT_CAPTION, /* cut at a caption: its statement is about to run */
	MOMENT_BLOCK,   /* cut where the thread begins to be busy (time.sleep), or to be
	                   blocked on another one */
	MOMENT_SUBMIT,  /* cut where a worker takes the job that was just submitted */
	MOMENT_WORKER,  /* a worker took a job, or ended one */
	MOMENT_PROGRAM, /* code outside of the loop ran */
	MOMENT_END,     /* the run is over */
};

struct moment {
	enum moment_kind kind;
	bool machinery;  /* the loop's own; not in the folded list */
	bool beat;       /* a caption came into force in it */
	uint64_t begin;  /* events [begin, end) belong to it */
	uint64_t end;    /* its position */
	uint64_t begun;  /* its STEP_BEGUN (maybe of an earlier moment, if the step was
	                    cut), where a worker's stretch began, or UINT64_MAX */
	uint32_t lane;   /* whose step it is, a worker's, LANE_PROGRAM or LANE_LOOP */
	uint16_t thread; /* whose deed it is; events of other threads may stand in it */
	int64_t time_ns; /* the clock at its end */
	uint32_t tick, step;
};

/* How many moments there are, folded or with internals. At least 1. */
size_t view_moment_count(const struct view *v, bool internals);

/* Moment `index`; with internals folded, `begin` reaches back over what was folded into
 * it. */
struct moment view_moment(const struct view *v, bool internals, size_t index);

/* The last moment whose end is at or before `position` events. O(log n). */
size_t view_moment_at(const struct view *v, bool internals, uint64_t position);

/* The last moment that is over when the clock shows `time_ns`. O(log n). */
size_t view_moment_at_time(const struct view *v, bool internals, int64_t time_ns);

/* The last moment at or before the end of that tick or step. O(log n). */
size_t view_moment_at_tick(const struct view *v, bool internals, uint32_t tick);
size_t view_moment_at_step(const struct view *v, bool internals, uint32_t step);

/*
 * The first moment of the next tick or beat after moment `index`, or of the one before
 * it; `index` of the last or first moment if there is none.
 */
size_t view_next_tick(const struct view *v, bool internals, size_t index);
size_t view_prev_tick(const struct view *v, bool internals, size_t index);
size_t view_next_beat(const struct view *v, bool internals, size_t index);
size_t view_prev_beat(const struct view *v, bool internals, size_t index);

/* How many beats there are, and which one is in force at `position` (from 1; 0 before the
 * first). */
size_t view_beat_count(const struct view *v);
size_t view_beat_at(const struct view *v, uint64_t position);

/* The next or previous moment in which lane `lane` took part (as the one that ran), or
 * `index`. */
size_t view_next_of_lane(const struct view *v, bool internals, size_t index,
                         uint32_t lane);
size_t view_prev_of_lane(const struct view *v, bool internals, size_t index,
                         uint32_t lane);

#endif
