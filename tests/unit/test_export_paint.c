/*
 * Painting, held to a terminal of its own: a small interpreter that knows the sequences
 * which painting may use, refuses all others and whatever terminals disagree about, and
 * shows after every frame what it was given to show.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "export/paint.h"
#include "export/record.h"
#include "suite.h"
#include "view/view.h"
#include "view_kit.h"

/* ---- a terminal -------------------------------------------------------------- */

enum { RGB = 256, /* a colour that has no index */
       GARBAGE = 0x7F, MAX_NUMBERS = 16 };

struct spot {
	uint32_t code; /* 0: the right half of a wide one; GARBAGE: nobody knows what */
	struct look look;
};

struct terminal {
	struct spot *spots;
	int cols, rows, x, y; /* x == cols: after the last column */
	struct look look;
	bool hidden;
	bool narrow; /* takes pictures for one column */
	bool taller; /* may be: moves down stop at the last row without complaint */
	const char *at, *end;
};

/* Large enough; what is on it, and how it writes, nobody knows. */
static void terminal_resize(struct terminal *t, int cols, int rows)
{
	size_t count = (size_t)cols * (size_t)rows;
	t->spots = mem_resize(t->spots, count, sizeof *t->spots);
	t->cols = cols;
	t->rows = rows;
	t->x = cols / 2;
	t->y = rows / 2;
	for (size_t i = 0; i < count; i++)
		t->spots[i] = (struct spot){GARBAGE, {1, 2, LOOK_REVERSE}};
	t->look = t->spots[0].look;
}

static struct spot *spot_at(struct terminal *t, int x, int y)
{
	return &t->spots[y * t->cols + x];
}

/* Whoever has half of a wide character overwritten shows anything in the other half. */
static void overwrite(struct terminal *t, int x, struct spot spot)
{
	if (spot_at(t, x, t->y)->code == 0 && x > 0)
		spot_at(t, x - 1, t->y)->code = GARBAGE;
	if (x + 1 < t->cols && spot_at(t, x + 1, t->y)->code == 0)
		spot_at(t, x + 1, t->y)->code = GARBAGE;
	*spot_at(t, x, t->y) = spot;
}

static void write_code(struct terminal *t, uint32_t code)
{
	ck_assert_msg(code >= 0x20 && (code < 0x7F || code >= 0xA0), "a control character");
	int width = t->narrow && code >= 0x1F000 && code < 0x20000 ? 1 : utf8_width_cols(code);
	ck_assert_int_gt(width, 0);
	ck_assert_msg(t->x + width <= t->cols, "wrapped at row %d", t->y);
	overwrite(t, t->x, (struct spot){code, t->look});
	if (width == 2)
		overwrite(t, t->x + 1, (struct spot){0, t->look});
	t->x += width;
}

static void erase_spots(struct terminal *t, int y, int from, int to)
{
	ck_assert_msg(t->look.bg < 0 && !(t->look.attributes & (LOOK_UNDERLINE | LOOK_REVERSE)),
		      "erased in a colour");
	ck_assert_int_le(to, t->cols);
	int row = t->y;
	t->y = y;
	for (int x = from; x < to; x++)
		overwrite(t, x, (struct spot){' ', t->look});
	t->y = row;
}

static void set_rendition(struct terminal *t, const int *n, int count)
{
	for (int i = 0; i < count; i++) {
		int16_t *ground = n[i] >= 40 && (n[i] < 50 || n[i] >= 100) ? &t->look.bg : &t->look.fg;
		unsigned on = n[i] == 1 ? LOOK_BOLD : n[i] == 2 ? LOOK_DIM : n[i] == 4 ? LOOK_UNDERLINE
			    : n[i] == 7 ? LOOK_REVERSE : 0;
		unsigned off = n[i] == 22 ? LOOK_BOLD | LOOK_DIM : n[i] == 24 ? LOOK_UNDERLINE
			     : n[i] == 27 ? LOOK_REVERSE : 0;
		t->look.attributes = (uint8_t)((t->look.attributes | on) & ~off);
		if (n[i] == 0)
			t->look = (struct look){-1, -1, 0};
		else if (n[i] == 38 && i + 4 < count && n[i + 1] == 2) {
			t->look.fg = RGB;
			i += 4;
		} else if (n[i] == 38 || n[i] == 48) {
			ck_assert(i + 2 < count && n[i + 1] == 5);
			ck_assert_int_le(n[i + 2], 255);
			*ground = (int16_t)n[i + 2];
			i += 2;
		} else if (n[i] == 39 || n[i] == 49)
			*ground = -1;
		else if ((n[i] >= 30 && n[i] <= 37) || (n[i] >= 40 && n[i] <= 47))
			*ground = (int16_t)(n[i] % 10);
		else if ((n[i] >= 90 && n[i] <= 97) || (n[i] >= 100 && n[i] <= 107))
			*ground = (int16_t)(n[i] % 10 + 8);
		else
			ck_assert_msg(on || off, "SGR %d", n[i]);
	}
}

/* After ESC [. */
static void control(struct terminal *t)
{
	int n[MAX_NUMBERS] = {0}, count = 0;
	bool question = *t->at == '?';
	t->at += question;
	for (; t->at < t->end && (*t->at == ';' || (*t->at >= '0' && *t->at <= '9')); t->at++) {
		if (count == 0 || *t->at == ';')
			ck_assert_int_le(++count, MAX_NUMBERS);
		if (*t->at != ';')
			n[count - 1] = n[count - 1] * 10 + (*t->at - '0');
	}
	ck_assert(t->at < t->end);
	char act = *t->at++;
	int first = count && n[0] ? n[0] : 1, second = count > 1 && n[1] ? n[1] : 1;
	if (question) {
		ck_assert(n[0] == 25 && (act == 'h' || act == 'l'));
		t->hidden = act == 'l';
		return;
	}
	/* After the last column, terminals differ in what is relative to the cursor. */
	ck_assert(t->x < t->cols || strchr("Hmu", act));
	switch (act) {
	case 'H':
		t->y = first - 1;
		t->x = second - 1;
		break;
	case 'A':
		t->y -= first;
		break;
	case 'B':
		t->y += first;
		if (t->taller && t->y >= t->rows)
			t->y = t->rows - 1;
		break;
	case 'C':
		t->x += first;
		break;
	case 'D':
		t->x -= first;
		break;
	case 'J':
		ck_assert_int_eq(n[0], 2);
		for (int y = 0; y < t->rows; y++)
			erase_spots(t, y, 0, t->cols);
		break;
	case 'K':
		ck_assert_int_eq(count, 0);
		erase_spots(t, t->y, t->x, t->cols);
		break;
	case 'X':
		erase_spots(t, t->y, t->x, t->x + first);
		break;
	case 'm':
		set_rendition(t, n, count ? count : 1);
		break;
	default:
		ck_abort_msg("unknown sequence: %c", act);
	}
	ck_assert_msg(t->x >= 0 && t->x < t->cols + (act == 'm') && t->y >= 0 && t->y < t->rows,
		      "the cursor left the screen");
}

static void terminal_write(struct terminal *t, const char *bytes, size_t len)
{
	t->at = bytes;
	t->end = bytes + len;
	while (t->at < t->end) {
		if (*t->at == '\033') {
			ck_assert(t->end - t->at > 2 && t->at[1] == '[');
			t->at += 2;
			control(t);
		} else if (*t->at == '\r') {
			t->x = 0;
			t->at++;
		} else if (*t->at == '\b') {
			ck_assert(t->x > 0 && t->x < t->cols);
			t->x--;
			t->at++;
		} else {
			uint32_t code;
			t->at += utf8_decode(t->at, (size_t)(t->end - t->at), &code);
			write_code(t, code);
		}
	}
}

/* ---- comparing --------------------------------------------------------------- */

static bool looks_like(struct spot spot, uint32_t code, struct look want)
{
	bool blank = code == ' ' && !((want.attributes | spot.look.attributes) & (LOOK_UNDERLINE | LOOK_REVERSE));
	return spot.code == code && spot.look.bg == want.bg &&
	       (blank || (spot.look.fg == want.fg && spot.look.attributes == want.attributes));
}

static void assert_shows(struct terminal *t, const struct grid *g, enum theme theme, enum depth depth)
{
	ck_assert(t->hidden);
	for (int y = 0; y < g->rows; y++)
		for (int x = 0; x < g->cols; x++) {
			const struct cell *c = grid_at(g, x, y);
			uint32_t code = c->code;
			/* Who takes a picture for a narrow one has a blank beside it. */
			if (t->narrow && !code && grid_at(g, x - 1, y)->code >= 0x1F000 &&
			    grid_at(g, x - 1, y)->code < 0x20000)
				code = ' ';
			/* Both halves of a wide one look like its left one. */
			style s = c->code ? c->style : grid_at(g, x - 1, y)->style;
			ck_assert_msg(looks_like(*spot_at(t, x, y), code, theme_look(theme, depth, s)),
				      "column %d, row %d: %04x where %04x should be", x, y,
				      spot_at(t, x, y)->code, code);
		}
}

/* ---- random frames ----------------------------------------------------------- */

static uint32_t dice(uint32_t *seed, uint32_t n)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % n;
}

static style any_style(uint32_t *seed)
{
	static const style flags[] = {STYLE_BOLD, STYLE_UNDERLINE, STYLE_REVERSE, STYLE_SHADE, STYLE_FAINT};
	unsigned s = dice(seed, 3) ? dice(seed, INK_COUNT) : 0;
	while (dice(seed, 4) == 0)
		s |= flags[dice(seed, COUNT_OF(flags))];
	return (style)s;
}

static uint32_t any_code(uint32_t *seed)
{
	static const uint32_t codes[] = {'a', '"', '\\', '~', 0x2500, 0x2588, 0x2714, 0xE9, 0x7c73, 0xff21,
					 0x1F35A, 0x1F525, 0x20000, 0xFFFD, 0x0E01, 0xAD, 0x21};
	return dice(seed, 3) ? ' ' : codes[dice(seed, COUNT_OF(codes))];
}

static void change_something(struct grid *g, uint32_t *seed)
{
	struct area all = area_all(g);
	int x = (int)dice(seed, (uint32_t)g->cols), y = (int)dice(seed, (uint32_t)g->rows);
	int w = 1 + (int)dice(seed, (uint32_t)g->cols), h = 1 + (int)dice(seed, 3);
	switch (dice(seed, 6)) {
	case 0:
		area_fill(area_part(all, x, y, w, h), ' ', dice(seed, 2) ? 0 : any_style(seed));
		break;
	case 1:
		area_box(area_part(all, x, y, w, h + 2), "title", any_style(seed), any_style(seed));
		break;
	case 2:
		area_flag(area_part(all, x, y, w, h), any_style(seed) & (style)~STYLE_INK);
		break;
	case 3:
		for (int i = 0; i < w; i++)
			area_put(all, x + i, y, any_code(seed), any_style(seed));
		break;
	case 4:
		/* The last cell of all, where terminals would scroll. */
		area_put(all, g->cols - 1, g->rows - 1, 'z', any_style(seed));
		break;
	default:
		area_printf(all, x, y, any_style(seed), "t %u.%u s  \u7c73\u98ef \u2500\u2500\u2500 %c",
			    dice(seed, 90), dice(seed, 10), 'a' + (int)dice(seed, 26));
	}
}

static const int sizes[][2] = {{80, 24}, {1, 1}, {2, 9}, {37, 5}, {100, 30}, {5, 1}, {80, 24}};

START_TEST(a_terminal_shows_every_cell_of_every_frame)
{
	uint32_t seed = 0xC0FFEEu + (uint32_t)_i;
	struct grid g = {0};
	struct paint p = {0};
	struct buf out = {0};
	struct terminal t = {.narrow = _i % 2};
	for (size_t s = 0; s < COUNT_OF(sizes); s++) {
		grid_resize(&g, sizes[s][0], sizes[s][1]);
		terminal_resize(&t, g.cols, g.rows);
		enum theme theme = THEME_DARK;
		enum depth depth = (enum depth)(_i % 3);
		for (int frame = 0; frame < 60; frame++) {
			for (uint32_t n = dice(&seed, 6); n; n--)
				change_something(&g, &seed);
			if (dice(&seed, 20) == 0)
				theme = (enum theme)dice(&seed, THEME_COUNT);
			if (dice(&seed, 20) == 0)
				depth = (enum depth)dice(&seed, 3);
			buf_reset(&out);
			bool any = paint_frame(&p, &g, theme, depth, &out);
			ck_assert(any == (out.len > 0));
			terminal_write(&t, buf_text(&out), out.len);
			assert_shows(&t, &g, theme, depth);
			ck_assert(!paint_frame(&p, &g, theme, depth, &out));
		}
	}
	free(t.spots);
	buf_free(&out);
	paint_free(&p);
	grid_free(&g);
}
END_TEST

START_TEST(the_end_changes_no_cell_and_gives_the_cursor_back)
{
	for (int taller = 0; taller < 2; taller++) {
		struct grid g = {0};
		struct paint p = {0};
		struct buf out = {0};
		struct terminal t = {0};
		grid_resize(&g, 30, 6);
		area_fill(area_all(&g), 'x', INK_BAR | STYLE_UNDERLINE);
		if (_i)
			area_put(area_all(&g), 0, 5, ' ', INK_TEXT);
		terminal_resize(&t, 30, 6 + taller);
		paint_frame(&p, &g, THEME_DARK, DEPTH_256, &out);
		terminal_write(&t, out.data, out.len);
		buf_reset(&out);
		paint_end(&p, &out);
		t.taller = true;
		terminal_write(&t, out.data, out.len);
		ck_assert(!t.hidden);
		t.hidden = true;
		assert_shows(&t, &g, THEME_DARK, DEPTH_256);
		ck_assert_int_eq(t.x, 0);
		ck_assert_int_eq(t.y, taller ? 6 : 5);
		ck_assert(t.look.fg == -1 && t.look.bg == -1 && !t.look.attributes);
		/* Whatever comes after it is painted whole. */
		buf_reset(&out);
		ck_assert(paint_frame(&p, &g, THEME_DARK, DEPTH_256, &out));
		terminal_resize(&t, 30, 6 + taller);
		terminal_write(&t, out.data, out.len);
		assert_shows(&t, &g, THEME_DARK, DEPTH_256);
		free(t.spots);
		buf_free(&out);
		paint_free(&p);
		grid_free(&g);
	}
}
END_TEST

/* ---- frames of a recording --------------------------------------------------- */

struct played {
	struct paint paint;
	struct terminal terminal;
	struct buf out;
	VEC(size_t) sizes;
};

static int play_frame(void *world, int64_t at_ns, const struct grid *g, enum theme theme)
{
	struct played *p = world;
	(void)at_ns;
	buf_reset(&p->out);
	if (paint_frame(&p->paint, g, theme, DEPTH_256, &p->out))
		vec_push(&p->sizes, p->out.len);
	terminal_write(&p->terminal, buf_text(&p->out), p->out.len);
	assert_shows(&p->terminal, g, theme, DEPTH_256);
	return 0;
}

static int play_marker(void *world, int64_t at_ns, const char *label)
{
	(void)world, (void)at_ns, (void)label;
	return 0;
}

static int play_end(void *world, int64_t at_ns)
{
	(void)world, (void)at_ns;
	return 0;
}

static int compare_sizes(const void *a, const void *b)
{
	const size_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

START_TEST(a_recording_of_eight_lanes_takes_at_most_200_bytes_a_frame)
{
	static const struct kit_op all[] = {{ACT_SPAWN, 1}, {ACT_SPAWN, 2}, {ACT_SPAWN, 3}, {ACT_SPAWN, 1},
		{ACT_SPAWN, 2}, {ACT_SPAWN, 3}, {ACT_SPAWN, 2}, {ACT_JOIN, 0}, {ACT_DONE, 0}};
	static const struct kit_op rice[] = {{ACT_WORK, SECOND}, {ACT_SLEEP, 9 * SECOND}, {ACT_DONE, 0}};
	static const struct kit_op beans[] = {{ACT_SLEEP, 5 * SECOND}, {ACT_YIELD, 0}, {ACT_PRINT, 0},
		{ACT_SLEEP, 9 * SECOND}, {ACT_FAIL, 0}};
	static const struct kit_op tea[] = {{ACT_CAPTION, 0}, {ACT_SLEEP, 3 * SECOND}, {ACT_WORK, 2 * SECOND},
		{ACT_SLEEP, 7 * SECOND}, {ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", all}, {"rice", rice}, {"beans", beans}, {"tea", tea}};
	struct trace *t = kit_run(scripts, 0);
	struct view *v = view_new(t);
	view_update(v, 0);
	struct played p = {.out = {0}};
	terminal_resize(&p.terminal, 80, 24);
	ck_assert_int_eq(record(v, &(struct record_options){.cols = 80, .rows = 24, .to = SIZE_MAX},
				&(struct record_sink){&p, play_frame, play_marker, play_end}, NULL), 0);
	size_t count = p.sizes.count;
	ck_assert_uint_gt(count, 50);
	qsort(p.sizes.items, count, sizeof *p.sizes.items, compare_sizes);
	ck_assert_uint_le(p.sizes.items[count / 2], 200);
	free(p.terminal.spots);
	paint_free(&p.paint);
	buf_free(&p.out);
	vec_free(&p.sizes);
	view_free(v);
	trace_free(t);
}
END_TEST

/* ---- exact bytes ------------------------------------------------------------- */

/* The bytes that turn an 80x24 grid with `before` on it into one with `after`; both are
 * drawn by the function, `after` on top. */
static char *difference(void (*draw)(struct area all, bool after))
{
	struct grid g = {0};
	struct paint p = {0};
	struct buf out = {0};
	grid_resize(&g, 80, 24);
	draw(area_all(&g), false);
	paint_frame(&p, &g, THEME_DARK, DEPTH_256, &out);
	buf_reset(&out);
	draw(area_all(&g), true);
	paint_frame(&p, &g, THEME_DARK, DEPTH_256, &out);
	grid_free(&g);
	paint_free(&p);
	return buf_take(&out);
}

static void assert_difference(void (*draw)(struct area all, bool after), const char *want)
{
	char *bytes = difference(draw);
	ck_assert_str_eq(bytes, want);
	free(bytes);
}

static void three_lanes(struct area all, bool after)
{
	for (int y = 10; y < 13; y++)
		for (int x = 20; x < (after ? 24 : 23); x++)
			area_put(all, x, y, 0x2500, INK_WAITING);
}

static void two_words(struct area all, bool after)
{
	area_puts(all, 3, 2, after ? "t 7.4 s" : "t 6.3 s", INK_TEXT);
}

static void far_words(struct area all, bool after)
{
	area_puts(all, 3, 2, after ? "b" : "a", INK_DIM);
	area_puts(all, 50, 2, after ? "b" : "a", INK_TEXT);
	area_puts(all, 0, 3, after ? "b" : "a", INK_TEXT);
}

static void framed_text(struct area all, bool after)
{
	struct area in = area_box(area_part(all, 0, 5, 80, 3), NULL, INK_FRAME, INK_FRAME);
	area_fill(in, ' ', INK_TEXT);
	area_puts(in, 0, 0, after ? "short" : "a sentence of quite some length", INK_SENTENCE);
}

static void footer(struct area all, bool after)
{
	area_fill(area_part(all, 0, 23, 80, 1), ' ', INK_TEXT);
	area_puts(all, 0, 23, after ? "now" : "now and then", INK_TEXT);
}

static void bar(struct area all, bool after)
{
	area_fill(area_part(all, 0, 0, 80, 1), ' ', INK_BAR);
	area_puts(all, 0, 0, after ? "now" : "now and then a caption", INK_BAR);
}

static void picture(struct area all, bool after)
{
	area_puts(all, 0, 0, after ? "a\U0001F35Ab" : "    ", INK_TEXT);
}

static void only_blanks(struct area all, bool after)
{
	area_fill(all, ' ', after ? INK_FAILED | STYLE_BOLD : INK_TEXT);
}

START_TEST(a_column_of_lanes_is_written_with_one_colour_and_short_moves)
{
	assert_difference(three_lanes, "─\033[A\b─\033[A\b─");
}
END_TEST

START_TEST(a_narrow_gap_is_written_again_and_a_wide_one_jumped_over)
{
	assert_difference(two_words, "\033[5D7.4");
	assert_difference(far_words, "\bb\033[46C\033[mb\033[4Hb");
}
END_TEST

START_TEST(many_blanks_are_an_erasure_unless_they_have_a_colour)
{
	assert_difference(framed_text, "\033[31Dshort\033[26X");
	assert_difference(footer, "\033[8D\033[K");
	char *bytes = difference(bar);
	ck_assert_ptr_null(strpbrk(bytes, "KX"));
	ck_assert_ptr_nonnull(strstr(bytes, "                  "));
	free(bytes);
}
END_TEST

START_TEST(looks_change_in_the_shorter_of_two_ways)
{
	static const struct {
		style style;
		const char *bytes;
	} steps[] = {
		{INK_SENTENCE, "\033[1;38;5;255mx"},
		{INK_CALL, "\033[22mx"},
		{INK_TEXT, "\033[mx"},
		{INK_TEXT | STYLE_UNDERLINE, "\033[4mx"},
		{INK_WAITING | STYLE_UNDERLINE, "\033[38;5;74mx"},
		{INK_WAITING | STYLE_REVERSE, "\033[24;7mx"},
		{INK_MATCH, "\033[0;38;5;16;48;5;214mx"},
		{INK_BAR, "\033[1;38;5;255;48;5;237mx"},
		{INK_BAR_DIM, "\033[22;38;5;250mx"},
		{INK_REASON, "\033[49mx"},
	};
	struct grid g = {0};
	struct paint p = {0};
	struct buf out = {0};
	grid_resize(&g, 80, 24);
	paint_frame(&p, &g, THEME_DARK, DEPTH_256, &out);
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		buf_reset(&out);
		area_put(area_all(&g), (int)i, 0, 'x', steps[i].style);
		paint_frame(&p, &g, THEME_DARK, DEPTH_256, &out);
		ck_assert_str_eq(buf_text(&out), steps[i].bytes);
	}
	grid_free(&g);
	paint_free(&p);
	buf_free(&out);
}
END_TEST

START_TEST(a_picture_is_blanked_and_passed_by_an_absolute_move)
{
	assert_difference(picture, "a  \033[1;2H\U0001F35A\033[1;4Hb");
}
END_TEST

START_TEST(what_cannot_be_seen_of_a_blank_is_no_change)
{
	assert_difference(only_blanks, "");
}
END_TEST

START_TEST(a_first_frame_clears_and_hides_and_shows_only_what_is_there)
{
	struct grid g = {0};
	struct paint p = {0};
	struct buf out = {0};
	grid_resize(&g, 80, 24);
	area_puts(area_all(&g), 2, 0, "hi", INK_TEXT);
	ck_assert(paint_frame(&p, &g, THEME_DARK, DEPTH_256, &out));
	ck_assert_str_eq(buf_text(&out), "\033[?25l\033[m\033[H\033[2J  hi");
	grid_free(&g);
	paint_free(&p);
	buf_free(&out);
}
END_TEST

START_TEST(a_player_does_not_show_the_cursor_that_a_terminal_gets_back)
{
	struct grid g = {0};
	struct paint p = {0};
	struct buf out = {0};
	grid_resize(&g, 80, 24);
	paint_frame(&p, &g, THEME_DARK, DEPTH_256, &out);
	/* Its cell is blank in both colours. */
	buf_reset(&out);
	paint_end(&p, &out);
	ck_assert_str_eq(buf_text(&out), "\033[m\033[24H\033[38;2;18;18;18m \033[m\r\033[B\033[?25h");
	/* The same on another ground. */
	buf_reset(&out);
	area_put(area_all(&g), 0, 23, ' ', INK_BAR);
	paint_frame(&p, &g, THEME_DARK, DEPTH_256, &out);
	buf_reset(&out);
	paint_end(&p, &out);
	ck_assert_str_eq(buf_text(&out), "\033[m\033[24H\033[38;5;237;48;5;237m \033[m\r\033[B\033[?25h");
	/* Text that is there stays. */
	buf_reset(&out);
	area_puts(area_all(&g), 0, 23, "x", INK_TEXT);
	paint_frame(&p, &g, THEME_DARK, DEPTH_256, &out);
	buf_reset(&out);
	paint_end(&p, &out);
	ck_assert_str_eq(buf_text(&out), "\033[m\033[24H\033[B\033[?25h");
	grid_free(&g);
	paint_free(&p);
	buf_free(&out);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("export paint");
	TCase *c = tcase_create("paint");
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, a_terminal_shows_every_cell_of_every_frame, 0, 12);
	tcase_add_loop_test(c, the_end_changes_no_cell_and_gives_the_cursor_back, 0, 2);
	tcase_add_test(c, a_recording_of_eight_lanes_takes_at_most_200_bytes_a_frame);
	tcase_add_test(c, a_column_of_lanes_is_written_with_one_colour_and_short_moves);
	tcase_add_test(c, a_narrow_gap_is_written_again_and_a_wide_one_jumped_over);
	tcase_add_test(c, many_blanks_are_an_erasure_unless_they_have_a_colour);
	tcase_add_test(c, looks_change_in_the_shorter_of_two_ways);
	tcase_add_test(c, a_picture_is_blanked_and_passed_by_an_absolute_move);
	tcase_add_test(c, what_cannot_be_seen_of_a_blank_is_no_change);
	tcase_add_test(c, a_first_frame_clears_and_hides_and_shows_only_what_is_there);
	tcase_add_test(c, a_player_does_not_show_the_cursor_that_a_terminal_gets_back);
	suite_add_tcase(s, c);
	return suite_main(s);
}
