/* Jobs and links: see worker.h. */
#include "view/worker.h"

#include "view/internal.h"

uint32_t view_job_count(const struct view *v)
{
	(void)v;
	return 0;
}

struct job view_job(const struct view *v, uint32_t index)
{
	(void)v;
	(void)index;
	return (struct job){.worker = LANE_NONE};
}

uint32_t view_job_find(const struct view *v, uint32_t id)
{
	(void)v;
	(void)id;
	return JOB_NONE;
}

uint32_t view_job_at(const struct view *v, uint32_t lane, uint64_t position)
{
	(void)v;
	(void)lane;
	(void)position;
	return JOB_NONE;
}

uint32_t view_queue_rank(const struct view *v, uint32_t index, uint64_t position)
{
	(void)v;
	(void)index;
	(void)position;
	return 0;
}

uint32_t view_job_awaited(const struct view *v, uint32_t lane, uint64_t position)
{
	(void)v;
	(void)lane;
	(void)position;
	return JOB_NONE;
}

size_t view_links(const struct view *v, uint64_t begin, uint64_t end, struct link *out,
                  size_t max)
{
	(void)v;
	(void)begin;
	(void)end;
	(void)out;
	(void)max;
	return 0;
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

void view_job_label(const struct view *v, uint32_t index, bool measured, struct buf *out)
{
	(void)v;
	(void)index;
	(void)measured;
	(void)out;
}
