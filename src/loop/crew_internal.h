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

/* Posts in the order in which they came. */
struct post_list {
	struct post *head, *tail;
};

#define NOT_IN_HEAP SIZE_MAX

struct worker {
	struct crew *crew;
	struct loop_world *world; /* the client's, while its thread runs */
	void *user;
	char *name;
	struct crew_pool *pool; /* NULL: it is for one job */
	pthread_t thread;
	pthread_cond_t go;
	struct list_node link;  /* in crew->workers */
	struct list_node idle;  /* in pool->idle; when it is told to quit, in a list `leaving` */
	struct list_node open;  /* in crew->open: its stretch is to be gathered; or in
	                           crew->ended: that was its job's last */
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
	size_t heap_at;     /* where in crew->sleepers; NOT_IN_HEAP: not there */
	bool at_rest;       /* it has a job, and waits for the root's go */
	bool wants_posts;   /* a post ends the wait */
	bool in_hole;
	struct event stamp; /* tick and step of its place */
	struct loop *place_loop; /* the root's loop that ran then, held; or NULL */
	struct ready_place place;
	struct post_list out; /* posted in this stretch; its own thread's */
	struct post_list in;  /* for its box, when the next one begins; the root's */
	struct list_node leaving; /* workers that it has told to quit in this stretch */
	uint64_t made_at, began_at; /* moments: whom it can see, and who can see it */
	uint64_t gone_at;           /* ... 0: it is there */

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
	size_t busy;          /* jobs handed in and not over */
	size_t arriving;      /* virtual: ... by a worker whose stretch is not gathered yet */
	struct list_node idle;  /* of worker, last idle first */
	struct list_node queue; /* of job */
	struct list_node link;  /* in crew->pools */
};

struct crew {
	struct loop_world *root;
	struct trace *trace; /* the root's, or NULL */
	const struct crew_client *client;
	void *context;
	size_t stack_bytes;
	pthread_mutex_t lock;
	struct list_node workers, gone; /* those whose thread has ended wait to be joined */
	struct list_node pools, jobs;
	struct list_node open;    /* virtual: whose stretches are to be gathered, in that order */
	struct list_node ended;   /* ... who is free as soon as all of them are */
	struct list_node leaving; /* ... whom the root told to quit, and the trace does not know */
	uint64_t orders;  /* jobs that were ever begun */
	uint64_t moments; /* stretches that were ever begun */
	bool real;
	bool ending;    /* crew_free: whoever is asked stops */
	bool finishing; /* the root waits for the last job's end */
	bool gathering; /* the root is in the middle of it */
	uint64_t delivered; /* posts and ends of jobs that have come to the root by gathering */
	struct loop *cursor_loop; /* in whose queue places are being filled, held */
	VEC(struct worker *) sleepers; /* those at rest with a wake_ns; a heap, soonest first */
	VEC(struct worker *) due;
	VEC(struct worker *) by_number; /* all that ever were, the first is 1 */
};

/* crew_worker.c */

/* A new worker with its thread, idle, for `pool` or for one job. Lock held. NULL: no thread. */
struct worker *worker_make(struct crew *c, struct crew_pool *pool, enum worker_kind kind,
                           char *name);
/* Give it the go with `j`; while the root gathers: when that is done. Lock held. */
void worker_take(struct worker *w, struct job *j);
/* Nothing more is wanted of it, which is idle, by whoever has the list `leaving`. Lock held. */
void worker_quit(struct worker *w, struct list_node *leaving);
/* Join its thread, which ends or has been told to, and give back all but the struct. */
void worker_join(struct worker *w);
void worker_free(struct worker *w);
/* Tell the trace of it and of the job that it has, if that was not told yet. */
void worker_tell(struct worker *w, struct trace_writer *writer);
void worker_tell_over(struct worker *w, struct trace_writer *writer, const struct job *j);
void worker_tell_gone(struct worker *w, struct trace_writer *writer);

/* It is over: post that to the world that submitted it. No lock held; it is not ours any more. */
void job_goes_home(struct job *j, struct crew *c);

/* crew.c */

/* Hand queued jobs of the pool to workers that are free or may be made. Lock held. */
void pool_dispatch(struct crew_pool *p);
/* On the root's thread, virtual: its job is over, and everybody hears of it. */
void worker_over(struct worker *w);
/* On the root's thread, virtual: those whose jobs are over are free for others. */
void free_ended(struct crew *c);
/* On the root's thread, virtual: those of the list end here. */
void tell_leaving(struct crew *c, struct list_node *leaving);

/* crew_time.c */

/* Park until the root says go: false when it is to stop instead. On the worker's thread. */
bool worker_park(struct worker *w, int64_t wake_ns, bool wants_posts);
/* A stretch of it begins now. Lock held, root's thread. */
void stretch_begins(struct worker *w);
/* It has a job and waits for the go, which it gets when `w->wake_ns` has come. Lock held. */
void worker_rests(struct worker *w);
/* It was given the go, and the root goes on meanwhile: make a place for what it does. */
void stretch_stands_here(struct worker *w);
/* Virtual, lock held: a post for it, which it sees when its next stretch begins. */
void worker_receives(struct worker *w, struct post *p);
/* Gather all stretches that have begun; none begins. False when cut short. */
bool crew_gather(struct crew *c);
/* All are halted: what their last stretches did, half as they are, is not lost. */
void crew_salvage(struct crew *c);
/* Let everybody run who is due by now, and gather. False when cut short. */
bool crew_run_due(struct crew *c);
/* When the next of them is due; INT64_MAX: never. */
int64_t crew_next_wake(struct crew *c);
/* Move the root's clock to `to_ns`, letting workers run on the way. False when cut short. */
bool crew_advance(struct crew *c, int64_t to_ns);

/* crew_post.c */

void posts_add(struct post_list *list, struct post *p);
/* Take `p` out if it is there; whether it was. */
bool posts_remove(struct post_list *list, struct post *p);
/* Drop them all. */
void posts_drop(struct post_list *list);
/* Put `p` into its destination's box and wake that up, or drop it. From any thread. */
void box_put(struct crew *c, struct post *p);
/* The same with the lock held; false, and nothing done, if the destination is gone. */
bool box_put_locked(struct crew *c, struct post *p);
/* Put all of the list into the box of this world, which nobody wakes up. */
void box_take_over(struct loop_world *w, struct post_list *list);
/* Run what is in the box of this world; true if there was anything. */
bool box_run(struct loop_world *w);
bool box_full(const struct loop_world *w);
/* Drop what is in it. */
void box_drop(struct loop_world *w);

#endif
