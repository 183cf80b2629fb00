/*
 * The event loop: a ready queue, a timer heap, a poller and a clock, turned tick by
 * tick. It has never heard of Python: results and errors are opaque (client.h), what
 * tasks step is abstract (body.h).
 *
 * A world is what the loops of one program share. All calls belong on the loop's own
 * thread but those that say otherwise.
 */
#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "loop/client.h"
#include "loop/clock.h"
#include "loop/handle.h"
#include "loop/poll.h"
#include "loop/timers.h"
#include "trace/trace.h"

struct crew;
struct post;
struct worker;

/* What other threads have posted to a world (loop/crew.h). */
struct post_box {
	pthread_mutex_t lock;
	struct post *head, *tail;
	_Atomic bool full; /* there may be something in it */
};

/*
 * What the loops of a program share: the clock, the numbers of its tasks, and how to get
 * its thread's attention. Lives in the embedder and outlives the loops.
 */
struct loop_world {
	const struct loop_client *client;
	void *context;               /* the client's */
	struct trace_writer *writer; /* borrowed; never NULL after loop_world_init */
	struct trace_writer silent;  /* what writer points at when nobody traces */
	struct clock clock;
	struct loop *running; /* the loop that runs now, or NULL */
	uint64_t task_number; /* of the last Task-N */
	uint32_t last_id;     /* ids, when there is no trace to give them */
	int wake_fd;          /* an eventfd: readable when somebody wants attention */
	_Atomic unsigned attention; /* ATTENTION_* asked for and not yet given */
	struct crew *crew;     /* the program's workers, or NULL: none yet */
	struct worker *worker; /* whose world it is; NULL: the root's */
	struct post_box box;
};

enum { ATTENTION_INTERRUPT = 1, ATTENTION_HALT = 2 };

/* How a run ended. */
enum run_end {
	RUN_DONE,     /* the future is done, or the loop was stopped */
	RUN_STOPPED,  /* run_until_complete: stopped before the future was done */
	RUN_EXIT,     /* an exit error left the loop: *error */
	RUN_DEADLOCK, /* virtual clock: nothing is ready, due or awaited, for ever */
	RUN_HALTED,   /* loop_world_halt, or a body halted */
	RUN_CLOSED,   /* refused: the loop is closed */
	RUN_BUSY,     /* refused: this loop is running */
	RUN_OTHER,    /* refused: another loop of this world is running */
};

/* `client` and `writer` are borrowed; `writer` may be NULL. */
void loop_world_init(struct loop_world *w, const struct loop_client *client,
                     void *context, struct trace_writer *writer, bool real_clock);
void loop_world_fini(struct loop_world *w);

/* A fresh id for the trace. */
uint32_t loop_world_id(struct loop_world *w);

/*
 * time.sleep on the thread of the world: it is busy for `ns`. Virtual: the clock moves.
 * Real: waits, until loop_world_interrupt or loop_world_halt at the latest: returns what
 * is left then, else 0. Tells the trace; `line` is where the scene says so, or 0.
 */
int64_t loop_world_block(struct loop_world *w, int64_t ns, uint32_t line);

/* The time now in nanoseconds since the world began, loop or no loop. */
int64_t loop_world_now_ns(const struct loop_world *w);

/*
 * From any thread or signal handler: client.on_interrupt will be called on the world's
 * thread.
 */
void loop_world_interrupt(struct loop_world *w);

/*
 * From any thread or signal handler: a run ends before its next handle, now and for
 * good.
 */
void loop_world_halt(struct loop_world *w);
bool loop_world_halted(const struct loop_world *w);

/* ---- life ---- */

/* A new loop with one reference, or NULL with errno set. Futures hold their loop. */
struct loop *loop_new(struct loop_world *w, enum poll_backend backend);
struct loop *loop_ref(struct loop *l);
void loop_unref(struct loop *l);

/*
 * Close it: what is in its queue and heap is dropped unrun. Must not be running.
 * Harmless twice.
 */
void loop_close(struct loop *l);
bool loop_closed(const struct loop *l);
bool loop_running(const struct loop *l);

/*
 * Whether something was to be appended to this closed loop since the last time that this
 * was asked. It was dropped; in asyncio, call_soon raises `Event loop is closed` out of
 * whatever completed a future or cancelled a task.
 */
bool loop_take_refusal(struct loop *l);
struct loop_world *loop_world(const struct loop *l);

/* The embedder's own pointer, for its loop object; 0 at first. */
void loop_set_user(struct loop *l, void *user);
void *loop_user(const struct loop *l);

/* ---- running ---- */

/*
 * Tick until stopped. `*error` is the exit error (a new reference) for RUN_EXIT, else
 * 0.
 */
enum run_end loop_run_forever(struct loop *l, struct datum *error);

/* Tick until `f` (borrowed) is done: RUN_DONE, and future_take gives its result. */
enum run_end loop_run_until_complete(struct loop *l, struct future *f,
                                     struct datum *error);

/* One turn: what loop_run_forever repeats. True while it should go on. */
bool loop_turn(struct loop *l);

/* End the run after this tick. */
void loop_stop(struct loop *l);

/* A callback failed with an exit error (taken): the run ends at once with RUN_EXIT. */
void loop_exit(struct loop *l, struct datum error);

/* ---- scheduling ---- */

/* Append `h`, which must be idle. Its owner is held until it has run. */
void loop_call_soon(struct loop *l, struct handle *h);

/*
 * Arm `t`, which must be idle, for `when_ns`. Its owner is held until it has run or was
 * purged.
 */
void loop_call_at(struct loop *l, struct timer *t, int64_t when_ns);

/*
 * The deadline of call_later(seconds): the float addition that call_later makes, in
 * nanoseconds.
 */
int64_t loop_deadline_ns(const struct loop *l, double seconds);

/* loop.time() in nanoseconds and in seconds. */
int64_t loop_now_ns(const struct loop *l);
double loop_time(const struct loop *l);

/* The id of `h` in the trace, which is told of it now if need be; 0 when nobody traces. */
uint32_t loop_handle_id(struct loop *l, struct handle *h);

/*
 * From any thread: append `h`, taking a hold on its owner that the caller has already
 * made.
 */
void loop_call_soon_threadsafe(struct loop *l, struct handle *h);

/* From any thread or signal handler: have the loop look up from its poll. */
void loop_wake(struct loop *l);

/* ---- I/O ---- */

/*
 * A watch on a descriptor, as add_reader and add_writer make them: each time the fd is
 * ready its handle is appended, until loop_unwatch. Embedded in its owner, which is held
 * as long as it watches.
 */
struct watch {
	struct handle handle; /* role IO */
	struct io_slot *slot; /* NULL when it watches nothing */
	unsigned events;      /* POLL_READ or POLL_WRITE */
	bool anew; /* it watches again; its handle was cancelled the time before */
};

/*
 * Watch `fd` for `events`, one of POLL_*. There is one watch each a descriptor: another
 * one that is there is replaced, as by loop_unwatch. `w` must watch nothing and not be
 * queued. `ops` as for a handle. `what` (borrowed for the call) says for the trace what
 * for. 0, or -ERR_SYSTEM with errno set.
 */
int loop_watch(struct loop *l, struct watch *w, int fd, unsigned events,
               const struct handle_ops *ops, const char *what);

/*
 * The same for a watch that has watched before: it keeps its ops and its identity in the
 * trace. Its handle may still be in the queue, cancelled; there it is skipped.
 */
int loop_watch_again(struct loop *l, struct watch *w, int fd, unsigned events,
                     const char *what);

/*
 * Stop watching; a handle already queued is cancelled. Harmless when it watches
 * nothing; true when it did.
 */
bool loop_unwatch(struct loop *l, struct watch *w);

/* The watch of `fd` for `events` (one of POLL_*), or NULL. */
struct watch *loop_watch_of(const struct loop *l, int fd, unsigned events);

/*
 * The descriptor is about to be closed: nobody hears of it any more, and its number may
 * be used anew. Its watches stay as they are, idle, until they are unwatched.
 */
void loop_forget_fd(struct loop *l, int fd);

#endif
