/* base: buffers, vectors, maps, lists, UTF-8. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/list.h"
#include "base/map.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "suite.h"

START_TEST(a_buffer_grows_and_stays_terminated)
{
	struct buf b = {0};
	ck_assert_str_eq(buf_text(&b), "");
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i);
	ck_assert_uint_eq(b.len, strlen(b.data));
	ck_assert(strncmp(b.data, "0,1,2,", 6) == 0);
	buf_reset(&b);
	buf_put_utf8(&b, 0x20AC);
	ck_assert_str_eq(buf_text(&b), "\xE2\x82\xAC");
	buf_free(&b);
}
END_TEST

static void assert_decimal(int64_t value, unsigned decimals, unsigned least,
			   const char *expected)
{
	struct buf b = {0};
	buf_put_decimal(&b, value, decimals, least);
	ck_assert_str_eq(buf_text(&b), expected);
	buf_free(&b);
}

START_TEST(numbers_are_told_without_rounding)
{
	struct buf b = {0};
	buf_put_u64(&b, 0);
	buf_putc(&b, ' ');
	buf_put_u64(&b, UINT64_MAX);
	ck_assert_str_eq(buf_text(&b), "0 18446744073709551615");
	buf_free(&b);
	assert_decimal(0, 9, 0, "0");
	assert_decimal(0, 9, 1, "0.0");
	assert_decimal(7, 0, 0, "7");
	assert_decimal(-2500, 3, 0, "-2.5");
	assert_decimal(2500, 3, 2, "2.50");
	assert_decimal(10000001, 9, 1, "0.010000001");
	assert_decimal(-1, 9, 0, "-0.000000001");
	assert_decimal(INT64_MAX, 18, 0, "9.223372036854775807");
	assert_decimal(INT64_MIN, 9, 1, "-9223372036.854775808");
}
END_TEST

START_TEST(a_vector_keeps_its_items_in_order)
{
	VEC(int) v = {0};
	for (int i = 0; i < 1000; i++)
		vec_push(&v, i);
	ck_assert_uint_eq(v.count, 1000);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(v.items[i], i);
	ck_assert_int_eq(vec_pop(&v), 999);
	ck_assert_int_eq(vec_last(&v), 998);
	vec_free(&v);
}
END_TEST

START_TEST(a_map_finds_what_was_set_and_nothing_else)
{
	struct map m = {0};
	char key[16];
	for (uint32_t i = 0; i < 5000; i++) {
		int len = snprintf(key, sizeof key, "key%u", i);
		map_set(&m, key, (size_t)len, i);
	}
	ck_assert_uint_eq(m.count, 5000);
	for (uint32_t i = 0; i < 5000; i++) {
		int len = snprintf(key, sizeof key, "key%u", i);
		uint32_t *found = map_find(&m, key, (size_t)len);
		ck_assert_ptr_nonnull(found);
		ck_assert_uint_eq(*found, i);
	}
	ck_assert_ptr_null(map_find(&m, "absent", 6));
	map_set(&m, "key1", 4, 77);
	ck_assert_uint_eq(*map_find(&m, "key1", 4), 77);
	ck_assert_uint_eq(m.count, 5000);
	map_free(&m);
}
END_TEST

START_TEST(list_nodes_leave_twice_without_harm)
{
	struct list_node head, a, b;
	list_init(&head);
	list_push_tail(&head, &a);
	list_push_tail(&head, &b);
	list_remove(&a);
	list_remove(&a);
	ck_assert_ptr_eq(list_pop_head(&head), &b);
	ck_assert_ptr_null(list_pop_head(&head));
}
END_TEST

START_TEST(malformed_utf8_is_found_where_it_is)
{
	static const struct {
		const char *text;
		size_t bad;
	} rows[] = {{"ab\xFF", 2},     {"\xC0\x80", 0},         {"x\xED\xA0\x80", 1},
		    {"\xE2\x82", 0},   {"\xF5\x80\x80\x80", 0}, {"ok\xE2\x28\xA1", 2}};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		size_t at = 99;
		ck_assert(!utf8_valid(rows[i].text, strlen(rows[i].text), &at));
		ck_assert_uint_eq(at, rows[i].bad);
	}
	ck_assert(utf8_valid("caf\xC3\xA9 \xF0\x9F\x8D\x9A", 10, NULL));
}
END_TEST

START_TEST(every_code_point_survives_encoding)
{
	for (uint32_t c = 0; c < 0x110000; c++) {
		if (c >= 0xD800 && c < 0xE000)
			continue;
		char bytes[UTF8_MAX];
		uint32_t back;
		size_t len = utf8_encode(c, bytes);
		ck_assert_uint_eq(utf8_decode(bytes, len, &back), len);
		ck_assert_uint_eq(back, c);
	}
}
END_TEST

START_TEST(widths_are_columns_of_a_terminal)
{
	ck_assert_int_eq(utf8_width_cols('a'), 1);
	ck_assert_int_eq(utf8_width_cols(0x1B), 0);
	ck_assert_int_eq(utf8_width_cols(0x301), 0);
	ck_assert_int_eq(utf8_width_cols(0xE0041), 0);
	ck_assert_int_eq(utf8_width_cols(0x2588), 1);
	ck_assert_int_eq(utf8_width_cols(0x7C73), 2);
	ck_assert_int_eq(utf8_width_cols(0x1F35A), 2);
	const char *rice = "a\xE7\xB1\xB3z";
	ck_assert_uint_eq(utf8_text_cols(rice, strlen(rice)), 4);
	ck_assert_uint_eq(utf8_fit(rice, strlen(rice), 2), 1);
	ck_assert_uint_eq(utf8_fit(rice, strlen(rice), 3), 4);
	ck_assert_uint_eq(utf8_count(rice, strlen(rice)), 3);
}
END_TEST

START_TEST(lines_are_folded_at_blanks_and_only_long_words_are_cut)
{
	ck_assert_uint_eq(utf8_fold("rice boils", 10, 10), 10);
	ck_assert_uint_eq(utf8_fold("rice boils", 10, 9), 4);
	ck_assert_uint_eq(utf8_fold("rice boils", 10, 4), 4);
	ck_assert_uint_eq(utf8_fold("rice boils", 10, 3), 3);
	ck_assert_uint_eq(utf8_fold("", 0, 3), 0);
	/* Two columns do not fit one: the line goes on all the same. */
	ck_assert_uint_eq(utf8_fold("\xe9\xa3\xaf\xe9\xa3\xaf", 6, 1), 3);
	ck_assert_uint_eq(utf8_fold("\xe9\xa3\xaf \xe9\xa3\xaf", 7, 4), 3);
}
END_TEST

START_TEST(errors_have_a_sentence_and_a_status)
{
	for (int e = 1; e < ERR_COUNT; e++) {
		ck_assert_uint_gt(strlen(error_text(-e)), 5);
		ck_assert_int_ge(error_status(e), 1);
	}
	ck_assert_int_eq(error_status(-ERR_SYNTAX), 2);
	ck_assert_int_eq(error_status(-ERR_SCENE), 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("base");
	TCase *c = tcase_create("base");
	tcase_add_test(c, a_buffer_grows_and_stays_terminated);
	tcase_add_test(c, numbers_are_told_without_rounding);
	tcase_add_test(c, a_vector_keeps_its_items_in_order);
	tcase_add_test(c, a_map_finds_what_was_set_and_nothing_else);
	tcase_add_test(c, list_nodes_leave_twice_without_harm);
	tcase_add_test(c, malformed_utf8_is_found_where_it_is);
	tcase_add_test(c, every_code_point_survives_encoding);
	tcase_add_test(c, widths_are_columns_of_a_terminal);
	tcase_add_test(c, lines_are_folded_at_blanks_and_only_long_words_are_cut);
	tcase_add_test(c, errors_have_a_sentence_and_a_status);
	suite_add_tcase(suite, c);
	return suite_main(suite);
}
