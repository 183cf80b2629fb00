/*
 * Jobs of workers, and the links between threads: who submitted what, which
 * worker took it, and where its result went. A worker itself is a lane
 * (view/lane.h); what it does at a position is in a snapshot.
 */
#ifndef VIEW_WORKER_H
#define VIEW_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct view;

#define JOB_NONE UINT32_MAX

/* One call that was handed to a worker. Events are UINT64_MAX as long as they have not
 * come. */
struct job {
	uint32_t id;     /* in the trace */
	uint32_t text;   /* what it does: a string of the trace */
	uint32_t pool;   /* its pool's name: a string of the trace, or 0 */
	uint32_t from;   /* the lane of who submitted it */
	uint32_t worker; /* the lane of the worker that took it, or LANE_NONE */
	uint32_t waiter; /* the lane that waits or waited for it, if only through a
	                    gather, or LANE_NONE */
	uint32_t result; /* its repr or its exception's: a string of the trace, or 0 */
	uint8_t ending;  /* enum ending; cancelled: no worker ever took it */
	uint64_t submitted, started, ended;
	uint64_t abandoned; /* from here on nobody waits for it, though it runs */
	/* What was measured, if it was: no two runs are alike in these. */
	bool measured;
	int core_first, core_last; /* -1: not known */
	int64_t cpu_ns, wall_ns;   /* processor time; time from its start to its end */
};

/* How many jobs there are, and job `index` of them in the order of submission. */
uint32_t view_job_count(const struct view *v);
struct job view_job(const struct view *v, uint32_t index);

/* The job with that id in the trace, or JOB_NONE. */
uint32_t view_job_find(const struct view *v, uint32_t id);

/* The job that a worker's lane has after `position` events, or JOB_NONE. O(log n). */
uint32_t view_job_at(const struct view *v, uint32_t lane, uint64_t position);

/* Where job `index` stands in its pool's queue after `position` events: 1 is next, 0: not
 * there. O(log n + cancelled ones). */
uint32_t view_queue_rank(const struct view *v, uint32_t index, uint64_t position);

/* The job that lane `lane` (a task, the program) waits for after `position` events, or
 * JOB_NONE. */
uint32_t view_job_awaited(const struct view *v, uint32_t lane, uint64_t position);

/* ---- links ---- */

enum link_kind {
	LINK_START,  /* a job was submitted -> a worker took it */
	LINK_RESULT, /* it ended -> whoever awaited it is ready */
	LINK_POSTED, /* another thread had a callback appended -> the callback runs */
	LINK_JOIN,   /* what a thread was blocked on was done -> it goes on */
};

/* An arrow from one lane to another. Its end may not have come yet. */
struct link {
	enum link_kind kind;
	uint32_t job;                  /* an index for view_job, or JOB_NONE */
	uint32_t from_lane, to_lane;   /* to_lane LANE_NONE while it is open */
	uint64_t from_event, to_event; /* to_event UINT64_MAX while it is open */
	int64_t from_ns, to_ns; /* the clock there; to_ns INT64_MAX while it is open */
};

/*
 * Links that begin or end in the events [begin, end), those that begin there first: at
 * most `max` of them in `out`; returns how many that are. As things stand after `end`
 * events: what ends later is open. O(log n + max).
 */
size_t view_links(const struct view *v, uint64_t begin, uint64_t end, struct link *out,
                  size_t max);

/* The first event at or after which the clock shows `time_ns` or more (the event count if
 * none): turns a window of the clock into a range for view_links. O(log n). */
uint64_t view_event_at_time(const struct view *v, int64_t time_ns);

/*
 * A job in words: `chop`, with `measured` what was measured of it, if it was: `chop  core
 * 2, 0.98 s of processor time in 1.01 s`. Appended to `out`.
 */
void view_job_label(const struct view *v, uint32_t index, bool measured, struct buf *out);

#endif
