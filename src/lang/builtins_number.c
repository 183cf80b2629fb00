/*
 * Built-in functions that count, add, compare and order: abs, divmod, max, min, pow, round,
 * sorted, sum; and the awaitable of anext(iterator, default).
 */
#include <math.h>

#include "lang/builtins_internal.h"
#include "lang/bytes.h"
#include "lang/exception.h"
#include "lang/float.h"
#include "lang/generator.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "lang/types_internal.h"
#include "lang/vm.h"

/* ---- one or two numbers ---------------------------------------------------------- */

value builtin_abs(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	value v = a->at[0];
	bool found;
	if (value_is_int(v))
		return object_unary(vm, int_sign(v) < 0 ? UNARY_NEGATIVE : UNARY_POSITIVE, v);
	if (value_is_float(v))
		return float_new(vm, fabs(float_number(v)));
	value result = call_method_maybe(vm, v, "__abs__", NO_ARGS, &found);
	if (found)
		return result;
	return vm_raise(vm, &exc_TypeError, "bad operand type for abs(): '%s'",
	                value_type_name(v));
}

static bool is_number(value v)
{
	return value_is_int(v) || value_is_float(v);
}

value builtin_divmod(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	value x = a->at[0], y = a->at[1];
	if (value_is_int(x) && value_is_int(y))
		return int_divmod(vm, x, y);
	if (is_number(x) && is_number(y)) {
		double p, q;
		if (!number_to_double(vm, x, &p) || !number_to_double(vm, y, &q))
			return VALUE_NULL;
		return float_divmod(vm, p, q);
	}
	bool found;
	value result = call_method_maybe(vm, x, "__divmod__", ARGS(y), &found);
	if (found && !value_is(result, VALUE_NOT_IMPLEMENTED))
		return result;
	result = call_method_maybe(vm, y, "__rdivmod__", ARGS(x), &found);
	if (found && !value_is(result, VALUE_NOT_IMPLEMENTED))
		return result;
	return vm_raise(vm, &exc_TypeError,
	                "unsupported operand type(s) for divmod(): '%s' and '%s'",
	                value_type_name(x), value_type_name(y));
}

value builtin_pow(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "pow", .names = {"base", "exp", "mod"}, .positional = 3, .required = 2};
	(void)self;
	value arg[3];
	if (!args_parse(vm, a, &signature, arg))
		return VALUE_NULL;
	if (value_is_null(arg[2]) || value_is_none(arg[2]))
		return object_binary(vm, BINARY_POW, arg[0], arg[1]);
	if (!value_is_int(arg[0]) || !value_is_int(arg[1]) || !value_is_int(arg[2]))
		return vm_raise(vm, &exc_TypeError,
		                "pow() 3rd argument not allowed unless all arguments are integers");
	return int_pow_mod(vm, arg[0], arg[1], arg[2]);
}

value builtin_round(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "round", .names = {"number", "ndigits"}, .positional = 2, .required = 1};
	(void)self;
	value arg[2];
	bool found;
	if (!args_parse(vm, a, &signature, arg))
		return VALUE_NULL;
	bool whole = value_is_null(arg[1]) || value_is_none(arg[1]);
	value result = call_method_maybe(vm, arg[0], "__round__",
	                                 whole ? NO_ARGS : ARGS(arg[1]), &found);
	if (found)
		return result;
	return vm_raise(vm, &exc_TypeError, "type %s doesn't define __round__ method",
	                value_type_name(arg[0]));
}

/* ---- the least and the greatest -------------------------------------------------- */

struct best {
	value item, key; /* owned; null while there is none */
};

/* Take the item (borrowed) if it is better. False: an exception is set. */
static bool consider(struct vm *vm, struct best *best, value item, value key_function,
                     enum compare_op op)
{
	value key = value_is_null(key_function) ? value_ref(item)
						: vm_call(vm, key_function, ARGS(item));
	if (value_is_null(key))
		return false;
	int better = value_is_null(best->item) ? 1
					       : object_compare_bool(vm, key, best->key, op);
	if (better > 0) {
		value_replace(vm, &best->item, value_ref(item));
		value_replace(vm, &best->key, key);
		return true;
	}
	value_unref(vm, key);
	return better == 0;
}

static value best_of(struct vm *vm, const struct args *a, const char *function, enum compare_op op)
{
	value key = args_keyword(a, "key"), other = args_keyword(a, "default");
	size_t known = (size_t)!value_is_null(key) + (size_t)!value_is_null(other);
	if (args_keywords(a) > known) {
		for (size_t i = 0; i < args_keywords(a); i++) {
			value name = tuple_at(a->names, i);
			if (!str_equal_c(name, "key") && !str_equal_c(name, "default"))
				return vm_raise(vm, &exc_TypeError,
				                "%s() got an unexpected keyword argument '%s'",
				                function, str_text(name));
		}
	}
	if (a->count == 0)
		return vm_raise(vm, &exc_TypeError, "%s expected at least 1 argument, got 0",
		                function);
	if (a->count > 1 && !value_is_null(other))
		return vm_raise(vm, &exc_TypeError,
		                "Cannot specify a default for %s() with multiple positional "
		                "arguments",
		                function);
	if (!value_is_null(key) && value_is_none(key))
		key = VALUE_NULL;
	struct best best = {VALUE_NULL, VALUE_NULL};
	bool fine = true;
	if (a->count > 1) {
		for (size_t i = 0; fine && i < a->count; i++)
			fine = consider(vm, &best, a->at[i], key, op);
	} else {
		value iterator = object_iter(vm, a->at[0]);
		if (value_is_null(iterator))
			return VALUE_NULL;
		for (value item; fine && !value_is_null(item = object_next(vm, iterator));) {
			fine = consider(vm, &best, item, key, op);
			value_unref(vm, item);
		}
		value_unref(vm, iterator);
		fine = fine && value_is_null(vm_raised(vm));
	}
	value_xunref(vm, best.key);
	if (!fine)
		value_forget(vm, &best.item);
	else if (value_is_null(best.item) && !value_is_null(other))
		return value_ref(other);
	else if (value_is_null(best.item))
		vm_raise(vm, &exc_ValueError, "%s() iterable argument is empty", function);
	return best.item;
}

value builtin_max(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	return best_of(vm, a, "max", COMPARE_GT);
}

value builtin_min(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	return best_of(vm, a, "min", COMPARE_LT);
}

value builtin_sorted(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {.function = "sorted",
	                                           .names = {"", "key", "reverse"},
	                                           .positional = 1,
	                                           .required = 1};
	(void)self;
	value arg[3];
	if (a->count != 1)
		return vm_raise(vm, &exc_TypeError, "sorted expected 1 argument, got %zu", a->count);
	if (!args_parse(vm, a, &signature, arg))
		return VALUE_NULL;
	int reverse = value_is_null(arg[2]) ? 0 : object_truth(vm, arg[2]);
	value list = reverse < 0 ? VALUE_NULL : list_from_iterable(vm, arg[0]);
	if (value_is_null(list))
		return VALUE_NULL;
	value key = value_is_null(arg[1]) || value_is_none(arg[1]) ? VALUE_NULL : arg[1];
	if (list_sort(vm, list, key, reverse))
		return list;
	value_unref(vm, list);
	return VALUE_NULL;
}

/* ---- sum ------------------------------------------------------------------------- */

/*
 * A sum of floats with what rounding lost beside it (Neumaier), as CPython 3.12 and later
 * add: sum([0.1] * 10) is 1.0.
 */
struct float_sum {
	double total, lost;
};

static void add_double(struct float_sum *s, double x)
{
	double t = s->total + x;
	if (fabs(s->total) >= fabs(x))
		s->lost += (s->total - t) + x;
	else
		s->lost += (x - t) + s->total;
	s->total = t;
}

static double sum_result(const struct float_sum *s)
{
	return s->lost != 0 && isfinite(s->lost) ? s->total + s->lost : s->total;
}

/* Add what the iterator gives to `*total` (owned) as long as all are floats or ints. Returns the
   first item that is neither, or null at the end or with an exception set. */
static value sum_floats(struct vm *vm, value iterator, value *total)
{
	struct float_sum s = {float_number(*total), 0};
	value item;
	while (!value_is_null(item = object_next(vm, iterator))) {
		double x;
		if (value_is_exactly(item, &float_type))
			x = float_number(item);
		else if (value_is_small(item))
			x = (double)small_number(item);
		else
			break;
		add_double(&s, x);
		value_unref(vm, item);
	}
	value_replace(vm, total, float_new(vm, sum_result(&s)));
	return item;
}

static bool refuse_start(struct vm *vm, value start)
{
	if (value_is_str(start))
		vm_raise(vm, &exc_TypeError, "sum() can't sum strings [use ''.join(seq) instead]");
	else if (value_is_bytes(start))
		vm_raise(vm, &exc_TypeError, "sum() can't sum bytes [use b''.join(seq) instead]");
	else
		return false;
	return true;
}

value builtin_sum(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "sum", .names = {"", "start"}, .positional = 2, .required = 1};
	(void)self;
	value arg[2];
	if (!args_parse(vm, a, &signature, arg))
		return VALUE_NULL;
	value total = value_is_null(arg[1]) ? value_small(0) : arg[1];
	if (refuse_start(vm, total))
		return VALUE_NULL;
	value iterator = object_iter(vm, arg[0]);
	if (value_is_null(iterator))
		return VALUE_NULL;
	value_ref(total);
	while (!value_is_null(total)) {
		value item = value_is_exactly(total, &float_type)
			? sum_floats(vm, iterator, &total)
			: object_next(vm, iterator);
		if (value_is_null(item))
			break;
		value_replace(vm, &total, object_binary(vm, BINARY_ADD, total, item));
		value_unref(vm, item);
	}
	value_unref(vm, iterator);
	if (!value_is_null(vm_raised(vm)))
		value_forget(vm, &total);
	return total;
}

/* ---- anext(iterator, default) ---------------------------------------------------- */

struct anext_default {
	struct object head;
	value awaitable; /* what __anext__ gave */
	value other;
	value iterator;  /* of the awaitable, once awaited */
};

static void anext_default_drop(struct vm *vm, struct object *self)
{
	struct anext_default *d = (struct anext_default *)(void *)self;
	value_forget(vm, &d->awaitable);
	value_forget(vm, &d->other);
	value_forget(vm, &d->iterator);
}

static void anext_default_traverse(struct object *self, visit_fn visit, void *context)
{
	struct anext_default *d = (struct anext_default *)(void *)self;
	visit(d->awaitable, context);
	visit(d->other, context);
	visit(d->iterator, context);
}

static enum coro_outcome anext_default_resume(struct vm *vm, value self, value sent, value thrown,
                                              value *out)
{
	struct anext_default *d = (struct anext_default *)(void *)value_object(self);
	*out = VALUE_NULL;
	if (value_is_null(d->iterator)) {
		d->iterator = awaitable_iterator(vm, d->awaitable);
		if (value_is_null(d->iterator))
			return CORO_RAISE;
	}
	enum coro_outcome outcome = coro_resume(vm, d->iterator, sent, thrown, out);
	if (outcome == CORO_RAISE && vm_caught(vm, &exc_StopAsyncIteration)) {
		*out = value_ref(d->other);
		return CORO_RETURN;
	}
	return outcome;
}

static const struct type anext_default_type = {
	TYPE_HEAD,
	.name = "anext_awaitable",
	.base = &object_type,
	.size = sizeof(struct anext_default),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.methods = generator_methods,
	.drop = anext_default_drop,
	.traverse = anext_default_traverse,
	.clear = anext_default_drop,
	.await = iterator_self,
	.resume = anext_default_resume,
};

value anext_or_default_new(struct vm *vm, value awaitable, value other)
{
	struct anext_default *d = object_new(vm, &anext_default_type, 0);
	d->awaitable = value_ref(awaitable);
	d->other = value_ref(other);
	return object_value(d);
}
