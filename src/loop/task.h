/*
 * Tasks: a future that steps a body until it ends. Each step is one handle of the ready
 * queue; between steps the task waits for one future, or is in the queue.
 */
#ifndef LOOP_TASK_H
#define LOOP_TASK_H

#include "loop/body.h"
#include "loop/future.h"

struct task {
	struct future future;        /* first, so that a task is a future */
	struct done_callback wakeup; /* its handle is the task's step, too */
	struct body *body;           /* kept until the task dies */
	struct future *waiter;       /* what it waits for, counted, or NULL */
	struct list_node all;        /* in its loop's list of tasks that are not done */
	struct datum throw_next;     /* an error that the queued step throws, or 0 */
	char *name;                  /* owned; NULL: "Task-N" of `number` */
	uint64_t number;             /* N, 0 if it was named at creation */
	uint32_t cancel_count;       /* cancelling() */
	bool must_cancel;            /* the next step throws CancelledError */
	bool quiet;                  /* no report when it is destroyed pending */
	uint32_t cancel_text;        /* trace: the message of the last request */
	bool cancel_asked;           /* trace: asked and not delivered yet */
	bool cancel_seen; /* trace: delivered, and neither ended nor taken back */
	bool eager;       /* its first step runs inside of task_start */
};

/*
 * A task of `loop` for `body` (taken). Fields may be set until task_start, which names
 * it, tells the trace and appends its first step. `name` is copied; NULL takes the
 * world's next Task-N.
 */
void task_init(struct task *t, struct loop *loop, const struct future_ops *ops,
               struct body *body);
void task_start(struct task *t, const char *name);

/* A task owned by the plain heap owner: init and start, one reference. */
struct task *task_new(struct loop *loop, struct body *body, const char *name);

/* The task that `f` is, or NULL. */
static inline struct task *future_task(struct future *f)
{
	return f->kind == FUTURE_TASK ? (struct task *)(void *)f : NULL;
}

/*
 * t.cancel(message): false if it is done, else the request is passed down to what it
 * waits for, or waits for its next step. `message` (borrowed) may be 0.
 */
bool task_cancel(struct task *t, struct datum message);

/* t.uncancel() and t.cancelling(): the number of requests that are left. */
uint32_t task_uncancel(struct task *t);
uint32_t task_cancelling(const struct task *t);

/* The name, appended. */
void task_name(const struct task *t, struct buf *out);
/* t.set_name(): copies. */
void task_set_name(struct task *t, const char *name);

/* The task whose step runs now on this loop, or NULL. */
struct task *task_current(const struct loop *loop);

/*
 * Take every task of `loop` that is not done off what it waits for: a task and its future
 * hold each other, and without a cycle collector this is what lets them die when nobody
 * else holds them. They die as pending. For the end of a program only; the tasks that
 * live on never run again.
 */
void task_abandon_all(struct loop *loop);

/*
 * The tasks of `loop` that are not done, in creation order: `t = NULL` begins, NULL
 * ends.
 */
struct task *task_next(const struct loop *loop, const struct task *t);

/*
 * The same as an array that holds them: for whoever runs code between one and the next.
 */
struct task_list {
	struct task **tasks; /* owned, each counted */
	size_t count;
};
struct task_list task_collect(const struct loop *loop);
void task_list_fini(struct task_list *list);

#endif
