/*
 * list[int] and int | None: what annotations are made of. They remember what they were made
 * from, show it, can be called (an alias) and tested against (a union), and do nothing else.
 */
#include "lang/internal.h"

#include "lang/dict.h"
#include "lang/str.h"
#include "lang/tuple.h"

static struct alias *alias_of(value v)
{
	return (struct alias *)(void *)value_object(v);
}

value generic_alias_new(struct vm *vm, value origin, value args)
{
	struct alias *a = object_new(vm, &alias_type, 0);
	a->origin = value_ref(origin);
	a->args = value_is_tuple(args) ? value_ref(args) : tuple_from(vm, &args, 1);
	return object_value(a);
}

value alias_origin(value v)
{
	return value_is_exactly(v, &alias_type) ? alias_of(v)->origin : VALUE_NULL;
}

value union_members(value v)
{
	return value_is_exactly(v, &union_type) ? alias_of(v)->args : VALUE_NULL;
}

static void add_members(value *to, size_t *count, value v)
{
	value members = union_members(v);
	size_t n = value_is_null(members) ? 1 : tuple_count(members);
	for (size_t i = 0; i < n; i++) {
		value m = value_is_null(members) ? v : tuple_at(members, i);
		bool there = false;
		for (size_t j = 0; j < *count; j++)
			there |= value_is(to[j], m);
		if (!there)
			to[(*count)++] = m;
	}
}

value union_new(struct vm *vm, value left, value right)
{
	value l = union_members(left), r = union_members(right);
	size_t room = (value_is_null(l) ? 1 : tuple_count(l)) + (value_is_null(r) ? 1 : tuple_count(r));
	value *items = vm_alloc(vm, room * sizeof *items);
	size_t count = 0;
	add_members(items, &count, left);
	add_members(items, &count, right);
	value result;
	if (count == 1) {
		result = value_ref(items[0]);
	} else {
		struct alias *u = object_new(vm, &union_type, 0);
		u->args = tuple_from(vm, items, count);
		result = object_value(u);
	}
	vm_release(vm, items, room * sizeof *items);
	return result;
}

/* A type as annotations show it: its name without "builtins". */
static bool put_type(struct vm *vm, struct buf *out, value v)
{
	value text;
	if (value_is_none(v))
		text = vm_intern(vm, "None");
	else if (value_is(v, VALUE_ELLIPSIS))
		text = vm_intern(vm, "...");
	else if (value_is_type(v))
		text = type_full_name(vm, value_as_type(v));
	else
		text = object_repr(vm, v);
	if (value_is_null(text))
		return false;
	buf_put(out, str_text(text), str_len(text));
	value_unref(vm, text);
	return true;
}

static value alias_repr(struct vm *vm, value self)
{
	struct alias *a = alias_of(self);
	struct buf out = {0};
	bool ok = put_type(vm, &out, a->origin);
	buf_puts(&out, "[");
	for (size_t i = 0; ok && i < tuple_count(a->args); i++) {
		buf_puts(&out, i > 0 ? ", " : "");
		ok = put_type(vm, &out, tuple_at(a->args, i));
	}
	buf_puts(&out, "]");
	if (ok)
		return str_from_buf(vm, &out);
	buf_free(&out);
	return VALUE_NULL;
}

static value union_repr(struct vm *vm, value self)
{
	struct alias *u = alias_of(self);
	struct buf out = {0};
	bool ok = true;
	for (size_t i = 0; ok && i < tuple_count(u->args); i++) {
		buf_puts(&out, i > 0 ? " | " : "");
		ok = put_type(vm, &out, tuple_at(u->args, i));
	}
	if (ok)
		return str_from_buf(vm, &out);
	buf_free(&out);
	return VALUE_NULL;
}

static value alias_call(struct vm *vm, value self, const struct args *a)
{
	return vm_call(vm, alias_of(self)->origin, a);
}

static value alias_getattr(struct vm *vm, value self, value name)
{
	if (!value_is_null(dict_get_name(type_dict(vm, &alias_type), name)))
		return object_getattr_generic(vm, self, name);
	return object_getattr(vm, alias_of(self)->origin, name);
}

static value alias_or(struct vm *vm, enum binary_op op, value left, value right)
{
	if (op != BINARY_OR)
		return VALUE_NOT_IMPLEMENTED;
	return union_new(vm, left, right);
}

/* Whether every type of `a` is among those of `b`. */
static bool covered(value a, value b)
{
	for (size_t i = 0; i < tuple_count(a); i++) {
		bool there = false;
		for (size_t j = 0; j < tuple_count(b); j++)
			there |= value_is(tuple_at(a, i), tuple_at(b, j));
		if (!there)
			return false;
	}
	return true;
}

static value alias_compare(struct vm *vm, value a, value b, enum compare_op op)
{
	if ((op != COMPARE_EQ && op != COMPARE_NE) || value_type(a) != value_type(b))
		return VALUE_NOT_IMPLEMENTED;
	const struct alias *x = alias_of(a), *y = alias_of(b);
	int same;
	if (value_is_null(x->origin))
		same = covered(x->args, y->args) && covered(y->args, x->args);
	else
		same = value_is(x->origin, y->origin) ? object_equal(vm, x->args, y->args) : 0;
	return same < 0 ? VALUE_NULL : value_bool(same == (op == COMPARE_EQ));
}

static bool alias_hash(struct vm *vm, value self, int64_t *out)
{
	(void)vm;
	const struct alias *a = alias_of(self);
	*out = (int64_t)(a->origin.bits >> 4);
	for (size_t i = 0; i < tuple_count(a->args); i++)
		*out ^= (int64_t)(tuple_at(a->args, i).bits >> 4);
	return true;
}

static void alias_drop(struct vm *vm, struct object *self)
{
	value_xunref(vm, ((struct alias *)(void *)self)->origin);
	value_xunref(vm, ((struct alias *)(void *)self)->args);
}

static void alias_traverse(struct object *self, visit_fn visit, void *context)
{
	visit(((struct alias *)(void *)self)->origin, context);
	visit(((struct alias *)(void *)self)->args, context);
}

static value get_origin(struct vm *vm, value self)
{
	(void)vm;
	value origin = alias_of(self)->origin;
	return value_is_null(origin) ? VALUE_NONE : value_ref(origin);
}
static value get_args(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(alias_of(self)->args);
}

static const struct getset_def alias_getset[] = {
	{"__origin__", get_origin, NULL},
	{"__args__", get_args, NULL},
	{0},
};

#define ALIAS                                                                            \
	TYPE_HEAD, .base = &object_type, .size = sizeof(struct alias),                         \
		.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW, .drop = alias_drop,          \
		.traverse = alias_traverse, .binary = alias_or, .compare = alias_compare,           \
		.hash = alias_hash, .getset = alias_getset

const struct type alias_type = {
	ALIAS,
	.name = "GenericAlias",
	.repr = alias_repr,
	.call = alias_call,
	.getattr = alias_getattr,
};

const struct type union_type = {ALIAS, .name = "UnionType", .repr = union_repr};
