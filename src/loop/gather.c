/*
 * gather: see gather.h. Each distinct child has a done callback that holds the outer
 * future; the outer holds the children.
 */
#include "loop/gather.h"

#include <stdlib.h>

#include "loop/internal.h"

struct gather_child {
	struct done_callback callback;
	struct gather *gather; /* held for as long as the callback is anywhere */
	struct future *future; /* counted */
};

static struct gather *gather_of(const struct future *f)
{
	return (struct gather *)(void *)f;
}

/* ---- finding repeated arguments ---- */

/* Which child a future is: open addressing by address, at most half full. */
struct finder {
	size_t *slots; /* child + 1, or 0 */
	size_t mask;
};

static struct finder finder_new(size_t count)
{
	size_t room = 8;
	while (room / 2 < count)
		room = mem_mul(room, 2);
	return (struct finder){mem_zalloc(room, sizeof(size_t)), room - 1};
}

/* The slot of `f`: the one that holds it, or the empty one where it belongs. */
static size_t *finder_slot(const struct finder *finder, const struct gather *g,
                           const struct future *f)
{
	size_t at = (size_t)((uintptr_t)f / 16 * UINT64_C(0x9E3779B97F4A7C15) >> 20);
	for (;; at++) {
		size_t *slot = &finder->slots[at & finder->mask];
		if (*slot == 0 || g->children[*slot - 1].future == f)
			return slot;
	}
}

/* ---- ending ---- */

/* What one child adds to the list: its result, its error, or a fresh CancelledError. */
static struct datum child_value(const struct loop_world *w, struct future *child)
{
	if (future_cancelled(child)) {
		struct datum message = datum_ref(w, child->message);
		if (datum_is_none(message) && w->client->text)
			message = w->client->text(w->context, "");
		struct datum error = w->client->cancelled_error(w->context, message);
		datum_unref(w, message);
		return error;
	}
	child->log_error = false;
	return datum_ref(w, child->outcome);
}

static void finish_with_list(struct gather *g)
{
	const struct loop_world *w = g->future.loop->world;
	struct datum *values = mem_zalloc(g->argument_count, sizeof *values);
	for (size_t i = 0; i < g->argument_count; i++)
		values[i] = child_value(w, g->children[g->order[i]].future);
	struct datum list = w->client->list(w->context, values, g->argument_count);
	for (size_t i = 0; i < g->argument_count; i++)
		datum_unref(w, values[i]);
	free(values);
	future_set_result(&g->future, list);
	datum_unref(w, list);
}

static void finish_cancelled(struct gather *g, struct future *child)
{
	const struct loop_world *w = g->future.loop->world;
	struct datum error =
		future_cancelled(child)
			? future_cancelled_error(child)
			: w->client->cancelled_error(w->context, child->message);
	future_set_error(&g->future, error);
	datum_unref(w, error);
}

/* A child is done and counted: does that end the gather? */
static void count_child(struct gather *g, struct gather_child *c)
{
	struct future *child = c->future;
	g->done_count++;
	loop_emit(g->future.loop, EV_GATHER_CHILD_DONE, g->future.id, child->id, 0);
	if (future_done(&g->future)) {
		/* Nobody will ask for this one any more. */
		child->log_error = false;
		return;
	}
	if (!g->return_exceptions && (child->failed || future_cancelled(child))) {
		if (future_cancelled(child))
			finish_cancelled(g, child);
		else
			future_set_error(&g->future, future_error(child));
		return;
	}
	if (g->done_count < g->child_count)
		return;
	if (g->cancel_requested)
		finish_cancelled(g, child);
	else
		finish_with_list(g);
}

/* ---- the children's callback ---- */

static struct gather_child *child_of(const struct handle *h)
{
	return CONTAINER_OF(h, struct gather_child, callback.handle);
}

static void child_run(struct loop *l, struct handle *h)
{
	(void)l;
	struct gather_child *c = child_of(h);
	count_child(c->gather, c);
}

static void child_hold(struct handle *h)
{
	future_ref(&child_of(h)->gather->future);
}

static void child_release(struct handle *h)
{
	future_unref(&child_of(h)->gather->future);
}

static void child_name(const struct handle *h, struct buf *out)
{
	(void)h;
	buf_puts(out, "gather._done_callback");
}

static void child_traverse(struct handle *h, const struct future_visitor *v)
{
	v->future(v->context, &child_of(h)->gather->future);
}

static const struct handle_ops child_ops = {
	.run = child_run,
	.hold = child_hold,
	.release = child_release,
	.name = child_name,
	.traverse = child_traverse,
};

/* ---- the outer future ---- */

void gather_describe(const struct future *f, struct buf *out)
{
	const struct gather *g = (const struct gather *)(const void *)f;
	buf_puts(out, "gather[");
	for (size_t i = 0; i < g->argument_count && i < DESCRIBED_MAX; i++) {
		if (i)
			buf_putc(out, ' ');
		future_describe(g->children[g->order[i]].future, out);
	}
	buf_puts(out, g->argument_count > DESCRIBED_MAX ? " ...]" : "]");
}

/* Put the arguments away: `order` for each, a child for each distinct one. */
static void take_arguments(struct gather *g, struct future *const *futures, size_t count)
{
	struct finder finder = finder_new(count);
	g->children = mem_zalloc(count, sizeof *g->children);
	g->order = mem_zalloc(count, sizeof *g->order);
	g->argument_count = count;
	for (size_t i = 0; i < count; i++) {
		size_t *slot = finder_slot(&finder, g, futures[i]);
		if (*slot == 0) {
			struct gather_child *c = &g->children[g->child_count++];
			*slot = g->child_count;
			c->gather = g;
			c->future = future_ref(futures[i]);
			done_callback_init(&c->callback, &child_ops, ROLE_INTERNAL);
		}
		g->order[i] = *slot - 1;
	}
	free(finder.slots);
}

void gather_init(struct gather *g, struct loop *loop, const struct future_ops *ops,
                 struct future *const *futures, size_t count, bool return_exceptions)
{
	*g = (struct gather){.return_exceptions = return_exceptions};
	future_init(&g->future, loop, ops);
	g->future.kind = FUTURE_GATHER;
	take_arguments(g, futures, count);
	future_label(&g->future, WAIT_GATHER,
	             (struct future_label){.describe = gather_describe});
	for (size_t i = 0; i < g->child_count; i++)
		loop_emit(loop, EV_GATHER_CHILD, g->future.id, g->children[i].future->id,
		          0);
	if (count == 0) {
		finish_with_list(g);
		return;
	}
	for (size_t i = 0; i < g->child_count; i++)
		if (!future_done(g->children[i].future))
			future_add_callback(g->children[i].future,
			                    &g->children[i].callback);
	/*
	 * Those done already are counted at once; the others are told apart by their
	 * callback.
	 */
	for (size_t i = 0; i < g->child_count; i++)
		if (future_done(g->children[i].future))
			count_child(g, &g->children[i]);
}

struct gather *gather_new(struct loop *loop, struct future *const *futures, size_t count,
                          bool return_exceptions)
{
	struct gather *g = heap_future_alloc(sizeof *g);
	gather_init(g, loop, &heap_future_ops, futures, count, return_exceptions);
	return g;
}

struct future *gather_child_at(const struct gather *g, size_t i)
{
	return g->children[i].future;
}

bool gather_cancel(struct future *f, struct datum message)
{
	struct gather *g = gather_of(f);
	if (future_done(f))
		return false;
	bool any = false;
	/* A child that is there twice is asked twice. */
	for (size_t i = 0; i < g->argument_count; i++)
		if (future_cancel(g->children[g->order[i]].future, message))
			any = true;
	if (any)
		g->cancel_requested = true;
	return any;
}

void gather_fini_part(struct future *f)
{
	struct gather *g = gather_of(f);
	for (size_t i = 0; i < g->child_count; i++)
		future_forget(&g->children[i].future);
	free(g->children);
	free(g->order);
	g->children = NULL;
	g->order = NULL;
	g->child_count = g->argument_count = 0;
}

void gather_traverse_part(struct future *f, const struct future_visitor *v)
{
	struct gather *g = gather_of(f);
	for (size_t i = 0; i < g->child_count; i++)
		v->future(v->context, g->children[i].future);
}
