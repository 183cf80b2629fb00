/*
 * asyncio.TaskGroup: tasks that end before the block that made them does. The first
 * failure cancels the others and the parent; the exit waits for all and raises what
 * failed.
 */
#ifndef LOOP_GROUP_H
#define LOOP_GROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include "base/vec.h"
#include "loop/body.h"

struct future;
struct group;
struct loop;
struct task;

/* The reference count of whatever a group is embedded in. */
struct group_ops {
	void (*ref)(struct group *g);
	void (*unref)(struct group *g);
};

struct group {
	const struct group_ops *ops;
	struct loop *loop;        /* NULL until entered */
	struct task *parent;      /* counted, NULL until entered */
	struct list_node members; /* struct group_member, in creation order */
	size_t member_count;
	VEC(struct datum) errors; /* counted, in the order of the members' callbacks */
	struct datum base_error;  /* counted: SystemExit or KeyboardInterrupt, or 0 */
	struct future *waiter;    /* counted: the exit waits for the members, or NULL */
	uint32_t id;              /* in the trace */
	bool exiting, aborting, parent_cancel_requested;
};

/* Why group_enter or group_may_create say no; the embedder raises RuntimeError. */
enum group_refusal {
	GROUP_OK,
	GROUP_ENTERED,       /* has already been entered */
	GROUP_NO_TASK,       /* cannot determine the parent task */
	GROUP_NOT_ENTERED,   /* has not been entered */
	GROUP_FINISHED,      /* is finished */
	GROUP_SHUTTING_DOWN, /* is shutting down */
};

void group_init(struct group *g, const struct group_ops *ops);
void group_fini(struct group *g);

/* __aenter__: the parent is the task that runs now on `loop`. */
enum group_refusal group_enter(struct group *g, struct loop *loop);

/* Whether a task may be created; then create it and group_add it (borrowed). */
enum group_refusal group_may_create(const struct group *g);
void group_add(struct group *g, struct task *t);

/* What the group holds, for cycle collectors. */
struct future_visitor;
void group_traverse(struct group *g, const struct future_visitor *v);

/*
 * __aexit__ as a body. Raises what the block is to raise instead; returns 0 (None) when
 * the error that the block was left with, if any, goes on by itself.
 */
struct group_exit {
	struct body body;
	struct group *group;    /* counted */
	struct datum error;     /* counted: what the block was left with, or 0 */
	struct datum propagate; /* counted: the CancelledError to raise, or 0 */
	bool begun;
};

/* `error` is borrowed. body.ops->drop or group_exit_fini gives back what it holds. */
void group_exit_init(struct group_exit *x, struct group *g, struct datum error);
void group_exit_fini(struct group_exit *x);

/* For cycle collectors. */
void group_exit_traverse(const struct group_exit *x, const struct future_visitor *v);

#endif
