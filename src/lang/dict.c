/* The type dict: see dict.h. Its views and their iterators are in dict_view.c. */
#include "lang/dict.h"

#include <string.h>

#include "lang/exception.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "lang/types_internal.h"
#include "lang/vm.h"

value dict_new(struct vm *vm)
{
	return object_value(object_new(vm, &dict_type, 0));
}

/* ---- from C ---------------------------------------------------------------------- */

static inline bool hash_of(struct vm *vm, value key, int64_t *hash)
{
	if (value_is_exactly(key, &str_type)) {
		*hash = str_hash(key);
		return true;
	}
	return object_hash(vm, key, hash);
}

/* The entry of the key, or NULL; `*failed` tells whether an exception is set. */
static struct table_entry *find(struct vm *vm, value dict, value key, bool *failed)
{
	int64_t hash;
	*failed = !hash_of(vm, key, &hash);
	if (*failed)
		return NULL;
	struct table *t = &dict_of(dict)->table;
	int64_t at = table_find(vm, t, key, hash);
	*failed = at == -2;
	return at < 0 ? NULL : &t->entries[at];
}

value dict_get(struct vm *vm, value dict, value key, bool *failed)
{
	struct table_entry *e = find(vm, dict, key, failed);
	return e ? e->item : VALUE_NULL;
}

value dict_get_name(value dict, value name)
{
	const struct table *t = &dict_of(dict)->table;
	int64_t at = table_find_name(t, name);
	return at < 0 ? VALUE_NULL : t->entries[at].item;
}

value dict_get_c(struct vm *vm, value dict, const char *name)
{
	value key = str_intern_c(vm, name);
	value found = dict_get_name(dict, key);
	value_unref(vm, key);
	return found;
}

bool dict_set(struct vm *vm, value dict, value key, value v)
{
	int64_t hash;
	return hash_of(vm, key, &hash) && table_put(vm, &dict_of(dict)->table, key, hash, v);
}

void dict_set_name(struct vm *vm, value dict, value name, value v)
{
	struct table *t = &dict_of(dict)->table;
	int64_t at = table_find_name(t, name);
	if (at >= 0)
		value_replace(vm, &t->entries[at].item, value_ref(v));
	else
		table_add(vm, t, value_ref(name), str_hash(name), value_ref(v));
}

void dict_set_c(struct vm *vm, value dict, const char *name, value v)
{
	value key = str_intern_c(vm, name);
	dict_set_name(vm, dict, key, v);
	value_unref(vm, key);
}

value dict_take(struct vm *vm, value dict, value key, bool *failed)
{
	struct table_entry *e = find(vm, dict, key, failed), gone;
	if (!e)
		return VALUE_NULL;
	struct table *t = &dict_of(dict)->table;
	table_remove(vm, t, (size_t)(e - t->entries), &gone);
	value_unref(vm, gone.key);
	return gone.item;
}

int dict_delete(struct vm *vm, value dict, value key)
{
	bool failed;
	value gone = dict_take(vm, dict, key, &failed);
	if (value_is_null(gone))
		return failed ? -1 : 0;
	value_unref(vm, gone);
	return 1;
}

bool dict_next(value dict, size_t *position, value *key, value *v)
{
	struct table_entry *e = table_next(&dict_of(dict)->table, position);
	if (!e)
		return false;
	*key = e->key;
	if (v)
		*v = e->item;
	return true;
}

void dict_clear(struct vm *vm, value dict)
{
	table_clear(vm, &dict_of(dict)->table);
}

value dict_copy(struct vm *vm, value dict)
{
	value copy = dict_new(vm);
	table_copy(vm, &dict_of(copy)->table, &dict_of(dict)->table);
	return copy;
}

/* ---- update ---------------------------------------------------------------------- */

static bool update_from_dict(struct vm *vm, value dict, value other)
{
	if (value_is(dict, other))
		return true;
	struct table *from = &dict_of(other)->table, *to = &dict_of(dict)->table;
	if (to->count == 0 && to->filled == 0) {
		table_copy(vm, to, from);
		return true;
	}
	size_t at = 0;
	for (struct table_entry *e; (e = table_next(from, &at)) != NULL;) {
		uint64_t version = from->version;
		value key = value_ref(e->key), item = value_ref(e->item);
		bool fine = table_put(vm, to, key, e->hash, item);
		value_unref(vm, key);
		value_unref(vm, item);
		if (fine && from->version != version) {
			vm_raise(vm, &exc_RuntimeError, "dict mutated during update");
			fine = false;
		}
		if (!fine)
			return false;
	}
	return true;
}

/* A mapping of another type: for key in keys(): self[key] = other[key]. */
static bool update_from_keys(struct vm *vm, value dict, value other)
{
	value keys = vm_call_method(vm, other, "keys", NO_ARGS);
	value iterator = value_is_null(keys) ? VALUE_NULL : object_iter(vm, keys);
	value_xunref(vm, keys);
	if (value_is_null(iterator))
		return false;
	bool fine = true;
	for (value key; fine && !value_is_null(key = object_next(vm, iterator));) {
		value item = object_getitem(vm, other, key);
		fine = !value_is_null(item) && dict_set(vm, dict, key, item);
		value_xunref(vm, item);
		value_unref(vm, key);
	}
	value_unref(vm, iterator);
	return fine && value_is_null(vm_raised(vm));
}

static bool put_pair(struct vm *vm, value dict, value pair, size_t position)
{
	value items = tuple_from_iterable(vm, pair);
	if (value_is_null(items)) {
		if (vm_caught(vm, &exc_TypeError))
			vm_raise(vm, &exc_TypeError,
			         "cannot convert dictionary update sequence element #%zu to a "
			         "sequence",
			         position);
		return false;
	}
	bool fine = tuple_count(items) == 2;
	if (!fine)
		vm_raise(vm, &exc_ValueError,
		         "dictionary update sequence element #%zu has length %zu; 2 is required",
		         position, tuple_count(items));
	fine = fine && dict_set(vm, dict, tuple_at(items, 0), tuple_at(items, 1));
	value_unref(vm, items);
	return fine;
}

static bool update_from_pairs(struct vm *vm, value dict, value other)
{
	value iterator = object_iter(vm, other);
	if (value_is_null(iterator))
		return false;
	bool fine = true;
	size_t position = 0;
	for (value pair; fine && !value_is_null(pair = object_next(vm, iterator)); position++) {
		fine = put_pair(vm, dict, pair, position);
		value_unref(vm, pair);
	}
	value_unref(vm, iterator);
	return fine && value_is_null(vm_raised(vm));
}

bool dict_update(struct vm *vm, value dict, value other)
{
	if (value_is_exactly(other, &dict_type))
		return update_from_dict(vm, dict, other);
	bool failed;
	value keys = object_getattr_maybe(vm, other, vm_name(vm, NAME_keys), &failed);
	if (failed)
		return false;
	if (value_is_null(keys))
		return update_from_pairs(vm, dict, other);
	value_unref(vm, keys);
	return update_from_keys(vm, dict, other);
}

/* dict(...) and update(...): an optional positional argument, then keywords. */
static bool update_from_args(struct vm *vm, value self, const struct args *a, const char *function)
{
	if (a->count > 1) {
		vm_raise(vm, &exc_TypeError, "%s expected at most 1 argument, got %zu", function,
		         a->count);
		return false;
	}
	if (a->count == 1 && !dict_update(vm, self, a->at[0]))
		return false;
	for (size_t i = 0; i < args_keywords(a); i++) {
		if (!dict_set(vm, self, tuple_at(a->names, i), a->at[a->count + i]))
			return false;
	}
	return true;
}

/* ---- slots ----------------------------------------------------------------------- */

static bool dict_init_slot(struct vm *vm, value self, const struct args *a)
{
	return update_from_args(vm, self, a, "dict");
}

static void dict_drop(struct vm *vm, struct object *self)
{
	table_clear(vm, &((struct dict *)(void *)self)->table);
}

static void dict_traverse(struct object *self, visit_fn visit, void *context)
{
	table_traverse(&((struct dict *)(void *)self)->table, visit, context);
}

bool put_repr(struct vm *vm, struct buf *out, value v)
{
	value text = object_repr(vm, v);
	if (value_is_null(text))
		return false;
	buf_put(out, str_text(text), str_len(text));
	value_unref(vm, text);
	return true;
}

static bool put_entries(struct vm *vm, struct buf *out, value self)
{
	size_t at = 0;
	value key, item;
	for (bool first = true; dict_next(self, &at, &key, &item); first = false) {
		value_ref(key);
		value_ref(item);
		if (!first)
			buf_puts(out, ", ");
		bool fine = put_repr(vm, out, key);
		buf_puts(out, ": ");
		fine = fine && put_repr(vm, out, item);
		value_unref(vm, key);
		value_unref(vm, item);
		if (!fine || (out->len > 1 << 20 && !vm_room(vm, out->len)))
			return false;
	}
	return true;
}

static value dict_repr(struct vm *vm, value self)
{
	if (repr_enter(self))
		return str_new_c(vm, "{...}");
	value result = VALUE_NULL;
	struct buf out = {0};
	buf_putc(&out, '{');
	if (put_entries(vm, &out, self)) {
		buf_putc(&out, '}');
		result = str_from_buf(vm, &out);
	}
	buf_free(&out);
	repr_leave(self);
	return result;
}

static int dict_truth(struct vm *vm, value self)
{
	(void)vm;
	return dict_count(self) > 0;
}

/* Equal when each key of a has an equal value in b: 1, 0, -1. */
static int equal_dicts(struct vm *vm, value a, value b)
{
	if (dict_count(a) != dict_count(b))
		return 0;
	int same = 1;
	size_t at = 0;
	for (struct table_entry *e; same == 1 && (e = table_next(&dict_of(a)->table, &at)) != NULL;) {
		value key = value_ref(e->key), item = value_ref(e->item);
		bool failed;
		value other = dict_get(vm, b, key, &failed);
		if (value_is_null(other)) {
			same = failed ? -1 : 0;
		} else {
			value_ref(other);
			same = object_equal(vm, item, other);
			value_unref(vm, other);
		}
		value_unref(vm, key);
		value_unref(vm, item);
	}
	return same;
}

static value dict_compare(struct vm *vm, value a, value b, enum compare_op op)
{
	if ((op != COMPARE_EQ && op != COMPARE_NE) || !value_is_dict(a) || !value_is_dict(b))
		return VALUE_NOT_IMPLEMENTED;
	int same = equal_dicts(vm, a, b);
	if (same < 0)
		return VALUE_NULL;
	return value_bool((same == 1) == (op == COMPARE_EQ));
}

static value dict_binary(struct vm *vm, enum binary_op op, value left, value right)
{
	if (op != BINARY_OR || !value_is_dict(left) || !value_is_dict(right))
		return VALUE_NOT_IMPLEMENTED;
	value both = dict_copy(vm, left);
	if (dict_update(vm, both, right))
		return both;
	value_unref(vm, both);
	return VALUE_NULL;
}

static value dict_inplace(struct vm *vm, enum binary_op op, value left, value right)
{
	if (op != BINARY_OR)
		return VALUE_NOT_IMPLEMENTED;
	return dict_update(vm, left, right) ? value_ref(left) : VALUE_NULL;
}

static int64_t dict_len(struct vm *vm, value self)
{
	(void)vm;
	return (int64_t)dict_count(self);
}

static value key_error(struct vm *vm, value key)
{
	return vm_raise_with(vm, &exc_KeyError, key);
}

static value dict_getitem(struct vm *vm, value self, value key)
{
	bool failed;
	value v = dict_get(vm, self, key, &failed);
	if (!value_is_null(v))
		return value_ref(v);
	if (failed)
		return VALUE_NULL;
	if (!value_is_exactly(self, &dict_type)) {
		bool found;
		v = call_method_maybe(vm, self, "__missing__", ARGS(key), &found);
		if (found)
			return v;
	}
	return key_error(vm, key);
}

static bool dict_setitem(struct vm *vm, value self, value key, value v)
{
	if (!value_is_null(v))
		return dict_set(vm, self, key, v);
	int gone = dict_delete(vm, self, key);
	if (gone == 0)
		key_error(vm, key);
	return gone == 1;
}

static int dict_contains(struct vm *vm, value self, value key)
{
	bool failed;
	value v = dict_get(vm, self, key, &failed);
	return failed ? -1 : !value_is_null(v);
}

/* ---- methods --------------------------------------------------------------------- */

static value dict_get_method(struct vm *vm, value self, const struct args *a)
{
	bool failed;
	value v = dict_get(vm, self, a->at[0], &failed);
	if (failed)
		return VALUE_NULL;
	if (value_is_null(v))
		v = a->count > 1 ? a->at[1] : VALUE_NONE;
	return value_ref(v);
}

static value dict_setdefault(struct vm *vm, value self, const struct args *a)
{
	bool failed;
	value v = dict_get(vm, self, a->at[0], &failed);
	if (failed)
		return VALUE_NULL;
	if (value_is_null(v)) {
		v = a->count > 1 ? a->at[1] : VALUE_NONE;
		if (!dict_set(vm, self, a->at[0], v))
			return VALUE_NULL;
	}
	return value_ref(v);
}

static value dict_pop(struct vm *vm, value self, const struct args *a)
{
	bool failed;
	value v = dict_take(vm, self, a->at[0], &failed);
	if (!value_is_null(v) || failed)
		return v;
	return a->count > 1 ? value_ref(a->at[1]) : key_error(vm, a->at[0]);
}

static value dict_popitem(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct table *t = &dict_of(self)->table;
	if (t->count == 0) {
		value text = str_new_c(vm, "popitem(): dictionary is empty");
		key_error(vm, text);
		value_unref(vm, text);
		return VALUE_NULL;
	}
	struct table_entry gone;
	table_remove(vm, t, t->filled - 1, &gone);
	value pair = tuple_new(vm, 2);
	tuple_of(pair)->items[0] = gone.key;
	tuple_of(pair)->items[1] = gone.item;
	return pair;
}

static value dict_update_method(struct vm *vm, value self, const struct args *a)
{
	return update_from_args(vm, self, a, "update") ? VALUE_NONE : VALUE_NULL;
}

static value dict_clear_method(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	dict_clear(vm, self);
	return VALUE_NONE;
}

static value dict_copy_method(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return dict_copy(vm, self);
}

static value dict_fromkeys(struct vm *vm, value self, const struct args *a)
{
	value dict = value_is(self, type_value(&dict_type)) ? dict_new(vm)
							    : vm_call(vm, self, NO_ARGS);
	value iterator = value_is_null(dict) ? VALUE_NULL : object_iter(vm, a->at[0]);
	if (value_is_null(iterator)) {
		value_xunref(vm, dict);
		return VALUE_NULL;
	}
	value v = a->count > 1 ? a->at[1] : VALUE_NONE;
	bool fine = true;
	for (value key; fine && !value_is_null(key = object_next(vm, iterator));) {
		fine = object_setitem(vm, dict, key, v);
		value_unref(vm, key);
	}
	value_unref(vm, iterator);
	if (fine && value_is_null(vm_raised(vm)))
		return dict;
	value_unref(vm, dict);
	return VALUE_NULL;
}

static const struct method_def dict_methods[] = {
	{"clear", dict_clear_method, 0, 0, 0},
	{"copy", dict_copy_method, 0, 0, 0},
	{"fromkeys", dict_fromkeys, 1, 2, METHOD_CLASS},
	{"get", dict_get_method, 1, 2, 0},
	{"items", dict_items_view, 0, 0, 0},
	{"keys", dict_keys_view, 0, 0, 0},
	{"pop", dict_pop, 1, 2, 0},
	{"popitem", dict_popitem, 0, 0, 0},
	{"setdefault", dict_setdefault, 1, 2, 0},
	{"update", dict_update_method, 0, 1, METHOD_KEYWORDS},
	{"values", dict_values_view, 0, 0, 0},
	{"__reversed__", dict_reversed_method, 0, 0, 0},
	{0},
};

const struct type dict_type = {
	TYPE_HEAD,
	.name = "dict",
	.base = &object_type,
	.size = sizeof(struct dict),
	.flags = TYPE_TRACKED | TYPE_MAPPING | TYPE_UNHASHABLE | TYPE_MATCH_SELF,
	.methods = dict_methods,
	.init = dict_init_slot,
	.drop = dict_drop,
	.traverse = dict_traverse,
	.clear = dict_drop,
	.repr = dict_repr,
	.truth = dict_truth,
	.compare = dict_compare,
	.binary = dict_binary,
	.inplace = dict_inplace,
	.len = dict_len,
	.getitem = dict_getitem,
	.setitem = dict_setitem,
	.contains = dict_contains,
	.iter = dict_iter_slot,
};
