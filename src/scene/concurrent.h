/*
 * What concurrent.futures, threading and asyncio's bridge to them share: the Future
 * that a job completes, and how a thread blocks until something is so.
 *
 * A Future belongs to the world that made it and is touched by that world's thread
 * alone: a job's end comes to it by delivery (job.h). So whoever looks at one first
 * has what is there delivered (concurrent_look).
 */
#ifndef SCENE_CONCURRENT_H
#define SCENE_CONCURRENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "lang/object.h"

struct future;
struct loop;
struct scene;
struct scene_job;

enum concurrent_state {
	CONCURRENT_PENDING,
	CONCURRENT_RUNNING,
	CONCURRENT_CANCELLED,
	CONCURRENT_FINISHED,
};

/* concurrent.futures.Future. */
struct concurrent_future {
	struct object head;
	value dict;
	value outcome;   /* result or exception, once finished */
	value callbacks; /* list of callables, or null */
	value what;      /* str: what it is of, for people; or null */
	struct scene_job
		*job; /* whose end completes it, borrowed; NULL before and after */
	uint64_t finished_at; /* it was the how-many-th of its world to be done; or 0 */
	uint8_t state;        /* enum concurrent_state */
	bool failed;          /* finished with an exception */
	bool is_notified;     /* cancelled, and a worker has come upon it */
};

extern const struct type concurrent_future_type, executor_type, thread_pool_type,
	process_pool_type, thread_type, done_and_not_done_type;
extern const struct type concurrent_error_type, concurrent_cancelled_error_type,
	concurrent_invalid_state_error_type, broken_executor_type,
	broken_thread_pool_type, broken_process_pool_type;

/* ---- concurrent_future.c ---- */

value concurrent_future_new(struct scene *s);
static inline struct concurrent_future *concurrent_future_of(value v)
{
	return (struct concurrent_future *)(void *)value_object(v);
}
static inline bool concurrent_done(const struct concurrent_future *f)
{
	return f->state >= CONCURRENT_CANCELLED;
}
/* Whether wait() and as_completed() take it for done: a cancelled one only once a worker
 * has come upon it. */
static inline bool concurrent_is_over(const struct concurrent_future *f)
{
	return f->state == CONCURRENT_FINISHED || f->is_notified;
}
/* Have delivered what has come, so that its state is that of now. */
void concurrent_look(struct scene *s, struct concurrent_future *f);
/* Complete it (`outcome` is borrowed) and call its callbacks; it must not be done. */
void concurrent_complete(struct scene *s, struct concurrent_future *f, value outcome,
                         bool failed);
/* f.cancel(): true if it is cancelled now. */
bool concurrent_cancel(struct scene *s, struct concurrent_future *f);
/* f.set_running_or_notify_cancel() for one that is pending or cancelled. */
bool concurrent_begin(struct scene *s, struct concurrent_future *f);
/*
 * f.result(timeout) of one: waits. A new reference, or null with what it raises. Has no
 * timeout when that is null or None.
 */
value concurrent_result(struct vm *vm, value future, value timeout);
/* Call `callback` (borrowed) with it when it is done; at once if it is. */
void concurrent_add_callback(struct scene *s, value future, value callback);

/* ---- concurrent_wait.c: wait, as_completed, Executor.map's results ---- */
value concurrent_wait(struct vm *vm, value self, const struct args *a);
value concurrent_as_completed(struct vm *vm, value self, const struct args *a);
/* The iterator over the results of `futures` (a list), in order, until `deadline_ns`
 * (INT64_MAX: none); those not handed out are cancelled when it ends. `chunked`: each
 * gives a list of results. */
value concurrent_results_new(struct vm *vm, value futures, bool chunked,
                             int64_t deadline_ns);

/* ---- bridge.c: between these futures and asyncio's ---- */

/* An asyncio future of `l` that is completed when `future` (a concurrent one) is: what
 * asyncio.wrap_future makes. `label` is static text or of the job. */
value bridge_to_loop(struct scene *s, value future, struct loop *l);
/* Complete the concurrent future when the asyncio one (of a loop of this world) is. */
void bridge_from_loop(struct scene *s, value asyncio_future, value future);

#endif
