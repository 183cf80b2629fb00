/*
 * Painting: what has changed is cut into runs of one look, and the pen goes from run to
 * run, always to the one that is cheapest to reach: a change of colours is often dearer
 * than a way. There is mostly more than one way to say something: jump over a gap or write
 * it again, change the colours or begin anew. Whichever is shorter is found by trying both
 * with a pen that only counts, and then done with the one that writes.
 *
 * Short means short in a file of JSON, where an escape character is six bytes. What is
 * not used, although it would be shorter still: anything that terminals do not agree on,
 * such as the cursor after the last column, or erasing in a colour.
 */
#include "export/paint.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "export/palette.h"
#include "export/pen.h"

/* In bytes of a JSON string, where they are costs. */
enum {
	WALK_COLS = 40,  /* no gap wider than this is cheaper written than jumped */
	JUMP_COST = 9,   /* to jump within a row */
	ERASE_COST = 10, /* to erase in the middle of one */
	MIN_ERASE = 8,   /* blanks for which to think of that, or of erasing up to its end */
	WINDOW = 24,     /* runs among which the cheapest is looked for */
	LOOK_OF_BLANKS = LOOK_UNDERLINE | LOOK_REVERSE, /* attributes that blanks show */
};

/* A row as it is to be, and which of its cells are not like that yet. */
struct row {
	const struct cell *cells;
	const struct look *looks;
	const bool *changed;
	int cols, y;
};

/* ---- cells ------------------------------------------------------------------- */

/* What can be seen of a look in a cell with this code point. */
static struct look seen(struct look look, uint32_t code)
{
	if (code == ' ' && !(look.attributes & LOOK_OF_BLANKS)) {
		look.fg = -1;
		look.attributes = 0;
	}
	return look;
}

/* A blank of which only the background is seen; and one that an erasure makes as well. */
static bool is_loose(const struct row *row, int x)
{
	return row->cells[x].code == ' ' && row->looks[x].fg < 0 && !row->looks[x].attributes;
}

static bool is_plain(const struct row *row, int x)
{
	return row->cells[x].code == ' ' && look_same(row->looks[x], look_none);
}

static bool suits_blank(struct look look, int bg)
{
	return look.bg == bg && !(look.attributes & LOOK_OF_BLANKS);
}

/*
 * Have the pen write as cell `x` is to look. For a blank that is any look with its
 * background: the present one, or else that of the text which follows.
 */
static void look_as(struct pen *pen, const struct row *row, int x)
{
	struct look look = row->looks[x];
	if (is_loose(row, x)) {
		if (suits_blank(pen->look, look.bg))
			return;
		int text = x;
		while (text < row->cols && is_loose(row, text) && row->looks[text].bg == look.bg)
			text++;
		if (text < row->cols && suits_blank(row->looks[text], look.bg))
			look = row->looks[text];
	}
	pen_set_look(pen, look);
}

/* The columns of the cell that begins at `x`. */
static int cols_at(const struct row *row, int x)
{
	return x + 1 < row->cols && row->cells[x + 1].code == 0 ? 2 : 1;
}

/*
 * Whether all terminals know how wide that is. They do for letters, signs and ideographs;
 * what came to Unicode later, above all pictures, is one or two columns to each as it
 * pleases.
 */
static bool width_is_agreed(uint32_t code, int cols)
{
	static const struct {
		uint32_t from, to;
		int cols;
	} agreed[] = {
		{0x20, 0x7E, 1},        {0xA0, 0xAC, 1},       {0xAE, 0x2FF, 1},
		{0x370, 0x482, 1},      {0x48A, 0x52F, 1},     {0x1100, 0x115F, 2},
		{0x1E00, 0x1FFF, 1},    {0x2010, 0x2027, 1},   {0x2030, 0x205E, 1},
		{0x2070, 0x20BF, 1},    {0x2100, 0x2BFF, 1},   {0x2E80, 0xA4CF, 2},
		{0xAC00, 0xD7A3, 2},    {0xF900, 0xFAFF, 2},   {0xFE30, 0xFE6F, 2},
		{0xFF01, 0xFF60, 2},    {0xFFE0, 0xFFE6, 2},   {0xFFFD, 0xFFFD, 1},
		{0x20000, 0x3FFFD, 2},
	};
	for (size_t i = 0; i < COUNT_OF(agreed) && agreed[i].from <= code; i++)
		if (code <= agreed[i].to)
			return cols == agreed[i].cols;
	return false;
}

/* Write the cell at `x`, where the pen is; returns the column after it. */
static int put_cell(struct pen *pen, const struct row *row, int x)
{
	uint32_t code = row->cells[x].code;
	assert(code >= 0x20 && (code < 0x7F || code >= 0xA0));
	int cols = cols_at(row, x);
	bool agreed = width_is_agreed(code, cols);
	look_as(pen, row, x);
	if (!agreed) {
		/* Both halves are blank for those who take it for a narrow one. */
		pen_put(pen, "  ", (size_t)cols);
		pen_jump(pen, x, row->y);
	}
	char bytes[UTF8_MAX];
	pen_put(pen, bytes, utf8_encode(code, bytes));
	pen->x = agreed && x + cols < pen->cols ? x + cols : -1;
	if (!agreed)
		pen->y = -1;
	return x + cols;
}

/* ---- rows -------------------------------------------------------------------- */

/* Get to cell `x` by writing what stands between again, and be ready to write it. */
static void walk_to(struct pen *pen, const struct row *row, int x)
{
	pen_move_to_row(pen, row->y);
	for (int at = pen->x; at < x;) {
		pen_move(pen, at, row->y);
		at = put_cell(pen, row, at);
	}
	pen_move(pen, x, row->y);
	look_as(pen, row, x);
}

static void jump_to(struct pen *pen, const struct row *row, int x)
{
	pen_move(pen, x, row->y);
	look_as(pen, row, x);
}

static bool can_walk(const struct pen *pen, const struct row *row, int x)
{
	return pen->y >= 0 && pen->x >= 0 && pen->x < x && x - pen->x <= WALK_COLS &&
	       row->cells[pen->x].code != 0;
}

static void reach(struct pen *pen, const struct row *row, int x)
{
	if (can_walk(pen, row, x)) {
		struct pen jump = pen_trial(pen), walk = jump;
		jump_to(&jump, row, x);
		walk_to(&walk, row, x);
		if (walk.cost < jump.cost) {
			walk_to(pen, row, x);
			return;
		}
	}
	jump_to(pen, row, x);
}

/* Write the cells from `x` up to `end`. */
static void put_cells(struct pen *pen, const struct row *row, int x, int end)
{
	while (x < end) {
		reach(pen, row, x);
		x = put_cell(pen, row, x);
	}
}

static bool anything_from(const struct row *row, int x)
{
	while (x < row->cols && !row->changed[x])
		x++;
	return x < row->cols;
}

/* Write the cells from `x` up to `end`, which are to be plain blanks, by erasing them if
 * that is shorter. It leaves the pen where they begin. */
static void put_blanks(struct pen *pen, const struct row *row, int x, int end)
{
	int rest = end, way_on = anything_from(row, end) ? JUMP_COST : 0;
	while (rest < row->cols && is_plain(row, rest))
		rest++;
	reach(pen, row, x);
	if (rest == row->cols)
		pen_puts(pen, "\033[K");
	else if (end - x > ERASE_COST + way_on)
		pen_control(pen, end - x, 'X');
	else
		put_cells(pen, row, x, end);
}

/* ---- runs -------------------------------------------------------------------- */

/* Cells of one row that can be written with one look. */
struct run {
	int x, end, y;
	bool blank; /* plain blanks, and enough of them to think of erasing */
	bool loose; /* only blanks: the background of `look` is all that matters */
	struct look look;
	int next; /* the one after it that is not written yet, or -1 */
};

/* Whether a pen for this run can write cell `x` as well; the run may take its look. */
static bool joins(struct run *run, const struct row *row, int x)
{
	struct look look = row->looks[x];
	if (row->cells[x].code == 0)
		return true;
	if (is_loose(row, x))
		return suits_blank(run->look, look.bg);
	if (!run->loose)
		return look_same(run->look, look);
	if (!suits_blank(look, run->look.bg))
		return false;
	run->look = look;
	run->loose = false;
	return true;
}

/* How many plain blanks there are from `x` on, up to the last one that has changed. */
static int blanks_from(const struct row *row, int x)
{
	int end = x;
	for (int at = x; at < row->cols && is_plain(row, at); at++)
		if (row->changed[at])
			end = at + 1;
	return end - x;
}

/* What it costs to write cell `x` although it shows already. */
static int filler_cost(const struct row *row, int x)
{
	uint32_t code = row->cells[x].code;
	if (code < 0x80)
		return code ? 1 : 0;
	return width_is_agreed(code, cols_at(row, x)) ? 3 : JUMP_COST;
}

/* The run that begins at the changed cell `x`. */
static struct run run_from(const struct row *row, int x)
{
	struct run run = {.x = x, .end = x, .y = row->y, .look = row->looks[x], .next = -1};
	run.loose = is_loose(row, x);
	int blanks = blanks_from(row, x);
	if (blanks >= MIN_ERASE) {
		run.blank = true;
		run.end = x + blanks;
		return run;
	}
	struct run ahead = run;
	for (int gap = 0; x < row->cols && gap < JUMP_COST && joins(&ahead, row, x); x++) {
		if (is_plain(row, x) && blanks_from(row, x) >= MIN_ERASE)
			break;
		gap = row->changed[x] ? 0 : gap + filler_cost(row, x);
		if (row->changed[x]) {
			ahead.end = x + 1;
			run = ahead;
		}
	}
	return run;
}

/* ---- the cheapest run -------------------------------------------------------- */

static int run_cost(const struct pen *pen, const struct run *run)
{
	int cost = pen_way_cost(pen, run->x, run->y);
	if (run->loose && suits_blank(pen->look, run->look.bg))
		return cost;
	return cost + pen_look_cost(pen, run->look);
}

/* Take the run that is cheapest to reach out of the list that begins at `*first`. */
static int take_cheapest(const struct pen *pen, struct run *runs, int *first)
{
	int *best = first, best_cost = INT_MAX, left = WINDOW;
	for (int *at = first; *at >= 0 && left; at = &runs[*at].next, left--) {
		int cost = run_cost(pen, &runs[*at]);
		if (cost < best_cost) {
			best = at;
			best_cost = cost;
		}
	}
	int taken = *best;
	*best = runs[taken].next;
	return taken;
}

/* ---- frames ------------------------------------------------------------------ */

void paint_free(struct paint *p)
{
	grid_free(&p->shown);
	free(p->looks);
	free(p->fresh);
	free(p->changed);
	free(p->runs);
	*p = (struct paint){0};
}

/* A terminal of this size that is blank, and what makes it so. */
static void begin_anew(struct paint *p, const struct grid *g, struct pen *pen)
{
	grid_resize(&p->shown, g->cols, g->rows);
	size_t count = mem_mul((size_t)g->cols, (size_t)g->rows), room = count ? count : 1;
	p->looks = mem_resize(p->looks, room, sizeof *p->looks);
	p->fresh = mem_resize(p->fresh, room, sizeof *p->fresh);
	p->changed = mem_resize(p->changed, room, sizeof *p->changed);
	p->runs = mem_resize(p->runs, room, sizeof *p->runs);
	for (size_t i = 0; i < count; i++)
		p->looks[i] = look_none;
	pen_puts(pen, "\033[?25l\033[m\033[H\033[2J");
	pen->x = pen->y = 0;
	pen->look = look_none;
	p->known = true;
}

static size_t index_of(const struct grid *g, int y)
{
	return (size_t)y * (size_t)g->cols;
}

static struct row row_of(const struct paint *p, const struct grid *g, int y)
{
	size_t at = index_of(g, y);
	return (struct row){g->cells + at, p->fresh + at, p->changed + at, g->cols, y};
}

static bool same_cells(const struct cell *a, const struct cell *b, int cols)
{
	for (int x = 0; x < cols; x++)
		if (a[x].code != b[x].code || a[x].style != b[x].style)
			return false;
	return true;
}

/* What style `s` looks like here. */
static struct look look_of(const struct paint *p, style s)
{
	struct look look = theme_look(p->theme, p->depth, s);
	if (!p->own_ground)
		return look;
	struct look own = palette_own(p->theme, p->depth);
	look.fg = look.fg < 0 ? own.fg : look.fg;
	look.bg = look.bg < 0 ? own.bg : look.bg;
	return look;
}

/* Find the looks of row `y` and what of it has changed. A wide one has that of its left
 * half, so that no right half changes alone. */
static void compare(struct paint *p, const struct cell *cells, int y)
{
	size_t start = index_of(&p->shown, y);
	const struct cell *old = p->shown.cells + start;
	const struct look *looks = p->looks + start;
	struct look *fresh = p->fresh + start;
	bool *changed = p->changed + start;
	style last = 0;
	struct look look = look_of(p, last);
	for (int x = 0; x < p->shown.cols; x++) {
		if (cells[x].style != last) {
			last = cells[x].style;
			look = look_of(p, last);
		}
		fresh[x] = seen(look, cells[x].code);
		if (cells[x].code == 0) {
			assert(x > 0 && utf8_width_cols(cells[x - 1].code) == 2);
			fresh[x] = fresh[x - 1];
		}
		changed[x] = old[x].code != cells[x].code || !look_same(looks[x], fresh[x]);
	}
}

/* Append the runs of what has changed in `g` to the list of them; returns their number. */
static int find_runs(struct paint *p, const struct grid *g, bool same_looks)
{
	int count = 0;
	for (int y = 0; y < g->rows; y++) {
		struct row row = row_of(p, g, y);
		if (same_looks && same_cells(row.cells, p->shown.cells + index_of(g, y), g->cols))
			continue;
		compare(p, row.cells, y);
		for (int x = 0; x < g->cols;) {
			if (!row.changed[x]) {
				x++;
				continue;
			}
			struct run run = run_from(&row, x);
			if (count)
				p->runs[count - 1].next = count;
			p->runs[count++] = run;
			x = run.end;
		}
		memcpy(p->shown.cells + index_of(g, y), row.cells, (size_t)g->cols * sizeof *row.cells);
		memcpy(p->looks + index_of(g, y), row.looks, (size_t)g->cols * sizeof *row.looks);
	}
	return count;
}

bool paint_frame(struct paint *p, const struct grid *g, enum theme theme, enum depth depth,
                 struct buf *out)
{
	size_t before = out->len;
	struct pen pen = {.out = out, .cols = g->cols, .x = p->x, .y = p->y, .look = p->look};
	bool same_looks = p->known && theme == p->theme && depth == p->depth;
	p->theme = theme;
	p->depth = depth;
	if (!p->known || p->shown.cols != g->cols || p->shown.rows != g->rows) {
		begin_anew(p, g, &pen);
		same_looks = false;
	}
	int first = find_runs(p, g, same_looks) ? 0 : -1;
	while (first >= 0) {
		const struct run *run = &p->runs[take_cheapest(&pen, p->runs, &first)];
		struct row row = row_of(p, g, run->y);
		if (run->blank)
			put_blanks(&pen, &row, run->x, run->end);
		else
			put_cells(&pen, &row, run->x, run->end);
	}
	p->x = pen.x;
	p->y = pen.y;
	p->look = pen.look;
	return out->len > before;
}

/*
 * A player on a page goes on showing the cursor where it is left: a cell with its colours
 * swapped. If that is a blank, text in the colour of its ground makes it one that cannot be
 * seen.
 */
static void hide_in_blank(struct pen *pen, const struct row *row, enum theme theme)
{
	if (!is_loose(row, 0))
		return;
	pen_vanish(pen, row->looks[0].bg, palette_ground(theme));
	pen_puts(pen, " \033[m\r");
}

void paint_end(struct paint *p, struct buf *out)
{
	struct pen pen = {.out = out};
	pen_puts(&pen, "\033[m");
	if (p->known && p->shown.cols > 0 && p->shown.rows > 0) {
		int last = p->shown.rows - 1;
		size_t at = index_of(&p->shown, last);
		pen_jump(&pen, 0, last);
		hide_in_blank(&pen, &(struct row){.cells = p->shown.cells + at, .looks = p->looks + at},
		              p->theme);
		/* Down stops at the last row of a terminal: only a larger one goes below. */
		pen_control(&pen, 1, 'B');
	}
	pen_puts(&pen, "\033[?25h");
	p->known = false;
}
