/*
 * The slots of built-in types as methods: what super().__init__(...) or int.__add__ find.
 * Each wrapper remembers the type whose slot it calls, so that it never ends up in the
 * override that called it.
 */
#include "lang/internal.h"

#include <string.h>

#include "lang/dict.h"
#include "lang/int.h"
#include "lang/str.h"

/* What a call of wrapper `w` on `self` with the remaining arguments `a` does. */
typedef value (*wrapper_fn)(struct vm *vm, const struct slot_wrapper *w, value self,
                            const struct args *a);

static value none_or_null(bool ok)
{
	return ok ? VALUE_NONE : VALUE_NULL;
}

static value wrap_init(struct vm *vm, const struct slot_wrapper *w, value self,
                       const struct args *a)
{
	bool (*slot)(struct vm *, value, const struct args *);
	TYPE_SLOT(slot, w->owner, init);
	return none_or_null(slot(vm, self, a));
}

static value wrap_call(struct vm *vm, const struct slot_wrapper *w, value self,
                       const struct args *a)
{
	value (*slot)(struct vm *, value, const struct args *);
	TYPE_SLOT(slot, w->owner, call);
	return slot(vm, self, a);
}

/* Slots of the shape value f(self). */
#define WRAP_PLAIN(field)                                                                \
	static value wrap_##field(struct vm *vm, const struct slot_wrapper *w, value self,     \
	                          const struct args *a)                                    \
	{                                                                                  \
		value (*slot)(struct vm *, value);                                         \
		TYPE_SLOT(slot, w->owner, field);                                          \
		return args_check(vm, a, #field, 0, 0) ? slot(vm, self) : VALUE_NULL;          \
	}
WRAP_PLAIN(repr)
WRAP_PLAIN(str)
WRAP_PLAIN(iter)
WRAP_PLAIN(await)
WRAP_PLAIN(aiter)
WRAP_PLAIN(anext)
WRAP_PLAIN(index)
WRAP_PLAIN(to_int)
WRAP_PLAIN(to_float)
#undef WRAP_PLAIN

static value wrap_next(struct vm *vm, const struct slot_wrapper *w, value self,
                       const struct args *a)
{
	value (*slot)(struct vm *, value);
	TYPE_SLOT(slot, w->owner, next);
	if (!args_check(vm, a, "__next__", 0, 0))
		return VALUE_NULL;
	value v = slot(vm, self);
	if (value_is_null(v) && value_is_null(vm->raised))
		return vm_raise_stop_iteration(vm, VALUE_NONE);
	return v;
}

static value wrap_format(struct vm *vm, const struct slot_wrapper *w, value self,
                         const struct args *a)
{
	value (*slot)(struct vm *, value, value);
	TYPE_SLOT(slot, w->owner, format);
	if (!args_check(vm, a, "__format__", 1, 1))
		return VALUE_NULL;
	if (!value_is_str(a->at[0]))
		return vm_raise(vm, &exc_TypeError,
		                "__format__() argument must be str, not %s", value_type_name(a->at[0]));
	return slot(vm, self, a->at[0]);
}

static value wrap_hash(struct vm *vm, const struct slot_wrapper *w, value self,
                       const struct args *a)
{
	bool (*slot)(struct vm *, value, int64_t *);
	TYPE_SLOT(slot, w->owner, hash);
	int64_t hash;
	if (!args_check(vm, a, "__hash__", 0, 0) || !slot(vm, self, &hash))
		return VALUE_NULL;
	return int_new(vm, hash);
}

static value wrap_truth(struct vm *vm, const struct slot_wrapper *w, value self,
                       const struct args *a)
{
	int (*slot)(struct vm *, value);
	TYPE_SLOT(slot, w->owner, truth);
	if (!args_check(vm, a, "__bool__", 0, 0))
		return VALUE_NULL;
	int yes = slot(vm, self);
	return yes < 0 ? VALUE_NULL : value_bool(yes);
}

static value wrap_len(struct vm *vm, const struct slot_wrapper *w, value self,
                      const struct args *a)
{
	int64_t (*slot)(struct vm *, value);
	TYPE_SLOT(slot, w->owner, len);
	if (!args_check(vm, a, "__len__", 0, 0))
		return VALUE_NULL;
	int64_t n = slot(vm, self);
	return n < 0 ? VALUE_NULL : int_new(vm, n);
}

static value wrap_compare(struct vm *vm, const struct slot_wrapper *w, value self,
                          const struct args *a)
{
	value (*slot)(struct vm *, value, value, enum compare_op);
	TYPE_SLOT(slot, w->owner, compare);
	if (!args_check(vm, a, "expected", 1, 1))
		return VALUE_NULL;
	return slot(vm, self, a->at[0], (enum compare_op)(w->id - NAME_lt));
}

static value wrap_getattribute(struct vm *vm, const struct slot_wrapper *w, value self,
                               const struct args *a)
{
	value (*slot)(struct vm *, value, value);
	TYPE_SLOT(slot, w->owner, getattr);
	if (!args_check(vm, a, "__getattribute__", 1, 1))
		return VALUE_NULL;
	if (!value_is_str(a->at[0]))
		return vm_raise(vm, &exc_TypeError, "attribute name must be string, not '%s'",
		                value_type_name(a->at[0]));
	value name = str_interned(vm, a->at[0]);
	value v = slot(vm, self, name);
	value_unref(vm, name);
	return v;
}

static value wrap_setattr(struct vm *vm, const struct slot_wrapper *w, value self,
                          const struct args *a)
{
	bool (*slot)(struct vm *, value, value, value);
	TYPE_SLOT(slot, w->owner, setattr);
	bool delete = w->id == NAME_delattr;
	if (!args_check(vm, a, delete ? "__delattr__" : "__setattr__", delete ? 1 : 2, delete ? 1 : 2))
		return VALUE_NULL;
	if (!value_is_str(a->at[0]))
		return vm_raise(vm, &exc_TypeError, "attribute name must be string, not '%s'",
		                value_type_name(a->at[0]));
	value name = str_interned(vm, a->at[0]);
	bool ok = slot(vm, self, name, delete ? VALUE_NULL : a->at[1]);
	value_unref(vm, name);
	return none_or_null(ok);
}

static value wrap_descr_get(struct vm *vm, const struct slot_wrapper *w, value self,
                            const struct args *a)
{
	value (*slot)(struct vm *, value, value, const struct type *);
	TYPE_SLOT(slot, w->owner, descr_get);
	if (!args_check(vm, a, "__get__", 1, 2))
		return VALUE_NULL;
	value obj = value_is_none(a->at[0]) ? VALUE_NULL : a->at[0];
	const struct type *owner = NULL;
	if (a->count > 1 && value_is_type(a->at[1]))
		owner = value_as_type(a->at[1]);
	else if (!value_is_null(obj))
		owner = value_type(obj);
	return slot(vm, self, obj, owner);
}

static value wrap_descr_set(struct vm *vm, const struct slot_wrapper *w, value self,
                            const struct args *a)
{
	bool (*slot)(struct vm *, value, value, value);
	TYPE_SLOT(slot, w->owner, descr_set);
	bool delete = w->id == NAME_delete;
	if (!args_check(vm, a, delete ? "__delete__" : "__set__", delete ? 1 : 2, delete ? 1 : 2))
		return VALUE_NULL;
	return none_or_null(slot(vm, self, a->at[0], delete ? VALUE_NULL : a->at[1]));
}

static value wrap_getitem(struct vm *vm, const struct slot_wrapper *w, value self,
                          const struct args *a)
{
	value (*slot)(struct vm *, value, value);
	TYPE_SLOT(slot, w->owner, getitem);
	return args_check(vm, a, "__getitem__", 1, 1) ? slot(vm, self, a->at[0]) : VALUE_NULL;
}

static value wrap_setitem(struct vm *vm, const struct slot_wrapper *w, value self,
                          const struct args *a)
{
	bool (*slot)(struct vm *, value, value, value);
	TYPE_SLOT(slot, w->owner, setitem);
	bool delete = w->id == NAME_delitem;
	if (!args_check(vm, a, delete ? "__delitem__" : "__setitem__", delete ? 1 : 2, delete ? 1 : 2))
		return VALUE_NULL;
	return none_or_null(slot(vm, self, a->at[0], delete ? VALUE_NULL : a->at[1]));
}

static value wrap_contains(struct vm *vm, const struct slot_wrapper *w, value self,
                           const struct args *a)
{
	int (*slot)(struct vm *, value, value);
	TYPE_SLOT(slot, w->owner, contains);
	if (!args_check(vm, a, "__contains__", 1, 1))
		return VALUE_NULL;
	int yes = slot(vm, self, a->at[0]);
	return yes < 0 ? VALUE_NULL : value_bool(yes);
}

static value wrap_unary(struct vm *vm, const struct slot_wrapper *w, value self,
                        const struct args *a)
{
	value (*slot)(struct vm *, enum unary_op, value);
	TYPE_SLOT(slot, w->owner, unary);
	return args_check(vm, a, "unary", 0, 0) ? slot(vm, (enum unary_op)(w->id - NAME_neg), self)
	                                        : VALUE_NULL;
}

static value wrap_binary(struct vm *vm, const struct slot_wrapper *w, value self,
                         const struct args *a)
{
	value (*slot)(struct vm *, enum binary_op, value, value);
	TYPE_SLOT(slot, w->owner, binary);
	if (!args_check(vm, a, "expected", 1, 1))
		return VALUE_NULL;
	if (w->id >= NAME_radd)
		return slot(vm, (enum binary_op)(w->id - NAME_radd), a->at[0], self);
	return slot(vm, (enum binary_op)(w->id - NAME_add), self, a->at[0]);
}

static value wrap_inplace(struct vm *vm, const struct slot_wrapper *w, value self,
                          const struct args *a)
{
	value (*slot)(struct vm *, enum binary_op, value, value);
	TYPE_SLOT(slot, w->owner, inplace);
	return args_check(vm, a, "expected", 1, 1)
		? slot(vm, (enum binary_op)(w->id - NAME_iadd), self, a->at[0])
		: VALUE_NULL;
}

/* By the field of struct type; `new` is made below. */
#define wrap_getattr wrap_getattribute
#define wrap_make NULL
static const struct {
	enum vm_name_id id;
	wrapper_fn fn;
	size_t offset; /* of the slot in struct type */
} wrappers[] = {
#define SLOT(name, field) {NAME_##name, wrap_##field, offsetof(struct type, field)},
#include "lang/slot.def"
#undef SLOT
};

static const struct slot_wrapper *wrapper_of(value v)
{
	return (const struct slot_wrapper *)(const void *)value_object(v);
}

static wrapper_fn wrapper_fn_of(enum vm_name_id id)
{
	for (size_t i = 0; i < COUNT_OF(wrappers); i++)
		if (wrappers[i].id == id)
			return wrappers[i].fn;
	return NULL;
}

/* T.__new__(cls, ...) */
static value call_new(struct vm *vm, const struct slot_wrapper *w, const struct args *a)
{
	if (a->count == 0 || !value_is_type(a->at[0]))
		return vm_raise(vm, &exc_TypeError, "%s.__new__(X): X is not a type object",
		                w->owner->name);
	const struct type *type = value_as_type(a->at[0]);
	if (!type_is_subtype(type, w->owner))
		return vm_raise(vm, &exc_TypeError, "%s.__new__(%s): %s is not a subtype of %s",
		                w->owner->name, type->name, type->name, w->owner->name);
	value (*make)(struct vm *, const struct type *, const struct args *);
	TYPE_SLOT(make, w->owner, make);
	const struct args rest = {a->at + 1, a->count - 1, a->names};
	if (make == object_make_plain && rest.count + args_keywords(&rest) > 0) {
		value (*own)(struct vm *, const struct type *, const struct args *);
		TYPE_SLOT(own, type, make);
		if (own != object_make_plain)
			return vm_raise(vm, &exc_TypeError,
			                "object.__new__() takes exactly one argument "
			                "(the type to instantiate)");
	}
	return make(vm, type, &rest);
}

static value wrapper_call(struct vm *vm, value self, const struct args *a)
{
	const struct slot_wrapper *w = wrapper_of(self);
	if (w->id == NAME_new)
		return call_new(vm, w, a);
	const char *name = str_text(vm_name(vm, w->id));
	if (a->count == 0)
		return vm_raise(vm, &exc_TypeError, "descriptor '%s' of '%s' object needs an argument",
		                name, w->owner->name);
	if (!value_is_a(a->at[0], w->owner))
		return vm_raise(vm, &exc_TypeError,
		                "descriptor '%s' requires a '%s' object but received a '%s'", name,
		                w->owner->name, value_type_name(a->at[0]));
	const struct args rest = {a->at + 1, a->count - 1, a->names};
	return wrapper_fn_of(w->id)(vm, w, a->at[0], &rest);
}

static value wrapper_get(struct vm *vm, value self, value obj, const struct type *owner)
{
	(void)owner;
	if (value_is_null(obj) || wrapper_of(self)->id == NAME_new)
		return value_ref(self);
	return method_new(vm, self, obj);
}

static value wrapper_repr(struct vm *vm, value self)
{
	const struct slot_wrapper *w = wrapper_of(self);
	return str_printf(vm, "<slot wrapper '%s' of '%s' objects>", str_text(vm_name(vm, w->id)),
	                  w->owner->name);
}

static value wrapper_name(struct vm *vm, value self)
{
	return value_ref(vm_name(vm, wrapper_of(self)->id));
}

static value wrapper_qualname(struct vm *vm, value self)
{
	const struct slot_wrapper *w = wrapper_of(self);
	return str_printf(vm, "%s.%s", w->owner->name, str_text(vm_name(vm, w->id)));
}

static const struct getset_def wrapper_getset[] = {
	{"__name__", wrapper_name, NULL},
	{"__qualname__", wrapper_qualname, NULL},
	{0},
};

const struct type slot_wrapper_type = {
	TYPE_HEAD,
	.name = "wrapper_descriptor",
	.base = &object_type,
	.size = sizeof(struct slot_wrapper),
	.flags = TYPE_FINAL | TYPE_NO_NEW | TYPE_METHOD,
	.repr = wrapper_repr,
	.call = wrapper_call,
	.descr_get = wrapper_get,
	.getset = wrapper_getset,
};

/* Whether the type itself fills the slot at `offset`. */
static bool has_own_slot(const struct type *type, size_t offset)
{
	void (*slot)(void);
	memcpy(&slot, (const char *)type + offset, sizeof slot);
	return slot != NULL;
}

void type_add_slot_wrappers(struct vm *vm, const struct type *type, value dict)
{
	for (size_t i = 0; i < COUNT_OF(wrappers); i++) {
		if (!has_own_slot(type, wrappers[i].offset))
			continue;
		struct slot_wrapper *w = object_new(vm, &slot_wrapper_type, 0);
		w->owner = type;
		w->id = wrappers[i].id;
		dict_set_name(vm, dict, vm_name(vm, w->id), object_value(w));
		value_unref(vm, object_value(w));
	}
	if ((type->flags & TYPE_UNHASHABLE) != 0)
		dict_set_name(vm, dict, vm_name(vm, NAME_hash), VALUE_NONE);
}
