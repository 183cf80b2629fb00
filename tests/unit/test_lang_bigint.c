/* lang: big integers, against CPython's answers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lang/bigint.h"
#include "suite.h"

enum operation { ADD, SUB, MUL, FLOORDIV, MOD, AND, OR, XOR, LSHIFT, RSHIFT, POW, HASH };

static const struct {
	enum operation op;
	const char *a, *b, *result;
} rows[] = {
#define ROW(op, a, b, result) {op, a, b, result},
#include "lang_bigint_rows.def"
#undef ROW
};

static const struct {
	const char *a, *b, *hex;
} divisions[] = {
#define DIVIDE(a, b, hex) {a, b, hex},
#define FLOAT(a, hex) {a, "1", hex},
#include "lang_bigint_float_rows.def"
#undef DIVIDE
#undef FLOAT
};

static struct bigint number(const char *text)
{
	struct bigint n = {0};
	ck_assert_int_eq(bigint_parse(&n, text, strlen(text), 10, NULL), INT_TEXT_OK);
	return n;
}

static void apply(enum operation op, struct bigint *r, const struct bigint *a,
                  const struct bigint *b)
{
	int64_t k = 0;
	bigint_get_i64(b, &k);
	switch (op) {
	case ADD:
		bigint_add(r, a, b);
		break;
	case SUB:
		bigint_sub(r, a, b);
		break;
	case MUL:
		bigint_mul(r, a, b);
		break;
	case FLOORDIV:
		bigint_divmod(r, NULL, a, b);
		break;
	case MOD:
		bigint_divmod(NULL, r, a, b);
		break;
	case AND:
		bigint_bitwise(r, a, b, '&');
		break;
	case OR:
		bigint_bitwise(r, a, b, '|');
		break;
	case XOR:
		bigint_bitwise(r, a, b, '^');
		break;
	case LSHIFT:
		bigint_shift_left(r, a, (uint64_t)k);
		break;
	case RSHIFT:
		bigint_shift_right(r, a, (uint64_t)k);
		break;
	case POW:
		bigint_pow(r, a, (uint64_t)k);
		break;
	case HASH:
		bigint_set_i64(r, bigint_hash(a));
		break;
	}
}

START_TEST(arithmetic_floors_and_sees_twos_complement)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct bigint a = number(rows[i].a), b = number(rows[i].b), r = {0};
		struct buf text = {0};
		apply(rows[i].op, &r, &a, &b);
		bigint_put_decimal(&text, &r);
		ck_assert_msg(strcmp(buf_text(&text), rows[i].result) == 0,
		              "operation %d of %s and %s is %s, not %s", (int)rows[i].op,
		              rows[i].a, rows[i].b, rows[i].result, buf_text(&text));
		/* The result may be an operand. */
		apply(rows[i].op, &a, &a, &b);
		ck_assert_int_eq(bigint_compare(&a, &r), 0);
		buf_free(&text);
		bigint_free(&a);
		bigint_free(&b);
		bigint_free(&r);
	}
}
END_TEST

START_TEST(division_and_conversion_give_the_nearest_float)
{
	for (size_t i = 0; i < COUNT_OF(divisions); i++) {
		struct bigint a = number(divisions[i].a), b = number(divisions[i].b);
		double x = -1, wanted = strtod(divisions[i].hex, NULL);
		ck_assert(bigint_true_divide(&a, &b, &x));
		ck_assert_msg(x == wanted, "%s / %s is %a, not %a", divisions[i].a, divisions[i].b,
		              wanted, x);
		if (strcmp(divisions[i].b, "1") == 0) {
			ck_assert(bigint_to_double(&a, &x));
			ck_assert(x == wanted);
		}
		bigint_free(&a);
		bigint_free(&b);
	}
	struct bigint huge = number("1");
	double x;
	bigint_shift_left(&huge, &huge, 1024);
	ck_assert(!bigint_to_double(&huge, &x));
	bigint_free(&huge);
}
END_TEST

START_TEST(hashes_of_equal_numbers_agree)
{
	static const double whole[] = {0, 1, -1, 2, 1e18, -1e18, 1e300, -1e300, 4503599627370496.0};
	for (size_t i = 0; i < COUNT_OF(whole); i++) {
		struct bigint n = {0};
		int64_t small;
		bigint_set_double(&n, whole[i]);
		ck_assert_int_eq(bigint_hash(&n), hash_double(whole[i]));
		ck_assert_int_eq(bigint_compare_double(&n, whole[i]), 0);
		if (bigint_get_i64(&n, &small))
			ck_assert_int_eq(hash_i64(small), hash_double(whole[i]));
		bigint_free(&n);
	}
	ck_assert_int_eq(hash_i64(-1), -2);
	ck_assert_int_eq(hash_double((double)INFINITY), 314159);
}
END_TEST

START_TEST(long_products_and_quotients_undo_each_other)
{
	struct bigint a = {0}, b = {0}, c = {0}, q = {0}, r = {0};
	bigint_set_i64(&a, 3);
	bigint_pow(&a, &a, 20001);
	bigint_set_i64(&b, -7);
	bigint_pow(&b, &b, 9001);
	bigint_mul(&c, &a, &b);
	bigint_divmod(&q, &r, &c, &b);
	ck_assert_int_eq(bigint_compare(&q, &a), 0);
	ck_assert_uint_eq(r.count, 0);
	bigint_divmod(&q, &r, &c, &a);
	ck_assert_int_eq(bigint_compare(&q, &b), 0);
	bigint_free(&a);
	bigint_free(&b);
	bigint_free(&c);
	bigint_free(&q);
	bigint_free(&r);
}
END_TEST

START_TEST(inverses_modulo_a_number_exist_when_nothing_is_shared)
{
	struct bigint a = number("38"), m = number("97"), r = {0};
	int64_t x = 0;
	ck_assert(bigint_inverse(&r, &a, &m));
	ck_assert(bigint_get_i64(&r, &x));
	ck_assert_int_eq(x, 23);
	bigint_set_i64(&m, 38 * 5);
	ck_assert(!bigint_inverse(&r, &a, &m));
	bigint_free(&a);
	bigint_free(&m);
	bigint_free(&r);
}
END_TEST

static enum int_text parse(const char *text, unsigned base, int64_t *out)
{
	struct bigint n = {0};
	enum int_text result = bigint_parse(&n, text, strlen(text), base, NULL);
	*out = 0;
	bigint_get_i64(&n, out);
	bigint_free(&n);
	return result;
}

START_TEST(text_is_read_as_int_reads_it)
{
	static const struct {
		const char *text;
		unsigned base;
		int64_t number;
	} good[] = {{"0", 10, 0},       {"  -12\n", 10, -12}, {"1_000", 10, 1000},
	            {"0x_ff", 16, 255}, {"ff", 16, 255},      {"0b101", 0, 5},
	            {"0o17", 0, 15},    {"z", 36, 35},        {"00", 0, 0},
	            {"+7", 10, 7},      {"007", 10, 7},       {"0b1", 16, 177}};
	static const struct {
		const char *text;
		unsigned base;
	} bad[] = {{"", 10},    {"-", 10},   {"1__0", 10}, {"_1", 10}, {"1_", 10}, {"0x", 16},
	           {"12", 2},   {"1 2", 10}, {"0x10", 10}, {"010", 0}, {"1.5", 10}, {"--1", 10}};
	int64_t n;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		ck_assert_msg(parse(good[i].text, good[i].base, &n) == INT_TEXT_OK, "%s",
		              good[i].text);
		ck_assert_int_eq(n, good[i].number);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		ck_assert_msg(parse(bad[i].text, bad[i].base, &n) == INT_TEXT_INVALID, "%s",
		              bad[i].text);
}
END_TEST

START_TEST(more_than_4300_decimal_digits_are_refused)
{
	struct buf digits = {0};
	struct bigint n = {0};
	size_t count = 0;
	buf_fill(&digits, '9', BIGINT_MAX_DIGITS);
	ck_assert_int_eq(bigint_parse(&n, digits.data, digits.len, 10, &count), INT_TEXT_OK);
	ck_assert(!bigint_too_long(&n));
	bigint_shift_left(&n, &n, 4);
	ck_assert(bigint_too_long(&n));
	buf_putc(&digits, '9');
	ck_assert_int_eq(bigint_parse(&n, digits.data, digits.len, 10, &count), INT_TEXT_TOO_LONG);
	ck_assert_uint_eq(count, BIGINT_MAX_DIGITS + 1);
	ck_assert_int_eq(bigint_parse(&n, digits.data, digits.len, 16, &count), INT_TEXT_OK);
	buf_free(&digits);
	bigint_free(&n);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lang bigint");
	TCase *tests = tcase_create("numbers");
	tcase_add_test(tests, arithmetic_floors_and_sees_twos_complement);
	tcase_add_test(tests, division_and_conversion_give_the_nearest_float);
	tcase_add_test(tests, hashes_of_equal_numbers_agree);
	tcase_add_test(tests, long_products_and_quotients_undo_each_other);
	tcase_add_test(tests, inverses_modulo_a_number_exist_when_nothing_is_shared);
	tcase_add_test(tests, text_is_read_as_int_reads_it);
	tcase_add_test(tests, more_than_4300_decimal_digits_are_refused);
	suite_add_tcase(suite, tests);
	return suite_main(suite);
}
