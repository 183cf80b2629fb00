/* tui: what a recorder hears of, and when by its clock. */
#include <string.h>

#include "base/error.h"
#include "suite.h"
#include "tui/recording.h"

#define SECOND INT64_C(1000000000)

static struct {
	unsigned frames, keys, ends;
	int64_t at_ns;
	char bytes[16];
	int error; /* what it answers from now on */
} heard;

static int answer(int64_t now_ns, struct buf *why)
{
	heard.at_ns = now_ns;
	if (heard.error)
		buf_puts(why, "no more room");
	return heard.error;
}

static int on_frame(void *world, int64_t now_ns, const struct tui_frame *f, struct buf *why)
{
	(void)world, (void)f;
	heard.frames++;
	return answer(now_ns, why);
}

static int on_key(void *world, int64_t now_ns, const char *bytes, size_t len, struct buf *why)
{
	(void)world;
	heard.keys++;
	memcpy(heard.bytes, bytes, len);
	heard.bytes[len] = '\0';
	return answer(now_ns, why);
}

static int on_end(void *world, int64_t now_ns, struct buf *why)
{
	(void)world;
	heard.ends++;
	return answer(now_ns, why);
}

static const struct tui_recorder recorder = {
	.frame = on_frame, .key = on_key, .end = on_end};
static const struct tui_frame a_frame = {.caption = ""};

static struct recording r;
static struct buf why;

static void setup(void)
{
	memset(&heard, 0, sizeof heard);
	r = (struct recording){.recorder = &recorder};
	buf_reset(&why);
}

static void teardown(void)
{
	buf_free(&why);
}

static int press(int64_t now_ns, uint32_t code, const char *bytes)
{
	struct key key = {.code = code};
	return recording_key(&r, now_ns, &key, bytes, strlen(bytes), &why);
}

START_TEST(keys_are_told_as_the_bytes_they_came_as)
{
	ck_assert_int_eq(press(SECOND, KEYCODE_RIGHT, "\033OC"), 0);
	ck_assert_str_eq(heard.bytes, "\033OC");
	ck_assert_int_eq(heard.at_ns, SECOND);
}
END_TEST

START_TEST(the_mouse_is_no_key)
{
	press(1, KEYCODE_CLICK, "\033[<0;1;1M");
	press(2, KEYCODE_WHEEL_UP, "\033[<64;1;1M");
	press(3, KEYCODE_WHEEL_DOWN, "\033[<65;1;1M");
	ck_assert_uint_eq(heard.keys, 0);
}
END_TEST

START_TEST(a_pause_of_the_presenter_counts_in_full)
{
	recording_frame(&r, SECOND, &a_frame, &why);
	recording_frame(&r, 600 * SECOND, &a_frame, &why);
	ck_assert_int_eq(heard.at_ns, 600 * SECOND);
}
END_TEST

START_TEST(a_pause_in_which_somebody_else_had_the_terminal_is_cut_short)
{
	recording_frame(&r, SECOND, &a_frame, &why);
	recording_leave(&r, 5 * SECOND);
	recording_come_back(&r, 605 * SECOND);
	recording_frame(&r, 606 * SECOND, &a_frame, &why);
	ck_assert_int_eq(heard.at_ns, 5 * SECOND + RECORDING_AWAY_NS + SECOND);
}
END_TEST

START_TEST(a_short_pause_is_kept_as_it_was)
{
	recording_leave(&r, 5 * SECOND);
	recording_come_back(&r, 5 * SECOND + RECORDING_AWAY_NS / 2);
	recording_frame(&r, 7 * SECOND, &a_frame, &why);
	ck_assert_int_eq(heard.at_ns, 7 * SECOND);
}
END_TEST

/* As it is after Ctrl-Z: the program comes back by itself, and then hears SIGCONT. */
START_TEST(coming_back_twice_cuts_once)
{
	recording_leave(&r, 5 * SECOND);
	recording_come_back(&r, 605 * SECOND);
	recording_come_back(&r, 605 * SECOND);
	recording_frame(&r, 605 * SECOND, &a_frame, &why);
	ck_assert_int_eq(heard.at_ns, 5 * SECOND + RECORDING_AWAY_NS);
}
END_TEST

START_TEST(the_clock_never_goes_back)
{
	int64_t last = 0;
	for (int i = 1; i < 200; i++) {
		int64_t now = i * SECOND / 3;
		if (i % 7 == 0)
			recording_leave(&r, now);
		if (i % 11 == 0 || i % 7 == 5)
			recording_come_back(&r, now);
		recording_frame(&r, now, &a_frame, &why);
		ck_assert_int_ge(heard.at_ns, last);
		last = heard.at_ns;
	}
}
END_TEST

START_TEST(a_recorder_that_failed_is_not_called_again)
{
	heard.error = -ERR_WRITE;
	ck_assert_int_eq(recording_frame(&r, SECOND, &a_frame, &why), -ERR_WRITE);
	ck_assert_str_eq(buf_text(&why), "no more room");
	ck_assert_int_eq(recording_frame(&r, 2 * SECOND, &a_frame, &why), 0);
	ck_assert_int_eq(press(3 * SECOND, 'q', "q"), 0);
	ck_assert_int_eq(recording_end(&r, 4 * SECOND, &why), 0);
	ck_assert_uint_eq(heard.frames + heard.keys + heard.ends, 1);
}
END_TEST

START_TEST(without_a_recorder_nothing_happens)
{
	r.recorder = NULL;
	ck_assert_int_eq(recording_frame(&r, SECOND, &a_frame, &why), 0);
	ck_assert_int_eq(press(SECOND, 'q', "q"), 0);
	ck_assert_int_eq(recording_end(&r, SECOND, &why), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tui/recording");
	TCase *c = tcase_create("recording");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, keys_are_told_as_the_bytes_they_came_as);
	tcase_add_test(c, the_mouse_is_no_key);
	tcase_add_test(c, a_pause_of_the_presenter_counts_in_full);
	tcase_add_test(c, a_pause_in_which_somebody_else_had_the_terminal_is_cut_short);
	tcase_add_test(c, a_short_pause_is_kept_as_it_was);
	tcase_add_test(c, coming_back_twice_cuts_once);
	tcase_add_test(c, the_clock_never_goes_back);
	tcase_add_test(c, a_recorder_that_failed_is_not_called_again);
	tcase_add_test(c, without_a_recorder_nothing_happens);
	suite_add_tcase(suite, c);
	return suite_main(suite);
}
