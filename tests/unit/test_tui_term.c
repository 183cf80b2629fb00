/*
 * tui: a grid through curses to bytes, without any terminal. The bytes are read back by a
 * small reader of its own that knows what xterm does with them.
 */
#include <fcntl.h>
#include <locale.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/utf8.h"
#include "screen/grid.h"
#include "suite.h"
#include "tui/term.h"

static int out_fd, in_fd;
static struct term *term;
static struct buf why, bytes;

static int open_as(const char *type, int cols, int rows, bool no_colour)
{
	return term_open(&term,
	                 &(struct term_options){
				 .type = type,
				 .in = in_fd,
				 .out = out_fd,
				 .no_colour = no_colour,
				 .cols = cols,
				 .rows = rows,
			 },
	                 &why);
}

static void setup(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		setlocale(LC_ALL, "en_US.UTF-8");
	out_fd = memfd_create("terminal", 0);
	in_fd = open("/dev/null", O_RDONLY);
}

static void teardown(void)
{
	term_close(term);
	term = NULL;
	close(out_fd);
	close(in_fd);
	buf_free(&why);
	buf_free(&bytes);
}

/* What was written since the last time. */
static const char *written(void)
{
	buf_reset(&bytes);
	off_t size = lseek(out_fd, 0, SEEK_END);
	char *room = buf_reserve(&bytes, (size_t)size);
	ck_assert_int_eq(pread(out_fd, room, (size_t)size, 0), size);
	buf_advance(&bytes, (size_t)size);
	ck_assert_int_eq(ftruncate(out_fd, 0), 0);
	lseek(out_fd, 0, SEEK_SET);
	return buf_text(&bytes);
}

START_TEST(a_grid_reaches_the_terminal_in_one_synchronised_frame)
{
	ck_assert_int_eq(open_as("xterm-256color", 20, 4, false), 0);
	ck_assert_int_eq(term_depth(term), DEPTH_256);
	ck_assert(!term_ascii(term));
	written();
	struct grid g = {0};
	grid_resize(&g, 20, 4);
	area_puts(area_all(&g), 0, 0, "hello █ 米", INK_RUNNING);
	area_puts(area_all(&g), 16, 3, "last", INK_TEXT);
	term_show(term, &g, THEME_DARK, true);
	const char *frame = written();
	ck_assert_int_eq(strncmp(frame, "\033[?2026h", 8), 0);
	ck_assert_ptr_nonnull(strstr(frame, "hello █ 米"));
	ck_assert_ptr_nonnull(strstr(frame, "38;5;36"));
	ck_assert_ptr_nonnull(strstr(frame, "l"));
	ck_assert_str_eq(frame + strlen(frame) - 8, "\033[?2026l");
	term_show(term, &g, THEME_DARK, false);
	ck_assert_str_eq(written(), "");
	area_puts(area_all(&g), 0, 1, "x", INK_TEXT);
	term_show(term, &g, THEME_DARK, false);
	ck_assert_uint_lt(strlen(written()), 60);
	grid_free(&g);
}
END_TEST

START_TEST(leaving_gives_back_the_screen_the_cursor_and_the_mouse)
{
	ck_assert_int_eq(open_as("xterm-256color", 80, 24, false), 0);
	const char *begin = written();
	ck_assert_ptr_nonnull(strstr(begin, "\033[?1049h"));
	ck_assert_ptr_nonnull(strstr(begin, "\033[?1006h"));
	term_close(term);
	term = NULL;
	const char *end = written();
	ck_assert_ptr_nonnull(strstr(end, "\033[?1049l"));
	ck_assert_ptr_nonnull(strstr(end, "\033[?25h"));
	ck_assert_ptr_nonnull(strstr(end, "\033[?1006l"));
	term_rescue();
	ck_assert_str_eq(written(), "");
}
END_TEST

START_TEST(a_rescue_does_the_same_from_a_signal_handler)
{
	ck_assert_int_eq(open_as("xterm-256color", 80, 24, false), 0);
	written();
	term_rescue();
	ck_assert_ptr_nonnull(strstr(written(), "\033[?1049l"));
	term_rescue();
	ck_assert_str_eq(written(), "");
}
END_TEST

START_TEST(suspending_and_coming_back_paints_anew)
{
	ck_assert_int_eq(open_as("xterm", 30, 3, false), 0);
	ck_assert_int_eq(term_depth(term), DEPTH_8);
	struct grid g = {0};
	grid_resize(&g, 30, 3);
	area_puts(area_all(&g), 0, 0, "still here", INK_TEXT);
	term_show(term, &g, THEME_LIGHT, false);
	term_leave(term);
	written();
	term_show(term, &g, THEME_LIGHT, false);
	ck_assert_str_eq(written(), "");
	term_enter(term);
	term_show(term, &g, THEME_LIGHT, true);
	const char *frame = written();
	ck_assert_ptr_nonnull(strstr(frame, "\033[?1049h"));
	ck_assert_ptr_nonnull(strstr(frame, "still here"));
	grid_free(&g);
}
END_TEST

START_TEST(terminals_that_cannot_are_refused_before_anything_is_written)
{
	const char *const types[] = {"dumb", "unknown", "no-such-terminal", "", NULL};
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(open_as(types[i], 80, 24, false), -ERR_TERMINAL);
		ck_assert_ptr_null(term);
		ck_assert_uint_gt(why.len, 10);
		buf_reset(&why);
		ck_assert_str_eq(written(), "");
	}
}
END_TEST

START_TEST(without_colour_none_is_sent)
{
	ck_assert_int_eq(open_as("xterm-256color", 40, 3, true), 0);
	ck_assert_int_eq(term_depth(term), DEPTH_NONE);
	struct grid g = {0};
	grid_resize(&g, 40, 3);
	for (int ink = 0; ink < INK_COUNT; ink++)
		area_puts(area_all(&g), ink, 0, "x", (style)ink);
	term_show(term, &g, THEME_DARK, false);
	const char *frame = written();
	ck_assert_ptr_null(strstr(frame, "38;5"));
	for (const char *at = frame; (at = strstr(at, "[3")); at++)
		ck_assert_msg(at[2] < '0' || at[2] > '8' || at[3] != 'm',
		              "a colour: %.8s", at);
	grid_free(&g);
}
END_TEST

START_TEST(old_terminals_get_no_marks_they_do_not_know)
{
	ck_assert_int_eq(open_as("vt100", 40, 3, false), 0);
	struct grid g = {0};
	grid_resize(&g, 40, 3);
	area_puts(area_all(&g), 0, 0, "plain", INK_RUNNING);
	term_show(term, &g, THEME_DARK, false);
	const char *frame = written();
	ck_assert_ptr_null(strstr(frame, "?2026"));
	ck_assert_ptr_null(strstr(frame, "?1006"));
	ck_assert_ptr_nonnull(strstr(frame, "plain"));
	grid_free(&g);
}
END_TEST

START_TEST(another_locale_means_ascii)
{
	setlocale(LC_ALL, "C");
	ck_assert_int_eq(open_as("xterm-256color", 40, 3, false), 0);
	ck_assert(term_ascii(term));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tui/term");
	TCase *c = tcase_create("term");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_grid_reaches_the_terminal_in_one_synchronised_frame);
	tcase_add_test(c, leaving_gives_back_the_screen_the_cursor_and_the_mouse);
	tcase_add_test(c, a_rescue_does_the_same_from_a_signal_handler);
	tcase_add_test(c, suspending_and_coming_back_paints_anew);
	tcase_add_test(c, terminals_that_cannot_are_refused_before_anything_is_written);
	tcase_add_test(c, without_colour_none_is_sent);
	tcase_add_test(c, old_terminals_get_no_marks_they_do_not_know);
	tcase_add_test(c, another_locale_means_ascii);
	suite_add_tcase(suite, c);
	return suite_main(suite);
}
