/* The type list: see list.h. Sorting is in list_sort.c. */
#include "lang/list.h"

#include <string.h>

#include "lang/dict.h"
#include "lang/exception.h"
#include "lang/int.h"
#include "lang/range.h"
#include "lang/set.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "lang/types_internal.h"

/* ---- room ------------------------------------------------------------------------ */

static void reserve(struct vm *vm, struct list *l, size_t count)
{
	if (count <= l->room)
		return;
	size_t room = mem_add(count, (count >> 3) + 6) & ~(size_t)3;
	l->items = vm_resize(vm, l->items, l->room * sizeof(value), mem_mul(room, sizeof(value)));
	l->room = room;
}

value list_new(struct vm *vm, size_t room)
{
	struct list *l = object_new(vm, &list_type, 0);
	if (room > 0) {
		l->items = vm_alloc(vm, mem_mul(room, sizeof(value)));
		l->room = room;
	}
	return object_value(l);
}

value list_from(struct vm *vm, const value *items, size_t count)
{
	value v = list_new(vm, count);
	struct list *l = list_of(v);
	for (size_t i = 0; i < count; i++)
		l->items[i] = value_ref(items[i]);
	l->count = count;
	return v;
}

void list_append(struct vm *vm, value list, value item)
{
	struct list *l = list_of(list);
	if (l->count == l->room)
		reserve(vm, l, l->count + 1);
	l->items[l->count++] = value_ref(item);
}

/* Take all items away; they die after the list has forgotten them. */
static void drop_items(struct vm *vm, struct list *l)
{
	value *items = l->items;
	size_t count = l->count, room = l->room;
	l->items = NULL;
	l->count = l->room = 0;
	while (count > 0)
		value_xunref(vm, items[--count]);
	vm_release(vm, items, room * sizeof(value));
}

static void list_drop(struct vm *vm, struct object *self)
{
	drop_items(vm, (struct list *)(void *)self);
}

static void list_traverse(struct object *self, visit_fn visit, void *context)
{
	struct list *l = (struct list *)(void *)self;
	for (size_t i = 0; i < l->count; i++)
		visit(l->items[i], context);
}

/* An array that can be copied as it is: of an exact list or tuple. */
static bool plain_items(value v, const value **items, size_t *count)
{
	if (value_is_exactly(v, &list_type)) {
		*items = list_of(v)->items;
		*count = list_count(v);
		return true;
	}
	if (value_is_exactly(v, &tuple_type)) {
		*items = tuple_of(v)->items;
		*count = tuple_count(v);
		return true;
	}
	return false;
}

bool list_extend(struct vm *vm, value list, value iterable)
{
	const value *items;
	size_t count;
	struct list *l = list_of(list);
	if (plain_items(iterable, &items, &count)) {
		if (!vm_room(vm, count * sizeof(value)))
			return false;
		reserve(vm, l, mem_add(l->count, count));
		plain_items(iterable, &items, &count); /* it may be the list itself */
		for (size_t i = 0; i < count; i++)
			l->items[l->count + i] = value_ref(items[i]);
		l->count += count;
		return true;
	}
	value iterator = object_iter(vm, iterable);
	if (value_is_null(iterator))
		return false;
	for (size_t n = 1;; n++) {
		value item = object_next(vm, iterator);
		if (value_is_null(item))
			break;
		list_append(vm, list, item);
		value_unref(vm, item);
		if (n % 65536 == 0 && !vm_room(vm, list_count(list) / 4 * sizeof(value)))
			break;
	}
	value_unref(vm, iterator);
	return value_is_null(vm_raised(vm));
}

value list_from_iterable(struct vm *vm, value iterable)
{
	value list = list_new(vm, 0);
	if (list_extend(vm, list, iterable))
		return list;
	value_unref(vm, list);
	return VALUE_NULL;
}

/* New items are counted before old ones die, and those die when the list is whole again. */
void list_splice(struct vm *vm, value list, size_t start, size_t end, const value *items,
                 size_t count)
{
	struct list *l = list_of(list);
	size_t gone = end - start, tail = l->count - end;
	value *old = gone ? vm_alloc(vm, gone * sizeof(value)) : NULL;
	if (gone)
		memcpy(old, l->items + start, gone * sizeof(value));
	reserve(vm, l, mem_add(l->count - gone, count));
	if (tail)
		memmove(l->items + start + count, l->items + end, tail * sizeof(value));
	for (size_t i = 0; i < count; i++)
		l->items[start + i] = value_ref(items[i]);
	l->count = l->count - gone + count;
	for (size_t i = 0; i < gone; i++)
		value_unref(vm, old[i]);
	vm_release(vm, old, gone * sizeof(value));
}

static void list_items(value v, const value **at, size_t *count)
{
	*at = list_of(v)->items;
	*count = list_of(v)->count;
}

/* ---- slots ----------------------------------------------------------------------- */

static bool list_init_slot(struct vm *vm, value self, const struct args *a)
{
	if (!args_no_keywords(vm, a, "list") || !args_check(vm, a, "list", 0, 1))
		return false;
	if (list_count(self) > 0)
		drop_items(vm, list_of(self));
	return a->count == 0 || list_extend(vm, self, a->at[0]);
}

static value list_repr(struct vm *vm, value self)
{
	if (list_count(self) == 0)
		return str_new_c(vm, "[]");
	if (repr_enter(self))
		return str_new_c(vm, "[...]");
	value result = VALUE_NULL;
	struct buf out = {0};
	buf_putc(&out, '[');
	if (put_items_repr(vm, &out, self, list_items)) {
		buf_putc(&out, ']');
		result = str_from_buf(vm, &out);
	}
	buf_free(&out);
	repr_leave(self);
	return result;
}

static int list_truth(struct vm *vm, value self)
{
	(void)vm;
	return list_count(self) > 0;
}

static value list_compare(struct vm *vm, value a, value b, enum compare_op op)
{
	if (!value_is_list(a) || !value_is_list(b))
		return VALUE_NOT_IMPLEMENTED;
	return items_compare(vm, a, b, op, list_items);
}

static value repeat(struct vm *vm, value self, value times)
{
	size_t count = list_count(self);
	int64_t n = repeat_count(vm, times, count, sizeof(value));
	if (n < 0)
		return VALUE_NULL;
	value v = list_new(vm, count * (size_t)n);
	struct list *l = list_of(v);
	for (size_t i = 0; i < count * (size_t)n; i++)
		l->items[i] = value_ref(list_at(self, i % count));
	l->count = count * (size_t)n;
	return v;
}

static value list_binary(struct vm *vm, enum binary_op op, value left, value right)
{
	if (op == BINARY_ADD && value_is_list(left)) {
		if (!value_is_list(right))
			return sequence_refuse_concat(vm, left, right);
		value v = list_new(vm, mem_add(list_count(left), list_count(right)));
		list_splice(vm, v, 0, 0, list_of(left)->items, list_count(left));
		list_splice(vm, v, list_count(v), list_count(v), list_of(right)->items,
		            list_count(right));
		return v;
	}
	if (op != BINARY_MUL)
		return VALUE_NOT_IMPLEMENTED;
	value self = value_is_list(left) ? left : right;
	value times = value_is_list(left) ? right : left;
	if (!value_has_index(times))
		return sequence_refuse_repeat(vm, times);
	return repeat(vm, self, times);
}

static value list_inplace(struct vm *vm, enum binary_op op, value left, value right)
{
	if (op == BINARY_ADD)
		return list_extend(vm, left, right) ? value_ref(left) : VALUE_NULL;
	if (op != BINARY_MUL || !value_has_index(right))
		return VALUE_NOT_IMPLEMENTED;
	value many = repeat(vm, left, right);
	if (value_is_null(many))
		return VALUE_NULL;
	struct list *l = list_of(left), *m = list_of(many), old = *l;
	l->items = m->items, l->count = m->count, l->room = m->room;
	m->items = old.items, m->count = old.count, m->room = old.room;
	value_unref(vm, many);
	return value_ref(left);
}

static int64_t list_len(struct vm *vm, value self)
{
	(void)vm;
	return (int64_t)list_count(self);
}

/* The item that `key` is, of the list as it is once an __index__ of the scene has run. */
static bool list_index_of(struct vm *vm, value self, value key, const char *what, size_t *index)
{
	if (!sequence_index(vm, key, list_count(self), what, index))
		return false;
	if (*index < list_count(self))
		return true;
	vm_raise(vm, &exc_IndexError, "%s index out of range", what);
	return false;
}

static value list_getitem(struct vm *vm, value self, value key)
{
	size_t index;
	if (!value_is_exactly(key, &slice_type)) {
		if (!list_index_of(vm, self, key, "list", &index))
			return VALUE_NULL;
		return value_ref(list_at(self, index));
	}
	int64_t start, stop, step;
	if (!slice_unpack(vm, key, &start, &stop, &step))
		return VALUE_NULL;
	size_t count = slice_adjust(list_count(self), &start, &stop, step);
	value v = list_new(vm, count);
	for (size_t i = 0; i < count; i++, start += step)
		list_of(v)->items[i] = value_ref(list_at(self, (size_t)start));
	list_of(v)->count = count;
	return v;
}

/* del self[start:stop:step] with a step other than 1. */
static void delete_stepped(struct vm *vm, value self, int64_t start, int64_t step, size_t count)
{
	struct list *l = list_of(self);
	if (count == 0)
		return;
	if (step < 0) {
		start += step * (int64_t)(count - 1);
		step = -step;
	}
	value *gone = vm_alloc(vm, count * sizeof(value));
	size_t to = (size_t)start, taken = 0;
	for (size_t from = to; from < l->count; from++) {
		bool hit = taken < count && from == (size_t)start + taken * (size_t)step;
		if (hit)
			gone[taken++] = l->items[from];
		else
			l->items[to++] = l->items[from];
	}
	l->count = to;
	for (size_t i = 0; i < taken; i++)
		value_unref(vm, gone[i]);
	vm_release(vm, gone, count * sizeof(value));
}

static bool set_slice(struct vm *vm, value self, value key, value v)
{
	value source = VALUE_NULL;
	if (!value_is_null(v)) {
		/* A copy first: reading it may change this list, and it may be this list. */
		source = list_from_iterable(vm, v);
		if (value_is_null(source)) {
			value (*iter)(struct vm *, value);
			TYPE_SLOT(iter, value_type(v), iter);
			if (!iter && vm_caught(vm, &exc_TypeError))
				vm_raise(vm, &exc_TypeError, "can only assign an iterable");
			return false;
		}
	}
	int64_t start, stop, step;
	bool fine = slice_unpack(vm, key, &start, &stop, &step);
	size_t count = fine ? slice_adjust(list_count(self), &start, &stop, step) : 0;
	if (fine && value_is_null(v) && step != 1) {
		delete_stepped(vm, self, start, step, count);
	} else if (fine && step == 1) {
		const value *items = value_is_null(v) ? NULL : list_of(source)->items;
		list_splice(vm, self, (size_t)start, (size_t)start + count, items,
		            value_is_null(v) ? 0 : list_count(source));
	} else if (fine) {
		fine = list_count(source) == count;
		if (!fine)
			vm_raise(vm, &exc_ValueError,
			         "attempt to assign sequence of size %zu to extended slice of "
			         "size %zu",
			         list_count(source), count);
		for (size_t i = 0; fine && i < count; i++, start += step) {
			value *slot = &list_of(self)->items[start], item = list_at(source, i);
			list_of(source)->items[i] = *slot; /* dies with the copy */
			*slot = item;
		}
	}
	value_xunref(vm, source);
	return fine;
}

static bool list_setitem(struct vm *vm, value self, value key, value v)
{
	if (value_is_exactly(key, &slice_type))
		return set_slice(vm, self, key, v);
	size_t index;
	if (!list_index_of(vm, self, key, "list assignment", &index))
		return false;
	if (value_is_null(v))
		list_splice(vm, self, index, index + 1, NULL, 0);
	else
		value_replace(vm, &list_of(self)->items[index], value_ref(v));
	return true;
}

static int list_contains(struct vm *vm, value self, value item)
{
	return (int)items_count(vm, self, item, list_items, true);
}

/* ---- methods --------------------------------------------------------------------- */

static value list_append_method(struct vm *vm, value self, const struct args *a)
{
	list_append(vm, self, a->at[0]);
	return VALUE_NONE;
}

static value list_extend_method(struct vm *vm, value self, const struct args *a)
{
	return list_extend(vm, self, a->at[0]) ? VALUE_NONE : VALUE_NULL;
}

static value list_insert(struct vm *vm, value self, const struct args *a)
{
	int64_t at;
	if (!object_index_int64(vm, a->at[0], false, &at))
		return VALUE_NULL;
	int64_t count = (int64_t)list_count(self);
	if (at < 0)
		at = at + count < 0 ? 0 : at + count;
	if (at > count)
		at = count;
	list_splice(vm, self, (size_t)at, (size_t)at, &a->at[1], 1);
	return VALUE_NONE;
}

static value list_pop(struct vm *vm, value self, const struct args *a)
{
	struct list *l = list_of(self);
	int64_t at = -1;
	if (a->count > 0 && !object_index_int64(vm, a->at[0], false, &at))
		return VALUE_NULL;
	if (l->count == 0)
		return vm_raise(vm, &exc_IndexError, "pop from empty list");
	if (at < 0)
		at += (int64_t)l->count;
	if (at < 0 || (size_t)at >= l->count)
		return vm_raise(vm, &exc_IndexError, "pop index out of range");
	value item = l->items[at];
	l->count--;
	memmove(l->items + at, l->items + at + 1, (l->count - (size_t)at) * sizeof(value));
	return item;
}

static value list_remove_method(struct vm *vm, value self, const struct args *a)
{
	for (size_t i = 0; i < list_count(self); i++) {
		value item = value_ref(list_at(self, i));
		int same = object_equal(vm, item, a->at[0]);
		value_unref(vm, item);
		if (same < 0)
			return VALUE_NULL;
		if (same && i < list_count(self)) {
			list_splice(vm, self, i, i + 1, NULL, 0);
			return VALUE_NONE;
		}
	}
	return vm_raise(vm, &exc_ValueError, "list.remove(x): x not in list");
}

static value list_clear_method(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	drop_items(vm, list_of(self));
	return VALUE_NONE;
}

static value list_copy(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return list_from(vm, list_of(self)->items, list_count(self));
}

static value list_index(struct vm *vm, value self, const struct args *a)
{
	return items_index(vm, self, a, list_items, "list");
}

static value list_count_method(struct vm *vm, value self, const struct args *a)
{
	int64_t n = items_count(vm, self, a->at[0], list_items, false);
	return n < 0 ? VALUE_NULL : int_new(vm, n);
}

static value list_reverse(struct vm *vm, value self, const struct args *a)
{
	(void)vm, (void)a;
	struct list *l = list_of(self);
	for (size_t i = 0; i < l->count / 2; i++) {
		value v = l->items[i];
		l->items[i] = l->items[l->count - 1 - i];
		l->items[l->count - 1 - i] = v;
	}
	return VALUE_NONE;
}

static value list_sort_method(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {.function = "sort", .names = {"key", "reverse"}};
	value arg[2];
	if (!args_parse(vm, a, &signature, arg))
		return VALUE_NULL;
	int reverse = value_is_null(arg[1]) ? 0 : object_truth(vm, arg[1]);
	if (reverse < 0)
		return VALUE_NULL;
	value key = value_is_null(arg[0]) || value_is_none(arg[0]) ? VALUE_NULL : arg[0];
	return list_sort(vm, self, key, reverse) ? VALUE_NONE : VALUE_NULL;
}

/* ---- iterating ------------------------------------------------------------------- */

struct list_iterator {
	struct object head;
	value list;  /* null at the end */
	int64_t at;
	int64_t step; /* 1, or -1 for reversed() */
};

static value list_iterate(struct vm *vm, value list, const struct type *type, int64_t at,
                          int64_t step)
{
	struct list_iterator *it = object_new(vm, type, 0);
	it->list = value_ref(list);
	it->at = at;
	it->step = step;
	return object_value(it);
}

static value list_iterator_next(struct vm *vm, value self)
{
	struct list_iterator *it = (struct list_iterator *)(void *)value_object(self);
	if (value_is_null(it->list))
		return VALUE_NULL;
	if (it->at >= 0 && it->at < (int64_t)list_count(it->list)) {
		value item = value_ref(list_at(it->list, (size_t)it->at));
		it->at += it->step;
		return item;
	}
	value_forget(vm, &it->list);
	return VALUE_NULL;
}

static void list_iterator_drop(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct list_iterator *)(void *)self)->list);
}

static void list_iterator_traverse(struct object *self, visit_fn visit, void *context)
{
	visit(((struct list_iterator *)(void *)self)->list, context);
}

static value list_iterator_hint(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct list_iterator *it = (struct list_iterator *)(void *)value_object(self);
	if (value_is_null(it->list))
		return value_small(0);
	int64_t count = (int64_t)list_count(it->list);
	int64_t left = it->step > 0 ? count - it->at : it->at + 1;
	return int_new(vm, left > 0 ? left : 0);
}

static const struct method_def list_iterator_methods[] = {
	{"__length_hint__", list_iterator_hint, 0, 0, 0},
	{0},
};

const struct type list_iterator_type = {
	TYPE_HEAD,
	.name = "list_iterator",
	.base = &object_type,
	.size = sizeof(struct list_iterator),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.methods = list_iterator_methods,
	.drop = list_iterator_drop,
	.traverse = list_iterator_traverse,
	.clear = list_iterator_drop,
	.iter = iterator_self,
	.next = list_iterator_next,
};

const struct type list_reverse_iterator_type = {
	TYPE_HEAD,
	.name = "list_reverseiterator",
	.base = &object_type,
	.size = sizeof(struct list_iterator),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.methods = list_iterator_methods,
	.drop = list_iterator_drop,
	.traverse = list_iterator_traverse,
	.clear = list_iterator_drop,
	.iter = iterator_self,
	.next = list_iterator_next,
};

static value list_iter(struct vm *vm, value self)
{
	return list_iterate(vm, self, &list_iterator_type, 0, 1);
}

static value list_reversed(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return list_iterate(vm, self, &list_reverse_iterator_type, (int64_t)list_count(self) - 1,
	                    -1);
}

static const struct method_def list_methods[] = {
	{"append", list_append_method, 1, 1, 0},
	{"clear", list_clear_method, 0, 0, 0},
	{"copy", list_copy, 0, 0, 0},
	{"count", list_count_method, 1, 1, 0},
	{"extend", list_extend_method, 1, 1, 0},
	{"index", list_index, 1, 3, 0},
	{"insert", list_insert, 2, 2, 0},
	{"pop", list_pop, 0, 1, 0},
	{"remove", list_remove_method, 1, 1, 0},
	{"reverse", list_reverse, 0, 0, 0},
	{"sort", list_sort_method, 0, 0, METHOD_KEYWORDS},
	{"__reversed__", list_reversed, 0, 0, 0},
	{0},
};

const struct type list_type = {
	TYPE_HEAD,
	.name = "list",
	.base = &object_type,
	.size = sizeof(struct list),
	.flags = TYPE_TRACKED | TYPE_SEQUENCE | TYPE_UNHASHABLE | TYPE_MATCH_SELF,
	.methods = list_methods,
	.init = list_init_slot,
	.drop = list_drop,
	.traverse = list_traverse,
	.clear = list_drop,
	.repr = list_repr,
	.truth = list_truth,
	.compare = list_compare,
	.binary = list_binary,
	.inplace = list_inplace,
	.len = list_len,
	.getitem = list_getitem,
	.setitem = list_setitem,
	.contains = list_contains,
	.iter = list_iter,
};
