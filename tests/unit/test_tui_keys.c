/* tui: bytes of a terminal to keys. */
#include <string.h>

#include "suite.h"
#include "tui/keys.h"

static struct key got[64];
static char came_as[64][KEYS_PENDING_BYTES + 1];
static size_t count;

static void collect(void *world, const struct key *key, const char *bytes, size_t len)
{
	(void)world;
	if (count == 64)
		return;
	ck_assert_uint_le(len, KEYS_PENDING_BYTES);
	memcpy(came_as[count], bytes, len);
	came_as[count][len] = '\0';
	got[count++] = *key;
}

static struct keys decoder;

static void setup(void)
{
	decoder = (struct keys){0};
	count = 0;
}

static void feed(const char *bytes)
{
	keys_feed(&decoder, bytes, strlen(bytes), collect, NULL);
}

static void expect(size_t i, uint32_t code)
{
	ck_assert_uint_lt(i, count);
	ck_assert_uint_eq(got[i].code, code);
}

START_TEST(characters_are_their_code_points)
{
	feed("q?é米 \r\t\x7f\x03");
	ck_assert_uint_eq(count, 9);
	expect(0, 'q');
	expect(1, '?');
	expect(2, 0xE9);
	expect(3, 0x7C73);
	expect(4, KEYCODE_SPACE);
	expect(5, KEYCODE_ENTER);
	expect(6, KEYCODE_TAB);
	expect(7, KEYCODE_BACKSPACE);
	expect(8, KEYCODE_CTRL_C);
}
END_TEST

START_TEST(arrows_come_in_both_cursor_modes)
{
	feed("\033[A\033OB\033[1;5C\033OD\033[H\033[4~\033[5~\033[6~\033[Z");
	uint32_t want[] = {KEYCODE_UP,   KEYCODE_DOWN, KEYCODE_RIGHT,
	                   KEYCODE_LEFT, KEYCODE_HOME, KEYCODE_END,
	                   KEYCODE_PGUP, KEYCODE_PGDN, KEYCODE_BACKTAB};
	ck_assert_uint_eq(count, 9);
	for (size_t i = 0; i < 9; i++)
		expect(i, want[i]);
}
END_TEST

START_TEST(a_key_may_arrive_byte_by_byte)
{
	const char *bytes = "\033[6~é\033[<64;12;3M";
	for (size_t i = 0; i < strlen(bytes); i++)
		keys_feed(&decoder, bytes + i, 1, collect, NULL);
	ck_assert_uint_eq(count, 3);
	expect(0, KEYCODE_PGDN);
	expect(1, 0xE9);
	expect(2, KEYCODE_WHEEL_UP);
	ck_assert_int_eq(got[2].x, 11);
	ck_assert_int_eq(got[2].y, 2);
	ck_assert(!keys_pending(&decoder));
}
END_TEST

START_TEST(each_key_is_told_with_its_own_bytes)
{
	feed("q\033OC\033[I\033[6~é");
	keys_feed(&decoder, "\033", 1, collect, NULL);
	keys_flush(&decoder, collect, NULL);
	ck_assert_uint_eq(count, 5);
	const char *want[] = {"q", "\033OC", "\033[6~", "é", "\033"};
	for (size_t i = 0; i < 5; i++)
		ck_assert_str_eq(came_as[i], want[i]);
}
END_TEST

START_TEST(a_lone_escape_is_a_key_once_nothing_follows)
{
	feed("\033");
	ck_assert_uint_eq(count, 0);
	ck_assert(keys_pending(&decoder));
	keys_flush(&decoder, collect, NULL);
	ck_assert_uint_eq(count, 1);
	expect(0, KEYCODE_ESC);
	feed("\033\033");
	keys_flush(&decoder, collect, NULL);
	ck_assert_uint_eq(count, 3);
}
END_TEST

START_TEST(what_means_nothing_never_acts_as_the_letters_in_it)
{
	feed("\033[?1;2c\033[200~\033[38;5;1q\033xq\033[<0;1;1m\033[I");
	ck_assert_uint_eq(count, 1);
	expect(0, 'q');
}
END_TEST

START_TEST(any_bytes_at_all_are_survived)
{
	unsigned seed = 1;
	for (int i = 0; i < 200000; i++) {
		seed = seed * 1103515245u + 12345u;
		unsigned char byte = (unsigned char)(seed >> 16);
		if (i % 7 == 0)
			byte = 0x1B;
		if (i % 7 == 1)
			byte = '[';
		count = 0;
		keys_feed(&decoder, &byte, 1, collect, NULL);
		ck_assert_uint_le(decoder.count, KEYS_PENDING_BYTES);
	}
	keys_flush(&decoder, collect, NULL);
	ck_assert(!keys_pending(&decoder));
	for (int i = 0; i < 1000; i++)
		keys_feed(&decoder, "\033[1;1;1;1;1;1;", 14, collect, NULL);
	ck_assert_uint_lt(decoder.count, KEYS_PENDING_BYTES);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tui/keys");
	TCase *keys = tcase_create("keys");
	tcase_add_checked_fixture(keys, setup, NULL);
	tcase_add_test(keys, characters_are_their_code_points);
	tcase_add_test(keys, arrows_come_in_both_cursor_modes);
	tcase_add_test(keys, a_key_may_arrive_byte_by_byte);
	tcase_add_test(keys, each_key_is_told_with_its_own_bytes);
	tcase_add_test(keys, a_lone_escape_is_a_key_once_nothing_follows);
	tcase_add_test(keys, what_means_nothing_never_acts_as_the_letters_in_it);
	tcase_add_test(keys, any_bytes_at_all_are_survived);
	suite_add_tcase(suite, keys);
	return suite_main(suite);
}
