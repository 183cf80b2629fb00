/* screen: layout, commands, the chooser, the pace of playing. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "screen/chooser.h"
#include "screen/command.h"
#include "screen/key.h"
#include "screen/layout.h"
#include "screen/source.h"
#include "suite.h"

#define SECOND INT64_C(1000000000)

/* ---- layout ---------------------------------------------------------------------- */

static void mark(unsigned char *cells, struct layout_wish wish, struct rect r)
{
	ck_assert(r.w >= 0 && r.h >= 0);
	if (!r.h)
		return;
	ck_assert(r.x >= 0 && r.y >= 0 && r.x + r.w <= wish.cols &&
	          r.y + r.h <= wish.rows);
	for (int y = r.y; y < r.y + r.h; y++)
		for (int x = r.x; x < r.x + r.w; x++)
			cells[y * wish.cols + x]++;
}

START_TEST(panes_cover_every_cell_once_at_every_size)
{
	static unsigned char cells[220 * 70];
	for (int cols = LAYOUT_MIN_COLS; cols < 220; cols += 29)
		for (int rows = LAYOUT_MIN_ROWS; rows < 70; rows += 3)
			for (unsigned lanes = 0; lanes < 40; lanes += 13) {
				struct layout_wish wish = {cols, rows, lanes, rows % 2, rows % 5};
				struct layout l = layout_of(wish);
				ck_assert(!l.too_small);
				memset(cells, 0, sizeof cells);
				mark(cells, wish, l.title);
				mark(cells, wish, l.caption);
				mark(cells, wish, l.source);
				mark(cells, wish, l.loop);
				mark(cells, wish, l.timeline);
				mark(cells, wish, l.sentence);
				mark(cells, wish, l.output);
				mark(cells, wish, l.footer);
				int once = 0;
				for (int i = 0; i < cols * rows; i++)
					once += cells[i] == 1;
				ck_assert_int_eq(once, cols * rows);
				ck_assert_int_ge(l.timeline.h, 5);
				ck_assert_int_ge(l.sentence.h, 1);
			}
}
END_TEST

START_TEST(panes_fold_away_in_a_fixed_order)
{
	struct layout l = layout_of((struct layout_wish){100, 30, 4, true, 0});
	ck_assert(l.loop.h && l.source.h && l.output.h && l.caption.h);
	l = layout_of((struct layout_wish){80, 24, 4, true, 0});
	ck_assert(l.loop.h && l.source.h && l.output.h && l.caption.h);
	l = layout_of((struct layout_wish){60, 24, 4, true, 0});
	ck_assert(!l.loop.h && l.source.h && l.output.h);
	l = layout_of((struct layout_wish){80, 15, 4, true, 0});
	ck_assert(!l.output.h && !l.caption.h && l.source.h);
	l = layout_of((struct layout_wish){80, 10, 4, true, 0});
	ck_assert(!l.source.h && !l.loop.h && l.timeline.h);
	ck_assert(layout_of((struct layout_wish){39, 24, 4, true, 0}).too_small);
	ck_assert(layout_of((struct layout_wish){80, 9, 4, true, 0}).too_small);
	ck_assert(layout_of((struct layout_wish){0, 0, 0, false, 0}).too_small);
}
END_TEST

START_TEST(eight_tasks_are_seen_at_once_on_a_small_screen)
{
	enum { FRAME_AND_RULER = 3 };
	for (unsigned lanes = 1; lanes <= 9; lanes++) {
		struct layout l = layout_of((struct layout_wish){80, 24, lanes, true, 0});
		ck_assert_int_ge(l.timeline.h - FRAME_AND_RULER, (int)lanes);
		ck_assert(l.source.h >= 5 && l.output.h >= 1 && l.sentence.h >= 2);
		/* Nobody gives more than is needed. */
		if (lanes <= 7)
			ck_assert(l.output.h == 2 && l.sentence.h == 3);
	}
	/* Where they would not all fit anyway, nobody gives anything. */
	struct layout l = layout_of((struct layout_wish){80, 24, 30, true, 0});
	ck_assert(l.output.h == 2 && l.sentence.h == 3);
}
END_TEST

START_TEST(a_page_of_the_source_holds_whole_blocks)
{
	static const char text[] = "import asyncio\n"                /* 0 */
				   "\n"
				   "async def cook(n):\n"             /* 2 */
				   "    first()\n"
				   "    #: Round and round.\n"        /* 4 */
				   "    for i in range(4):\n"         /* 5 */
				   "        time.sleep(0.5)\n"        /* 6 */
				   "        await asyncio.sleep(n)\n" /* 7 */
				   "\n"
				   "    return n\n"                   /* 9 */
				   "\n"
				   "async def main():\n"              /* 11 */
				   "    await cook(1)\n"              /* 12 */
				   "\n"
				   "asyncio.run(main())\n";           /* 14 */
	struct source s = {0};
	source_set(&s, text);
	ck_assert_uint_eq(s.lines.count, 15);
	/* All of it fits. */
	ck_assert_uint_eq(source_page_top(&s, 15, 12), 0);
	/* A function is a page. */
	ck_assert_uint_eq(source_page_top(&s, 8, 7), 2);
	ck_assert_uint_eq(source_page_top(&s, 8, 9), 2);
	ck_assert_uint_eq(source_page_top(&s, 8, 12), 7); /* down to the end of the file */
	/* It does not fit, but its loop does, and its caption is with it. */
	ck_assert_uint_eq(source_page_top(&s, 4, 6), 4);
	ck_assert_uint_eq(source_page_top(&s, 4, 7), 4);
	ck_assert_uint_eq(source_page_top(&s, 4, 3), 2);
	ck_assert_uint_eq(source_page_top(&s, 3, 6), source_page_top(&s, 3, 7));
	source_free(&s);
}
END_TEST

START_TEST(whatever_the_source_a_page_has_its_line)
{
	static const char *const pieces[] = {
		"\n",      "a = 1\n",    "    b()\n",    "        c()\n", "# d\n",
		"\t#: e\n", "def f():\n", "    if g:\n",  "  '''h\n",      "i'''\n",
		")\n",     "    ]\n",    "@j\n",         "            k\n",
	};
	srand(1);
	for (int round = 0; round < 3000; round++) {
		struct buf text = {0};
		int count = rand() % 60;
		for (int i = 0; i < count; i++)
			buf_puts(&text, pieces[(size_t)rand() % COUNT_OF(pieces)]);
		struct source s = {0};
		source_set(&s, buf_text(&text));
		size_t rows = 1 + (size_t)rand() % 12, lines = s.lines.count;
		for (size_t at = 0; at < lines; at++) {
			size_t top = source_page_top(&s, rows, at);
			ck_assert_msg(top <= at && at < top + rows,
			              "line %zu, %zu rows from %zu:\n%s", at, rows, top,
			              buf_text(&text));
			ck_assert(lines <= rows || top + rows <= lines);
		}
		source_free(&s);
		buf_free(&text);
	}
}
END_TEST

START_TEST(the_introduction_is_shown_whole_where_the_source_can_spare_it)
{
	struct layout_wish wish = {80, 24, 4, true, 0};
	struct layout later = layout_of(wish);
	wish.intro = 3;
	struct layout first = layout_of(wish);
	ck_assert_int_eq(first.caption.h, 3);
	ck_assert_int_eq(first.source.h, later.source.h - 1);
	ck_assert_int_eq(first.timeline.y, later.timeline.y);
	wish.intro = 40;
	ck_assert_int_ge(layout_of(wish).source.h, 5);
	wish.intro = 1;
	ck_assert_int_eq(layout_of(wish).caption.h, later.caption.h);
}
END_TEST

/* ---- commands -------------------------------------------------------------------- */

START_TEST(every_key_in_the_table_is_a_key_and_has_one_command)
{
	for (int i = 1; i < CMD_COUNT; i++) {
		const char *keys = command_infos[i].keys;
		ck_assert_uint_gt(strlen(keys), 0);
		while (*keys) {
			size_t n = strcspn(keys, " ");
			struct key key = key_by_name(keys, n);
			ck_assert_msg(key.code != 0, "%s: no such key: %s",
			              command_infos[i].name, keys);
			enum context context = command_infos[i].context == CONTEXT_BOTH
			                               ? CONTEXT_SCENE
			                               : command_infos[i].context;
			ck_assert_msg(command_of_key(key.code, context) ==
			                      (enum command)i,
			              "%s is taken twice", command_infos[i].name);
			keys += n + (keys[n] == ' ');
		}
	}
}
END_TEST

START_TEST(presentation_remotes_go_from_beat_to_beat)
{
	ck_assert_int_eq(command_of_key(KEYCODE_PGDN, CONTEXT_SCENE), CMD_BEAT);
	ck_assert_int_eq(command_of_key(KEYCODE_PGUP, CONTEXT_SCENE), CMD_BEAT_BACK);
	ck_assert_int_eq(command_of_key('7', CONTEXT_SCENE), CMD_SEEK);
	ck_assert_int_eq(command_of_key('7', CONTEXT_GALLERY), CMD_NONE);
	ck_assert_int_eq(command_of_key(0x7C73, CONTEXT_SCENE), CMD_NONE);
}
END_TEST

START_TEST(keys_have_names_both_ways)
{
	ck_assert_uint_eq(key_by_name("pgdn", 4).code, KEYCODE_PGDN);
	ck_assert_uint_eq(key_by_name("x", 1).code, 'x');
	ck_assert_uint_eq(key_by_name("é", 2).code, 0xE9);
	ck_assert_uint_eq(key_by_name("nosuch", 6).code, 0);
	ck_assert_uint_eq(key_by_name("", 0).code, 0);
	struct key click = key_by_name("click@12,3", 10);
	ck_assert_uint_eq(click.code, KEYCODE_CLICK);
	ck_assert_int_eq(click.x, 12);
	ck_assert_int_eq(click.y, 3);
	ck_assert_uint_eq(key_by_name("@", 1).code, '@');
	struct buf b = {0};
	key_name(KEYCODE_LEFT, &b);
	key_name('q', &b);
	ck_assert_str_eq(buf_text(&b), "←q");
	buf_free(&b);
}
END_TEST

/* ---- the chooser ----------------------------------------------------------------- */

static struct gallery_entry entries[30];

static struct gallery make_gallery(void)
{
	for (size_t i = 0; i < 30; i++)
		entries[i] = (struct gallery_entry){"name", i < 10 ? "First" : "Second",
		                                    "A title"};
	return (struct gallery){entries, 30};
}

START_TEST(the_chosen_entry_is_always_in_sight_and_found_by_its_row)
{
	struct gallery g = make_gallery();
	for (int rows = 1; rows < 45; rows++)
		for (size_t chosen = 0; chosen < g.count; chosen++) {
			int found = 0;
			for (int y = 0; y < rows; y++)
				found += chooser_entry_at(&g, chosen, rows, y) ==
				         (long)chosen;
			ck_assert_msg(found == 1, "entry %zu in %d rows: %d times",
			              chosen, rows, found);
		}
}
END_TEST

START_TEST(an_empty_gallery_says_so)
{
	struct grid grid = {0};
	struct gallery g = {0};
	struct buf b = {0};
	grid_resize(&grid, 60, 5);
	chooser_draw(area_all(&grid), &g, 0);
	grid_row_text(&grid, 1, &b);
	ck_assert_ptr_nonnull(strstr(buf_text(&b), "no scenes"));
	buf_free(&b);
	grid_free(&grid);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("screen/parts");
	TCase *c = tcase_create("parts");
	tcase_add_test(c, panes_cover_every_cell_once_at_every_size);
	tcase_add_test(c, panes_fold_away_in_a_fixed_order);
	tcase_add_test(c, a_page_of_the_source_holds_whole_blocks);
	tcase_add_test(c, whatever_the_source_a_page_has_its_line);
	tcase_add_test(c, the_introduction_is_shown_whole_where_the_source_can_spare_it);
	tcase_add_test(c, eight_tasks_are_seen_at_once_on_a_small_screen);
	tcase_add_test(c, every_key_in_the_table_is_a_key_and_has_one_command);
	tcase_add_test(c, presentation_remotes_go_from_beat_to_beat);
	tcase_add_test(c, keys_have_names_both_ways);
	tcase_add_test(c, the_chosen_entry_is_always_in_sight_and_found_by_its_row);
	tcase_add_test(c, an_empty_gallery_says_so);
	tcase_set_timeout(c, 30);
	suite_add_tcase(suite, c);
	return suite_main(suite);
}
