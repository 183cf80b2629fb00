/* export/record: what is recorded is what a screen shows, at a pace that can be followed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "export/record.h"
#include "screen/screen.h"
#include "suite.h"
#include "trace/text.h"
#include "trace/trace.h"
#include "view/moment.h"
#include "view/view.h"

enum { COLS = 80, ROWS = 24 };
#define SECOND INT64_C(1000000000)

struct shot {
	int64_t at_ns;
	struct grid grid;
};

struct mark {
	int64_t at_ns;
	char *label;
};

/* What a recording came to. */
struct film {
	VEC(struct shot) shots;
	VEC(struct mark) marks;
	int64_t end_ns;
	size_t refuse_at; /* the frame at which the sink gives up; 0: never */
};

static struct trace *trace;
static struct view *view;

static void setup(void)
{
	struct buf why = {0};
	FILE *in = fopen("tests/keys/one_cook.trace", "r");
	ck_assert_ptr_nonnull(in);
	ck_assert_msg(trace_read(in, &trace, &why) == 0, "%s", buf_text(&why));
	fclose(in);
	buf_free(&why);
	view = view_new(trace);
	view_update(view, 0);
}

static void teardown(void)
{
	view_free(view);
	trace_free(trace);
}

static int take_frame(void *world, int64_t at_ns, const struct grid *g, enum theme theme)
{
	struct film *f = world;
	(void)theme;
	struct shot shot = {.at_ns = at_ns};
	grid_resize(&shot.grid, g->cols, g->rows);
	memcpy(shot.grid.cells, g->cells, (size_t)g->cols * (size_t)g->rows * sizeof *g->cells);
	vec_push(&f->shots, shot);
	return f->refuse_at && f->shots.count == f->refuse_at ? -5 : 0;
}

static int take_marker(void *world, int64_t at_ns, const char *label)
{
	struct film *f = world;
	struct mark mark = {at_ns, mem_strdup(label)};
	vec_push(&f->marks, mark);
	return 0;
}

static int take_end(void *world, int64_t at_ns)
{
	((struct film *)world)->end_ns = at_ns;
	return 0;
}

static struct record_options plain(void)
{
	return (struct record_options){.cols = COLS,
	                               .rows = ROWS,
	                               .to = SIZE_MAX,
	                               .opening_ns = 2 * SECOND,
	                               .closing_ns = 3 * SECOND};
}

static int shoot(struct film *f, const struct record_options *o, bool *cut)
{
	struct record_sink sink = {f, take_frame, take_marker, take_end};
	return record(view, o, &sink, cut);
}

static void film_free(struct film *f)
{
	for (size_t i = 0; i < f->shots.count; i++)
		grid_free(&f->shots.items[i].grid);
	for (size_t i = 0; i < f->marks.count; i++)
		free(f->marks.items[i].label);
	vec_free(&f->shots);
	vec_free(&f->marks);
	*f = (struct film){0};
}

/* The cells of a screen that stands, paused, at a moment. */
static void show_at(size_t moment, struct grid *g)
{
	struct screen *s = screen_new(&(struct screen_options){.run_through = true});
	screen_resize(s, COLS, ROWS);
	screen_show(s, view, false);
	screen_seek(s, moment);
	screen_draw(s, g);
	screen_free(s);
}

START_TEST(it_begins_at_the_beginning_and_ends_at_the_end)
{
	struct film f = {0};
	struct record_options o = plain();
	struct grid g = {0};
	bool cut = true;
	ck_assert_int_eq(shoot(&f, &o, &cut), 0);
	ck_assert(!cut);
	const struct shot *first = &f.shots.items[0], *last = &f.shots.items[f.shots.count - 1];
	ck_assert_int_eq(first->at_ns, 0);
	show_at(0, &g);
	ck_assert(grid_equal(&first->grid, &g));
	show_at(SIZE_MAX, &g);
	ck_assert(grid_equal(&last->grid, &g));
	ck_assert_int_ge(f.shots.items[1].at_ns, 2 * SECOND);
	ck_assert_int_eq(f.end_ns, last->at_ns + 3 * SECOND);
	grid_free(&g);
	film_free(&f);
}
END_TEST

START_TEST(every_beat_is_marked_when_it_is_first_seen)
{
	struct film f = {0};
	struct record_options o = plain();
	ck_assert_int_eq(shoot(&f, &o, NULL), 0);
	ck_assert_uint_gt(f.marks.count, 2);
	ck_assert_uint_eq(f.marks.count, view_beat_count(view));
	size_t shot = 0;
	for (size_t i = 0; i < f.marks.count; i++) {
		const struct mark *m = &f.marks.items[i];
		ck_assert_int_gt(m->at_ns, i ? f.marks.items[i - 1].at_ns : 0);
		while (shot < f.shots.count && f.shots.items[shot].at_ns < m->at_ns)
			shot++;
		ck_assert_int_eq(f.shots.items[shot].at_ns, m->at_ns);
		/* Its first words stand there, and so they do up to the next frame but one. */
		char words[12];
		snprintf(words, sizeof words, "%s", m->label);
		struct buf row = {0};
		for (int y = 0; y < ROWS; y++)
			grid_row_text(&f.shots.items[shot].grid, y, &row);
		ck_assert_msg(strstr(buf_text(&row), words), "%s", m->label);
		buf_free(&row);
	}
	film_free(&f);
}
END_TEST

START_TEST(a_caption_stands_as_long_as_it_takes_to_read)
{
	struct film f = {0};
	struct record_options o = plain();
	ck_assert_int_eq(shoot(&f, &o, NULL), 0);
	for (size_t i = 0; i < f.marks.count; i++) {
		size_t words = 1;
		for (const char *at = f.marks.items[i].label; *at; at++)
			words += *at == ' ';
		int64_t gone = i + 1 < f.marks.count ? f.marks.items[i + 1].at_ns : f.end_ns;
		int64_t stands = gone - f.marks.items[i].at_ns;
		ck_assert_msg(stands >= (int64_t)words * pace_default.word_ns,
		              "%zu words in %.1f s", words, (double)stands / 1e9);
	}
	film_free(&f);
}
END_TEST

START_TEST(frames_are_a_sixtieth_of_a_second_apart)
{
	struct film f = {0};
	struct record_options o = plain();
	o.pace = (struct pace){.step_ns = 0, .second_ns = 1000, .idle_ns = SECOND};
	ck_assert_int_eq(shoot(&f, &o, NULL), 0);
	ck_assert_uint_ge(f.shots.count, 2);
	for (size_t i = 1; i < f.shots.count; i++)
		ck_assert_int_ge(f.shots.items[i].at_ns - f.shots.items[i - 1].at_ns,
		                 SECOND / 60);
	film_free(&f);
}
END_TEST

START_TEST(a_part_begins_and_ends_where_it_should)
{
	struct film f = {0};
	struct record_options o = plain();
	struct grid g = {0};
	o.from = view_next_beat(view, false, 0);
	o.to = view_next_beat(view, false, o.from);
	ck_assert_int_eq(shoot(&f, &o, NULL), 0);
	show_at(o.from, &g);
	ck_assert(grid_equal(&f.shots.items[0].grid, &g));
	show_at(o.to, &g);
	ck_assert(grid_equal(&f.shots.items[f.shots.count - 1].grid, &g));
	ck_assert_uint_eq(f.marks.count, 2);
	grid_free(&g);
	film_free(&f);
}
END_TEST

START_TEST(one_moment_is_one_frame)
{
	struct film f = {0};
	struct record_options o = plain();
	o.from = o.to = 3;
	ck_assert_int_eq(shoot(&f, &o, NULL), 0);
	ck_assert_uint_eq(f.shots.count, 1);
	film_free(&f);
}
END_TEST

START_TEST(it_ends_at_its_limit_and_says_so)
{
	struct film f = {0};
	struct record_options o = plain();
	bool cut = false;
	o.max_ns = 6 * SECOND;
	ck_assert_int_eq(shoot(&f, &o, &cut), 0);
	ck_assert(cut);
	ck_assert_int_le(f.shots.items[f.shots.count - 1].at_ns, 6 * SECOND);
	film_free(&f);
}
END_TEST

START_TEST(twice_it_is_the_same)
{
	struct film f = {0}, again = {0};
	struct record_options o = plain();
	ck_assert_int_eq(shoot(&f, &o, NULL), 0);
	ck_assert_int_eq(shoot(&again, &o, NULL), 0);
	ck_assert_uint_eq(f.shots.count, again.shots.count);
	for (size_t i = 0; i < f.shots.count; i++) {
		ck_assert_int_eq(f.shots.items[i].at_ns, again.shots.items[i].at_ns);
		ck_assert(grid_equal(&f.shots.items[i].grid, &again.shots.items[i].grid));
	}
	film_free(&f);
	film_free(&again);
}
END_TEST

START_TEST(who_takes_it_may_refuse)
{
	struct film f = {.refuse_at = 3};
	struct record_options o = plain();
	ck_assert_int_eq(shoot(&f, &o, NULL), -5);
	ck_assert_uint_eq(f.shots.count, 3);
	ck_assert_int_eq(f.end_ns, 0);
	film_free(&f);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("record");
	TCase *c = tcase_create("record");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, it_begins_at_the_beginning_and_ends_at_the_end);
	tcase_add_test(c, every_beat_is_marked_when_it_is_first_seen);
	tcase_add_test(c, a_caption_stands_as_long_as_it_takes_to_read);
	tcase_add_test(c, frames_are_a_sixtieth_of_a_second_apart);
	tcase_add_test(c, a_part_begins_and_ends_where_it_should);
	tcase_add_test(c, one_moment_is_one_frame);
	tcase_add_test(c, it_ends_at_its_limit_and_says_so);
	tcase_add_test(c, twice_it_is_the_same);
	tcase_add_test(c, who_takes_it_may_refuse);
	suite_add_tcase(suite, c);
	return suite_main(suite);
}
