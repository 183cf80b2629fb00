/*
 * Asking objects: the object_* functions, which find the slot that answers, and raise
 * CPython's TypeError when there is none.
 */
#include "lang/internal.h"

#include "lang/builtins.h"
#include "lang/int.h"
#include "lang/str.h"

/* One C call deeper, while doing `what`: false with RecursionError set. */
static bool enter(struct vm *vm, const char *what)
{
	if (vm->c_depth >= vm->c_depth_max) {
		vm_raise(vm, &exc_RecursionError, "maximum recursion depth exceeded%s", what);
		return false;
	}
	vm->c_depth++;
	return true;
}

bool vm_enter(struct vm *vm)
{
	return enter(vm, "");
}

void vm_leave(struct vm *vm)
{
	vm->c_depth--;
}

bool repr_enter(value v)
{
	struct object *o = value_object(v);
	if ((o->flags & OBJECT_IN_REPR) != 0)
		return true;
	o->flags |= OBJECT_IN_REPR;
	return false;
}

void repr_leave(value v)
{
	value_object(v)->flags &= ~(uint32_t)OBJECT_IN_REPR;
}

/* ---- text ------------------------------------------------------------------------- */

/* A repr or str must be a str: `v` is taken. */
static value must_be_str(struct vm *vm, value v, const char *method)
{
	if (value_is_null(v) || value_is_str(v))
		return v;
	vm_raise(vm, &exc_TypeError, "%s returned non-string (type %s)", method, value_type_name(v));
	value_unref(vm, v);
	return VALUE_NULL;
}

value object_repr(struct vm *vm, value v)
{
	value (*slot)(struct vm *, value);
	TYPE_SLOT(slot, value_type(v), repr);
	if (!enter(vm, " while getting the repr of an object")) {
		vm_forget(vm);
		return vm_raise(vm, &exc_RecursionError,
		                "maximum recursion depth exceeded while getting the repr of an "
		                "object");
	}
	value text = slot(vm, v);
	vm_leave(vm);
	return must_be_str(vm, text, "__repr__");
}

value object_str(struct vm *vm, value v)
{
	if (value_is_exactly(v, &str_type))
		return value_ref(v);
	value (*slot)(struct vm *, value);
	TYPE_SLOT(slot, value_type(v), str);
	if (!enter(vm, " while getting the str of an object"))
		return VALUE_NULL;
	value text = slot(vm, v);
	vm_leave(vm);
	return must_be_str(vm, text, "__str__");
}

value object_format(struct vm *vm, value v, value spec)
{
	if (value_is_null(spec)) {
		if (value_is_exactly(v, &str_type))
			return value_ref(v);
		spec = vm_name(vm, NAME_empty);
	}
	value (*slot)(struct vm *, value, value);
	TYPE_SLOT(slot, value_type(v), format);
	if (!vm_enter(vm))
		return VALUE_NULL;
	value text = slot(vm, v, spec);
	vm_leave(vm);
	return must_be_str(vm, text, "__format__");
}

/* ---- identity and order ------------------------------------------------------------ */

bool object_hash(struct vm *vm, value v, int64_t *out)
{
	const struct type *type = value_type(v);
	if (type == &str_type) {
		*out = str_hash(v);
		return true;
	}
	bool (*slot)(struct vm *, value, int64_t *) = NULL;
	for (const struct type *t = type; t != NULL; t = t->base) {
		if ((t->flags & TYPE_UNHASHABLE) != 0)
			break;
		if ((slot = t->hash) != NULL)
			return slot(vm, v, out);
	}
	vm_raise(vm, &exc_TypeError, "unhashable type: '%s'", type->name);
	return false;
}

int object_truth(struct vm *vm, value v)
{
	if (value_is(v, VALUE_TRUE))
		return 1;
	if (value_is(v, VALUE_FALSE) || value_is_none(v))
		return 0;
	if (value_is_small(v))
		return small_number(v) != 0;
	int (*truth)(struct vm *, value);
	TYPE_SLOT(truth, value_type(v), truth);
	if (truth != NULL)
		return truth(vm, v);
	int64_t (*len)(struct vm *, value);
	TYPE_SLOT(len, value_type(v), len);
	if (len == NULL)
		return 1;
	int64_t n = len(vm, v);
	return n < 0 ? -1 : n > 0;
}

static const char *const compare_symbols[] = {"<", "<=", "==", "!=", ">", ">="};
static const enum compare_op compare_swapped[] = {COMPARE_GT, COMPARE_GE, COMPARE_EQ,
                                                  COMPARE_NE, COMPARE_LT, COMPARE_LE};

/* What one operand's type says; NotImplemented when it has nothing to say. */
static value compare_by(struct vm *vm, const struct type *type, value a, value b,
                        enum compare_op op)
{
	value (*slot)(struct vm *, value, value, enum compare_op);
	TYPE_SLOT(slot, type, compare);
	return slot != NULL ? slot(vm, a, b, op) : VALUE_NOT_IMPLEMENTED;
}

static value compare(struct vm *vm, value a, value b, enum compare_op op)
{
	const struct type *ta = value_type(a), *tb = value_type(b);
	bool swapped = ta != tb && type_is_subtype(tb, ta);
	value r;
	if (swapped) {
		r = compare_by(vm, tb, b, a, compare_swapped[op]);
		if (!value_is(r, VALUE_NOT_IMPLEMENTED))
			return r;
	}
	r = compare_by(vm, ta, a, b, op);
	if (!value_is(r, VALUE_NOT_IMPLEMENTED))
		return r;
	if (!swapped && ta != tb) {
		r = compare_by(vm, tb, b, a, compare_swapped[op]);
		if (!value_is(r, VALUE_NOT_IMPLEMENTED))
			return r;
	} else if (!swapped && (ta->flags & TYPE_HEAP) != 0) {
		r = compare_by(vm, tb, b, a, compare_swapped[op]);
		if (!value_is(r, VALUE_NOT_IMPLEMENTED))
			return r;
	}
	if (op == COMPARE_EQ)
		return value_bool(value_is(a, b));
	if (op == COMPARE_NE)
		return value_bool(!value_is(a, b));
	return vm_raise(vm, &exc_TypeError,
	                "'%s' not supported between instances of '%s' and '%s'",
	                compare_symbols[op], ta->name, tb->name);
}

value object_compare(struct vm *vm, value a, value b, enum compare_op op)
{
	if (value_is_small(a) && value_is_small(b)) {
		int64_t x = small_number(a), y = small_number(b);
		switch (op) {
		case COMPARE_LT:
			return value_bool(x < y);
		case COMPARE_LE:
			return value_bool(x <= y);
		case COMPARE_EQ:
			return value_bool(x == y);
		case COMPARE_NE:
			return value_bool(x != y);
		case COMPARE_GT:
			return value_bool(x > y);
		case COMPARE_GE:
			return value_bool(x >= y);
		}
	}
	if (!enter(vm, " in comparison"))
		return VALUE_NULL;
	value r = compare(vm, a, b, op);
	vm_leave(vm);
	return r;
}

int object_compare_bool(struct vm *vm, value a, value b, enum compare_op op)
{
	value r = object_compare(vm, a, b, op);
	if (value_is_null(r))
		return -1;
	int yes = object_truth(vm, r);
	value_unref(vm, r);
	return yes;
}

int object_equal(struct vm *vm, value a, value b)
{
	if (value_is(a, b))
		return 1;
	if (value_is_exactly(a, &str_type) && value_is_exactly(b, &str_type))
		return str_equal(a, b);
	return object_compare_bool(vm, a, b, COMPARE_EQ);
}

/* ---- operators ------------------------------------------------------------------------ */

static const char *const binary_symbols[] = {
#define BINARY(name, symbol, dunder) symbol,
#include "syntax/operator.def"
#undef BINARY
};

typedef value (*binary_fn)(struct vm *, enum binary_op, value, value);

static value binary(struct vm *vm, enum binary_op op, value left, value right)
{
	const struct type *tl = value_type(left), *tr = value_type(right);
	binary_fn first, second;
	TYPE_SLOT(first, tl, binary);
	TYPE_SLOT(second, tr, binary);
	if (first == second)
		second = NULL;
	if (second != NULL && type_is_subtype(tr, tl)) {
		binary_fn swap = first;
		first = second;
		second = swap;
	}
	value r = VALUE_NOT_IMPLEMENTED;
	if (first != NULL)
		r = first(vm, op, left, right);
	if (value_is(r, VALUE_NOT_IMPLEMENTED) && second != NULL)
		r = second(vm, op, left, right);
	return r;
}

static value refuse_binary(struct vm *vm, enum binary_op op, value left, value right,
                           bool inplace)
{
	const char *l = value_type_name(left), *r = value_type_name(right);
	if (op == BINARY_ADD && value_is_str(left))
		return vm_raise(vm, &exc_TypeError,
		                "can only concatenate str (not \"%s\") to str", r);
	if (op == BINARY_POW && !inplace)
		return vm_raise(vm, &exc_TypeError,
		                "unsupported operand type(s) for ** or pow(): '%s' and '%s'", l, r);
	return vm_raise(vm, &exc_TypeError, "unsupported operand type(s) for %s%s: '%s' and '%s'",
	                binary_symbols[op], inplace ? "=" : "", l, r);
}

value object_binary(struct vm *vm, enum binary_op op, value left, value right)
{
	if (!vm_enter(vm))
		return VALUE_NULL;
	value r = binary(vm, op, left, right);
	vm_leave(vm);
	if (value_is(r, VALUE_NOT_IMPLEMENTED))
		return refuse_binary(vm, op, left, right, false);
	return r;
}

value object_inplace(struct vm *vm, enum binary_op op, value left, value right)
{
	value (*slot)(struct vm *, enum binary_op, value, value);
	TYPE_SLOT(slot, value_type(left), inplace);
	if (!vm_enter(vm))
		return VALUE_NULL;
	value r = slot != NULL ? slot(vm, op, left, right) : VALUE_NOT_IMPLEMENTED;
	if (value_is(r, VALUE_NOT_IMPLEMENTED))
		r = binary(vm, op, left, right);
	vm_leave(vm);
	if (value_is(r, VALUE_NOT_IMPLEMENTED))
		return refuse_binary(vm, op, left, right, true);
	return r;
}

value object_unary(struct vm *vm, enum unary_op op, value v)
{
	value (*slot)(struct vm *, enum unary_op, value);
	TYPE_SLOT(slot, value_type(v), unary);
	value r = slot != NULL ? slot(vm, op, v) : VALUE_NOT_IMPLEMENTED;
	if (value_is(r, VALUE_NOT_IMPLEMENTED)) {
		static const char symbols[] = {'-', '+', '~'};
		return vm_raise(vm, &exc_TypeError, "bad operand type for unary %c: '%s'",
		                symbols[op], value_type_name(v));
	}
	return r;
}

value object_index(struct vm *vm, value v)
{
	if (value_is_int(v))
		return value_ref(v);
	value (*slot)(struct vm *, value);
	TYPE_SLOT(slot, value_type(v), index);
	if (slot == NULL)
		return vm_raise(vm, &exc_TypeError,
		                "'%s' object cannot be interpreted as an integer",
		                value_type_name(v));
	value n = slot(vm, v);
	if (!value_is_null(n) && !value_is_int(n)) {
		vm_raise(vm, &exc_TypeError, "__index__ returned non-int (type %s)",
		         value_type_name(n));
		value_unref(vm, n);
		return VALUE_NULL;
	}
	return n;
}

bool object_index_int64(struct vm *vm, value v, bool clamp, int64_t *out)
{
	if (value_is_small(v)) {
		*out = small_number(v);
		return true;
	}
	value n = object_index(vm, v);
	if (value_is_null(n))
		return false;
	bool fits = int_get_i64(n, out);
	if (!fits && clamp) {
		*out = int_sign(n) < 0 ? INT64_MIN : INT64_MAX;
		fits = true;
	}
	value_unref(vm, n);
	if (!fits)
		vm_raise(vm, &exc_OverflowError, "Python int too large to convert to C ssize_t");
	return fits;
}

/* ---- containers ----------------------------------------------------------------------- */

int64_t object_len(struct vm *vm, value v)
{
	int64_t (*slot)(struct vm *, value);
	TYPE_SLOT(slot, value_type(v), len);
	if (slot == NULL) {
		vm_raise(vm, &exc_TypeError, "object of type '%s' has no len()",
		         value_type_name(v));
		return -1;
	}
	return slot(vm, v);
}

value object_getitem(struct vm *vm, value v, value key)
{
	value (*slot)(struct vm *, value, value);
	TYPE_SLOT(slot, value_type(v), getitem);
	if (slot != NULL)
		return slot(vm, v, key);
	if (value_is_type(v)) {
		bool missing;
		value r = object_call_special(vm, v, vm_name(vm, NAME_class_getitem), ARGS(key),
		                              &missing);
		if (!missing)
			return r;
		/* Generic aliases: list[int] in annotations. */
		if (!type_is_class(value_as_type(v)))
			return generic_alias_new(vm, v, key);
		return vm_raise(vm, &exc_TypeError, "type '%s' is not subscriptable",
		                value_as_type(v)->name);
	}
	return vm_raise(vm, &exc_TypeError, "'%s' object is not subscriptable",
	                value_type_name(v));
}

bool object_setitem(struct vm *vm, value v, value key, value item)
{
	bool (*slot)(struct vm *, value, value, value);
	TYPE_SLOT(slot, value_type(v), setitem);
	if (slot != NULL)
		return slot(vm, v, key, item);
	value (*getitem)(struct vm *, value, value);
	TYPE_SLOT(getitem, value_type(v), getitem);
	vm_raise(vm, &exc_TypeError, "'%s' object %s item %s", value_type_name(v),
	         value_is_null(item) && (getitem != NULL || type_is_class(value_type(v)))
	         ? "doesn't support" : "does not support",
	         value_is_null(item) ? "deletion" : "assignment");
	return false;
}

static int contains_by_iteration(struct vm *vm, value container, value item)
{
	value (*slot)(struct vm *, value);
	TYPE_SLOT(slot, value_type(container), iter);
	value (*getitem)(struct vm *, value, value);
	TYPE_SLOT(getitem, value_type(container), getitem);
	if (slot == NULL && getitem == NULL) {
		vm_raise(vm, &exc_TypeError, "argument of type '%s' is not iterable",
		         value_type_name(container));
		return -1;
	}
	value iterator = object_iter(vm, container);
	if (value_is_null(iterator))
		return -1;
	int found = 0;
	value v;
	while (found == 0 && !value_is_null(v = object_next(vm, iterator))) {
		found = object_equal(vm, v, item);
		value_unref(vm, v);
	}
	value_unref(vm, iterator);
	return value_is_null(vm->raised) ? found : -1;
}

int object_contains(struct vm *vm, value container, value item)
{
	int (*slot)(struct vm *, value, value);
	TYPE_SLOT(slot, value_type(container), contains);
	if (slot != NULL)
		return slot(vm, container, item);
	return contains_by_iteration(vm, container, item);
}

value object_iter(struct vm *vm, value v)
{
	value (*slot)(struct vm *, value);
	TYPE_SLOT(slot, value_type(v), iter);
	if (slot == NULL) {
		value (*getitem)(struct vm *, value, value);
		TYPE_SLOT(getitem, value_type(v), getitem);
		if (getitem != NULL && (value_type(v)->flags & TYPE_HEAP) != 0)
			return seq_iter_new(vm, v);
		return vm_raise(vm, &exc_TypeError, "'%s' object is not iterable",
		                value_type_name(v));
	}
	value iterator = slot(vm, v);
	if (value_is_null(iterator))
		return iterator;
	value (*next)(struct vm *, value);
	TYPE_SLOT(next, value_type(iterator), next);
	if (next == NULL) {
		vm_raise(vm, &exc_TypeError, "iter() returned non-iterator of type '%s'",
		         value_type_name(iterator));
		value_unref(vm, iterator);
		return VALUE_NULL;
	}
	return iterator;
}

value object_next(struct vm *vm, value iterator)
{
	value (*next)(struct vm *, value);
	TYPE_SLOT(next, value_type(iterator), next);
	if (next == NULL)
		return vm_raise(vm, &exc_TypeError, "'%s' object is not an iterator",
		                value_type_name(iterator));
	/* A function in C may go round here for ever, or until memory is full. */
	return vm_poll(vm) ? next(vm, iterator) : VALUE_NULL;
}

value object_next_stop(struct vm *vm, value iterator)
{
	const struct type *type = value_type(iterator);
	if (type == &generator_type) {
		value out;
		enum coro_outcome outcome =
			coro_resume(vm, iterator, VALUE_NONE, VALUE_NULL, &out);
		if (outcome == CORO_RETURN) {
			if (!value_is_none(out))
				vm_raise_stop_iteration(vm, out);
			value_unref(vm, out);
			return VALUE_NULL;
		}
		return out;
	}
	if (type_is_class(type)) {
		bool missing;
		value v = object_call_special(vm, iterator, vm_name(vm, NAME_next), NO_ARGS,
		                              &missing);
		if (!missing)
			return v;
	}
	return object_next(vm, iterator);
}
