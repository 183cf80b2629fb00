/*
 * Timers as a binary heap of handles. Ties break by arm order, so a scene replays the
 * same way every time. Cancelled timers stay until they surface, or until they are the
 * greater part of a large heap; nothing searches the heap.
 */
#ifndef LOOP_TIMERS_H
#define LOOP_TIMERS_H

#include <stddef.h>
#include <stdint.h>

#include "loop/handle.h"

struct timer {
	struct handle handle;
	int64_t when_ns; /* the deadline on the loop's clock */
	uint64_t seq;    /* arm order */
};

struct timer_slot {
	int64_t when_ns;
	uint64_t seq;
	struct timer *timer;
};

/*
 * Invariant: slots form a heap by (when_ns, seq); `cancelled` of their timers are
 * cancelled.
 */
struct timer_heap {
	struct timer_slot *slots; /* owned */
	size_t count, room;
	size_t cancelled;
	uint64_t next_seq;
};

/* Initialise the handle inside as that of a timer. */
void timer_init(struct timer *t, const struct handle_ops *ops, enum handle_role role);

/*
 * Put `t` into the heap for `when_ns`; its owner is not held here (loop_call_at does
 * that).
 */
void timers_push(struct timer_heap *heap, struct timer *t, int64_t when_ns);

/* The earliest timer, or NULL. */
struct timer *timers_top(const struct timer_heap *heap);

/* Take the earliest out; NULL when there is none. */
struct timer *timers_pop(struct timer_heap *heap);

/*
 * Drop cancelled timers: those at the top, or all of them when there are more than 100
 * timers and more than half are cancelled. Each is given to `dropped`.
 */
void timers_purge(struct timer_heap *heap, void (*dropped)(struct timer *t));

/* Free the array; the timers in it are the caller's business. */
void timers_fini(struct timer_heap *heap);

#endif
