/* Asciicasts: the lines of both versions, their times, and what a failing write leaves. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "export/cast.h"
#include "export/palette.h"
#include "suite.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)

/* A file of lines that fails when it has taken `room` of them. */
struct file {
	struct buf text;
	size_t calls, room;
};

static int write_line(void *world, const char *line, size_t len)
{
	struct file *f = world;
	ck_assert_uint_gt(len, 0);
	ck_assert_ptr_eq(memchr(line, '\n', len), line + len - 1);
	f->calls++;
	if (f->room == 0)
		return -ERR_WRITE;
	f->room--;
	buf_put(&f->text, line, len);
	return 0;
}

static const struct cast_options small = {
	.format = CAST_V2, .cols = 10, .rows = 2, .depth = DEPTH_256, .timestamp_s = -1};

static struct cast *open_cast(struct file *f, const struct cast_options *o)
{
	struct cast *c;
	*f = (struct file){.room = SIZE_MAX};
	ck_assert_int_eq(cast_new(&c, o, &(struct cast_out){f, write_line}), 0);
	return c;
}

/* Line `n` of the file, without its newline; the header is 0. The caller frees it. */
static char *line_of(const struct file *f, int n)
{
	const char *at = buf_text(&f->text);
	while (n--)
		at = strchr(at, '\n') + 1;
	return mem_strndup(at, strcspn(at, "\n"));
}

static void assert_line(const struct file *f, int n, const char *want)
{
	char *line = line_of(f, n);
	ck_assert_str_eq(line, want);
	free(line);
}

static int count_lines(const struct file *f)
{
	int count = 0;
	for (const char *s = buf_text(&f->text); *s; s++)
		count += *s == '\n';
	return count;
}

static struct grid grid_with(int cols, int rows, const char *text)
{
	struct grid g = {0};
	grid_resize(&g, cols, rows);
	area_puts(area_all(&g), 0, 0, text, INK_TEXT);
	return g;
}

static void frame(struct cast *c, int64_t at_ns, int cols, int rows, const char *text)
{
	struct grid g = grid_with(cols, rows, text);
	cast_frame(c, at_ns, &g, THEME_DARK);
	grid_free(&g);
}

static void close_cast(struct cast *c, struct file *f)
{
	cast_free(c);
	buf_free(&f->text);
}

/* The theme of a header, as it is to be. */
static void put_theme(struct buf *b, enum theme theme)
{
	buf_printf(b, "\"theme\":{\"fg\":\"#%06x\",\"bg\":\"#%06x\",\"palette\":\"", palette_text(theme),
		   palette_ground(theme));
	for (int i = 0; i < 16; i++)
		buf_printf(b, i ? ":#%06x" : "#%06x", palette_rgb(i));
	buf_puts(b, "\"}");
}

#define ANEW "\\u001b[?25l\\u001b[m\\u001b[H\\u001b[2J"

START_TEST(a_header_says_no_more_than_it_is_told)
{
	struct file f;
	struct buf want = {0};
	struct cast *c = open_cast(&f, &small);
	buf_puts(&want, "{\"version\":2,\"width\":10,\"height\":2,"
			"\"env\":{\"TERM\":\"xterm-256color\"},");
	put_theme(&want, THEME_DARK);
	buf_puts(&want, "}");
	assert_line(&f, 0, buf_text(&want));
	ck_assert_uint_eq(cast_byte_count(c), f.text.len);
	close_cast(c, &f);
	buf_free(&want);
}
END_TEST

START_TEST(a_header_has_the_title_the_idle_limit_and_the_timestamp)
{
	static const char *const begins[] = {
		"{\"version\":2,\"width\":80,\"height\":24,\"timestamp\":1700000000,"
		"\"idle_time_limit\":2.500,\"title\":\"\\\"Two\\\" cooks\\\\\\u001b[m\\n\xef\xbf\xbd\xc3\xa9\","
		"\"env\":{\"TERM\":\"xterm-256color\"},",
		"{\"version\":3,\"term\":{\"cols\":80,\"rows\":24,\"type\":\"xterm-256color\",",
	};
	static const char *const ends[] = {
		"}",
		"},\"timestamp\":1700000000,\"idle_time_limit\":2.500,"
		"\"title\":\"\\\"Two\\\" cooks\\\\\\u001b[m\\n\xef\xbf\xbd\xc3\xa9\"}",
	};
	for (int i = 0; i < 2; i++) {
		struct file f;
		struct buf want = {0};
		struct cast *c = open_cast(&f, &(struct cast_options){
			.format = i ? CAST_V3 : CAST_V2, .cols = 80, .rows = 24, .theme = THEME_LIGHT,
			.depth = DEPTH_256, .title = "\"Two\" cooks\\\033[m\n\xff\xc3\xa9",
			.idle_ns = 2500 * MS, .timestamp_s = 1700000000});
		buf_puts(&want, begins[i]);
		put_theme(&want, THEME_LIGHT);
		buf_puts(&want, ends[i]);
		assert_line(&f, 0, buf_text(&want));
		close_cast(c, &f);
		buf_free(&want);
	}
}
END_TEST

START_TEST(a_frame_is_one_line_and_none_when_nothing_changed)
{
	struct file f;
	struct cast *c = open_cast(&f, &small);
	frame(c, 0, 10, 2, "a\"\\");
	frame(c, SECOND, 10, 2, "a\"\\");
	frame(c, 1500 * MS + MS / 2, 10, 2, "a\"!");
	assert_line(&f, 1, "[0.000,\"o\",\"" ANEW "a\\\"\\\\\"]");
	assert_line(&f, 2, "[1.501,\"o\",\"\\b!\"]");
	ck_assert_int_eq(count_lines(&f), 3);
	ck_assert_uint_eq(f.calls, 3);
	ck_assert_uint_eq(cast_frame_count(c), 2);
	ck_assert_uint_eq(cast_byte_count(c), f.text.len);
	close_cast(c, &f);
}
END_TEST

START_TEST(intervals_of_version_3_add_up_to_the_very_times)
{
	struct cast_options o = small;
	struct file f;
	o.format = CAST_V3;
	struct cast *c = open_cast(&f, &o);
	int64_t sum_ms = 0;
	for (int i = 0; i < 1000; i++) {
		int64_t at_ns = i * SECOND / 60;
		cast_input(c, at_ns, "x", 1);
		char *line = line_of(&f, i + 1);
		int s, ms;
		ck_assert_int_eq(sscanf(line, "[%d.%3d,\"i\",\"x\"]", &s, &ms), 2);
		sum_ms += s * 1000 + ms;
		ck_assert_int_eq(sum_ms, (at_ns + MS / 2) / MS);
		free(line);
	}
	close_cast(c, &f);
}
END_TEST

START_TEST(times_never_go_back)
{
	for (int i = 0; i < 2; i++) {
		struct cast_options o = small;
		struct file f;
		o.format = i ? CAST_V3 : CAST_V2;
		struct cast *c = open_cast(&f, &o);
		cast_input(c, 2 * SECOND, "x", 1);
		cast_input(c, SECOND, "y", 1);
		assert_line(&f, 2, i ? "[0.000,\"i\",\"y\"]" : "[2.000,\"i\",\"y\"]");
		close_cast(c, &f);
	}
}
END_TEST

START_TEST(a_marker_is_never_at_time_0_and_never_the_last_event)
{
	struct file f;
	struct cast *c = open_cast(&f, &small);
	frame(c, 0, 10, 2, "a");
	cast_marker(c, 0, "first");
	frame(c, 0, 10, 2, "b");
	cast_marker(c, SECOND, "last");
	cast_end(c, SECOND);
	assert_line(&f, 2, "[0.001,\"m\",\"first\"]");
	assert_line(&f, 3, "[0.001,\"o\",\"\\rb\"]");
	assert_line(&f, 4, "[1.000,\"m\",\"last\"]");
	assert_line(&f, 5, "[1.000,\"o\",\"\\u001b[m\\u001b[2H\\u001b[38;2;18;18;18m \\u001b[m\\r\\u001b[B\\u001b[?25h\"]");
	ck_assert_uint_eq(cast_frame_count(c), 2);
	close_cast(c, &f);
}
END_TEST

START_TEST(a_label_is_one_line_of_a_tooltip)
{
	static const char *const labels[][2] = {
		{"", ""},
		{"Rice boils by itself.", "Rice boils by itself."},
		{"  Rice\n\tboils \033[1m by\x7f itself.\r\n", "Rice boils [1m by itself."},
		{"Rice is a minute of work. Then it boils by itself, and the cook is free for others.",
		 "Rice is a minute of work."},
		{"One. Two! Is it three? Whatever comes after that is too long, it does not fit here.",
		 "One. Two! Is it three?"},
		{"A caption of version 3.13 without any end to its first sentence, which is cut between words",
		 "A caption of version 3.13 without any end to its first sentence, which…"},
		{"Rindfleisch"
		 "etikettierungsueberwachungsaufgabenuebertragungsgesetzdurchfuehrungsverordnung",
		 "Rindfleischetikettierungsueberwachungsaufgabenuebertragungsgesetzdurchf…"},
		{"broken \xff\xc3", "broken \xef\xbf\xbd\xef\xbf\xbd"},
	};
	struct file f;
	struct cast *c = open_cast(&f, &small);
	for (int i = 0; i < (int)COUNT_OF(labels); i++) {
		struct buf want = {0};
		cast_marker(c, SECOND, labels[i][0]);
		buf_printf(&want, "[1.000,\"m\",\"%s\"]", labels[i][1]);
		assert_line(&f, i + 1, buf_text(&want));
		ck_assert_uint_le(utf8_text_cols(labels[i][1], strlen(labels[i][1])), CAST_LABEL_COLS);
		buf_free(&want);
	}
	close_cast(c, &f);
}
END_TEST

START_TEST(keys_are_written_as_they_came_and_always_as_legal_json)
{
	struct file f;
	struct cast *c = open_cast(&f, &small);
	cast_input(c, 0, "\033[A\0\x7f\xc2\x9b\r\xe7\xb1\xb3\xed\xa0\x80", 14);
	assert_line(&f, 1, "[0.000,\"i\",\"\\u001b[A\\u0000\\u007f\\u009b\\r\xe7\xb1\xb3"
			   "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"]");
	close_cast(c, &f);
}
END_TEST

START_TEST(another_size_is_a_resize_and_a_whole_frame)
{
	struct file f;
	struct cast *c = open_cast(&f, &small);
	frame(c, 0, 10, 2, "a");
	frame(c, SECOND, 12, 3, "a");
	frame(c, 2 * SECOND, 12, 0, "");
	frame(c, 3 * SECOND, 10, 2, "a");
	assert_line(&f, 2, "[1.000,\"r\",\"12x3\"]");
	assert_line(&f, 3, "[1.000,\"o\",\"" ANEW "a\"]");
	assert_line(&f, 4, "[3.000,\"r\",\"10x2\"]");
	assert_line(&f, 5, "[3.000,\"o\",\"" ANEW "a\"]");
	ck_assert_int_eq(count_lines(&f), 6);
	close_cast(c, &f);
}
END_TEST

START_TEST(another_theme_than_the_headers_brings_its_own_ground)
{
	static const struct {
		enum depth depth;
		const char *ground;
	} rows[] = {{DEPTH_256, "48;5;231"}, {DEPTH_8, "47"}, {DEPTH_NONE, NULL}};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct cast_options o = small;
		o.depth = rows[i].depth;
		struct file f;
		struct cast *c = open_cast(&f, &o);
		struct grid g = grid_with(10, 2, "abc");
		for (int n = 0; n < 3; n++) {
			cast_frame(c, n * SECOND, &g, n == 1 ? THEME_LIGHT : THEME_DARK);
			char *line = line_of(&f, n + 1);
			if (rows[i].ground) /* each cell has another look, so each is written */
				ck_assert_msg((strstr(line, rows[i].ground) != NULL) == (n == 1) &&
					      strstr(line, "abc"), "%d: %s", n, line);
			free(line);
			if (!rows[i].ground)
				break;
		}
		/* Without colours a theme changes nothing. */
		ck_assert_uint_eq(cast_frame_count(c), rows[i].ground ? 3 : 1);
		grid_free(&g);
		close_cast(c, &f);
	}
}
END_TEST

START_TEST(after_an_error_nothing_more_is_written)
{
	for (size_t room = 0; room < 6; room++) {
		struct file f = {.room = room};
		struct cast *c;
		int error = cast_new(&c, &small, &(struct cast_out){&f, write_line});
		ck_assert_int_eq(error, room ? 0 : -ERR_WRITE);
		if (error) {
			ck_assert_ptr_null(c);
			continue;
		}
		struct grid a = grid_with(10, 2, "a"), b = grid_with(12, 2, "b");
		int results[] = {cast_frame(c, 0, &a, THEME_DARK), cast_marker(c, SECOND, "m"),
				 cast_frame(c, SECOND, &b, THEME_DARK), cast_input(c, SECOND, "x", 1),
				 cast_end(c, SECOND)};
		/* The fourth line is the resize before the second frame. */
		size_t lines_before[] = {1, 2, 4, 5, 6};
		for (size_t i = 0; i < COUNT_OF(results); i++)
			ck_assert_int_eq(results[i], lines_before[i] < room ? 0 : -ERR_WRITE);
		ck_assert_uint_eq(f.calls, room + 1);
		ck_assert_int_eq(count_lines(&f), (int)room);
		ck_assert_uint_eq(cast_byte_count(c), f.text.len);
		grid_free(&a);
		grid_free(&b);
		close_cast(c, &f);
	}
}
END_TEST

START_TEST(after_the_end_nothing_more_is_written)
{
	struct file f;
	struct cast *c = open_cast(&f, &small);
	frame(c, 0, 10, 2, "a");
	ck_assert_int_eq(cast_end(c, SECOND), 0);
	ck_assert_int_eq(cast_end(c, SECOND), 0);
	frame(c, 2 * SECOND, 10, 2, "b");
	ck_assert_int_eq(cast_marker(c, 2 * SECOND, "m"), 0);
	ck_assert_int_eq(count_lines(&f), 3);
	close_cast(c, &f);
}
END_TEST

START_TEST(a_cast_without_frames_still_gives_the_terminal_back)
{
	struct file f;
	struct cast *c = open_cast(&f, &small);
	ck_assert_int_eq(cast_end(c, 0), 0);
	assert_line(&f, 1, "[0.000,\"o\",\"\\u001b[m\\u001b[?25h\"]");
	close_cast(c, &f);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("export cast");
	TCase *c = tcase_create("cast");
	tcase_add_test(c, a_header_says_no_more_than_it_is_told);
	tcase_add_test(c, a_header_has_the_title_the_idle_limit_and_the_timestamp);
	tcase_add_test(c, a_frame_is_one_line_and_none_when_nothing_changed);
	tcase_add_test(c, intervals_of_version_3_add_up_to_the_very_times);
	tcase_add_test(c, times_never_go_back);
	tcase_add_test(c, a_marker_is_never_at_time_0_and_never_the_last_event);
	tcase_add_test(c, a_label_is_one_line_of_a_tooltip);
	tcase_add_test(c, keys_are_written_as_they_came_and_always_as_legal_json);
	tcase_add_test(c, another_size_is_a_resize_and_a_whole_frame);
	tcase_add_test(c, another_theme_than_the_headers_brings_its_own_ground);
	tcase_add_test(c, after_an_error_nothing_more_is_written);
	tcase_add_test(c, after_the_end_nothing_more_is_written);
	tcase_add_test(c, a_cast_without_frames_still_gives_the_terminal_back);
	suite_add_tcase(s, c);
	return suite_main(s);
}
