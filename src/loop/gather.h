/*
 * asyncio.gather: a future over the results of others, in argument order. It fails with
 * the first failure; the others go on. Cancelling it cancels its children.
 */
#ifndef LOOP_GATHER_H
#define LOOP_GATHER_H

#include <stddef.h>

#include "loop/future.h"

struct gather_child;

struct gather {
	struct future future; /* the outer; first, so that a gather is a future */
	struct gather_child *children; /* distinct ones, owned */
	size_t child_count;
	size_t *order; /* for each argument its child; owned */
	size_t argument_count;
	size_t done_count;
	bool return_exceptions;
	bool cancel_requested;
};

/*
 * Gather `count` futures (borrowed; may repeat) of `loop`. With 0 of them it is
 * done at once. Ends with future_finalize and future_fini of g->future.
 */
void gather_init(struct gather *g, struct loop *loop, const struct future_ops *ops,
                 struct future *const *futures, size_t count, bool return_exceptions);

/* A gather owned by the plain heap owner: one reference. */
struct gather *gather_new(struct loop *loop, struct future *const *futures, size_t count,
                          bool return_exceptions);

/* The i-th distinct child, borrowed. */
struct future *gather_child_at(const struct gather *g, size_t i);

#endif
