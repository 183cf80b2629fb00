/*
 * The types Handle and TimerHandle, and done callbacks of the scene: calls that wait in
 * the loop's queue, its timers or on a future. A call that raises is reported; the loop
 * goes on.
 */
#include "scene/internal.h"

#include "lang/dict.h"
#include "lang/str.h"
#include "lang/tuple.h"

static struct handle_object *handle_object_of(const struct handle *h)
{
	return CONTAINER_OF(h, struct handle_object, timer.handle);
}

static struct callback_object *callback_object_of(const struct handle *h)
{
	return CONTAINER_OF(h, struct callback_object, done.handle);
}

/* ---- failing ---- */

void exit_error_keep(struct vm *vm, value error, value running)
{
	struct exception *e = value_as_exception(error);
	if (!value_is_a(error, &exc_SystemExit) &&
	    !value_is_a(error, &exc_KeyboardInterrupt))
		return;
	if (value_is_null(e->dict))
		e->dict = dict_new(vm);
	dict_set_c(vm, e->dict, "<left>", running);
}

void callback_failed(struct scene *s, struct loop *l, struct handle *h)
{
	value error = vm_take(s->vm);
	if (vm_stopped(s->vm)) {
		value_xunref(s->vm, error);
		loop_world_halt(&s->world);
		return;
	}
	if (scene_client.classify(s, datum_of(error)) == ERROR_EXIT) {
		value owner = handle_owner(h);
		if (!value_is_null(owner))
			exit_error_keep(s->vm, error, owner);
		loop_exit(l, datum_of(error));
		return;
	}
	struct buf message = {0};
	buf_puts(&message, "Exception in callback ");
	put_callback(s->vm, &message, handle_callable(h));
	report_to_handler(s, l,
	                  &(struct loop_report){.message = buf_text(&message),
	                                        .error = datum_of(error),
	                                        .handle = h});
	buf_free(&message);
	value_unref(s->vm, error);
}

/* ---- Handle and TimerHandle: call_soon, call_later, call_at ---- */

static void handle_run(struct loop *l, struct handle *h)
{
	struct scene *s = scene_of_loop(l);
	struct handle_object *o = handle_object_of(h);
	value callback = value_ref(o->callback), args = value_ref(o->args);
	value result = vm_call(
		s->vm, callback,
		&(struct args){.at = tuple_of(args)->items, .count = tuple_count(args)});
	if (value_is_null(result))
		callback_failed(s, l, h);
	else
		value_unref(s->vm, result);
	value_unref(s->vm, args);
	value_unref(s->vm, callback);
}

static void handle_hold(struct handle *h)
{
	value_ref(object_value(handle_object_of(h)));
}

static void handle_release(struct handle *h)
{
	struct handle_object *o = handle_object_of(h);
	value_unref(scene_of_loop(o->loop)->vm, object_value(o));
}

static void handle_forget(struct handle *h)
{
	struct handle_object *o = handle_object_of(h);
	struct vm *vm = scene_of_loop(o->loop)->vm;
	value_forget(vm, &o->callback);
	value_forget(vm, &o->args);
}

static void handle_name(const struct handle *h, struct buf *out)
{
	struct handle_object *o = handle_object_of(h);
	put_callable_name(scene_of_loop(o->loop)->vm, out, o->callback);
}

static const struct handle_ops handle_object_ops = {
	.run = handle_run,
	.hold = handle_hold,
	.release = handle_release,
	.forget = handle_forget,
	.name = handle_name,
};

static struct handle_object *handle_object_new(struct scene *s, const struct type *type,
                                               struct loop *l, value callback, value args)
{
	struct handle_object *o = object_new(s->vm, type, 0);
	o->loop = loop_ref(l);
	o->callback = value_ref(callback);
	o->args = value_ref(args);
	return o;
}

void scene_call_soon(struct scene *s, struct loop *l, struct handle *h)
{
	struct trace_writer *w = &s->writer;
	if (s->posting_thread != 0 && w->trace != NULL && !loop_closed(l)) {
		uint32_t id = loop_handle_id(l, h);
		const char *what = s->posting_text != NULL ? s->posting_text : "";
		uint16_t own = w->thread;
		w->thread = s->posting_thread;
		trace_emit(w, EV_POSTED, id, trace_string(w->trace, what, strlen(what)),
		           0);
		w->thread = own;
	}
	loop_call_soon(l, h);
}

value handle_call_soon(struct scene *s, struct loop *l, value callback, value args,
                       enum handle_role role)
{
	struct handle_object *o = handle_object_new(s, &handle_type, l, callback, args);
	handle_init(&o->timer.handle, &handle_object_ops, role);
	scene_call_soon(s, l, &o->timer.handle);
	return object_value(o);
}

value handle_call_at(struct scene *s, struct loop *l, value when, double seconds,
                     value callback, value args)
{
	struct handle_object *o =
		handle_object_new(s, &timer_handle_type, l, callback, args);
	o->when = value_ref(when);
	timer_init(&o->timer, &handle_object_ops, ROLE_TIMER);
	loop_call_at(l, &o->timer, clock_ns(seconds));
	return object_value(o);
}

static void handle_drop(struct vm *vm, struct object *self)
{
	struct handle_object *o = (struct handle_object *)(void *)self;
	value_forget(vm, &o->when);
	value_forget(vm, &o->callback);
	value_forget(vm, &o->args);
	if (o->loop != NULL)
		loop_unref(o->loop);
	o->loop = NULL;
}

static void handle_clear(struct vm *vm, struct object *self)
{
	struct handle_object *o = (struct handle_object *)(void *)self;
	value_forget(vm, &o->callback);
	value_forget(vm, &o->args);
}

static void handle_traverse(struct object *self, visit_fn visit, void *context)
{
	struct handle_object *o = (struct handle_object *)(void *)self;
	if (!value_is_null(o->callback))
		visit(o->callback, context);
	if (!value_is_null(o->args))
		visit(o->args, context);
}

static struct handle_object *handle_self(value self)
{
	return (struct handle_object *)(void *)value_object(self);
}

static value method_cancel(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	struct handle_object *o = handle_self(self);
	handle_cancel(o->loop, &o->timer.handle);
	return VALUE_NONE;
}

static value method_cancelled(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_bool(handle_self(self)->timer.handle.cancelled);
}

static value method_when(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	(void)vm;
	return value_ref(handle_self(self)->when);
}

static const struct method_def handle_methods[] = {
	{"cancel", method_cancel, 0, 0, 0},
	{"cancelled", method_cancelled, 0, 0, 0},
	{0},
};

static const struct method_def timer_handle_methods[] = {
	{"when", method_when, 0, 0, 0},
	{0},
};

const struct type handle_type = {
	TYPE_HEAD_OF("asyncio.events"),
	.name = "Handle",
	.base = &object_type,
	.size = sizeof(struct handle_object),
	.flags = TYPE_TRACKED | TYPE_NO_NEW,
	.methods = handle_methods,
	.drop = handle_drop,
	.clear = handle_clear,
	.traverse = handle_traverse,
	.repr = handle_repr,
};

const struct type timer_handle_type = {
	TYPE_HEAD_OF("asyncio.events"),
	.name = "TimerHandle",
	.base = &handle_type,
	.size = sizeof(struct handle_object),
	.flags = TYPE_TRACKED | TYPE_NO_NEW,
	.methods = timer_handle_methods,
	.drop = handle_drop,
	.clear = handle_clear,
	.traverse = handle_traverse,
	.repr = handle_repr,
};

/* ---- done callbacks ---- */

static void callback_run(struct loop *l, struct handle *h)
{
	struct scene *s = scene_of_loop(l);
	struct callback_object *o = callback_object_of(h);
	value result =
		vm_call(s->vm, o->callback, ARGS(future_object_value(o->done.future)));
	if (value_is_null(result))
		callback_failed(s, l, h);
	else
		value_unref(s->vm, result);
}

static void callback_hold(struct handle *h)
{
	value_ref(object_value(callback_object_of(h)));
}

static void callback_release(struct handle *h)
{
	struct callback_object *o = callback_object_of(h);
	value_unref(scene_of_loop(o->loop)->vm, object_value(o));
}

static void callback_name(const struct handle *h, struct buf *out)
{
	struct callback_object *o = callback_object_of(h);
	put_callable_name(scene_of_loop(o->loop)->vm, out, o->callback);
}

const struct handle_ops callback_ops = {
	.run = callback_run,
	.hold = callback_hold,
	.release = callback_release,
	.name = callback_name,
};

static void callback_drop(struct vm *vm, struct object *self)
{
	struct callback_object *o = (struct callback_object *)(void *)self;
	value_forget(vm, &o->callback);
	if (o->loop != NULL)
		loop_unref(o->loop);
	o->loop = NULL;
}

static void callback_traverse(struct object *self, visit_fn visit, void *context)
{
	value callback = ((struct callback_object *)(void *)self)->callback;
	if (!value_is_null(callback))
		visit(callback, context);
}

/* Shown as the Handle that it is in CPython. It must keep its call while the future has
 * it. */
static const struct type callback_type = {
	TYPE_HEAD_OF("asyncio.events"),
	.name = "Handle",
	.base = &object_type,
	.size = sizeof(struct callback_object),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = callback_drop,
	.traverse = callback_traverse,
	.repr = handle_repr,
};

value callback_object_new(struct scene *s, struct future *f, value callback)
{
	struct callback_object *o = object_new(s->vm, &callback_type, 0);
	o->loop = loop_ref(f->loop);
	o->callback = value_ref(callback);
	done_callback_init(&o->done, &callback_ops, ROLE_DONE_CALLBACK);
	future_add_callback(f, &o->done);
	return object_value(o);
}

/* ---- from a handle to its object ---- */

value handle_owner(const struct handle *h)
{
	if (h->ops == &handle_object_ops)
		return object_value(handle_object_of(h));
	if (h->ops == &callback_ops)
		return object_value(callback_object_of(h));
	if (h->ops == &watched_ops)
		return watched_owner(h);
	if (h->ops == &bridge_ops)
		return bridge_owner(h);
	return io_handle_owner(h);
}

value handle_callable(const struct handle *h)
{
	if (h->ops == &handle_object_ops)
		return handle_object_of(h)->callback;
	if (h->ops == &callback_ops)
		return callback_object_of(h)->callback;
	return io_handle_callable(h);
}
