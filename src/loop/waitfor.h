/*
 * asyncio.wait_for as a body: with time left, an awaitable stepped inline under a
 * timeout; without, a future that is cancelled and waited for.
 */
#ifndef LOOP_WAITFOR_H
#define LOOP_WAITFOR_H

#include "loop/body.h"
#include "loop/future.h"
#include "loop/loop.h"
#include "loop/timeout.h"

struct wait_for {
	struct body body;
	struct loop_world *world;
	struct timeout timeout;
	struct body *inner; /* taken; NULL once it has ended */
	uint32_t refs;      /* held by its timeout's timer as well */
	bool begun;
};

/*
 * A new one on the heap for `inner` (taken) and a time-out in seconds (positive, or none
 * with has_timeout false). body.ops->drop gives it back.
 */
struct wait_for *wait_for_new(struct loop_world *world, struct body *inner,
                              bool has_timeout, double seconds);

/* The case of no time left: `wait_for(f, 0)`. */
struct wait_expired {
	struct body body;
	struct future *future;   /* counted */
	struct future *waiter;   /* counted, while it waits */
	struct release *release; /* completes the waiter; a reference, while it waits */
};

/* `f` is borrowed: a future or a fresh task. */
void wait_expired_init(struct wait_expired *w, struct future *f);
void wait_expired_fini(struct wait_expired *w);

/* For cycle collectors: the references that they hold by themselves. */
void wait_for_traverse(const struct wait_for *w, const struct future_visitor *v);
void wait_expired_traverse(const struct wait_expired *w, const struct future_visitor *v);

#endif
