/*
 * The slots of classes that scenes make: each calls the special method of its name. A class
 * gets a slot when some class in its order defines the method; others inherit as built-in
 * types do.
 */
#include "lang/internal.h"

#include "lang/dict.h"
#include "lang/int.h"
#include "lang/str.h"
#include "lang/tuple.h"

/* self.NAME(...), which is there. */
static value call(struct vm *vm, value self, enum vm_name_id id, const struct args *a)
{
	bool missing;
	value r = object_call_special(vm, self, vm_name(vm, id), a, &missing);
	if (missing)
		vm_raise(vm, &exc_AttributeError, "'%s' object has no attribute '%s'",
		         value_type_name(self), str_text(vm_name(vm, id)));
	return r;
}

/* The same where only success matters. */
static bool call_ok(struct vm *vm, value self, enum vm_name_id id, const struct args *a)
{
	value r = call(vm, self, id, a);
	value_xunref(vm, r);
	return !value_is_null(r);
}

static value slot_make(struct vm *vm, const struct type *type, const struct args *a)
{
	value fn = object_getattr(vm, type_value(type), vm_name(vm, NAME_new));
	size_t n = a->count + args_keywords(a);
	value *at = vm_alloc(vm, (n + 1) * sizeof *at);
	at[0] = type_value(type);
	for (size_t i = 0; i < n; i++)
		at[i + 1] = a->at[i];
	const struct args with = {at, a->count + 1, a->names};
	value made = value_is_null(fn) ? VALUE_NULL : vm_call(vm, fn, &with);
	vm_release(vm, at, (n + 1) * sizeof *at);
	value_xunref(vm, fn);
	return made;
}

static bool slot_init(struct vm *vm, value self, const struct args *a)
{
	value bound;
	value method = object_special(vm, self, vm_name(vm, NAME_init), &bound);
	if (value_is_null(method))
		return false;
	value r;
	if (!value_is_null(bound) && value_is_exactly(method, &function_type)) {
		struct frame *f = function_bind(vm, function_of(method), bound, a);
		r = VALUE_NULL;
		if (f != NULL && (f->code->flags & (CODE_COROUTINE | CODE_GENERATOR)) != 0)
			r = generator_new(vm, f);
		else if (f != NULL)
			vm_run(vm, f, VALUE_NULL, &r);
	} else if (!value_is_null(bound)) {
		value m = method_new(vm, method, bound);
		r = vm_call(vm, m, a);
		value_unref(vm, m);
	} else {
		r = vm_call(vm, method, a);
	}
	value_xunref(vm, bound);
	value_unref(vm, method);
	if (value_is_null(r))
		return false;
	bool none = value_is_none(r);
	if (!none)
		vm_raise(vm, &exc_TypeError, "__init__() should return None, not '%s'",
		         value_type_name(r));
	value_unref(vm, r);
	return none;
}

#define PLAIN_SLOT(name, id)                                                             \
	static value slot_##name(struct vm *vm, value self)                                    \
	{                                                                                  \
		return call(vm, self, id, NO_ARGS);                                        \
	}
PLAIN_SLOT(repr, NAME_repr)
PLAIN_SLOT(str, NAME_str)
PLAIN_SLOT(iter, NAME_iter)
PLAIN_SLOT(await, NAME_await)
PLAIN_SLOT(aiter, NAME_aiter)
PLAIN_SLOT(anext, NAME_anext)
PLAIN_SLOT(index, NAME_index)
PLAIN_SLOT(to_int, NAME_int)
PLAIN_SLOT(to_float, NAME_float)
#undef PLAIN_SLOT

static value slot_next(struct vm *vm, value self)
{
	value v = call(vm, self, NAME_next, NO_ARGS);
	if (value_is_null(v))
		vm_caught(vm, &exc_StopIteration);
	return v;
}

static value slot_format(struct vm *vm, value self, value spec)
{
	return call(vm, self, NAME_format, ARGS(spec));
}

static bool slot_hash(struct vm *vm, value self, int64_t *out)
{
	value method = type_lookup(vm, value_type(self), vm_name(vm, NAME_hash));
	if (value_is_null(method) || value_is_none(method)) {
		vm_raise(vm, &exc_TypeError, "unhashable type: '%s'", value_type_name(self));
		return false;
	}
	value r = call(vm, self, NAME_hash, NO_ARGS);
	if (value_is_null(r))
		return false;
	if (!value_is_int(r)) {
		vm_raise(vm, &exc_TypeError, "__hash__ method should return an integer");
		value_unref(vm, r);
		return false;
	}
	bool ok = int_get_i64(r, out) || object_hash(vm, r, out);
	value_unref(vm, r);
	if (*out == -1)
		*out = -2;
	return ok;
}

static int slot_truth(struct vm *vm, value self)
{
	value r = call(vm, self, NAME_truth, NO_ARGS);
	if (value_is_null(r))
		return -1;
	int yes = value_is(r, VALUE_TRUE);
	if (!yes && !value_is(r, VALUE_FALSE)) {
		vm_raise(vm, &exc_TypeError, "__bool__ should return bool, returned %s",
		         value_type_name(r));
		yes = -1;
	}
	value_unref(vm, r);
	return yes;
}

static value slot_compare(struct vm *vm, value a, value b, enum compare_op op)
{
	return call(vm, a, (enum vm_name_id)(NAME_lt + (int)op), ARGS(b));
}

static value slot_getattr(struct vm *vm, value self, value name)
{
	value found = call(vm, self, NAME_getattribute, ARGS(name));
	if (!value_is_null(found) || !vm_raised_is(vm, &exc_AttributeError))
		return found;
	if (value_is_null(type_lookup(vm, value_type(self), vm_name(vm, NAME_getattr))))
		return found;
	vm_forget(vm);
	return call(vm, self, NAME_getattr, ARGS(name));
}

static bool slot_setattr(struct vm *vm, value self, value name, value v)
{
	if (value_is_null(v))
		return call_ok(vm, self, NAME_delattr, ARGS(name));
	return call_ok(vm, self, NAME_setattr, ARGS(name, v));
}

static value slot_call(struct vm *vm, value self, const struct args *a)
{
	value bound;
	value method = object_special(vm, self, vm_name(vm, NAME_call), &bound);
	if (value_is_null(method))
		return method;
	if (!value_is_null(bound)) {
		value m = method_new(vm, method, bound);
		value_unref(vm, bound);
		value_unref(vm, method);
		method = m;
	}
	value r = vm_call(vm, method, a);
	value_unref(vm, method);
	return r;
}

static value slot_descr_get(struct vm *vm, value self, value obj, const struct type *owner)
{
	if (value_is_null(type_lookup(vm, value_type(self), vm_name(vm, NAME_get))))
		return value_ref(self);
	return call(vm, self, NAME_get,
	            ARGS(value_is_null(obj) ? VALUE_NONE : obj,
	                 owner != NULL ? type_value(owner) : VALUE_NONE));
}

static bool slot_descr_set(struct vm *vm, value self, value obj, value v)
{
	if (value_is_null(v))
		return call_ok(vm, self, NAME_delete, ARGS(obj));
	return call_ok(vm, self, NAME_set, ARGS(obj, v));
}

static int64_t slot_len(struct vm *vm, value self)
{
	value r = call(vm, self, NAME_len, NO_ARGS);
	int64_t n = -1;
	if (value_is_null(r))
		return n;
	if (object_index_int64(vm, r, false, &n) && n < 0) {
		vm_raise(vm, &exc_ValueError, "__len__() should return >= 0");
		n = -1;
	}
	value_unref(vm, r);
	return value_is_null(vm->raised) ? n : -1;
}

static value slot_getitem(struct vm *vm, value self, value key)
{
	return call(vm, self, NAME_getitem, ARGS(key));
}

static bool slot_setitem(struct vm *vm, value self, value key, value v)
{
	enum vm_name_id id = value_is_null(v) ? NAME_delitem : NAME_setitem;
	if (value_is_null(type_lookup(vm, value_type(self), vm_name(vm, id)))) {
		vm_raise(vm, &exc_TypeError, "'%s' object %s item %s", value_type_name(self),
		         value_is_null(v) ? "doesn't support" : "does not support",
		         value_is_null(v) ? "deletion" : "assignment");
		return false;
	}
	if (value_is_null(v))
		return call_ok(vm, self, NAME_delitem, ARGS(key));
	return call_ok(vm, self, NAME_setitem, ARGS(key, v));
}

static int slot_contains(struct vm *vm, value self, value item)
{
	value r = call(vm, self, NAME_contains, ARGS(item));
	int yes = value_is_null(r) ? -1 : object_truth(vm, r);
	value_xunref(vm, r);
	return yes;
}

static value slot_unary(struct vm *vm, enum unary_op op, value self)
{
	enum vm_name_id id = (enum vm_name_id)(NAME_neg + (int)op);
	if (value_is_null(type_lookup(vm, value_type(self), vm_name(vm, id))))
		return VALUE_NOT_IMPLEMENTED;
	return call(vm, self, id, NO_ARGS);
}

/* Both sides come through here: the left one's __add__, or the right one's __radd__. */
static value slot_binary(struct vm *vm, enum binary_op op, value left, value right)
{
	const struct type *tl = value_type(left), *tr = value_type(right);
	value (*of_left)(struct vm *, enum binary_op, value, value);
	TYPE_SLOT(of_left, tl, binary);
	value (*of_right)(struct vm *, enum binary_op, value, value);
	TYPE_SLOT(of_right, tr, binary);
	value forward = vm_name(vm, (enum vm_name_id)(NAME_add + (int)op));
	value reflected = vm_name(vm, (enum vm_name_id)(NAME_radd + (int)op));
	bool missing;
	value r;
	bool right_first = of_right == slot_binary && tl != tr && type_is_subtype(tr, tl) &&
		!value_is(type_lookup(vm, tr, reflected), type_lookup(vm, tl, reflected));
	if (right_first) {
		r = object_call_special(vm, right, reflected, ARGS(left), &missing);
		if (!missing && !value_is(r, VALUE_NOT_IMPLEMENTED))
			return r;
	}
	if (of_left == slot_binary) {
		r = object_call_special(vm, left, forward, ARGS(right), &missing);
		if (!missing && !value_is(r, VALUE_NOT_IMPLEMENTED))
			return r;
	}
	/* With another kind on the left, this was the right one's turn (or both are ours). */
	if (of_right == slot_binary && !right_first && tl != tr) {
		r = object_call_special(vm, right, reflected, ARGS(left), &missing);
		if (!missing)
			return r;
	}
	return VALUE_NOT_IMPLEMENTED;
}

static value slot_inplace(struct vm *vm, enum binary_op op, value left, value right)
{
	bool missing;
	value r = object_call_special(
		vm, left, vm_name(vm, (enum vm_name_id)(NAME_iadd + (int)op)), ARGS(right), &missing);
	return missing ? VALUE_NOT_IMPLEMENTED : r;
}

/* Whether a class (not a built-in type) in the order defines the method. */
static bool defined(struct vm *vm, const struct class *c, enum vm_name_id id)
{
	for (size_t i = 0; i < c->mro_count; i++) {
		const struct type *t = c->mro_types[i];
		if (!type_is_class(t))
			continue;
		if (!value_is_null(dict_get_name(type_dict(vm, t), vm_name(vm, id))))
			return true;
	}
	return false;
}

/*
 * With more than one base, what the second built-in one brings is found by name as well: a slot is
 * needed when the order has the method before the layout's base would.
 */
static bool brought(struct vm *vm, const struct class *c, enum vm_name_id id)
{
	const struct type *base = c->type.base;
	value found = type_lookup(vm, &c->type, vm_name(vm, id));
	return !value_is_null(found) && !value_is(found, type_lookup(vm, base, vm_name(vm, id)));
}

static bool has(struct vm *vm, const struct class *c, enum vm_name_id id, bool several)
{
	return defined(vm, c, id) || (several && brought(vm, c, id));
}

void class_update_slots(struct vm *vm, struct class *c)
{
	struct type *type = &c->type;
	bool several = tuple_count(c->bases) > 1;
#define HAS(name) has(vm, c, NAME_##name, several)
	type->make = HAS(new) ? slot_make : NULL;
	type->init = HAS(init) ? slot_init : NULL;
	type->repr = HAS(repr) ? slot_repr : NULL;
	type->str = HAS(str) ? slot_str : NULL;
	type->format = HAS(format) ? slot_format : NULL;
	type->hash = HAS(hash) ? slot_hash : NULL;
	type->truth = HAS(truth) ? slot_truth : NULL;
	type->compare = HAS(lt) || HAS(le) || HAS(eq) || HAS(ne) || HAS(gt) || HAS(ge) ? slot_compare
	                                                                         : NULL;
	bool fallback = defined(vm, c, NAME_getattr);
	type->getattr = HAS(getattribute) || fallback ? slot_getattr : NULL;
	type->setattr = HAS(setattr) || HAS(delattr) ? slot_setattr : NULL;
	type->descr_get = HAS(get) ? slot_descr_get : NULL;
	type->descr_set = HAS(set) || HAS(delete) ? slot_descr_set : NULL;
	type->call = HAS(call) ? slot_call : NULL;
	type->len = HAS(len) ? slot_len : NULL;
	type->getitem = HAS(getitem) ? slot_getitem : NULL;
	type->setitem = HAS(setitem) || HAS(delitem) ? slot_setitem : NULL;
	type->contains = HAS(contains) ? slot_contains : NULL;
	type->iter = HAS(iter) ? slot_iter : NULL;
	type->next = HAS(next) ? slot_next : NULL;
	type->await = HAS(await) ? slot_await : NULL;
	type->aiter = HAS(aiter) ? slot_aiter : NULL;
	type->anext = HAS(anext) ? slot_anext : NULL;
	type->unary = HAS(neg) || HAS(pos) || HAS(invert) ? slot_unary : NULL;
	type->index = HAS(index) ? slot_index : NULL;
	type->to_int = HAS(int) ? slot_to_int : NULL;
	type->to_float = HAS(float) ? slot_to_float : NULL;
	bool binary = false, inplace = false;
	for (int op = 0; op < BINARY_COUNT; op++) {
		enum vm_name_id forward = (enum vm_name_id)(NAME_add + op);
		enum vm_name_id reflected = (enum vm_name_id)(NAME_radd + op);
		binary |= defined(vm, c, forward) || defined(vm, c, reflected);
		binary |= several && (brought(vm, c, forward) || brought(vm, c, reflected));
		inplace |= defined(vm, c, (enum vm_name_id)(NAME_iadd + op));
	}
	type->binary = binary ? slot_binary : NULL;
	type->inplace = inplace ? slot_inplace : NULL;
#undef HAS
}
