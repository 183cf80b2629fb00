/*
 * Waiting in line: see waiter.h.
 */
#include "scene/waiter.h"

#include "scene/internal.h"

void waiters_init(struct waiters *q)
{
	list_init(&q->line);
	q->count = 0;
}

void waiters_traverse(struct waiters *q, visit_fn visit, void *context)
{
	if (q->line.next == NULL)
		return;
	for (struct list_node *at = q->line.next; at != &q->line; at = at->next)
		visit(list_entry(at, struct waiter, link)->future, context);
}

bool waiter_begin(struct vm *vm, value owner, struct loop **loop, struct waiters *q,
                  struct waiter *w, enum wait_kind kind, const char *label)
{
	struct loop *l = running_loop(vm);
	if (l == NULL)
		return false;
	if (*loop == NULL)
		*loop = loop_ref(l);
	if (*loop != l) {
		struct buf text = {0};
		put_repr_of(vm, &text, owner);
		vm_raise(vm, &exc_RuntimeError, "%s is bound to a different event loop",
		         buf_text(&text));
		buf_free(&text);
		return false;
	}
	w->future = future_object_new(scene_of(vm), l);
	future_label(
		future_of(w->future), kind,
		(struct future_label){.describe = future_describe_text, .text = label});
	w->iterator = future_wait_new(vm, w->future);
	w->queue = q;
	list_push_tail(&q->line, &w->link);
	q->count++;
	return true;
}

enum coro_outcome waiter_step(struct vm *vm, struct waiter *w, value sent, value thrown,
                              value *out)
{
	enum coro_outcome outcome = await_step(vm, &w->iterator, sent, thrown, out);
	if (outcome != CORO_AWAIT)
		waiter_leave(w);
	return outcome;
}

void waiter_leave(struct waiter *w)
{
	if (w->queue == NULL)
		return;
	list_remove(&w->link);
	w->queue->count--;
	w->queue = NULL;
}

bool waiter_cancelled(const struct waiter *w)
{
	return future_cancelled(future_of(w->future));
}

bool waiter_let_go(const struct waiter *w)
{
	return future_done(future_of(w->future)) && !waiter_cancelled(w);
}

void waiter_fini(struct vm *vm, struct waiter *w)
{
	waiter_leave(w);
	value_forget(vm, &w->iterator);
	value_forget(vm, &w->future);
}

void waiter_traverse(struct waiter *w, visit_fn visit, void *context)
{
	if (!value_is_null(w->iterator))
		visit(w->iterator, context);
	if (!value_is_null(w->future) && w->queue == NULL)
		visit(w->future, context);
}

struct waiter *waiters_next_pending(const struct waiters *q)
{
	for (struct list_node *at = q->line.next; at != &q->line; at = at->next) {
		struct waiter *w = list_entry(at, struct waiter, link);
		if (!future_done(future_of(w->future)))
			return w;
	}
	return NULL;
}

void waiter_wake(struct waiter *w, value result)
{
	future_set_result(future_of(w->future), datum_of(result));
}

void waiters_wake_all(struct waiters *q, value result)
{
	for (struct list_node *at = q->line.next; at != &q->line; at = at->next)
		waiter_wake(list_entry(at, struct waiter, link), result);
}

bool waiters_any_not_cancelled(const struct waiters *q)
{
	for (struct list_node *at = q->line.next; at != &q->line; at = at->next)
		if (!waiter_cancelled(list_entry(at, struct waiter, link)))
			return true;
	return false;
}
