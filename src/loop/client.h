/*
 * The client: who embeds the loop, as a table of functions. The loop schedules;
 * what a result, an error or a message is made of only the client knows. A datum is
 * one opaque word of the client's, 0 being "nothing" (a scene's None).
 */
#ifndef LOOP_CLIENT_H
#define LOOP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct future;
struct handle;
struct loop;
struct task;
struct transport;

/*
 * What futures carry: results, errors, cancel messages. Counted by the client's ref and
 * unref.
 */
struct datum {
	uintptr_t bits;
};
#define DATUM_NONE ((struct datum){0})

static inline int datum_is_none(struct datum d)
{
	return d.bits == 0;
}

/* What the loop needs to know about an error. */
enum error_class {
	ERROR_ORDINARY,  /* an Exception */
	ERROR_BASE,      /* some other BaseException */
	ERROR_CANCELLED, /* CancelledError */
	ERROR_EXIT,      /* SystemExit, KeyboardInterrupt: leaves the loop at once */
};

/* Errors that the loop itself raises. */
enum loop_error {
	LOOP_ERROR_RUNTIME,       /* RuntimeError */
	LOOP_ERROR_INVALID_STATE, /* InvalidStateError */
	LOOP_ERROR_TIMEOUT,       /* TimeoutError */
};

/* What call_exception_handler is told. Everything is borrowed; unused members are 0. */
struct loop_report {
	const char *message;   /* "Task exception was never retrieved" */
	struct datum error;    /* key `exception` */
	struct future *future; /* key `future` */
	struct task *task;     /* key `task` */
	struct handle *handle; /* key `handle` */
	struct transport *transport; /* key `transport`, */
	bool protocol;               /* ... and with it key `protocol` */
};

/*
 * `context` is always loop_world.context. Errors and data that are returned are new
 * references.
 */
struct loop_client {
	/* One more, one less reference on a datum that is not 0. */
	void (*ref)(void *context, struct datum d);
	void (*unref)(void *context, struct datum d);

	/*
	 * A CancelledError with `message` as its argument, or without one when that is
	 * 0.
	 */
	struct datum (*cancelled_error)(void *context, struct datum message);
	/*
	 * An error of a kind of its own; `cause` (borrowed, may be 0) becomes its
	 * __cause__.
	 */
	struct datum (*make_error)(void *context, enum loop_error kind, const char *text,
	                           struct datum cause);
	/*
	 * Where an error has come past so far (its traceback): 0 or a new reference; and
	 * put an earlier one (borrowed, or 0) in its place. A future notes it when it
	 * fails, so that who asks for the error again does not see the ways of those who
	 * asked before. Both may be NULL.
	 */
	struct datum (*trail)(void *context, struct datum error);
	void (*set_trail)(void *context, struct datum error, struct datum trail);
	enum error_class (*classify)(void *context, struct datum error);
	/*
	 * An OSError of that errno (of the subclass that goes with it); `text` NULL or
	 * empty: the system's own words. NULL in a client without sockets.
	 */
	struct datum (*os_error)(void *context, int number, const char *text);

	/*
	 * A text as a datum: the empty message of a CancelledError that gather lists.
	 * NULL: 0.
	 */
	struct datum (*text)(void *context, const char *text);
	/*
	 * A time-out hit a block that was left with another `error`: insert a
	 * TimeoutError into its context chain. May be NULL.
	 */
	void (*mark_timeout)(void *context, struct datum error);
	/*
	 * The list of `count` borrowed items, some of which may be 0: what gather
	 * returns.
	 */
	struct datum (*list)(void *context, const struct datum *items, size_t count);
	/* The group of `count` borrowed errors that a task group raises. */
	struct datum (*error_group)(void *context, const char *message,
	                            const struct datum *errors, size_t count);

	/* call_exception_handler. */
	void (*report)(void *context, struct loop *loop,
	               const struct loop_report *report);

	/*
	 * Append the repr of a datum (0 is None), of a future or task. NULL: the trace
	 * goes without.
	 */
	void (*repr)(void *context, struct datum d, struct buf *out);
	void (*repr_future)(void *context, const struct future *f, struct buf *out);

	/* A new pending future of the client's make: one reference. NULL: future_new. */
	struct future *(*new_future)(void *context, struct loop *loop);

	/*
	 * A task, already created (task_start), of one of the two clean-ups at the end of
	 * a run: a new reference. NULL, or a NULL result: one that ends in its first
	 * step.
	 */
	struct task *(*shutdown_asyncgens)(void *context, struct loop *loop);
	struct task *(*shutdown_executor)(void *context, struct loop *loop);

	/*
	 * loop_world_interrupt was called: SIGINT. On the loop's thread, between
	 * handles. May be NULL.
	 */
	void (*on_interrupt)(void *context, struct loop *loop);
};

#endif
