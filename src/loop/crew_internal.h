/*
 * For the crew's files and its tests: what workers, pools and the crew are made of.
 *
 * One lock, the crew's, guards whatever two threads touch; it is held for a few lines at a time
 * and never while something of the embedder's runs.
 */
#ifndef LOOP_CREW_INTERNAL_H
#define LOOP_CREW_INTERNAL_H

#include <pthread.h>

#include "base/vec.h"
#include "loop/crew.h"
#include "loop/internal.h"

enum worker_state {
	WORKER_IDLE,    /* no job */
	WORKER_RUNNING, /* it has the go */
	WORKER_PARKED,  /* virtual: its stretch is over; or until `wake_ns`, or a post */
	WORKER_GONE,    /* its thread ends */
};

struct worker {
	struct crew *crew;
	struct loop_world *world; /* the client's, while its thread runs */
	void *user;
	char *name;
	struct crew_pool *pool; /* NULL: it is for one job */
	pthread_t thread;
	pthread_cond_t go;
	struct list_node link;  /* in crew->workers */
	struct list_node idle;  /* in pool->idle */
	struct list_node open;  /* in crew->open: its stretch is to be gathered */
	uint16_t number;
	uint8_t kind;  /* enum worker_kind */
	uint8_t state; /* enum worker_state */
	bool quit;     /* nothing more is wanted of it */
	bool started;  /* its thread was made */
	bool told;     /* the trace knows of it */

	struct job *job;
	bool job_told; /* the trace knows that it has begun */
	bool job_over;
	uint64_t order; /* of its job's start among all: who goes first at an instant */

	/* Virtual: where the stretch stands, and what it leaves behind. */
	struct trace_splice splice;
	int64_t now_ns;     /* when it begins */
	int64_t wake_ns;    /* parked: when it goes on; INT64_MAX: only by a post */
	uint64_t parked;    /* how many times it has been; entries of crew->sleepers with others are old */
	bool wants_posts;   /* a post ends the wait */
	bool in_hole;
	struct event stamp; /* tick and step of its place */
	struct loop *place_loop; /* the root's loop that ran then, or NULL */
	struct ready_place place;
	struct post *out_head, *out_tail; /* posted in this stretch */

	/* Of the job that runs, for a measurement. */
	struct measure measure;
	int64_t cpu_begin_ns;
};

struct crew_pool {
	struct crew *crew;
	char *prefix;
	enum worker_kind kind;
	uint32_t most, count; /* workers */
	uint32_t made;        /* ... ever: the next one's name */
	bool closed;
	size_t busy;
	struct list_node idle;  /* of worker, last idle first */
	struct list_node queue; /* of job */
	struct list_node link;  /* in crew->pools */
};

/* A parked worker in the heap of those that sleep. */
struct sleeper {
	int64_t wake_ns;
	uint64_t order;
	struct worker *worker;
	uint64_t parked;
};

struct crew {
	struct loop_world *root;
	const struct crew_client *client;
	void *context;
	size_t stack_bytes;
	pthread_mutex_t lock;
	struct list_node workers, gone; /* those whose thread has ended wait to be joined */
	struct list_node pools, jobs, open;
	uint64_t orders;
	bool real;
	bool ending;    /* crew_free: whoever is asked stops */
	uint64_t delivered; /* posts and ends of jobs that have come to the root by gathering */
	bool gathering; /* the root is in the middle of it */
	VEC(struct sleeper) sleepers; /* a heap, soonest first */
	VEC(struct worker *) due;
	VEC(struct worker *) by_number; /* all that ever were, the first is 1 */
};

/* worker.c */

/* A new worker with its thread, idle, for `pool` or for one job. Lock held. NULL: no thread. */
struct worker *worker_make(struct crew *c, struct crew_pool *pool, enum worker_kind kind,
                           char *name);
/* Give it the go with `j`. Lock held. */
void worker_take(struct worker *w, struct job *j);
/* Join its thread, which ends or has been told to, and give back all but the struct. */
void worker_join(struct worker *w);
void worker_free(struct worker *w);
/* Tell the trace of it and of the job that it has, if that was not told yet. */
void worker_tell(struct worker *w, struct trace_writer *writer);
void worker_tell_over(struct worker *w, struct trace_writer *writer, const struct job *j);

/* It is over: post that to the world that submitted it. No lock held; it is not ours any more. */
void job_goes_home(struct job *j, struct crew *c);

/* crew.c */

/* Hand queued jobs of the pool to workers that are free or may be made. Lock held. */
void pool_dispatch(struct crew_pool *p);
/* On the root's thread, virtual: its job is over. Tell it, and find it the next one. */
void worker_over(struct worker *w);

/* crew_time.c */

/* Park until the root says go: false when it is to stop instead. On the worker's thread. */
bool worker_park(struct worker *w, int64_t wake_ns, bool wants_posts);
/* A stretch of it begins now. Lock held, root's thread. */
void stretch_begins(struct worker *w);
/* It was given the go, and the root goes on meanwhile: make a place for what it does. */
void stretch_stands_here(struct worker *w);
/* Virtual: a post has come to it. Lock held. */
void crew_receives(struct worker *w);
/* Gather all stretches that have begun. False when cut short. */
bool crew_gather(struct crew *c);
/* Let everybody run who is due by now, and gather. False when cut short. */
bool crew_run_due(struct crew *c);
/* When the next of them is due; INT64_MAX: never. */
int64_t crew_next_wake(struct crew *c);
/* Move the root's clock to `to_ns`, letting workers run on the way. False when cut short. */
bool crew_advance(struct crew *c, int64_t to_ns);

/* crew_post.c */

/* Put `p` into its destination's box and wake that up, or drop it. From any thread. */
void box_put(struct crew *c, struct post *p);
/* The same with the lock held; false, and nothing done, if the destination is gone. */
bool box_put_locked(struct crew *c, struct post *p);
/* Run what is in the box of this world; true if there was anything. */
bool box_run(struct loop_world *w);
bool box_full(const struct loop_world *w);
/* Drop what is in it. */
void box_drop(struct loop_world *w);

#endif
