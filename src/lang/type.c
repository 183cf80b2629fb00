/*
 * Types as objects: their attributes, the method resolution order, `object` and `type`
 * themselves, and the constants None, Ellipsis and NotImplemented.
 *
 * Built-in types are const and shared by all worlds, so the dict of a type's attributes
 * belongs to the vm and is filled from its tables when somebody first looks.
 */
#include "lang/internal.h"

#include <string.h>

#include "lang/dict.h"
#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"

/* ---- the method resolution order -------------------------------------------------- */

const struct type *type_mro_at(const struct type *type, size_t i)
{
	if (type->mro != NULL)
		return type->mro[i];
	while (type != NULL && i > 0) {
		type = type->base;
		i--;
	}
	return type;
}

bool type_is_subtype(const struct type *type, const struct type *of)
{
	if (type->mro != NULL) {
		for (size_t i = 0; type->mro[i] != NULL; i++)
			if (type->mro[i] == of)
				return true;
		return false;
	}
	while (type != NULL && type != of)
		type = type->base;
	return type != NULL;
}

bool value_is_type(value v)
{
	return value_is_a(v, &type_type);
}

/* ---- attributes of types ---------------------------------------------------------- */

static void add_methods(struct vm *vm, const struct type *type, value dict)
{
	for (const struct method_def *m = type->methods; m != NULL && m->name != NULL; m++) {
		const struct type *kind = &method_descriptor_type;
		if ((m->flags & METHOD_STATIC) != 0)
			kind = &native_type;
		else if ((m->flags & METHOD_CLASS) != 0)
			kind = &class_method_descriptor_type;
		struct native *n = object_new(vm, kind, 0);
		n->def = m;
		n->owner = type;
		dict_set_c(vm, dict, m->name, object_value(n));
		value_unref(vm, object_value(n));
	}
	for (const struct getset_def *g = type->getset; g != NULL && g->name != NULL; g++) {
		struct getset_descriptor *d = object_new(vm, &getset_descriptor_type, 0);
		d->def = g;
		d->owner = type;
		dict_set_c(vm, dict, g->name, object_value(d));
		value_unref(vm, object_value(d));
	}
}

static size_t static_hash(const struct type *type, size_t room)
{
	return (((uintptr_t)type >> 4) * 0x9E3779B97F4A7C15u >> 20) & (room - 1);
}

static void statics_grow(struct vm *vm)
{
	size_t room = vm->static_room == 0 ? 256 : vm->static_room * 2;
	struct static_attributes *grown = mem_zalloc(room, sizeof *grown);
	for (size_t i = 0; i < vm->static_room; i++) {
		if (vm->statics[i].type == NULL)
			continue;
		size_t at = static_hash(vm->statics[i].type, room);
		while (grown[at].type != NULL)
			at = (at + 1) & (room - 1);
		grown[at] = vm->statics[i];
	}
	free(vm->statics);
	vm->statics = grown;
	vm->static_room = room;
}

value type_dict(struct vm *vm, const struct type *type)
{
	if (type_is_class(type))
		return ((const struct class *)(const void *)type)->dict;
	if (vm->static_count * 2 >= vm->static_room)
		statics_grow(vm);
	size_t at = static_hash(type, vm->static_room);
	while (vm->statics[at].type != NULL && vm->statics[at].type != type)
		at = (at + 1) & (vm->static_room - 1);
	if (vm->statics[at].type == type)
		return vm->statics[at].dict;
	value dict = dict_new(vm);
	vm->statics[at] = (struct static_attributes){type, dict};
	vm->static_count++;
	type_add_slot_wrappers(vm, type, dict);
	add_methods(vm, type, dict);
	if (type == &object_type)
		dict_set_c(vm, dict, "__doc__", VALUE_NONE);
	return dict;
}

void type_changed(struct vm *vm)
{
	vm->type_epoch++;
}

value type_lookup(struct vm *vm, const struct type *type, value name)
{
	size_t hash = ((uintptr_t)type >> 4 ^ name.bits >> 4) * 0x9E3779B97F4A7C15u >> 32;
	struct attribute_cache *c = &vm->attributes[hash & (ATTRIBUTE_CACHE - 1)];
	if (c->type == type && value_is(c->name, name) && c->epoch == vm->type_epoch)
		return c->found;
	value found = VALUE_NULL;
	const struct type *t;
	for (size_t i = 0; (t = type_mro_at(type, i)) != NULL; i++) {
		found = dict_get_name(type_dict(vm, t), name);
		if (!value_is_null(found))
			break;
	}
	value old = c->name;
	*c = (struct attribute_cache){type, value_ref(name), found, vm->type_epoch};
	value_xunref(vm, old);
	return found;
}

/* ---- object ----------------------------------------------------------------------- */

value object_make_plain(struct vm *vm, const struct type *type, const struct args *a)
{
	(void)a;
	if ((type->flags & TYPE_NO_NEW) != 0)
		return vm_raise(vm, &exc_TypeError, "cannot create '%s' instances", type->name);
	return object_value(object_new(vm, type, 0));
}

/* object.__init__: arguments are only welcome when the class has its own __new__. */
bool object_init_plain(struct vm *vm, value self, const struct args *a)
{
	if (a->count == 0 && args_keywords(a) == 0)
		return true;
	const struct type *type = value_type(self);
	value (*make)(struct vm *, const struct type *, const struct args *);
	TYPE_SLOT(make, type, make);
	bool (*init)(struct vm *, value, const struct args *);
	TYPE_SLOT(init, type, init);
	if (init != object_init_plain) {
		vm_raise(vm, &exc_TypeError,
		         "object.__init__() takes exactly one argument (the instance to initialize)");
		return false;
	}
	if (make == object_make_plain) {
		vm_raise(vm, &exc_TypeError, "%s() takes no arguments", type->name);
		return false;
	}
	return true;
}

static value object_repr_plain(struct vm *vm, value self)
{
	value name = type_full_name(vm, value_type(self));
	if (value_is_null(name))
		return name;
	value text = str_printf(vm, "<%s object at 0x%012zx>", str_text(name), (size_t)self.bits);
	value_unref(vm, name);
	return text;
}

static value object_str_plain(struct vm *vm, value self)
{
	return object_repr(vm, self);
}

static value object_format_plain(struct vm *vm, value self, value spec)
{
	if (str_len(spec) > 0)
		return vm_raise(vm, &exc_TypeError,
		                "unsupported format string passed to %s.__format__",
		                value_type_name(self));
	return object_str(vm, self);
}

static bool object_hash_plain(struct vm *vm, value self, int64_t *out)
{
	(void)vm;
	*out = (int64_t)(self.bits >> 4 | self.bits << 60);
	if (*out == -1)
		*out = -2;
	return true;
}

static value object_compare_plain(struct vm *vm, value a, value b, enum compare_op op)
{
	if (op == COMPARE_EQ && value_is(a, b))
		return VALUE_TRUE;
	if (op == COMPARE_NE) {
		/* != is the opposite of == unless a type says otherwise. */
		value (*slot)(struct vm *, value, value, enum compare_op);
		TYPE_SLOT(slot, value_type(a), compare);
		if (slot == object_compare_plain)
			return value_is(a, b) ? VALUE_FALSE : VALUE_NOT_IMPLEMENTED;
		value r = slot(vm, a, b, COMPARE_EQ);
		if (value_is_null(r) || value_is(r, VALUE_NOT_IMPLEMENTED))
			return r;
		int equal = object_truth(vm, r);
		value_unref(vm, r);
		return equal < 0 ? VALUE_NULL : value_bool(!equal);
	}
	return VALUE_NOT_IMPLEMENTED;
}

static value get_class(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(type_value(value_type(self)));
}

static bool set_class(struct vm *vm, value self, value v)
{
	(void)self;
	(void)v;
	vm_raise(vm, &exc_TypeError, "__class__ assignment is not supported");
	return false;
}

static value get_dict(struct vm *vm, value self)
{
	value *dict = object_dict_slot(self);
	if (dict == NULL)
		return vm_raise(vm, &exc_AttributeError, "'%s' object has no attribute '__dict__'",
		                value_type_name(self));
	if (value_is_null(*dict))
		*dict = dict_new(vm);
	return value_ref(*dict);
}

static bool set_dict(struct vm *vm, value self, value v)
{
	value *dict = object_dict_slot(self);
	if (dict == NULL || value_is_null(v) || !value_is_dict(v)) {
		vm_raise(vm, &exc_TypeError, "__dict__ must be set to a dictionary, not a '%s'",
		         value_is_null(v) ? "NULL" : value_type_name(v));
		return false;
	}
	value_replace(vm, dict, value_ref(v));
	return true;
}

static value object_init_subclass(struct vm *vm, value self, const struct args *a)
{
	const struct type *type = value_as_type(self);
	if (args_keywords(a) > 0 || a->count > 0)
		return vm_raise(vm, &exc_TypeError, "%s.__init_subclass__() takes no keyword arguments",
		                type->name);
	return VALUE_NONE;
}

static value object_dir(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	value names = dict_new(vm);
	value *own = object_dict_slot(self);
	if (own != NULL && !value_is_null(*own))
		dict_update(vm, names, *own);
	const struct type *from = value_is_type(self) ? value_as_type(self) : value_type(self);
	const struct type *t;
	for (size_t i = 0; (t = type_mro_at(from, i)) != NULL; i++)
		dict_update(vm, names, type_dict(vm, t));
	value list = vm_call(vm, type_value(&list_type), ARGS(names));
	value_unref(vm, names);
	return list;
}

static const struct method_def object_methods[] = {
	{"__init_subclass__", object_init_subclass, 0, METHOD_ANY, METHOD_CLASS | METHOD_KEYWORDS},
	{"__dir__", object_dir, 0, 0, 0},
	{0},
};

static const struct getset_def object_getset[] = {
	{"__class__", get_class, set_class},
	{"__dict__", get_dict, set_dict},
	{0},
};

const struct type object_type = {
	TYPE_HEAD,
	.name = "object",
	.size = sizeof(struct object),
	.make = object_make_plain,
	.init = object_init_plain,
	.repr = object_repr_plain,
	.str = object_str_plain,
	.format = object_format_plain,
	.hash = object_hash_plain,
	.compare = object_compare_plain,
	.getattr = object_getattr_generic,
	.setattr = object_setattr_generic,
	.methods = object_methods,
	.getset = object_getset,
};

/* ---- type ------------------------------------------------------------------------- */

value type_full_name(struct vm *vm, const struct type *type)
{
	if (!type_is_class(type)) {
		if (type->module == NULL || strcmp(type->module, "builtins") == 0)
			return str_new_c(vm, type->name);
		return str_printf(vm, "%s.%s", type->module, type->name);
	}
	const struct class *c = (const struct class *)(const void *)type;
	value module = dict_get_name(c->dict, vm_name(vm, NAME_module));
	if (value_is_null(module) || !value_is_str(module))
		return value_ref(c->qualname);
	return str_printf(vm, "%s.%s", str_text(module), str_text(c->qualname));
}

static value type_repr(struct vm *vm, value self)
{
	value name = type_full_name(vm, value_as_type(self));
	value text = str_printf(vm, "<class '%s'>", str_text(name));
	value_unref(vm, name);
	return text;
}

static value type_call_slot(struct vm *vm, value self, const struct args *a)
{
	return type_call(vm, value_as_type(self), a);
}

static value type_getattr(struct vm *vm, value self, value name)
{
	const struct type *type = value_as_type(self), *meta = value_type(self);
	value of_meta = type_lookup(vm, meta, name);
	value (*get)(struct vm *, value, value, const struct type *) = NULL;
	if (!value_is_null(of_meta)) {
		TYPE_SLOT(get, value_type(of_meta), descr_get);
		bool (*set)(struct vm *, value, value, value);
		TYPE_SLOT(set, value_type(of_meta), descr_set);
		if (get != NULL && set != NULL)
			return get(vm, of_meta, self, meta);
	}
	value own = type_lookup(vm, type, name);
	if (!value_is_null(own)) {
		value (*own_get)(struct vm *, value, value, const struct type *);
		TYPE_SLOT(own_get, value_type(own), descr_get);
		if (own_get == NULL)
			return value_ref(own);
		value_ref(own);
		value r = own_get(vm, own, VALUE_NULL, type);
		value_unref(vm, own);
		return r;
	}
	if (get != NULL)
		return get(vm, of_meta, self, meta);
	if (!value_is_null(of_meta))
		return value_ref(of_meta);
	return raise_no_attribute(vm, self, name);
}

static bool type_setattr(struct vm *vm, value self, value name, value v)
{
	const struct type *type = value_as_type(self);
	if (!type_is_class(type)) {
		vm_raise(vm, &exc_TypeError, "cannot set '%s' attribute of immutable type '%s'",
		         str_text(name), type->name);
		return false;
	}
	struct class *c = (struct class *)(void *)value_object(self);
	value of_meta = type_lookup(vm, &type_type, name);
	if (!value_is_null(of_meta) && value_is_exactly(of_meta, &getset_descriptor_type))
		return object_setattr_generic(vm, self, name, v);
	type_changed(vm);
	if (value_is_null(v)) {
		if (value_is_null(dict_get_name(c->dict, name))) {
			vm_raise(vm, &exc_AttributeError, "type object '%s' has no attribute '%s'",
			         type->name, str_text(name));
			return false;
		}
		dict_delete(vm, c->dict, name);
	} else {
		dict_set_name(vm, c->dict, name, v);
	}
	type_changed(vm);
	if (strncmp(str_text(name), "__", 2) == 0)
		class_update_slots(vm, c);
	return true;
}

/* type(x), or type(name, bases, namespace). */
static value type_make(struct vm *vm, const struct type *type, const struct args *a)
{
	(void)type;
	if (a->count != 3)
		return vm_raise(vm, &exc_TypeError, "type() takes 1 or 3 arguments");
	if (!value_is_str(a->at[0]) || !value_is_tuple(a->at[1]) || !value_is_dict(a->at[2]))
		return vm_raise(vm, &exc_TypeError,
		                "type() arguments must be a str, a tuple and a dict");
	const struct args keywords = {a->at + 3, 0, a->names};
	return class_new(vm, a->at[0], a->at[1], a->at[2], &keywords);
}

static bool type_init(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)self;
	(void)a;
	return true;
}

static value get_name(struct vm *vm, value self)
{
	const struct type *type = value_as_type(self);
	if (type_is_class(type))
		return value_ref(((const struct class *)(const void *)type)->name);
	return vm_intern(vm, type->name);
}

static bool set_name(struct vm *vm, value self, value v)
{
	if (value_is_null(v) || !value_is_str(v) || !type_is_class(value_as_type(self))) {
		vm_raise(vm, &exc_TypeError, "can only assign string to %s.__name__",
		         value_as_type(self)->name);
		return false;
	}
	struct class *c = (struct class *)(void *)value_object(self);
	value_replace(vm, &c->name, str_interned(vm, v));
	c->type.name = str_text(c->name);
	return true;
}

static value get_qualname(struct vm *vm, value self)
{
	const struct type *type = value_as_type(self);
	if (type_is_class(type))
		return value_ref(((const struct class *)(const void *)type)->qualname);
	return vm_intern(vm, type->name);
}

static bool set_qualname(struct vm *vm, value self, value v)
{
	if (value_is_null(v) || !value_is_str(v) || !type_is_class(value_as_type(self))) {
		vm_raise(vm, &exc_TypeError, "can only assign string to %s.__qualname__",
		         value_as_type(self)->name);
		return false;
	}
	struct class *c = (struct class *)(void *)value_object(self);
	value_replace(vm, &c->qualname, value_ref(v));
	return true;
}

static value get_module(struct vm *vm, value self)
{
	const struct type *type = value_as_type(self);
	if (!type_is_class(type))
		return vm_intern(vm, type->module != NULL ? type->module : "builtins");
	value module = dict_get_name(type_dict(vm, type), vm_name(vm, NAME_module));
	if (value_is_null(module))
		return vm_raise(vm, &exc_AttributeError, "__module__");
	return value_ref(module);
}

static bool set_module(struct vm *vm, value self, value v)
{
	if (value_is_null(v) || !type_is_class(value_as_type(self))) {
		vm_raise(vm, &exc_TypeError, "cannot set '__module__' attribute of immutable type '%s'",
		         value_as_type(self)->name);
		return false;
	}
	dict_set_name(vm, type_dict(vm, value_as_type(self)), vm_name(vm, NAME_module), v);
	return true;
}

static value types_tuple(struct vm *vm, const struct type *type)
{
	size_t n = 0;
	while (type_mro_at(type, n) != NULL)
		n++;
	value tuple = tuple_new(vm, n);
	for (size_t i = 0; i < n; i++)
		tuple_of(tuple)->items[i] = value_ref(type_value(type_mro_at(type, i)));
	return tuple;
}

static value get_mro(struct vm *vm, value self)
{
	return types_tuple(vm, value_as_type(self));
}

static value get_bases(struct vm *vm, value self)
{
	const struct type *type = value_as_type(self);
	if (type_is_class(type))
		return value_ref(((const struct class *)(const void *)type)->bases);
	if (type->base == NULL)
		return tuple_new(vm, 0);
	value base = type_value(type->base);
	return tuple_from(vm, &base, 1);
}

static value get_base(struct vm *vm, value self)
{
	(void)vm;
	const struct type *base = value_as_type(self)->base;
	return base != NULL ? value_ref(type_value(base)) : VALUE_NONE;
}

static value get_type_dict(struct vm *vm, value self)
{
	return dict_copy(vm, type_dict(vm, value_as_type(self)));
}

static value type_mro_method(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	value tuple = types_tuple(vm, value_as_type(self));
	value list = vm_call(vm, type_value(&list_type), ARGS(tuple));
	value_unref(vm, tuple);
	return list;
}

static value type_or(struct vm *vm, enum binary_op op, value left, value right)
{
	if (op != BINARY_OR)
		return VALUE_NOT_IMPLEMENTED;
	bool l = value_is_type(left) || value_is_none(left);
	bool r = value_is_type(right) || value_is_none(right);
	if (!l || !r)
		return VALUE_NOT_IMPLEMENTED;
	return union_new(vm, left, right);
}

static const struct method_def type_methods[] = {
	{"mro", type_mro_method, 0, 0, 0},
	{0},
};

static const struct getset_def type_getset[] = {
	{"__name__", get_name, set_name},
	{"__qualname__", get_qualname, set_qualname},
	{"__module__", get_module, set_module},
	{"__mro__", get_mro, NULL},
	{"__bases__", get_bases, NULL},
	{"__base__", get_base, NULL},
	{"__dict__", get_type_dict, NULL},
	{0},
};

const struct type type_type = {
	TYPE_HEAD,
	.name = "type",
	.base = &object_type,
	.size = sizeof(struct class),
	.flags = TYPE_TRACKED | TYPE_FINAL, /* no metaclasses */
	.make = type_make,
	.init = type_init,
	.drop = class_drop,
	.traverse = class_traverse,
	.clear = class_clear,
	.repr = type_repr,
	.call = type_call_slot,
	.getattr = type_getattr,
	.setattr = type_setattr,
	.binary = type_or,
	.methods = type_methods,
	.getset = type_getset,
};

/* ---- constants -------------------------------------------------------------------- */

static value none_repr(struct vm *vm, value self)
{
	(void)self;
	return vm_intern(vm, "None");
}
static int none_truth(struct vm *vm, value self)
{
	(void)vm;
	(void)self;
	return 0;
}
static value ellipsis_repr(struct vm *vm, value self)
{
	(void)self;
	return vm_intern(vm, "Ellipsis");
}
static value not_implemented_repr(struct vm *vm, value self)
{
	(void)self;
	return vm_intern(vm, "NotImplemented");
}
static value none_or(struct vm *vm, enum binary_op op, value left, value right)
{
	return type_or(vm, op, left, right);
}
static value none_make(struct vm *vm, const struct type *type, const struct args *a)
{
	(void)vm;
	(void)type;
	(void)a;
	return VALUE_NONE;
}

const struct type none_type = {TYPE_HEAD,
                               .name = "NoneType",
                               .base = &object_type,
                               .size = sizeof(struct object),
                               .flags = TYPE_FINAL,
                               .make = none_make,
                               .repr = none_repr,
                               .truth = none_truth,
                               .binary = none_or};
const struct type ellipsis_type = {TYPE_HEAD,
                                   .name = "ellipsis",
                                   .base = &object_type,
                                   .size = sizeof(struct object),
                                   .flags = TYPE_FINAL | TYPE_NO_NEW,
                                   .repr = ellipsis_repr};
const struct type not_implemented_type = {TYPE_HEAD,
                                          .name = "NotImplementedType",
                                          .base = &object_type,
                                          .size = sizeof(struct object),
                                          .flags = TYPE_FINAL | TYPE_NO_NEW,
                                          .repr = not_implemented_repr};

const struct object none_object = {.refs = REFS_IMMORTAL, .type = &none_type};
const struct object true_object = {.refs = REFS_IMMORTAL, .type = &bool_type};
const struct object false_object = {.refs = REFS_IMMORTAL, .type = &bool_type};
const struct object ellipsis_object = {.refs = REFS_IMMORTAL, .type = &ellipsis_type};
const struct object not_implemented_object = {.refs = REFS_IMMORTAL,
                                              .type = &not_implemented_type};
