/*
 * Handles: what stands in the ready queue. A handle is embedded in what is to be run
 * (a task, a done callback, a timer), so that scheduling allocates nothing.
 *
 * Whoever is queued is held: queueing takes a reference on the owner. The reference of
 * the handle that ran goes back only when the next one is taken or the batch ends, so
 * what dies by it dies between the two.
 */
#ifndef LOOP_HANDLE_H
#define LOOP_HANDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/trace.h"

struct buf;
struct future_visitor;
struct handle;
struct loop;

struct handle_ops {
	/* The callback. Runs once for each time it was queued. */
	void (*run)(struct loop *loop, struct handle *h);
	/*
	 * Take or give back a reference on the owner. NULL: somebody else keeps it
	 * alive.
	 */
	void (*hold)(struct handle *h);
	void (*release)(struct handle *h);
	/* It was cancelled: let go of callback and arguments now. May be NULL. */
	void (*forget)(struct handle *h);
	/* Append the callback's name as `__qualname__` has it; only asked when traced. */
	void (*name)(const struct handle *h, struct buf *out);
	/*
	 * For cycle collectors: the references that a hold stands for. NULL:
	 * future_visitor.callback.
	 */
	void (*traverse)(struct handle *h, const struct future_visitor *v);
};

enum handle_state {
	HANDLE_IDLE,   /* not scheduled, or has run */
	HANDLE_ARMED,  /* in the timer heap */
	HANDLE_QUEUED, /* in the ready queue */
};

/* What the struct handle is the head of. */
enum handle_kind { HANDLE_PLAIN, HANDLE_TIMER, HANDLE_DONE_CALLBACK };

struct handle {
	struct handle *next; /* in the ready queue */
	const struct handle_ops *ops;
	uint32_t id;    /* in the trace; 0 until it has one. A task's step: the task's */
	uint32_t cause; /* in the trace: the future or timer that queued it, or 0 */
	uint8_t role;   /* enum handle_role */
	uint8_t state;  /* enum handle_state */
	bool cancelled;
	uint8_t kind; /* enum handle_kind */
};

/* Make `h` ready for scheduling. `ops` is borrowed for good. */
void handle_init(struct handle *h, const struct handle_ops *ops, enum handle_role role);

/*
 * Cancel it: it stays where it is and is skipped. Harmless when repeated or after it
 * ran.
 */
void handle_cancel(struct loop *loop, struct handle *h);

#endif
