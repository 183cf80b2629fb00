/* lang: format specs and float text, against CPython's answers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lang/bigint.h"
#include "base/float_text.h"
#include "lang/format_spec.h"
#include "suite.h"

enum row_kind { INT, FLOAT, TEXT };

static const struct {
	enum row_kind kind;
	const char *value, *spec, *result;
} rows[] = {
#define ROW(kind, value, spec, result) {kind, value, spec, result},
#include "lang_format_rows.def"
#undef ROW
};

static const struct {
	const char *hex, *text;
} repr_rows[] = {
#define REPR(hex, text) {hex, text},
#define ROUND(hex, digits, text)
#include "lang_float_rows.def"
#undef REPR
#undef ROUND
};

static const struct {
	const char *hex;
	int digits;
	const char *text;
} round_rows[] = {
#define REPR(hex, text)
#define ROUND(hex, digits, text) {hex, digits, text},
#include "lang_float_rows.def"
#undef REPR
#undef ROUND
};

START_TEST(specs_give_what_cpython_gives)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *v = rows[i].value, *spec = rows[i].spec;
		struct buf out = {0};
		struct format_error error = {0};
		bool fine;
		if (rows[i].kind == INT) {
			struct bigint n = {0};
			ck_assert_int_eq(bigint_parse(&n, v, strlen(v), 10, NULL), INT_TEXT_OK);
			fine = format_put_int(&out, &n, spec, strlen(spec), "int", &error);
			bigint_free(&n);
		} else if (rows[i].kind == FLOAT) {
			double x = 0;
			ck_assert(float_parse(v, strlen(v), &x));
			fine = format_put_float(&out, x, spec, strlen(spec), "float", &error);
		} else {
			fine = format_put_text(&out, v, strlen(v), spec, strlen(spec), "str", &error);
		}
		struct buf got = {0};
		if (!fine)
			buf_putc(&got, '!');
		buf_puts(&got, fine ? buf_text(&out) : buf_text(&error.text));
		if (strcmp(buf_text(&got), rows[i].result) != 0)
			ck_abort_msg("format(%s, '%s') is '%s', not '%s'", v, spec, rows[i].result,
			             buf_text(&got));
		buf_free(&got);
		buf_free(&out);
		buf_free(&error.text);
	}
}
END_TEST

START_TEST(a_float_is_printed_as_the_shortest_text_that_reads_back)
{
	for (size_t i = 0; i < COUNT_OF(repr_rows); i++) {
		double x = strtod(repr_rows[i].hex, NULL), back;
		struct buf out = {0};
		float_put_repr(&out, x);
		ck_assert_str_eq(buf_text(&out), repr_rows[i].text);
		ck_assert(float_parse(buf_text(&out), out.len, &back));
		ck_assert(x == back);
		buf_free(&out);
	}
}
END_TEST

START_TEST(rounding_sends_exact_ties_to_even)
{
	for (size_t i = 0; i < COUNT_OF(round_rows); i++) {
		struct buf out = {0};
		float_put_repr(&out, float_round(strtod(round_rows[i].hex, NULL),
		                                 round_rows[i].digits));
		ck_assert_str_eq(buf_text(&out), round_rows[i].text);
		buf_free(&out);
	}
}
END_TEST

static bool reads(const char *text)
{
	double x;
	return float_parse(text, strlen(text), &x);
}

START_TEST(float_text_takes_underscores_only_between_digits)
{
	static const char *const good[] = {"1", "1.", ".5", "1e5", "1_0.0_1", "+1", "-.5e-3", "inf",
	                                   "-Infinity", "NaN", "  2.5\n", "1e400", "1e1_0"};
	static const char *const bad[] = {"", "1__0", "_1", "1_", "1_.0", "1._0", "--1", "infin",
	                                  "1e", "1e+", "e5", ".", "0x10", "1 2", "1e_1"};
	for (size_t i = 0; i < COUNT_OF(good); i++)
		ck_assert_msg(reads(good[i]), "%s", good[i]);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		ck_assert_msg(!reads(bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(a_width_beyond_all_memory_is_refused)
{
	struct format_error error = {0};
	struct buf out = {0};
	ck_assert(!format_put_float(&out, 1.0, "99999999999", 11, "float", &error));
	ck_assert_int_eq(error.failure, FORMAT_MEMORY);
	ck_assert(!format_put_text(&out, "x", 1, "99999999999999999999999", 23, "str", &error));
	ck_assert_int_eq(error.failure, FORMAT_VALUE);
	ck_assert_str_eq(buf_text(&error.text), "Too many decimal digits in format string");
	buf_free(&error.text);
	buf_free(&out);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lang format");
	TCase *spec = tcase_create("specs");
	tcase_add_test(spec, specs_give_what_cpython_gives);
	tcase_add_test(spec, a_width_beyond_all_memory_is_refused);
	suite_add_tcase(suite, spec);
	TCase *text = tcase_create("float text");
	tcase_add_test(text, a_float_is_printed_as_the_shortest_text_that_reads_back);
	tcase_add_test(text, rounding_sends_exact_ties_to_even);
	tcase_add_test(text, float_text_takes_underscores_only_between_digits);
	suite_add_tcase(suite, text);
	return suite_main(suite);
}
