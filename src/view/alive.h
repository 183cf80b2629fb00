/*
 * What begins and ends: timers, watches, jobs. Says which of them were alive at
 * any position. A checkpoint lists those alive whenever as many more have begun,
 * so any question costs no more than a few times what is its answer.
 */
#ifndef VIEW_ALIVE_H
#define VIEW_ALIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

struct life {
	uint64_t begin, end; /* events; end UINT64_MAX: still alive */
	int64_t when_ns;     /* a timer's deadline */
	int64_t chain_ns;    /* length of the causal chain that ends with it */
	uint32_t id, text;
	uint32_t target; /* a timer's future or task, or 0 */
	uint32_t place;  /* among the living, UINT32_MAX when dead */
};

struct alive {
	VEC(struct life) lives; /* in the order in which they began */
	VEC(uint32_t) living;   /* indices of lives, in no order */
	VEC(struct alive_mark) marks;
	VEC(uint32_t) pool; /* the lists of the marks */
	VEC(uint64_t) ends; /* the events with which lives ended, in order */
};

struct alive_mark {
	uint64_t event;      /* alive before this event ... */
	size_t first, count; /* ... are these of the pool ... */
	size_t lives;        /* ... of so many that had begun */
};

void alive_free(struct alive *a);

/* One begins with event `event`; returns its index in `lives`. */
uint32_t alive_begin(struct alive *a, uint64_t event, uint32_t id);

/* The one with that index ends with event `event`; harmless if it has. */
void alive_end(struct alive *a, uint32_t index, uint64_t event);

/* How many are alive after the first `position` events. O(log n). */
size_t alive_count(const struct alive *a, uint64_t position);

/* Call `each(context, life)` for all that are alive after the first `position` events,
 * until it returns false. */
void alive_at(const struct alive *a, uint64_t position,
              bool (*each)(void *context, const struct life *life), void *context);

#endif
