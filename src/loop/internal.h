/*
 * For the files of src/loop and its tests only: what a loop is made of, and the small
 * things they share.
 */
#ifndef LOOP_INTERNAL_H
#define LOOP_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/vec.h"
#include "loop/future.h"
#include "loop/loop.h"
#include "loop/task.h"

/*
 * A place in it is a number that keeps its meaning while handles come and go: how many
 * came before it. What a worker's first stretch appends stands at the place where
 * its job was submitted.
 */
struct ready_queue {
	struct handle *head, *tail;
	size_t count;
	uint64_t pushed, inserted, taken; /* at the end; in between; from the head: ever */
	bool inserting;                   /* appends go behind `cursor` (NULL: in front) */
	struct handle *cursor;
	uint64_t cursor_index;            /* of the first behind it */
};

/* The place at the end of the queue, now. */
struct ready_place {
	uint64_t before, inserted;
};
struct ready_place ready_end(const struct loop *l);
/* From now on appends go to `place`; places do not go back until ready_append_at_end. */
void ready_append_at(struct loop *l, struct ready_place place);
/* ... go to the end again. `done`: and the next place may be anywhere. */
void ready_append_at_end(struct loop *l, bool done);

/* What one descriptor is watched for; lives as long as a watch uses it. */
struct io_slot {
	struct poll_entry entry;
	struct watch *reader, *writer; /* NULL: not watched for that */
	struct list_node link;         /* in loop->slots, by registration */
	bool forgotten; /* its descriptor is closed: it is in the list only */
};

/*
 * Invariant: a handle is in at most one of ready queue, timer heap and inbox; its owner
 * is held once for that. `running` is the handle that was taken last, still held, and
 * `argument` the future that its done callback was called with, counted.
 */
struct loop {
	struct loop_world *world;
	struct ready_queue ready;
	struct timer_heap timers;
	struct handle *running;
	struct future *argument;
	struct task *current;   /* whose step runs */
	struct list_node tasks; /* not done, in creation order */

	const struct poll_ops *poll_ops;
	struct poller *poller;
	struct poll_entry wake; /* the world's wake_fd */
	struct list_node slots; /* struct io_slot */
	size_t slot_count;
	VEC(struct io_slot *) slot_of; /* by descriptor, or NULL */

	pthread_mutex_t inbox_lock; /* guards inbox_head and inbox_tail */
	struct handle *inbox_head, *inbox_tail;
	_Atomic bool inbox_full; /* there may be something in it */

	struct datum exit_error; /* counted; an exit error on its way out */
	void *user;
	size_t refs;
	bool stopping, ending; /* after this tick; before the next handle */
	bool deadlocked;
	bool is_running, closed;
	bool refused; /* it was closed, and something was to be appended */
};

/* ---- the client ---- */

static inline struct datum datum_ref(const struct loop_world *w, struct datum d)
{
	if (d.bits)
		w->client->ref(w->context, d);
	return d;
}

static inline void datum_unref(const struct loop_world *w, struct datum d)
{
	if (d.bits)
		w->client->unref(w->context, d);
}

/* Empty `*slot` and give back what was there. */
static inline void datum_forget(const struct loop_world *w, struct datum *slot)
{
	struct datum old = *slot;
	*slot = DATUM_NONE;
	datum_unref(w, old);
}

/* Empty `*slot` and give back the future that was there, if any. */
static inline void future_forget(struct future **slot)
{
	struct future *old = *slot;
	*slot = NULL;
	if (old)
		future_unref(old);
}

/* ---- the trace ---- */

static inline bool world_traced(const struct loop_world *w)
{
	return w->writer->trace != NULL;
}

static inline bool loop_traced(const struct loop *l)
{
	return world_traced(l->world);
}

static inline void loop_emit(const struct loop *l, enum event_kind kind, uint32_t a,
                             uint32_t b, unsigned detail)
{
	trace_emit(l->world->writer, kind, a, b, detail);
}

/* The number of a text or a time in the trace; call them only when traced. */
uint32_t world_text(struct loop_world *w, const char *text);
uint32_t world_buf(struct loop_world *w, struct buf *taken);
uint32_t world_ns(struct loop_world *w, int64_t ns);

/* The repr of a datum as a text of the trace. */
uint32_t world_repr(struct loop_world *w, struct datum d);

/* ---- scheduling ---- */

/* Append a handle whose owner is held already. */
void ready_append(struct loop *l, struct handle *h);

/* Whether it stands for a task in the queue: then its id is the task's. */
static inline bool handle_is_step(const struct handle *h)
{
	return h->role == ROLE_STEP || h->role == ROLE_WAKEUP;
}

/* The handle gets its identity in the trace, unless it has one. */
void handle_tell(struct loop *l, struct handle *h);

/* I/O (watch.c): append the handles of what is ready; close what is still watched. */
void watches_append(struct loop *l, struct poll_entry **ready, int count);
void watches_close(struct loop *l);

/* Have its thread look up from whatever it waits in. From any thread or signal handler. */
void world_wake(struct loop_world *w);

/* Forget that somebody wanted attention on the descriptor; the flags stay. */
void world_calm(struct loop_world *w);

/* ---- futures ---- */

/*
 * The plain heap owner: `size` bytes, zeroed, that begin with a struct future; one
 * reference.
 */
void *heap_future_alloc(size_t size);
extern const struct future_ops heap_future_ops;

/* Make a pending future CANCELLED, keeping `error` (borrowed, may be 0) to be raised. */
void future_cancel_now(struct future *f, struct datum message, struct datum error);

/* A description of more children or members than these helps nobody. */
enum { DESCRIBED_MAX = 1000 };

/* The parts of the kinds. */
void task_finalize_part(struct task *t);
void task_fini_part(struct task *t);
void task_traverse_part(struct task *t, const struct future_visitor *v);
bool gather_cancel(struct future *f, struct datum message);
void gather_fini_part(struct future *f);
void gather_describe(const struct future *f, struct buf *out);
void gather_traverse_part(struct future *f, const struct future_visitor *v);

#endif
