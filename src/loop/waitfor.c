/*
 * wait_for: see waitfor.h.
 */
#include "loop/waitfor.h"

#include <stdlib.h>

#include "loop/internal.h"
#include "loop/task.h"

/* ---- with time left ---- */

static struct wait_for *owner_of(struct timeout *t)
{
	return CONTAINER_OF(t, struct wait_for, timeout);
}

static void hold(struct timeout *t)
{
	owner_of(t)->refs++;
}

static void give_back(struct timeout *t)
{
	struct wait_for *w = owner_of(t);
	if (--w->refs == 0)
		free(w);
}

static const struct timeout_ops timeout_ops = {.ref = hold, .unref = give_back};

static void drop_inner(struct wait_for *w)
{
	struct body *inner = w->inner;
	w->inner = NULL;
	if (inner)
		inner->ops->drop(inner);
}

/* The awaitable has ended: leave the timeout, whose verdict may change the error. */
static enum outcome end_wait(struct wait_for *w, enum outcome outcome,
                             struct step_result *out)
{
	const struct loop_world *world = w->world;
	const struct loop_client *client = world->client;
	bool raised = outcome == BODY_RAISES;
	switch (timeout_exit(&w->timeout, raised ? out->datum : DATUM_NONE)) {
	case TIMEOUT_RAISES: {
		struct datum cause = out->datum;
		out->datum =
			client->make_error(world->context, LOOP_ERROR_TIMEOUT, "", cause);
		datum_unref(world, cause);
		break;
	}
	case TIMEOUT_MARKS:
		if (client->mark_timeout)
			client->mark_timeout(world->context, out->datum);
		break;
	case TIMEOUT_PASSES:
		break;
	}
	drop_inner(w);
	return outcome;
}

static enum outcome enter(struct wait_for *w, struct datum thrown,
                          struct step_result *out)
{
	const struct loop_world *world = w->world;
	struct loop *l = world->running;
	w->begun = true;
	if (!datum_is_none(thrown)) {
		out->datum = datum_ref(world, thrown);
		return BODY_RAISES;
	}
	if (w->timeout.has_when && l)
		w->timeout.when += loop_time(l);
	if (timeout_enter(&w->timeout, l) == TIMEOUT_OK)
		return BODY_RETURNS;
	out->datum = world->client->make_error(world->context, LOOP_ERROR_RUNTIME,
	                                       "Timeout should be used inside a task",
	                                       DATUM_NONE);
	return BODY_RAISES;
}

static enum outcome wait_for_resume(struct body *b, struct datum sent,
                                    struct datum thrown, struct step_result *out)
{
	struct wait_for *w = CONTAINER_OF(b, struct wait_for, body);
	if (!w->begun && enter(w, thrown, out) == BODY_RAISES) {
		drop_inner(w);
		return BODY_RAISES;
	}
	enum outcome outcome = w->inner->ops->resume(w->inner, sent, thrown, out);
	if (outcome != BODY_RETURNS && outcome != BODY_RAISES)
		return outcome;
	return end_wait(w, outcome, out);
}

static void wait_for_drop(struct body *b)
{
	struct wait_for *w = CONTAINER_OF(b, struct wait_for, body);
	drop_inner(w);
	timeout_fini(&w->timeout);
	give_back(&w->timeout);
}

static const char *wait_for_qualname(const struct body *b)
{
	(void)b;
	return "wait_for";
}

static const struct body_ops wait_for_ops = {
	.resume = wait_for_resume,
	.drop = wait_for_drop,
	.qualname = wait_for_qualname,
};

struct wait_for *wait_for_new(struct loop_world *world, struct body *inner,
                              bool has_timeout, double seconds)
{
	struct wait_for *w = mem_zalloc(1, sizeof *w);
	*w = (struct wait_for){
		.body = {&wait_for_ops},
		.world = world,
		.inner = inner,
		.refs = 1,
	};
	timeout_init(&w->timeout, &timeout_ops, has_timeout, seconds);
	return w;
}

/* ---- without: cancel, and wait until that is over ---- */

/* A done callback that completes the waiter. */
struct release {
	struct done_callback callback;
	size_t refs;
	struct future *waiter; /* counted */
};

static struct release *release_of(const struct handle *h)
{
	return CONTAINER_OF(h, struct release, callback.handle);
}

static void release_run(struct loop *l, struct handle *h)
{
	(void)l;
	future_set_result(release_of(h)->waiter, DATUM_NONE);
}

static void release_hold(struct handle *h)
{
	release_of(h)->refs++;
}

static void release_unhold(struct handle *h)
{
	struct release *r = release_of(h);
	if (--r->refs)
		return;
	future_unref(r->waiter);
	free(r);
}

static void release_name(const struct handle *h, struct buf *out)
{
	(void)h;
	buf_puts(out, "_release_waiter");
}

static void release_traverse(struct handle *h, const struct future_visitor *v)
{
	v->future(v->context, release_of(h)->waiter);
}

static const struct handle_ops release_ops = {
	.run = release_run,
	.hold = release_hold,
	.release = release_unhold,
	.name = release_name,
	.traverse = release_traverse,
};

static void describe(const struct future *f, struct buf *out)
{
	buf_puts(out, "wait_for[");
	future_describe(f->label.object, out);
	buf_putc(out, ']');
}

static enum outcome cancel_and_wait(struct wait_expired *w, struct step_result *out)
{
	struct loop *l = w->future->loop;
	w->waiter = future_new(l);
	future_label(w->waiter, WAIT_WAIT_FOR,
	             (struct future_label){.describe = describe, .object = w->future});
	struct release *r = mem_zalloc(1, sizeof *r);
	r->refs = 1;
	r->waiter = future_ref(w->waiter);
	done_callback_init(&r->callback, &release_ops, ROLE_INTERNAL);
	w->release = r;
	future_add_callback(w->future, &r->callback);
	future_cancel(w->future, DATUM_NONE);
	future_await(w->waiter, out);
	return BODY_AWAITS;
}

static void stop_waiting(struct wait_expired *w)
{
	struct release *r = w->release;
	w->release = NULL;
	if (!r)
		return;
	future_remove_callback(w->future, &r->callback);
	release_unhold(&r->callback.handle);
	w->waiter->label.describe = NULL;
	future_forget(&w->waiter);
}

static enum outcome expired_resume(struct body *b, struct datum sent, struct datum thrown,
                                   struct step_result *out)
{
	(void)sent;
	struct wait_expired *w = CONTAINER_OF(b, struct wait_expired, body);
	const struct loop_world *world = w->future->loop->world;
	if (!datum_is_none(thrown)) {
		stop_waiting(w);
		out->datum = datum_ref(world, thrown);
		return BODY_RAISES;
	}
	bool was_done = !w->waiter;
	if (!future_done(w->future))
		return cancel_and_wait(w, out);
	stop_waiting(w);
	if (future_take(w->future, &out->datum))
		return BODY_RETURNS;
	const struct loop_client *client = world->client;
	if (!was_done &&
	    client->classify(world->context, out->datum) == ERROR_CANCELLED) {
		struct datum cause = out->datum;
		out->datum =
			client->make_error(world->context, LOOP_ERROR_TIMEOUT, "", cause);
		datum_unref(world, cause);
	}
	return BODY_RAISES;
}

static void expired_drop(struct body *b)
{
	wait_expired_fini(CONTAINER_OF(b, struct wait_expired, body));
}

static const struct body_ops expired_ops = {
	.resume = expired_resume,
	.drop = expired_drop,
	.qualname = wait_for_qualname,
};

void wait_expired_init(struct wait_expired *w, struct future *f)
{
	*w = (struct wait_expired){.body = {&expired_ops}, .future = future_ref(f)};
}

void wait_expired_fini(struct wait_expired *w)
{
	if (!w->future)
		return;
	stop_waiting(w);
	future_forget(&w->future);
}

/* ---- for cycle collectors ---- */

void wait_for_traverse(const struct wait_for *w, const struct future_visitor *v)
{
	if (w->inner)
		v->body(v->context, w->inner);
	/* An armed timer holds all of this as well. */
	if (w->timeout.task && w->refs == 1)
		v->future(v->context, &w->timeout.task->future);
}

void wait_expired_traverse(const struct wait_expired *w, const struct future_visitor *v)
{
	if (w->future)
		v->future(v->context, w->future);
	if (w->waiter)
		v->future(v->context, w->waiter);
	/* Registered, it is visited with the future that it stands on. */
	if (w->release && w->release->refs == 1)
		v->future(v->context, w->release->waiter);
}
