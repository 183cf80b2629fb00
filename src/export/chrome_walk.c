/* Spans in the order of events: see chrome_walk.h. */
#include "export/chrome_walk.h"

#include <stdlib.h>

#include "base/mem.h"
#include "view/lane.h"

static bool before(const struct walk_lane *a, const struct walk_lane *b)
{
	if (a->event != b->event)
		return a->event < b->event;
	return a->lane < b->lane;
}

static void sift_down(struct walk *w, size_t at)
{
	struct walk_lane moving = w->lanes[at];
	for (size_t child; (child = 2 * at + 1) < w->count; at = child) {
		if (child + 1 < w->count && before(&w->lanes[child + 1], &w->lanes[child]))
			child++;
		if (!before(&w->lanes[child], &moving))
			break;
		w->lanes[at] = w->lanes[child];
	}
	w->lanes[at] = moving;
}

void walk_init(struct walk *w, const struct view *v, const uint32_t *lanes, size_t count)
{
	*w = (struct walk){.v = v, .lanes = mem_zalloc(count + 1, sizeof *w->lanes)};
	for (size_t i = 0; i < count; i++)
		if (view_span_count(v, lanes[i]))
			w->lanes[w->count++] = (struct walk_lane){
				.event = view_span(v, lanes[i], 0).begin_event,
				.lane = lanes[i],
			};
	for (size_t i = w->count / 2; i-- > 0;)
		sift_down(w, i);
}

void walk_fini(struct walk *w)
{
	free(w->lanes);
	*w = (struct walk){0};
}

bool walk_next(struct walk *w, uint64_t event, uint32_t *lane, size_t *span)
{
	if (w->count == 0 || w->lanes[0].event > event)
		return false;
	struct walk_lane *top = &w->lanes[0];
	*lane = top->lane;
	*span = top->span++;
	if (top->span < view_span_count(w->v, top->lane))
		top->event = view_span(w->v, top->lane, top->span).begin_event;
	else
		*top = w->lanes[--w->count];
	if (w->count)
		sift_down(w, 0);
	return true;
}
