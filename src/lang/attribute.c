/*
 * Attribute lookup: data descriptors of the class, then the instance's dict, then the class.
 */
#include "lang/internal.h"

#include "lang/dict.h"
#include "lang/str.h"

typedef value (*get_fn)(struct vm *, value, value, const struct type *);
typedef bool (*set_fn)(struct vm *, value, value, value);

static get_fn getter_of(value v)
{
	get_fn get;
	TYPE_SLOT(get, value_type(v), descr_get);
	return get;
}

static set_fn setter_of(value v)
{
	set_fn set;
	TYPE_SLOT(set, value_type(v), descr_set);
	return set;
}

value *object_dict_slot(value obj)
{
	if (value_is_small(obj))
		return NULL;
	uint32_t offset = value_type(obj)->dict_offset;
	if (offset == 0)
		return NULL;
	return (value *)(void *)((char *)value_object(obj) + offset);
}

/* The attribute, or null: with nothing set when there is none. */
static value find(struct vm *vm, value v, value name)
{
	const struct type *type = value_type(v);
	value of_type = type_lookup(vm, type, name);
	get_fn get = NULL;
	if (!value_is_null(of_type)) {
		get = getter_of(of_type);
		if (get != NULL && setter_of(of_type) != NULL)
			return get(vm, of_type, v, type);
	}
	value *dict = object_dict_slot(v);
	if (dict != NULL && !value_is_null(*dict)) {
		value own = dict_get_name(*dict, name);
		if (!value_is_null(own))
			return value_ref(own);
	}
	if (get != NULL) {
		value_ref(of_type);
		value r = get(vm, of_type, v, type);
		value_unref(vm, of_type);
		return r;
	}
	return value_xref(of_type);
}

/* Leave what was asked of whom in the exception that is set, for suggestions and for scenes. */
static void note(struct vm *vm, value name, value obj)
{
	struct exception *e = value_as_exception(vm->raised);
	if (value_is_null(e->dict))
		e->dict = dict_new(vm);
	dict_set_c(vm, e->dict, "name", name);
	if (!value_is_null(obj))
		dict_set_c(vm, e->dict, "obj", obj);
}

value raise_no_name(struct vm *vm, value name)
{
	vm_raise(vm, &exc_NameError, "name '%s' is not defined", str_text(name));
	note(vm, name, VALUE_NULL);
	return VALUE_NULL;
}

value raise_no_attribute(struct vm *vm, value obj, value name)
{
	if (value_is_type(obj))
		vm_raise(vm, &exc_AttributeError, "type object '%s' has no attribute '%s'",
		         value_as_type(obj)->name, str_text(name));
	else
		vm_raise(vm, &exc_AttributeError, "'%s' object has no attribute '%s'",
		         value_type_name(obj), str_text(name));
	note(vm, name, obj);
	return VALUE_NULL;
}

value object_getattr_generic(struct vm *vm, value v, value name)
{
	value found = find(vm, v, name);
	if (value_is_null(found) && value_is_null(vm->raised))
		return raise_no_attribute(vm, v, name);
	return found;
}

value object_getattr(struct vm *vm, value v, value name)
{
	value (*slot)(struct vm *, value, value);
	TYPE_SLOT(slot, value_type(v), getattr);
	return slot(vm, v, name);
}

value object_getattr_maybe(struct vm *vm, value v, value name, bool *failed)
{
	value (*slot)(struct vm *, value, value);
	TYPE_SLOT(slot, value_type(v), getattr);
	if (slot == object_getattr_generic) { /* nothing is raised only to be forgotten */
		value found = find(vm, v, name);
		if (value_is_null(found) && !vm_caught(vm, &exc_AttributeError))
			*failed = !value_is_null(vm->raised);
		else
			*failed = false;
		return found;
	}
	value found = slot(vm, v, name);
	*failed = value_is_null(found) && !vm_caught(vm, &exc_AttributeError);
	return found;
}

bool object_setattr(struct vm *vm, value v, value name, value attribute)
{
	bool (*slot)(struct vm *, value, value, value);
	TYPE_SLOT(slot, value_type(v), setattr);
	return slot(vm, v, name, attribute);
}

bool object_setattr_generic(struct vm *vm, value v, value name, value attribute)
{
	value of_type = type_lookup(vm, value_type(v), name);
	if (!value_is_null(of_type)) {
		set_fn set = setter_of(of_type);
		if (set != NULL)
			return set(vm, of_type, v, attribute);
	}
	value *dict = object_dict_slot(v);
	if (dict == NULL) {
		if (!value_is_null(of_type))
			vm_raise(vm, &exc_AttributeError, "'%s' object attribute '%s' is read-only",
			         value_type_name(v), str_text(name));
		else
			vm_raise(vm, &exc_AttributeError,
			         "'%s' object has no attribute '%s' and no __dict__ for setting "
			         "new attributes",
			         value_type_name(v), str_text(name));
		return false;
	}
	if (value_is_null(attribute)) {
		if (value_is_null(*dict) || dict_delete(vm, *dict, name) == 0) {
			raise_no_attribute(vm, v, name);
			return false;
		}
		return true;
	}
	if (value_is_null(*dict))
		*dict = dict_new(vm);
	dict_set_name(vm, *dict, name, attribute);
	return true;
}

value object_getattr_text(struct vm *vm, value v, const char *name)
{
	value interned = vm_intern(vm, name);
	value r = object_getattr(vm, v, interned);
	value_unref(vm, interned);
	return r;
}

bool object_setattr_text(struct vm *vm, value v, const char *name, value attribute)
{
	value interned = vm_intern(vm, name);
	bool ok = object_setattr(vm, v, interned, attribute);
	value_unref(vm, interned);
	return ok;
}

/* ---- methods -------------------------------------------------------------------------- */

value object_getmethod(struct vm *vm, value obj, value name, value *self)
{
	*self = VALUE_NULL;
	const struct type *type = value_type(obj);
	value (*slot)(struct vm *, value, value);
	TYPE_SLOT(slot, type, getattr);
	if (slot != object_getattr_generic)
		return slot(vm, obj, name);
	value of_type = type_lookup(vm, type, name);
	if (value_is_null(of_type) || (value_type(of_type)->flags & TYPE_METHOD) == 0)
		return slot(vm, obj, name);
	value *dict = object_dict_slot(obj);
	if (dict != NULL && !value_is_null(*dict)) {
		value own = dict_get_name(*dict, name);
		if (!value_is_null(own))
			return value_ref(own);
	}
	*self = value_ref(obj);
	return value_ref(of_type);
}

value object_special(struct vm *vm, value obj, value name, value *self)
{
	*self = VALUE_NULL;
	const struct type *type = value_type(obj);
	value found = type_lookup(vm, type, name);
	if (value_is_null(found))
		return found;
	value_ref(found);
	if ((value_type(found)->flags & TYPE_METHOD) != 0) {
		*self = value_ref(obj);
		return found;
	}
	get_fn get = getter_of(found);
	if (get == NULL)
		return found;
	value bound = get(vm, found, obj, type);
	value_unref(vm, found);
	return bound;
}

value object_call_special(struct vm *vm, value obj, value name, const struct args *a,
                          bool *missing)
{
	enum { FEW = 6 };
	value self;
	value method = object_special(vm, obj, name, &self);
	*missing = value_is_null(method) && value_is_null(vm->raised);
	if (value_is_null(method))
		return method;
	value r;
	if (value_is_null(self)) {
		r = vm_call(vm, method, a);
	} else {
		assert(a->count < FEW && value_is_null(a->names));
		value at[FEW];
		at[0] = self;
		for (size_t i = 0; i < a->count; i++)
			at[i + 1] = a->at[i];
		const struct args with_self = {at, a->count + 1, VALUE_NULL};
		r = vm_call(vm, method, &with_self);
		value_unref(vm, self);
	}
	value_unref(vm, method);
	return r;
}

/* The attribute as super() finds it: in the mro of obj's class behind `start`. */
value super_lookup(struct vm *vm, const struct type *start, value obj, value name)
{
	const struct type *type =
		value_is_type(obj) && type_is_subtype(value_as_type(obj), start)
			? value_as_type(obj)
			: value_type(obj);
	const struct type *t;
	size_t i = 0;
	while ((t = type_mro_at(type, i)) != NULL && t != start)
		i++;
	if (t == NULL)
		return VALUE_NULL;
	while ((t = type_mro_at(type, ++i)) != NULL) {
		value found = dict_get_name(type_dict(vm, t), name);
		if (value_is_null(found))
			continue;
		get_fn get = getter_of(found);
		if (get == NULL)
			return value_ref(found);
		return get(vm, found, type == value_type(obj) ? obj : VALUE_NULL, type);
	}
	return VALUE_NULL;
}
