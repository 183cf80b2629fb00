/* The type float: see float.h. Text is made in float_text.c, format specs in format_spec.c. */
#include "lang/float.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "lang/bytes.h"
#include "lang/exception.h"
#include "base/float_text.h"
#include "lang/int.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "lang/types_internal.h"

value float_of_type(struct vm *vm, const struct type *type, double x)
{
	struct float_object *o = object_new(vm, type, 0);
	o->x = x;
	return object_value(o);
}

value float_new(struct vm *vm, double x)
{
	return float_of_type(vm, &float_type, x);
}

static bool int_to_double(struct vm *vm, value v, double *out)
{
	struct int_view room;
	if (value_is_small(v) && llabs(small_number(v)) <= 1LL << 53) {
		*out = (double)small_number(v);
		return true;
	}
	if (bigint_to_double(int_view(v, &room), out))
		return true;
	vm_raise(vm, &exc_OverflowError, "int too large to convert to float");
	return false;
}

bool number_to_double(struct vm *vm, value v, double *out)
{
	if (value_is_float(v)) {
		*out = float_number(v);
		return true;
	}
	if (value_is_int(v))
		return int_to_double(vm, v, out);
	value (*to_float)(struct vm *, value);
	TYPE_SLOT(to_float, value_type(v), to_float);
	value n;
	if (to_float) {
		n = to_float(vm, v);
		if (!value_is_null(n) && !value_is_float(n)) {
			vm_raise(vm, &exc_TypeError, "%s.__float__ returned non-float (type %s)",
			         value_type_name(v), value_type_name(n));
			value_unref(vm, n);
			return false;
		}
	} else if (value_has_index(v)) {
		n = object_index(vm, v);
	} else {
		vm_raise(vm, &exc_TypeError, "must be real number, not %s", value_type_name(v));
		return false;
	}
	if (value_is_null(n))
		return false;
	bool fits = true;
	if (value_is_float(n))
		*out = float_number(n);
	else
		fits = int_to_double(vm, n, out);
	value_unref(vm, n);
	return fits;
}

/* ---- arithmetic ------------------------------------------------------------------ */

static value zero_division(struct vm *vm, const char *text)
{
	return vm_raise(vm, &exc_ZeroDivisionError, "%s", text);
}

/* Quotient rounded down and remainder with the sign of b, so that a == q * b + r. */
static void floor_divide(double a, double b, double *quotient, double *remainder)
{
	double r = fmod(a, b);
	double q = (a - r) / b;
	if (r != 0) {
		if ((b < 0) != (r < 0)) {
			r += b;
			q -= 1.0;
		}
	} else {
		r = copysign(0.0, b);
	}
	if (q != 0) {
		double whole = floor(q);
		if (q - whole > 0.5)
			whole += 1.0;
		q = whole;
	} else {
		q = copysign(0.0, a / b);
	}
	*quotient = q;
	*remainder = r;
}

value float_power(struct vm *vm, double x, double y)
{
	if (x == 0 && y < 0)
		return zero_division(vm, "0.0 cannot be raised to a negative power");
	if (x < 0 && isfinite(x) && isfinite(y) && y != floor(y))
		return vm_raise(vm, &exc_ValueError,
		                "a negative number to a fractional power is complex: "
		                "not supported");
	double result = pow(x, y);
	if (isinf(result) && isfinite(x) && isfinite(y)) {
		value args = tuple_new(vm, 2);
		tuple_of(args)->items[0] = value_small(ERANGE);
		tuple_of(args)->items[1] = str_new_c(vm, "Numerical result out of range");
		value e = exception_new(vm, &exc_OverflowError, args);
		value_unref(vm, args);
		if (!value_is_null(e)) {
			vm_raise_value(vm, e);
			value_unref(vm, e);
		}
		return VALUE_NULL;
	}
	return float_new(vm, result);
}

value float_divmod(struct vm *vm, double a, double b)
{
	if (b == 0)
		return zero_division(vm, "float divmod()");
	double q, r;
	floor_divide(a, b, &q, &r);
	value t = tuple_new(vm, 2);
	tuple_of(t)->items[0] = float_new(vm, q);
	tuple_of(t)->items[1] = float_new(vm, r);
	return t;
}

static inline bool is_number(value v)
{
	return value_is_float(v) || value_is_int(v);
}

static value float_binary(struct vm *vm, enum binary_op op, value left, value right)
{
	double a, b, q, r;
	if (!is_number(left) || !is_number(right))
		return VALUE_NOT_IMPLEMENTED;
	if (op > BINARY_POW)
		return VALUE_NOT_IMPLEMENTED;
	if (!number_to_double(vm, left, &a) || !number_to_double(vm, right, &b))
		return VALUE_NULL;
	switch (op) {
	case BINARY_ADD:
		return float_new(vm, a + b);
	case BINARY_SUB:
		return float_new(vm, a - b);
	case BINARY_MUL:
		return float_new(vm, a * b);
	case BINARY_TRUEDIV:
		if (b == 0)
			return zero_division(vm, "float division by zero");
		return float_new(vm, a / b);
	case BINARY_FLOORDIV:
		if (b == 0)
			return zero_division(vm, "float floor division by zero");
		floor_divide(a, b, &q, &r);
		return float_new(vm, q);
	case BINARY_MOD:
		if (b == 0)
			return zero_division(vm, "float modulo by zero");
		floor_divide(a, b, &q, &r);
		return float_new(vm, r);
	case BINARY_POW:
		return float_power(vm, a, b);
	default:
		return VALUE_NOT_IMPLEMENTED;
	}
}

static value float_unary(struct vm *vm, enum unary_op op, value self)
{
	double x = float_number(self);
	if (op == UNARY_INVERT)
		return vm_raise(vm, &exc_TypeError, "bad operand type for unary ~: '%s'",
		                value_type_name(self));
	return float_new(vm, op == UNARY_NEGATIVE ? -x : x);
}

/* ---- slots ----------------------------------------------------------------------- */

static value float_repr(struct vm *vm, value self)
{
	struct buf out = {0};
	float_put_repr(&out, float_number(self));
	return str_from_buf(vm, &out);
}

static bool float_hash(struct vm *vm, value self, int64_t *out)
{
	(void)vm;
	double x = float_number(self);
	/* NaNs differ from each other, so each has a hash of its own. */
	*out = isnan(x) ? (int64_t)(self.bits >> 4) : hash_double(x);
	return true;
}

static int float_truth(struct vm *vm, value self)
{
	(void)vm;
	return float_number(self) != 0;
}

static value float_compare(struct vm *vm, value a, value b, enum compare_op op)
{
	(void)vm;
	if (!is_number(a) || !is_number(b))
		return VALUE_NOT_IMPLEMENTED;
	struct int_view room;
	int order;
	if (value_is_float(a) && value_is_float(b)) {
		double x = float_number(a), y = float_number(b);
		if (isnan(x) || isnan(y))
			return value_bool(op == COMPARE_NE);
		order = (x > y) - (x < y);
	} else if (value_is_float(a)) {
		double x = float_number(a);
		if (isnan(x))
			return value_bool(op == COMPARE_NE);
		order = -bigint_compare_double(int_view(b, &room), x);
	} else if (value_is_float(b)) {
		double y = float_number(b);
		if (isnan(y))
			return value_bool(op == COMPARE_NE);
		order = bigint_compare_double(int_view(a, &room), y);
	} else {
		return VALUE_NOT_IMPLEMENTED;
	}
	return value_bool(order_holds(order, op));
}

static value float_format(struct vm *vm, value self, value spec)
{
	if (str_len(spec) == 0)
		return object_str(vm, self);
	struct buf out = {0};
	struct format_error error = {0};
	if (!format_put_float(&out, float_number(self), str_text(spec), str_len(spec),
	                      value_type_name(self), &error)) {
		buf_free(&out);
		return format_failed(vm, &error);
	}
	return str_from_buf(vm, &out);
}

static value float_to_int(struct vm *vm, value self)
{
	return int_from_double(vm, float_number(self));
}

static value float_to_float(struct vm *vm, value self)
{
	if (value_is_exactly(self, &float_type))
		return value_ref(self);
	return float_new(vm, float_number(self));
}

static bool parse(struct vm *vm, value shown, const char *text, size_t len, double *out)
{
	struct buf ascii = {0};
	put_ascii_digits(&ascii, text, len);
	bool valid = float_parse(buf_text(&ascii), ascii.len, out);
	buf_free(&ascii);
	if (valid)
		return true;
	value repr = object_repr(vm, shown);
	if (!value_is_null(repr)) {
		vm_raise(vm, &exc_ValueError, "could not convert string to float: %s",
		         str_text(repr));
		value_unref(vm, repr);
	}
	return false;
}

static value float_make(struct vm *vm, const struct type *type, const struct args *a)
{
	double x = 0;
	if (!args_no_keywords(vm, a, "float") || !args_check(vm, a, "float", 0, 1))
		return VALUE_NULL;
	if (a->count == 1) {
		value v = a->at[0];
		if (value_is_str(v)) {
			if (!parse(vm, v, str_text(v), str_len(v), &x))
				return VALUE_NULL;
		} else if (value_is_bytes(v)) {
			if (!parse(vm, v, (const char *)bytes_of(v)->data, bytes_of(v)->len, &x))
				return VALUE_NULL;
		} else {
			value (*to_float)(struct vm *, value);
			TYPE_SLOT(to_float, value_type(v), to_float);
			if (!to_float && !value_has_index(v))
				return vm_raise(vm, &exc_TypeError,
				                "float() argument must be a string or a real "
				                "number, not '%s'",
				                value_type_name(v));
			if (value_is_exactly(v, &float_type) && type == &float_type)
				return value_ref(v);
			if (!number_to_double(vm, v, &x))
				return VALUE_NULL;
		}
	}
	return float_of_type(vm, type, x);
}

/* ---- methods --------------------------------------------------------------------- */

static value float_is_integer(struct vm *vm, value self, const struct args *a)
{
	(void)vm, (void)a;
	double x = float_number(self);
	return value_bool(isfinite(x) && x == floor(x));
}

static value float_round_method(struct vm *vm, value self, const struct args *a)
{
	double x = float_number(self);
	if (a->count == 0 || value_is_none(a->at[0])) {
		double whole = nearbyint(x); /* the rounding mode is ties to even */
		return int_from_double(vm, whole);
	}
	int64_t digits;
	if (!object_index_int64(vm, a->at[0], true, &digits))
		return VALUE_NULL;
	if (!isfinite(x))
		return float_new(vm, x);
	double rounded = float_round(x, digits);
	if (isinf(rounded))
		return vm_raise(vm, &exc_OverflowError, "rounded value too large to represent");
	return float_new(vm, rounded);
}

static value float_trunc(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return int_from_double(vm, float_number(self));
}

static value float_floor(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return int_from_double(vm, floor(float_number(self)));
}

static value float_ceil(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return int_from_double(vm, ceil(float_number(self)));
}

static value float_conjugate(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return float_to_float(vm, self);
}

static value float_ratio(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	double x = float_number(self);
	if (isnan(x))
		return vm_raise(vm, &exc_ValueError, "cannot convert NaN to integer ratio");
	if (isinf(x))
		return vm_raise(vm, &exc_OverflowError, "cannot convert Infinity to integer ratio");
	int exponent;
	double fraction = frexp(x, &exponent);
	for (int i = 0; i < 300 && fraction != floor(fraction); i++, exponent--)
		fraction *= 2.0;
	struct bigint n = {0}, d = {0};
	bigint_set_double(&n, fraction);
	bigint_set_i64(&d, 1);
	if (exponent > 0)
		bigint_shift_left(&n, &n, (uint64_t)exponent);
	else
		bigint_shift_left(&d, &d, (uint64_t)-exponent);
	value t = tuple_new(vm, 2);
	tuple_of(t)->items[0] = int_from_bigint(vm, &n);
	tuple_of(t)->items[1] = int_from_bigint(vm, &d);
	return t;
}

static value float_hex(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	double x = float_number(self);
	if (!isfinite(x))
		return float_repr(vm, self);
	int exponent;
	double m = frexp(fabs(x), &exponent);
	if (x == 0)
		return str_new_c(vm, signbit(x) ? "-0x0.0p+0" : "0x0.0p+0");
	/* One digit before the point, thirteen behind it; subnormals keep the lowest exponent. */
	int shift = exponent < -1021 ? 1 - (-1021 - exponent) : 1;
	m = ldexp(m, shift);
	exponent -= shift;
	struct buf out = {0};
	buf_printf(&out, "%s0x%d.", signbit(x) ? "-" : "", (int)m);
	for (int i = 0; i < 13; i++) {
		m = (m - floor(m)) * 16;
		buf_putc(&out, "0123456789abcdef"[(int)m]);
	}
	buf_printf(&out, "p%c%d", exponent < 0 ? '-' : '+', abs(exponent));
	return str_from_buf(vm, &out);
}

static value float_get_real(struct vm *vm, value self)
{
	return float_to_float(vm, self);
}

static value float_get_imag(struct vm *vm, value self)
{
	(void)self;
	return float_new(vm, 0.0);
}

static const struct getset_def float_getset[] = {
	{"real", float_get_real, NULL},
	{"imag", float_get_imag, NULL},
	{0},
};

static const struct method_def float_methods[] = {
	{"is_integer", float_is_integer, 0, 0, 0},
	{"as_integer_ratio", float_ratio, 0, 0, 0},
	{"conjugate", float_conjugate, 0, 0, 0},
	{"hex", float_hex, 0, 0, 0},
	{"__round__", float_round_method, 0, 1, 0},
	{"__trunc__", float_trunc, 0, 0, 0},
	{"__floor__", float_floor, 0, 0, 0},
	{"__ceil__", float_ceil, 0, 0, 0},
	{0},
};

const struct type float_type = {
	TYPE_HEAD,
	.name = "float",
	.base = &object_type,
	.size = sizeof(struct float_object),
	.flags = TYPE_MATCH_SELF,
	.methods = float_methods,
	.getset = float_getset,
	.make = float_make,
	.repr = float_repr,
	.format = float_format,
	.hash = float_hash,
	.truth = float_truth,
	.compare = float_compare,
	.binary = float_binary,
	.unary = float_unary,
	.to_int = float_to_int,
	.to_float = float_to_float,
};
