/*
 * screen: what does not change does not move. A run is played to its end in frames, and each
 * is compared with the one before: the title's fields, the loop's sections and what has been
 * drawn of the past stay where they are.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "screen/internal.h"
#include "screen_scene.h"
#include "suite.h"
#include "trace/text.h"
#include "trace/trace.h"
#include "view/snapshot.h"
#include "view/totals.h"

static glob_t traces;

static const int sizes[][2] = {{80, 24}, {100, 30}};

struct run {
	struct trace *trace;
	struct view *view;
	struct screen *screen;
	struct grid grid, before;
	struct buf text;
	int frames;
};

static void open_run(struct run *r, int i)
{
	struct buf why = {0};
	const char *path = traces.gl_pathv[i / 2];
	*r = (struct run){0};
	FILE *in = fopen(path, "r");
	ck_assert_msg(in && trace_read(in, &r->trace, &why) == 0, "%s: %s", path, buf_text(&why));
	fclose(in);
	buf_free(&why);
	r->view = view_new(r->trace);
	view_update(r->view, 0);
	struct pace pace = pace_default;
	pace.idle_ns = INT64_C(5000000000);
	r->screen = screen_new(&(struct screen_options){.run_through = true, .pace = pace});
	screen_resize(r->screen, sizes[i % 2][0], sizes[i % 2][1]);
	screen_show(r->screen, r->view, false);
	screen_do(r->screen, CMD_PLAY, 0, 0);
	/* The very first picture may have more room for the introduction. */
	while (screen_position(r->screen) == 0)
		screen_advance(r->screen, screen_due_ns(r->screen));
	screen_draw(r->screen, &r->grid);
}

static void close_run(struct run *r)
{
	screen_free(r->screen);
	view_free(r->view);
	trace_free(r->trace);
	grid_free(&r->grid);
	grid_free(&r->before);
	buf_free(&r->text);
}

/* Draw the next frame; false at the end. */
static bool next_frame(struct run *r)
{
	if (!screen_playing(r->screen))
		return false;
	screen_advance(r->screen, screen_due_ns(r->screen));
	struct grid kept = r->before;
	r->before = r->grid;
	r->grid = kept;
	screen_draw(r->screen, &r->grid);
	r->frames++;
	return true;
}

static const char *row(struct run *r, const struct grid *g, int y)
{
	buf_reset(&r->text);
	grid_row_text(g, y, &r->text);
	return buf_text(&r->text);
}

/* The column where `word` stands in row `y`, or -1. */
static long place_of(struct run *r, int y, const char *word)
{
	const char *text = row(r, &r->grid, y), *at = strstr(text, word);
	return at ? (long)utf8_text_cols(text, (size_t)(at - text)) : -1;
}

START_TEST(the_titles_fields_stay_in_their_columns)
{
	static const char *const words[] = {" t ", " s   tick ", "   step ", "   1x"};
	struct run r;
	open_run(&r, _i);
	long places[COUNT_OF(words)];
	for (size_t w = 0; w < COUNT_OF(words); w++)
		places[w] = place_of(&r, 0, words[w]);
	while (next_frame(&r))
		for (size_t w = 0; w < COUNT_OF(words) - 1; w++)
			ck_assert_msg(place_of(&r, 0, words[w]) == places[w], "%s: %s",
			              words[w], row(&r, &r.grid, 0));
	ck_assert_int_ge(places[0], 0);
	ck_assert_int_gt(r.frames, 20);
	close_run(&r);
}
END_TEST

/* The row in which a section of the loop's pane begins, or -1. */
static int section_row(const struct grid *g, const struct rect *pane, const char *label)
{
	for (int y = pane->y + 1; y < pane->y + pane->h - 1; y++) {
		size_t i = 0;
		while (label[i] && grid_at(g, pane->x + 2 + (int)i, y)->code == (uint32_t)label[i])
			i++;
		if (!label[i])
			return y;
	}
	return -1;
}

START_TEST(the_loops_sections_keep_their_rows)
{
	static const char *const labels[] = {"now", "ready", "timers", "I/O", "workers",
	                                     "queued", "waits"};
	struct run r;
	open_run(&r, _i);
	struct layout l = screen_layout(r.screen);
	int rows[COUNT_OF(labels)];
	for (size_t k = 0; k < COUNT_OF(labels); k++)
		rows[k] = section_row(&r.grid, &l.loop, labels[k]);
	ck_assert_int_eq(rows[0], l.loop.y + 1);
	while (next_frame(&r))
		for (size_t k = 0; k < COUNT_OF(labels); k++)
			ck_assert_int_eq(section_row(&r.grid, &l.loop, labels[k]), rows[k]);
	close_run(&r);
}
END_TEST

START_TEST(a_loop_that_waits_has_nothing_of_its_own_to_do_next)
{
	struct run r;
	open_run(&r, _i);
	struct layout l = screen_layout(r.screen);
	while (next_frame(&r)) {
		/* Nor at the moment itself: its sentence, too, says that the loop waits. */
		size_t index = screen_position(r.screen), next = index + 1;
		if (next == view_moment_count(r.view, false) ||
		    view_moment(r.view, false, next).time_ns == view_moment(r.view, false, index).time_ns)
			continue;
		const char *now = row(&r, &r.grid, l.loop.y + 1);
		ck_assert_msg(!strstr(now, "loop's own"), "%s", now);
	}
	close_run(&r);
}
END_TEST

static bool is_digit(const struct grid *g, int x, int y)
{
	uint32_t code = grid_at(g, x, y)->code;
	return code >= '0' && code <= '9';
}

START_TEST(a_timer_that_is_told_is_told_with_its_time)
{
	struct run r;
	open_run(&r, _i);
	struct layout l = screen_layout(r.screen);
	int y = section_row(&r.grid, &l.loop, "timers");
	while (next_frame(&r) && y >= 0)
		for (int x = l.loop.x + 1; x < l.loop.x + l.loop.w - 1; x++)
			if (grid_at(&r.grid, x, y)->code == 0x2026) /* an ellipsis */
				ck_assert_msg(grid_at(&r.grid, x + 1, y)->code == ' ' &&
				              is_digit(&r.grid, x + 2, y),
				              "%s", row(&r, &r.grid, y));
	close_run(&r);
}
END_TEST

static bool is_state(uint32_t code)
{
	for (int k = 0; k < STATE_COUNT; k++)
		if (code == state_infos[k].glyph)
			return true;
	return code == GLYPH_MIXED;
}

START_TEST(what_was_drawn_of_the_past_stays_as_it_is)
{
	struct run r;
	open_run(&r, _i);
	struct layout l = screen_layout(r.screen);
	struct present last = present_of(r.screen);
	int checked = 0;
	while (next_frame(&r)) {
		struct present p = present_of(r.screen);
		ck_assert_int_eq(p.cut.name_cols, last.cut.name_cols);
		int left = l.timeline.x + 1 + p.cut.name_cols;
		int64_t past = scale_col(&last.scale, (double)last.time_ns);
		for (int y = l.timeline.y + 2; y < l.timeline.y + l.timeline.h - 1; y++)
			for (int x = left; x < left + (int)past && x < left + p.cut.cols; x++) {
				uint32_t was = grid_at(&r.before, x, y)->code;
				uint32_t is = grid_at(&r.grid, x, y)->code;
				if (!is_state(was) || !is_state(is))
					continue;
				checked++;
				ck_assert_msg(was == is, "%d,%d at %lld ns: %s", x, y,
				              (long long)p.time_ns, row(&r, &r.grid, y));
			}
		last = p;
	}
	ck_assert_int_gt(checked, 100);
	close_run(&r);
}
END_TEST

/* A text of letters that begins a run of words, at most 30 columns of it. */
static bool word_at(const struct grid *g, int x, int y, char *out)
{
	size_t n = 0;
	for (; n < 30 && x < g->cols; x++, n++) {
		uint32_t code = grid_at(g, x, y)->code;
		if (code <= ' ' || code >= 0x7F)
			break;
		out[n] = (char)code;
	}
	out[n] = '\0';
	return n >= 4;
}

START_TEST(words_in_a_wait_that_lasts_do_not_move)
{
	struct run r;
	open_run(&r, _i);
	struct layout l = screen_layout(r.screen);
	struct timeline_cut cut = timeline_cut(r.screen, &l);
	int left = l.timeline.x + 1 + cut.name_cols, seen = 0;
	while (next_frame(&r)) {
		for (int y = l.timeline.y + 2; y < l.timeline.y + l.timeline.h - 1; y++)
			for (int x = left; x < left + cut.cols; x++) {
				char old[31], new[31];
				uint32_t left_of = grid_at(&r.before, x - 1, y)->code;
				bool begins = left_of > 0x7F ||
				              (left_of == ' ' && grid_at(&r.before, x - 2, y)->code > 0x7F);
				if (!begins || !word_at(&r.before, x, y, old))
					continue;
				seen++;
				word_at(&r.grid, x, y, new);
				/* Its number may be another, or its ending; not its beginning. */
				ck_assert_msg(!strncmp(old, new, 4), "\"%s\" was at %d in %s", old, x,
				              row(&r, &r.grid, y));
			}
	}
	ck_assert_int_gt(seen, 20);
	close_run(&r);
}
END_TEST

/* The same run, whatever was measured of its workers: two_cooks, job 4 on worker 1. */
START_TEST(what_was_measured_is_shown_to_those_who_ask_for_it_only)
{
	size_t cooks = 0;
	while (cooks < traces.gl_pathc && !strstr(traces.gl_pathv[cooks], "two_cooks"))
		cooks++;
	struct grid seen[4] = {0};
	for (int k = 0; k < 4; k++) {
		struct run r;
		open_run(&r, 2 * (int)cooks + 1);
		if (k & 1)
			trace_measure(r.trace, &(struct measure){.job = 4, .thread = 1, .core_last = 7,
			                                         .cpu_ns = 19 * SECOND / 10,
			                                         .wall_end_ns = 2 * SECOND});
		view_update(r.view, 0);
		struct screen *s = screen_new(&(struct screen_options){.measured = k & 2});
		screen_resize(s, 120, 36);
		screen_show(s, r.view, false);
		screen_seek(s, SIZE_MAX);
		screen_draw(s, &seen[k]);
		screen_free(s);
		close_run(&r);
	}
	ck_assert(grid_equal(&seen[0], &seen[1]));
	ck_assert(grid_equal(&seen[0], &seen[2]));
	ck_assert(!grid_equal(&seen[0], &seen[3]));
	for (int k = 0; k < 4; k++)
		grid_free(&seen[k]);
}
END_TEST

START_TEST(how_many_run_at_once_is_told_where_it_stays)
{
	struct run r;
	open_run(&r, _i);
	struct layout l = screen_layout(r.screen);
	struct timeline_cut cut = timeline_cut(r.screen, &l);
	int y = l.timeline.y + l.timeline.h - 2, left = l.timeline.x + 1 + cut.name_cols;
	bool has_sum = view_lane_of_thread(r.view, 1) != LANE_NONE;
	while (has_sum && next_frame(&r))
		for (int x = left; x < left + cut.cols; x++)
			if (is_digit(&r.before, x, y))
				ck_assert_msg(is_digit(&r.grid, x, y), "%d: %s", x, row(&r, &r.grid, y));
	close_run(&r);
}
END_TEST

START_TEST(who_never_works_beside_another_has_no_row_for_how_many)
{
	struct run r;
	open_run(&r, _i);
	struct parallel all;
	view_parallel(r.view, &all);
	struct layout l = screen_layout(r.screen);
	bool told = false;
	while (next_frame(&r))
		for (int y = l.timeline.y; y < l.timeline.y + l.timeline.h; y++)
			told = told || place_of(&r, y, "at once") >= 0;
	ck_assert_int_eq(told, all.busy_ns > all.span_ns);
	close_run(&r);
}
END_TEST

/* A run of ten seconds with a caption every 30 ms of its middle. */
static struct trace *make_captions(void)
{
	struct scene_maker maker = {.trace = trace_new(0)}, *m = &maker;
	m->w.trace = m->trace;
	trace_describe(m->trace, &(struct trace_about){.source = scene_source});
	line(m, 29, "<module>");
	emit(m, EV_LOOP_STARTED, 0, 0, 0);
	for (int i = 0; i < 100; i++) {
		m->w.time_ns = 3 * SECOND + i * SECOND * 3 / 100;
		emit(m, EV_CAPTION, 29, text(m, "Once more."), 0);
		line(m, 29, "<module>");
	}
	m->w.time_ns = 10 * SECOND;
	emit(m, EV_CAPTION, 29, text(m, "The end."), 0);
	line(m, 29, "<module>");
	emit(m, EV_LOOP_STOPPED, 0, 0, 0);
	emit(m, EV_RUN_ENDED, 0, 0, 0);
	trace_close(m->trace);
	return m->trace;
}

START_TEST(each_column_with_a_beat_has_its_mark_however_many_it_has)
{
	struct trace *t = make_captions();
	struct view *v = view_new(t);
	view_update(v, 0);
	struct screen *s = screen_new(&(struct screen_options){0});
	struct grid g = {0};
	for (int zoom = 0; zoom < 5; zoom++)
		for (int cols = 40; cols < 300; cols += 37) {
			screen_resize(s, cols, 24);
			screen_show(s, v, false);
			for (int i = 0; i < zoom; i++)
				screen_do(s, CMD_ZOOM_IN, 0, 0);
			size_t count = view_moment_count(v, false);
			screen_seek(s, count / 2);
			screen_draw(s, &g);
			struct present p = present_of(s);
			struct rect l = p.layout.timeline;
			bool wanted[300] = {false};
			for (size_t i = 0; i < count; i++) {
				struct moment m = view_moment(v, false, i);
				int64_t col = scale_col(&p.scale, view_coordinate(v, RULER_CLOCK, m.end));
				if (m.beat && col >= 0 && col < p.cut.cols)
					wanted[col] = true;
			}
			int marks = 0;
			for (int x = 0; x < p.cut.cols; x++) {
				uint32_t code = grid_at(&g, l.x + 1 + p.cut.name_cols + x, l.y + l.h - 1)->code;
				bool marked = code == 0x25C6 || code == 0x25C7; /* ◆ ◇ */
				ck_assert_msg(marked == wanted[x], "column %d of %d, zoom %d", x, cols, zoom);
				marks += marked;
			}
			ck_assert_int_gt(marks, 1);
		}
	screen_free(s);
	view_free(v);
	trace_free(t);
	grid_free(&g);
}
END_TEST

/* Whether the function in which `line` stands is no longer than the pane. */
static bool function_fits(const struct source *source, uint32_t line, int rows)
{
	size_t from = line - 1, to = line;
	while (from > 0 && !source->lines.items[from].function)
		from--;
	while (to < source->lines.count && !source->lines.items[to].function)
		to++;
	return to - from <= (size_t)rows;
}

START_TEST(the_source_stays_while_one_function_runs)
{
	struct run r;
	open_run(&r, _i);
	struct layout l = screen_layout(r.screen);
	uint32_t was_line = 0;
	int pages = 0;
	while (next_frame(&r)) {
		struct present p = present_of(r.screen);
		uint32_t line = p.active == LANE_NONE ? 0
		                                      : view_line_at(r.view, p.active, p.position, NULL);
		bool same_top = true;
		for (int x = l.source.x + 1; x < l.source.x + 4; x++)
			same_top &= grid_at(&r.grid, x, l.source.y + 1)->code ==
			            grid_at(&r.before, x, l.source.y + 1)->code;
		pages += !same_top;
		/* A line further, in the same function, is not another page unless it is long. */
		if (line && was_line && line == was_line)
			ck_assert(same_top);
		bool function = false;
		for (uint32_t i = line < was_line ? line : was_line; line && was_line && i < (line > was_line ? line : was_line); i++)
			function |= r.screen->source.lines.items[i].function;
		if (line && was_line && !function && l.source.h >= 12 &&
		    function_fits(&r.screen->source, line, l.source.h - 2))
			ck_assert(same_top);
		was_line = line;
	}
	ck_assert_int_gt(pages, 0);
	close_run(&r);
}
END_TEST

int main(void)
{
	if (glob("tests/keys/*.trace", 0, NULL, &traces) != 0) {
		fputs("no tests/keys/*.trace here: run from the top of the tree\n", stderr);
		return EXIT_FAILURE;
	}
	Suite *suite = suite_create("screen/still");
	TCase *c = tcase_create("still");
	int runs = 2 * (int)traces.gl_pathc;
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, the_titles_fields_stay_in_their_columns, 0, runs);
	tcase_add_loop_test(c, the_loops_sections_keep_their_rows, 0, runs);
	tcase_add_loop_test(c, a_loop_that_waits_has_nothing_of_its_own_to_do_next, 0, runs);
	tcase_add_loop_test(c, a_timer_that_is_told_is_told_with_its_time, 0, runs);
	tcase_add_loop_test(c, what_was_drawn_of_the_past_stays_as_it_is, 0, runs);
	tcase_add_loop_test(c, words_in_a_wait_that_lasts_do_not_move, 0, runs);
	tcase_add_loop_test(c, how_many_run_at_once_is_told_where_it_stays, 0, runs);
	tcase_add_loop_test(c, who_never_works_beside_another_has_no_row_for_how_many, 0, runs);
	tcase_add_test(c, what_was_measured_is_shown_to_those_who_ask_for_it_only);
	tcase_add_test(c, each_column_with_a_beat_has_its_mark_however_many_it_has);
	tcase_add_loop_test(c, the_source_stays_while_one_function_runs, 0, runs);
	suite_add_tcase(suite, c);
	int status = suite_main(suite);
	globfree(&traces);
	return status;
}
