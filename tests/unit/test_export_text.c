/* The timeline as text: what it looks like, that it fits, and that ASCII is ASCII. */
#include <check.h>

#include "base/utf8.h"
#include "export/export.h"
#include "export/text.h"
#include "nonsense.h"
#include "suite.h"
#include "view/snapshot.h"
#include "view_kit.h"
#include "view_traces.h"
#include "view_workers.h"

/* What `export` writes, appended to `*out`. */
static void append(struct buf *out, int (*export)(struct view *, const struct text_options *, FILE *),
		   struct view *v, struct text_options o)
{
	char *text = NULL;
	size_t len;
	FILE *file = open_memstream(&text, &len);
	ck_assert_int_eq(export(v, &o, file), 0);
	fclose(file);
	buf_put(out, text, len);
	free(text);
}

static char *picture(struct view *v, int width, bool ascii)
{
	struct buf out = {0};
	append(&out, export_picture, v, (struct text_options){.width_cols = width, .ascii = ascii});
	return buf_take(&out);
}

START_TEST(a_picture_is_lanes_then_sums)
{
	struct view *v = view_open(gather_fails);
	char *text = picture(v, 60, false);
	ck_assert_str_eq(text,
		"A title\n"
		"seconds   0        2        4        6        8        10\n"
		"main      █───█── sleep(9) ────────────────────────────✔\n"
		"├ boil    █── sleep(5) ─────────✔\n"
		"└ boil 2  █───✘\n"
		"\n"
		"          █ running  ─ waiting  ✔ done  ✘ failed\n"
		"\n"
		"the run took                10 s\n"
		"one after the other         15 s  all work and all waits,\n"
			   "                                  one at a time\n"
		"saved                        5 s  33 %: waits overlapped\n"
		"longest chain               10 s  what had to follow one\n"
			   "                                  another\n"
		"\n"
		"                  ran    held up     waited   runs  now\n"
		"main              0 s        0 s       10 s      3  done\n"
		"├ boil            0 s        0 s        5 s      2  done\n"
		"└ boil 2          0 s        0 s        1 s      2  failed\n");
	free(text);
	view_close(v);
}
END_TEST

START_TEST(ascii_has_a_twin_for_every_glyph)
{
	struct view *v = view_open(gather_fails);
	char *text = picture(v, 60, true);
	for (const char *s = text; *s; s++)
		ck_assert((unsigned char)*s < 0x7F);
	ck_assert_ptr_null(strchr(text, '?'));
	ck_assert_ptr_nonnull(strstr(text, "\n|-boil    #-- sleep(5) ---------v\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n`-boil 2  #---X\n"));
	free(text);
	view_close(v);
}
END_TEST

START_TEST(no_line_goes_beyond_the_page)
{
	static struct kit_dice dice;
	for (uint32_t seed = 900; seed < 915; seed++) {
		kit_roll(&dice, seed);
		struct view *v = view_new(kit_run(dice.scripts, 2000));
		view_update(v, 0);
		/* The table of sums does not get narrower than this. */
		for (int width = 80; width < 200; width += 31) {
			char *text = picture(v, width, false);
			for (char *s = text; *s;) {
				size_t len = strcspn(s, "\n");
				ck_assert_msg(utf8_text_cols(s, len) <= (size_t)width,
					      "wider than %d: %.*s", width, (int)len, s);
				s += len + 1;
			}
			free(text);
		}
		view_close(v);
	}
}
END_TEST

START_TEST(where_the_clock_stood_still_steps_are_the_ruler)
{
	struct view *v = view_open(group_fails);
	char *text = picture(v, 80, false);
	ck_assert_ptr_nonnull(strstr(text, "\nstep "));
	ck_assert_ptr_nonnull(strstr(text, "≈"));
	ck_assert_ptr_nonnull(strstr(text, "╳"));
	ck_assert_ptr_nonnull(strstr(text, "\nAn exception that nobody caught ended the program: "));
	free(text);
	view_close(v);
}
END_TEST

START_TEST(who_was_held_up_is_said_with_the_line)
{
	static const struct kit_op m[] = {{ACT_SPAWN, 1}, {ACT_WORK, 2 * SECOND}, {ACT_DONE, 0}};
	static const struct kit_op rice[] = {{ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", m}, {"rice", rice}};
	struct view *v = view_new(kit_run(scripts, 0));
	view_update(v, 0);
	char *text = picture(v, 80, false);
	ck_assert_ptr_nonnull(strstr(text, "\nmain kept the thread from t = 0.0 for 2 s (line 2); "
					   "held up: rice 2 s\n"));
	free(text);
	view_close(v);
}
END_TEST

START_TEST(steps_are_one_line_each_with_captions_and_output_below)
{
	static const struct kit_op m[] = {{ACT_CAPTION, 0}, {ACT_PRINT, 0}, {ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", m}};
	struct view *v = view_new(kit_run(scripts, 0));
	view_update(v, 0);
	struct buf out = {0};
	append(&out, export_steps, v, (struct text_options){0});
	ck_assert_str_eq(buf_text(&out),
		"    time  tick   step  who         what happened, and why\n"
		"     0.0     0      0  program     The program ran line 99 and started the event loop. "
		"Its first task is main, created but not yet started.\n"
		"     0.0     1      1  main        main began: its first step. It is about to run line 1.\n"
		" #: a caption\n"
		"     0.0     1      1  main        main ran line 1 and is done.\n"
		"  | printed\n"
		"     0.0     1      1  program     The program has ended with exit status 0.\n");
	buf_free(&out);
	view_close(v);
}
END_TEST

START_TEST(nothing_that_a_scene_prints_reaches_the_page_as_a_control_character)
{
	struct view *v = view_open("0 0 0 0 task 1 \"\\x1b[31mred\\x07\" 1\n"
				   "0 0 0 0 ready 1 0 step\n"
				   "0 0 0 0 loop-started\n"
				   "0 1 0 0 tick 1\n"
				   "0 1 1 1 step 1 0 step\n"
				   "0 1 1 1 printed \"\\x1b]0;title\\x07\\n\\xff\\x80\" 1\n"
				   "0 1 1 1 caption 3 \"\\x1b[2J\"\n"
				   "0 1 1 1 failed \"E('\\x1b')\"\n"
				   "0 1 1 0 run-ended 1\n");
	struct buf out = {0};
	append(&out, export_picture, v, (struct text_options){0});
	append(&out, export_steps, v, (struct text_options){.internals = true});
	for (const char *s = buf_text(&out); *s; s++)
		ck_assert(*s == '\n' || (unsigned char)*s >= 0x20);
	ck_assert(utf8_valid(out.data, out.len, NULL));
	buf_free(&out);
	view_close(v);
}
END_TEST

START_TEST(workers_and_their_jobs_are_in_the_picture_and_in_the_sums)
{
	struct view *v = view_open(two_cooks);
	struct buf out = {0};
	append(&out, export_picture, v, (struct text_options){.width_cols = 60});
	ck_assert_str_eq(buf_text(&out),
		"A title\n"
		"seconds        0.0    0.5    1.0    1.5    2.0    2.5    3.0\n"
		"main           █── gather 2 ─────────────────────────────✔\n"
		"├ to_thread    █── worker cook on asyncio_0 ─────────────✔\n"
		"└ to_thread 2  █── worker chop ────────────✔\n"
		"asyncio_0      ██ cook ██████████████████████████████████✔\n"
		"asyncio_1      ██ chop ████████████████████✔··············\n"
		"\n"
		"               █ running  ─ waiting  ✔ done  · idle\n"
		"\n"
		"the run took                 3 s\n"
		"one after the other          5 s  all work and all waits,\n"
		"                                  one at a time\n"
		"saved                        2 s  40 %: work and waits\n"
		"                                  overlapped\n"
		"longest chain                3 s  what had to follow one\n"
		"                                  another\n"
		"threads busy                 5 s  1.67 threads at a time,\n"
		"                                  while any was busy\n"
		"jobs                2 jobs on 2 workers, at most 2 at once\n"
		"\n"
		"                       ran    held up     waited   runs  now\n"
		"main                   0 s        0 s        3 s      2  done\n"
		"├ to_thread            0 s        0 s        3 s      2  done\n"
		"└ to_thread 2          0 s        0 s        2 s      2  done\n"
		"asyncio_0              3 s        0 s        0 s      1  idle\n"
		"asyncio_1              2 s        0 s        0 s      1  idle\n"
		"\n"
		"cook: to_thread at 0.0 → asyncio_0 at 0.0 → done at 3.0 →\n"
		"    to_thread\n"
		"chop: to_thread 2 at 0.0 → asyncio_1 at 0.0 → done at 2.0 →\n"
		"    to_thread 2\n");
	buf_free(&out);
	view_close(v);
}
END_TEST

START_TEST(a_job_tells_whether_it_was_dropped_in_the_queue_or_given_up_while_it_ran)
{
	struct view *v = view_open(pool_of_one);
	struct buf out = {0};
	append(&out, export_picture, v, (struct text_options){.width_cols = 100, .ascii = true});
	ck_assert_ptr_nonnull(strstr(buf_text(&out), "1 cancelled in the queue\n"));
	ck_assert_ptr_nonnull(strstr(buf_text(&out),
		"\na: main at 0.0 -> ThreadPoolExecutor-0_0 at 0.0 -> done at 3.0, for nobody: given up at 1.0\n"
		"b: main at 0.0 -> cancelled in the queue at 1.0\n"
		"c: main at 0.0 -> ThreadPoolExecutor-0_0 at 3.0 -> failed at 4.0 -> waiter 2\n"));
	ck_assert_ptr_nonnull(strstr(buf_text(&out), "  gone\n"));
	buf_free(&out);
	view_close(v);
}
END_TEST

START_TEST(what_was_measured_stands_apart_and_only_where_it_is_asked_for)
{
	struct view *v = view_open(two_cooks);
	trace_measure((struct trace *)(uintptr_t)view_trace(v),
		      &(struct measure){.job = 7, .thread = 2, .cpu_ns = 19 * SECOND / 10,
					.wall_end_ns = 2 * SECOND, .core_first = 3, .core_last = 3});
	view_update(v, 0);
	struct buf plain = {0}, measured = {0};
	append(&plain, export_picture, v, (struct text_options){.width_cols = 100});
	ck_assert_ptr_null(strstr(buf_text(&plain), "core"));
	append(&measured, export_picture, v, (struct text_options){.width_cols = 100, .measured = true});
	ck_assert_mem_eq(plain.data, measured.data, plain.len);
	ck_assert_str_eq(buf_text(&measured) + plain.len,
		"\nmeasured: 1.9 s of processor time in 2 s, 0.95 cores busy; on 1 core\n"
		"    chop  core 3, 1.9 s of processor time in 2 s\n");
	buf_free(&plain);
	buf_free(&measured);
	view_close(v);
}
END_TEST

START_TEST(nonsense_is_drawn_without_a_crash)
{
	for (uint32_t seed = 0; seed < 60; seed++) {
		struct view *v = view_new(nonsense_trace(seed * 60 + (uint32_t)_i));
		while (!view_complete(v))
			view_update(v, 7);
		for (int internals = 0; internals < 2; internals++) {
			struct buf out = {0};
			struct text_options o = {.internals = internals};
			append(&out, export_picture, v, o);
			append(&out, export_steps, v, o);
			buf_free(&out);
			size_t last = view_moment_count(v, internals) - 1;
			for (size_t i = 0; i <= last; i++) {
				ck_assert_uint_le(view_next_beat(v, internals, i), last);
				ck_assert_uint_le(view_prev_beat(v, internals, i), i);
				ck_assert_uint_le(view_next_tick(v, internals, i), last);
				ck_assert_uint_le(view_prev_tick(v, internals, i), i);
				for (uint32_t lane = 0; lane < view_lane_count(v); lane++) {
					view_line_at(v, lane, view_moment(v, internals, i).end, NULL);
					ck_assert_uint_ge(view_next_of_lane(v, internals, i, lane), i);
					ck_assert_uint_le(view_prev_of_lane(v, internals, i, lane), i);
				}
			}
		}
		struct snapshot now = {0};
		for (uint64_t position = 0; position <= view_event_count(v); position++)
			view_snapshot(v, position, position % 3, &now);
		snapshot_free(&now);
		view_close(v);
	}
}
END_TEST

START_TEST(an_exporter_is_chosen_by_the_ending)
{
	ck_assert_str_eq(exporter_for("dinner.trace")->ext, "trace");
	ck_assert_str_eq(exporter_for("a.b/dinner.txt")->ext, "txt");
	ck_assert_ptr_null(exporter_for("dinner"));
	ck_assert_ptr_null(exporter_for("a.trace/dinner"));
	ck_assert_ptr_null(exporter_for("dinner.doc"));
}
END_TEST

START_TEST(an_exported_trace_is_the_trace)
{
	struct view *v = view_open(gather_fails);
	char *direct = NULL, *exported = NULL;
	size_t direct_len, exported_len;
	struct buf why = {0};
	FILE *out = open_memstream(&direct, &direct_len);
	trace_write(view_trace(v), false, out);
	fclose(out);
	out = open_memstream(&exported, &exported_len);
	ck_assert_int_eq(exporter_for("x.trace")->write(v, &(struct export_options){0}, out, &why), 0);
	fclose(out);
	ck_assert_uint_eq(direct_len, exported_len);
	ck_assert(memcmp(direct, exported, direct_len) == 0);
	free(direct);
	free(exported);
	view_close(v);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("export text");
	TCase *c = tcase_create("text");
	tcase_set_timeout(c, 60);
	tcase_add_test(c, a_picture_is_lanes_then_sums);
	tcase_add_test(c, ascii_has_a_twin_for_every_glyph);
	tcase_add_test(c, no_line_goes_beyond_the_page);
	tcase_add_test(c, where_the_clock_stood_still_steps_are_the_ruler);
	tcase_add_test(c, who_was_held_up_is_said_with_the_line);
	tcase_add_test(c, steps_are_one_line_each_with_captions_and_output_below);
	tcase_add_test(c, workers_and_their_jobs_are_in_the_picture_and_in_the_sums);
	tcase_add_test(c, a_job_tells_whether_it_was_dropped_in_the_queue_or_given_up_while_it_ran);
	tcase_add_test(c, what_was_measured_stands_apart_and_only_where_it_is_asked_for);
	tcase_add_test(c, nothing_that_a_scene_prints_reaches_the_page_as_a_control_character);
	tcase_add_loop_test(c, nonsense_is_drawn_without_a_crash, 0, 5);
	tcase_add_test(c, an_exporter_is_chosen_by_the_ending);
	tcase_add_test(c, an_exported_trace_is_the_trace);
	suite_add_tcase(s, c);
	return suite_main(s);
}
