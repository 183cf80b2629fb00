/*
 * How futures, tasks, handles and callables read in messages: CPython 3.13's reprs.
 */
#include "scene/internal.h"

#include "lang/function.h"
#include "lang/str.h"
#include "scene/short_repr.h"

static void put_value(struct buf *out, value text)
{
	buf_put(out, str_text(text), str_len(text));
}

void put_repr_of(struct vm *vm, struct buf *out, value v)
{
	value raised = vm_take(vm);
	value text = object_repr(vm, v);
	if (value_is_null(text)) {
		vm_forget(vm);
		buf_printf(out, "<%s object>", value_type_name(v));
	} else {
		put_value(out, text);
		value_unref(vm, text);
	}
	vm_restore(vm, raised);
}

/* ---- callables ---- */

/* v.name if that is a str that is not empty, else null: a new reference; raises nothing.
 */
static value text_attribute(struct vm *vm, value v, const char *name)
{
	value key = vm_intern(vm, name);
	bool failed = false;
	value found = object_getattr_maybe(vm, v, key, &failed);
	value_unref(vm, key);
	if (value_is_null(found)) {
		if (failed)
			vm_forget(vm);
		return found;
	}
	if (value_is_str(found) && str_len(found) > 0)
		return found;
	value_unref(vm, found);
	return VALUE_NULL;
}

void put_callback(struct vm *vm, struct buf *out, value callable)
{
	if (value_is_null(callable)) {
		buf_puts(out, "None()");
		return;
	}
	value name = text_attribute(vm, callable, "__qualname__");
	if (value_is_null(name))
		name = text_attribute(vm, callable, "__name__");
	if (value_is_null(name)) {
		put_repr_of(vm, out, callable);
	} else {
		put_value(out, name);
		value_unref(vm, name);
	}
	buf_puts(out, "()");
	if (value_is_exactly(callable, &function_type)) {
		const struct code *code =
			((struct function *)(void *)value_object(callable))->code;
		buf_printf(out, " at %s:%u", str_text(code->filename), code->first_line);
	}
}

/* The trace leaves "<locals>." out: it is about who runs, not about where it was written.
 */
static void put_without_locals(struct buf *out, const char *name)
{
	static const char locals[] = "<locals>.";
	for (const char *found; (found = strstr(name, locals)) != NULL;
	     name = found + sizeof locals - 1)
		buf_put(out, name, (size_t)(found - name));
	buf_puts(out, name);
}

void put_callable_name(struct vm *vm, struct buf *out, value callable)
{
	if (value_is_null(callable))
		return;
	value name = text_attribute(vm, callable, "__qualname__");
	if (value_is_null(name)) {
		buf_puts(out, value_type_name(callable));
		return;
	}
	/* A method whose qualified name does not say of what: "append" of a list. */
	if (strchr(str_text(name), '.') == NULL) {
		value key = vm_intern(vm, "__self__");
		bool failed = false;
		value self = object_getattr_maybe(vm, callable, key, &failed);
		value_unref(vm, key);
		if (failed)
			vm_forget(vm);
		if (!value_is_null(self) && !value_is_none(self))
			buf_printf(out, "%s.", value_type_name(self));
		value_xunref(vm, self);
	}
	put_without_locals(out, str_text(name));
	value_unref(vm, name);
}

void put_coroutine(struct vm *vm, struct buf *out, value coro)
{
	value name = coro_qualname(coro);
	if (value_is_null(name)) {
		put_repr_of(vm, out, coro);
		return;
	}
	put_value(out, name);
	buf_puts(out, "()");
	struct place place;
	if (coro_place(coro, false, &place))
		buf_printf(out, " running at %s:%u", place.file, place.line);
	else if (coro_definition(coro, &place))
		buf_printf(out, " done, defined at %s:%u", place.file, place.line);
	else
		buf_puts(out, coro_state(coro) == CORO_CLOSED ? " done" : " running");
}

/* ---- futures ---- */

/* One callback of a future: the scene's as a callable, the loop's own by its name. */
static void put_done_callback(struct vm *vm, struct buf *out,
                              const struct done_callback *cb)
{
	value callable = handle_callable(&cb->handle);
	if (!value_is_null(callable)) {
		put_callback(vm, out, callable);
		return;
	}
	bool wakes_task = cb->handle.role == ROLE_WAKEUP || cb->handle.role == ROLE_STEP;
	if (cb->handle.ops->name != NULL && !wakes_task)
		cb->handle.ops->name(&cb->handle, out);
	else
		buf_puts(out, "Task.task_wakeup");
	buf_puts(out, "()");
}

/* ` cb=[first()]`, ` cb=[first(), second()]` or ` cb=[first(), <3 more>, last()]`. */
static void put_callbacks(struct vm *vm, struct buf *out, const struct future *f)
{
	struct done_callback *first = future_next_callback(f, NULL), *last = first;
	if (first == NULL)
		return;
	size_t count = 1;
	for (struct done_callback *cb = first; (cb = future_next_callback(f, cb)) != NULL;
	     count++)
		last = cb;
	buf_puts(out, " cb=[");
	put_done_callback(vm, out, first);
	if (count > 2)
		buf_printf(out, ", <%zu more>", count - 2);
	if (count > 1) {
		buf_puts(out, ", ");
		put_done_callback(vm, out, last);
	}
	buf_putc(out, ']');
}

static const char *state_word(struct future *f)
{
	if (future_cancelled(f))
		return "cancelled";
	if (future_done(f))
		return "finished";
	struct task *t = future_task(f);
	return t != NULL && task_cancelling(t) > 0 ? "cancelling" : "pending";
}

/* A task's own part: name, coroutine, what it waits for. */
static void put_task_part(struct vm *vm, struct buf *out, value self)
{
	struct task *t = task_of(self);
	struct buf name = {0};
	task_name(t, &name);
	value text = str_from_buf(vm, &name);
	buf_puts(out, " name=");
	put_repr_of(vm, out, text);
	value_unref(vm, text);
	value coro = ((struct task_object *)(void *)value_object(self))->body.coro;
	if (!value_is_null(coro)) {
		buf_puts(out, " coro=<");
		put_coroutine(vm, out, coro);
		buf_putc(out, '>');
	}
	if (t->waiter != NULL) {
		buf_puts(out, " wait_for=");
		put_repr_of(vm, out, future_object_value(t->waiter));
	}
}

value future_repr(struct vm *vm, value self)
{
	struct future *f = future_of(self);
	if (f->loop == NULL)
		return vm_raise(vm, &exc_RuntimeError,
		                "Future object is not initialized.");
	if (repr_enter(self))
		return str_new_c(vm, "...");
	struct buf out = {0};
	buf_printf(&out, "<%s %s", value_type_name(self), state_word(f));
	if (f->kind == FUTURE_TASK)
		put_task_part(vm, &out, self);
	bool ok = true;
	if (f->state == FUTURE_FINISHED) {
		value shown = f->failed ? object_repr(vm, value_of(f->outcome))
		                        : short_repr(vm, value_of(f->outcome));
		ok = !value_is_null(shown);
		if (ok) {
			buf_puts(&out, f->failed ? " exception=" : " result=");
			put_value(&out, shown);
			value_unref(vm, shown);
		}
	}
	put_callbacks(vm, &out, f);
	buf_putc(&out, '>');
	repr_leave(self);
	if (ok)
		return str_from_buf(vm, &out);
	buf_free(&out);
	return VALUE_NULL;
}

/* ---- handles ---- */

value handle_repr(struct vm *vm, value self)
{
	struct buf out = {0};
	buf_printf(&out, "<%s", value_type_name(self));
	value callable;
	if (value_is_a(self, &handle_type)) {
		struct handle_object *o =
			(struct handle_object *)(void *)value_object(self);
		if (o->timer.handle.cancelled)
			buf_puts(&out, " cancelled");
		if (value_is_exactly(self, &timer_handle_type)) {
			buf_puts(&out, " when=");
			put_repr_of(vm, &out, o->when);
		}
		callable = o->callback;
	} else {
		callable =
			((struct callback_object *)(void *)value_object(self))->callback;
	}
	if (!value_is_null(callable)) {
		buf_putc(&out, ' ');
		put_callback(vm, &out, callable);
	}
	buf_putc(&out, '>');
	return str_from_buf(vm, &out);
}
