/*
 * Measurements of jobs (cores, processor time) and what they come to. No two runs
 * are alike in them, so nothing else of the view depends on them.
 */
#include <stdlib.h>

#include "view/internal.h"

/* A measure comes after the events of its job, which may not be in the view yet. */
bool jobs_measure(struct view *v)
{
	bool all = trace_complete(v->trace) && v->count == trace_count(v->trace);
	size_t count = trace_measure_count(v->trace), from = v->measures;
	for (; v->measures < count; v->measures++) {
		const struct measure *m = trace_measure_at(v->trace, v->measures);
		const struct thing *t = thing_find(v, m->job);
		if (m->job && !(t && t->is_job) && !all)
			break;
		if (t && t->is_job)
			v->jobs.items[t->watch].measure = (uint32_t)v->measures;
	}
	return v->measures > from;
}

const struct measure *job_measure(const struct view *v, uint32_t job)
{
	uint32_t index = v->jobs.items[job].measure;
	return index == NO_INDEX ? NULL : trace_measure_at(v->trace, index);
}

struct interval {
	int64_t begin_ns, end_ns;
};

static int compare_intervals(const void *left, const void *right)
{
	const struct interval *a = left, *b = right;
	return a->begin_ns < b->begin_ns ? -1 : a->begin_ns > b->begin_ns;
}

/* How long at least one of them lasted. */
static int64_t union_ns(struct interval *all, size_t count)
{
	int64_t sum = 0, until_ns = INT64_MIN;
	if (count)
		qsort(all, count, sizeof *all, compare_intervals);
	for (size_t i = 0; i < count; i++) {
		int64_t begin = all[i].begin_ns > until_ns ? all[i].begin_ns : until_ns;
		if (all[i].end_ns <= begin)
			continue;
		sum = add_ns(sum, all[i].end_ns - begin);
		until_ns = all[i].end_ns;
	}
	return sum;
}

void jobs_add_measures(const struct view *v, struct parallel *out)
{
	VEC(struct interval) walls = {0};
	uint64_t seen[(UINT16_MAX + 1) / 64] = {0};
	for (uint32_t i = 0; i < v->jobs.count; i++) {
		const struct measure *m = job_measure(v, i);
		if (!m)
			continue;
		out->measured++;
		out->cpu_ns = add_ns(out->cpu_ns, m->cpu_ns);
		seen[m->core_first / 64] |= UINT64_C(1) << m->core_first % 64;
		seen[m->core_last / 64] |= UINT64_C(1) << m->core_last % 64;
		vec_push(&walls, (struct interval){m->wall_begin_ns, m->wall_end_ns});
	}
	for (size_t i = 0; i < COUNT_OF(seen); i++)
		out->cores += (uint32_t)__builtin_popcountll(seen[i]);
	out->wall_ns = union_ns(walls.items, walls.count);
	vec_free(&walls);
}
