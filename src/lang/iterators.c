/*
 * Iterators that take other iterables: enumerate, zip, map, filter, reversed, and iter(f, end).
 */
#include <string.h>

#include "lang/builtins.h"
#include "lang/exception.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/range.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "lang/types_internal.h"
#include "lang/vm.h"

/* An iterator over `count` others: zip and map; filter, enumerate and iter(f, end) use one. */
struct combined {
	struct object head;
	value function; /* or null */
	value extra;    /* enumerate: the next number; iter(f, end): the end; or null */
	bool strict;    /* zip */
	size_t count;
	value sources[];
};

static struct combined *combined_of(value v)
{
	return (struct combined *)(void *)value_object(v);
}

static void combined_drop(struct vm *vm, struct object *self)
{
	struct combined *c = (struct combined *)(void *)self;
	value_forget(vm, &c->function);
	value_forget(vm, &c->extra);
	for (size_t i = 0; i < c->count; i++)
		value_forget(vm, &c->sources[i]);
}

static void combined_traverse(struct object *self, visit_fn visit, void *context)
{
	struct combined *c = (struct combined *)(void *)self;
	visit(c->function, context);
	visit(c->extra, context);
	for (size_t i = 0; i < c->count; i++)
		visit(c->sources[i], context);
}

/* An object over iterators of the given iterables; null with the exception set. */
static value combined_new(struct vm *vm, const struct type *type, const value *iterables,
                          size_t count)
{
	struct combined *c = object_new(vm, type, mem_mul(count, sizeof(value)));
	c->count = count;
	for (size_t i = 0; i < count; i++) {
		c->sources[i] = object_iter(vm, iterables[i]);
		if (value_is_null(c->sources[i])) {
			value_unref(vm, object_value(c));
			return VALUE_NULL;
		}
	}
	return object_value(c);
}

#define COMBINED_TYPE(type_name, make_slot, next_slot)                                   \
	{                                                                                  \
		TYPE_HEAD, .name = type_name, .base = &object_type,                        \
			.size = sizeof(struct combined), .flags = TYPE_TRACKED | TYPE_FINAL, \
			.make = make_slot, .drop = combined_drop,                          \
			.traverse = combined_traverse, .clear = combined_drop,             \
			.iter = iterator_self, .next = next_slot,                          \
	}

/* ---- enumerate ------------------------------------------------------------------- */

static value enumerate_make(struct vm *vm, const struct type *type, const struct args *a)
{
	static const struct signature signature = {.function = "enumerate",
	                                           .names = {"iterable", "start"},
	                                           .positional = 2,
	                                           .required = 1};
	value arg[2];
	if (!args_parse(vm, a, &signature, arg))
		return VALUE_NULL;
	value start = value_is_null(arg[1]) ? value_small(0) : object_index(vm, arg[1]);
	if (value_is_null(start))
		return VALUE_NULL;
	value v = combined_new(vm, type, arg, 1);
	if (value_is_null(v))
		value_unref(vm, start);
	else
		combined_of(v)->extra = start;
	return v;
}

static value enumerate_next(struct vm *vm, value self)
{
	struct combined *c = combined_of(self);
	value item = object_next(vm, c->sources[0]);
	if (value_is_null(item))
		return VALUE_NULL;
	value pair = tuple_new(vm, 2);
	tuple_of(pair)->items[0] = c->extra;
	tuple_of(pair)->items[1] = item;
	c->extra = int_binary(vm, BINARY_ADD, c->extra, value_small(1));
	return pair;
}

const struct type enumerate_type = COMBINED_TYPE("enumerate", enumerate_make, enumerate_next);

/* ---- zip ------------------------------------------------------------------------- */

static value zip_make(struct vm *vm, const struct type *type, const struct args *a)
{
	int strict = 0;
	for (size_t i = 0; i < args_keywords(a); i++) {
		if (!str_equal_c(tuple_at(a->names, i), "strict"))
			return vm_raise(vm, &exc_TypeError,
			                "zip() got an unexpected keyword argument '%s'",
			                str_text(tuple_at(a->names, i)));
		strict = object_truth(vm, a->at[a->count + i]);
		if (strict < 0)
			return VALUE_NULL;
	}
	for (size_t i = 0; i < a->count; i++) {
		value (*iter)(struct vm *, value);
		TYPE_SLOT(iter, value_type(a->at[i]), iter);
		if (!iter && !(value_type(a->at[i])->flags & TYPE_HEAP))
			return vm_raise(vm, &exc_TypeError, "'%s' object is not iterable",
			                value_type_name(a->at[i]));
	}
	value v = combined_new(vm, type, a->at, a->count);
	if (!value_is_null(v))
		combined_of(v)->strict = strict;
	return v;
}

/* Source `i` has ended: with strict=True all of them must. */
static value zip_end(struct vm *vm, struct combined *c, size_t i)
{
	if (!value_is_null(vm_raised(vm)) || !c->strict)
		return VALUE_NULL;
	if (i > 0)
		return vm_raise(vm, &exc_ValueError, "zip() argument %zu is shorter than argument%s%zu",
		                i + 1, i == 1 ? " " : "s 1-", i);
	for (i = 1; i < c->count; i++) {
		value item = object_next(vm, c->sources[i]);
		if (!value_is_null(item)) {
			value_unref(vm, item);
			return vm_raise(vm, &exc_ValueError,
			                "zip() argument %zu is longer than argument%s%zu", i + 1,
			                i == 1 ? " " : "s 1-", i);
		}
		if (!value_is_null(vm_raised(vm)))
			return VALUE_NULL;
	}
	return VALUE_NULL;
}

static value zip_next(struct vm *vm, value self)
{
	struct combined *c = combined_of(self);
	if (c->count == 0)
		return VALUE_NULL;
	value t = tuple_new(vm, c->count);
	for (size_t i = 0; i < c->count; i++) {
		value item = object_next(vm, c->sources[i]);
		if (value_is_null(item)) {
			value_unref(vm, t);
			return zip_end(vm, c, i);
		}
		tuple_of(t)->items[i] = item;
	}
	return t;
}

const struct type zip_type = COMBINED_TYPE("zip", zip_make, zip_next);

/* ---- map and filter -------------------------------------------------------------- */

static value map_make(struct vm *vm, const struct type *type, const struct args *a)
{
	if (!args_no_keywords(vm, a, "map"))
		return VALUE_NULL;
	if (a->count < 2)
		return vm_raise(vm, &exc_TypeError, "map() must have at least two arguments.");
	value v = combined_new(vm, type, a->at + 1, a->count - 1);
	if (!value_is_null(v))
		combined_of(v)->function = value_ref(a->at[0]);
	return v;
}

static value map_next(struct vm *vm, value self)
{
	struct combined *c = combined_of(self);
	value few[4], *items = few, result = VALUE_NULL;
	size_t got = 0, bytes = c->count * sizeof *items;
	if (c->count > COUNT_OF(few))
		items = vm_alloc(vm, bytes);
	for (; got < c->count; got++) {
		items[got] = object_next(vm, c->sources[got]);
		if (value_is_null(items[got]))
			break;
	}
	if (got == c->count)
		result = vm_call(vm, c->function, &(struct args){.at = items, .count = got});
	while (got > 0)
		value_unref(vm, items[--got]);
	if (items != few)
		vm_release(vm, items, bytes);
	return result;
}

const struct type map_type = COMBINED_TYPE("map", map_make, map_next);

static value filter_make(struct vm *vm, const struct type *type, const struct args *a)
{
	if (!args_no_keywords(vm, a, "filter") || !args_check(vm, a, "filter", 2, 2))
		return VALUE_NULL;
	value v = combined_new(vm, type, a->at + 1, 1);
	if (!value_is_null(v))
		combined_of(v)->function = value_ref(a->at[0]);
	return v;
}

static value filter_next(struct vm *vm, value self)
{
	struct combined *c = combined_of(self);
	for (;;) {
		value item = object_next(vm, c->sources[0]);
		if (value_is_null(item))
			return VALUE_NULL;
		int keep;
		if (value_is_none(c->function) ||
		    value_is(c->function, type_value(&bool_type))) {
			keep = object_truth(vm, item);
		} else {
			value verdict = vm_call(vm, c->function, ARGS(item));
			keep = value_is_null(verdict) ? -1 : object_truth(vm, verdict);
			value_xunref(vm, verdict);
		}
		if (keep > 0)
			return item;
		value_unref(vm, item);
		if (keep < 0)
			return VALUE_NULL;
	}
}

const struct type filter_type = COMBINED_TYPE("filter", filter_make, filter_next);

/* ---- iter(f, end) ---------------------------------------------------------------- */

static value callable_next(struct vm *vm, value self)
{
	struct combined *c = combined_of(self);
	if (value_is_null(c->function))
		return VALUE_NULL;
	value item = vm_call(vm, c->function, NO_ARGS);
	if (value_is_null(item)) {
		if (vm_caught(vm, &exc_StopIteration))
			value_forget(vm, &c->function);
		return VALUE_NULL;
	}
	int end = object_equal(vm, c->extra, item);
	if (end == 0)
		return item;
	value_unref(vm, item);
	if (end > 0)
		value_forget(vm, &c->function);
	return VALUE_NULL;
}

static const struct type callable_iterator_type = {
	TYPE_HEAD,
	.name = "callable_iterator",
	.base = &object_type,
	.size = sizeof(struct combined),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = combined_drop,
	.traverse = combined_traverse,
	.clear = combined_drop,
	.iter = iterator_self,
	.next = callable_next,
};

value callable_iterator_new(struct vm *vm, value function, value end)
{
	struct combined *c = object_new(vm, &callable_iterator_type, 0);
	c->function = value_ref(function);
	c->extra = value_ref(end);
	return object_value(c);
}

/* ---- sequences that only have __getitem__ ---------------------------------------- */

struct sequence_iterator {
	struct object head;
	value sequence; /* null at the end */
	int64_t at;
};

static value sequence_next(struct vm *vm, value self)
{
	struct sequence_iterator *it = (struct sequence_iterator *)(void *)value_object(self);
	if (value_is_null(it->sequence))
		return VALUE_NULL;
	value item = object_getitem(vm, it->sequence, value_small(it->at));
	it->at++;
	if (value_is_null(item) &&
	    (vm_caught(vm, &exc_IndexError) || vm_caught(vm, &exc_StopIteration)))
		value_forget(vm, &it->sequence);
	return item;
}

static void sequence_drop(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct sequence_iterator *)(void *)self)->sequence);
}

static void sequence_traverse(struct object *self, visit_fn visit, void *context)
{
	visit(((struct sequence_iterator *)(void *)self)->sequence, context);
}

static const struct type sequence_iterator_type = {
	TYPE_HEAD,
	.name = "iterator",
	.base = &object_type,
	.size = sizeof(struct sequence_iterator),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = sequence_drop,
	.traverse = sequence_traverse,
	.clear = sequence_drop,
	.iter = iterator_self,
	.next = sequence_next,
};

value seq_iter_new(struct vm *vm, value v)
{
	struct sequence_iterator *it = object_new(vm, &sequence_iterator_type, 0);
	it->sequence = value_ref(v);
	return object_value(it);
}

/* ---- reversed -------------------------------------------------------------------- */

struct reversed {
	struct object head;
	value sequence; /* null at the end */
	int64_t at;
};

static value reversed_make(struct vm *vm, const struct type *type, const struct args *a)
{
	if (!args_no_keywords(vm, a, "reversed") || !args_check(vm, a, "reversed", 1, 1))
		return VALUE_NULL;
	value sequence = a->at[0];
	bool found;
	value v = call_method_maybe(vm, sequence, "__reversed__", NO_ARGS, &found);
	if (found)
		return v;
	int64_t (*len)(struct vm *, value);
	value (*getitem)(struct vm *, value, value);
	TYPE_SLOT(len, value_type(sequence), len);
	TYPE_SLOT(getitem, value_type(sequence), getitem);
	if (!len || !getitem)
		return vm_raise(vm, &exc_TypeError, "'%s' object is not reversible",
		                value_type_name(sequence));
	/* The characters of text beyond ASCII have no addresses: take them all at once. */
	value items = value_is_str(sequence) && !str_is_ascii(sequence)
		? list_from_iterable(vm, sequence)
		: value_ref(sequence);
	int64_t count = value_is_null(items) ? -1 : object_len(vm, items);
	if (count < 0) {
		value_xunref(vm, items);
		return VALUE_NULL;
	}
	struct reversed *r = object_new(vm, type, 0);
	r->sequence = items;
	r->at = count - 1;
	return object_value(r);
}

static value reversed_next(struct vm *vm, value self)
{
	struct reversed *r = (struct reversed *)(void *)value_object(self);
	if (value_is_null(r->sequence))
		return VALUE_NULL;
	if (r->at >= 0) {
		value item = object_getitem(vm, r->sequence, value_small(r->at));
		r->at--;
		if (!value_is_null(item))
			return item;
		if (!vm_caught(vm, &exc_IndexError) && !vm_caught(vm, &exc_StopIteration))
			return VALUE_NULL;
	}
	value_forget(vm, &r->sequence);
	return VALUE_NULL;
}

static void reversed_drop(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct reversed *)(void *)self)->sequence);
}

static void reversed_traverse(struct object *self, visit_fn visit, void *context)
{
	visit(((struct reversed *)(void *)self)->sequence, context);
}

const struct type reversed_type = {
	TYPE_HEAD,
	.name = "reversed",
	.base = &object_type,
	.size = sizeof(struct reversed),
	.flags = TYPE_TRACKED | TYPE_FINAL,
	.make = reversed_make,
	.drop = reversed_drop,
	.traverse = reversed_traverse,
	.clear = reversed_drop,
	.iter = iterator_self,
	.next = reversed_next,
};
