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

/* What a worker does. */
enum worker_doing {
	WORKER_IDLE,
	WORKER_BUSY,    /* its job runs */
	WORKER_SLEEPS,  /* in time.sleep: see until_ns */
	WORKER_BLOCKED, /* on another thread: see text */
	WORKER_LOOPS,   /* a loop of its own runs: its tasks are lanes below its lane */
};

/* A worker. */
struct worker_entry {
	uint32_t lane; /* its name: view_lane_name */
	uint16_t thread;
	uint8_t kind; /* enum worker_kind */
	enum worker_doing doing;
	uint32_t job;   /* an index for view_job, or UINT32_MAX: none */
	bool abandoned; /* nobody waits for that job any more */
	uint64_t event; /* since when it is doing that */
	int64_t since_ns;
	int64_t until_ns; /* WORKER_SLEEPS: when it wakes up; else INT64_MAX */
	uint32_t text;    /* WORKER_BLOCKED: a string of the trace, what it waits for */
};

/* A job that waits for a worker. */
struct queued_entry {
	uint32_t job;    /* an index for view_job */
	uint32_t pool;   /* a string of the trace: its pool's name */
	uint32_t rank;   /* in its pool's queue, from 1 */
	uint32_t waiter; /* the lane that waits for it, or LANE_NONE */
	uint64_t event;  /* its JOB_SUBMITTED */
};

struct snapshot {
	uint16_t thread; /* whose loop this is about: 0 the main one's */
	uint64_t position;
	int64_t time_ns;
	uint32_t tick, step;
	uint32_t running;  /* the lane that is in the middle of a step, or LANE_NONE */
	bool loop_running; /* between LOOP_STARTED and LOOP_STOPPED */
	bool blocked; /* in the middle of a time.sleep, or blocked on another thread */
	int64_t blocked_until_ns; /* INT64_MAX if that is not known */
	uint32_t blocked_on;      /* a string of the trace: what another thread has to do
	                             first; 0 in a time.sleep */

	struct ready_entry *ready; /* in order, cancelled ones left out */
	size_t ready_count;
	struct timer_entry *timers; /* soonest first; those due together in arm order */
	size_t timer_count;
	struct watch_entry *watches, *jobs; /* jobs: queued or running */
	size_t watch_count, job_count;
	struct worker_entry *workers;    /* those that are not gone, by number */
	size_t worker_count, busy_count; /* busy_count: of all those, not idle */
	struct queued_entry *queued;     /* pool by pool, in the order of its queue */
	size_t queued_count;

	uint32_t born_count, done_count, failed_count, cancelled_count; /* tasks */
};

/*
 * Fill `*s`, which was zeroed or filled before; its arrays are owned by it and used
 * again. At most `max_entries` of each array are filled (0: all); the counts say how many
 * there are.
 */
void view_snapshot(const struct view *v, uint64_t position, size_t max_entries,
                   struct snapshot *s);

/* The same with the queue, the timers and the state of the loop that worker `thread` runs
 * for itself. */
void view_snapshot_of(const struct view *v, unsigned thread, uint64_t position,
                      size_t max_entries, struct snapshot *s);
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
