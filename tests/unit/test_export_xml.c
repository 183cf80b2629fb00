/* Text for XML: whatever the bytes are, what comes out is well-formed and shows them. */
#include <check.h>

#include "export/xml.h"
#include "suite.h"
#include "svg_kit.h"

static char *escaped(const char *text, size_t len)
{
	char *result = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&result, &size);
	xml_text(out, text, len);
	fclose(out);
	return result;
}

#define assert_escaped(text, expected)                                                     \
	do {                                                                               \
		char *got_ = escaped(text, sizeof(text) - 1);                              \
		ck_assert_str_eq(got_, expected);                                          \
		free(got_);                                                                \
	} while (0)

START_TEST(markup_becomes_entities)
{
	assert_escaped("a<b>&\"c'", "a&lt;b&gt;&amp;&quot;c&#39;");
	assert_escaped("]]>", "]]&gt;");
	assert_escaped("&amp;", "&amp;amp;");
	assert_escaped("", "");
}
END_TEST

START_TEST(control_characters_become_pictures)
{
	assert_escaped("\x1b[31m", "␛[31m");
	assert_escaped("a\0b", "a␀b");
	assert_escaped("\x7f", "␡");
	assert_escaped("a\nb\tc\r", "a b c ");
	assert_escaped("\xc2\x85\xc2\x9f", "��");
}
END_TEST

START_TEST(what_xml_does_not_allow_is_replaced)
{
	assert_escaped("a\xff\xc3", "a��");
	assert_escaped("\xef\xbf\xbe\xef\xbf\xbf", "��");
	assert_escaped("\xf0\x9f\xbf\xbf", "�"); /* U+1FFFF */
	assert_escaped("\xed\xa0\x80", "���");   /* half of a surrogate pair */
	assert_escaped("\xe2\x80\xae" "abc\xe2\x81\xa6", "�abc�"); /* turns what follows around */
}
END_TEST

START_TEST(text_in_any_script_stays_what_it_is)
{
	assert_escaped("naïve 日本語 שלום 🍚", "naïve 日本語 שלום 🍚");
}
END_TEST

START_TEST(random_bytes_are_well_formed_as_text_and_as_attribute)
{
	uint32_t seed = 77;
	for (int round = 0; round < 300; round++) {
		char bytes[64];
		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (char)(kit_random(&seed) % 3 ? kit_random(&seed) % 256
							       : (uint32_t)"<>&\"']"[kit_random(&seed) % 6]);
		char *inside = escaped(bytes, sizeof bytes);
		struct buf all = {0};
		buf_printf(&all, "<a b=\"%s\">%s</a>", inside, inside);
		assert_xml(all.data);
		buf_free(&all);
		free(inside);
	}
}
END_TEST

START_TEST(numbers_have_two_decimals_at_most)
{
	static const struct {
		double value;
		const char *text;
	} rows[] = {
		{0, "0"},          {12, "12"},       {0.5, "0.5"},        {-0.25, "-0.25"},
		{1.005e3, "1005"}, {3.14159, "3.14"}, {2.999, "3"},        {-0.001, "0"},
		{0.05, "0.05"},    {1e300, "1000000000000"}, {0.0 / 0.0, "0"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *text = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&text, &len);
		xml_number(out, rows[i].value);
		fclose(out);
		ck_assert_str_eq(text, rows[i].text);
		free(text);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("export/xml");
	TCase *tc = tcase_create("text");
	tcase_add_test(tc, markup_becomes_entities);
	tcase_add_test(tc, control_characters_become_pictures);
	tcase_add_test(tc, what_xml_does_not_allow_is_replaced);
	tcase_add_test(tc, text_in_any_script_stays_what_it_is);
	tcase_add_test(tc, random_bytes_are_well_formed_as_text_and_as_attribute);
	tcase_add_test(tc, numbers_have_two_decimals_at_most);
	suite_add_tcase(suite, tc);
	return suite_main(suite);
}
