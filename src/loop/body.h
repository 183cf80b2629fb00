/*
 * Bodies: what a task steps, and what awaits inside of a step. "Continue with this
 * value or this error; tell me whether you now await a future, yielded, returned or
 * raised."
 *
 * A coroutine of a scene is one kind of body. The loop's own awaitables (sleep, a group's
 * exit, wait_for) are bodies too: a task can step one directly, or another body can hand
 * its own resume on to it and pass the outcome up, as `await` does.
 */
#ifndef LOOP_BODY_H
#define LOOP_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "loop/client.h"

enum outcome {
	BODY_AWAITS,    /* out->future, a new reference, marked if it was awaited */
	BODY_YIELDS,    /* a bare yield */
	BODY_BAD_YIELD, /* yielded out->datum, a new reference, which is no future */
	BODY_RETURNS,   /* finished: out->datum is the result, a new reference or 0 */
	BODY_RAISES,    /* finished: out->datum is the error, a new reference */
	BODY_HALTED,    /* everything stops (loop_world_halt); it is not resumed again */
};

struct step_result {
	struct future *future;
	struct datum datum;
};

struct body;

struct body_ops {
	/*
	 * Continue. `sent` is 0 at first, `thrown` is not 0 to raise that error at the
	 * point where it stands (or to finish it at once if it never began). Both
	 * borrowed.
	 */
	enum outcome (*resume)(struct body *body, struct datum sent, struct datum thrown,
	                       struct step_result *out);
	/* The task needs it no more: close it if it has not finished, give it back. */
	void (*drop)(struct body *body);
	/* The coroutine's qualified name, borrowed as long as the body; may be NULL. */
	const char *(*qualname)(const struct body *body);
	/* The line where it begins, 0 if unknown; may be NULL. */
	uint32_t (*line)(const struct body *body);
	/*
	 * After a CancelledError went in: is it still being handled or on its way out
	 * (in an `except` or `finally`)? For the trace alone; may be NULL.
	 */
	bool (*cleaning_up)(const struct body *body);
};

struct body {
	const struct body_ops *ops;
};

static inline enum outcome body_resume(struct body *b, struct datum sent,
                                       struct datum thrown, struct step_result *out)
{
	*out = (struct step_result){0};
	return b->ops->resume(b, sent, thrown, out);
}

#endif
