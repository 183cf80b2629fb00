/*
 * Calls, awaiting, with, raise, import and match for the interpreter.
 */
#include "lang/interp.h"

#include <string.h>

#include "lang/dict.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"

/* ---- calls --------------------------------------------------------------------------- */

enum { GENERATOR_KINDS = CODE_GENERATOR | CODE_COROUTINE | CODE_ASYNC_GENERATOR };

static value call_function(struct vm *vm, struct function *fn, value self, const struct args *a,
                           struct frame **callee)
{
	struct frame *f = function_bind(vm, fn, self, a);
	if (f == NULL)
		return VALUE_NULL;
	if ((fn->code->flags & GENERATOR_KINDS) != 0)
		return generator_new(vm, f);
	*callee = f;
	return VALUE_NULL;
}

/* A method of a built-in type, called with its instance as the first argument. */
static value call_descriptor(struct vm *vm, value callable, const struct args *a)
{
	const struct native *n = (const struct native *)(const void *)value_object(callable);
	if (a->count == 0 || !value_is_a(a->at[0], n->owner))
		return vm_call(vm, callable, a);
	const struct args rest = {a->at + 1, a->count - 1, a->names};
	return native_invoke(vm, n->def, a->at[0], &rest);
}

value call_any(struct vm *vm, value callable, const struct args *a, struct frame **callee)
{
	const struct type *type = value_type(callable);
	if (type == &function_type)
		return call_function(vm, function_of(callable), VALUE_NULL, a, callee);
	if (type == &native_type) {
		const struct native *n =
			(const struct native *)(const void *)value_object(callable);
		return native_invoke(vm, n->def, n->self, a);
	}
	if (type == &method_descriptor_type)
		return call_descriptor(vm, callable, a);
	if (type == &method_type) {
		const struct method *m =
			(const struct method *)(const void *)value_object(callable);
		if (value_is_exactly(m->function, &function_type))
			return call_function(vm, function_of(m->function), m->self, a, callee);
	}
	return vm_call(vm, callable, a);
}

static bool spread_ok(struct vm *vm, value callable, value iterable)
{
	value (*slot)(struct vm *, value);
	TYPE_SLOT(slot, value_type(iterable), iter);
	value (*getitem)(struct vm *, value, value);
	TYPE_SLOT(getitem, value_type(iterable), getitem);
	if (slot != NULL || getitem != NULL)
		return true;
	value name = callable_name(vm, callable);
	vm_raise(vm, &exc_TypeError, "%s argument after * must be an iterable, not %s",
	         str_text(name), value_type_name(iterable));
	value_unref(vm, name);
	return false;
}

value call_spread(struct vm *vm, value callable, value self, value positional, value keywords,
                  struct frame **callee)
{
	value tuple = VALUE_NULL, names = VALUE_NULL, r = VALUE_NULL;
	value few[16], *at = few;
	size_t room = 0;
	if (value_is_exactly(positional, &tuple_type)) {
		tuple = value_ref(positional);
	} else {
		value list = list_new(vm, 0);
		bool ok = spread_ok(vm, callable, positional) && list_extend(vm, list, positional);
		if (ok)
			tuple = tuple_from(vm, list_of(list)->items, list_count(list));
		value_unref(vm, list);
		if (!ok)
			return VALUE_NULL;
	}
	size_t count = 0, named = value_is_null(keywords) ? 0 : dict_count(keywords);
	size_t need = tuple_count(tuple) + named + 1;
	if (need > COUNT_OF(few)) {
		room = need;
		at = vm_alloc(vm, room * sizeof *at);
	}
	if (!value_is_null(self))
		at[count++] = self;
	for (size_t i = 0; i < tuple_count(tuple); i++)
		at[count++] = tuple_at(tuple, i);
	if (named > 0) {
		names = tuple_new(vm, named);
		size_t position = 0, i = 0;
		value key, v;
		while (dict_next(keywords, &position, &key, &v)) {
			tuple_of(names)->items[i] = str_interned(vm, key);
			at[count + i++] = v;
		}
	}
	const struct args a = {at, count, names};
	r = call_any(vm, callable, &a, callee);
	value_unref(vm, tuple);
	value_xunref(vm, names);
	if (room > 0)
		vm_release(vm, at, room * sizeof *at);
	return r;
}

struct frame *enter_class(struct vm *vm, value class, value *args, size_t count)
{
	const struct type *type = value_as_type(class);
	if (!type_is_class(type) || vm->depth >= vm->limits.recursion)
		return NULL;
	value (*make)(struct vm *, const struct type *, const struct args *);
	TYPE_SLOT(make, type, make);
	if (make != object_make_plain)
		return NULL;
	value init = type_lookup(vm, type, vm_name(vm, NAME_init));
	if (!value_is_exactly(init, &function_type) ||
	    !simple_call(function_of(init)->code, count + 1))
		return NULL;
	struct frame *f = frame_new_taking(vm, function_of(value_ref(init)));
	value made = object_value(object_new(vm, type, 0));
	f->made = value_ref(made);
	f->flags |= FRAME_INIT;
	f->slots[0] = made;
	for (size_t i = 0; i < count; i++)
		f->slots[i + 1] = args[i];
	return f;
}

/* ---- awaiting -------------------------------------------------------------------------- */

value awaitable_iterator(struct vm *vm, value v)
{
	return get_awaitable(vm, v, 0);
}

static value refuse_await(struct vm *vm, value v, uint32_t from)
{
	if (from == 1)
		return vm_raise(vm, &exc_TypeError,
		                "'async with' received an object from __aenter__ that does not "
		                "implement __await__: %s",
		                value_type_name(v));
	if (from == 2)
		return vm_raise(vm, &exc_TypeError,
		                "'async with' received an object from __aexit__ that does not "
		                "implement __await__: %s",
		                value_type_name(v));
	return vm_raise(vm, &exc_TypeError, "object %s can't be used in 'await' expression",
	                value_type_name(v));
}

value get_awaitable(struct vm *vm, value v, uint32_t from)
{
	if (value_is_exactly(v, &coroutine_type)) {
		const struct generator *g = generator_of(v);
		if (!value_is_null(coro_awaiting(v)) || g->running)
			return vm_raise(vm, &exc_RuntimeError, "coroutine is being awaited already");
		return value_ref(v);
	}
	value (*slot)(struct vm *, value);
	TYPE_SLOT(slot, value_type(v), await);
	if (slot == NULL)
		return refuse_await(vm, v, from);
	value iterator = slot(vm, v);
	if (value_is_null(iterator))
		return iterator;
	if (value_is_exactly(iterator, &coroutine_type) && !value_is(iterator, v)) {
		value_unref(vm, iterator);
		return vm_raise(vm, &exc_TypeError, "__await__() returned a coroutine");
	}
	value (*next)(struct vm *, value);
	TYPE_SLOT(next, value_type(iterator), next);
	enum coro_outcome (*resume)(struct vm *, value, value, value, value *);
	TYPE_SLOT(resume, value_type(iterator), resume);
	if (next == NULL && resume == NULL) {
		vm_raise(vm, &exc_TypeError, "__await__() returned non-iterator of type '%s'",
		         value_type_name(iterator));
		value_unref(vm, iterator);
		return VALUE_NULL;
	}
	return iterator;
}

value get_yield_from(struct vm *vm, value v, const struct code *code)
{
	if (value_is_exactly(v, &coroutine_type)) {
		if ((code->flags & CODE_COROUTINE) == 0)
			return vm_raise(vm, &exc_TypeError,
			                "cannot 'yield from' a coroutine object in a non-coroutine "
			                "generator");
		return value_ref(v);
	}
	if (value_is_exactly(v, &generator_type))
		return value_ref(v);
	return object_iter(vm, v);
}

value get_aiter(struct vm *vm, value v)
{
	value (*slot)(struct vm *, value);
	TYPE_SLOT(slot, value_type(v), aiter);
	if (slot == NULL)
		return vm_raise(vm, &exc_TypeError,
		                "'async for' requires an object with __aiter__ method, got %s",
		                value_type_name(v));
	value iterator = slot(vm, v);
	if (value_is_null(iterator))
		return iterator;
	value (*anext)(struct vm *, value);
	TYPE_SLOT(anext, value_type(iterator), anext);
	if (anext == NULL) {
		vm_raise(vm, &exc_TypeError,
		         "'async for' received an object from __aiter__ that does not implement "
		         "__anext__: %s",
		         value_type_name(iterator));
		value_unref(vm, iterator);
		return VALUE_NULL;
	}
	return iterator;
}

value get_anext(struct vm *vm, value v)
{
	value (*slot)(struct vm *, value);
	TYPE_SLOT(slot, value_type(v), anext);
	if (slot == NULL)
		return vm_raise(vm, &exc_TypeError,
		                "'async for' requires an iterator with __anext__ method, got %s",
		                value_type_name(v));
	value awaitable = slot(vm, v);
	if (value_is_null(awaitable))
		return awaitable;
	value iterator = get_awaitable(vm, awaitable, 0);
	if (value_is_null(iterator) && vm_raised_is(vm, &exc_TypeError)) {
		value cause = vm_take(vm);
		vm_raise(vm, &exc_TypeError,
		         "'async for' received an invalid object from __anext__: %s",
		         value_type_name(awaitable));
		exception_set_cause(vm, vm->raised, cause);
		value_unref(vm, cause);
	}
	value_unref(vm, awaitable);
	return iterator;
}

/* ---- with, raise, import ------------------------------------------------------------------- */

static value bind_special(struct vm *vm, value obj, enum vm_name_id id)
{
	value self;
	value method = object_special(vm, obj, vm_name(vm, id), &self);
	if (value_is_null(method) || value_is_null(self))
		return method;
	value bound = VALUE_NULL;
	if (value_is_exactly(method, &method_descriptor_type))
		bound = native_new(vm, ((const struct native *)(const void *)value_object(method))->def,
		                   self);
	else
		bound = method_new(vm, method, self);
	value_unref(vm, method);
	value_unref(vm, self);
	return bound;
}

value before_with(struct vm *vm, value manager, bool async, value *exit_method)
{
	*exit_method = VALUE_NULL;
	value enter = bind_special(vm, manager, async ? NAME_aenter : NAME_enter);
	if (value_is_null(enter)) {
		if (value_is_null(vm->raised))
			vm_raise(vm, &exc_TypeError, "'%s' object does not support the %scontext manager "
			         "protocol", value_type_name(manager), async ? "asynchronous " : "");
		return VALUE_NULL;
	}
	value leave = bind_special(vm, manager, async ? NAME_aexit : NAME_exit);
	if (value_is_null(leave)) {
		if (value_is_null(vm->raised))
			vm_raise(vm, &exc_TypeError,
			         "'%s' object does not support the %scontext manager protocol "
			         "(missed %s method)",
			         value_type_name(manager), async ? "asynchronous " : "",
			         async ? "__aexit__" : "__exit__");
		value_unref(vm, enter);
		return VALUE_NULL;
	}
	value entered = vm_call(vm, enter, NO_ARGS);
	value_unref(vm, enter);
	if (value_is_null(entered))
		value_unref(vm, leave);
	else
		*exit_method = leave;
	return entered;
}

bool do_raise(struct vm *vm, value exception, value cause)
{
	if (value_is_null(exception)) {
		value handled = vm_handled(vm);
		if (value_is_null(handled)) {
			vm_raise(vm, &exc_RuntimeError, "No active exception to reraise");
			return false;
		}
		vm_restore(vm, value_ref(handled));
		return true;
	}
	value made = VALUE_NULL;
	if (!value_is_null(cause)) {
		if (value_is_exception_type(cause)) {
			made = vm_call(vm, cause, NO_ARGS);
			if (value_is_null(made))
				return false;
			cause = made;
		} else if (!value_is_none(cause) && !value_is_exception(cause)) {
			vm_raise(vm, &exc_TypeError, "exception causes must derive from BaseException");
			return false;
		}
	}
	vm_raise_value(vm, exception);
	if (!value_is_null(cause) &&
	    (value_is(vm->raised, exception) ||
	     (value_is_type(exception) && value_is_a(vm->raised, value_as_type(exception)))))
		exception_set_cause(vm, vm->raised, cause);
	value_xunref(vm, made);
	return false;
}

value import_from(struct vm *vm, value module, value name)
{
	bool failed;
	value v = object_getattr_maybe(vm, module, name, &failed);
	if (!value_is_null(v) || failed)
		return v;
	value module_name = object_getattr_text(vm, module, "__name__");
	if (value_is_null(module_name))
		return module_name;
	/* A submodule counts as a name of its package. */
	value full = str_printf(vm, "%s.%s", str_text(module_name), str_text(name));
	v = vm_import(vm, str_text(full));
	value_unref(vm, full);
	if (value_is_null(v) && vm_caught(vm, &exc_ModuleNotFoundError))
		vm_raise(vm, &exc_ImportError, "cannot import name '%s' from '%s' (unknown location)",
		         str_text(name), str_text(module_name));
	value_unref(vm, module_name);
	return v;
}

/* ---- match -------------------------------------------------------------------------- */

bool match_kind(const struct type *type, uint32_t flag)
{
	const struct type *t;
	for (size_t i = 0; (t = type_mro_at(type, i)) != NULL; i++)
		if ((t->flags & flag) != 0)
			return true;
	return false;
}

value match_keys(struct vm *vm, value subject, value keys)
{
	size_t count = tuple_count(keys);
	value values = tuple_new(vm, count);
	for (size_t i = 0; i < count; i++) {
		value item;
		if (value_is_exactly(subject, &dict_type)) {
			bool failed = false;
			item = value_xref(dict_get(vm, subject, tuple_at(keys, i), &failed));
		} else {
			item = object_getitem(vm, subject, tuple_at(keys, i));
			if (value_is_null(item) && !vm_caught(vm, &exc_KeyError)) {
				value_unref(vm, values);
				return VALUE_NULL;
			}
		}
		if (value_is_null(item)) {
			value_unref(vm, values);
			return value_is_null(vm->raised) ? VALUE_NONE : VALUE_NULL;
		}
		tuple_of(values)->items[i] = item;
	}
	return values;
}

value match_rest(struct vm *vm, value subject, value keys)
{
	value rest = dict_new(vm);
	bool ok = dict_update(vm, rest, subject);
	for (size_t i = 0; ok && i < tuple_count(keys); i++)
		ok = dict_delete(vm, rest, tuple_at(keys, i)) >= 0;
	if (ok)
		return rest;
	value_unref(vm, rest);
	return VALUE_NULL;
}

static bool matches_self(const struct type *type)
{
	for (const struct type *t = type; t != NULL; t = t->base)
		if ((t->flags & TYPE_MATCH_SELF) != 0)
			return true;
	return false;
}

/* The name of the i-th positional sub-pattern's attribute, borrowed. */
static value match_arg(struct vm *vm, const struct type *type, value match_args, uint32_t i)
{
	value name = tuple_at(match_args, i);
	if (value_is_str(name))
		return name;
	return vm_raise(vm, &exc_TypeError, "%s.__match_args__ elements must be strings, not %s",
	                type->name, value_type_name(name));
}

/* An attribute of the subject into the tuple: 1, 0 when there is none, or -1. */
static int match_attribute(struct vm *vm, value subject, value name, value *to)
{
	value interned = str_interned(vm, name);
	bool failed;
	*to = object_getattr_maybe(vm, subject, interned, &failed);
	value_unref(vm, interned);
	return failed ? -1 : !value_is_null(*to);
}

value match_class(struct vm *vm, value subject, value class, value names, uint32_t positional)
{
	if (!value_is_type(class))
		return vm_raise(vm, &exc_TypeError, "called match pattern must be a class");
	int is = object_is_instance(vm, subject, class);
	if (is <= 0)
		return is < 0 ? VALUE_NULL : VALUE_NONE;
	const struct type *type = value_as_type(class);
	size_t count = positional + tuple_count(names), at = 0;
	value match_args = VALUE_NULL;
	bool itself = false;
	if (positional > 0) {
		match_args = type_lookup(vm, type, vm_name(vm, NAME_match_args));
		itself = value_is_null(match_args) && matches_self(type);
		size_t allowed = itself ? 1 : value_is_null(match_args) ? 0
			: value_is_tuple(match_args) ? tuple_count(match_args) : 0;
		if (positional > allowed)
			return vm_raise(vm, &exc_TypeError,
			                "%s() accepts %zu positional sub-pattern%s (%u given)",
			                type->name, allowed, allowed == 1 ? "" : "s", positional);
	}
	value found = tuple_new(vm, count);
	int ok = 1;
	for (uint32_t i = 0; ok == 1 && i < positional; i++, at++) {
		if (itself) {
			tuple_of(found)->items[at] = value_ref(subject);
			continue;
		}
		value name = match_arg(vm, type, match_args, i);
		ok = value_is_null(name)
			? -1
			: match_attribute(vm, subject, name, &tuple_of(found)->items[at]);
	}
	for (size_t i = 0; ok == 1 && i < tuple_count(names); i++, at++)
		ok = match_attribute(vm, subject, tuple_at(names, i), &tuple_of(found)->items[at]);
	if (ok == 1)
		return found;
	value_unref(vm, found);
	return ok < 0 ? VALUE_NULL : VALUE_NONE;
}
