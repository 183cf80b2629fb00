/*
 * screen: how time passes when it plays. A host that does what screen_due_ns says sees each
 * moment as long as the pace says, the clock glide by columns at exact times, and is never
 * woken up for nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "screen/internal.h"
#include "screen_scene.h"
#include "suite.h"

#define MS INT64_C(1000000)
#define FRAME (SECOND / 60)

static struct trace *trace;
static struct view *view;
static struct screen *screen;
static struct grid grid, before;
static int64_t now;

static void show(struct trace *t, const struct screen_options *options, int cols, int rows)
{
	trace = t;
	view = view_new(trace);
	view_update(view, 0);
	screen = screen_new(options);
	screen_resize(screen, cols, rows);
	screen_show(screen, view, false);
	now = 1000;
}

static void put_away(void)
{
	screen_free(screen);
	view_free(view);
	trace_free(trace);
	screen = NULL;
}

static void teardown(void)
{
	grid_free(&grid);
	grid_free(&before);
}

static void play(void)
{
	screen_do(screen, CMD_PLAY, 0, now);
}

/* To the next time at which something is to be done. */
static void go_on(void)
{
	int64_t due = screen_due_ns(screen);
	ck_assert_int_ge(due, now);
	ck_assert_int_lt(due, INT64_MAX);
	now = due;
	screen_advance(screen, now);
}

static void press(const char *name)
{
	struct key key = key_by_name(name, strlen(name));
	ck_assert_uint_ne(key.code, 0);
	screen_key(screen, &key, now);
}

static size_t first_beat(void)
{
	return view_next_beat(view, false, 0);
}

/* The title's text from `word` on. */
static const char *title_from(const char *word)
{
	static struct buf row;
	buf_reset(&row);
	screen_draw(screen, &grid);
	grid_row_text(&grid, 0, &row);
	const char *at = strstr(buf_text(&row), word);
	ck_assert_msg(at != NULL, "no \"%s\" in \"%s\"", word, buf_text(&row));
	return at;
}

/* ---- stays --------------------------------------------------------------------------- */

START_TEST(a_moment_stands_for_a_step_and_a_wait_for_its_seconds)
{
	const struct pace pace = {.step_ns = 600 * MS, .second_ns = SECOND / 2, .idle_ns = 4 * SECOND};
	static const struct {
		int64_t gap, read, stand, glide;
		int speed;
	} rows[] = {
		{0, 0, 600 * MS, 0, 0},
		{0, 0, 150 * MS, 0, 2},
		{0, 0, 4800 * MS, 0, -3},
		{0, 3 * SECOND, 3 * SECOND, 0, 0},
		{0, 100 * MS, 600 * MS, 0, 0},
		{SECOND, 0, 0, 600 * MS, 0},          /* half a second is less than a step */
		{6 * SECOND, 0, 0, 3 * SECOND, 0},
		{6 * SECOND, 0, 0, 1500 * MS, 1},
		{60 * SECOND, 0, 0, 4 * SECOND, 0},   /* no longer than a wait may be */
		{60 * SECOND, 2 * SECOND, 2 * SECOND, 4 * SECOND, 0},
		{60 * SECOND, 2 * SECOND, SECOND, 2 * SECOND, 1},
		{-5, 0, 600 * MS, 0, 0},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct stay stay = play_stay(&pace, rows[i].speed, rows[i].gap, rows[i].read);
		ck_assert_int_eq(stay.stand_ns, rows[i].stand);
		ck_assert_int_eq(stay.glide_ns, rows[i].glide);
		ck_assert_int_eq(play_hold_ns(&stay), rows[i].stand + rows[i].glide);
	}
	/* A wait may always take as long as a step. */
	struct pace hasty = pace;
	hasty.idle_ns = 0;
	struct stay stay = play_stay(&hasty, 0, 60 * SECOND, 0);
	ck_assert_int_eq(stay.glide_ns, 600 * MS);
}
END_TEST

START_TEST(what_is_too_long_for_64_bits_lasts_for_ever)
{
	static const int64_t large[] = {0, 1, 999999999, SECOND, 7 * SECOND + 3, INT64_MAX / SECOND,
	                                INT64_MAX / 2, INT64_MAX - 1, INT64_MAX};
	for (size_t a = 0; a < COUNT_OF(large); a++)
		for (size_t b = 0; b < COUNT_OF(large); b++)
			for (int speed = SCREEN_SPEED_MIN; speed <= SCREEN_SPEED_MAX; speed++) {
				struct pace pace = {.step_ns = 1, .second_ns = large[b], .idle_ns = INT64_MAX};
				struct stay stay = play_stay(&pace, speed, large[a], large[b]);
				ck_assert_int_ge(stay.stand_ns, 0);
				ck_assert_int_ge(stay.glide_ns, 0);
				ck_assert_int_ge(play_hold_ns(&stay), 0);
				long double exact = (long double)large[a] * (long double)large[b] / 1e9L;
				exact = exact > (long double)INT64_MAX ? (long double)INT64_MAX : exact;
				exact = speed < 0 ? exact * (1 << -speed) : exact / (1 << speed);
				exact = exact > (long double)INT64_MAX ? (long double)INT64_MAX : exact;
				if (exact > 1000)
					ck_assert_ldouble_eq_tol((long double)stay.glide_ns / exact, 1, 1e-3L);
			}
	ck_assert_int_eq(play_read_ns(&(struct pace){.beat_ns = INT64_MAX, .word_ns = 5}, "a b", 3),
	                 INT64_MAX);
}
END_TEST

START_TEST(the_clock_glides_evenly_and_each_of_its_times_is_met_at_the_first_instant)
{
	uint64_t seed = 3;
	for (int i = 0; i < 20000; i++) {
		int64_t part[4];
		for (int k = 0; k < 4; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			part[k] = (int64_t)((seed >> 1) >> ((seed >> 8) % 60));
		}
		struct stay stay = {.gap_ns = part[0] + 1, .stand_ns = part[1] >> 2,
		                    .glide_ns = (part[2] >> 2) + 1};
		int64_t passed = part[3] % (stay.gap_ns + 1);
		int64_t shown = play_shown_ns(&stay, passed);
		ck_assert_int_le(shown, play_hold_ns(&stay));
		ck_assert_int_ge(play_passed_ns(&stay, shown), passed);
		if (shown > stay.stand_ns)
			ck_assert_int_lt(play_passed_ns(&stay, shown - 1), passed);
		ck_assert_int_eq(play_passed_ns(&stay, stay.stand_ns), 0);
		ck_assert_int_eq(play_passed_ns(&stay, play_hold_ns(&stay)), stay.gap_ns);
		long double half = (long double)play_passed_ns(&stay, stay.stand_ns + stay.glide_ns / 2);
		if (stay.glide_ns > 1000 && stay.gap_ns > 1000)
			ck_assert_ldouble_eq_tol(half / (long double)stay.gap_ns, 0.5L, 2e-3L);
	}
}
END_TEST

START_TEST(each_word_of_a_caption_takes_its_time_and_a_very_long_one_more)
{
	const struct pace pace = {.beat_ns = 1000, .word_ns = 10};
	static const struct {
		const char *text;
		int words;
	} rows[] = {
		{"", 0},
		{"one", 1},
		{"  one,  two\nthree ", 3},
		{"asyncio.gather(rice(),chop(),curry())", 3},
		{"ご飯は自分で炊ける", 2},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		ck_assert_int_eq(play_read_ns(&pace, rows[i].text, strlen(rows[i].text)),
		                 1000 + 10 * rows[i].words);
}
END_TEST

START_TEST(the_speed_is_that_of_the_scenes_clock)
{
	static const struct {
		int64_t second, idle, gap;
		int speed;
		const char *text;
	} rows[] = {
		{SECOND, INT64_MAX, 0, 0, "1x"},
		{SECOND, INT64_MAX, 5 * SECOND, 0, "1x"},
		{SECOND, INT64_MAX, 0, -3, "1/8x"},
		{SECOND, INT64_MAX, 0, 6, "64x"},
		{SECOND / 2, INT64_MAX, 0, 0, "2x"},
		{SECOND / 2, INT64_MAX, 0, -1, "1x"},
		{SECOND * 2 / 5, INT64_MAX, 0, 0, "2.5x"},
		{3 * SECOND, INT64_MAX, 0, 0, "1/3x"},
		{3 * SECOND / 2, INT64_MAX, 0, 0, "0.67x"},
		{SECOND / 1000, INT64_MAX, 0, 0, "1000x"},
		{0, INT64_MAX, 0, 0, ""},
		{SECOND, 5 * SECOND, 4 * SECOND, 0, "1x"},
		{SECOND, 5 * SECOND, 10 * SECOND, 0, "2x"},
		{SECOND, 5 * SECOND, 7 * SECOND, 0, "1.4x"},
		{SECOND, 5 * SECOND, 10 * SECOND, 1, "4x"},
		{SECOND, 5 * SECOND, 3600 * SECOND, 0, "720x"},
		{SECOND, 5 * SECOND, SECOND / 10, 0, "1x"}, /* a step is a step */
	};
	struct buf text = {0};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct pace pace = {.step_ns = 600 * MS, .second_ns = rows[i].second,
		                    .idle_ns = rows[i].idle};
		struct stay stay = play_stay(&pace, rows[i].speed, rows[i].gap, 0);
		buf_reset(&text);
		play_speed_text(&pace, rows[i].speed, &stay, &text);
		ck_assert_str_eq(buf_text(&text), rows[i].text);
	}
	buf_free(&text);
}
END_TEST

/* ---- a screen that plays ---------------------------------------------------------------- */

/* How long the present moment stays, and for how long of that the clock stands. */
static int64_t stay_of_moment(int64_t *stood)
{
	int64_t begin = now, clock = screen_time_ns(screen);
	uint64_t index = screen_position(screen);
	*stood = -1;
	while (screen_playing(screen) && screen_position(screen) == index) {
		if (*stood < 0 && screen_time_ns(screen) != clock)
			*stood = now - begin;
		go_on();
	}
	if (*stood < 0)
		*stood = now - begin;
	return now - begin;
}

START_TEST(a_beat_that_is_run_through_stands_until_its_caption_has_been_read)
{
	const struct pace pace = {.step_ns = 500 * MS, .second_ns = SECOND, .idle_ns = INT64_MAX,
	                          .beat_ns = 2 * SECOND, .word_ns = 100 * MS};
	show(make_scene(9), &(struct screen_options){.pace = pace, .run_through = true}, 80, 24);
	play();
	int64_t total = 0, stood;
	for (size_t i = 0; screen_playing(screen); i++) {
		ck_assert_uint_eq(screen_position(screen), i);
		struct moment m = view_moment(view, false, i);
		int64_t gap = next_gap_ns(screen);
		int64_t read = m.beat ? 2 * SECOND + 4 * 100 * MS : 0; /* "Rice boils by itself." */
		int64_t stay = stay_of_moment(&stood);
		int64_t wanted = gap ? read + (gap > SECOND / 2 ? gap : SECOND / 2)
		                     : read > SECOND / 2 ? read : SECOND / 2;
		ck_assert_int_eq(stay, wanted);
		/* Read first, then glide. */
		ck_assert_int_ge(stood, read);
		total += stay;
	}
	ck_assert_int_gt(total, 10 * SECOND);
	put_away();
}
END_TEST

START_TEST(a_caption_is_read_before_the_clock_goes_on)
{
	/* The caption stands at the blocking call itself. */
	struct scene_maker maker = {.trace = trace_new(0)}, *m = &maker;
	m->w.trace = m->trace;
	trace_describe(m->trace, &(struct trace_about){.source = scene_source});
	line(m, 29, "<module>");
	emit(m, EV_CAPTION, 29, text(m, "Five words are read here."), 0);
	m->w.time_ns = 3 * SECOND;
	emit(m, EV_LOOP_STARTED, 0, 0, 0);
	emit(m, EV_LOOP_STOPPED, 0, 0, 0);
	emit(m, EV_RUN_ENDED, 0, 0, 0);
	trace_close(m->trace);
	show(m->trace, &(struct screen_options){.run_through = true}, 80, 24);
	play();
	int64_t stood = 0, stay = 0;
	while (screen_playing(screen)) {
		bool beat = screen_beat(screen, NULL) > 0 && screen_time_ns(screen) == 0;
		stay = stay_of_moment(&stood);
		if (!beat)
			continue;
		ck_assert_int_ge(stood, 3000 * MS);
		ck_assert_int_lt(stood, 3000 * MS + SECOND / 5);
		ck_assert_int_eq(stay, 3000 * MS + 3 * SECOND);
		put_away();
		return;
	}
	ck_abort_msg("no beat at t = 0");
}
END_TEST

START_TEST(whoever_starts_to_play_at_a_beat_has_read_it)
{
	show(make_scene(9), &(struct screen_options){.run_through = true}, 80, 24);
	screen_seek(screen, first_beat());
	int64_t stood;
	ck_assert_int_gt(screen_reading_ns(screen), 2 * SECOND);
	play();
	ck_assert_int_eq(stay_of_moment(&stood), 600 * MS);
	put_away();
}
END_TEST

START_TEST(no_wait_is_longer_than_the_pace_lets_it_be)
{
	struct pace pace = pace_default;
	pace.idle_ns = 2 * SECOND;
	show(make_scene(9), &(struct screen_options){.pace = pace, .run_through = true}, 80, 24);
	play();
	bool fast = false;
	while (screen_playing(screen)) {
		int64_t stood, gap = next_gap_ns(screen);
		if (gap == 5 * SECOND)
			fast = !strncmp(title_from("2.5x"), "2.5x", 4);
		int64_t stay = stay_of_moment(&stood);
		if (gap)
			ck_assert_int_le(stay - (stood > 600 * MS ? stood : 0), 2 * SECOND);
	}
	ck_assert(fast);
	put_away();
}
END_TEST

static bool same_cells(void)
{
	screen_draw(screen, &grid);
	return grid_equal(&grid, &before);
}

START_TEST(cells_change_when_it_is_due_and_at_no_other_time)
{
	static const char *const zooms[] = {"=", "+", "t"};
	for (size_t z = 0; z < COUNT_OF(zooms); z++) {
		show(make_scene(9), &(struct screen_options){.run_through = true}, 80, 24);
		press(zooms[z]);
		play();
		int frames = 0, same = 0;
		while (screen_playing(screen)) {
			screen_draw(screen, &before);
			int64_t due = screen_due_ns(screen);
			for (int k = 1; k < 4; k++) {
				screen_advance(screen, now + (due - now) * k / 4);
				ck_assert_int_eq(screen_due_ns(screen), due);
				ck_assert(same_cells());
			}
			screen_advance(screen, due - 1);
			ck_assert(same_cells());
			now = due;
			screen_advance(screen, now);
			frames++;
			same += same_cells();
		}
		ck_assert_int_gt(frames, 40);
		/* On another ruler the glide is only told in the title. */
		ck_assert_int_le(same, z == 2 ? frames / 2 : 0);
		put_away();
	}
}
END_TEST

START_TEST(a_glide_goes_column_by_column_at_even_times)
{
	for (int zoom = 0; zoom < 8; zoom++) {
		show(make_scene(9), &(struct screen_options){.run_through = true}, 100, 30);
		for (int i = 0; i < zoom; i++)
			press("+");
		play();
		int64_t col = 0, last = 0, step = 0, stride = 0;
		int even = 0;
		while (screen_playing(screen)) {
			uint64_t index = screen_position(screen);
			go_on();
			struct present p = present_of(screen);
			int64_t at = scale_col(&p.scale, (double)p.time_ns) +
			             (int64_t)(p.scale.left / p.scale.unit + 0.5);
			if (screen_position(screen) != index || p.time_ns == p.base_ns) {
				stride = step = 0;
			} else {
				if (step) {
					ck_assert_int_ge(now - last, FRAME);
					ck_assert_int_ge(now - last, step - 1);
					ck_assert_int_le(now - last, step + 1);
					even++;
				}
				if (stride)
					ck_assert_int_eq(at - col, stride);
				/* The first one of a wait may come sooner. */
				stride = last && col ? stride ? stride : at - col : 0;
				step = stride ? now - last : 0;
				col = at;
			}
			if (step == 0)
				col = p.time_ns == p.base_ns ? 0 : at;
			last = now;
		}
		ck_assert_int_gt(even, 40);
		put_away();
	}
}
END_TEST

/* A run that sleeps once, for that long. */
static struct trace *make_sleep(int64_t ns)
{
	struct scene_maker maker = {.trace = trace_new(0)}, *m = &maker;
	m->w.trace = m->trace;
	trace_describe(m->trace, &(struct trace_about){.source = scene_source, .title = "A sleep"});
	line(m, 29, "<module>");
	emit(m, EV_LOOP_STARTED, 0, 0, 0);
	uint32_t task = make_task(m, "Task-1", "main", 25);
	tick(m, 1);
	step(m, task, 0, ROLE_STEP);
	line(m, 26, "main");
	uint32_t timer = sleeps(m, ns, "sleep");
	timer_fires(m, ns, timer, task);
	emit(m, EV_TASK_DONE, 0, text(m, "None"), 0);
	m->w.task = 0;
	emit(m, EV_LOOP_STOPPED, 0, 0, 0);
	emit(m, EV_RUN_ENDED, 0, 0, 0);
	trace_close(m->trace);
	return m->trace;
}

START_TEST(where_columns_are_far_apart_the_clock_is_seen_to_tick)
{
	show(make_sleep(3600 * SECOND), &(struct screen_options){.run_through = true}, 80, 24);
	play();
	while (screen_time_ns(screen) == 0)
		go_on();
	int64_t second = screen_time_ns(screen) / SECOND;
	ck_assert_int_eq(second, 1);
	int between = 0;
	while (screen_time_ns(screen) < 3500 * SECOND) {
		int64_t last = now;
		go_on();
		ck_assert_int_le(now - last, SECOND);
		ck_assert_int_ge(now - last, FRAME);
		ck_assert_int_eq(screen_time_ns(screen) % SECOND, 0);
		int64_t told = screen_time_ns(screen) / SECOND;
		ck_assert_int_ge(told, second);
		ck_assert_int_le(told, second + 1);
		between += told == second;
		second = told;
	}
	/* The columns have their own times. */
	ck_assert_int_gt(between, 50);
	ck_assert_int_lt(between, 80);
	put_away();
}
END_TEST

START_TEST(the_title_tells_rounded_times_and_none_that_is_still_to_come)
{
	static const int64_t lengths[] = {SECOND / 50, SECOND / 3, 5 * SECOND, 77 * SECOND + 77 * MS,
	                                  3600 * SECOND};
	static const int most[] = {3, 3, 1, 3, 1};
	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		struct pace pace = pace_default;
		pace.idle_ns = 5 * SECOND;
		show(make_sleep(lengths[i]), &(struct screen_options){.pace = pace, .run_through = true}, 80, 24);
		play();
		size_t len = 0;
		int frames = 0;
		double last = 0;
		while (screen_playing(screen)) {
			const char *t = title_from(" t ") + 3;
			double told = strtod(t, NULL);
			size_t end = strcspn(t, "s");
			const char *point = strchr(t, '.');
			ck_assert_int_le((int)strspn(point + 1, "0123456789"), most[i]);
			/* As many columns each time. */
			ck_assert(!len || end == len);
			len = end;
			ck_assert_double_ge(told, last);
			struct present p = present_of(screen);
			ck_assert_double_le(told, (double)p.time_ns / 1e9 + 0.0005);
			last = told;
			frames++;
			go_on();
		}
		ck_assert_int_gt(frames, 10);
		put_away();
	}
}
END_TEST

START_TEST(whatever_the_pace_it_ends_and_no_frame_comes_too_soon)
{
	static const int64_t values[] = {0, 1, 16 * MS, 600 * MS, 3 * SECOND};
	enum { N = sizeof values / sizeof values[0] };
	for (int i = 0; i < N * N * N; i++)
		for (int speed = SCREEN_SPEED_MIN; speed <= SCREEN_SPEED_MAX; speed += 3) {
			struct pace pace = {.step_ns = values[i % N], .second_ns = values[i / N % N],
			                    .idle_ns = values[i / N / N], .beat_ns = values[i % N]};
			show(make_scene(9), &(struct screen_options){.pace = pace, .run_through = true,
			                                             .speed = speed}, 80, 24);
			play();
			int turns = 0;
			for (; screen_playing(screen) && turns < 5000; turns++) {
				uint64_t index = screen_position(screen);
				int64_t last = now;
				go_on();
				if (screen_playing(screen) && screen_position(screen) == index)
					ck_assert_int_ge(now - last, FRAME);
			}
			ck_assert_msg(turns < 5000, "pace %d, speed %d", i, speed);
			ck_assert_uint_eq(screen_position(screen), view_moment_count(view, false) - 1);
			put_away();
		}
}
END_TEST

START_TEST(another_speed_does_not_move_the_clock)
{
	show(make_scene(9), &(struct screen_options){.run_through = true}, 80, 24);
	play();
	int changes = 0;
	for (int i = 0; screen_playing(screen); i++) {
		int64_t time = present_of(screen).time_ns;
		press(i % 8 < 4 ? "{" : "}");
		ck_assert_int_eq(present_of(screen).time_ns, time);
		press("b");
		press("b");
		ck_assert_int_eq(present_of(screen).time_ns, time);
		changes += time % SECOND != 0;
		go_on();
	}
	ck_assert_int_gt(changes, 20);
	put_away();
}
END_TEST

START_TEST(seeking_and_beats_are_told_to_the_host)
{
	show(make_scene(9), &(struct screen_options){.run_through = true}, 80, 24);
	struct buf caption = {0};
	ck_assert_uint_eq(screen_beat(screen, &caption), 0);
	ck_assert_uint_eq(caption.len, 0);
	ck_assert_int_eq(screen_reading_ns(screen), /* the introduction: six words */
	                 pace_default.beat_ns + 7 * pace_default.word_ns);
	screen_seek(screen, first_beat());
	ck_assert_uint_eq(screen_beat(screen, &caption), 1);
	ck_assert_str_eq(buf_text(&caption), "Rice boils by itself.");
	screen_seek(screen, SIZE_MAX);
	ck_assert_uint_eq(screen_position(screen), view_moment_count(view, false) - 1);
	ck_assert_uint_eq(screen_beat(screen, NULL), 1);
	screen_seek(screen, 0);
	play();
	screen_seek(screen, 3);
	ck_assert(screen_playing(screen));
	ck_assert_uint_eq(screen_position(screen), 3);
	buf_free(&caption);
	put_away();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("screen/pace");
	TCase *c = tcase_create("pace");
	tcase_add_checked_fixture(c, NULL, teardown);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, a_moment_stands_for_a_step_and_a_wait_for_its_seconds);
	tcase_add_test(c, what_is_too_long_for_64_bits_lasts_for_ever);
	tcase_add_test(c, the_clock_glides_evenly_and_each_of_its_times_is_met_at_the_first_instant);
	tcase_add_test(c, each_word_of_a_caption_takes_its_time_and_a_very_long_one_more);
	tcase_add_test(c, the_speed_is_that_of_the_scenes_clock);
	tcase_add_test(c, a_beat_that_is_run_through_stands_until_its_caption_has_been_read);
	tcase_add_test(c, a_caption_is_read_before_the_clock_goes_on);
	tcase_add_test(c, whoever_starts_to_play_at_a_beat_has_read_it);
	tcase_add_test(c, no_wait_is_longer_than_the_pace_lets_it_be);
	tcase_add_test(c, cells_change_when_it_is_due_and_at_no_other_time);
	tcase_add_test(c, a_glide_goes_column_by_column_at_even_times);
	tcase_add_test(c, where_columns_are_far_apart_the_clock_is_seen_to_tick);
	tcase_add_test(c, the_title_tells_rounded_times_and_none_that_is_still_to_come);
	tcase_add_test(c, whatever_the_pace_it_ends_and_no_frame_comes_too_soon);
	tcase_add_test(c, another_speed_does_not_move_the_clock);
	tcase_add_test(c, seeking_and_beats_are_told_to_the_host);
	suite_add_tcase(suite, c);
	return suite_main(suite);
}
