/*
 * Links: arrows between threads, see worker.h. Each stands in a list in the order
 * of its beginning, and in another one in the order of its end.
 */
#include "view/internal.h"

uint32_t link_begin(struct view *v, enum link_kind kind, uint64_t index, uint32_t lane,
                    uint32_t job)
{
	vec_push(&v->links, (struct link_data){
				    .from = index,
				    .to = NO_EVENT,
				    .from_lane = lane,
				    .to_lane = LANE_NONE,
				    .job = job,
				    .kind = (uint8_t)kind,
			    });
	return (uint32_t)v->links.count - 1;
}

void link_end(struct view *v, uint32_t link, uint64_t index, uint32_t lane)
{
	if (link >= v->links.count || lane == LANE_NONE)
		return;
	struct link_data *l = &v->links.items[link];
	if (l->to != NO_EVENT)
		return;
	l->to = index;
	l->to_lane = lane;
	vec_push(&v->link_ends, link);
}

void link_done(struct view *v, struct thread_data *th, uint32_t id, uint64_t index)
{
	struct thing *t = thing_make(v, id);
	if (!t->joined)
		return;
	t->joined = false;
	uint32_t waiter = t->waiter;
	if (waiter == LANE_NONE)
		return;
	struct thread_data *other = thread_make(v, v->lanes.items[waiter].lane.thread);
	if (other->joins && other->join_id == id && other != th)
		other->join_link =
			link_begin(v, LINK_JOIN, index,
		                   lane_of_event(v, trace_at(v->trace, index)), JOB_NONE);
}

bool link_is_posted(const struct view *v, uint32_t link, uint32_t id)
{
	return link < v->links.count && v->links.items[link].kind == LINK_POSTED &&
	       trace_at(v->trace, v->links.items[link].from)->a == id;
}

/* ---- questions ---- */

static struct link link_of(const struct view *v, uint32_t index, uint64_t position)
{
	const struct link_data *l = &v->links.items[index];
	bool open = l->to >= position;
	return (struct link){
		.kind = l->kind,
		.job = l->job,
		.from_lane = l->from_lane,
		.to_lane = open ? LANE_NONE : l->to_lane,
		.from_event = l->from,
		.to_event = open ? NO_EVENT : l->to,
		.from_ns = trace_at(v->trace, l->from)->time_ns,
		.to_ns = open ? INT64_MAX : trace_at(v->trace, l->to)->time_ns,
	};
}

size_t view_links(const struct view *v, uint64_t begin, uint64_t end, struct link *out,
                  size_t max)
{
	size_t found = 0, low = 0, high = v->links.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (v->links.items[middle].from < begin)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low; i < v->links.count && found < max; i++) {
		if (v->links.items[i].from >= end)
			break;
		out[found++] = link_of(v, (uint32_t)i, end);
	}
	low = 0;
	high = v->link_ends.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (v->links.items[v->link_ends.items[middle]].to < begin)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < v->link_ends.count && found < max; low++) {
		uint32_t i = v->link_ends.items[low];
		if (v->links.items[i].to >= end)
			break;
		if (v->links.items[i].from < begin)
			out[found++] = link_of(v, i, end);
	}
	return found;
}

uint64_t view_event_at_time(const struct view *v, int64_t time_ns)
{
	uint64_t low = 0, high = v->count;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		if (trace_at(v->trace, middle)->time_ns < time_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
