/*
 * Jobs: one call f(*args) that a worker makes in a world of its own, and what ties it to
 * the world that asked for it: the Future that its end completes, or the Thread that it
 * is. The crew (loop/crew.h) knows threads, pools and time; here is what is carried over
 * and back. All functions belong on the thread of the scene that is passed.
 */
#ifndef SCENE_JOB_H
#define SCENE_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "lang/args.h"
#include "lang/value.h"

struct concurrent_future;
struct crew_pool;
struct future;
struct scene;
struct scene_job;

/* ---- pool jobs ---- */

/*
 * Get callable(*args, **kwargs) ready for the executor's pool: everything that it needs
 * is copied now. NULL with the exception set when something cannot be. Its end completes
 * `future`. `is_chunk`: the arguments are tuples, for a call each. job_start hands it in,
 * which takes it.
 */
struct scene_job *job_new(struct scene *s, value executor, struct crew_pool *pool,
                          bool is_chunk, value callable, const struct args *a,
                          struct concurrent_future *future);
/* False with RuntimeError when no thread can be had; the job is gone then. */
bool job_start(struct scene *s, struct scene_job *job);

/* The name of what it does: `chop`. Borrowed for the life of the job. */
const char *job_label(const struct scene_job *job);
/* Tell the trace that the job's end will complete `f` as well. Before job_start. */
void job_serves(struct scene_job *job, const struct future *f);
/* Have delivered what has come so far, if that may be of this job. */
void job_look(struct scene *s, struct scene_job *job);
/* Whether it waits for a worker; whether one has it, as of the last look. */
bool job_is_queued(const struct scene_job *job);
bool job_is_running(const struct scene_job *job);
/* Cancel the futures of those of the executor's jobs that wait in its queue. */
void job_drop_all(struct scene *s, value executor);
/* Take it out of its queue: false when it runs already or has run. */
bool job_drop(struct scene *s, struct scene_job *job);
/* Have delivered what has come so far of any job. */
void job_gather(struct scene *s);

/* The world ends what it did: jobs that it submitted and that are not over are nobody's.
 */
void jobs_orphan(struct scene *s);

/* ---- blocking ---- */

enum block_end {
	BLOCK_OVER,      /* what was waited for is so */
	BLOCK_TIMED_OUT, /* the deadline came first */
	BLOCK_RAISED,    /* an exception is set: Ctrl-C, the end of the world */
};

/* What a thread waits for, for the trace. */
struct block_label {
	const struct scene_job *job; /* or NULL */
	const char *text;            /* "result of " */
	const char *of;              /* then this; NULL: what the job does */
};

/*
 * Block this thread until is_over(what), which is asked after each delivery: jobs run on
 * meanwhile, time passes. `deadline_ns` is on the world's clock, INT64_MAX: none.
 */
enum block_end block_until(struct scene *s, bool (*is_over)(void *what), void *what,
                           int64_t deadline_ns, const struct block_label *label);

/*
 * A timeout argument (null and None: none; else seconds from now) as such a deadline.
 * False with the exception set.
 */
bool block_deadline(struct vm *vm, value timeout, int64_t *deadline_ns);

#endif
