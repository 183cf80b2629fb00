/*
 * shield: see shield.h. Two callbacks: the inner's completes the outer and holds it, the
 * outer's takes the inner's back and holds the inner.
 */
#include "loop/shield.h"

#include <stdlib.h>

#include "loop/internal.h"

/* On the inner future. */
struct follower {
	struct done_callback callback;
	struct future *outer; /* counted */
	struct guard *guard;  /* NULL once it is gone */
};

/* On the outer future. */
struct guard {
	struct done_callback callback;
	struct future *inner;      /* counted */
	struct follower *follower; /* NULL once it is gone */
};

static struct follower *follower_of(const struct handle *h)
{
	return CONTAINER_OF(h, struct follower, callback.handle);
}

static struct guard *guard_of(const struct handle *h)
{
	return CONTAINER_OF(h, struct guard, callback.handle);
}

static void follower_run(struct loop *l, struct handle *h)
{
	(void)l;
	struct follower *c = follower_of(h);
	struct future *inner = c->callback.future, *outer = c->outer;
	if (future_cancelled(outer))
		inner->log_error = false;
	else if (future_cancelled(inner))
		future_cancel(outer, DATUM_NONE);
	else if (inner->failed)
		future_set_error(outer, future_error(inner));
	else
		future_set_result(outer, inner->outcome);
}

static void follower_release(struct handle *h)
{
	struct follower *c = follower_of(h);
	if (c->guard)
		c->guard->follower = NULL;
	future_forget(&c->outer);
	free(c);
}

static void follower_name(const struct handle *h, struct buf *out)
{
	(void)h;
	buf_puts(out, "shield._inner_done_callback");
}

static void follower_traverse(struct handle *h, const struct future_visitor *v)
{
	v->future(v->context, follower_of(h)->outer);
}

static const struct handle_ops follower_ops = {
	.run = follower_run,
	.release = follower_release,
	.name = follower_name,
	.traverse = follower_traverse,
};

static void guard_run(struct loop *l, struct handle *h)
{
	(void)l;
	struct guard *g = guard_of(h);
	if (!future_done(g->inner) && g->follower)
		future_remove_callback(g->inner, &g->follower->callback);
}

static void guard_release(struct handle *h)
{
	struct guard *g = guard_of(h);
	if (g->follower)
		g->follower->guard = NULL;
	future_forget(&g->inner);
	free(g);
}

static void guard_name(const struct handle *h, struct buf *out)
{
	(void)h;
	buf_puts(out, "shield._outer_done_callback");
}

static void guard_traverse(struct handle *h, const struct future_visitor *v)
{
	v->future(v->context, guard_of(h)->inner);
}

static const struct handle_ops guard_ops = {
	.run = guard_run,
	.release = guard_release,
	.name = guard_name,
	.traverse = guard_traverse,
};

static void describe(const struct future *f, struct buf *out)
{
	buf_puts(out, "shield[");
	future_describe(f->label.object, out);
	buf_putc(out, ']');
}

struct future *shield(struct future *inner)
{
	if (future_done(inner))
		return future_ref(inner);
	struct future *outer = future_new(inner->loop);
	future_label(outer, WAIT_SHIELD,
	             (struct future_label){.describe = describe, .object = inner});

	struct follower *f = mem_zalloc(1, sizeof *f);
	struct guard *g = mem_zalloc(1, sizeof *g);
	done_callback_init(&f->callback, &follower_ops, ROLE_INTERNAL);
	done_callback_init(&g->callback, &guard_ops, ROLE_INTERNAL);
	f->outer = future_ref(outer);
	g->inner = future_ref(inner);
	f->guard = g;
	g->follower = f;
	future_add_callback(inner, &f->callback);
	future_add_callback(outer, &g->callback);
	return outer;
}
