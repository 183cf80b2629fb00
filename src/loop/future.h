/*
 * Futures: a place for a result that is not there yet, and who is to be told.
 *
 * A future is embedded in an owner that counts its references (a scene's Future object,
 * or the plain heap owner of future_new). Completing it appends its done callbacks to
 * the ready queue, in order of registration; none runs at once.
 */
#ifndef LOOP_FUTURE_H
#define LOOP_FUTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "loop/body.h"
#include "loop/client.h"
#include "loop/handle.h"

enum future_state { FUTURE_PENDING, FUTURE_CANCELLED, FUTURE_FINISHED };

/* What the struct future is the head of. */
enum future_kind { FUTURE_PLAIN, FUTURE_TASK, FUTURE_GATHER };

/* The owner's reference count. */
struct future_ops {
	void (*ref)(struct future *f);
	void (*unref)(struct future *f);
};

/* What a future stands for, said only when somebody asks. */
struct future_label {
	void (*describe)(const struct future *f, struct buf *out); /* NULL: "future" */
	union {
		double seconds;
		const void *object; /* lives as long as the future is pending */
		const char *text;   /* likewise */
	};
};

struct future {
	struct loop *loop; /* counted */
	const struct future_ops *ops;
	struct list_node callbacks; /* of struct done_callback, the registered ones */
	struct datum outcome;       /* result or error; CANCELLED: a kept error, or 0 */
	struct datum message;       /* of the cancellation, or 0 */
	struct datum trail;         /* of the error when it was set, until it is taken */
	struct future_label label;
	uint32_t id;         /* in the trace; never 0 */
	uint32_t label_text; /* in the trace: the label when it was made */
	uint8_t state;       /* enum future_state */
	uint8_t kind;        /* enum future_kind */
	uint8_t wait_kind;   /* enum wait_kind, for who waits for it */
	bool failed;         /* FINISHED with an error */
	bool log_error;      /* that error was not retrieved yet */
	bool blocking;       /* it was yielded by its own await (semantics: the mark) */
};

/*
 * Who is told. `handle` is appended when the future is done. Registering holds the
 * owner (handle.ops->hold); the hold ends when the callback has run, is removed, or the
 * future dies. While it is queued and runs, `future` is a reference of its own.
 */
struct done_callback {
	struct handle handle;
	struct list_node link; /* in future->callbacks */
	struct future *future; /* NULL when it is nowhere */
};

/* ---- life ---- */

/* A pending future of `loop`, owned by whoever implements `ops`. */
void future_init(struct future *f, struct loop *loop, const struct future_ops *ops);

/*
 * The owner's count has gone to 0: report an error that nobody retrieved. May run client
 * code. Then future_fini, which gives back what the future holds and runs none.
 * Both switch on the kind: the same two calls end a task's and a gather's future part.
 */
void future_finalize(struct future *f);
void future_fini(struct future *f);

/*
 * A new future of the client's make (client.new_future), or a plain one: one reference.
 */
struct future *future_new(struct loop *loop);

static inline struct future *future_ref(struct future *f)
{
	f->ops->ref(f);
	return f;
}

static inline void future_unref(struct future *f)
{
	f->ops->unref(f);
}

/*
 * Give a future its meaning and tell the trace that it was made. At most once, right
 * after init.
 */
void future_label(struct future *f, enum wait_kind kind, struct future_label label);

/* Append what it stands for: a task's name, `sleep(5)`, `gather[a b]`, `future`. */
void future_describe(const struct future *f, struct buf *out);

/* A future_label.describe that gives label.text as it is. */
void future_describe_text(const struct future *f, struct buf *out);

/*
 * For cycle collectors: call back for each strong reference that the future (with its
 * task or gather part) holds. The owners of its callbacks are found by
 * handle_ops.traverse; those without it come as `callback`.
 */
struct group;
struct future_visitor {
	void *context;
	void (*datum)(void *context, struct datum d);
	void (*future)(void *context, struct future *f);
	void (*callback)(void *context, struct done_callback *cb);
	void (*body)(void *context, struct body *body);
	void (*group)(void *context, struct group *g);
};
void future_traverse(struct future *f, const struct future_visitor *v);

/*
 * Let go of callbacks and outcome, for collectors that break cycles. The future stays
 * usable.
 */
void future_clear(struct future *f);

/* ---- state ---- */

static inline bool future_done(const struct future *f)
{
	return f->state != FUTURE_PENDING;
}

static inline bool future_cancelled(const struct future *f)
{
	return f->state == FUTURE_CANCELLED;
}

/*
 * Complete a pending future; false, and nothing happens, if it is done. Data are
 * borrowed.
 */
bool future_set_result(struct future *f, struct datum result);
bool future_set_error(struct future *f, struct datum error);

/*
 * f.cancel(message) for any kind of future: a task is asked (task_cancel), a gather
 * cancels its children. False when nothing was done. `message` (borrowed) may be 0.
 */
bool future_cancel(struct future *f, struct datum message);

/*
 * f.result() of a future that is done: true with a new reference to the result in `*out`,
 * or false with one to the error (a CancelledError when it was cancelled). The error
 * counts as retrieved.
 */
bool future_take(struct future *f, struct datum *out);

/* The CancelledError of a cancelled future: a new reference. A kept one is given once. */
struct datum future_cancelled_error(struct future *f);

/* The error of a failed future, borrowed, else 0; it counts as retrieved. */
struct datum future_error(struct future *f);

/* ---- done callbacks ---- */

void done_callback_init(struct done_callback *cb, const struct handle_ops *ops,
                        enum handle_role role);

/* Register `cb`, which must be nowhere; if `f` is done, append it at once. */
void future_add_callback(struct future *f, struct done_callback *cb);

/* Take `cb` back; true if it was still registered. One that is already appended stays. */
bool future_remove_callback(struct future *f, struct done_callback *cb);

/* The callbacks still registered, oldest first: `cb = NULL` begins, NULL ends. */
struct done_callback *future_next_callback(const struct future *f,
                                           struct done_callback *cb);

/* ---- awaiting one, as a body does ---- */

/*
 * `await f`, first time: true when it is done (then future_take), else it is marked and
 * `out->future` is a new reference: return BODY_AWAITS. When resumed call future_take, or
 * raise what was thrown.
 */
bool future_await(struct future *f, struct step_result *out);

#endif
