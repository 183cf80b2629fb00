/* The types set and frozenset: see set.h. */
#include "lang/set.h"

#include <string.h>

#include "lang/dict.h"
#include "lang/exception.h"
#include "lang/int.h"
#include "lang/pools.h"
#include "lang/str.h"
#include "lang/types_internal.h"

bool value_is_any_set(value v)
{
	return !value_is_small(v) && (value_is_a(v, &set_type) || value_is_a(v, &frozenset_type));
}

static value set_of_type(struct vm *vm, const struct type *type)
{
	return object_value(object_new(vm, type, 0));
}

value set_new(struct vm *vm)
{
	return set_of_type(vm, &set_type);
}

value frozenset_new(struct vm *vm)
{
	return set_of_type(vm, &frozenset_type);
}

bool set_add(struct vm *vm, value set, value item)
{
	int64_t hash;
	return object_hash(vm, item, &hash) && set_table_add(vm, &set_of(set)->table, item, hash);
}

static bool update_from_dict(struct vm *vm, value set, value dict)
{
	size_t at = 0;
	value key;
	set_table_expect(vm, &set_of(set)->table, dict_count(dict));
	while (dict_next(dict, &at, &key, NULL)) {
		value_ref(key);
		bool fine = set_add(vm, set, key);
		value_unref(vm, key);
		if (!fine)
			return false;
	}
	return true;
}

bool set_update(struct vm *vm, value set, value iterable)
{
	if (value_is_any_set(iterable))
		return set_table_merge(vm, &set_of(set)->table, &set_of(iterable)->table);
	if (value_is_exactly(iterable, &dict_type))
		return update_from_dict(vm, set, iterable);
	value iterator = object_iter(vm, iterable);
	if (value_is_null(iterator))
		return false;
	bool fine = true;
	for (value item; fine && !value_is_null(item = object_next(vm, iterator));) {
		fine = set_add(vm, set, item);
		value_unref(vm, item);
	}
	value_unref(vm, iterator);
	return fine && value_is_null(vm_raised(vm));
}

value set_from_display(struct vm *vm, const value *items, size_t count)
{
	value s = set_new(vm);
	bool constant = count >= 3, fine = true;
	for (size_t i = 0; i < count && fine; i++) {
		constant = constant && set_hash_is_fixed(items[i]);
		fine = set_add(vm, s, items[i]);
	}
	if (fine && constant) { /* its compiler merges the items once more, one by one */
		value merged = set_new(vm), copy = set_new(vm), item;
		for (size_t at = 0; fine && set_next(s, &at, &item);)
			fine = set_add(vm, merged, item);
		fine = fine && set_update(vm, copy, merged);
		value_unref(vm, merged);
		value_replace(vm, &s, copy);
	}
	if (!fine)
		value_forget(vm, &s);
	return s;
}

value frozenset_from_iterable(struct vm *vm, value iterable)
{
	if (value_is_exactly(iterable, &frozenset_type))
		return value_ref(iterable);
	value s = frozenset_new(vm);
	if (set_update(vm, s, iterable))
		return s;
	value_unref(vm, s);
	return VALUE_NULL;
}


/*
 * What to look for: the item, or, for a set, which has no hash, a frozenset of the same
 * items. `*made` is the caller's reference to that, or null. Null with the exception set.
 */
static value wanted(struct vm *vm, value item, int64_t *hash, value *made)
{
	*made = VALUE_NULL;
	if (object_hash(vm, item, hash))
		return item;
	if (!value_is_any_set(item) || !vm_caught(vm, &exc_TypeError))
		return VALUE_NULL;
	*made = frozenset_new(vm);
	if (set_update(vm, *made, item) && object_hash(vm, *made, hash))
		return *made;
	value_forget(vm, made);
	return VALUE_NULL;
}

int set_contains(struct vm *vm, value set, value item)
{
	int64_t hash;
	value made, key = wanted(vm, item, &hash, &made);
	if (value_is_null(key))
		return -1;
	int64_t at = set_table_find(vm, &set_of(set)->table, key, hash);
	value_xunref(vm, made);
	return at == -2 ? -1 : at >= 0;
}

int set_discard(struct vm *vm, value set, value item)
{
	int64_t hash;
	value made, key = wanted(vm, item, &hash, &made);
	if (value_is_null(key))
		return -1;
	struct set_table *t = &set_of(set)->table;
	int64_t at = set_table_find(vm, t, key, hash);
	value_xunref(vm, made);
	if (at < 0)
		return at == -2 ? -1 : 0;
	value_unref(vm, set_table_remove(t, (size_t)at));
	return 1;
}

bool set_next(value set, size_t *position, value *item)
{
	const struct set_slot *s = set_table_next(&set_of(set)->table, position);
	if (s)
		*item = s->key;
	return s != NULL;
}

/* ---- making and showing ---------------------------------------------------------- */

static bool set_init_slot(struct vm *vm, value self, const struct args *a)
{
	if (!args_no_keywords(vm, a, "set") || !args_check(vm, a, "set", 0, 1))
		return false;
	set_table_clear(vm, &set_of(self)->table);
	return a->count == 0 || set_update(vm, self, a->at[0]);
}

static value frozenset_make(struct vm *vm, const struct type *type, const struct args *a)
{
	if (type == &frozenset_type && !args_no_keywords(vm, a, "frozenset"))
		return VALUE_NULL;
	if (!args_check(vm, a, "frozenset", 0, 1))
		return VALUE_NULL;
	if (type == &frozenset_type) {
		if (a->count == 0)
			return value_ref(vm_pools(vm)->empty_frozenset);
		return frozenset_from_iterable(vm, a->at[0]);
	}
	value s = set_of_type(vm, type);
	if (a->count == 0 || set_update(vm, s, a->at[0]))
		return s;
	value_unref(vm, s);
	return VALUE_NULL;
}

static void set_drop(struct vm *vm, struct object *self)
{
	set_table_clear(vm, &((struct set *)(void *)self)->table);
}

static void set_traverse(struct object *self, visit_fn visit, void *context)
{
	set_table_traverse(&((struct set *)(void *)self)->table, visit, context);
}

static bool put_members(struct vm *vm, struct buf *out, value self)
{
	size_t at = 0;
	value item;
	for (bool first = true; set_next(self, &at, &item); first = false) {
		value_ref(item);
		if (!first)
			buf_puts(out, ", ");
		bool fine = put_repr(vm, out, item);
		value_unref(vm, item);
		if (!fine)
			return false;
	}
	return true;
}

static value set_repr(struct vm *vm, value self)
{
	bool plain = value_is_exactly(self, &set_type);
	if (repr_enter(self))
		return str_printf(vm, "%s(...)", value_type_name(self));
	value result = VALUE_NULL;
	struct buf out = {0};
	if (set_count(self) == 0) {
		result = str_printf(vm, "%s()", value_type_name(self));
	} else {
		if (!plain)
			buf_printf(&out, "%s(", value_type_name(self));
		buf_putc(&out, '{');
		if (put_members(vm, &out, self)) {
			buf_puts(&out, plain ? "}" : "})");
			result = str_from_buf(vm, &out);
		}
	}
	buf_free(&out);
	repr_leave(self);
	return result;
}

static int set_truth(struct vm *vm, value self)
{
	(void)vm;
	return set_count(self) > 0;
}

static int64_t set_len(struct vm *vm, value self)
{
	(void)vm;
	return (int64_t)set_count(self);
}

/* Independent of the order; computed once, since the items stay. */
static bool frozenset_hash(struct vm *vm, value self, int64_t *out)
{
	(void)vm;
	struct set *s = set_of(self);
	if (s->hash != 0) {
		*out = s->hash;
		return true;
	}
	uint64_t mixed = 0;
	size_t at = 0;
	for (const struct set_slot *slot; (slot = set_table_next(&s->table, &at)) != NULL;) {
		uint64_t h = (uint64_t)slot->hash;
		mixed ^= (h ^ 89869747u ^ h << 16) * 3644798167u;
	}
	mixed ^= (s->table.used + 1) * 1927868237u;
	mixed ^= mixed >> 11 ^ mixed >> 25;
	mixed = mixed * 69069u + 907133923u;
	*out = mixed == UINT64_MAX ? 590923713 : (int64_t)mixed;
	if (!(s->head.refs & REFS_IMMORTAL))
		s->hash = *out;
	return true;
}

/* ---- comparing ------------------------------------------------------------------- */

/* Whether all of a is in b: 1, 0, -1. */
static int is_subset(struct vm *vm, value a, value b)
{
	if (set_count(a) > set_count(b))
		return 0;
	size_t at = 0;
	for (const struct set_slot *s; (s = set_table_next(&set_of(a)->table, &at)) != NULL;) {
		value key = value_ref(s->key);
		int64_t found = set_table_find(vm, &set_of(b)->table, key, s->hash);
		value_unref(vm, key);
		if (found < 0)
			return found == -2 ? -1 : 0;
	}
	return 1;
}

static value set_compare(struct vm *vm, value a, value b, enum compare_op op)
{
	if (!value_is_any_set(a) || !value_is_any_set(b))
		return VALUE_NOT_IMPLEMENTED;
	bool down = op == COMPARE_GT || op == COMPARE_GE;
	value small = down ? b : a, large = down ? a : b;
	size_t n = set_count(small), m = set_count(large);
	bool equal = op == COMPARE_EQ || op == COMPARE_NE;
	bool proper = op == COMPARE_LT || op == COMPARE_GT;
	int holds = 0;
	if (!(equal && n != m) && !(proper && n >= m))
		holds = is_subset(vm, small, large);
	if (holds < 0)
		return VALUE_NULL;
	return value_bool(op == COMPARE_NE ? !holds : holds);
}

/* ---- operations ------------------------------------------------------------------ */

/* The operand of a method: a set as it is, or a new set of what the iterable gives. */
static value as_set(struct vm *vm, value v)
{
	if (value_is_any_set(v))
		return value_ref(v);
	value s = set_new(vm);
	if (set_update(vm, s, v))
		return s;
	value_unref(vm, s);
	return VALUE_NULL;
}

/* Put those of `from` into `to` that are (or are not) in `other`. */
static bool add_filtered(struct vm *vm, value to, value from, value other, bool is_in)
{
	size_t at = 0;
	for (const struct set_slot *s; (s = set_table_next(&set_of(from)->table, &at)) != NULL;) {
		value key = value_ref(s->key);
		int64_t hash = s->hash;
		int64_t found = set_table_find(vm, &set_of(other)->table, key, hash);
		bool fine = found != -2;
		if (fine && (found >= 0) == is_in)
			fine = set_table_add(vm, &set_of(to)->table, key, hash);
		value_unref(vm, key);
		if (!fine)
			return false;
	}
	return true;
}

/* Take the items of `other` out of `self`; with `toggle`, add those that are not in it. */
static bool take_out(struct vm *vm, value self, value other, bool toggle)
{
	struct set_table *t = &set_of(self)->table;
	size_t at = 0;
	for (const struct set_slot *s; (s = set_table_next(&set_of(other)->table, &at)) != NULL;) {
		value key = value_ref(s->key);
		int64_t hash = s->hash, found = set_table_find(vm, t, key, hash);
		bool fine = found != -2;
		if (found >= 0)
			value_unref(vm, set_table_remove(t, (size_t)found));
		else if (fine && toggle)
			fine = set_table_add(vm, t, key, hash);
		value_unref(vm, key);
		if (!fine)
			return false;
	}
	if (!toggle)
		set_table_tidy(vm, t);
	return true;
}

/* The ways of CPython, because they can be seen in the order of the result. */
static bool combine(struct vm *vm, enum binary_op op, value to, value a, value b)
{
	switch (op) {
	case BINARY_OR:
		return set_update(vm, to, a) && (value_is(a, b) || set_update(vm, to, b));
	case BINARY_AND:
		if (value_is(a, b))
			return set_update(vm, to, a);
		if (set_count(b) > set_count(a))
			return add_filtered(vm, to, a, b, true);
		return add_filtered(vm, to, b, a, true);
	case BINARY_SUB:
		if (set_count(a) >> 2 > set_count(b))
			return set_update(vm, to, a) && take_out(vm, to, b, false);
		return add_filtered(vm, to, a, b, false);
	default:
		return set_update(vm, to, b) && take_out(vm, to, a, true);
	}
}

/* A new set of the kind of `kind`: a op b, where b may be any iterable. */
static value combined(struct vm *vm, enum binary_op op, value kind, value a, value b)
{
	bool frozen = value_is_a(kind, &frozenset_type);
	value result = set_of_type(vm, frozen ? &frozenset_type : &set_type);
	value other = op == BINARY_OR || value_is_any_set(b) ? value_ref(b) : as_set(vm, b);
	if (value_is_null(other) || !combine(vm, op, result, a, other))
		value_forget(vm, &result);
	value_xunref(vm, other);
	return result;
}

static bool is_set_op(enum binary_op op)
{
	return op == BINARY_OR || op == BINARY_AND || op == BINARY_SUB || op == BINARY_XOR;
}

static value set_binary(struct vm *vm, enum binary_op op, value left, value right)
{
	if (!is_set_op(op) || !value_is_any_set(left) || !value_is_any_set(right))
		return VALUE_NOT_IMPLEMENTED;
	return combined(vm, op, left, left, right);
}

/* Make `self` what `result` is; both are sets, result goes. */
static void become(struct vm *vm, value self, value result)
{
	struct set_table *t = &set_of(self)->table, old = *t;
	*t = set_of(result)->table;
	t->version = old.version + 1;
	t->finger = old.finger;
	set_of(result)->table = old;
	value_unref(vm, result);
}

static value set_inplace(struct vm *vm, enum binary_op op, value left, value right)
{
	if (!is_set_op(op) || !value_is_any_set(right))
		return VALUE_NOT_IMPLEMENTED;
	if (op == BINARY_OR)
		return set_update(vm, left, right) ? value_ref(left) : VALUE_NULL;
	if (op != BINARY_AND && !value_is(left, right)) {
		bool fine = take_out(vm, left, right, op == BINARY_XOR);
		return fine ? value_ref(left) : VALUE_NULL;
	}
	value result = combined(vm, op, left, left, right);
	if (value_is_null(result))
		return VALUE_NULL;
	become(vm, left, result);
	return value_ref(left);
}

/* ---- methods --------------------------------------------------------------------- */

static value set_add_method(struct vm *vm, value self, const struct args *a)
{
	return set_add(vm, self, a->at[0]) ? VALUE_NONE : VALUE_NULL;
}

static value set_discard_method(struct vm *vm, value self, const struct args *a)
{
	return set_discard(vm, self, a->at[0]) < 0 ? VALUE_NULL : VALUE_NONE;
}

static value set_remove_method(struct vm *vm, value self, const struct args *a)
{
	int gone = set_discard(vm, self, a->at[0]);
	if (gone == 0)
		vm_raise_with(vm, &exc_KeyError, a->at[0]);
	return gone == 1 ? VALUE_NONE : VALUE_NULL;
}

static value set_pop(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	value item = set_table_pop(&set_of(self)->table);
	if (value_is_null(item)) {
		value text = str_new_c(vm, "pop from an empty set");
		vm_raise_with(vm, &exc_KeyError, text);
		value_unref(vm, text);
	}
	return item;
}

static value set_clear(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	set_table_clear(vm, &set_of(self)->table);
	return VALUE_NONE;
}

static value set_copy(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	if (value_is_exactly(self, &frozenset_type))
		return value_ref(self);
	bool frozen = value_is_a(self, &frozenset_type);
	value copy = set_of_type(vm, frozen ? &frozenset_type : &set_type);
	set_table_merge(vm, &set_of(copy)->table, &set_of(self)->table);
	return copy;
}

static value set_update_method(struct vm *vm, value self, const struct args *a)
{
	for (size_t i = 0; i < a->count; i++) {
		if (!set_update(vm, self, a->at[i]))
			return VALUE_NULL;
	}
	return VALUE_NONE;
}

/* Fold an operation over all arguments; with none it is a copy. */
static value fold(struct vm *vm, enum binary_op op, value self, const struct args *a)
{
	value result = a->count == 0 ? set_copy(vm, self, NO_ARGS) : value_ref(self);
	for (size_t i = 0; i < a->count && !value_is_null(result); i++) {
		value next = combined(vm, op, self, result, a->at[i]);
		value_unref(vm, result);
		result = next;
	}
	return result;
}

static value set_union(struct vm *vm, value self, const struct args *a)
{
	return fold(vm, BINARY_OR, self, a);
}

static value set_intersection(struct vm *vm, value self, const struct args *a)
{
	return fold(vm, BINARY_AND, self, a);
}

static value set_difference(struct vm *vm, value self, const struct args *a)
{
	return fold(vm, BINARY_SUB, self, a);
}

static value set_symmetric_difference(struct vm *vm, value self, const struct args *a)
{
	return fold(vm, BINARY_XOR, self, a);
}

static value set_intersection_update(struct vm *vm, value self, const struct args *a)
{
	value result = fold(vm, BINARY_AND, self, a);
	if (value_is_null(result))
		return VALUE_NULL;
	become(vm, self, result);
	return VALUE_NONE;
}

static value set_difference_update(struct vm *vm, value self, const struct args *a)
{
	for (size_t i = 0; i < a->count; i++) {
		value other = value_is(a->at[i], self) ? set_copy(vm, self, NO_ARGS)
						       : as_set(vm, a->at[i]);
		bool fine = !value_is_null(other) && take_out(vm, self, other, false);
		value_xunref(vm, other);
		if (!fine)
			return VALUE_NULL;
	}
	return VALUE_NONE;
}

static value set_symmetric_difference_update(struct vm *vm, value self, const struct args *a)
{
	value other = value_is(a->at[0], self) ? set_copy(vm, self, NO_ARGS)
					       : as_set(vm, a->at[0]);
	bool fine = !value_is_null(other) && take_out(vm, self, other, true);
	value_xunref(vm, other);
	return fine ? VALUE_NONE : VALUE_NULL;
}

static value relation(struct vm *vm, value self, value other, enum compare_op op)
{
	value s = as_set(vm, other);
	if (value_is_null(s))
		return VALUE_NULL;
	value result = set_compare(vm, self, s, op);
	value_unref(vm, s);
	return result;
}

static value set_issubset(struct vm *vm, value self, const struct args *a)
{
	return relation(vm, self, a->at[0], COMPARE_LE);
}

static value set_issuperset(struct vm *vm, value self, const struct args *a)
{
	return relation(vm, self, a->at[0], COMPARE_GE);
}

static value set_isdisjoint(struct vm *vm, value self, const struct args *a)
{
	value common = combined(vm, BINARY_AND, self, self, a->at[0]);
	if (value_is_null(common))
		return VALUE_NULL;
	bool none = set_count(common) == 0;
	value_unref(vm, common);
	return value_bool(none);
}

/* ---- iterating ------------------------------------------------------------------- */

struct set_iterator {
	struct object head;
	value set; /* null at the end */
	size_t at, count;
};

static const struct type set_iterator_type;

static value set_iter(struct vm *vm, value self)
{
	struct set_iterator *it = object_new(vm, &set_iterator_type, 0);
	it->set = value_ref(self);
	it->count = set_count(self);
	return object_value(it);
}

static value set_iterator_next(struct vm *vm, value self)
{
	struct set_iterator *it = (struct set_iterator *)(void *)value_object(self);
	value item;
	if (value_is_null(it->set))
		return VALUE_NULL;
	if (set_count(it->set) != it->count) {
		it->count = SIZE_MAX;
		return vm_raise(vm, &exc_RuntimeError, "Set changed size during iteration");
	}
	if (set_next(it->set, &it->at, &item))
		return value_ref(item);
	value_forget(vm, &it->set);
	return VALUE_NULL;
}

static void set_iterator_drop(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct set_iterator *)(void *)self)->set);
}

static void set_iterator_traverse(struct object *self, visit_fn visit, void *context)
{
	visit(((struct set_iterator *)(void *)self)->set, context);
}

static const struct type set_iterator_type = {
	TYPE_HEAD,
	.name = "set_iterator",
	.base = &object_type,
	.size = sizeof(struct set_iterator),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = set_iterator_drop,
	.traverse = set_iterator_traverse,
	.clear = set_iterator_drop,
	.iter = iterator_self,
	.next = set_iterator_next,
};

#define READING_METHODS                                                                  \
	{"copy", set_copy, 0, 0, 0}, {"difference", set_difference, 0, METHOD_ANY, 0},     \
		{"intersection", set_intersection, 0, METHOD_ANY, 0},                      \
		{"isdisjoint", set_isdisjoint, 1, 1, 0},                                   \
		{"issubset", set_issubset, 1, 1, 0},                                       \
		{"issuperset", set_issuperset, 1, 1, 0},                                   \
		{"symmetric_difference", set_symmetric_difference, 1, 1, 0},               \
		{"union", set_union, 0, METHOD_ANY, 0}

static const struct method_def set_methods[] = {
	READING_METHODS,
	{"add", set_add_method, 1, 1, 0},
	{"clear", set_clear, 0, 0, 0},
	{"difference_update", set_difference_update, 0, METHOD_ANY, 0},
	{"discard", set_discard_method, 1, 1, 0},
	{"intersection_update", set_intersection_update, 0, METHOD_ANY, 0},
	{"pop", set_pop, 0, 0, 0},
	{"remove", set_remove_method, 1, 1, 0},
	{"symmetric_difference_update", set_symmetric_difference_update, 1, 1, 0},
	{"update", set_update_method, 0, METHOD_ANY, 0},
	{0},
};

static const struct method_def frozenset_methods[] = {
	READING_METHODS,
	{0},
};

#define SET_SLOTS                                                                        \
	.drop = set_drop, .traverse = set_traverse, .clear = set_drop, .repr = set_repr,   \
	.truth = set_truth, .compare = set_compare, .binary = set_binary, .len = set_len,  \
	.contains = set_contains, .iter = set_iter

const struct type set_type = {
	TYPE_HEAD,
	.name = "set",
	.base = &object_type,
	.size = sizeof(struct set),
	.flags = TYPE_TRACKED | TYPE_UNHASHABLE | TYPE_MATCH_SELF,
	.methods = set_methods,
	.init = set_init_slot,
	.inplace = set_inplace,
	SET_SLOTS,
};

const struct type frozenset_type = {
	TYPE_HEAD,
	.name = "frozenset",
	.base = &object_type,
	.size = sizeof(struct set),
	.flags = TYPE_TRACKED | TYPE_MATCH_SELF,
	.methods = frozenset_methods,
	.make = frozenset_make,
	.hash = frozenset_hash,
	SET_SLOTS,
};
