/*
 * The bridge between the two kinds of future: asyncio's, which a loop completes, and
 * concurrent ones, which threads do. Each hop is a handle in the loop's queue, as in
 * CPython: whoever awaits a job's end runs two ticks after it.
 */
#include "scene/concurrent.h"

#include "lang/str.h"
#include "scene/internal.h"
#include "scene/job.h"

/*
 * One pair, chained. Both futures hold it by their callbacks until they are done, and it
 * holds both.
 */
struct bridge {
	struct object head;
	value concurrent;          /* counted */
	value asyncio;             /* counted */
	value what;                /* str: what the asyncio one stands for, or null */
	struct loop *loop;         /* counted; the asyncio one's */
	struct done_callback done; /* of the asyncio one */
	struct handle copy;        /* to the loop: the concurrent one is done */
	struct handle cancel;      /* from the loop: the concurrent one was cancelled */
	bool from_loop;            /* the asyncio one is the source */
};

static const struct type bridge_type;

static struct bridge *bridge_of(value v)
{
	return (struct bridge *)(void *)value_object(v);
}

static struct bridge *bridge_of_done(const struct handle *h)
{
	return CONTAINER_OF(h, struct bridge, done.handle);
}

static struct bridge *bridge_of_copy(const struct handle *h)
{
	return CONTAINER_OF(h, struct bridge, copy);
}

static struct bridge *bridge_of_cancel(const struct handle *h)
{
	return CONTAINER_OF(h, struct bridge, cancel);
}

static void hold(struct bridge *b)
{
	value_ref(object_value(b));
}

static void release(struct bridge *b)
{
	value_unref(scene_of_loop(b->loop)->vm, object_value(b));
}

/* An error of concurrent.futures as asyncio's own, and back: a new reference. */
static value converted(struct vm *vm, value error)
{
	const struct type *as =
		value_is_exactly(error, &concurrent_cancelled_error_type)
			? &cancelled_error_type
		: value_is_exactly(error, &concurrent_invalid_state_error_type)
			? &invalid_state_error_type
			: NULL;
	if (as == NULL)
		return value_ref(error);
	value made = exception_new(vm, as, value_as_exception(error)->args);
	value_as_exception(made)->traceback =
		value_xref(value_as_exception(error)->traceback);
	return made;
}

/* ---- concurrent -> asyncio ---- */

static void copy_run(struct loop *l, struct handle *h)
{
	struct bridge *b = bridge_of_copy(h);
	struct scene *s = scene_of_loop(l);
	const struct concurrent_future *from = concurrent_future_of(b->concurrent);
	struct future *to = future_of(b->asyncio);
	if (future_cancelled(to))
		return;
	if (from->state == CONCURRENT_CANCELLED) {
		future_cancel(to, DATUM_NONE);
		return;
	}
	bool set;
	if (from->failed) {
		value error = converted(s->vm, from->outcome);
		set = future_set_error(to, datum_of(error));
		value_unref(s->vm, error);
	} else {
		set = future_set_result(to, datum_of(from->outcome));
	}
	if (!set) {
		vm_raise_with(s->vm, &exc_AssertionError, VALUE_NULL);
		callback_failed(s, l, h);
	}
}

static void copy_hold(struct handle *h)
{
	hold(bridge_of_copy(h));
}

static void copy_release(struct handle *h)
{
	release(bridge_of_copy(h));
}

static void copy_name(const struct handle *h, struct buf *out)
{
	(void)h;
	buf_puts(out, "_chain_future._set_state");
}

static const struct handle_ops copy_ops = {
	.run = copy_run,
	.hold = copy_hold,
	.release = copy_release,
	.name = copy_name,
};

/* ---- asyncio -> concurrent ---- */

static void complete_from(struct scene *s, struct bridge *b)
{
	struct future *from = future_of(b->asyncio);
	struct concurrent_future *to = concurrent_future_of(b->concurrent);
	if (future_cancelled(from))
		concurrent_cancel(s, to);
	if (to->state == CONCURRENT_FINISHED || !concurrent_begin(s, to))
		return;
	struct datum outcome;
	bool ok = future_take(from, &outcome);
	value v = value_of(outcome);
	concurrent_complete(s, to, v, !ok);
	value_unref(s->vm, v);
}

static void cancel_run(struct loop *l, struct handle *h)
{
	(void)l;
	future_cancel(future_of(bridge_of_cancel(h)->asyncio), DATUM_NONE);
}

static void cancel_hold(struct handle *h)
{
	hold(bridge_of_cancel(h));
}

static void cancel_release(struct handle *h)
{
	release(bridge_of_cancel(h));
}

static void cancel_name(const struct handle *h, struct buf *out)
{
	(void)h;
	buf_puts(out, "Task.cancel");
}

static const struct handle_ops cancel_ops = {
	.run = cancel_run,
	.hold = cancel_hold,
	.release = cancel_release,
	.name = cancel_name,
};

/* ---- the asyncio future is done ---- */

static void done_run(struct loop *l, struct handle *h)
{
	struct bridge *b = bridge_of_done(h);
	struct scene *s = scene_of_loop(l);
	if (b->from_loop)
		complete_from(s, b);
	else if (future_cancelled(future_of(b->asyncio)))
		concurrent_cancel(s, concurrent_future_of(b->concurrent));
	if (!value_is_null(vm_raised(s->vm)))
		callback_failed(s, l, h);
}

static void done_hold(struct handle *h)
{
	hold(bridge_of_done(h));
}

static void done_release(struct handle *h)
{
	release(bridge_of_done(h));
}

static void done_name(const struct handle *h, struct buf *out)
{
	buf_puts(out, bridge_of_done(h)->from_loop ? "_chain_future._call_set_state"
	                                           : "_chain_future._call_check_cancel");
}

const struct handle_ops bridge_ops = {
	.run = done_run,
	.hold = done_hold,
	.release = done_release,
	.name = done_name,
};

value bridge_owner(const struct handle *h)
{
	return object_value(bridge_of_done(h));
}

/* ---- the concurrent future is done ---- */

bool bridge_call(struct scene *s, value callback, value future)
{
	(void)future;
	if (!value_is_exactly(callback, &bridge_type))
		return false;
	struct bridge *b = bridge_of(callback);
	if (loop_closed(b->loop))
		return true;
	if (!b->from_loop)
		scene_call_soon(s, b->loop, &b->copy);
	else if (concurrent_future_of(b->concurrent)->state == CONCURRENT_CANCELLED &&
	         !future_done(future_of(b->asyncio)))
		scene_call_soon(s, b->loop, &b->cancel);
	return true;
}

/* ---- making one ---- */

static void bridge_drop(struct vm *vm, struct object *self)
{
	struct bridge *b = (struct bridge *)(void *)self;
	value_forget(vm, &b->concurrent);
	value_forget(vm, &b->asyncio);
	value_forget(vm, &b->what);
	if (b->loop != NULL)
		loop_unref(b->loop);
	b->loop = NULL;
}

static void bridge_clear(struct vm *vm, struct object *self)
{
	(void)vm;
	(void)self; /* its futures let go of it */
}

static void bridge_traverse(struct object *self, visit_fn visit, void *context)
{
	struct bridge *b = (struct bridge *)(void *)self;
	if (!value_is_null(b->concurrent))
		visit(b->concurrent, context);
	if (!value_is_null(b->asyncio))
		visit(b->asyncio, context);
}

static const struct type bridge_type = {
	TYPE_HEAD_OF("asyncio.futures"),
	.name = "function",
	.base = &object_type,
	.size = sizeof(struct bridge),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = bridge_drop,
	.clear = bridge_clear,
	.traverse = bridge_traverse,
};

static struct bridge *bridge_new(struct scene *s, value concurrent, value asyncio)
{
	struct bridge *b = object_new(s->vm, &bridge_type, 0);
	b->concurrent = value_ref(concurrent);
	b->asyncio = value_ref(asyncio);
	b->loop = loop_ref(future_of(asyncio)->loop);
	done_callback_init(&b->done, &bridge_ops, ROLE_INTERNAL);
	handle_init(&b->copy, &copy_ops, ROLE_INTERNAL);
	handle_init(&b->cancel, &cancel_ops, ROLE_INTERNAL);
	return b;
}

value bridge_to_loop(struct scene *s, value future, struct loop *l)
{
	value made = future_object_new(s, l);
	struct bridge *b = bridge_new(s, future, made);
	struct concurrent_future *f = concurrent_future_of(future);
	b->what = f->job != NULL ? str_printf(s->vm, "worker %s", job_label(f->job))
	                         : str_new_c(s->vm, "worker");
	future_label(future_of(made), WAIT_WORKER,
	             (struct future_label){.describe = future_describe_text,
	                                   .text = str_text(b->what)});
	if (f->job != NULL)
		job_serves(f->job, future_of(made));
	future_add_callback(future_of(made), &b->done);
	concurrent_add_callback(s, future, object_value(b));
	value_unref(s->vm, object_value(b));
	return made;
}

void bridge_from_loop(struct scene *s, value asyncio_future, value future)
{
	struct bridge *b = bridge_new(s, future, asyncio_future);
	b->from_loop = true;
	concurrent_add_callback(s, future, object_value(b));
	future_add_callback(future_of(asyncio_future), &b->done);
	value_unref(s->vm, object_value(b));
}
