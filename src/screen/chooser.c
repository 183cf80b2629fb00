/* The chooser's list: a blank row and a heading before each chapter, a row an entry. */
#include "screen/chooser.h"

#include <string.h>

#include "base/utf8.h"
#include "screen/theme.h"

enum { NAME_COLUMN = 8 };

static bool begins_chapter(const struct gallery *g, size_t i)
{
	return i == 0 || strcmp(g->entries[i].group, g->entries[i - 1].group) != 0;
}

/* The row of an entry when rows are counted from the top of the whole list. */
static long row_of(const struct gallery *g, size_t entry)
{
	long row = -1;
	for (size_t i = 0; i <= entry && i < g->count; i++)
		row += begins_chapter(g, i) ? 3 : 1;
	return row;
}

/* The first row of the page that has the chosen entry; pages overlap by a few rows. */
static long page_top(const struct gallery *g, size_t chosen, int rows)
{
	if (!g->count || rows < 1)
		return 0;
	long last = row_of(g, g->count - 1);
	if (last < rows)
		return 0;
	long step = rows > 6 ? rows - 4 : 1;
	long row = row_of(g, chosen);
	long page = row < rows ? 0 : (row - rows) / step + 1;
	return page * step;
}

static int name_cols(const struct gallery *g)
{
	size_t cols = 0;
	for (size_t i = 0; i < g->count; i++) {
		size_t n = utf8_text_cols(g->entries[i].name, strlen(g->entries[i].name));
		cols = n > cols ? n : cols;
	}
	return cols > 24 ? 24 : (int)cols;
}

static void draw_entry(struct area a, int y, const struct gallery *g, size_t i,
                       bool chosen)
{
	const struct gallery_entry *e = &g->entries[i];
	int title_x = NAME_COLUMN + name_cols(g) + 3;
	area_printf(a, 3, y, INK_DIM, "%3zu", i + 1);
	area_fit(a, NAME_COLUMN, y, title_x - NAME_COLUMN - 1, e->name,
	         chosen ? INK_SENTENCE : INK_CALL);
	area_fit(a, title_x, y, a.w - title_x - 1, e->title,
	         chosen ? INK_SENTENCE : INK_REASON);
	if (chosen) {
		area_put(a, 1, y, 0x25B6, INK_CURSOR);
		area_flag(area_part(a, 0, y, a.w, 1), STYLE_SHADE);
	}
}

void chooser_draw(struct area a, const struct gallery *g, size_t chosen)
{
	long top = page_top(g, chosen, a.h);
	long row = -1;
	for (size_t i = 0; i < g->count; i++) {
		if (begins_chapter(g, i)) {
			row += 2;
			if (row - top >= 0 && row - top < a.h)
				area_fit(a, 2, (int)(row - top), a.w - 3,
				         g->entries[i].group, INK_KEYWORD | STYLE_BOLD);
		}
		row++;
		if (row - top >= 0 && row - top < a.h)
			draw_entry(a, (int)(row - top), g, i, i == chosen);
	}
	if (row - top >= a.h)
		area_put(a, a.w - 1, a.h - 1, 0x2193, INK_DIM);
	if (top > 0)
		area_put(a, a.w - 1, 0, 0x2191, INK_DIM);
	if (!g->count)
		area_puts(a, 2, 1, "There are no scenes here. Open one with: simmer FILE",
		          INK_TEXT);
}

long chooser_entry_at(const struct gallery *g, size_t chosen, int rows, int y)
{
	long top = page_top(g, chosen, rows);
	for (size_t i = 0; i < g->count; i++)
		if (row_of(g, i) - top == y)
			return (long)i;
	return -1;
}
