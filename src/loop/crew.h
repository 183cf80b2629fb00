/*
 * The crew: the workers of one program. A worker is a thread of the operating system with
 * a world of its own; a job is one piece of work for it, done from beginning to end. Jobs
 * come through pools of a bounded number of workers, or have a worker each.
 *
 * Under the real clock everybody runs freely. Under the virtual clock the root world (the
 * main thread's) conducts: a worker runs a *stretch*, up to where its own clock would move (a
 * sleep, a wait, its job's end), and parks. Stretches that begin at the same instant run at
 * the same time on different cores; the root *gathers* them in the order in which
 * they began, and what they did becomes part of the trace in that order. So every run is
 * the same. See crew_time.c for the rules.
 *
 * A world hears of others by posts: functions that run on its thread, in order. All functions
 * belong on the thread of the world that is passed, unless they say otherwise.
 */
#ifndef LOOP_CREW_H
#define LOOP_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "loop/loop.h"
#include "trace/trace.h"

struct crew;
struct crew_pool;
struct job;
struct worker;

/* ---- posts ---- */

/*
 * A function to be run on another world's thread: embedded in what it is about, whose it is
 * again when `run` or `drop` is called, once one of the two.
 */
struct post {
	struct post *next;
	uint16_t to; /* the number of a worker; 0: the root */
	void (*run)(struct post *p, struct loop_world *here);
	/* The destination is gone: its owner frees it, touching nothing of any world. On the
	   thread of who posts, or of the destination as it ends, or of the root at the end. */
	void (*drop)(struct post *p);
};

/*
 * Have `p` run by the world whose worker has the number `to` (0: the root). Under the virtual clock
 * at the place of this stretch, when that is gathered; under the real one as soon as that world
 * polls, blocks or looks (crew_look). A post to oneself runs at the next look, too.
 */
void crew_post(struct loop_world *from, uint16_t to, struct post *p);

/* The number to post to for this world. From any thread. */
uint16_t crew_number(const struct loop_world *w);

/* ---- the embedder ---- */

struct crew_client {
	/*
	 * On the new worker's thread: make its world and keep it (worker_set_user). `trace` is
	 * where it tells what happens (its strand, the shared trace, or NULL: nobody watches):
	 * to go into the trace_writer of the world, whose `thread` is worker_number. `real` as
	 * the root's. Returns the world, which must live until worker_end.
	 */
	struct loop_world *(*worker_begin)(void *context, struct worker *w,
	                                   struct trace *trace, bool real);
	/* On the worker's thread: its last job is over. Free what worker_begin made. */
	void (*worker_end)(void *context, struct worker *w);
	/* From the root's thread while `w` runs: it must come to its end soon. Its world has
	 * been halted already (loop_world_halt). */
	void (*worker_stop)(void *context, struct worker *w);
	/*
	 * On the root's thread, virtual clock: a hole is made in what happens, here; the
	 * stretch of `w` has been put into the trace, here (into the oldest hole, if
	 * `in_hole`); then what followed the hole follows. Each may be NULL.
	 */
	void (*hole)(void *context);
	void (*stretch)(void *context, struct worker *w, bool in_hole);
	void (*filled)(void *context);
	/* Whether an event of a stretch is to stay in the trace; NULL: all. */
	bool (*keep)(void *context, const struct event *e);
};

/*
 * The crew of a root world, of which there is none before: `client` and `context` are borrowed.
 * Threads get a stack of `stack_bytes`. Shares the world's trace under the real clock.
 */
struct crew *crew_new(struct loop_world *root, const struct crew_client *client,
                      void *context, size_t stack_bytes);

/* The crew of this world, or NULL. */
static inline struct crew *crew_of(const struct loop_world *w)
{
	return w->crew;
}

/*
 * The end: every worker is stopped and its thread joined, posts and jobs that are left are
 * dropped. NULL is fine.
 */
void crew_free(struct crew *c);

/* ---- workers ---- */

const char *worker_name(const struct worker *w);
uint16_t worker_number(const struct worker *w); /* from 1 */
enum worker_kind worker_kind(const struct worker *w);
void worker_set_user(struct worker *w, void *user);
void *worker_user(const struct worker *w);
/* Whether it has a job. Virtual, on the root's thread: as far as is gathered. */
bool worker_works(const struct worker *w);
/* The worker of this world, or NULL for the root's. */
static inline struct worker *worker_of(const struct loop_world *w)
{
	return w->worker;
}

/* ---- jobs ---- */

enum job_state {
	JOB_NEW,       /* announced */
	JOB_QUEUED,    /* submitted; no worker has it */
	JOB_RUNNING,
	JOB_OVER,
	JOB_CANCELLED, /* it will never run */
};

struct job_ops {
	/* On the worker's thread, in its world. Says how it ended by job_ends. */
	void (*run)(struct job *j, struct worker *w);
	/* On the thread of the world that submitted it: it is over. The job is its
	 * owner's again. */
	void (*over)(struct job *j, struct loop_world *home);
	/* It will not be over, or the world that submitted it is gone: as post.drop. */
	void (*drop)(struct job *j);
};

/* Embedded in its owner. */
struct job {
	const struct job_ops *ops;
	uint16_t home;          /* the number of the world that submitted it */
	struct crew_pool *pool; /* NULL: a worker of its own */
	struct worker *worker;  /* that runs it, or ran it */
	struct list_node link;  /* in the crew's list of jobs that are not over */
	struct list_node queue; /* in the pool's queue */
	struct post post;       /* to submit it, and to say that it is over */
	uint32_t id;            /* in the home world's trace */
	uint32_t root_id;       /* in the root's */
	_Atomic uint8_t state;  /* enum job_state; read it on any thread */
	uint8_t ending;         /* enum ending */
	bool daemon;
	bool arriving;          /* virtual: a worker submitted it in the stretch that runs */
	char *repr;             /* of its outcome, or NULL */
	char *name;             /* of the worker of its own, or NULL */
};

/*
 * A new job of `home`, and the trace is told: `what` it does. To be followed by what else is to be
 * said of it (EV_JOB_FOR with job->id), then by crew_submit or crew_start.
 */
void job_init(struct job *j, const struct job_ops *ops, struct loop_world *home,
              struct crew_pool *pool, const char *what);

/* Give back what it holds, when it is over, cancelled, dropped or was never handed in. */
void job_fini(struct job *j);

/* On the worker's thread, at the end of `run`: how it ended, and its repr (may be NULL). */
void job_ends(struct job *j, enum ending ending, const char *repr);

/*
 * Hand it to its pool: it runs when a worker is free. False, and it is as it was before, if
 * there is no thread for it and none can be made.
 */
bool crew_submit(struct loop_world *w, struct job *j);

/* Run it on a worker of its own, named `name`. A daemon does not hold the program's end. As
 * crew_submit. */
bool crew_start(struct loop_world *w, struct job *j, const char *name, bool daemon);

/* Take it back if no worker has it: true, and it is cancelled. From its home world. */
bool job_cancel(struct job *j);

/* ---- pools ---- */

/* A pool of at most `most` workers, PREFIX_0, PREFIX_1, ... of that kind. Owned by the crew. */
struct crew_pool *crew_pool_new(struct loop_world *w, enum worker_kind kind,
                                const char *prefix, uint32_t most);
const char *crew_pool_name(const struct crew_pool *p);
/* It takes no more jobs; its workers go as soon as nothing is left in its queue. */
void crew_pool_close(struct loop_world *w, struct crew_pool *p);
/* Jobs of it that are queued or run. Deterministic after crew_look. */
size_t crew_pool_busy(const struct crew_pool *p);

/* ---- waiting ---- */

enum crew_end {
	CREW_DELIVERED,   /* posts were run, or time passed: look again */
	CREW_TIMED_OUT,
	CREW_INTERRUPTED, /* Ctrl-C is wanted to be looked at */
	CREW_HALTED,
	CREW_DEADLOCK,    /* virtual: nothing can ever come */
};

/*
 * Block this thread until something has been delivered to it, `deadline_ns` on its clock at
 * the latest (INT64_MAX: none). Callers ask their own question again after each return.
 */
enum crew_end crew_wait(struct loop_world *w, int64_t deadline_ns);

/*
 * Wait until all jobs are over but those of daemons, as at the end of a program:
 * CREW_DELIVERED; else what came in between.
 */
enum crew_end crew_finish(struct crew *c);

/* Tell the trace that the thread blocks on `id` (0: nothing that has one), and that it goes on. */
void crew_join_begun(struct loop_world *w, uint32_t id, const char *what);
void crew_join_ended(struct loop_world *w);

/*
 * Have run what has been posted so far, without waiting for what is yet to come. Virtual, on
 * the root's thread: gathers, so that the answer is the same in every run. False when that was cut
 * short by an interrupt or a halt.
 */
bool crew_look(struct loop_world *w);

/*
 * The workers that are there, for lists of threads: each as `visit` is told, under the crew's
 * lock. From the thread of `here`.
 */
void crew_each_worker(struct loop_world *here, void (*visit)(void *context, struct worker *w),
                      void *context);

#endif
