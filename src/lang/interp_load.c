/*
 * Names, attributes, items and displays for the interpreter, with their inline caches.
 */
#include "lang/interp.h"

#include "lang/dict.h"
#include "lang/float.h"
#include "lang/list.h"
#include "lang/set.h"
#include "lang/str.h"
#include "lang/tuple.h"

/* ---- names ------------------------------------------------------------------------- */

value load_global(struct frame *f, struct inline_cache *c, value name)
{
	struct table *globals = &dict_of(f->globals)->table;
	struct table *builtins = &dict_of(f->builtins)->table;
	int64_t at = table_find_name(globals, name);
	c->version = globals->version;
	if (at >= 0) {
		c->kind = GLOBAL_OWN;
		c->position = (uint32_t)at;
		return globals->entries[at].item;
	}
	at = table_find_name(builtins, name);
	if (at < 0) {
		c->kind = GLOBAL_UNKNOWN;
		return VALUE_NULL;
	}
	c->kind = GLOBAL_BUILTIN;
	c->builtins_version = builtins->version;
	c->position = (uint32_t)at;
	return builtins->entries[at].item;
}

/* ---- attributes ---------------------------------------------------------------------- */

typedef value (*getattr_fn)(struct vm *, value, value);

/* Find out what kind of attribute `name` is of `type`, for the cache. */
static void learn(struct vm *vm, struct inline_cache *c, const struct type *type, value name)
{
	getattr_fn slot;
	TYPE_SLOT(slot, type, getattr);
	c->type = type;
	c->version = vm->type_epoch;
	c->kind = ATTR_UNKNOWN;
	c->position = 0;
	if (slot != object_getattr_generic)
		return;
	c->found = type_lookup(vm, type, name);
	if (value_is_null(c->found)) {
		c->kind = ATTR_INSTANCE;
		return;
	}
	const struct type *kind = value_type(c->found);
	value (*get)(struct vm *, value, value, const struct type *);
	TYPE_SLOT(get, kind, descr_get);
	if (kind == &getset_descriptor_type)
		c->kind = ATTR_GETSET;
	else if ((kind->flags & TYPE_METHOD) != 0)
		c->kind = ATTR_FUNCTION;
	else if (get == NULL)
		c->kind = ATTR_CLASS;
}

static inline bool knows(const struct vm *vm, const struct inline_cache *c,
                         const struct type *type)
{
	return c->type == type && c->version == vm->type_epoch;
}

/* The instance's own attribute, borrowed, or null. Remembers its position. */
static inline value own_attribute(struct inline_cache *c, value obj, value name)
{
	value *dict = object_dict_slot(obj);
	if (dict == NULL || value_is_null(*dict))
		return VALUE_NULL;
	struct table *t = &dict_of(*dict)->table;
	if (c->position < t->filled && value_is(t->entries[c->position].key, name))
		return t->entries[c->position].item;
	int64_t at = table_find_name(t, name);
	if (at < 0)
		return VALUE_NULL;
	c->position = (uint32_t)at;
	return t->entries[at].item;
}

value load_attr(struct vm *vm, struct inline_cache *c, value obj, value name)
{
	const struct type *type = value_type(obj);
	if (!knows(vm, c, type))
		learn(vm, c, type, name);
	value own;
	switch (c->kind) {
	case ATTR_INSTANCE:
		own = own_attribute(c, obj, name);
		if (!value_is_null(own))
			return value_ref(own);
		break;
	case ATTR_CLASS:
		own = own_attribute(c, obj, name);
		return value_ref(value_is_null(own) ? c->found : own);
	case ATTR_GETSET:
		return ((const struct getset_descriptor *)(const void *)value_object(c->found))
			->def->get(vm, obj);
	default:
		break;
	}
	return object_getattr(vm, obj, name);
}

value load_method(struct vm *vm, struct inline_cache *c, value obj, value name, bool *bound)
{
	const struct type *type = value_type(obj);
	if (!knows(vm, c, type))
		learn(vm, c, type, name);
	if (c->kind == ATTR_FUNCTION) {
		value own = own_attribute(c, obj, name);
		*bound = !value_is_null(own);
		return value_ref(*bound ? own : c->found);
	}
	*bound = true;
	return load_attr(vm, c, obj, name);
}

bool store_attr(struct vm *vm, struct inline_cache *c, value obj, value name, value v)
{
	const struct type *type = value_type(obj);
	if (!knows(vm, c, type)) {
		learn(vm, c, type, name);
		bool (*slot)(struct vm *, value, value, value);
		TYPE_SLOT(slot, type, setattr);
		if (slot != object_setattr_generic)
			c->kind = ATTR_UNKNOWN;
	}
	if (c->kind == ATTR_INSTANCE) {
		value *dict = object_dict_slot(obj);
		if (dict != NULL && !value_is_null(*dict)) {
			struct table *t = &dict_of(*dict)->table;
			if (c->position < t->filled &&
			    value_is(t->entries[c->position].key, name)) {
				value_replace(vm, &t->entries[c->position].item, value_ref(v));
				return true;
			}
			dict_set_name(vm, *dict, name, v);
			c->position = (uint32_t)table_find_name(t, name);
			return true;
		}
	}
	return object_setattr(vm, obj, name, v);
}

/* ---- items and operators ---------------------------------------------------------------- */

value load_item(struct vm *vm, value container, value key)
{
	if (value_is_small(key) && !value_is_small(container)) {
		int64_t i = small_number(key);
		if (value_object(container)->type == &list_type) {
			const struct list *list = list_of(container);
			if (i >= 0 && (size_t)i < list->count)
				return value_ref(list->items[i]);
		} else if (value_object(container)->type == &tuple_type) {
			if (i >= 0 && (size_t)i < tuple_count(container))
				return value_ref(tuple_at(container, (size_t)i));
		}
	}
	return object_getitem(vm, container, key);
}

value quick_binary(struct vm *vm, enum binary_op op, value left, value right)
{
	if (value_is_small(left) || value_is_small(right) ||
	    value_object(left)->type != &float_type || value_object(right)->type != &float_type)
		return object_binary(vm, op, left, right);
	double a = float_number(left), b = float_number(right);
	switch (op) {
	case BINARY_ADD:
		return float_new(vm, a + b);
	case BINARY_SUB:
		return float_new(vm, a - b);
	case BINARY_MUL:
		return float_new(vm, a * b);
	default:
		return object_binary(vm, op, left, right);
	}
}

/* ---- displays ------------------------------------------------------------------------------ */

value build_set(struct vm *vm, const value *items, size_t count)
{
	return set_from_display(vm, items, count);
}

value build_dict(struct vm *vm, const value *pairs, size_t count)
{
	value dict = dict_new(vm);
	for (size_t i = 0; i < count; i++) {
		if (!dict_set(vm, dict, pairs[2 * i], pairs[2 * i + 1])) {
			value_unref(vm, dict);
			return VALUE_NULL;
		}
	}
	return dict;
}

bool star_extend(struct vm *vm, value list, value iterable)
{
	value (*slot)(struct vm *, value);
	TYPE_SLOT(slot, value_type(iterable), iter);
	value (*getitem)(struct vm *, value, value);
	TYPE_SLOT(getitem, value_type(iterable), getitem);
	if (slot == NULL && getitem == NULL) {
		vm_raise(vm, &exc_TypeError, "Value after * must be an iterable, not %s",
		         value_type_name(iterable));
		return false;
	}
	return list_extend(vm, list, iterable);
}

bool display_update(struct vm *vm, value dict, value mapping)
{
	if (!value_is_dict(mapping) &&
	    value_is_null(type_lookup(vm, value_type(mapping), vm_name(vm, NAME_keys)))) {
		vm_raise(vm, &exc_TypeError, "'%s' object is not a mapping",
		         value_type_name(mapping));
		return false;
	}
	return dict_update(vm, dict, mapping);
}

/* "f()" as error texts about a call name it; the result is the caller's. */
value callable_name(struct vm *vm, value callable)
{
	value name = object_getattr(vm, callable, vm_name(vm, NAME_qualname));
	if (value_is_null(name)) {
		vm_forget(vm);
		return str_printf(vm, "%s object", value_type_name(callable));
	}
	value module = object_getattr(vm, callable, vm_name(vm, NAME_module));
	if (value_is_null(module))
		vm_forget(vm);
	bool show = !value_is_null(module) && value_is_str(module) &&
		!str_equal_c(module, "builtins");
	value text = str_printf(vm, "%s%s%s()", show ? str_text(module) : "", show ? "." : "",
	                        value_is_str(name) ? str_text(name) : "?");
	value_xunref(vm, module);
	value_unref(vm, name);
	return text;
}

bool merge_keywords(struct vm *vm, value callable, value dict, value mapping)
{
	bool is_mapping = value_is_dict(mapping) ||
		!value_is_null(type_lookup(vm, value_type(mapping), vm_name(vm, NAME_keys)));
	value name = VALUE_NULL, copy = VALUE_NULL;
	bool ok = false;
	if (!is_mapping) {
		name = callable_name(vm, callable);
		vm_raise(vm, &exc_TypeError, "%s argument after ** must be a mapping, not %s",
		         str_text(name), value_type_name(mapping));
		goto out;
	}
	copy = dict_new(vm);
	if (!dict_update(vm, copy, mapping))
		goto out;
	size_t at = 0;
	value key, v;
	while (dict_next(copy, &at, &key, &v)) {
		if (!value_is_str(key)) {
			vm_raise(vm, &exc_TypeError, "keywords must be strings");
			goto out;
		}
		if (!value_is_null(dict_get_name(dict, key))) {
			name = callable_name(vm, callable);
			vm_raise(vm, &exc_TypeError, "%s got multiple values for keyword argument '%s'",
			         str_text(name), str_text(key));
			goto out;
		}
		dict_set_name(vm, dict, key, v);
	}
	ok = true;
out:
	value_xunref(vm, name);
	value_xunref(vm, copy);
	return ok;
}

value format_value(struct vm *vm, value v, uint32_t conversion, value spec)
{
	value converted = VALUE_NULL;
	if (conversion == 1) {
		converted = object_str(vm, v);
	} else if (conversion == 2) {
		converted = object_repr(vm, v);
	} else if (conversion == 3) {
		value repr = object_repr(vm, v);
		if (value_is_null(repr))
			return repr;
		struct buf text = {0};
		for (size_t i = 0; i < str_len(repr);) {
			uint32_t c;
			i += str_decode(str_text(repr) + i, &c);
			if (c < 128)
				buf_putc(&text, (char)c);
			else
				buf_printf(&text, c < 256 ? "\\x%02x" : c < 65536 ? "\\u%04x" : "\\U%08x", c);
		}
		value_unref(vm, repr);
		converted = str_from_buf(vm, &text);
	} else {
		return object_format(vm, v, spec);
	}
	if (value_is_null(converted) || value_is_null(spec))
		return converted;
	value text = object_format(vm, converted, spec);
	value_unref(vm, converted);
	return text;
}

/* ---- unpacking ---------------------------------------------------------------------- */

static value unpack_iterator(struct vm *vm, value v)
{
	value (*slot)(struct vm *, value);
	TYPE_SLOT(slot, value_type(v), iter);
	value (*getitem)(struct vm *, value, value);
	TYPE_SLOT(getitem, value_type(v), getitem);
	if (slot == NULL && getitem == NULL)
		return vm_raise(vm, &exc_TypeError, "cannot unpack non-iterable %s object",
		                value_type_name(v));
	return object_iter(vm, v);
}

static void drop_items(struct vm *vm, value *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		value_unref(vm, items[i]);
}

bool unpack_sequence(struct vm *vm, value v, uint32_t count, value *to)
{
	const value *items = NULL;
	size_t have = 0;
	if (value_is_exactly(v, &tuple_type)) {
		items = tuple_of(v)->items;
		have = tuple_count(v);
	} else if (value_is_exactly(v, &list_type)) {
		items = list_of(v)->items;
		have = list_count(v);
	} else {
		value iterator = unpack_iterator(vm, v);
		if (value_is_null(iterator))
			return false;
		uint32_t i = 0;
		value item = VALUE_NULL;
		while (i <= count && !value_is_null(item = object_next(vm, iterator))) {
			if (i == count) {
				value_unref(vm, item);
				vm_raise(vm, &exc_ValueError,
				         "too many values to unpack (expected %u)", count);
				break;
			}
			to[count - 1 - i++] = item;
		}
		value_unref(vm, iterator);
		if (value_is_null(vm->raised) && i < count)
			vm_raise(vm, &exc_ValueError,
			         "not enough values to unpack (expected %u, got %u)", count, i);
		if (value_is_null(vm->raised))
			return true;
		drop_items(vm, to + count - i, i);
		return false;
	}
	if (have != count) {
		if (have > count)
			vm_raise(vm, &exc_ValueError, "too many values to unpack (expected %u)", count);
		else
			vm_raise(vm, &exc_ValueError,
			         "not enough values to unpack (expected %u, got %zu)", count, have);
		return false;
	}
	for (uint32_t i = 0; i < count; i++)
		to[count - 1 - i] = value_ref(items[i]);
	return true;
}

bool unpack_star(struct vm *vm, value v, uint32_t before, uint32_t after, value *to)
{
	value iterator = unpack_iterator(vm, v);
	if (value_is_null(iterator))
		return false;
	value all = list_from_iterable(vm, iterator);
	value_unref(vm, iterator);
	if (value_is_null(all))
		return false;
	size_t have = list_count(all);
	if (have < (size_t)before + after) {
		vm_raise(vm, &exc_ValueError,
		         "not enough values to unpack (expected at least %u, got %zu)", before + after,
		         have);
		value_unref(vm, all);
		return false;
	}
	const value *items = list_of(all)->items;
	for (uint32_t i = 0; i < after; i++)
		to[i] = value_ref(items[have - 1 - i]);
	to[after] = list_from(vm, items + before, have - before - after);
	for (uint32_t i = 0; i < before; i++)
		to[after + before - i] = value_ref(items[i]);
	value_unref(vm, all);
	return true;
}
