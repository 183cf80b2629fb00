/*
 * asyncio.timeout: a deadline for the task that entered it. When it is due the task is
 * cancelled; leaving the block turns that one CancelledError into a TimeoutError.
 */
#ifndef LOOP_TIMEOUT_H
#define LOOP_TIMEOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "loop/client.h"

enum timeout_state {
	TIMEOUT_CREATED,
	TIMEOUT_ENTERED, /* "active" */
	TIMEOUT_EXPIRING,
	TIMEOUT_EXPIRED,
	TIMEOUT_EXITED, /* "finished" */
};

struct timeout;
struct timeout_timer;

/* The reference count of whatever it is embedded in. */
struct timeout_ops {
	void (*ref)(struct timeout *t);
	void (*unref)(struct timeout *t);
};

struct timeout {
	const struct timeout_ops *ops;
	struct task *task;           /* counted, from entering on */
	struct timeout_timer *timer; /* a reference, while armed */
	double when;                 /* seconds on the loop's clock */
	bool has_when;               /* else there is no deadline */
	uint8_t state;               /* enum timeout_state */
	uint32_t cancelling;         /* requests that the task had at entry */
};

/* Why timeout_enter or timeout_reschedule say no; the embedder raises RuntimeError. */
enum timeout_refusal {
	TIMEOUT_OK,
	TIMEOUT_NO_TASK,     /* Timeout should be used inside a task */
	TIMEOUT_AGAIN,       /* Timeout has already been entered */
	TIMEOUT_NOT_ENTERED, /* Timeout has not been entered */
	TIMEOUT_TOO_LATE,    /* Cannot change state of STATE Timeout */
};

/* What leaving means for the error that the block was left with. */
enum timeout_verdict {
	TIMEOUT_PASSES, /* it goes on as it is */
	TIMEOUT_RAISES, /* it was a CancelledError: raise TimeoutError with it as cause */
	TIMEOUT_MARKS,  /* another one: insert a TimeoutError into its context chain */
};

/* `when` in seconds on the loop's clock; ignored without `has_when`. */
void timeout_init(struct timeout *t, const struct timeout_ops *ops, bool has_when,
                  double when);
void timeout_fini(struct timeout *t);

enum timeout_refusal timeout_enter(struct timeout *t, struct loop *loop);
enum timeout_refusal timeout_reschedule(struct timeout *t, bool has_when, double when);

/* Leave the block with `error` (borrowed) or 0. */
enum timeout_verdict timeout_exit(struct timeout *t, struct datum error);

/* "created", "active", "expiring", "expired", "finished". */
const char *timeout_state_word(enum timeout_state state);

#endif
