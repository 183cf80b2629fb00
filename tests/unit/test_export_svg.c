/* The picture: what it says, that it is XML whatever the scene is, and what it never has. */
#include <check.h>

#include "export/svg_internal.h"
#include "suite.h"
#include "svg_kit.h"
#include "view_workers.h"

START_TEST(a_picture_has_the_names_the_words_and_the_sums_as_text)
{
	struct view *v = view_open(gather_fails);
	char *svg = svg_of(v, false, -1);
	assert_xml(svg);
	static const char *const texts[] = {
		">A title</text>", ">main</text>", ">boil</text>", ">boil 2</text>",
		">sleep(5)</text>", ">sleep(9)</text>", ">seconds</text>", ">waiting</text>",
		">the run took <tspan class=\"f-sentence strong\">10 s</tspan></text>",
		">one after the other <tspan class=\"f-sentence strong\">15 s</tspan></text>",
		">saved <tspan class=\"f-sentence strong\">5 s</tspan> (33 %)</text>",
	};
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_has(svg, texts[i]);
	/* The legend has what occurs, and nothing else. */
	assert_lacks(svg, ">cancelling</text>");
	assert_lacks(svg, ">ready</text>");
	/* boil 2 failed: once in its lane, once in the legend. */
	ck_assert_uint_eq(occurrences(svg, "class=\"l-failed\""), 2);
	free(svg);
	view_close(v);
}
END_TEST

START_TEST(a_description_says_it_in_words)
{
	struct view *v = view_open(gather_fails);
	char *svg = svg_of(v, false, -1);
	assert_has(svg, "role=\"img\" aria-labelledby=\"simmer-title simmer-desc\"");
	assert_has(svg, "<title id=\"simmer-title\">A title</title>\n"
			"<desc id=\"simmer-desc\">Timeline of 3 tasks over 10 s. main runs 3 times, waits "
			"10 s (longest for sleep(9)), and is done at 10.0 s. boil runs 2 times, waits 5 s "
			"(longest for sleep(5)), and is done at 5.0 s. boil 2 runs 2 times, waits 1 s "
			"(longest for sleep(1)), and has failed at 1.0 s. In sum: the run took 10 s, one "
			"after the other 15 s, saved 5 s (33 %). </desc>");
	free(svg);
	view_close(v);
}
END_TEST

START_TEST(a_lane_is_a_group_with_its_number)
{
	struct view *v = view_open(gather_fails);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct svg_place place;
	svg_timeline(v, RULER_CLOCK, "p1", 1000, &place, out);
	fclose(out);
	assert_xml(text);
	ck_assert_uint_eq(place.lanes, 3);
	ck_assert_double_eq_tol(place.left + place.unit * 10e9, 1000 - 36, 0.01);
	ck_assert_double_gt(place.height, place.top + place.row * 3);
	uint32_t count;
	const uint32_t *order = view_order(v, false, &count);
	char id[40];
	for (uint32_t i = 0; i < count; i++) {
		snprintf(id, sizeof id, "<g id=\"p1-lane-%u\">", order[i]);
		ck_assert_uint_eq(occurrences(text, id), 1);
	}
	/* The wait of boil begins at 0, has a gap for its words, and ends at 5. */
	double y = place.top + place.row * 1.5;
	char path[80];
	snprintf(path, sizeof path, "d=\"M%g %gh14M", place.left, y);
	assert_has(text, path);
	free(text);
	view_close(v);
}
END_TEST

START_TEST(colours_are_light_and_dark_or_one_of_them)
{
	struct view *v = view_open(gather_fails);
	char *both = svg_of(v, false, -1), *dark = svg_of(v, false, THEME_DARK),
	     *light = svg_of(v, false, THEME_LIGHT);
	assert_has(both, "@media screen and (prefers-color-scheme:dark){:root{--sm-ground:#121212");
	assert_has(both, ".f-ground{fill:#ffffff;fill:var(--sm-ground)}");
	assert_lacks(dark, "@media");
	assert_has(dark, ".f-ground{fill:#121212;fill:var(--sm-ground)}");
	assert_lacks(dark, "#ffffff");
	assert_lacks(light, "@media");
	assert_has(light, ":root{--sm-ground:#ffffff");
	free(both);
	free(dark);
	free(light);
	view_close(v);
}
END_TEST

/* Each class that an element has must be one of the style sheet. */
START_TEST(every_class_has_a_rule)
{
	static const char *const traces[] = {gather_fails, group_fails, NULL, NULL};
	for (size_t i = 0; i < 4; i++) {
		struct view *v = view_open(traces[i] ? traces[i] : i == 2 ? two_cooks : pool_of_one);
		char *svg = svg_of(v, true, -1);
		for (const char *at = svg; (at = strstr(at, "class=\""));) {
			at += 7;
			while (*at != '"') {
				size_t len = strcspn(at, " \"");
				char rule[60];
				snprintf(rule, sizeof rule, ".%.*s{", (int)len, at);
				bool known = strstr(svg, rule) || strncmp(at, "sans", 4) == 0 ||
					     strncmp(at, "simmer", 6) == 0;
				ck_assert_msg(known, "no rule for %s", rule);
				at += len + (at[len] == ' ');
			}
		}
		free(svg);
		view_close(v);
	}
}
END_TEST

START_TEST(nothing_is_fetched_and_nothing_runs)
{
	struct view *v = view_open(two_cooks);
	char *svg = svg_of(v, true, -1);
	static const char *const never[] = {"<script", "href", "url(", "@import", "<image",
					    "<foreignObject", "font-face"};
	for (size_t i = 0; i < COUNT_OF(never); i++)
		assert_lacks(svg, never[i]);
	ck_assert_uint_eq(occurrences(svg, "http"), 1); /* the name of the format */
	free(svg);
	view_close(v);
}
END_TEST

START_TEST(where_the_clock_stood_still_steps_are_the_ruler)
{
	struct view *v = view_open(group_fails);
	char *svg = svg_of(v, false, -1);
	assert_xml(svg);
	assert_has(svg, ">steps</text>");
	assert_has(svg, "(no time by the clock)");
	assert_has(svg, ">cancelling</text>");
	assert_has(svg, ">An exception that nobody caught ended the program: ");
	free(svg);
	view_close(v);
}
END_TEST

START_TEST(workers_have_lanes_jobs_and_arrows)
{
	struct view *v = view_open(two_cooks);
	char *svg = svg_of(v, false, -1);
	assert_xml(svg);
	assert_has(svg, ">asyncio_0</text>");
	assert_has(svg, "class=\"f-ground strong\" font-size=\"19\">cook</text>");
	assert_has(svg, ">worker cook on asyncio_0</text>");
	assert_has(svg, ">from thread to thread</text>");
	assert_has(svg, "Timeline of 3 tasks and 2 worker threads over 3 s.");
	assert_has(svg, "(1.67 at a time)");
	free(svg);
	view_close(v);
}
END_TEST

START_TEST(lanes_beyond_a_hundred_are_counted)
{
	enum { CHILDREN = 250 };
	static struct kit_op m[CHILDREN + 1];
	for (int i = 0; i < CHILDREN; i++)
		m[i] = (struct kit_op){ACT_SPAWN, 1};
	m[CHILDREN] = (struct kit_op){ACT_DONE, 0};
	static const struct kit_op child[] = {{ACT_SLEEP, SECOND}, {ACT_DONE, 0}};
	const struct kit_script scripts[] = {{"main", m}, {"child", child}};
	struct view *v = view_new(kit_run(scripts, 0));
	view_update(v, 0);
	char *svg = svg_of(v, false, -1);
	assert_xml(svg);
	ck_assert_uint_eq(occurrences(svg, "<g id=\"simmer-lane-"), 100);
	assert_has(svg, ">… and 151 more</text>");
	assert_has(svg, "Timeline of 251 tasks");
	free(svg);
	view_close(v);
}
END_TEST

START_TEST(a_run_without_tasks_says_so)
{
	struct view *v = view_open("0 0 0 0 line 1 \"<module>\"\n0 0 0 0 run-ended 0\n");
	char *svg = svg_of(v, true, -1);
	assert_xml(svg);
	assert_has(svg, ">No task and no callback ran.</text>");
	free(svg);
	view_close(v);
}
END_TEST

/* ---- the source ---- */

static struct view *with_source(const char *source)
{
	struct trace *t = trace_new(0);
	trace_describe(t, &(struct trace_about){.path = "a/b/dinner.py", .source = source});
	struct trace_writer w = {.trace = t};
	trace_emit(&w, EV_CAPTION, 4, trace_string(t, "One.", 4), 0);
	trace_emit(&w, EV_LINE, 4, 0, 0);
	trace_emit(&w, EV_RUN_ENDED, 0, 0, 0);
	trace_close(t);
	struct view *v = view_new(t);
	view_update(v, 0);
	return v;
}

START_TEST(the_source_has_its_colours_its_numbers_and_its_beats)
{
	struct view *v = with_source("import asyncio\n\tawait x\n#: One.\nprint(\"<3\")\n#: Never seen.\npass\n");
	char *svg = svg_of(v, true, -1);
	assert_xml(svg);
	assert_has(svg, ">dinner.py</text>");
	assert_has(svg, "class=\"f-text\"><tspan class=\"f-keyword\">import</tspan> asyncio</text>");
	assert_has(svg, "class=\"f-text\">        <tspan class=\"f-call strong\">await</tspan> x</text>");
	assert_has(svg, "print(<tspan class=\"f-string\">&quot;&lt;3&quot;</tspan>)</text>");
	assert_has(svg, "<tspan class=\"f-note\">#: One.</tspan>");
	assert_has(svg, "text-anchor=\"end\">6</text>");
	/* The one beat is marked on its caption; the caption that never ran is not. */
	ck_assert_uint_eq(occurrences(svg, "class=\"f-cursor strong\">1</text>"), 1);
	ck_assert_uint_eq(occurrences(svg, "class=\"f-cursor strong\">2</text>"), 0);
	char *plain = svg_of(v, false, -1);
	assert_lacks(plain, "asyncio");
	free(plain);
	free(svg);
	view_close(v);
}
END_TEST

START_TEST(long_lines_are_folded_and_long_sources_cut)
{
	struct buf source = {0};
	buf_puts(&source, "x = 1  # ");
	for (int i = 0; i < 60; i++)
		buf_puts(&source, "word ");
	for (int i = 0; i < 400; i++)
		buf_puts(&source, "\npass");
	struct view *v = with_source(source.data);
	char *svg = svg_of(v, true, -1);
	assert_xml(svg);
	assert_has(svg, ">… and 101 more lines</text>");
	for (const char *at = svg; (at = strstr(at, "<text"));) {
		at = strchr(at, '>') + 1;
		ck_assert_uint_le(strcspn(at, "\n"), 200);
	}
	free(svg);
	buf_free(&source);
	view_close(v);
}
END_TEST

/* ---- whatever comes ---- */

START_TEST(names_of_any_kind_and_length_are_shown)
{
	struct trace *t = trace_new(0);
	struct trace_writer w = {.trace = t};
	static char name[1000000];
	memset(name, 'x', sizeof name);
	memcpy(name, "<a href=\"x\">&\x1b]0;\xff", 18);
	for (uint32_t i = 0; i < 20; i++) {
		uint32_t id = trace_new_id(t);
		trace_emit(&w, EV_TASK_CREATED, id, trace_string(t, name, sizeof name - i), 1);
	}
	w.time_ns = SECOND;
	trace_emit(&w, EV_RUN_ENDED, 0, 0, 0);
	trace_close(t);
	struct view *v = view_new(t);
	view_update(v, 0);
	char *svg = svg_of(v, false, -1);
	assert_xml(svg);
	assert_has(svg, "&lt;a href=&quot;x&quot;&gt;&amp;␛]0;�xxx");
	ck_assert_uint_lt(strlen(svg), 60000);
	free(svg);
	view_close(v);
}
END_TEST

START_TEST(nonsense_is_well_formed)
{
	for (uint32_t seed = 0; seed < 80; seed++) {
		struct view *v = view_new(svg_nonsense(seed * 7 + 1));
		view_update(v, 0);
		for (int code = 0; code < 2; code++) {
			char *svg = svg_of(v, code, code ? THEME_DARK : -1);
			assert_xml(svg);
			free(svg);
		}
		view_close(v);
	}
}
END_TEST

START_TEST(the_same_run_is_the_same_picture)
{
	static struct kit_dice dice;
	kit_roll(&dice, 5);
	char *pictures[2];
	for (int i = 0; i < 2; i++) {
		struct view *v = view_new(kit_run(dice.scripts, 2000));
		while (view_update(v, i ? 13 : 0))
			;
		pictures[i] = svg_of(v, true, -1);
		view_close(v);
	}
	ck_assert_str_eq(pictures[0], pictures[1]);
	free(pictures[0]);
	free(pictures[1]);
}
END_TEST

START_TEST(a_full_disk_is_an_error)
{
	struct view *v = view_open(gather_fails);
	FILE *out = fopen("/dev/full", "w");
	if (out) {
		setvbuf(out, NULL, _IOFBF, 512);
		struct buf why = {0};
		ck_assert_int_lt(export_svg(v, &(struct export_options){.theme = -1}, out, &why), 0);
		ck_assert_uint_gt(why.len, 0);
		buf_free(&why);
		fclose(out);
	}
	view_close(v);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("export/svg");
	TCase *tc = tcase_create("picture");
	tcase_add_test(tc, a_picture_has_the_names_the_words_and_the_sums_as_text);
	tcase_add_test(tc, a_description_says_it_in_words);
	tcase_add_test(tc, a_lane_is_a_group_with_its_number);
	tcase_add_test(tc, colours_are_light_and_dark_or_one_of_them);
	tcase_add_test(tc, every_class_has_a_rule);
	tcase_add_test(tc, nothing_is_fetched_and_nothing_runs);
	tcase_add_test(tc, where_the_clock_stood_still_steps_are_the_ruler);
	tcase_add_test(tc, workers_have_lanes_jobs_and_arrows);
	tcase_add_test(tc, lanes_beyond_a_hundred_are_counted);
	tcase_add_test(tc, a_run_without_tasks_says_so);
	tcase_add_test(tc, the_source_has_its_colours_its_numbers_and_its_beats);
	tcase_add_test(tc, long_lines_are_folded_and_long_sources_cut);
	tcase_add_test(tc, names_of_any_kind_and_length_are_shown);
	tcase_add_test(tc, nonsense_is_well_formed);
	tcase_add_test(tc, the_same_run_is_the_same_picture);
	tcase_add_test(tc, a_full_disk_is_an_error);
	suite_add_tcase(suite, tc);
	return suite_main(suite);
}
