/*
 * Task groups: see group.h. Each member has a done callback that holds the group; the
 * group holds its members until their callbacks have run.
 */
#include "loop/group.h"

#include <stdlib.h>

#include "loop/internal.h"

/* Freed when it has left the group and its callback is nowhere. */
struct group_member {
	struct done_callback callback;
	struct list_node link; /* in group->members */
	struct group *group;
	struct task *task; /* counted; NULL once it has left */
	bool held;         /* the callback is registered, queued or running */
};

/* ---- aborting ---- */

static const struct loop_world *world_of(const struct group *g)
{
	return g->loop->world;
}

/*
 * Cancel all members that are not done; `culprit` is the member that failed, or 0. False
 * if the loop is closed, which ends it at the first: a coroutine is destroyed with the
 * program.
 */
static bool abort_group(struct group *g, uint32_t culprit)
{
	g->aborting = true;
	loop_emit(g->loop, EV_GROUP_ABORTING, g->id, culprit, 0);
	for (struct list_node *n = g->members.next, *next; n != &g->members; n = next) {
		next = n->next;
		struct task *t = list_entry(n, struct group_member, link)->task;
		if (!future_done(&t->future))
			task_cancel(t, DATUM_NONE);
		if (g->loop->closed && loop_take_refusal(g->loop))
			return false;
	}
	return true;
}

/* SystemExit and KeyboardInterrupt win over everything else: remember the first. */
static void note_base_error(struct group *g, struct datum error)
{
	const struct loop_world *w = world_of(g);
	if (datum_is_none(g->base_error) &&
	    w->client->classify(w->context, error) == ERROR_EXIT)
		g->base_error = datum_ref(w, error);
}

/* ---- members ---- */

static struct group_member *member_of(const struct handle *h)
{
	return CONTAINER_OF(h, struct group_member, callback.handle);
}

static void free_if_unused(struct group_member *m)
{
	if (!m->task && !m->held)
		free(m);
}

static void leave(struct group *g, struct group_member *m)
{
	struct task *t = m->task;
	list_remove(&m->link);
	g->member_count--;
	m->task = NULL;
	free_if_unused(m);
	future_unref(&t->future);
}

static void report_orphan(struct group *g, struct task *t, struct datum error)
{
	const struct loop_world *w = world_of(g);
	struct buf text = {0};
	buf_puts(&text, "Task ");
	future_describe(&t->future, &text);
	buf_puts(&text, " has errored out but its parent task ");
	future_describe(&g->parent->future, &text);
	buf_puts(&text, " is already completed");
	const struct loop_report report = {
		.message = buf_text(&text),
		.error = error,
		.task = t,
	};
	w->client->report(w->context, g->loop, &report);
	buf_free(&text);
}

/* A member has failed. */
static void member_failed(struct group *g, struct task *t, struct datum error)
{
	vec_push(&g->errors, datum_ref(world_of(g), error));
	note_base_error(g, error);
	if (future_done(&g->parent->future)) {
		report_orphan(g, t, error);
		return;
	}
	if (g->aborting || g->parent_cancel_requested)
		return;
	abort_group(g, t->future.id);
	g->parent_cancel_requested = true;
	task_cancel(g->parent, DATUM_NONE);
}

/* A member is done: it leaves, and whoever waits for the last one is told. */
static void member_run(struct loop *l, struct handle *h)
{
	struct group_member *m = member_of(h);
	struct group *g = m->group;
	struct task *t = m->task;
	if (!t)
		return;
	loop_emit(l, EV_GROUP_CHILD_DONE, g->id, t->future.id, 0);
	future_ref(&t->future);
	leave(g, m);
	if (g->waiter && g->member_count == 0)
		future_set_result(g->waiter, DATUM_NONE);
	if (!future_cancelled(&t->future)) {
		struct datum error = future_error(&t->future);
		if (!datum_is_none(error))
			member_failed(g, t, error);
	}
	future_unref(&t->future);
}

static void member_hold(struct handle *h)
{
	struct group_member *m = member_of(h);
	m->held = true;
	m->group->ops->ref(m->group);
}

static void member_release(struct handle *h)
{
	struct group_member *m = member_of(h);
	struct group *g = m->group;
	m->held = false;
	free_if_unused(m);
	g->ops->unref(g);
}

static void member_name(const struct handle *h, struct buf *out)
{
	(void)h;
	buf_puts(out, "TaskGroup._on_task_done");
}

static void member_traverse(struct handle *h, const struct future_visitor *v)
{
	if (v->group)
		v->group(v->context, member_of(h)->group);
}

static const struct handle_ops member_ops = {
	.run = member_run,
	.hold = member_hold,
	.release = member_release,
	.name = member_name,
	.traverse = member_traverse,
};

/* ---- life ---- */

void group_init(struct group *g, const struct group_ops *ops)
{
	*g = (struct group){.ops = ops};
	list_init(&g->members);
}

static void forget_waiter(struct group *g)
{
	if (g->waiter)
		g->waiter->label.describe = NULL; /* the group may go */
	future_forget(&g->waiter);
}

void group_fini(struct group *g)
{
	if (!g->loop)
		return;
	while (!list_empty(&g->members))
		leave(g, list_entry(g->members.next, struct group_member, link));
	for (size_t i = 0; i < g->errors.count; i++)
		datum_unref(world_of(g), g->errors.items[i]);
	vec_free(&g->errors);
	datum_forget(world_of(g), &g->base_error);
	forget_waiter(g);
	if (g->parent)
		future_unref(&g->parent->future);
	g->parent = NULL;
	struct loop *l = g->loop;
	g->loop = NULL;
	loop_unref(l);
}

void group_traverse(struct group *g, const struct future_visitor *v)
{
	if (g->parent)
		v->future(v->context, &g->parent->future);
	if (g->waiter)
		v->future(v->context, g->waiter);
	v->datum(v->context, g->base_error);
	for (size_t i = 0; i < g->errors.count; i++)
		v->datum(v->context, g->errors.items[i]);
	for (struct list_node *n = g->members.next; n != &g->members; n = n->next)
		v->future(v->context,
		          &list_entry(n, struct group_member, link)->task->future);
}

/* ---- entering and creating ---- */

enum group_refusal group_enter(struct group *g, struct loop *loop)
{
	if (g->loop)
		return GROUP_ENTERED;
	struct task *parent = loop ? task_current(loop) : NULL;
	if (!parent)
		return GROUP_NO_TASK;
	g->loop = loop_ref(loop);
	g->parent = parent;
	future_ref(&parent->future);
	g->id = loop_world_id(loop->world);
	loop_emit(loop, EV_GROUP_ENTERED, g->id, 0, 0);
	return GROUP_OK;
}

enum group_refusal group_may_create(const struct group *g)
{
	if (!g->loop)
		return GROUP_NOT_ENTERED;
	if (g->exiting && g->member_count == 0)
		return GROUP_FINISHED;
	return g->aborting ? GROUP_SHUTTING_DOWN : GROUP_OK;
}

void group_add(struct group *g, struct task *t)
{
	struct group_member *m = mem_zalloc(1, sizeof *m);
	m->group = g;
	m->task = t;
	future_ref(&t->future);
	done_callback_init(&m->callback, &member_ops, ROLE_INTERNAL);
	list_push_tail(&g->members, &m->link);
	g->member_count++;
	loop_emit(g->loop, EV_GROUP_CHILD, g->id, t->future.id, 0);
	if (!future_done(&t->future)) {
		future_add_callback(&t->future, &m->callback);
		return;
	}
	/* An eager task that is done already is let go at once. */
	member_hold(&m->callback.handle);
	member_run(g->loop, &m->callback.handle);
	member_release(&m->callback.handle);
}

/* ---- leaving ---- */

static void describe(const struct future *f, struct buf *out)
{
	const struct group *g = f->label.object;
	size_t count = 0;
	buf_puts(out, "taskgroup[");
	for (const struct list_node *n = g->members.next; n != &g->members; n = n->next) {
		if (count)
			buf_putc(out, ' ');
		if (count++ == DESCRIBED_MAX) {
			buf_puts(out, "...");
			break;
		}
		task_name(list_entry(n, struct group_member, link)->task, out);
	}
	buf_putc(out, ']');
}

/*
 * Remember `error` (borrowed) as the CancelledError that the block raises if nothing
 * failed.
 */
static void propagate(struct group_exit *x, struct datum error)
{
	const struct loop_world *w = world_of(x->group);
	datum_ref(w, error);
	datum_forget(w, &x->propagate);
	x->propagate = error;
}

/*
 * The first thing: what the block was left with decides whether the members go on. False
 * if they cannot be cancelled any more.
 */
static bool begin_exit(struct group_exit *x)
{
	struct group *g = x->group;
	const struct loop_world *w = world_of(g);
	g->exiting = true;
	if (datum_is_none(x->error))
		return true;
	note_base_error(g, x->error);
	if (w->client->classify(w->context, x->error) == ERROR_CANCELLED)
		propagate(x, x->error);
	return g->aborting || abort_group(g, 0);
}

static enum outcome wait_for_members(struct group *g, struct step_result *out)
{
	g->waiter = future_new(g->loop);
	g->waiter->id = g->id; /* in the trace, waiting for it is waiting for the group */
	future_label(g->waiter, WAIT_GROUP,
	             (struct future_label){.describe = describe, .object = g});
	future_await(g->waiter, out);
	return BODY_AWAITS;
}

static enum outcome raise_group(struct group *g, struct step_result *out)
{
	const struct loop_world *w = world_of(g);
	/*
	 * Cancelled from outside as well: keep the count, and have the next await say
	 * so.
	 */
	if (task_cancelling(g->parent) > 0) {
		task_uncancel(g->parent);
		task_cancel(g->parent, DATUM_NONE);
	}
	out->datum = w->client->error_group(w->context, "unhandled errors in a TaskGroup",
	                                    g->errors.items, g->errors.count);
	for (size_t i = 0; i < g->errors.count; i++)
		datum_unref(w, g->errors.items[i]);
	vec_free(&g->errors);
	return BODY_RAISES;
}

/* All members are gone. */
static enum outcome end_exit(struct group_exit *x, struct step_result *out)
{
	struct group *g = x->group;
	const struct loop_world *w = world_of(g);
	if (!datum_is_none(g->base_error)) {
		out->datum = datum_ref(w, g->base_error);
		return BODY_RAISES;
	}
	/* The request to cancel the parent was ours: take it back. */
	if (g->parent_cancel_requested && task_uncancel(g->parent) == 0)
		datum_forget(w, &x->propagate);
	if (!datum_is_none(x->propagate) && g->errors.count == 0) {
		out->datum = datum_ref(w, x->propagate);
		return BODY_RAISES;
	}
	if (!datum_is_none(x->error) &&
	    w->client->classify(w->context, x->error) != ERROR_CANCELLED)
		vec_push(&g->errors, datum_ref(w, x->error));
	return g->errors.count ? raise_group(g, out) : BODY_RETURNS;
}

static enum ending ending_of(const struct loop_world *w, enum outcome outcome,
                             struct datum error)
{
	if (outcome == BODY_RETURNS)
		return ENDING_RESULT;
	return w->client->classify(w->context, error) == ERROR_CANCELLED
	               ? ENDING_CANCELLED
	               : ENDING_EXCEPTION;
}

static enum outcome resume(struct body *b, struct datum sent, struct datum thrown,
                           struct step_result *out)
{
	(void)sent;
	struct group_exit *x = CONTAINER_OF(b, struct group_exit, body);
	struct group *g = x->group;
	const struct loop_world *w = world_of(g);
	bool first = !x->begun;
	x->begun = true;
	if (!datum_is_none(thrown)) {
		if (first || w->client->classify(w->context, thrown) != ERROR_CANCELLED) {
			out->datum = datum_ref(w, thrown);
			return BODY_RAISES;
		}
		/* The group's own task was cancelled while a child still ran. */
		if (!g->aborting) {
			propagate(x, thrown);
			abort_group(g, 0);
		}
	}
	if (first && !begin_exit(x)) {
		out->datum = w->client->make_error(w->context, LOOP_ERROR_RUNTIME,
		                                   "Event loop is closed", DATUM_NONE);
		return BODY_RAISES;
	}
	forget_waiter(g);
	if (g->member_count)
		return wait_for_members(g, out);
	enum outcome outcome = end_exit(x, out);
	loop_emit(g->loop, EV_GROUP_EXITED, g->id, 0, ending_of(w, outcome, out->datum));
	return outcome;
}

static void drop(struct body *b)
{
	group_exit_fini(CONTAINER_OF(b, struct group_exit, body));
}

static const char *qualname(const struct body *b)
{
	(void)b;
	return "TaskGroup.__aexit__";
}

static const struct body_ops exit_ops = {
	.resume = resume, .drop = drop, .qualname = qualname};

void group_exit_init(struct group_exit *x, struct group *g, struct datum error)
{
	g->ops->ref(g);
	*x = (struct group_exit){
		.body = {&exit_ops},
		.group = g,
		.error = datum_ref(world_of(g), error),
	};
}

void group_exit_fini(struct group_exit *x)
{
	struct group *g = x->group;
	if (!g)
		return;
	x->group = NULL;
	datum_forget(world_of(g), &x->error);
	datum_forget(world_of(g), &x->propagate);
	g->ops->unref(g);
}

void group_exit_traverse(const struct group_exit *x, const struct future_visitor *v)
{
	if (!x->group)
		return;
	v->group(v->context, x->group);
	v->datum(v->context, x->error);
	v->datum(v->context, x->propagate);
}
