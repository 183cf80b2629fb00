/*
 * The types int and bool: see int.h. Small operands take a short way with overflow checks; all
 * else goes through bigint. bool inherits from here; its own parts are the vm's.
 */
#include "lang/int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lang/bytes.h"
#include "lang/exception.h"
#include "lang/float.h"
#include "lang/list.h"
#include "lang/pools.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "lang/types_internal.h"
#include "lang/unicode.h"

/* ---- making and looking ---------------------------------------------------------- */

value int_of_type(struct vm *vm, const struct type *type, const struct bigint *n)
{
	size_t bytes = n->count * sizeof(uint32_t);
	struct int_object *o = object_new(vm, type, bytes);
	o->n.limbs = (uint32_t *)(void *)((char *)o + type->size);
	o->n.count = n->count;
	o->n.negative = n->negative;
	if (bytes)
		memcpy(o->n.limbs, n->limbs, bytes);
	return object_value(o);
}

value int_from_bigint(struct vm *vm, struct bigint *n)
{
	int64_t small;
	value v;
	if (bigint_get_i64(n, &small) && small_fits(small))
		v = value_small(small);
	else if (!vm_room(vm, n->count * sizeof(uint32_t)))
		v = VALUE_NULL;
	else
		v = int_of_type(vm, &int_type, n);
	bigint_free(n);
	return v;
}

value int_new(struct vm *vm, int64_t n)
{
	if (small_fits(n))
		return value_small(n);
	struct bigint b = {0};
	bigint_set_i64(&b, n);
	return int_from_bigint(vm, &b);
}

value int_new_u64(struct vm *vm, uint64_t n)
{
	if (n <= (uint64_t)SMALL_INT_MAX)
		return value_small((int64_t)n);
	struct bigint b = {0}, low = {0};
	bigint_set_i64(&b, (int64_t)(n >> 1));
	bigint_shift_left(&b, &b, 1);
	bigint_set_i64(&low, (int64_t)(n & 1));
	bigint_add(&b, &b, &low);
	bigint_free(&low);
	return int_from_bigint(vm, &b);
}

value int_from_double(struct vm *vm, double x)
{
	if (isnan(x))
		return vm_raise(vm, &exc_ValueError, "cannot convert float NaN to integer");
	if (isinf(x))
		return vm_raise(vm, &exc_OverflowError, "cannot convert float infinity to integer");
	struct bigint b = {0};
	bigint_set_double(&b, x);
	return int_from_bigint(vm, &b);
}

/* A bool as the number it is. */
static inline bool is_constant(value v)
{
	return value_is(v, VALUE_TRUE) || value_is(v, VALUE_FALSE);
}

/* Whether it is held in a word: small ints and bools. */
static inline bool get_small(value v, int64_t *out)
{
	if (value_is_small(v))
		*out = small_number(v);
	else if (is_constant(v))
		*out = value_is(v, VALUE_TRUE);
	else
		return false;
	return true;
}

const struct bigint *int_view(value v, struct int_view *room)
{
	int64_t small;
	if (!get_small(v, &small))
		return &((const struct int_object *)(const void *)value_object(v))->n;
	uint64_t magnitude = small < 0 ? 0 - (uint64_t)small : (uint64_t)small;
	room->limbs[0] = (uint32_t)magnitude;
	room->limbs[1] = (uint32_t)(magnitude >> 32);
	room->n.limbs = room->limbs;
	room->n.count = room->limbs[1] ? 2 : room->limbs[0] ? 1 : 0;
	room->n.negative = small < 0;
	return &room->n;
}

bool int_get_i64(value v, int64_t *out)
{
	struct int_view room;
	return get_small(v, out) || bigint_get_i64(int_view(v, &room), out);
}

int int_sign(value v)
{
	struct int_view room;
	const struct bigint *n = int_view(v, &room);
	return n->negative ? -1 : n->count > 0;
}

bool int_put_decimal(struct vm *vm, struct buf *out, value v)
{
	int64_t small;
	struct int_view room;
	if (get_small(v, &small)) {
		buf_printf(out, "%lld", (long long)small);
		return true;
	}
	const struct bigint *n = int_view(v, &room);
	if (bigint_too_long(n)) {
		vm_raise(vm, &exc_ValueError,
		         "Exceeds the limit (%d digits) for integer string conversion; use "
		         "sys.set_int_max_str_digits() to increase the limit",
		         BIGINT_MAX_DIGITS);
		return false;
	}
	bigint_put_decimal(out, n);
	return true;
}

/* ---- arithmetic ------------------------------------------------------------------ */

static value zero_division(struct vm *vm, const char *text)
{
	return vm_raise(vm, &exc_ZeroDivisionError, "%s", text);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	int64_t q = a / b;
	return q - (a % b != 0 && (a < 0) != (b < 0));
}

static int64_t floor_mod(int64_t a, int64_t b)
{
	int64_t r = a % b;
	return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

/* Small operands; false when the long way must be taken. */
static bool small_binary(struct vm *vm, enum binary_op op, int64_t a, int64_t b, value *out)
{
	int64_t n;
	switch (op) {
	case BINARY_ADD:
		*out = int_new(vm, a + b); /* 63 bits each: cannot overflow */
		return true;
	case BINARY_SUB:
		*out = int_new(vm, a - b);
		return true;
	case BINARY_MUL:
		if (__builtin_mul_overflow(a, b, &n))
			return false;
		*out = int_new(vm, n);
		return true;
	case BINARY_FLOORDIV:
		*out = b ? int_new(vm, floor_div(a, b))
			 : zero_division(vm, "integer division or modulo by zero");
		return true;
	case BINARY_MOD:
		*out = b ? int_new(vm, floor_mod(a, b))
			 : zero_division(vm, "integer modulo by zero");
		return true;
	case BINARY_TRUEDIV:
		if (b == 0)
			*out = zero_division(vm, "division by zero");
		else if (llabs(a) <= 1LL << 53 && llabs(b) <= 1LL << 53)
			*out = float_new(vm, (double)a / (double)b);
		else
			return false;
		return true;
	case BINARY_AND:
		*out = int_new(vm, a & b);
		return true;
	case BINARY_OR:
		*out = int_new(vm, a | b);
		return true;
	case BINARY_XOR:
		*out = int_new(vm, a ^ b);
		return true;
	case BINARY_LSHIFT:
		if (b < 0 || b > 62 || a > INT64_MAX >> b || a < INT64_MIN >> b)
			return false;
		*out = int_new(vm, (int64_t)((uint64_t)a << b));
		return true;
	case BINARY_RSHIFT:
		if (b < 0)
			return false;
		*out = int_new(vm, a >> (b > 63 ? 63 : b));
		return true;
	default:
		return false;
	}
}

/* A shift count: false with an exception set. Beyond 64 bits: `*huge`. */
static bool shift_count(struct vm *vm, const struct bigint *b, uint64_t *bits, bool *huge)
{
	int64_t n;
	*huge = false;
	if (b->negative) {
		vm_raise(vm, &exc_ValueError, "negative shift count");
		return false;
	}
	*huge = !bigint_get_i64(b, &n);
	*bits = *huge ? UINT64_MAX : (uint64_t)n;
	return true;
}

/*
 * Arithmetic on one number cannot be interrupted, so it must not take minutes: five million
 * digits and a thousand million steps of a division are enough. False with MemoryError set.
 */
enum { INT_MAX_BITS = 1 << 24, DIVIDE_MAX_STEPS = 1 << 30 };

static bool int_room(struct vm *vm, uint64_t bits)
{
	return vm_room(vm, bits <= INT_MAX_BITS ? (size_t)(bits / 8) : SIZE_MAX);
}

static bool divide_room(struct vm *vm, const struct bigint *a, const struct bigint *b)
{
	size_t longer = a->count > b->count ? a->count - b->count : 0;
	return b->count == 0 || longer <= DIVIDE_MAX_STEPS / b->count || vm_room(vm, SIZE_MAX);
}

static value shift(struct vm *vm, const struct bigint *a, const struct bigint *b, bool left)
{
	uint64_t bits;
	bool huge;
	struct bigint result = {0};
	if (!shift_count(vm, b, &bits, &huge))
		return VALUE_NULL;
	if (a->count == 0)
		return value_small(0);
	if (!left) {
		bigint_shift_right(&result, a, bits);
		return int_from_bigint(vm, &result);
	}
	if (huge)
		return vm_raise(vm, &exc_OverflowError, "too many digits in integer");
	if (!int_room(vm, bits) || !int_room(vm, bits + bigint_bits(a)))
		return VALUE_NULL;
	bigint_shift_left(&result, a, bits);
	return int_from_bigint(vm, &result);
}

static value power(struct vm *vm, value left, value right)
{
	struct int_view ra, rb;
	const struct bigint *a = int_view(left, &ra), *b = int_view(right, &rb);
	if (b->negative) {
		double x, y;
		if (!number_to_double(vm, left, &x) || !number_to_double(vm, right, &y))
			return VALUE_NULL;
		return float_power(vm, x, y);
	}
	int64_t exponent;
	uint64_t bits = bigint_bits(a);
	if (!bigint_get_i64(b, &exponent)) {
		if (bits > 1)
			return vm_raise_with(vm, &exc_MemoryError, VALUE_NULL);
		exponent = bigint_is_odd(b) ? 3 : 2; /* of -1, 0 and 1 only oddness counts */
	}
	uint64_t total;
	if (bits > 1 && (__builtin_mul_overflow(bits, (uint64_t)exponent, &total) ||
	                 !int_room(vm, total))) {
		if (value_is_null(vm_raised(vm)))
			vm_raise_with(vm, &exc_MemoryError, VALUE_NULL);
		return VALUE_NULL;
	}
	struct bigint result = {0};
	bigint_pow(&result, a, (uint64_t)exponent);
	return int_from_bigint(vm, &result);
}

static value true_divide(struct vm *vm, const struct bigint *a, const struct bigint *b)
{
	double x;
	if (b->count == 0)
		return zero_division(vm, "division by zero");
	if (!bigint_true_divide(a, b, &x))
		return vm_raise(vm, &exc_OverflowError,
		                "integer division result too large for a float");
	return float_new(vm, x);
}

value int_binary(struct vm *vm, enum binary_op op, value left, value right)
{
	int64_t x, y;
	value result;
	if (is_constant(left) && is_constant(right)) {
		bool p = value_is(left, VALUE_TRUE), q = value_is(right, VALUE_TRUE);
		if (op == BINARY_AND)
			return value_bool(p && q);
		if (op == BINARY_OR)
			return value_bool(p || q);
		if (op == BINARY_XOR)
			return value_bool(p != q);
	}
	if (get_small(left, &x) && get_small(right, &y) && small_binary(vm, op, x, y, &result))
		return result;
	struct int_view ra, rb;
	const struct bigint *a = int_view(left, &ra), *b = int_view(right, &rb);
	struct bigint n = {0};
	switch (op) {
	case BINARY_ADD:
		bigint_add(&n, a, b);
		break;
	case BINARY_SUB:
		bigint_sub(&n, a, b);
		break;
	case BINARY_MUL:
		if (!int_room(vm, bigint_bits(a) + bigint_bits(b)))
			return VALUE_NULL;
		bigint_mul(&n, a, b);
		break;
	case BINARY_FLOORDIV:
		if (b->count == 0)
			return zero_division(vm, "integer division or modulo by zero");
		if (!divide_room(vm, a, b))
			return VALUE_NULL;
		bigint_divmod(&n, NULL, a, b);
		break;
	case BINARY_MOD:
		if (b->count == 0)
			return zero_division(vm, "integer modulo by zero");
		if (!divide_room(vm, a, b))
			return VALUE_NULL;
		bigint_divmod(NULL, &n, a, b);
		break;
	case BINARY_TRUEDIV:
		return true_divide(vm, a, b);
	case BINARY_POW:
		return power(vm, left, right);
	case BINARY_LSHIFT:
	case BINARY_RSHIFT:
		return shift(vm, a, b, op == BINARY_LSHIFT);
	case BINARY_AND:
		bigint_bitwise(&n, a, b, '&');
		break;
	case BINARY_OR:
		bigint_bitwise(&n, a, b, '|');
		break;
	case BINARY_XOR:
		bigint_bitwise(&n, a, b, '^');
		break;
	default:
		return VALUE_NOT_IMPLEMENTED;
	}
	return int_from_bigint(vm, &n);
}

value int_pow_mod(struct vm *vm, value a, value b, value m)
{
	struct int_view ra, rb, rm;
	const struct bigint *base = int_view(a, &ra), *exponent = int_view(b, &rb);
	const struct bigint *modulus = int_view(m, &rm);
	if (modulus->count == 0)
		return vm_raise(vm, &exc_ValueError, "pow() 3rd argument cannot be 0");
	struct bigint n = {0}, positive = {0};
	uint64_t square = (uint64_t)modulus->count * modulus->count;
	if (bigint_bits(exponent) > DIVIDE_MAX_STEPS / (square + 1) && !vm_room(vm, SIZE_MAX))
		return VALUE_NULL;
	if (exponent->negative) {
		if (!bigint_inverse(&n, base, modulus))
			return vm_raise(vm, &exc_ValueError,
			                "base is not invertible for the given modulus");
		bigint_copy(&positive, exponent);
		bigint_negate(&positive);
		bigint_pow_mod(&n, &n, &positive, modulus);
		bigint_free(&positive);
	} else {
		bigint_pow_mod(&n, base, exponent, modulus);
	}
	return int_from_bigint(vm, &n);
}

static value int_binary_slot(struct vm *vm, enum binary_op op, value left, value right)
{
	if (!value_is_int(left) || !value_is_int(right))
		return VALUE_NOT_IMPLEMENTED;
	return int_binary(vm, op, left, right);
}

/* The int itself, as a plain int even if it is a bool or of a subclass. */
static value plain(struct vm *vm, value v)
{
	int64_t small;
	if (get_small(v, &small))
		return value_small(small);
	if (value_is_exactly(v, &int_type))
		return value_ref(v);
	struct bigint n = {0};
	struct int_view room;
	bigint_copy(&n, int_view(v, &room));
	return int_from_bigint(vm, &n);
}

static value int_unary(struct vm *vm, enum unary_op op, value self)
{
	if (op == UNARY_POSITIVE)
		return plain(vm, self);
	if (op == UNARY_INVERT) /* ~x is -1 - x */
		return int_binary(vm, BINARY_SUB, value_small(-1), self);
	return int_binary(vm, BINARY_SUB, value_small(0), self);
}

/* ---- slots ----------------------------------------------------------------------- */

static value int_repr(struct vm *vm, value self)
{
	struct buf out = {0};
	if (!int_put_decimal(vm, &out, self)) {
		buf_free(&out);
		return VALUE_NULL;
	}
	return str_from_buf(vm, &out);
}

static bool int_hash(struct vm *vm, value self, int64_t *out)
{
	(void)vm;
	int64_t small;
	struct int_view room;
	*out = get_small(self, &small) ? hash_i64(small) : bigint_hash(int_view(self, &room));
	return true;
}

static int int_truth(struct vm *vm, value self)
{
	(void)vm;
	return int_sign(self) != 0;
}

static value int_compare(struct vm *vm, value a, value b, enum compare_op op)
{
	(void)vm;
	if (!value_is_int(a) || !value_is_int(b))
		return VALUE_NOT_IMPLEMENTED;
	int64_t x, y;
	if (get_small(a, &x) && get_small(b, &y))
		return value_bool(order_holds((x > y) - (x < y), op));
	struct int_view ra, rb;
	return value_bool(order_holds(bigint_compare(int_view(a, &ra), int_view(b, &rb)), op));
}

static value int_to_float(struct vm *vm, value self)
{
	double x;
	return number_to_double(vm, self, &x) ? float_new(vm, x) : VALUE_NULL;
}

value format_failed(struct vm *vm, struct format_error *error)
{
	if (error->failure == FORMAT_MEMORY)
		vm_raise_with(vm, &exc_MemoryError, VALUE_NULL);
	else
		vm_raise(vm, error->failure == FORMAT_OVERFLOW ? &exc_OverflowError : &exc_ValueError,
		         "%s", buf_text(&error->text));
	buf_free(&error->text);
	return VALUE_NULL;
}

static value int_format(struct vm *vm, value self, value spec)
{
	if (str_len(spec) == 0)
		return object_str(vm, self);
	struct buf out = {0};
	struct format_error error = {0};
	struct int_view room;
	if (!format_put_int(&out, int_view(self, &room), str_text(spec), str_len(spec),
	                    value_type_name(self), &error)) {
		buf_free(&out);
		return format_failed(vm, &error);
	}
	return str_from_buf(vm, &out);
}

/* ---- int(...) -------------------------------------------------------------------- */

/* Text with the digits and blanks of all scripts as ASCII ones. */
void put_ascii_digits(struct buf *out, const char *text, size_t len)
{
	for (const char *end = text + len; text < end;) {
		uint32_t c;
		size_t n = str_decode(text, &c);
		if (c < 0x80)
			buf_putc(out, (char)c);
		else if (unicode_decimal(c) >= 0)
			buf_putc(out, (char)('0' + unicode_decimal(c)));
		else if (unicode_is(c, UNICODE_SPACE))
			buf_putc(out, ' ');
		else
			buf_putc(out, '?');
		text += n;
	}
}

static value parse(struct vm *vm, const char *text, size_t len, unsigned base, value shown)
{
	struct buf ascii = {0};
	struct bigint n = {0};
	size_t digits = 0;
	put_ascii_digits(&ascii, text, len);
	enum int_text read = bigint_parse(&n, buf_text(&ascii), ascii.len, base, &digits);
	buf_free(&ascii);
	if (read == INT_TEXT_OK)
		return int_from_bigint(vm, &n);
	if (read == INT_TEXT_TOO_LONG)
		return vm_raise(vm, &exc_ValueError,
		                "Exceeds the limit (%d digits) for integer string conversion: "
		                "value has %zu digits; use sys.set_int_max_str_digits() to "
		                "increase the limit",
		                BIGINT_MAX_DIGITS, digits);
	value repr = object_repr(vm, shown);
	if (value_is_null(repr))
		return VALUE_NULL;
	vm_raise(vm, &exc_ValueError, "invalid literal for int() with base %u: %.*s", base,
	         str_len(repr) > 300 ? 300 : (int)str_len(repr), str_text(repr));
	value_unref(vm, repr);
	return VALUE_NULL;
}

value int_from_text(struct vm *vm, const char *text, size_t len, unsigned base)
{
	value shown = str_new(vm, text, len);
	value v = parse(vm, text, len, base, shown);
	value_unref(vm, shown);
	return v;
}

static value int_from_object(struct vm *vm, value v)
{
	if (value_is_int(v) && !(value_type(v)->flags & TYPE_HEAP))
		return plain(vm, v);
	value (*to_int)(struct vm *, value);
	TYPE_SLOT(to_int, value_type(v), to_int);
	if (to_int) {
		value n = to_int(vm, v);
		if (!value_is_null(n) && !value_is_int(n)) {
			vm_raise(vm, &exc_TypeError, "__int__ returned non-int (type %s)",
			         value_type_name(n));
			value_unref(vm, n);
			return VALUE_NULL;
		}
		return n;
	}
	if (value_has_index(v))
		return object_index(vm, v);
	if (value_is_int(v))
		return plain(vm, v);
	if (value_is_str(v))
		return parse(vm, str_text(v), str_len(v), 10, v);
	if (value_is_bytes(v))
		return parse(vm, (const char *)bytes_of(v)->data, bytes_of(v)->len, 10, v);
	return vm_raise(vm, &exc_TypeError,
	                "int() argument must be a string, a bytes-like object or a real number, "
	                "not '%s'",
	                value_type_name(v));
}

static value int_with_base(struct vm *vm, value v, value base_value)
{
	int64_t base;
	if (!object_index_int64(vm, base_value, true, &base))
		return VALUE_NULL;
	if (base != 0 && (base < 2 || base > 36))
		return vm_raise(vm, &exc_ValueError, "int() base must be >= 2 and <= 36, or 0");
	if (value_is_str(v))
		return parse(vm, str_text(v), str_len(v), (unsigned)base, v);
	if (value_is_bytes(v))
		return parse(vm, (const char *)bytes_of(v)->data, bytes_of(v)->len,
		             (unsigned)base, v);
	return vm_raise(vm, &exc_TypeError, "int() can't convert non-string with explicit base");
}

static value int_make(struct vm *vm, const struct type *type, const struct args *a)
{
	static const struct signature signature = {
		.function = "int", .names = {"", "base"}, .positional = 2};
	value arg[2], n;
	if (!args_parse(vm, a, &signature, arg))
		return VALUE_NULL;
	if (value_is_null(arg[0])) {
		if (!value_is_null(arg[1]))
			return vm_raise(vm, &exc_TypeError, "int() missing string argument");
		n = value_small(0);
	} else if (value_is_null(arg[1])) {
		n = int_from_object(vm, arg[0]);
	} else {
		n = int_with_base(vm, arg[0], arg[1]);
	}
	if (value_is_null(n) || type == &int_type)
		return n;
	struct int_view room;
	value v = int_of_type(vm, type, int_view(n, &room));
	value_unref(vm, n);
	return v;
}

/* ---- methods --------------------------------------------------------------------- */

static value int_bit_length(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct int_view room;
	return int_new_u64(vm, bigint_bits(int_view(self, &room)));
}

static value int_bit_count(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct int_view room;
	const struct bigint *n = int_view(self, &room);
	int64_t count = 0;
	for (size_t i = 0; i < n->count; i++)
		count += __builtin_popcount(n->limbs[i]);
	return int_new(vm, count);
}

static value int_self(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return plain(vm, self);
}

static value int_is_integer(struct vm *vm, value self, const struct args *a)
{
	(void)vm, (void)self, (void)a;
	return VALUE_TRUE;
}

static value pair(struct vm *vm, value first, value second)
{
	value t = tuple_new(vm, 2);
	tuple_of(t)->items[0] = first;
	tuple_of(t)->items[1] = second;
	return t;
}

static value int_ratio(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return pair(vm, plain(vm, self), value_small(1));
}

/* Round to a multiple of 10 ** -digits, ties to even. */
static value int_round(struct vm *vm, value self, const struct args *a)
{
	if (a->count == 0)
		return plain(vm, self);
	int64_t digits;
	if (!object_index_int64(vm, a->at[0], true, &digits))
		return VALUE_NULL;
	if (digits >= 0)
		return plain(vm, self);
	struct int_view room;
	const struct bigint *n = int_view(self, &room);
	if ((uint64_t)-digits > bigint_bits(n)) /* 10 ** d has more than d bits */
		return value_small(0);
	struct bigint ten = {0}, half = {0}, q = {0}, r = {0};
	bigint_set_i64(&ten, 10);
	bigint_pow(&ten, &ten, (uint64_t)-digits);
	bigint_divmod(&q, &r, n, &ten);
	bigint_shift_right(&half, &ten, 1);
	int order = bigint_compare(&r, &half);
	if (order > 0 || (order == 0 && bigint_is_odd(&q))) {
		struct bigint one = {0};
		bigint_set_i64(&one, 1);
		bigint_add(&q, &q, &one);
		bigint_free(&one);
	}
	bigint_mul(&q, &q, &ten);
	bigint_free(&ten);
	bigint_free(&half);
	bigint_free(&r);
	return int_from_bigint(vm, &q);
}

value int_divmod(struct vm *vm, value a, value b)
{
	if (int_sign(b) == 0)
		return zero_division(vm, "integer division or modulo by zero");
	value q = int_binary(vm, BINARY_FLOORDIV, a, b);
	value r = int_binary(vm, BINARY_MOD, a, b);
	return pair(vm, q, r);
}

static bool byte_order(struct vm *vm, const char *function, value order, bool *big)
{
	*big = true;
	if (value_is_null(order))
		return true;
	if (!value_is_str(order)) {
		vm_raise(vm, &exc_TypeError, "%s() argument 'byteorder' must be str, not %s",
		         function, value_is_none(order) ? "None" : value_type_name(order));
		return false;
	}
	*big = str_equal_c(order, "big");
	if (*big || str_equal_c(order, "little"))
		return true;
	vm_raise(vm, &exc_ValueError, "byteorder must be either 'little' or 'big'");
	return false;
}

static value int_to_bytes(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {.function = "to_bytes",
	                                           .names = {"length", "byteorder", "signed"},
	                                           .positional = 2};
	value arg[3];
	int64_t len = 1;
	bool big;
	if (!args_parse(vm, a, &signature, arg))
		return VALUE_NULL;
	if (!value_is_null(arg[0]) && !object_index_int64(vm, arg[0], false, &len))
		return VALUE_NULL;
	if (!byte_order(vm, "to_bytes", arg[1], &big))
		return VALUE_NULL;
	int is_signed = value_is_null(arg[2]) ? 0 : object_truth(vm, arg[2]);
	if (is_signed < 0)
		return VALUE_NULL;
	if (len < 0)
		return vm_raise(vm, &exc_ValueError, "length argument must be non-negative");
	struct int_view room;
	const struct bigint *n = int_view(self, &room);
	if (n->negative && !is_signed)
		return vm_raise(vm, &exc_OverflowError, "can't convert negative int to unsigned");
	/* A signed number needs a bit more, except the lowest one of its size. */
	uint64_t bits = bigint_bits(n);
	if (is_signed && n->negative) {
		struct bigint up = {0}, one = {0};
		bigint_set_i64(&one, 1);
		bigint_add(&up, n, &one);
		bits = bigint_bits(&up) + 1;
		bigint_free(&up);
		bigint_free(&one);
	} else if (is_signed && n->count > 0) {
		bits++;
	}
	if (bits > (uint64_t)len * 8)
		return vm_raise(vm, &exc_OverflowError, "int too big to convert");
	if (!vm_room(vm, (size_t)len))
		return VALUE_NULL;
	unsigned char *data = mem_zalloc((size_t)len, 1);
	unsigned carry = 1;
	for (size_t i = 0; i < (size_t)len; i++) {
		unsigned byte = i / 4 < n->count ? n->limbs[i / 4] >> (i % 4 * 8) & 0xFF : 0;
		if (n->negative) {
			byte = (~byte & 0xFF) + carry;
			carry = byte >> 8;
		}
		data[big ? (size_t)len - 1 - i : i] = (unsigned char)byte;
	}
	value v = bytes_new(vm, data, (size_t)len);
	free(data);
	return v;
}

static value int_from_bytes(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {.function = "from_bytes",
	                                           .names = {"bytes", "byteorder", "signed"},
	                                           .positional = 2,
	                                           .required = 1};
	(void)self;
	value arg[3];
	bool big;
	if (!args_parse(vm, a, &signature, arg) || !byte_order(vm, "from_bytes", arg[1], &big))
		return VALUE_NULL;
	int is_signed = value_is_null(arg[2]) ? 0 : object_truth(vm, arg[2]);
	if (is_signed < 0)
		return VALUE_NULL;
	if (!value_is_bytes(arg[0]))
		return vm_raise(vm, &exc_TypeError, "cannot convert '%s' object to bytes",
		                value_type_name(arg[0]));
	const struct bytes *b = bytes_of(arg[0]);
	struct bigint n = {0};
	n.count = b->len / 4 + 1;
	n.limbs = mem_zalloc(n.count, sizeof *n.limbs);
	for (size_t i = 0; i < b->len; i++) {
		unsigned byte = b->data[big ? b->len - 1 - i : i];
		n.limbs[i / 4] |= (uint32_t)byte << (i % 4 * 8);
	}
	bool top = b->len > 0 && (b->data[big ? 0 : b->len - 1] & 0x80);
	while (n.count > 0 && n.limbs[n.count - 1] == 0)
		n.count--;
	if (is_signed && top) {
		struct bigint whole = {0};
		bigint_set_i64(&whole, 1);
		bigint_shift_left(&whole, &whole, (uint64_t)b->len * 8);
		bigint_sub(&n, &n, &whole);
		bigint_free(&whole);
	}
	return int_from_bigint(vm, &n);
}

static value int_get_real(struct vm *vm, value self)
{
	return plain(vm, self);
}

static value int_get_imag(struct vm *vm, value self)
{
	(void)vm, (void)self;
	return value_small(0);
}

static value int_get_denominator(struct vm *vm, value self)
{
	(void)vm, (void)self;
	return value_small(1);
}

static const struct getset_def int_getset[] = {
	{"real", int_get_real, NULL},
	{"imag", int_get_imag, NULL},
	{"numerator", int_get_real, NULL},
	{"denominator", int_get_denominator, NULL},
	{0},
};

static const struct method_def int_methods[] = {
	{"bit_length", int_bit_length, 0, 0, 0},
	{"bit_count", int_bit_count, 0, 0, 0},
	{"conjugate", int_self, 0, 0, 0},
	{"as_integer_ratio", int_ratio, 0, 0, 0},
	{"is_integer", int_is_integer, 0, 0, 0},
	{"to_bytes", int_to_bytes, 0, 3, METHOD_KEYWORDS},
	{"from_bytes", int_from_bytes, 1, 3, METHOD_KEYWORDS | METHOD_CLASS},
	{"__round__", int_round, 0, 1, 0},
	{"__trunc__", int_self, 0, 0, 0},
	{"__floor__", int_self, 0, 0, 0},
	{"__ceil__", int_self, 0, 0, 0},
	{0},
};

const struct type int_type = {
	TYPE_HEAD,
	.name = "int",
	.base = &object_type,
	.size = sizeof(struct int_object),
	.flags = TYPE_MATCH_SELF,
	.methods = int_methods,
	.getset = int_getset,
	.make = int_make,
	.repr = int_repr,
	.format = int_format,
	.hash = int_hash,
	.truth = int_truth,
	.compare = int_compare,
	.binary = int_binary_slot,
	.unary = int_unary,
	.index = plain,
	.to_int = plain,
	.to_float = int_to_float,
};

/* ---- bool ------------------------------------------------------------------------ */

static value bool_make(struct vm *vm, const struct type *type, const struct args *a)
{
	(void)type;
	if (!args_no_keywords(vm, a, "bool") || !args_check(vm, a, "bool", 0, 1))
		return VALUE_NULL;
	int yes = a->count ? object_truth(vm, a->at[0]) : 0;
	return yes < 0 ? VALUE_NULL : value_bool(yes);
}

static value bool_repr(struct vm *vm, value self)
{
	return str_intern_c(vm, value_is(self, VALUE_TRUE) ? "True" : "False");
}

const struct type bool_type = {
	TYPE_HEAD,
	.name = "bool",
	.base = &int_type,
	.size = sizeof(struct object),
	.flags = TYPE_FINAL | TYPE_MATCH_SELF,
	.make = bool_make,
	.repr = bool_repr,
};
