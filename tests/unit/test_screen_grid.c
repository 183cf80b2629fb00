/* screen: the grid, its text and its colours. */
#include <string.h>

#include "base/buf.h"
#include "screen/grid.h"
#include "screen/highlight.h"
#include "screen/source.h"
#include "screen/theme.h"
#include "suite.h"

static struct grid grid;
static struct buf row;

static void setup(void)
{
	grid_resize(&grid, 12, 3);
}

static void teardown(void)
{
	grid_free(&grid);
	buf_free(&row);
}

static const char *text_of(int y)
{
	buf_reset(&row);
	grid_row_text(&grid, y, &row);
	return buf_text(&row);
}

START_TEST(text_is_cut_at_the_edge_of_its_area)
{
	struct area a = area_part(area_all(&grid), 2, 1, 5, 1);
	ck_assert_int_eq(area_puts(a, 1, 0, "abcdefgh", INK_TEXT), 5);
	ck_assert_str_eq(text_of(1), "   abcd");
	area_puts(a, 0, 1, "outside", INK_TEXT);
	ck_assert_str_eq(text_of(2), "");
}
END_TEST

START_TEST(a_wide_character_is_whole_or_absent)
{
	struct area a = area_all(&grid);
	area_puts(a, 0, 0, "米a", INK_TEXT);
	ck_assert_str_eq(text_of(0), "米a");
	ck_assert_uint_eq(grid_at(&grid, 1, 0)->code, 0);
	area_puts(a, 1, 0, "x", INK_TEXT);
	ck_assert_str_eq(text_of(0), " xa");
	area_put(a, 11, 1, 0x7C73, INK_TEXT);
	ck_assert_str_eq(text_of(1), "");
	area_puts(a, 0, 2, "米", INK_TEXT);
	area_puts(a, 0, 2, "y", INK_TEXT);
	ck_assert_str_eq(text_of(2), "y");
	ck_assert_uint_eq(grid_at(&grid, 1, 2)->code, ' ');
}
END_TEST

START_TEST(no_cell_ever_holds_a_control_character)
{
	struct area a = area_all(&grid);
	for (uint32_t code = 1; code < 0x3000; code++) {
		char bytes[8] = {0};
		struct buf b = {0};
		buf_put_utf8(&b, code);
		memcpy(bytes, b.data, b.len);
		grid_blank(&grid);
		area_puts(a, 0, 0, bytes, INK_TEXT);
		area_put(a, 5, 0, code, INK_TEXT);
		for (int x = 0; x < grid.cols; x++) {
			uint32_t cell = grid_at(&grid, x, 0)->code;
			ck_assert(cell == 0 || (cell >= 0x20 && cell != 0x7F));
			ck_assert(cell < 0x80 || cell >= 0xA0);
			ck_assert(cell < 0x202A || cell > 0x202E);
		}
		buf_free(&b);
	}
	grid_blank(&grid);
	area_puts(a, 0, 0, "\033[31m", INK_TEXT);
	ck_assert_str_eq(text_of(0), "␛[31m");
	grid.ascii = true;
	grid_blank(&grid);
	area_puts(a, 0, 0, "\033[31m", INK_TEXT);
	ck_assert_str_eq(text_of(0), "^[[31m");
}
END_TEST

START_TEST(an_ascii_grid_has_only_ascii)
{
	struct area a = area_all(&grid);
	area_box(a, "été", INK_FRAME, INK_HEAD);
	area_puts(a, 1, 1, "█░─✔✘米", INK_TEXT);
	grid_to_ascii(&grid);
	for (int y = 0; y < grid.rows; y++)
		for (int x = 0; x < grid.cols; x++)
			ck_assert(grid_at(&grid, x, y)->code >= ' ' &&
			          grid_at(&grid, x, y)->code < 0x7F);
	ck_assert_str_eq(text_of(1), "|#:-vX?    |");
}
END_TEST

START_TEST(text_wraps_between_words)
{
	struct area a = area_all(&grid);
	ck_assert_int_eq(area_wrap(a, 2, 0, 3, "one two three four", INK_TEXT), 2);
	ck_assert_str_eq(text_of(0), "one two");
	ck_assert_str_eq(text_of(1), "  three four");
	grid_blank(&grid);
	ck_assert_int_eq(area_wrap(a, 0, 0, 1, "one two three four", INK_TEXT), 1);
	ck_assert_str_eq(text_of(0), "one two…");
	grid_blank(&grid);
	ck_assert_int_eq(area_wrap(a, 0, 0, 3, "abcdefghijklmnopq", INK_TEXT), 2);
	ck_assert_str_eq(text_of(1), "mnopq");
	struct area none = {NULL, 0, 0, 12, 3};
	ck_assert_int_eq(area_wrap(none, 2, 0, 9, "one two three four", INK_TEXT), 2);
}
END_TEST

START_TEST(sentences_that_have_no_room_are_left_out_whole)
{
	struct area a = area_all(&grid);
	const char *text = "It is 3.0. B runs. Next is c.";
	ck_assert_int_eq(area_tell(a, 0, 3, text, INK_TEXT), 3);
	ck_assert_str_eq(text_of(2), "is c.");
	grid_blank(&grid);
	ck_assert_int_eq(area_tell(a, 0, 2, text, INK_TEXT), 2);
	ck_assert_str_eq(text_of(0), "It is 3.0. B");
	ck_assert_str_eq(text_of(1), "runs.");
	grid_blank(&grid);
	ck_assert_int_eq(area_tell(a, 0, 1, text, INK_TEXT), 1);
	ck_assert_str_eq(text_of(0), "It is 3.0.");
	grid_blank(&grid);
	ck_assert_int_eq(area_tell(a, 0, 1, "It is too long. B.", INK_TEXT), 1);
	ck_assert_str_eq(text_of(0), "It is too…");
	ck_assert_int_eq(area_tell(a, 0, 1, "", INK_TEXT), 0);
}
END_TEST

START_TEST(text_that_had_to_be_cut_says_so)
{
	struct area a = area_all(&grid);
	area_fit(a, 0, 0, 5, "abcde", INK_TEXT);
	ck_assert_str_eq(text_of(0), "abcde");
	area_fit(a, 0, 1, 5, "abcdef", INK_TEXT);
	ck_assert_str_eq(text_of(1), "abcd…");
	area_fit(a, 0, 2, 4, "米米米", INK_TEXT);
	ck_assert_str_eq(text_of(2), "米…");
}
END_TEST

START_TEST(tiny_grids_take_every_drawing)
{
	for (int w = 0; w < 4; w++)
		for (int h = 0; h < 4; h++) {
			grid_resize(&grid, w, h);
			struct area in =
				area_box(area_all(&grid), "title", INK_FRAME, INK_HEAD);
			area_fill(in, 'x', INK_TEXT);
			area_wrap(area_all(&grid), 2, 0, 3, "a long text", INK_TEXT);
			area_fit(in, 0, 0, 3, "abcdef", INK_TEXT);
			area_flag(area_all(&grid), STYLE_SHADE);
		}
}
END_TEST

START_TEST(without_colours_a_look_has_none)
{
	for (int ink = 0; ink < INK_COUNT; ink++)
		for (int theme = 0; theme < THEME_COUNT; theme++) {
			struct look look =
				theme_look((enum theme)theme, DEPTH_NONE, (style)ink);
			ck_assert_int_eq(look.fg, -1);
			ck_assert_int_eq(look.bg, -1);
			look = theme_look((enum theme)theme, DEPTH_8, (style)ink);
			ck_assert(look.fg < 8 && look.bg < 8);
			ck_assert(look.attributes < 16);
		}
	struct look chosen = theme_look(THEME_DARK, DEPTH_NONE, INK_TEXT | STYLE_SHADE);
	ck_assert_int_ne(chosen.attributes, 0);
}
END_TEST

static const char *inks_of(const char *line, enum highlight_state *state)
{
	static char words[128];
	uint8_t inks[128];
	size_t len = strlen(line);
	*state = highlight_line(line, len, *state, inks);
	for (size_t i = 0; i < len; i++)
		words[i] = inks[i] == INK_KEYWORD   ? 'k'
		           : inks[i] == INK_CALL    ? 'a'
		           : inks[i] == INK_STRING  ? 's'
		           : inks[i] == INK_NUMBER  ? 'n'
		           : inks[i] == INK_COMMENT ? '#'
		           : inks[i] == INK_NOTE    ? ':'
		                                    : '.';
	words[len] = 0;
	return words;
}

START_TEST(python_is_coloured_line_by_line)
{
	enum highlight_state state = HIGHLIGHT_CODE;
	ck_assert_str_eq(inks_of("async def f(x): # d", &state), "aaaaa.kkk.......###");
	ck_assert_str_eq(inks_of("x = 'it\\'s' + 12", &state), "....sssssss...nn");
	ck_assert_str_eq(inks_of("#: word", &state), ":::::::");
	ck_assert_int_eq(state, HIGHLIGHT_CODE);
	ck_assert_str_eq(inks_of("\"\"\"doc", &state), "ssssss");
	ck_assert_int_eq(state, HIGHLIGHT_DOUBLE);
	ck_assert_str_eq(inks_of("if '\"\"\" if", &state), "sssssss.kk");
	ck_assert_int_eq(state, HIGHLIGHT_CODE);
	ck_assert_str_eq(inks_of("'open", &state), "sssss");
	ck_assert_int_eq(state, HIGHLIGHT_CODE);
}
END_TEST

START_TEST(a_source_knows_its_lines)
{
	struct source s = {0};
	source_set(&s, "a\r\n'''x\ny'''\nlast");
	ck_assert_uint_eq(s.lines.count, 4);
	ck_assert_uint_eq(s.lines.items[0].len, 1);
	ck_assert_int_eq(s.lines.items[2].state, HIGHLIGHT_SINGLE);
	ck_assert_int_eq(s.lines.items[3].state, HIGHLIGHT_CODE);
	ck_assert_uint_eq(s.lines.items[3].len, 4);
	source_set(&s, "");
	ck_assert_uint_eq(s.lines.count, 0);
	source_free(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("screen/grid");
	TCase *cells = tcase_create("cells");
	tcase_add_checked_fixture(cells, setup, teardown);
	tcase_add_test(cells, text_is_cut_at_the_edge_of_its_area);
	tcase_add_test(cells, a_wide_character_is_whole_or_absent);
	tcase_add_test(cells, no_cell_ever_holds_a_control_character);
	tcase_add_test(cells, an_ascii_grid_has_only_ascii);
	tcase_add_test(cells, text_wraps_between_words);
	tcase_add_test(cells, sentences_that_have_no_room_are_left_out_whole);
	tcase_add_test(cells, text_that_had_to_be_cut_says_so);
	tcase_add_test(cells, tiny_grids_take_every_drawing);
	suite_add_tcase(suite, cells);
	TCase *colours = tcase_create("colours");
	tcase_add_test(colours, without_colours_a_look_has_none);
	tcase_add_test(colours, python_is_coloured_line_by_line);
	tcase_add_test(colours, a_source_knows_its_lines);
	suite_add_tcase(suite, colours);
	return suite_main(suite);
}
