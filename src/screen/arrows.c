/*
 * Arrows over the timeline: a job goes from the one who submits it to the worker that
 * takes it, its result comes back to the one who waits; a thread wakes another one's loop.
 * An arrow stands at the instant in which it arrives, one column after it, so that it
 * hides neither what ran then nor an ending. All of them would be a thicket: drawn are
 * those of the moment, where its job came from, and those of a chosen lane. Of the others
 * only the place is marked at which a waiting task's job was taken.
 */
#include "screen/internal.h"
#include "trace/trace.h"
#include "view/worker.h"

enum {
	MAX_OF_MOMENT = 16, /* arrows */
	MAX_LOOKED_AT = 400,
	MAX_CHOSEN = 40,
};

/* The part of the screen that is drawn on. */
struct sheet {
	const struct screen *s;
	const struct present *p;
	struct area a;
	const struct lane_page *page;
};

/* The row of a lane in the area; beyond its edges for one on another page. False if it is
 * not in the picture. */
static bool row_of(const struct sheet *sh, uint32_t lane, int *row)
{
	size_t i = timeline_index(sh->s, sh->page, lane);
	if (i == SIZE_MAX)
		return false;
	*row = i < sh->page->top                    ? 0
	       : i >= sh->page->top + sh->page->rows ? (int)sh->page->rows + 1
	                                             : (int)(i - sh->page->top) + 1;
	return true;
}

/* The column after the one in which event `event` is. */
static int64_t col_after(const struct sheet *sh, uint64_t event)
{
	const struct scale *scale = &sh->p->scale;
	return scale_col(scale, view_coordinate(sh->s->view, scale->ruler, event + 1)) + 1;
}

/* Whether nothing stands there that says something. The blanks between words have the ink
 * of the words. */
static bool is_free(const struct sheet *sh, int x, int y)
{
	uint32_t code = area_get(sh->a, x, y);
	if (code == 0x2506 || code == 0x2508) /* ┆ ┈ */
		return true;
	return code == ' ' &&
	       (grid_at(sh->a.grid, sh->a.x + x, sh->a.y + y)->style & STYLE_INK) == INK_TEXT;
}

/* Put what fits what stands there: `free` on nothing, `wait` on a line; else nothing. */
static void put_over(const struct sheet *sh, int x, int y, uint32_t free, uint32_t wait,
                     style ink)
{
	if (is_free(sh, x, y))
		area_put(sh->a, x, y, free, ink);
	else if (area_get(sh->a, x, y) == 0x2500) /* ─ */
		area_put(sh->a, x, y, wait, ink);
}

static void draw_arrow(const struct sheet *sh, uint32_t from_lane, uint32_t to_lane,
                       uint64_t to_event, style ink)
{
	int from, to;
	if (!row_of(sh, from_lane, &from) || !row_of(sh, to_lane, &to) || from == to)
		return;
	int64_t col = col_after(sh, to_event);
	if (col < 0 || col >= sh->a.w)
		return;
	int x = (int)col, last = (int)sh->page->rows;
	int down = to > from ? 1 : -1;
	for (int y = from + down; y != to; y += down)
		if (y >= 1 && y <= last)
			put_over(sh, x, y, 0x254E, 0x253C, ink); /* ╎ ┼ */
	if (from >= 1 && from <= last)
		put_over(sh, x, from, down > 0 ? 0x2510 : 0x2518, /* ┐ ┘ */
		         down > 0 ? 0x252C : 0x2534, ink);        /* ┬ ┴ */
	if (to < 1 || to > last)
		return;
	uint32_t head = down > 0 ? 0x25BC : 0x25B2; /* ▼ ▲ */
	put_over(sh, x, to, 0x25C2, head, ink);     /* ◂ */
	if (area_get(sh->a, x, to) == state_infos[STATE_RUNNING].glyph)
		area_put(sh->a, x, to, head, ink);
}

static void draw_link(const struct sheet *sh, const struct link *l, style ink)
{
	if (l->to_lane != LANE_NONE && l->to_event < sh->p->position)
		draw_arrow(sh, l->from_lane, l->to_lane, l->to_event, ink);
}

/* Where the job came from that the moment is about, if that was before. */
static void draw_origin(const struct sheet *sh, uint32_t index)
{
	if (index == JOB_NONE)
		return;
	struct job job = view_job(sh->s->view, index);
	if (job.worker != LANE_NONE && job.started < sh->p->moment.begin)
		draw_arrow(sh, job.from, job.worker, job.started, INK_DIM);
}

static void draw_moment(const struct sheet *sh)
{
	const struct present *p = sh->p;
	const struct view *v = sh->s->view;
	struct link links[MAX_OF_MOMENT];
	size_t count = view_links(v, p->moment.begin, p->position, links, MAX_OF_MOMENT);
	/* What was folded into the moment may have been at another time. */
	for (size_t i = 0; i < count; i++)
		if (links[i].to_event >= p->moment.begin &&
		    links[i].to_ns >= p->moment.time_ns)
			draw_link(sh, &links[i], INK_CURSOR);
	for (size_t i = 0; i < count; i++)
		draw_origin(sh, links[i].job);
	if (p->active == LANE_NONE)
		return;
	draw_origin(sh, view_lane(v, p->active)->worker
	                        ? view_job_at(v, p->active, p->position)
	                        : view_job_awaited(v, p->active, p->position));
}

/* Those of a chosen lane, and marks for all others, as far as the window goes. */
static void draw_window(const struct sheet *sh)
{
	const struct present *p = sh->p;
	const struct scale *scale = &p->scale;
	uint64_t begin = 0, end = p->position;
	if (scale->ruler == RULER_CLOCK && scale->left > 0)
		begin = view_event_at_time(sh->s->view, (int64_t)scale->left);
	struct link links[MAX_LOOKED_AT];
	size_t count = begin < end
	                       ? view_links(sh->s->view, begin, end, links, MAX_LOOKED_AT)
	                       : 0;
	uint32_t chosen = sh->s->state.chosen;
	for (size_t i = 0, drawn = 0; i < count; i++) {
		const struct link *l = &links[i];
		if (l->to_lane == LANE_NONE)
			continue;
		if ((l->from_lane == chosen || l->to_lane == chosen) && drawn++ < MAX_CHOSEN)
			draw_link(sh, l, INK_REASON);
	}
	for (size_t i = 0; i < count; i++) {
		int row;
		int64_t col;
		if (links[i].kind != LINK_START || links[i].to_lane == LANE_NONE ||
		    !row_of(sh, links[i].from_lane, &row))
			continue;
		col = col_after(sh, links[i].to_event);
		if (row >= 1 && row <= (int)sh->page->rows && col >= 0 && col < sh->a.w &&
		    area_get(sh->a, (int)col, row) == 0x2500)
			area_put(sh->a, (int)col, row, 0x252C, INK_WAITING); /* ┬ */
	}
}

void arrows_draw(const struct screen *s, const struct present *p, struct area a,
                 const struct lane_page *page)
{
	if (!view_job_count(s->view) || p->moment.kind == MOMENT_START)
		return;
	const struct sheet sh = {s, p, a, page};
	draw_moment(&sh);
	draw_window(&sh);
}
