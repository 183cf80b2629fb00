/*
 * Totals: what the run came to, for each task and for all of them, and which
 * piece of work held up whom.
 */
#ifndef VIEW_TOTALS_H
#define VIEW_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct view;

struct lane_totals {
	int64_t running_ns;  /* it kept the thread busy */
	int64_t held_up_ns;  /* it could have run: it was ready, or its timer was due */
	int64_t waiting_ns;  /* it waited (until what it waited for was there) */
	int64_t own_wait_ns; /* ... for a clock rather than for other tasks, at the other
	                        end of a descriptor or on a worker's lane */
	uint32_t runs;       /* how often it was given the thread */
};

/* Totals of lane `lane` over the first `position` events (UINT64_MAX: all). O(its spans).
 */
void view_lane_totals(const struct view *v, uint32_t lane, uint64_t position,
                      struct lane_totals *out);

struct totals {
	int64_t wall_ns;          /* the run */
	int64_t work_ns;          /* somebody kept the thread busy */
	int64_t in_turn_ns;       /* all work and all own waits, one after the other */
	int64_t saved_ns;         /* in_turn_ns - wall_ns, if that is positive */
	int64_t held_up_ns;       /* all lanes' held_up_ns */
	uint32_t tasks, switches; /* switches: the thread went from one task to another */
	uint32_t chain_lane;      /* who took longest by itself (work and own waits), or
	                             LANE_NONE */
	int64_t chain_ns; /* what had to follow one another; 0: not known, as there was
	                     I/O */
};

/* Over the whole run, as far as it is known. O(spans); kept until the view grows. */
void view_totals(struct view *v, struct totals *out);

/*
 * How parallel it was. Busy is a thread that runs or sleeps in time.sleep; one that is
 * blocked on another thread is not.
 */
struct parallel {
	uint32_t jobs;    /* that a worker took */
	uint32_t dropped; /* cancelled before one did */
	uint32_t workers; /* threads beside the main one */
	uint32_t most;    /* jobs under way at once, at most */
	int64_t busy_ns;  /* all threads' busy time, by the scene's clock */
	int64_t span_ns; /* time in which at least one was: busy_ns / span_ns threads were
	                    busy on average */
	/* What was measured: no two runs are alike in these. */
	uint32_t measured; /* jobs that have been */
	int64_t cpu_ns;    /* their processor time ... */
	int64_t wall_ns;   /* ... in so much time in which at least one of them ran */
	uint32_t cores;    /* different ones on which they began or ended */
};

/* Over all that the view has taken in. O(jobs log jobs) where jobs were measured, else
 * O(1). */
void view_parallel(const struct view *v, struct parallel *out);

/*
 * How long all threads were busy up to `time_ns` of the clock, added up: two of them for
 * a second are two seconds. From when there are workers, to a tenth of a millisecond.
 * O(log n).
 */
int64_t view_busy_ns(const struct view *v, int64_t time_ns);

/* One run of a task or of other code that took time while others could have run. */
struct hold {
	uint32_t lane; /* who kept the thread */
	uint64_t begin_event, end_event;
	int64_t begin_ns, end_ns;
	uint32_t line; /* of the blocking call, or 0 */
	uint32_t join; /* a string of the trace: for what it was blocked on another
	                  thread; or 0 */
	size_t held_count;
	struct held {
		uint32_t lane; /* who was held up */
		bool timer;    /* it was not ready, but its timer was due */
		int64_t held_ns;
	} * held; /* owned */
};

/*
 * Who was held up by what lane `lane` did in the events [begin, end) of one of its runs:
 * fills
 * `*h`, to be given to hold_free. held_count is 0 if nobody was.
 */
void view_hold(const struct view *v, uint32_t lane, uint64_t begin, uint64_t end,
               struct hold *h);
void hold_free(struct hold *h);

/* The pieces of work that took time, in order (whether they held up anybody or not):
 * event ranges. */
size_t view_work_count(const struct view *v);
void view_work(const struct view *v, size_t index, uint32_t *lane, uint64_t *begin,
               uint64_t *end);

#endif
