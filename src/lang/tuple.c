/* The type tuple: see tuple.h; with what tuple and list have in common. */
#include "lang/tuple.h"

#include <string.h>

#include "lang/exception.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/pools.h"
#include "lang/range.h"
#include "lang/str.h"
#include "lang/types_internal.h"

/* ---- shared with list ------------------------------------------------------------ */

value iterator_self(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(self);
}

int64_t repeat_count(struct vm *vm, value times, size_t count, size_t item_size)
{
	int64_t n;
	size_t bytes;
	if (!object_index_int64(vm, times, false, &n))
		return -1;
	if (n <= 0 || count == 0)
		return 0;
	if (__builtin_mul_overflow(count, (size_t)n, &bytes) ||
	    __builtin_mul_overflow(bytes, item_size, &bytes)) {
		vm_raise_with(vm, &exc_MemoryError, VALUE_NULL);
		return -1;
	}
	return vm_room(vm, bytes) ? n : -1;
}

bool put_items_repr(struct vm *vm, struct buf *out, value self, items_fn items)
{
	const value *at;
	size_t count;
	for (size_t i = 0; items(self, &at, &count), i < count; i++) {
		value item = value_ref(at[i]);
		value text = object_repr(vm, item);
		value_unref(vm, item);
		if (value_is_null(text))
			return false;
		if (i > 0)
			buf_puts(out, ", ");
		buf_put(out, str_text(text), str_len(text));
		value_unref(vm, text);
		if (out->len > 1 << 20 && !vm_room(vm, out->len))
			return false;
	}
	return true;
}

/* Comparing items may run scene code that changes a list: look anew each time. */
value items_compare(struct vm *vm, value a, value b, enum compare_op op, items_fn items)
{
	const value *pa, *pb;
	size_t na, nb;
	items(a, &pa, &na);
	items(b, &pb, &nb);
	if (na != nb && (op == COMPARE_EQ || op == COMPARE_NE))
		return value_bool(op == COMPARE_NE);
	value result = VALUE_NULL;
	for (size_t i = 0;; i++) {
		items(a, &pa, &na);
		items(b, &pb, &nb);
		if (i >= na || i >= nb) {
			result = value_bool(order_holds((na > nb) - (na < nb), op));
			break;
		}
		value x = value_ref(pa[i]), y = value_ref(pb[i]);
		int same = object_equal(vm, x, y);
		if (same == 0) {
			if (op == COMPARE_EQ || op == COMPARE_NE)
				result = value_bool(op == COMPARE_NE);
			else
				result = object_compare(vm, x, y, op);
		}
		value_unref(vm, x);
		value_unref(vm, y);
		if (same != 1)
			break;
	}
	return result;
}

value items_index(struct vm *vm, value self, const struct args *a, items_fn items,
                  const char *type_name)
{
	const value *at;
	size_t count;
	items(self, &at, &count);
	int64_t start = 0, stop = INT64_MAX;
	for (size_t i = 1; i < a->count; i++) {
		if (value_is_none(a->at[i])) /* find() takes None, index() does not */
			return vm_raise(vm, &exc_TypeError,
			                "slice indices must be integers or have an __index__ method");
	}
	if ((a->count > 1 && !bound_argument(vm, a->at[1], count, &start)) ||
	    (a->count > 2 && !bound_argument(vm, a->at[2], count, &stop)))
		return VALUE_NULL;
	for (size_t i = (size_t)start; items(self, &at, &count), i < count && i < (size_t)stop; i++) {
		value item = value_ref(at[i]);
		int same = object_equal(vm, item, a->at[0]);
		value_unref(vm, item);
		if (same != 0)
			return same < 0 ? VALUE_NULL : int_new(vm, (int64_t)i);
	}
	if (strcmp(type_name, "tuple") == 0)
		return vm_raise(vm, &exc_ValueError, "tuple.index(x): x not in tuple");
	value repr = object_repr(vm, a->at[0]);
	if (!value_is_null(repr)) {
		vm_raise(vm, &exc_ValueError, "%s is not in %s", str_text(repr), type_name);
		value_unref(vm, repr);
	}
	return VALUE_NULL;
}

int64_t items_count(struct vm *vm, value self, value wanted, items_fn items, bool first)
{
	const value *at;
	size_t count;
	int64_t found = 0;
	for (size_t i = 0; items(self, &at, &count), i < count; i++) {
		value item = value_ref(at[i]);
		int same = object_equal(vm, item, wanted);
		value_unref(vm, item);
		if (same < 0)
			return -1;
		found += same;
		if (first && found)
			break;
	}
	return found;
}

/* ---- making ---------------------------------------------------------------------- */

static void tuple_items(value v, const value **at, size_t *count)
{
	*at = tuple_of(v)->items;
	*count = tuple_of(v)->count;
}

value tuple_of_type(struct vm *vm, const struct type *type, size_t count)
{
	struct tuple *t = object_new(vm, type, mem_mul(count, sizeof(value)));
	t->items = (value *)(void *)((char *)t + type->size);
	t->count = count;
	return object_value(t);
}

value tuple_new(struct vm *vm, size_t count)
{
	if (count == 0)
		return value_ref(vm_pools(vm)->empty_tuple);
	return tuple_of_type(vm, &tuple_type, count);
}

value tuple_from(struct vm *vm, const value *items, size_t count)
{
	value t = tuple_new(vm, count);
	for (size_t i = 0; i < count; i++)
		tuple_of(t)->items[i] = value_ref(items[i]);
	return t;
}

value tuple_from_iterable(struct vm *vm, value iterable)
{
	if (value_is_exactly(iterable, &tuple_type))
		return value_ref(iterable);
	if (value_is_exactly(iterable, &list_type))
		return tuple_from(vm, list_of(iterable)->items, list_count(iterable));
	value list = list_from_iterable(vm, iterable);
	if (value_is_null(list))
		return VALUE_NULL;
	value t = tuple_from(vm, list_of(list)->items, list_count(list));
	value_unref(vm, list);
	return t;
}

static value tuple_make(struct vm *vm, const struct type *type, const struct args *a)
{
	if (type == &tuple_type && !args_no_keywords(vm, a, "tuple"))
		return VALUE_NULL;
	if (!args_check(vm, a, "tuple", 0, 1))
		return VALUE_NULL;
	value t = a->count ? tuple_from_iterable(vm, a->at[0])
			   : value_ref(vm_pools(vm)->empty_tuple);
	if (value_is_null(t) || type == &tuple_type)
		return t;
	value copy = tuple_of_type(vm, type, tuple_count(t));
	for (size_t i = 0; i < tuple_count(t); i++)
		tuple_of(copy)->items[i] = value_ref(tuple_at(t, i));
	value_unref(vm, t);
	return copy;
}

/* ---- slots ----------------------------------------------------------------------- */

static void tuple_drop(struct vm *vm, struct object *self)
{
	struct tuple *t = (struct tuple *)(void *)self;
	for (size_t i = 0; i < t->count; i++)
		value_xunref(vm, t->items[i]);
	t->count = 0;
}

static void tuple_traverse(struct object *self, visit_fn visit, void *context)
{
	struct tuple *t = (struct tuple *)(void *)self;
	for (size_t i = 0; i < t->count; i++)
		visit(t->items[i], context);
}

static value tuple_repr(struct vm *vm, value self)
{
	if (tuple_count(self) == 0)
		return str_new_c(vm, "()");
	if (repr_enter(self))
		return str_new_c(vm, "(...)");
	value result = VALUE_NULL;
	struct buf out = {0};
	buf_putc(&out, '(');
	if (put_items_repr(vm, &out, self, tuple_items)) {
		buf_puts(&out, tuple_count(self) == 1 ? ",)" : ")");
		result = str_from_buf(vm, &out);
	}
	buf_free(&out);
	repr_leave(self);
	return result;
}

/* The mixing of xxHash, as CPython's tuples do. */
static bool tuple_hash(struct vm *vm, value self, int64_t *out)
{
	uint64_t hash = 2870177450012600261u;
	size_t count = tuple_count(self);
	if (!vm_enter(vm))
		return false;
	for (size_t i = 0; i < count; i++) {
		int64_t lane;
		if (!object_hash(vm, tuple_at(self, i), &lane)) {
			vm_leave(vm);
			return false;
		}
		hash += (uint64_t)lane * 14029467366897019727u;
		hash = hash << 31 | hash >> 33;
		hash *= 11400714785074694791u;
	}
	vm_leave(vm);
	hash += count ^ (2870177450012600261u ^ 3527539u);
	*out = hash == UINT64_MAX ? 1546275796 : (int64_t)hash;
	return true;
}

static int tuple_truth(struct vm *vm, value self)
{
	(void)vm;
	return tuple_count(self) > 0;
}

static value tuple_compare(struct vm *vm, value a, value b, enum compare_op op)
{
	if (!value_is_tuple(a) || !value_is_tuple(b))
		return VALUE_NOT_IMPLEMENTED;
	return items_compare(vm, a, b, op, tuple_items);
}

static value concat(struct vm *vm, value left, value right)
{
	size_t n = tuple_count(left), m = tuple_count(right);
	if (m == 0 && value_is_exactly(left, &tuple_type))
		return value_ref(left);
	if (n == 0 && value_is_exactly(right, &tuple_type))
		return value_ref(right);
	value t = tuple_new(vm, mem_add(n, m));
	for (size_t i = 0; i < n; i++)
		tuple_of(t)->items[i] = value_ref(tuple_at(left, i));
	for (size_t i = 0; i < m; i++)
		tuple_of(t)->items[n + i] = value_ref(tuple_at(right, i));
	return t;
}

static value tuple_binary(struct vm *vm, enum binary_op op, value left, value right)
{
	if (op == BINARY_ADD && value_is_tuple(left)) {
		if (value_is_tuple(right))
			return concat(vm, left, right);
		return sequence_refuse_concat(vm, left, right);
	}
	if (op != BINARY_MUL)
		return VALUE_NOT_IMPLEMENTED;
	value self = value_is_tuple(left) ? left : right;
	value times = value_is_tuple(left) ? right : left;
	if (!value_has_index(times))
		return sequence_refuse_repeat(vm, times);
	size_t count = tuple_count(self);
	int64_t n = repeat_count(vm, times, count, sizeof(value));
	if (n < 0)
		return VALUE_NULL;
	if (n == 1 && value_is_exactly(self, &tuple_type))
		return value_ref(self);
	value t = tuple_new(vm, count * (size_t)n);
	for (size_t i = 0; i < count * (size_t)n; i++)
		tuple_of(t)->items[i] = value_ref(tuple_at(self, i % count));
	return t;
}

static int64_t tuple_len(struct vm *vm, value self)
{
	(void)vm;
	return (int64_t)tuple_count(self);
}

static value tuple_getitem(struct vm *vm, value self, value key)
{
	if (!value_is_exactly(key, &slice_type)) {
		size_t index;
		if (!sequence_index(vm, key, tuple_count(self), "tuple", &index))
			return VALUE_NULL;
		return value_ref(tuple_at(self, index));
	}
	int64_t start, stop, step;
	size_t count;
	if (!slice_indices(vm, key, tuple_count(self), &start, &stop, &step, &count))
		return VALUE_NULL;
	if (count == tuple_count(self) && step == 1 && value_is_exactly(self, &tuple_type))
		return value_ref(self);
	value t = tuple_new(vm, count);
	for (size_t i = 0; i < count; i++, start += step)
		tuple_of(t)->items[i] = value_ref(tuple_at(self, (size_t)start));
	return t;
}

static int tuple_contains(struct vm *vm, value self, value item)
{
	return (int)items_count(vm, self, item, tuple_items, true);
}

static value tuple_index(struct vm *vm, value self, const struct args *a)
{
	return items_index(vm, self, a, tuple_items, "tuple");
}

static value tuple_count_method(struct vm *vm, value self, const struct args *a)
{
	int64_t n = items_count(vm, self, a->at[0], tuple_items, false);
	return n < 0 ? VALUE_NULL : int_new(vm, n);
}

/* ---- iterating ------------------------------------------------------------------- */

struct tuple_iterator {
	struct object head;
	value tuple; /* null at the end */
	size_t at;
};


static value tuple_iter(struct vm *vm, value self)
{
	struct tuple_iterator *it = object_new(vm, &tuple_iterator_type, 0);
	it->tuple = value_ref(self);
	return object_value(it);
}

static value tuple_iterator_next(struct vm *vm, value self)
{
	struct tuple_iterator *it = (struct tuple_iterator *)(void *)value_object(self);
	if (value_is_null(it->tuple))
		return VALUE_NULL;
	if (it->at < tuple_count(it->tuple))
		return value_ref(tuple_at(it->tuple, it->at++));
	value_forget(vm, &it->tuple);
	return VALUE_NULL;
}

static void tuple_iterator_drop(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct tuple_iterator *)(void *)self)->tuple);
}

static void tuple_iterator_traverse(struct object *self, visit_fn visit, void *context)
{
	visit(((struct tuple_iterator *)(void *)self)->tuple, context);
}

static value tuple_iterator_hint(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct tuple_iterator *it = (struct tuple_iterator *)(void *)value_object(self);
	size_t left = value_is_null(it->tuple) ? 0 : tuple_count(it->tuple) - it->at;
	return int_new(vm, (int64_t)left);
}

static const struct method_def tuple_iterator_methods[] = {
	{"__length_hint__", tuple_iterator_hint, 0, 0, 0},
	{0},
};

const struct type tuple_iterator_type = {
	TYPE_HEAD,
	.name = "tuple_iterator",
	.base = &object_type,
	.size = sizeof(struct tuple_iterator),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.methods = tuple_iterator_methods,
	.drop = tuple_iterator_drop,
	.traverse = tuple_iterator_traverse,
	.clear = tuple_iterator_drop,
	.iter = iterator_self,
	.next = tuple_iterator_next,
};

static const struct method_def tuple_methods[] = {
	{"count", tuple_count_method, 1, 1, 0},
	{"index", tuple_index, 1, 3, 0},
	{0},
};

const struct type tuple_type = {
	TYPE_HEAD,
	.name = "tuple",
	.base = &object_type,
	.size = sizeof(struct tuple),
	.flags = TYPE_TRACKED | TYPE_SEQUENCE | TYPE_MATCH_SELF,
	.methods = tuple_methods,
	.make = tuple_make,
	.drop = tuple_drop,
	.traverse = tuple_traverse,
	.clear = tuple_drop,
	.repr = tuple_repr,
	.hash = tuple_hash,
	.truth = tuple_truth,
	.compare = tuple_compare,
	.binary = tuple_binary,
	.len = tuple_len,
	.getitem = tuple_getitem,
	.contains = tuple_contains,
	.iter = tuple_iter,
};
