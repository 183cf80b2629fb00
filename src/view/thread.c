/*
 * What is the case on each thread: its loop's step, the job that it has, what
 * holds it, and how long the causal chain is that led there. Events of threads
 * come in any order among one another, so nothing of this is the view's.
 */
#include "view/internal.h"

struct thread_data *thread_make(struct view *v, unsigned number)
{
	while (v->threads.count <= number)
		vec_push(&v->threads, NULL);
	if (v->threads.items[number])
		return v->threads.items[number];
	struct thread_data *th = mem_zalloc(1, sizeof *th);
	*th = (struct thread_data){
		.number = (uint16_t)number,
		.lane = LANE_PROGRAM,
		.life = NO_INDEX,
		.step_lane = LANE_PROGRAM,
		.join_link = NO_INDEX,
		.job = NO_INDEX,
		.open_begun = NO_EVENT,
		.open_lane = LANE_PROGRAM,
		.chain_grows = number == 0, /* the program runs from the beginning */
	};
	v->threads.items[number] = th;
	if (number)
		lane_worker(v, th, v->count ? v->count - 1 : 0);
	return th;
}

const struct thread_data *thread_find(const struct view *v, unsigned number)
{
	return number < v->threads.count ? v->threads.items[number] : NULL;
}

void threads_free(struct view *v)
{
	for (size_t i = 0; i < v->threads.count; i++) {
		struct thread_data *th = v->threads.items[i];
		if (!th)
			continue;
		vec_free(&th->steps);
		vec_free(&th->readies);
		vec_free(&th->soonest);
		vec_free(&th->timer_heap);
		vec_free(&th->loop_switches);
		vec_free(&th->blocks);
		vec_free(&th->lines);
		vec_free(&th->jobs);
		vec_free(&th->marks);
		free(th);
	}
	vec_free(&v->threads);
	vec_free(&v->workers_born);
	vec_free(&v->busy_points);
}

/* ---- how long the causal chain is that led here ---- */

int64_t chain_now(const struct view *v, const struct thread_data *th)
{
	if (!th->chain_grows)
		return th->chain_ns;
	return add_ns(th->chain_ns, v->time_ns - th->chain_since_ns);
}

void chain_reaches(struct view *v, int64_t *chain_ns, int64_t value)
{
	if (value > *chain_ns)
		*chain_ns = value;
	if (value > v->longest_chain_ns)
		v->longest_chain_ns = value;
}

void chain_set(struct view *v, struct thread_data *th, int64_t chain_ns, bool grows)
{
	th->chain_ns = chain_ns;
	th->chain_since_ns = v->time_ns;
	th->chain_grows = grows;
	if (chain_ns > v->longest_chain_ns)
		v->longest_chain_ns = chain_ns;
}

/* ---- who is busy ---- */

void threads_pass_time(struct view *v, int64_t time_ns)
{
	if (time_ns <= v->time_ns)
		return;
	int64_t passed = time_ns - v->time_ns;
	v->time_ns = time_ns;
	if (!v->busy_threads)
		return;
	v->span_ns = add_ns(v->span_ns, passed);
	int64_t all;
	if (__builtin_mul_overflow(passed, (int64_t)v->busy_threads, &all))
		all = INT64_MAX;
	v->busy_ns = add_ns(v->busy_ns, all);
}

/* How long all have been busy is kept for every time at which that changed, but for no
 * two that are closer than anybody looks. */
static void note_busy(struct view *v)
{
	enum { GRAIN_NS = 100000 };
	if (v->threads.count == 1)
		return;
	if (v->busy_points.count &&
	    v->time_ns - vec_last(&v->busy_points).time_ns < GRAIN_NS)
		return;
	vec_push(&v->busy_points, (struct busy_point){v->time_ns, v->busy_ns});
}

void thread_notice(struct view *v, struct thread_data *th)
{
	bool busy = !th->joins && !v->run_over &&
	            (th->in_step || v->lanes.items[th->lane].base == STATE_RUNNING);
	if (busy == th->busy)
		return;
	note_busy(v);
	v->busy_threads += busy;
	v->busy_threads -= th->busy;
	th->busy = busy;
}

int64_t view_busy_ns(const struct view *v, int64_t time_ns)
{
	struct busy_point before = {0, 0}, after = {v->time_ns, v->busy_ns};
	size_t low = 0, high = v->busy_points.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (v->busy_points.items[middle].time_ns <= time_ns)
			low = middle + 1;
		else
			high = middle;
	}
	if (low > 0)
		before = v->busy_points.items[low - 1];
	if (low < v->busy_points.count)
		after = v->busy_points.items[low];
	if (time_ns <= before.time_ns || after.time_ns <= before.time_ns)
		return time_ns < 0 ? 0 : before.busy_ns;
	if (time_ns >= after.time_ns)
		return after.busy_ns;
	double part = (double)(time_ns - before.time_ns) /
	              (double)(after.time_ns - before.time_ns);
	return before.busy_ns +
	       (int64_t)(part * (double)(after.busy_ns - before.busy_ns));
}

/* ---- at a position ---- */

const struct step *thread_step_at(const struct thread_data *th, uint64_t position)
{
	size_t low = 0, high = th->steps.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (th->steps.items[middle].begun < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &th->steps.items[low - 1] : NULL;
}

const struct step *step_of_event(const struct view *v, uint64_t index)
{
	unsigned thread = trace_at(v->trace, index)->thread;
	const struct step *step = thread_step_at(thread_find(v, thread), index);
	return step && step->ended >= index ? step : NULL;
}

const struct step *step_at(const struct view *v, uint64_t position)
{
	return thread_step_at(main_thread(v), position);
}

const struct event *thread_block_at(const struct view *v, const struct thread_data *th,
                                    uint64_t position, uint64_t *index)
{
	size_t count = events_below(th->blocks.items, th->blocks.count, position);
	if (count % 2 == 0)
		return NULL;
	*index = th->blocks.items[count - 1];
	return trace_at(v->trace, *index);
}

bool thread_loops_at(const struct view *v, const struct thread_data *th,
                     uint64_t position)
{
	size_t count =
		events_below(th->loop_switches.items, th->loop_switches.count, position);
	return count && trace_at(v->trace, th->loop_switches.items[count - 1])->kind ==
	                        EV_LOOP_STARTED;
}
