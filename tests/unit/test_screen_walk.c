/*
 * screen: it is a function of its state. Whatever way one comes to a place, the cells are
 * those that a fresh screen shows there.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "screen/internal.h"
#include "screen_scene.h"
#include "suite.h"

static struct trace *trace;
static struct view *view;
static struct screen *screen;
static struct grid grid, other;
static struct buf rows;

static struct screen *fresh(int cols, int rows_)
{
	static const struct gallery_entry entries[] = {{"a", "A", "first"},
	                                               {"b", "B", "second"}};
	struct screen *s = screen_new(&(struct screen_options){.gallery = {entries, 2}});
	screen_resize(s, cols, rows_);
	return s;
}

static void setup(void)
{
	trace = make_scene(9);
	view = view_new(trace);
	view_update(view, 0);
	screen = fresh(100, 30);
	screen_show(screen, view, false);
}

static void teardown(void)
{
	screen_free(screen);
	view_free(view);
	trace_free(trace);
	grid_free(&grid);
	grid_free(&other);
	buf_free(&rows);
}

static unsigned press(const char *name)
{
	struct key key = key_by_name(name, strlen(name));
	ck_assert_uint_ne(key.code, 0);
	return screen_key(screen, &key, 0);
}

/* The whole screen as text. */
static const char *shown(void)
{
	screen_draw(screen, &grid);
	buf_reset(&rows);
	for (int y = 0; y < grid.rows; y++) {
		grid_row_text(&grid, y, &rows);
		buf_putc(&rows, '\n');
	}
	return buf_text(&rows);
}

#define ck_shows(part)                                                                   \
	ck_assert_msg(strstr(shown(), part), "no \"%s\" in\n%s", part, shown())
#define ck_hides(part)                                                                   \
	ck_assert_msg(!strstr(shown(), part), "\"%s\" in\n%s", part, shown())

START_TEST(stepping_there_and_back_shows_the_same_cells)
{
	size_t count = view_moment_count(view, false);
	struct grid *seen = mem_zalloc(count, sizeof *seen);
	for (size_t i = 0; i < count; i++) {
		ck_assert_uint_eq(screen_position(screen), i);
		screen_draw(screen, &seen[i]);
		press("right");
	}
	for (size_t i = count; i-- > 0;) {
		screen_draw(screen, &grid);
		ck_assert(grid_equal(&grid, &seen[i]));
		press("left");
	}
	for (size_t i = 0; i < count; i++)
		grid_free(&seen[i]);
	free(seen);
}
END_TEST

static const char *const walk_keys[] = {
	"right",   "left", "right",  ">", "<",           "]",          "[",
	"home",    "end",  "0",      "3", "7",           "+",          "-",
	"+",       "=",    "t",      "i", "f",           "down",       "up",
	"enter",   "tab",  "space",  "}", "{",           "b",          "n",
	"N",       "z",    "T",      "w", "click@50,20", "click@5,19", "wheel-up@40,20",
	"backtab", "h",    "l",      "j", "k",           "?",          "x",
	"/",       "esc",  "ctrl-l",
};

START_TEST(after_a_random_walk_a_fresh_screen_of_the_same_state_shows_the_same)
{
	unsigned seed = 7;
	for (int i = 0; i < 4000; i++) {
		seed = seed * 1103515245u + 12345u;
		const char *name = walk_keys[(seed >> 16) % COUNT_OF(walk_keys)];
		struct key key = key_by_name(name, strlen(name));
		/* esc may ask to leave for the gallery: then it stays where it is. */
		screen_key(screen, &key, i * SECOND / 10);
		if (i % 3 == 0)
			screen_advance(screen, i * SECOND / 10);
		if (i % 500 == 250)
			screen_resize(screen, 40 + (int)(seed >> 20) % 120,
			              10 + (int)(seed >> 9) % 40);
		if (i % 7)
			continue;
		struct screen *twin = fresh(screen->cols, screen->rows);
		screen_show(twin, view, false);
		twin->state = screen->state;
		for (size_t f = 0; f < screen->folded.count; f++)
			vec_push(&twin->folded, screen->folded.items[f]);
		buf_puts(&twin->query, buf_text(&screen->query));
		twin->has_query = screen->has_query;
		screen_message(twin, buf_text(&screen->message));
		screen_draw(screen, &grid);
		screen_draw(twin, &other);
		ck_assert_msg(grid_equal(&grid, &other), "after %d keys, the last was %s",
		              i, name);
		screen_free(twin);
	}
}
END_TEST

START_TEST(every_size_is_drawn_without_harm)
{
	press("end");
	for (int cols = 0; cols < 130; cols += 3)
		for (int rows_ = 0; rows_ < 50; rows_++) {
			screen_resize(screen, cols, rows_);
			screen_draw(screen, &grid);
			ck_assert_int_eq(grid.cols, cols);
		}
	screen_resize(screen, 30, 8);
	ck_shows("simmer needs a window of");
	screen_resize(screen, 10, 3);
	screen_draw(screen, &grid);
}
END_TEST

START_TEST(speed_changes_no_order)
{
	uint64_t slow[64], fast[64];
	for (int pass = 0; pass < 2; pass++) {
		screen_show(screen, view, false);
		for (int i = 0; i < 5; i++)
			press(pass ? "}" : "{");
		press("b");
		press("space");
		uint64_t *seen = pass ? fast : slow;
		size_t n = 0;
		for (int64_t now = 0; screen_playing(screen) && n < 64;
		     now = screen_due_ns(screen)) {
			screen_advance(screen, now);
			if (n == 0 || seen[n - 1] != screen_position(screen))
				seen[n++] = screen_position(screen);
		}
		ck_assert_uint_eq(n, view_moment_count(view, false));
		press("b");
	}
	for (size_t i = 0; i < view_moment_count(view, false); i++)
		ck_assert_uint_eq(slow[i], fast[i]);
}
END_TEST

START_TEST(playing_stops_at_beats_and_at_the_end)
{
	press("space");
	for (int64_t now = 0; screen_playing(screen); now = screen_due_ns(screen))
		screen_advance(screen, now);
	ck_assert(view_moment(view, false, screen_position(screen)).beat);
	ck_shows("Rice boils by itself.");
	press("space");
	for (int64_t now = 0; screen_playing(screen); now = screen_due_ns(screen))
		screen_advance(screen, now);
	ck_assert_uint_eq(screen_position(screen), view_moment_count(view, false) - 1);
	ck_assert_int_eq(screen_due_ns(screen), INT64_MAX);
}
END_TEST

START_TEST(playing_lets_the_clock_glide_between_moments)
{
	press("b");
	press("space");
	int64_t before = 0;
	bool between = false;
	for (int64_t now = 0; screen_playing(screen); now = screen_due_ns(screen)) {
		screen_advance(screen, now);
		ck_assert_int_ge(screen_time_ns(screen), before);
		before = screen_time_ns(screen);
		between = between || (before > SECOND && before < 4 * SECOND);
		screen_draw(screen, &grid);
	}
	ck_assert(between);
}
END_TEST

START_TEST(the_running_task_is_pointed_at_and_others_are_where_they_wait)
{
	press("]");
	press("right");
	ck_shows("↓ main 26");
	screen_resize(screen, 100, 60);
	ck_shows("12 ▶");
	ck_shows("◂ rice");
	ck_shows("26 ▷");
	ck_shows("now waits for sleep(10)");
}
END_TEST

START_TEST(printed_escape_sequences_are_shown_and_not_obeyed)
{
	press("end");
	ck_shows("␛[31mcurry: burnt␛[0m");
	screen->options.ascii = true;
	ck_shows("^[[31mcurry: burnt^[[0m");
	screen_draw(screen, &grid);
	for (int y = 0; y < grid.rows; y++)
		for (int x = 0; x < grid.cols; x++)
			ck_assert(grid_at(&grid, x, y)->code >= ' ' &&
			          grid_at(&grid, x, y)->code < 0x7F);
}
END_TEST

START_TEST(digits_seek_by_the_ruler)
{
	press("5");
	ck_assert_int_eq(screen_time_ns(screen), 5 * SECOND);
	press("0");
	ck_assert_int_eq(screen_time_ns(screen), 0);
	press("end");
	ck_assert_int_eq(screen_time_ns(screen), 10 * SECOND);
}
END_TEST

START_TEST(following_a_task_steps_through_it_alone)
{
	press("end");
	press("down");
	press("down");
	ck_assert_uint_ne(screen->state.chosen, LANE_NONE);
	uint32_t lane = screen->state.chosen;
	press("home");
	press("enter");
	ck_shows("follows rice");
	for (size_t last = SIZE_MAX; last != screen_position(screen);) {
		last = screen_position(screen);
		press("right");
		ck_assert_uint_eq(view_moment(view, false, screen_position(screen)).lane,
		                  lane);
	}
	press("esc");
	ck_hides("follows");
	ck_assert_uint_eq(press("esc") & DO_CLOSE, 0);
	ck_assert_uint_ne(press("esc") & DO_CLOSE, 0);
}
END_TEST

START_TEST(folding_hides_the_tasks_below)
{
	press("end");
	ck_shows("├ rice");
	press("down");
	press("z");
	ck_hides("├ rice");
	ck_shows("▸ main");
	press("z");
	ck_shows("├ rice");
}
END_TEST

static void type(const char *text)
{
	press("/");
	for (; *text; text++) {
		struct key key = {.code = *text == ' ' ? KEYCODE_SPACE : (uint32_t)*text};
		screen_key(screen, &key, 0);
	}
	press("enter");
}

START_TEST(search_finds_tasks_lines_and_printed_text)
{
	type("burnt");
	ck_assert_uint_eq(view_moment(view, false, screen_position(screen)).lane,
	                  view_lane_of(view, 5));
	press("home");
	type("on the stove");
	ck_assert_uint_eq(view_moment(view, false, screen_position(screen)).lane,
	                  view_lane_of(view, 3));
	type("17");
	ck_assert_uint_eq(view_moment(view, false, screen_position(screen)).lane,
	                  view_lane_of(view, 4));
	size_t at = screen_position(screen);
	type("no such thing");
	ck_shows("not found");
	ck_assert_uint_eq(screen_position(screen), at);
	press("/");
	ck_shows("find ");
	press("backspace");
	press("esc");
	ck_shows("q quit");
}
END_TEST

START_TEST(a_click_goes_to_that_moment_and_a_name_is_chosen)
{
	struct layout l = screen_layout(screen);
	struct timeline_cut cut = timeline_cut(screen, &l);
	struct key click = {KEYCODE_CLICK,
	                    l.timeline.x + 1 + cut.name_cols + cut.cols / 2,
	                    l.timeline.y + 2};
	screen_key(screen, &click, 0);
	ck_assert_int_ge(screen_time_ns(screen), 4 * SECOND);
	ck_assert_int_lt(screen_time_ns(screen), 7 * SECOND);
	click.x = l.timeline.x + 6;
	click.y = l.timeline.y + 3;
	screen_key(screen, &click, 0);
	ck_assert_uint_eq(screen->state.chosen, view_lane_of(view, 3));
}
END_TEST

START_TEST(help_lists_the_keys_and_closes)
{
	press("?");
	ck_shows("one step forward");
	press("pgdn");
	press("pgdn");
	press("pgdn");
	press("pgdn");
	ck_shows("cancel was asked for");
	press("x");
	ck_hides("one step back");
	screen_resize(screen, 140, 50);
	press("?");
	ck_shows("to 0 % … 90 % of the run");
	ck_shows("cancel was asked for");
}
END_TEST

START_TEST(a_created_task_is_never_drawn_as_running_before_its_first_step)
{
	for (size_t i = 0; i < view_moment_count(view, false); i++) {
		screen_draw(screen, &grid);
		uint64_t position = screen->state.position;
		for (uint32_t lane = 2; lane < view_lane_count(view); lane++)
			if (view_state_at(view, lane, position) == STATE_NEW)
				ck_assert_uint_ne(view_lane(view, lane)->born_event,
				                  UINT64_MAX);
		press("right");
	}
	screen_show(screen, view, false);
	press("]");
	/* chop and curry are created and wait for their turn. */
	ck_shows("chop Task-3  ░");
	ck_shows("curry Task-4 ░");
}
END_TEST

START_TEST(a_growing_trace_is_followed_and_a_run_anew_keeps_its_place)
{
	press("5");
	size_t place = screen_position(screen);
	screen_detach(screen);
	for (unsigned parts = 0; parts < 4; parts++) {
		struct trace *t = make_scene(parts == 3 ? 9 : parts);
		struct view *v = view_new(t);
		view_update(v, 0);
		screen_show(screen, v, true);
		screen_draw(screen, &grid);
		if (parts == 3)
			ck_assert_uint_eq(screen_position(screen), place);
		screen->kept = place;
		screen->view = NULL;
		view_free(v);
		trace_free(t);
	}
}
END_TEST

START_TEST(playing_that_was_suspended_goes_on_where_it_was)
{
	press("b");
	press("space");
	screen_advance(screen, SECOND / 10);
	screen_advance(screen, 3600 * SECOND);
	ck_assert_uint_lt(screen_position(screen), 3);
	ck_assert(screen_playing(screen));
}
END_TEST

/* A scene that still runs by the real clock, and has told what parts 0 to 2 tell. */
START_TEST(a_real_clock_runs_on_while_nothing_happens)
{
	struct trace *t = trace_new(0);
	trace_describe(t,
	               &(struct trace_about){.source = scene_source, .real_clock = true});
	struct view *v = view_new(t);
	screen_show(screen, v, false);
	ck_shows("live");
	trace_append(t, &(struct event){.kind = EV_LOOP_STARTED, .time_ns = SECOND});
	view_update(v, 0);
	screen_grown(screen);
	for (int64_t now = 5 * SECOND; now < 8 * SECOND; now += SECOND / 10)
		screen_advance(screen, now);
	ck_shows("t 3.9 s");
	ck_assert_int_lt(screen_due_ns(screen), 9 * SECOND);
	trace_append(t, &(struct event){.kind = EV_LOOP_STOPPED, .time_ns = 4 * SECOND});
	trace_close(t);
	view_update(v, 0);
	screen_grown(screen);
	ck_shows("t 4.0 s");
	ck_assert_int_eq(screen_due_ns(screen), INT64_MAX);
	screen_show(screen, NULL, false);
	view_free(v);
	trace_free(t);
}
END_TEST

/* Play until it stops, or for a minute. */
static void play_on(int64_t now_ns)
{
	for (int i = 0; i < 600 && screen_playing(screen); i++)
		screen_advance(screen, now_ns += SECOND / 10);
}

START_TEST(pausing_a_live_view_holds_it_while_the_scene_goes_on)
{
	struct trace *t = trace_new(0);
	trace_describe(t,
	               &(struct trace_about){.source = scene_source, .real_clock = true});
	struct view *v = view_new(t);
	trace_append(t, &(struct event){.kind = EV_LOOP_STARTED, .time_ns = SECOND});
	view_update(v, 0);
	screen_show(screen, v, false);
	for (int64_t now = 5 * SECOND; now < 8 * SECOND; now += SECOND / 10)
		screen_advance(screen, now);
	press("space");
	ck_shows("paused   t 3.9 s");
	ck_assert_int_eq(screen_due_ns(screen), INT64_MAX);
	trace_append(t, &(struct event){.kind = EV_LINE, .a = 11, .time_ns = 6 * SECOND});
	trace_append(t, &(struct event){.kind = EV_TASK_DROPPED, .time_ns = 6 * SECOND});
	trace_append(t, &(struct event){.kind = EV_LINE, .a = 12, .time_ns = 7 * SECOND});
	view_update(v, 0);
	screen_grown(screen);
	screen_advance(screen, 9 * SECOND);
	ck_shows("paused   t 3.9 s");
	/* Later the live clock is where it would have been anyway. */
	press("end");
	screen_advance(screen, 15 * SECOND);
	ck_shows("live   t 11.0 s");
	press("left");
	ck_shows("paused");
	/* Playing catches up with what happens, and is live again. */
	press("space");
	ck_shows("playing");
	play_on(0);
	ck_shows("live");
	trace_close(t);
	view_update(v, 0);
	screen_grown(screen);
	ck_shows("t 7.0 s");
	screen_show(screen, NULL, false);
	view_free(v);
	trace_free(t);
}
END_TEST

START_TEST(the_gallery_is_chosen_from)
{
	screen_show(screen, NULL, false);
	ck_shows("1  a");
	press("down");
	ck_assert_uint_eq(screen_chosen_entry(screen), 1);
	press("down");
	ck_assert_uint_eq(screen_chosen_entry(screen), 1);
	ck_assert_uint_ne(press("enter") & DO_OPEN, 0);
	ck_assert_uint_ne(press("q") & DO_QUIT, 0);
	for (int rows_ = 0; rows_ < 30; rows_++) {
		screen_resize(screen, 80, rows_);
		screen_draw(screen, &grid);
	}
}
END_TEST

START_TEST(the_loops_machinery_is_folded_and_unfolds)
{
	size_t folded = view_moment_count(view, false),
	       all = view_moment_count(view, true);
	ck_assert_uint_lt(folded, all);
	press("5");
	press("i");
	ck_shows("internals");
	press("end");
	ck_assert_uint_eq(screen_position(screen), all - 1);
	press("i");
	ck_assert_uint_eq(screen_position(screen), folded - 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("screen/walk");
	TCase *c = tcase_create("walk");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, stepping_there_and_back_shows_the_same_cells);
	tcase_add_test(
		c, after_a_random_walk_a_fresh_screen_of_the_same_state_shows_the_same);
	tcase_add_test(c, every_size_is_drawn_without_harm);
	tcase_add_test(c, speed_changes_no_order);
	tcase_add_test(c, playing_stops_at_beats_and_at_the_end);
	tcase_add_test(c, playing_lets_the_clock_glide_between_moments);
	tcase_add_test(c, the_running_task_is_pointed_at_and_others_are_where_they_wait);
	tcase_add_test(c, printed_escape_sequences_are_shown_and_not_obeyed);
	tcase_add_test(c, digits_seek_by_the_ruler);
	tcase_add_test(c, following_a_task_steps_through_it_alone);
	tcase_add_test(c, folding_hides_the_tasks_below);
	tcase_add_test(c, search_finds_tasks_lines_and_printed_text);
	tcase_add_test(c, a_click_goes_to_that_moment_and_a_name_is_chosen);
	tcase_add_test(c, help_lists_the_keys_and_closes);
	tcase_add_test(c, a_created_task_is_never_drawn_as_running_before_its_first_step);
	tcase_add_test(c, a_growing_trace_is_followed_and_a_run_anew_keeps_its_place);
	tcase_add_test(c, playing_that_was_suspended_goes_on_where_it_was);
	tcase_add_test(c, a_real_clock_runs_on_while_nothing_happens);
	tcase_add_test(c, pausing_a_live_view_holds_it_while_the_scene_goes_on);
	tcase_add_test(c, the_gallery_is_chosen_from);
	tcase_add_test(c, the_loops_machinery_is_folded_and_unfolds);
	suite_add_tcase(suite, c);
	return suite_main(suite);
}
