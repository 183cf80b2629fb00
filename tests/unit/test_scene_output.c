/*
 * The order of a program's output: holes, what fills them, and what waits behind them.
 */
#include <string.h>

#include "base/buf.h"
#include "scene/output.h"
#include "scene/run.h"
#include "suite.h"

static void sink_write(void *sink, int stream, const char *text, size_t len)
{
	struct buf *out = sink;
	if (stream == 2)
		buf_putc(out, '!');
	buf_put(out, text, len);
}

struct kit {
	struct buf out;
	struct scene_options options;
	struct output output;
};

static void kit_init(struct kit *k)
{
	*k = (struct kit){0};
	k->options.write = sink_write;
	k->options.sink = &k->out;
	output_init(&k->output, &k->options);
}

static void kit_fini(struct kit *k)
{
	output_fini(&k->output);
	buf_free(&k->out);
}

static void write_text(struct kit *k, const char *text)
{
	output_write(&k->output, 1, text, strlen(text));
}

static void write_row(struct output_row *row, const char *text)
{
	output_row_write(row, 1, text, strlen(text));
}

#define EXPECT_OUT(k, text) ck_assert_str_eq(buf_text(&(k)->out), text)

START_TEST(without_a_hole_text_goes_out_at_once)
{
	struct kit k;
	kit_init(&k);
	write_text(&k, "a");
	EXPECT_OUT(&k, "a");
	kit_fini(&k);
}
END_TEST

START_TEST(text_waits_behind_a_hole_until_it_is_filled)
{
	struct kit k;
	struct output_row row = {0};
	kit_init(&k);
	write_text(&k, "a");
	output_hole(&k.output);
	write_text(&k, "d");
	output_write(&k.output, 2, "e", 1);
	EXPECT_OUT(&k, "a");
	ck_assert_uint_eq(output_held(&k.output), 2);
	write_row(&row, "b1 ");
	write_row(&row, "b2 ");
	output_fill_begin(&k.output);
	output_row_out(&k.output, &row);
	write_text(&k, "c");
	EXPECT_OUT(&k, "ab1 b2 c");
	output_fill_end(&k.output);
	EXPECT_OUT(&k, "ab1 b2 cd!e");
	write_text(&k, "f");
	EXPECT_OUT(&k, "ab1 b2 cd!ef");
	kit_fini(&k);
}
END_TEST

START_TEST(several_holes_are_filled_one_after_the_other)
{
	struct kit k;
	kit_init(&k);
	output_hole(&k.output);
	write_text(&k, "2");
	output_hole(&k.output);
	write_text(&k, "4");
	output_fill_begin(&k.output);
	write_text(&k, "1");
	output_fill_end(&k.output);
	EXPECT_OUT(&k, "12");
	output_fill_begin(&k.output);
	write_text(&k, "3");
	output_fill_end(&k.output);
	EXPECT_OUT(&k, "1234");
	kit_fini(&k);
}
END_TEST

START_TEST(an_empty_stretch_leaves_nothing)
{
	struct kit k;
	kit_init(&k);
	output_hole(&k.output);
	output_fill_begin(&k.output);
	output_fill_end(&k.output);
	write_text(&k, "x");
	EXPECT_OUT(&k, "x");
	kit_fini(&k);
}
END_TEST

START_TEST(a_row_keeps_which_stream_it_was)
{
	struct kit k;
	struct output_row row = {0};
	kit_init(&k);
	output_row_write(&row, 1, "a", 1);
	output_row_write(&row, 2, "b", 1);
	output_row_write(&row, 1, "c", 1);
	ck_assert_uint_eq(row.bytes, 3);
	output_row_out(&k.output, &row);
	EXPECT_OUT(&k, "a!bc");
	ck_assert_uint_eq(row.bytes, 0);
	kit_fini(&k);
}
END_TEST

START_TEST(what_was_never_let_out_is_freed)
{
	struct kit k;
	struct output_row row = {0};
	kit_init(&k);
	output_hole(&k.output);
	write_text(&k, "x");
	EXPECT_OUT(&k, "");
	write_row(&row, "y");
	output_row_free(&row);
	kit_fini(&k);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("scene_output");
	TCase *c = tcase_create("order");
	tcase_add_test(c, without_a_hole_text_goes_out_at_once);
	tcase_add_test(c, text_waits_behind_a_hole_until_it_is_filled);
	tcase_add_test(c, several_holes_are_filled_one_after_the_other);
	tcase_add_test(c, a_row_keeps_which_stream_it_was);
	tcase_add_test(c, an_empty_stretch_leaves_nothing);
	tcase_add_test(c, what_was_never_let_out_is_freed);
	suite_add_tcase(suite, c);
	return suite_main(suite);
}
