/*
 * The page: that all of the run is in it to read, that the differences of its steps add up
 * to what the view says, that nothing a scene says gets out of its place, and that a long
 * run gives a page that a browser can bear.
 */
#include <check.h>

#include "base/error.h"
#include "base/utf8.h"
#include "export/export.h"
#include "export/html.h"
#include "json_reader.h"
#include "suite.h"
#include "view/moment.h"
#include "view/sentence.h"
#include "view/snapshot.h"
#include "view_kit.h"
#include "view_traces.h"

/* ---- reading a page ------------------------------------------------------------------ */

static char *page_of(struct view *v)
{
	char *text = NULL;
	size_t len;
	struct buf why = {0};
	FILE *out = open_memstream(&text, &len);
	const struct export_options o = {.theme = -1};
	ck_assert_int_eq(export_html(v, &o, out, &why), 0);
	fclose(out);
	ck_assert_uint_eq(strlen(text), len);
	ck_assert_uint_eq(why.len, 0);
	return text;
}

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;
	for (; (text = strstr(text, what)); text += strlen(what))
		count++;
	return count;
}

/* The data of the page, a JSON value. */
static const char *data_of(const char *page)
{
	const char *at = strstr(page, "id=\"data\">");
	ck_assert_ptr_nonnull(at);
	return at + strlen("id=\"data\">");
}

static void is_json(const char *data)
{
	const char *end = json_end(data);
	ck_assert_ptr_nonnull(end);
	while (*end == '\n')
		end++;
	ck_assert(!strncmp(end, "</script>", 9));
}

/* ---- what is in it ------------------------------------------------------------------- */

START_TEST(every_step_is_an_item_with_its_sentences)
{
	struct view *v = view_open(gather_fails);
	char *page = page_of(v);
	size_t count = view_moment_count(v, false);
	ck_assert_uint_eq(count_of(page, "<li id=\"step-"), count);
	for (size_t i = 1; i < count; i++) {
		struct buf what = {0}, why = {0}, item = {0};
		view_sentence(v, false, i, &what, &why);
		/* Nothing in these sentences has to be escaped but apostrophes. */
		if (!strchr(buf_text(&what), '\''))
			buf_printf(&item, "<span class=\"what\">%s</span>", buf_text(&what));
		ck_assert_msg(strstr(page, buf_text(&item)), "not in the page: %s", buf_text(&item));
		buf_free(&what);
		buf_free(&why);
		buf_free(&item);
	}
	ck_assert_ptr_nonnull(strstr(page, "<h1>A title</h1>"));
	free(page);
	view_close(v);
}
END_TEST

START_TEST(the_page_asks_nobody_for_anything)
{
	struct view *v = view_open(gather_fails);
	char *page = page_of(v);
	static const char *const outside[] = {"http:", "https:", "src=", "url(", "@import", "<link",
					      "<iframe", "fetch(", "innerHTML", "eval("};
	for (size_t i = 0; i < COUNT_OF(outside); i++)
		ck_assert_msg(!strstr(page, outside[i]) ||
				      !strncmp(strstr(page, outside[i]), "http://www.w3.org/", 18),
			      "the page has %s", outside[i]);
	ck_assert_ptr_nonnull(strstr(page, "default-src 'none'"));
	ck_assert_ptr_null(strstr(page, "{{"));
	free(page);
	view_close(v);
}
END_TEST

START_TEST(a_beat_is_marked_in_the_list_and_in_the_data)
{
	static const struct kit_op ops[] = {{ACT_CAPTION, 0}, {ACT_SLEEP, SECOND}, {ACT_CAPTION, 0},
					    {ACT_PRINT, 0}, {ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", ops}};
	struct view *v = view_new(kit_run(scripts, 0));
	view_update(v, 0);
	char *page = page_of(v);
	ck_assert_uint_eq(count_of(page, " class=\"beat\""), view_beat_count(v));
	ck_assert_uint_eq(view_beat_count(v), 2);
	ck_assert_uint_eq(count_of(page, "data-beat=\"1\">a caption</q>"), 1);
	ck_assert_uint_eq(count_of(page, "data-beat=\"2\">a caption</q>"), 1);
	const char *steps = json_member(data_of(page), "steps");
	size_t index = 0;
	for (const char *s = json_first(steps); s; s = json_next(s), index++) {
		uint64_t position = view_moment(v, false, index).end;
		ck_assert_uint_eq((size_t)json_number(json_member(s, "b")),
				  view_beat_at(v, position));
	}
	ck_assert_uint_eq(index, view_moment_count(v, false));
	free(page);
	view_close(v);
}
END_TEST

/* ---- what the script is told ----------------------------------------------------------- */

struct standing {
	long state, line, label;
};

/* Apply a step's differences. */
static void take_changes(const char *step, struct standing *tasks)
{
	const char *d = json_member(step, "d");
	for (const char *c = d ? json_first(d) : NULL; c; c = json_next(c)) {
		const char *at = json_first(c);
		struct standing *t = &tasks[json_number(at)];
		at = json_next(at);
		t->state = json_number(at);
		at = json_next(at);
		t->line = json_number(at);
		at = json_next(at);
		t->label = at ? json_number(at) : -1;
	}
}

/* Texts by their number: each is the place of a JSON string. */
struct texts {
	VEC(const char *) all;
};

static void take_texts(const char *step, struct texts *texts)
{
	const char *s = json_member(step, "s");
	for (const char *at = s ? json_first(s) : NULL; at; at = json_next(json_next(at)))
		vec_push(&texts->all, at);
}

static void check_task(struct view *v, uint32_t lane, uint64_t position, const struct standing *t,
		       const struct texts *texts)
{
	ck_assert_int_eq(t->state, (long)view_state_at(v, lane, position));
	uint32_t line = view_line_at(v, lane, position, NULL);
	if (line)
		ck_assert_int_eq(t->line, line);
	size_t index = view_span_at(v, lane, position);
	bool waits = index != SIZE_MAX && t->state == STATE_WAITING &&
		     view_span(v, lane, index).wait_kind != WAIT_SLEEP;
	struct buf label = {0};
	if (waits)
		view_wait_label(v, lane, position, &label);
	if (label.len)
		ck_assert(json_is(texts->all.items[t->label], buf_text(&label)));
	else
		ck_assert_int_eq(t->label, -1);
	buf_free(&label);
}

static void check_differences(struct view *v)
{
	char *page = page_of(v);
	is_json(data_of(page));
	uint32_t count;
	const uint32_t *order = view_order(v, false, &count);
	struct standing tasks[64];
	ck_assert_uint_lt(count, 64);
	for (size_t i = 0; i < 64; i++)
		tasks[i] = (struct standing){STATE_ABSENT, 0, -1};
	struct texts texts = {0};
	size_t index = 0;
	const char *steps = json_member(data_of(page), "steps");
	for (const char *s = json_first(steps); s; s = json_next(s), index++) {
		uint64_t position = view_moment(v, false, index).end;
		take_texts(s, &texts);
		take_changes(s, tasks);
		for (uint32_t i = 0; i < count; i++)
			check_task(v, order[i], position, &tasks[i], &texts);
	}
	ck_assert_uint_eq(index, view_moment_count(v, false));
	vec_free(&texts.all);
	free(page);
}

START_TEST(differences_add_up_to_where_every_task_stands)
{
	static struct kit_dice dice;
	for (uint32_t seed = 1; seed < 60; seed++) {
		kit_roll(&dice, seed);
		struct view *v = view_new(kit_run(dice.scripts, 1500));
		view_update(v, 0);
		uint32_t count;
		view_order(v, false, &count);
		if (count < 60)
			check_differences(v);
		view_close(v);
	}
	struct view *v = view_open(gather_fails);
	check_differences(v);
	view_close(v);
	v = view_open(group_fails);
	check_differences(v);
	view_close(v);
}
END_TEST

/* The texts that a section lists at a step, one a line; owned by the caller. */
static char *section_at(const char *page, size_t index, const char *section)
{
	struct texts texts = {0};
	const char *found = NULL;
	const char *s = json_first(json_member(data_of(page), "steps"));
	for (size_t i = 0; i <= index; i++, s = json_next(s)) {
		take_texts(s, &texts);
		const char *here = json_member(s, section);
		found = here ? here : found;
	}
	struct buf out = {0};
	for (const char *at = found ? json_first(found) : NULL; at; at = json_next(at)) {
		const char *text = texts.all.items[json_number(at)];
		buf_put(&out, text + 1, (size_t)(json_end(text) - text) - 2);
		buf_putc(&out, '\n');
	}
	vec_free(&texts.all);
	return buf_take(&out);
}

START_TEST(the_loop_is_told_as_the_snapshot_has_it)
{
	static const struct kit_op nap[] = {{ACT_SLEEP, 2 * SECOND}, {ACT_DONE, 0}};
	static const struct kit_op work[] = {{ACT_WORK, 3 * SECOND}, {ACT_DONE, 0}};
	static const struct kit_op ops[] = {{ACT_SPAWN, 1}, {ACT_SPAWN, 2}, {ACT_SPAWN, 2},
					    {ACT_JOIN, 0}, {ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", ops}, {"nap", nap}, {"work", work}};
	struct view *v = view_new(kit_run(scripts, 0));
	view_update(v, 0);
	char *page = page_of(v);
	size_t count = view_moment_count(v, false);
	size_t queues = 0, timers = 0;
	struct snapshot snap = {0};
	for (size_t i = 0; i < count; i++) {
		view_snapshot(v, view_moment(v, false, i).end, 0, &snap);
		char *ready = section_at(page, i, "ready");
		char *armed = section_at(page, i, "timers");
		char *now = section_at(page, i, "now");
		size_t own = 0;
		for (size_t k = 0; k < snap.ready_count; k++)
			own += snap.ready[k].role == ROLE_INTERNAL_TIMER;
		ck_assert_uint_eq(count_of(ready, "\n"),
				  snap.ready_count - own + (own ? 1 : 0));
		ck_assert_uint_eq(count_of(armed, "\n"), snap.timer_count);
		ck_assert_uint_eq(count_of(now, "\n"), 1);
		queues += snap.ready_count > 1;
		timers += snap.timer_count > 0;
		if (snap.blocked)
			ck_assert_ptr_nonnull(strstr(now, " is busy until "));
		free(ready);
		free(armed);
		free(now);
	}
	ck_assert_uint_gt(queues, 0);
	ck_assert_uint_gt(timers, 0);
	snapshot_free(&snap);
	free(page);
	view_close(v);
}
END_TEST

/* ---- strangers' texts -------------------------------------------------------------------- */

#define HOSTILE                                                                               \
	"\xe2\x80\xa8</script></pre></title><!--<script>alert(1)</script>\" onload='x' &amp; \x1b[31m\x07" \
	"\xff\xfe\xc0\xaf \xe2\x80\xae\xe2\x80\xa9 \xed\xa0\x80 \\u003c {{title}} ]]>"

/* A run in which every text that a scene can choose is that. */
static struct view *hostile_view(void)
{
	static const struct trace_about about = {.path = "a/" HOSTILE,
						 .source = "# " HOSTILE "\n'" HOSTILE "\n" HOSTILE,
						 .title = HOSTILE,
						 .intro = HOSTILE "\n\n" HOSTILE};
	struct kit k = {.t = trace_new(0)};
	trace_describe(k.t, &about);
	k.w.trace = k.t;
	uint32_t text = kit_text(&k, HOSTILE), task = trace_new_id(k.t), future = trace_new_id(k.t);
	trace_emit(&k.w, EV_LINE, 1, text, 0);
	trace_emit(&k.w, EV_TASK_CREATED, task, text, 1);
	trace_emit(&k.w, EV_TASK_CORO, task, text, 0);
	trace_emit(&k.w, EV_READY, task, 0, ROLE_STEP);
	trace_emit(&k.w, EV_LOOP_STARTED, 0, 0, 0);
	trace_emit(&k.w, EV_TICK, 1, 0, 0);
	k.w.tick = k.w.step = 1;
	k.w.task = task;
	trace_emit(&k.w, EV_STEP_BEGUN, task, 0, ROLE_STEP);
	trace_emit(&k.w, EV_CAPTION, 2, text, 0);
	trace_emit(&k.w, EV_LINE, 2, text, 0);
	trace_emit(&k.w, EV_PRINTED, text, 0, 1);
	trace_emit(&k.w, EV_PRINTED, text, 0, 2);
	trace_emit(&k.w, EV_FUTURE_MADE, future, text, WAIT_FUTURE);
	trace_emit(&k.w, EV_IO_AWAITED, trace_new_id(k.t), text, 0);
	trace_emit(&k.w, EV_TASK_WAITS, future, text, WAIT_FUTURE);
	k.w.task = 0;
	trace_emit(&k.w, EV_UNCAUGHT, 0, text, 0);
	trace_emit(&k.w, EV_RUN_ENDED, 1, 0, 0);
	trace_close(k.t);
	struct view *v = view_new(k.t);
	view_update(v, 0);
	return v;
}

START_TEST(what_a_scene_says_stays_text)
{
	struct view *v = hostile_view();
	char *page = page_of(v);
	ck_assert_uint_eq(count_of(page, "<script"), 2);
	ck_assert_uint_eq(count_of(page, "</script"), 2);
	ck_assert_uint_eq(count_of(page, "<!--"), 0);
	ck_assert_uint_eq(count_of(page, "</title"), count_of(page, "<title"));
	ck_assert_uint_eq(count_of(page, "]]>"), 0);
	ck_assert_uint_eq(count_of(page, "\" onload"), count_of(data_of(page), "\" onload"));
	/* `{{title}}` of the scene is not the frame's. */
	ck_assert_uint_gt(count_of(page, "{{title}}"), 3);
	ck_assert(utf8_valid(page, strlen(page), NULL));
	for (const char *c = page; *c; c++)
		ck_assert((unsigned char)*c >= 0x20 || *c == '\n' || *c == '\t');
	is_json(data_of(page));
	ck_assert_ptr_null(strstr(data_of(page), "\u2028"));
	ck_assert_ptr_nonnull(strstr(data_of(page), "\\u2028"));
	free(page);
	view_close(v);
}
END_TEST

/* ---- extremes ------------------------------------------------------------------------------ */

START_TEST(a_run_of_nothing_is_a_page)
{
	struct trace *t = trace_new(0);
	trace_close(t);
	struct view *v = view_new(t);
	view_update(v, 0);
	char *page = page_of(v);
	is_json(data_of(page));
	ck_assert_uint_ge(count_of(page, "<li id=\"step-0\""), 1);
	free(page);
	view_close(v);
}
END_TEST

START_TEST(a_long_run_is_cut_and_the_page_says_so)
{
	static struct kit_op ops[9002];
	for (size_t i = 0; i < 9000; i++)
		ops[i] = (struct kit_op){i % 2 ? ACT_YIELD : ACT_PRINT, 0};
	ops[9000] = (struct kit_op){ACT_YIELD, 0};
	ops[9001] = (struct kit_op){ACT_DONE, 0};
	static const struct kit_op boss[] = {{ACT_SPAWN, 1}, {ACT_SPAWN, 1}, {ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", boss}, {"busy", ops}};
	struct view *v = view_new(kit_run(scripts, 0));
	view_update(v, 0);
	ck_assert_uint_gt(view_moment_count(v, false), 9000);
	char *page = page_of(v);
	ck_assert_uint_eq(count_of(page, "<li id=\"step-"), 5000);
	struct buf said = {0};
	buf_printf(&said, "The run has %zu steps; this page shows the first 4999.",
		   view_moment_count(v, false) - 1);
	ck_assert_ptr_nonnull(strstr(page, buf_text(&said)));
	/* Steps that were left out print nothing. */
	ck_assert_uint_lt(count_of(page, "printed\n"), 5000);
	ck_assert_uint_lt(strlen(page), 5000 * 1000);
	buf_free(&said);
	free(page);
	view_close(v);
}
END_TEST

START_TEST(long_names_and_output_are_cut)
{
	struct kit k = {.t = trace_new(0)};
	k.w.trace = k.t;
	char *name = malloc(3 << 20);
	memset(name, 'x', 3 << 20);
	uint32_t text = trace_string(k.t, name, 3 << 20);
	for (int i = 0; i < 3; i++) {
		trace_emit(&k.w, EV_TASK_CREATED, trace_new_id(k.t), text, 1);
		trace_emit(&k.w, EV_PRINTED, text, 0, 1);
	}
	trace_emit(&k.w, EV_RUN_ENDED, 0, 0, 0);
	trace_close(k.t);
	struct view *v = view_new(k.t);
	view_update(v, 0);
	char *page = page_of(v);
	ck_assert_uint_lt(strlen(strstr(page, "id=\"code\"")), 1 << 19);
	ck_assert_ptr_nonnull(strstr(page, "there is more than this page has room for"));
	free(page);
	free(name);
	view_close(v);
}
END_TEST

START_TEST(a_full_disk_is_an_error)
{
	struct view *v = view_open(gather_fails);
	FILE *full = fopen("/dev/full", "w");
	struct buf why = {0};
	if (full) {
		ck_assert_int_eq(export_html(v, &(struct export_options){.theme = -1}, full, &why),
				 -ERR_WRITE);
		fclose(full);
	}
	buf_free(&why);
	view_close(v);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("export_html");
	TCase *pages = tcase_create("pages");
	tcase_add_test(pages, every_step_is_an_item_with_its_sentences);
	tcase_add_test(pages, the_page_asks_nobody_for_anything);
	tcase_add_test(pages, a_beat_is_marked_in_the_list_and_in_the_data);
	suite_add_tcase(suite, pages);
	TCase *data = tcase_create("data");
	tcase_add_test(data, differences_add_up_to_where_every_task_stands);
	tcase_add_test(data, the_loop_is_told_as_the_snapshot_has_it);
	suite_add_tcase(suite, data);
	TCase *strange = tcase_create("strange");
	tcase_add_test(strange, what_a_scene_says_stays_text);
	tcase_add_test(strange, a_run_of_nothing_is_a_page);
	tcase_add_test(strange, a_long_run_is_cut_and_the_page_says_so);
	tcase_add_test(strange, long_names_and_output_are_cut);
	tcase_add_test(strange, a_full_disk_is_an_error);
	suite_add_tcase(suite, strange);
	return suite_main(suite);
}
