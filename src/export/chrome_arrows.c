/*
 * Flows: who created or woke whom, and what went from thread to thread. An arrow begins
 * inside of the slice of whoever caused it and ends in that which it led to. What the
 * loop's own callbacks hand on (the end of a gather's last child, say) goes back to the
 * step that set them off. A wake-up by the clock or a descriptor has no such step, and
 * no arrow.
 */
#include "export/chrome_internal.h"

#include <stdlib.h>
#include <string.h>

#include "view/worker.h"

static void put_flow(struct chrome *c, char phase, uint32_t lane, const char *name,
                     const char *cat, uint64_t id)
{
	bool first = false;
	record_begin(c, phase, lane, place_next(c));
	record_name(c, name, strlen(name));
	record_cat(c, cat);
	record_number(c, &first, "id", id);
	if (phase == 'f')
		buf_puts(&c->text, ",\"bp\":\"e\"");
	record_end(c);
}

/* ---- within a thread ---- */

/* Both ends of an arrow have to have one name. */
static const char *wake_name(const struct chrome *c, uint64_t ready)
{
	switch (trace_at(c->trace, ready)->detail) {
	case ROLE_STEP:
		return "creates";
	case ROLE_CALLBACK:
		return "calls soon";
	default:
		return "wakes";
	}
}

static bool has_arrow(const struct chrome *c, uint64_t ready)
{
	return c->arrow_bits[ready / 8] >> ready % 8 & 1;
}

/* The ids of arrows: of the first one of a READY, of the further ones, of links. */
static uint64_t more_id(const struct chrome *c, size_t number)
{
	return view_event_count(c->v) + 1 + number;
}

static uint64_t link_id(const struct chrome *c, uint64_t number)
{
	return more_id(c, c->more.count) + number;
}

static int by_ready(const void *left, const void *right)
{
	const struct chrome_more *a = left, *b = right;
	if (a->ready != b->ready)
		return a->ready < b->ready ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

void arrows_known(struct chrome *c)
{
	if (c->more.count)
		qsort(c->more.items, c->more.count, sizeof *c->more.items, by_ready);
}

static void put_begins(struct chrome *c, uint32_t lane, uint64_t ready)
{
	const char *name = wake_name(c, ready);
	put_flow(c, 's', lane, name, "wake", ready + 1);
	for (; c->more_begun < c->more.count; c->more_begun++) {
		const struct chrome_more *m = &c->more.items[c->more_begun];
		if (m->ready > ready)
			break;
		put_flow(c, 's', lane, name, "wake", more_id(c, m->number));
	}
}

static void put_end(struct chrome *c, uint32_t lane, uint64_t ready)
{
	uint8_t *bits = &c->arrow_bits[ready / 8], bit = (uint8_t)(1 << ready % 8);
	uint64_t id = ready + 1;
	if (!c->writing) {
		size_t number = c->more.count;
		if (*bits & bit)
			vec_push(&c->more, (struct chrome_more){ready, number});
		*bits |= bit;
		return;
	}
	if (!(*bits & bit))
		id = more_id(c, c->more_ended++);
	*bits &= (uint8_t)~bit;
	put_flow(c, 'f', lane, wake_name(c, ready), "wake", id);
}

/* The lane in whose slice the event happened, or LANE_NONE. */
static uint32_t doer(const struct chrome *c, const struct event *e)
{
	uint32_t lane = e->task ? view_lane_of(c->v, e->task)
	                        : view_lane_of_thread(c->v, e->thread);
	return lane != LANE_NONE && lane_runs(c, lane) ? lane : LANE_NONE;
}

static void made_ready(struct chrome *c, uint64_t index, const struct event *e)
{
	struct live_thing *t = live_find(&c->live, e->a);
	if (!t)
		return;
	uint32_t from = doer(c, e);
	t->origin = from == LANE_NONE ? c->threads[e->thread].origin : index;
	/* Whoever gives way is ready again by itself. */
	if (from != LANE_NONE && from == view_lane_of(c->v, e->a))
		t->origin = UINT64_MAX;
	if (c->writing && from != LANE_NONE && has_arrow(c, index))
		put_begins(c, from, index);
}

static void step_begun(struct chrome *c, const struct event *e)
{
	struct live_thing *t = live_find(&c->live, e->a);
	uint64_t origin = t ? t->origin : UINT64_MAX;
	struct chrome_thread *th = &c->threads[e->thread];
	uint32_t task = view_lane_of(c->v, e->a);
	uint32_t lane = e->a && task != LANE_NONE ? task
	                                          : view_lane_of_thread(c->v, e->thread);
	/* From another thread it has an arrow of its own. */
	if (origin != UINT64_MAX && trace_at(c->trace, origin)->thread != e->thread)
		origin = UINT64_MAX;
	th->origin = origin;
	if (lane == LANE_NONE || !lane_runs(c, lane))
		return;
	th->origin = UINT64_MAX;
	if (origin != UINT64_MAX)
		put_end(c, lane, origin);
}

/* ---- between threads ---- */

static const struct {
	const char *name, *cat;
} link_words[] = {
	[LINK_START] = {"starts", "job"},
	[LINK_RESULT] = {"result", "job"},
	[LINK_POSTED] = {"posts", "post"},
	[LINK_JOIN] = {"goes on", "join"},
};

static void swap_links(struct chrome *c, size_t i, size_t k)
{
	struct chrome_link swapped = c->links.items[i];
	c->links.items[i] = c->links.items[k];
	c->links.items[k] = swapped;
}

static bool ends_before(const struct chrome_link *a, const struct chrome_link *b)
{
	return a->to_event != b->to_event ? a->to_event < b->to_event : a->id < b->id;
}

static void push_link(struct chrome *c, struct chrome_link link)
{
	vec_push(&c->links, link);
	for (size_t i = c->links.count - 1; i > 0; i = (i - 1) / 2) {
		if (!ends_before(&c->links.items[i], &c->links.items[(i - 1) / 2]))
			break;
		swap_links(c, i, (i - 1) / 2);
	}
}

static struct chrome_link pop_link(struct chrome *c)
{
	struct chrome_link top = c->links.items[0];
	c->links.items[0] = vec_pop(&c->links);
	for (size_t i = 0, child; (child = 2 * i + 1) < c->links.count; i = child) {
		if (child + 1 < c->links.count &&
		    ends_before(&c->links.items[child + 1], &c->links.items[child]))
			child++;
		if (!ends_before(&c->links.items[child], &c->links.items[i]))
			break;
		swap_links(c, i, child);
	}
	return top;
}

/* Whether the lane has a slice once event `index` has happened. */
static bool has_slice_after(const struct chrome *c, uint32_t lane, uint64_t index)
{
	return c->lanes[lane].shown &&
	       view_state_at(c->v, lane, index + 1) < STATE_TIMED;
}

void arrows_before(struct chrome *c, uint64_t index)
{
	enum { AT_ONCE = 16 };
	struct link links[AT_ONCE];
	if (!c->threads_talk || !c->writing || index < c->next_link)
		return;
	size_t count = view_links(c->v, index, UINT64_MAX, links, AT_ONCE);
	c->next_link = UINT64_MAX;
	for (size_t i = 0; i < count; i++) {
		const struct link *l = &links[i];
		if (l->from_event != index) {
			c->next_link = l->from_event;
			break;
		}
		/* More than fit begin with this event: none is known that begins later. */
		if (i + 1 == AT_ONCE)
			c->next_link = index + 1;
		bool whole = l->to_event != UINT64_MAX && l->from_lane != LANE_NONE &&
		             l->to_lane != LANE_NONE;
		if (!whole || !c->lanes[l->from_lane].shown ||
		    c->lanes[l->from_lane].state >= STATE_TIMED ||
		    !has_slice_after(c, l->to_lane, l->to_event))
			continue;
		uint64_t id = link_id(c, c->link_count++);
		put_flow(c, 's', l->from_lane, link_words[l->kind].name,
		         link_words[l->kind].cat, id);
		push_link(c, (struct chrome_link){l->to_event, id, l->to_lane,
		                                  (uint8_t)l->kind});
	}
}

void arrows_after(struct chrome *c, uint64_t index, const struct event *e)
{
	switch (e->kind) {
	case EV_READY:
		made_ready(c, index, e);
		break;
	case EV_STEP_BEGUN:
		step_begun(c, e);
		break;
	case EV_STEP_ENDED:
	case EV_TASK_WAITS:
	case EV_TASK_YIELDED:
	case EV_TASK_DONE:
	case EV_TASK_FAILED:
	case EV_TASK_CANCELLED:
	case EV_TICK:
		c->threads[e->thread].origin = UINT64_MAX;
		break;
	default:
		break;
	}
	while (c->links.count && c->links.items[0].to_event <= index) {
		struct chrome_link l = pop_link(c);
		put_flow(c, 'f', l.to_lane, link_words[l.kind].name,
		         link_words[l.kind].cat, l.id);
	}
}
