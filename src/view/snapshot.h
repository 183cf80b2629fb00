/*
 * What is the case after the first `position` events: the loop's queue, its
 * timers, what it watches, where each task stands, what was printed. Found by
 * counting and by binary search; nothing is replayed.
 */
#ifndef VIEW_SNAPSHOT_H
#define VIEW_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct view;

/* One entry of the ready queue. */
struct ready_entry {
	uint32_t lane;  /* of the task whose step it is, or LANE_NONE for a callback */
	uint32_t id;    /* the task's or the handle's */
	uint8_t role;   /* enum handle_role */
	uint32_t cause; /* the future or timer that put it there, or 0 */
	uint64_t event; /* its READY */
	int64_t since_ns;
};

/* One armed timer. */
struct timer_entry {
	uint32_t id;
	uint32_t lane; /* whose wait or timeout it ends, or LANE_NONE */
	int64_t deadline_ns;
	bool timeout;   /* it will cancel that task rather than wake it */
	uint64_t event; /* its TIMER_ARMED */
};

/* A descriptor watched, or a job that a worker has. */
struct watch_entry {
	uint32_t id;
	uint32_t lane; /* who waits, or LANE_NONE */
	uint32_t text; /* a string of the trace: what it is for */
	uint64_t event;
};

struct snapshot {
	uint64_t position;
	int64_t time_ns;
	uint32_t tick, step;
	uint32_t running;  /* the lane that is in the middle of a step, or LANE_NONE */
	bool loop_running; /* between LOOP_STARTED and LOOP_STOPPED */
	bool blocked;      /* in the middle of a time.sleep */
	int64_t blocked_until_ns;

	struct ready_entry *ready; /* in order, cancelled ones left out */
	size_t ready_count;
	struct timer_entry *timers; /* soonest first; those due together in arm order */
	size_t timer_count;
	struct watch_entry *watches, *jobs;
	size_t watch_count, job_count;

	uint32_t born_count, done_count, failed_count, cancelled_count; /* tasks */
};

/*
 * Fill `*s`, which was zeroed or filled before; its arrays are owned by it and used
 * again. At most `max_entries` of each array are filled (0: all); the counts say how many
 * there are.
 */
void view_snapshot(const struct view *v, uint64_t position, size_t max_entries,
                   struct snapshot *s);
void snapshot_free(struct snapshot *s);

/*
 * The line on which lane `lane` stands after `position` events: the last that ran in it,
 * so for a waiting task the line where it waits; 0 if none ran. `*function` (may be NULL)
 * is the string of the trace that names the function, or 0.
 */
uint32_t view_line_at(const struct view *v, uint32_t lane, uint64_t position,
                      uint32_t *function);

/* The caption in force: its event's index, or UINT64_MAX. */
uint64_t view_caption_at(const struct view *v, uint64_t position);

/* How many PRINTED events come before `position`, and the index of the n-th of all. */
size_t view_printed_at(const struct view *v, uint64_t position);
uint64_t view_printed(const struct view *v, size_t n);

/* How a timer entry is named: its lane's name, else its callback's. Appended to `out`. */
void view_timer_name(const struct view *v, const struct timer_entry *t, struct buf *out);
/* The same for an entry of the ready queue. */
void view_ready_name(const struct view *v, const struct ready_entry *r, struct buf *out);

#endif
