/*
 * What keys(), values() and items() give: views that look at the dict as it is, and the
 * iterators over them, which notice that the dict has changed its size.
 */
#include <string.h>

#include "lang/dict.h"
#include "lang/exception.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/set.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "lang/types_internal.h"
#include "lang/vm.h"

struct dict_view {
	struct object head;
	value dict;
};

struct dict_iterator {
	struct object head;
	value dict;       /* null at the end */
	size_t at;        /* the next entry; for a reversed one, one behind it */
	size_t count;     /* of the dict at the beginning */
	size_t left;      /* how many are still to come */
};

static const struct type reverse_key_iterator_type, reverse_value_iterator_type,
	reverse_item_iterator_type;

static struct dict_iterator *iterator_of(value v)
{
	return (struct dict_iterator *)(void *)value_object(v);
}
static value view_dict(value v)
{
	return ((struct dict_view *)(void *)value_object(v))->dict;
}

/* ---- iterators ------------------------------------------------------------------- */

static value iterate(struct vm *vm, value dict, const struct type *type, bool reversed)
{
	struct dict_iterator *it = object_new(vm, type, 0);
	it->dict = value_ref(dict);
	it->count = it->left = dict_count(dict);
	it->at = reversed ? dict_of(dict)->table.filled : 0;
	return object_value(it);
}

/* The next entry; NULL at the end or with RuntimeError set. */
static struct table_entry *step(struct vm *vm, struct dict_iterator *it, bool reversed)
{
	if (value_is_null(it->dict))
		return NULL;
	struct table *t = &dict_of(it->dict)->table;
	if (t->count != it->count) {
		it->count = SIZE_MAX; /* and it stays so */
		vm_raise(vm, &exc_RuntimeError, "dictionary changed size during iteration");
		return NULL;
	}
	struct table_entry *e = NULL;
	if (reversed) {
		while (it->at > 0 && !e) {
			it->at--;
			if (it->at < t->filled && !value_is_null(t->entries[it->at].key))
				e = &t->entries[it->at];
		}
	} else {
		e = table_next(t, &it->at);
	}
	if (e && it->left == 0) {
		vm_raise(vm, &exc_RuntimeError, "dictionary keys changed during iteration");
		e = NULL;
	} else if (e) {
		it->left--;
	}
	if (!e)
		value_forget(vm, &it->dict);
	return e;
}

static value pair_of(struct vm *vm, const struct table_entry *e)
{
	return tuple_from(vm, (const value[]){e->key, e->item}, 2);
}

#define ITERATOR_NEXT(name, reversed, expression)                                         \
	static value name(struct vm *vm, value self)                                       \
	{                                                                                  \
		struct table_entry *e = step(vm, iterator_of(self), reversed);             \
		return e ? (expression) : VALUE_NULL;                                      \
	}

ITERATOR_NEXT(next_key, false, value_ref(e->key))
ITERATOR_NEXT(next_value, false, value_ref(e->item))
ITERATOR_NEXT(next_item, false, pair_of(vm, e))
ITERATOR_NEXT(previous_key, true, value_ref(e->key))
ITERATOR_NEXT(previous_value, true, value_ref(e->item))
ITERATOR_NEXT(previous_item, true, pair_of(vm, e))

static void iterator_drop(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct dict_iterator *)(void *)self)->dict);
}

static void iterator_traverse(struct object *self, visit_fn visit, void *context)
{
	visit(((struct dict_iterator *)(void *)self)->dict, context);
}

static value iterator_hint(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct dict_iterator *it = iterator_of(self);
	bool valid = !value_is_null(it->dict) && dict_count(it->dict) == it->count;
	return int_new(vm, valid ? (int64_t)it->left : 0);
}

static const struct method_def iterator_methods[] = {
	{"__length_hint__", iterator_hint, 0, 0, 0},
	{0},
};

#define ITERATOR_TYPE(variable, type_name, next_slot)                                     \
	const struct type variable = {                                                     \
		TYPE_HEAD,                                                                 \
		.name = type_name,                                                         \
		.base = &object_type,                                                      \
		.size = sizeof(struct dict_iterator),                                      \
		.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,                          \
		.methods = iterator_methods,                                               \
		.drop = iterator_drop,                                                     \
		.traverse = iterator_traverse,                                             \
		.clear = iterator_drop,                                                    \
		.iter = iterator_self,                                                     \
		.next = next_slot,                                                         \
	}

ITERATOR_TYPE(dict_key_iterator_type, "dict_keyiterator", next_key);
ITERATOR_TYPE(dict_value_iterator_type, "dict_valueiterator", next_value);
ITERATOR_TYPE(dict_item_iterator_type, "dict_itemiterator", next_item);
static ITERATOR_TYPE(reverse_key_iterator_type, "dict_reversekeyiterator", previous_key);
static ITERATOR_TYPE(reverse_value_iterator_type, "dict_reversevalueiterator", previous_value);
static ITERATOR_TYPE(reverse_item_iterator_type, "dict_reverseitemiterator", previous_item);

value dict_iter_slot(struct vm *vm, value self)
{
	return iterate(vm, self, &dict_key_iterator_type, false);
}

value dict_reversed_method(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return iterate(vm, self, &reverse_key_iterator_type, true);
}

/* ---- views ----------------------------------------------------------------------- */

static value view_new(struct vm *vm, value dict, const struct type *type)
{
	struct dict_view *view = object_new(vm, type, 0);
	view->dict = value_ref(dict);
	return object_value(view);
}

value dict_keys_view(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return view_new(vm, self, &dict_keys_type);
}

value dict_values_view(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return view_new(vm, self, &dict_values_type);
}

value dict_items_view(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return view_new(vm, self, &dict_items_type);
}

static void view_drop(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct dict_view *)(void *)self)->dict);
}

static void view_traverse(struct object *self, visit_fn visit, void *context)
{
	visit(((struct dict_view *)(void *)self)->dict, context);
}

static int64_t view_len(struct vm *vm, value self)
{
	(void)vm;
	return (int64_t)dict_count(view_dict(self));
}

static value view_iter(struct vm *vm, value self)
{
	const struct type *type = value_is_exactly(self, &dict_keys_type) ? &dict_key_iterator_type
		: value_is_exactly(self, &dict_values_type) ? &dict_value_iterator_type
							    : &dict_item_iterator_type;
	return iterate(vm, view_dict(self), type, false);
}

static value view_reversed(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	const struct type *type = value_is_exactly(self, &dict_keys_type)
		? &reverse_key_iterator_type
		: value_is_exactly(self, &dict_values_type) ? &reverse_value_iterator_type
							    : &reverse_item_iterator_type;
	return iterate(vm, view_dict(self), type, true);
}

static value view_repr(struct vm *vm, value self)
{
	if (repr_enter(self))
		return str_new_c(vm, "...");
	value result = VALUE_NULL, list = list_from_iterable(vm, self);
	struct buf out = {0};
	buf_printf(&out, "%s(", value_type_name(self));
	if (!value_is_null(list) && put_repr(vm, &out, list)) {
		buf_putc(&out, ')');
		result = str_from_buf(vm, &out);
	}
	value_xunref(vm, list);
	buf_free(&out);
	repr_leave(self);
	return result;
}

static int keys_contains(struct vm *vm, value self, value key)
{
	return object_contains(vm, view_dict(self), key);
}

static int items_contains(struct vm *vm, value self, value pair)
{
	if (!value_is_tuple(pair) || tuple_count(pair) != 2)
		return 0;
	bool failed;
	value v = dict_get(vm, view_dict(self), tuple_at(pair, 0), &failed);
	if (value_is_null(v))
		return failed ? -1 : 0;
	value_ref(v);
	int same = object_equal(vm, v, tuple_at(pair, 1));
	value_unref(vm, v);
	return same;
}

/* Views of keys and items take part in the operators of sets. */
static bool is_set_like(value v)
{
	return value_is_any_set(v) || value_is_exactly(v, &dict_keys_type) ||
		value_is_exactly(v, &dict_items_type);
}

static value as_set(struct vm *vm, value v)
{
	value s = set_new(vm);
	if (set_update(vm, s, v))
		return s;
	value_unref(vm, s);
	return VALUE_NULL;
}

static value view_binary(struct vm *vm, enum binary_op op, value left, value right)
{
	if (op != BINARY_AND && op != BINARY_OR && op != BINARY_XOR && op != BINARY_SUB)
		return VALUE_NOT_IMPLEMENTED;
	value a = as_set(vm, left);
	value b = value_is_null(a) ? VALUE_NULL : as_set(vm, right);
	value result = value_is_null(b) ? VALUE_NULL : object_binary(vm, op, a, b);
	value_xunref(vm, a);
	value_xunref(vm, b);
	return result;
}

static value view_compare(struct vm *vm, value left, value right, enum compare_op op)
{
	if (!is_set_like(left) || !is_set_like(right))
		return VALUE_NOT_IMPLEMENTED;
	value a = as_set(vm, left);
	value b = value_is_null(a) ? VALUE_NULL : as_set(vm, right);
	value result = value_is_null(b) ? VALUE_NULL : object_compare(vm, a, b, op);
	value_xunref(vm, a);
	value_xunref(vm, b);
	return result;
}

static value view_isdisjoint(struct vm *vm, value self, const struct args *a)
{
	value s = as_set(vm, self);
	if (value_is_null(s))
		return VALUE_NULL;
	value result = vm_call_method(vm, s, "isdisjoint", a);
	value_unref(vm, s);
	return result;
}

static const struct method_def set_view_methods[] = {
	{"isdisjoint", view_isdisjoint, 1, 1, 0},
	{"__reversed__", view_reversed, 0, 0, 0},
	{0},
};

static const struct method_def values_methods[] = {
	{"__reversed__", view_reversed, 0, 0, 0},
	{0},
};

#define VIEW_TYPE(type_name)                                                              \
	TYPE_HEAD, .name = type_name, .base = &object_type, .size = sizeof(struct dict_view), \
		.drop = view_drop, .traverse = view_traverse, .clear = view_drop,          \
		.repr = view_repr, .len = view_len, .iter = view_iter

const struct type dict_keys_type = {
	VIEW_TYPE("dict_keys"),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW | TYPE_UNHASHABLE,
	.methods = set_view_methods,
	.contains = keys_contains,
	.binary = view_binary,
	.compare = view_compare,
};

const struct type dict_items_type = {
	VIEW_TYPE("dict_items"),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW | TYPE_UNHASHABLE,
	.methods = set_view_methods,
	.contains = items_contains,
	.binary = view_binary,
	.compare = view_compare,
};

const struct type dict_values_type = {
	VIEW_TYPE("dict_values"),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.methods = values_methods,
};
