/*
 * Waiting in line: what locks, events, semaphores and queues have in common. Each who
 * waits has a future in a queue; whoever lets one go completes it. The queue owns the
 * futures, as in CPython, so that a lock keeps alive who waits for it.
 */
#ifndef SCENE_WAITER_H
#define SCENE_WAITER_H

#include "base/list.h"
#include "lang/object.h"
#include "trace/trace.h"

struct future;
struct loop;

/* A line of those who wait; in the object waited for. */
struct waiters {
	struct list_node line; /* struct waiter, first come first */
	size_t count;
};

/* One who waits; in the state of its coroutine. Zero is ready for use. */
struct waiter {
	struct list_node link;
	struct waiters *queue; /* NULL when it is in no line */
	value future;          /* counted, from waiter_begin on */
	value iterator;        /* over the future, until it is done */
};

void waiters_init(struct waiters *q);
/* Visit the futures in line; bears the zeroed state. */
void waiters_traverse(struct waiters *q, visit_fn visit, void *context);

/*
 * Join the line of `q` in `owner`, whose loop is `*loop`: bound (counted) when it is the
 * first that ever waits. `label` (static) says for the trace what it waits for. False
 * with the exception set.
 */
bool waiter_begin(struct vm *vm, value owner, struct loop **loop, struct waiters *q,
                  struct waiter *w, enum wait_kind kind, const char *label);
/* Await the future by one resume; once that is over, it has left the line. */
enum coro_outcome waiter_step(struct vm *vm, struct waiter *w, value sent, value thrown,
                              value *out);
/* Leave the line; the future stays for waiter_let_go and waiter_cancelled. */
void waiter_leave(struct waiter *w);
/* Whether its future was completed, and not by a cancellation; whether it was cancelled.
 */
bool waiter_let_go(const struct waiter *w);
bool waiter_cancelled(const struct waiter *w);
/* Leave, and give everything back. */
void waiter_fini(struct vm *vm, struct waiter *w);
void waiter_traverse(struct waiter *w, visit_fn visit, void *context);

/* The next one in line whose future is not done, or NULL; and let it go with this result.
 */
struct waiter *waiters_next_pending(const struct waiters *q);
void waiter_wake(struct waiter *w, value result);
/* Let all go. */
void waiters_wake_all(struct waiters *q, value result);
/* Whether somebody is in line who was not cancelled. */
bool waiters_any_not_cancelled(const struct waiters *q);

#endif
