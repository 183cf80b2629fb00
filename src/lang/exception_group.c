/*
 * Exception groups: split and subgroup, and what `except*` needs.
 */
#include "lang/internal.h"

#include "lang/dict.h"
#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"

static struct exception_group *group_of(value v)
{
	return (struct exception_group *)(void *)value_object(v);
}

static bool is_group(value v)
{
	return !value_is_small(v) && value_is_a(v, &exc_BaseExceptionGroup);
}

value exception_group_items(value exception)
{
	return is_group(exception) ? group_of(exception)->exceptions : VALUE_NULL;
}

/* ---- making ----------------------------------------------------------------------- */

static value group_make(struct vm *vm, const struct type *type, const struct args *a)
{
	if (a->count != 2)
		return vm_raise(vm, &exc_TypeError,
		                "BaseExceptionGroup.__new__() takes exactly 2 arguments (%zu given)",
		                a->count);
	if (!value_is_str(a->at[0]))
		return vm_raise(vm, &exc_TypeError, "argument 1 must be str, not %s",
		                value_type_name(a->at[0]));
	value list = a->at[1];
	bool sequence = !value_is_small(list) && (value_is_list(list) || value_is_tuple(list));
	if (!sequence)
		return vm_raise(vm, &exc_TypeError, "second argument (exceptions) must be a sequence");
	value items = tuple_from_iterable(vm, list);
	if (value_is_null(items))
		return items;
	bool base_only = false;
	if (tuple_count(items) == 0)
		vm_raise(vm, &exc_ValueError,
		         "second argument (exceptions) must be a non-empty sequence");
	for (size_t i = 0; i < tuple_count(items) && value_is_null(vm->raised); i++) {
		value item = tuple_at(items, i);
		if (!value_is_exception(item))
			vm_raise(vm, &exc_ValueError,
			         "Item %zu of second argument (exceptions) is not an exception", i);
		else
			base_only |= !value_is_a(item, &exc_Exception);
	}
	if (value_is_null(vm->raised) && base_only && type_is_subtype(type, &exc_Exception))
		vm_raise(vm, &exc_TypeError, type == &exc_ExceptionGroup
		         ? "Cannot nest BaseExceptions in an ExceptionGroup"
		         : "Cannot nest BaseExceptions in '%s'", type->name);
	if (!value_is_null(vm->raised)) {
		value_unref(vm, items);
		return VALUE_NULL;
	}
	if (type == &exc_BaseExceptionGroup && !base_only)
		type = &exc_ExceptionGroup;
	struct exception_group *g = object_new(vm, type, 0);
	g->head.args = tuple_from(vm, a->at, a->count);
	g->message = value_ref(a->at[0]);
	g->exceptions = items;
	return object_value(g);
}

static bool group_init(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	return args_no_keywords(vm, a, "BaseExceptionGroup");
}

value exception_group_new(struct vm *vm, const char *message, value exceptions)
{
	value text = str_new_c(vm, message);
	value group = vm_call(vm, type_value(&exc_BaseExceptionGroup), ARGS(text, exceptions));
	value_unref(vm, text);
	return group;
}

static void group_drop(struct vm *vm, struct object *self)
{
	struct exception_group *g = (struct exception_group *)(void *)self;
	value_xunref(vm, g->message);
	value_xunref(vm, g->exceptions);
	exception_drop(vm, self);
}

static void group_traverse(struct object *self, visit_fn visit, void *context)
{
	visit(((struct exception_group *)(void *)self)->exceptions, context);
	exception_traverse(self, visit, context);
}

static value group_str(struct vm *vm, value self)
{
	size_t n = tuple_count(group_of(self)->exceptions);
	return str_printf(vm, "%s (%zu sub-exception%s)", str_text(group_of(self)->message), n,
	                  n == 1 ? "" : "s");
}

/* ---- dividing --------------------------------------------------------------------- */

/* What decides whether an exception is in: a class or tuple of them, or a function. */
struct condition {
	value types;    /* or null */
	value callable; /* or null */
};

static int matches(struct vm *vm, const struct condition *c, value exception)
{
	if (!value_is_null(c->types))
		return exception_matches(vm, exception, c->types);
	value r = vm_call(vm, c->callable, ARGS(exception));
	int yes = value_is_null(r) ? -1 : object_truth(vm, r);
	value_xunref(vm, r);
	return yes;
}

/* group.derive(list), with what belongs to the original carried over. */
static value derive(struct vm *vm, value group, value list)
{
	if (list_count(list) == 0)
		return VALUE_NONE;
	value made = vm_call_method(vm, group, "derive", ARGS(list));
	if (value_is_null(made))
		return made;
	if (!is_group(made)) {
		value_unref(vm, made);
		return vm_raise(vm, &exc_TypeError,
		                "derive must return an instance of BaseExceptionGroup");
	}
	struct exception *from = value_as_exception(group), *to = value_as_exception(made);
	value_replace(vm, &to->traceback, value_xref(from->traceback));
	value_replace(vm, &to->context, value_xref(from->context));
	exception_set_cause(vm, made, from->cause);
	if (!value_is_null(from->dict)) {
		value notes = dict_get_name(from->dict, vm_name(vm, NAME_notes));
		if (!value_is_null(notes) && value_is_list(notes)) {
			value copy = list_from(vm, list_of(notes)->items, list_count(notes));
			if (value_is_null(to->dict))
				to->dict = dict_new(vm);
			dict_set_name(vm, to->dict, vm_name(vm, NAME_notes), copy);
			value_unref(vm, copy);
		}
	}
	return made;
}

/* Into `*in` what matches and into `*out` the rest, as trees of the same shape; None: nothing. */
static bool divide(struct vm *vm, const struct condition *c, value exception, value *in, value *out)
{
	*in = *out = VALUE_NULL;
	int yes = matches(vm, c, exception);
	if (yes < 0)
		return false;
	if (yes > 0 || !is_group(exception)) {
		*in = yes > 0 ? value_ref(exception) : VALUE_NONE;
		*out = yes > 0 ? VALUE_NONE : value_ref(exception);
		return true;
	}
	if (!vm_enter(vm))
		return false;
	value ins = list_new(vm, 0), outs = list_new(vm, 0);
	value items = group_of(exception)->exceptions;
	bool ok = true;
	for (size_t i = 0; ok && i < tuple_count(items); i++) {
		value part_in, part_out;
		ok = divide(vm, c, tuple_at(items, i), &part_in, &part_out);
		if (!ok)
			break;
		if (!value_is_none(part_in))
			list_append(vm, ins, part_in);
		if (!value_is_none(part_out))
			list_append(vm, outs, part_out);
		value_unref(vm, part_in);
		value_unref(vm, part_out);
	}
	vm_leave(vm);
	if (ok)
		*in = derive(vm, exception, ins);
	if (ok && !value_is_null(*in))
		*out = derive(vm, exception, outs);
	value_unref(vm, ins);
	value_unref(vm, outs);
	if (!value_is_null(*out))
		return true;
	value_xunref(vm, *in);
	*in = VALUE_NULL;
	return false;
}

static bool condition_from(struct vm *vm, value arg, struct condition *c)
{
	*c = (struct condition){0};
	if (value_is_exception_type(arg) || (!value_is_small(arg) && value_is_tuple(arg))) {
		c->types = arg;
		return true;
	}
	value (*call)(struct vm *, value, const struct args *);
	TYPE_SLOT(call, value_type(arg), call);
	if (call != NULL && !value_is_type(arg)) {
		c->callable = arg;
		return true;
	}
	vm_raise(vm, &exc_TypeError, "expected an exception type, a tuple of exception types, or a "
	                             "callable (other than a class)");
	return false;
}

static value group_split(struct vm *vm, value self, const struct args *a)
{
	struct condition c;
	value both[2];
	if (!condition_from(vm, a->at[0], &c) || !divide(vm, &c, self, &both[0], &both[1]))
		return VALUE_NULL;
	value pair = tuple_from(vm, both, 2);
	value_unref(vm, both[0]);
	value_unref(vm, both[1]);
	return pair;
}

static value group_subgroup(struct vm *vm, value self, const struct args *a)
{
	struct condition c;
	value in, out;
	if (!condition_from(vm, a->at[0], &c) || !divide(vm, &c, self, &in, &out))
		return VALUE_NULL;
	value_unref(vm, out);
	return in;
}

static value group_derive(struct vm *vm, value self, const struct args *a)
{
	return vm_call(vm, type_value(&exc_BaseExceptionGroup),
	               ARGS(group_of(self)->message, a->at[0]));
}

static value get_message(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(group_of(self)->message);
}
static value get_exceptions(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(group_of(self)->exceptions);
}

static const struct method_def group_methods[] = {
	{"split", group_split, 1, 1, 0},
	{"subgroup", group_subgroup, 1, 1, 0},
	{"derive", group_derive, 1, 1, 0},
	{0},
};
static const struct getset_def group_getset[] = {
	{"message", get_message, NULL},
	{"exceptions", get_exceptions, NULL},
	{0},
};

#define GROUP                                                                            \
	EXCEPTION_TYPE_SIZED(&exc_BaseException, sizeof(struct exception_group)),              \
		.module = "builtins", .make = group_make, .init = group_init, .drop = group_drop, \
		.traverse = group_traverse, .str = group_str, .methods = group_methods,          \
		.getset = group_getset

const struct type exc_BaseExceptionGroup = {GROUP, .name = "BaseExceptionGroup"};

static const struct type *const exception_group_mro[] = {
	&exc_ExceptionGroup, &exc_BaseExceptionGroup, &exc_Exception,
	&exc_BaseException,  &object_type,            NULL,
};

const struct type exc_ExceptionGroup = {
	EXCEPTION_TYPE_SIZED(&exc_BaseExceptionGroup, sizeof(struct exception_group)),
	.module = "builtins",
	.name = "ExceptionGroup",
	.mro = exception_group_mro,
};

/* ---- except* ---------------------------------------------------------------------- */

value exception_group_match(struct vm *vm, value exception, value types, value *rest)
{
	*rest = VALUE_NULL;
	if (value_is_none(exception)) {
		*rest = VALUE_NONE;
		return VALUE_NONE;
	}
	size_t n = !value_is_small(types) && value_is_tuple(types) ? tuple_count(types) : 0;
	for (size_t i = 0; i < (n > 0 ? n : 1); i++) {
		value t = n > 0 ? tuple_at(types, i) : types;
		if (!value_is_exception_type(t))
			return vm_raise(vm, &exc_TypeError, "catching classes that do not inherit from "
			                                    "BaseException is not allowed");
		if (type_is_subtype(value_as_type(t), &exc_BaseExceptionGroup))
			return vm_raise(vm, &exc_TypeError, "catching ExceptionGroup with except* is not "
			                                    "allowed. Use except instead.");
	}
	if (is_group(exception)) {
		struct condition c = {.types = types};
		value in;
		return divide(vm, &c, exception, &in, rest) ? in : VALUE_NULL;
	}
	int yes = exception_matches(vm, exception, types);
	if (yes < 0)
		return VALUE_NULL;
	if (yes == 0) {
		*rest = value_ref(exception);
		return VALUE_NONE;
	}
	value one = tuple_from(vm, &exception, 1);
	value group = exception_group_new(vm, "", one);
	value_unref(vm, one);
	if (!value_is_null(group)) {
		struct exception *e = value_as_exception(group);
		value_replace(vm, &e->traceback, value_xref(value_as_exception(exception)->traceback));
		*rest = VALUE_NONE;
	}
	return group;
}

/* Whether `v` is a part of what was caught that goes on unchanged, rather than newly raised. */
static bool is_reraised(value v, value original)
{
	if (value_is(v, original))
		return true;
	if (!is_group(v) || !is_group(original))
		return false;
	/* Parts made by derive() share the original's traceback and context. */
	const struct exception *a = value_as_exception(v), *b = value_as_exception(original);
	return value_is(a->traceback, b->traceback) && value_is(a->context, b->context) &&
		value_is(a->cause, b->cause);
}

static bool collect_leaves(struct vm *vm, value exception, value list)
{
	if (!is_group(exception)) {
		list_append(vm, list, exception);
		return true;
	}
	value items = group_of(exception)->exceptions;
	for (size_t i = 0; i < tuple_count(items); i++)
		collect_leaves(vm, tuple_at(items, i), list);
	return true;
}

static bool contains_identical(value list, value v)
{
	for (size_t i = 0; i < list_count(list); i++)
		if (value_is(list_at(list, i), v))
			return true;
	return false;
}

/* The part of `group` whose leaves are in `keep`, in the original's shape. */
static value project(struct vm *vm, value group, value keep)
{
	if (!is_group(group))
		return contains_identical(keep, group) ? value_ref(group) : VALUE_NONE;
	value kept = list_new(vm, 0);
	value items = group_of(group)->exceptions;
	for (size_t i = 0; i < tuple_count(items); i++) {
		value part = project(vm, tuple_at(items, i), keep);
		if (value_is_null(part)) {
			value_unref(vm, kept);
			return part;
		}
		if (!value_is_none(part))
			list_append(vm, kept, part);
		value_unref(vm, part);
	}
	value r = derive(vm, group, kept);
	value_unref(vm, kept);
	return r;
}

value exception_prepare_star(struct vm *vm, value original, value results)
{
	value raised = list_new(vm, 0), again = list_new(vm, 0), leaves = list_new(vm, 0);
	for (size_t i = 0; i < list_count(results); i++) {
		value v = list_at(results, i);
		if (value_is_none(v))
			continue;
		if (is_reraised(v, original)) {
			list_append(vm, again, v);
			collect_leaves(vm, v, leaves);
		} else {
			list_append(vm, raised, v);
		}
	}
	value r = VALUE_NONE;
	if (list_count(again) > 0) {
		r = is_group(original) ? project(vm, original, leaves) : value_ref(original);
		if (!value_is_null(r) && !value_is_none(r) && list_count(raised) > 0)
			list_append(vm, raised, r);
	}
	if (list_count(raised) > 0 && !value_is_null(r)) {
		value_unref(vm, r);
		r = list_count(raised) == 1 ? value_ref(list_at(raised, 0))
		                            : exception_group_new(vm, "", raised);
	}
	value_unref(vm, raised);
	value_unref(vm, again);
	value_unref(vm, leaves);
	return r;
}
