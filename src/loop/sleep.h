/*
 * asyncio.sleep as a body: a bare yield for a delay of 0 or less, else a future and a
 * timer that completes it. Waking from it takes two ticks: the timer's, then the task's.
 */
#ifndef LOOP_SLEEP_H
#define LOOP_SLEEP_H

#include "loop/body.h"
#include "loop/loop.h"

struct sleep {
	struct body body;
	struct loop_world *world;
	struct sleep_timer *timer; /* a reference, while it waits */
	struct future *future;     /* a reference, while it waits */
	struct datum result;       /* a reference */
	double seconds;
	bool begun;
};

/*
 * `result` (borrowed) is what it returns. Nothing happens before the first resume, which
 * sleeps on the loop that runs then. `seconds` is not NaN.
 */
void sleep_init(struct sleep *s, struct loop_world *world, double seconds,
                struct datum result);

/*
 * Give back what it holds; cancels the timer if it still waits. body.ops->drop does the
 * same.
 */
void sleep_fini(struct sleep *s);

/* For cycle collectors: the references that it holds by itself. */
struct future_visitor;
void sleep_traverse(const struct sleep *s, const struct future_visitor *v);

#endif
