/* Pieces of JSON: what strings and times become. */
#include <check.h>
#include <limits.h>
#include <string.h>

#include "export/json.h"
#include "suite.h"

#define assert_string(text, len, cols, expected)                                           \
	do {                                                                               \
		struct buf out_ = {0};                                                     \
		json_string(&out_, text, len, cols);                                       \
		ck_assert_str_eq(buf_text(&out_), expected);                               \
		buf_free(&out_);                                                           \
	} while (0)

#define assert_time(put, ns, expected)                                                     \
	do {                                                                               \
		struct buf out_ = {0};                                                     \
		put(&out_, ns);                                                            \
		ck_assert_str_eq(buf_text(&out_), expected);                               \
		buf_free(&out_);                                                           \
	} while (0)

START_TEST(quotes_and_control_characters_are_escaped)
{
	assert_string("say \"no\" \\ so", 13, SIZE_MAX, "\"say \\\"no\\\" \\\\ so\"");
	assert_string("a\nb\tc\x01\x1b\0d\x7f", 10, SIZE_MAX,
		      "\"a\\nb\\tc\\u0001\\u001b\\u0000d\\u007f\"");
	assert_string("\xc2\x9b", 2, SIZE_MAX, "\"\\u009b\"");
	assert_string("", 0, SIZE_MAX, "\"\"");
}
END_TEST

START_TEST(malformed_bytes_become_the_replacement_character)
{
	assert_string("a\xff\xc3(\xed\xa0\x80", 7, SIZE_MAX,
		      "\"a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	assert_string("\xe2\x94\x80 rice \xe9\xa3\xaf", 12, SIZE_MAX,
		      "\"\xe2\x94\x80 rice \xe9\xa3\xaf\"");
}
END_TEST

START_TEST(long_texts_are_cut_at_columns_and_say_so)
{
	assert_string("abcdef", 6, 6, "\"abcdef\"");
	assert_string("abcdef", 6, 5, "\"abcde\xe2\x80\xa6\"");
	assert_string("\xe9\xa3\xaf\xe9\xa3\xaf", 6, 3, "\"\xe9\xa3\xaf\xe2\x80\xa6\"");
}
END_TEST

START_TEST(times_are_told_without_rounding)
{
	assert_time(json_micros, 0, "0");
	assert_time(json_micros, 1, "0.001");
	assert_time(json_micros, 7000000000, "7000000");
	assert_time(json_micros, 1250, "1.25");
	assert_time(json_micros, -1001, "-1.001");
	assert_time(json_micros, INT64_MAX, "9223372036854775.807");
	assert_time(json_micros, INT64_MIN, "-9223372036854775.808");
	assert_time(json_seconds, 7000000000, "7");
	assert_time(json_seconds, 333333333, "0.333333333");
	assert_time(json_seconds, 10000001, "0.010000001");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("export json");
	TCase *c = tcase_create("json");
	tcase_add_test(c, quotes_and_control_characters_are_escaped);
	tcase_add_test(c, malformed_bytes_become_the_replacement_character);
	tcase_add_test(c, long_texts_are_cut_at_columns_and_say_so);
	tcase_add_test(c, times_are_told_without_rounding);
	suite_add_tcase(s, c);
	return suite_main(s);
}
