/* The help screen: every row of command.def that holds here, in as many columns as fit,
 * and a legend. */
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "screen/internal.h"

enum { KEY_COLS = 12, COLUMN_COLS = 66 };

/* What the timeline has beside the states of state.def. */
static const struct mark {
	uint32_t codes[2];
	enum ink ink;
	const char *what;
} marks[] = {
	{{0x2551, 0}, INK_DIM, "a worker: a thread of its own, with the tasks of its loop"},
	{{0x252C, 0}, INK_WAITING, "here a worker took the job that is waited for"},
	{{0x2510, 0x25C2}, INK_CURSOR, "a job goes to a worker, or its result comes back"},
	{{0x2550, 0x2550}, INK_RUNNING, "so many threads were busy at the same instant"},
};

/* Lines of the legend: its title with a blank line above, the states, the marks. */
enum { LEGEND_LINES = 2 + STATE_COUNT + (int)COUNT_OF(marks) };

static bool offered(const struct screen *s, const struct command_info *info)
{
	enum context context = s->view ? CONTEXT_SCENE : CONTEXT_GALLERY;
	return info->label[0] &&
	       (info->context == CONTEXT_BOTH || info->context == context);
}

static int line_count(const struct screen *s)
{
	int count = 0;
	for (int i = 1; i < CMD_COUNT; i++)
		count += offered(s, &command_infos[i]);
	return count + (s->view ? LEGEND_LINES : 0);
}

static struct area box_of(const struct screen *s, struct area a)
{
	int columns = a.w >= 2 * COLUMN_COLS + 4 ? 2 : 1;
	int w = columns * COLUMN_COLS + 2 < a.w ? columns * COLUMN_COLS + 2 : a.w;
	int lines = (line_count(s) + columns - 1) / columns;
	int h = lines + 2 < a.h ? lines + 2 : a.h;
	return area_part(a, (a.w - w) / 2, (a.h - h) / 2, w, h);
}

int help_max_top(const struct screen *s)
{
	struct area all = {NULL, 0, 0, s->cols, s->rows};
	struct area box = box_of(s, all);
	int columns = box.w > COLUMN_COLS + 2 ? 2 : 1;
	int lines = (line_count(s) + columns - 1) / columns;
	return lines > box.h - 2 ? lines - (box.h - 2) : 0;
}

/* Line `i` of the help; `a` is one row. */
static void draw_line(const struct screen *s, struct area a, int i)
{
	for (int c = 1; c < CMD_COUNT; c++) {
		const struct command_info *info = &command_infos[c];
		if (!offered(s, info) || i-- != 0)
			continue;
		area_fit(a, 1, 0, KEY_COLS - 1, info->label, INK_KEY);
		area_fit(a, 1 + KEY_COLS, 0, a.w - KEY_COLS - 2, info->what, INK_REASON);
		return;
	}
	if (i == 1) {
		area_puts(a, 1, 0, "The timeline", INK_KEYWORD | STYLE_BOLD);
	} else if (i >= 2 && i - 2 < STATE_COUNT) {
		const struct state_info *info = &state_infos[i - 2];
		area_put(a, 1, 0, info->glyph,
		         (style)state_ink((enum lane_state)(i - 2)));
		area_put(a, 2, 0, info->glyph,
		         (style)state_ink((enum lane_state)(i - 2)));
		area_fit(a, 1 + KEY_COLS, 0, a.w - KEY_COLS - 2, info->what, INK_REASON);
	} else if (i >= 2 && i < LEGEND_LINES) {
		const struct mark *mark = &marks[i - 2 - STATE_COUNT];
		for (int k = 0; k < 2 && mark->codes[k]; k++)
			area_put(a, 1 + k, 0, mark->codes[k], (style)mark->ink);
		area_fit(a, 1 + KEY_COLS, 0, a.w - KEY_COLS - 2, mark->what, INK_REASON);
	}
}

void help_draw(const struct screen *s, struct area a)
{
	struct area box = box_of(s, a);
	area_fill(box, ' ', INK_TEXT);
	bool more = help_max_top(s) > 0;
	struct area in = area_box(box,
	                          more ? "keys · ↓ for more, any other key closes"
	                               : "keys · any key closes",
	                          INK_FOCUS, INK_FOCUS);
	int columns = box.w > COLUMN_COLS + 2 ? 2 : 1;
	int lines = (line_count(s) + columns - 1) / columns;
	for (int column = 0; column < columns; column++)
		for (int y = 0; y < in.h && s->state.help_top + y < lines; y++)
			draw_line(s,
			          area_part(in, column * COLUMN_COLS, y, COLUMN_COLS, 1),
			          column * lines + s->state.help_top + y);
}
