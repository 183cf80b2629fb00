/*
 * Jobs: see worker.h. A pool serves its jobs in the order in which they came, so
 * who is in its queue follows from how many were started and dropped before a
 * position.
 */
#include "view/worker.h"

#include <string.h>

#include "view/internal.h"

void jobs_free(struct view *v)
{
	for (size_t i = 0; i < v->pools.count; i++) {
		struct pool *p = &v->pools.items[i];
		vec_free(&p->jobs);
		vec_free(&p->started);
		vec_free(&p->dropped);
		vec_free(&p->dropped_places);
	}
	vec_free(&v->jobs);
	vec_free(&v->pools);
	map_free(&v->pool_names);
	vec_free(&v->links);
	vec_free(&v->link_ends);
}

/* ---- jobs under way ---- */

uint32_t job_of_thing(const struct view *v, uint32_t id)
{
	const struct thing *t = thing_find(v, id);
	if (!t)
		return NO_INDEX;
	if (t->is_job)
		return t->watch;
	return t->job < v->jobs.count && v->jobs.items[t->job].future == id ? t->job
	                                                                    : NO_INDEX;
}

static void submitted(struct view *v, struct thread_data *th, uint64_t index,
                      const struct event *e)
{
	if (!e->a)
		return;
	struct thing *t = thing_make(v, e->a);
	t->text = e->b;
	t->is_job = true;
	t->watch = alive_begin(&v->job_lives, index, e->a);
	v->job_lives.lives.items[t->watch].text = e->b;
	uint32_t lane = lane_of_event(v, e);
	if (lane == LANE_PROGRAM && !v->callbacks_shown) {
		v->callbacks_shown = true;
		v->tree_stamp++;
	}
	struct job_data j = {
		.started = NO_EVENT,
		.abandoned = NO_EVENT,
		.chain_ns = chain_now(v, th),
		.from = lane,
		.pool = NO_INDEX,
		.place = NO_INDEX,
		.measure = NO_INDEX,
		.result_link = NO_INDEX,
	};
	j.start_link = link_begin(v, LINK_START, index, lane, t->watch);
	vec_push(&v->jobs, j);
}

static void into_pool(struct view *v, const struct event *e)
{
	const struct thing *t = thing_make(v, e->a);
	if (!t->is_job || v->jobs.items[t->watch].pool != NO_INDEX)
		return;
	size_t len;
	const char *name = trace_text(v->trace, e->b, &len);
	const uint32_t *known = map_find(&v->pool_names, name, len);
	uint32_t pool = known ? *known : (uint32_t)v->pools.count;
	if (!known) {
		map_set(&v->pool_names, name, len, pool);
		vec_push(&v->pools, (struct pool){.text = e->b});
	}
	struct pool *p = &v->pools.items[pool];
	v->jobs.items[t->watch].pool = pool;
	v->jobs.items[t->watch].place = (uint32_t)p->jobs.count;
	vec_push(&p->jobs, t->watch);
}

static void job_for(struct view *v, const struct event *e)
{
	thing_make(v, e->a > e->b ? e->a : e->b);
	const struct thing *t = &v->things.items[e->a];
	if (!t->is_job || !e->b)
		return;
	v->jobs.items[t->watch].future = e->b;
	v->things.items[e->b].job = t->watch;
}

static void started(struct view *v, struct thread_data *th, uint64_t index,
                    const struct event *e)
{
	const struct thing *t = thing_make(v, e->a);
	if (!t->is_job || !th->number)
		return;
	struct job_data *j = &v->jobs.items[t->watch];
	if (j->started != NO_EVENT)
		return;
	j->started = index;
	j->thread = th->number;
	if (j->pool != NO_INDEX)
		vec_push(&v->pools.items[j->pool].started, index);
	link_end(v, j->start_link, index, th->lane);
	vec_push(&th->jobs, t->watch);
	th->job = t->watch;
	chain_set(v, th, j->chain_ns, true);
	v->jobs_taken++;
	if (++v->jobs_now > v->jobs_most)
		v->jobs_most = v->jobs_now;
}

/* One that was cancelled in the queue is nobody's; one that ran leaves its worker idle.
 */
static void ended(struct view *v, struct thread_data *th, uint64_t index,
                  const struct event *e)
{
	const struct thing *t = thing_make(v, e->a);
	if (!t->is_job || v->job_lives.lives.items[t->watch].end != NO_EVENT)
		return;
	alive_end(&v->job_lives, t->watch, index);
	struct job_data *j = &v->jobs.items[t->watch];
	j->ending = e->detail;
	j->result = e->b;
	if (j->started == NO_EVENT) {
		v->jobs_dropped++;
		if (j->pool != NO_INDEX) {
			vec_push(&v->pools.items[j->pool].dropped, index);
			vec_push(&v->pools.items[j->pool].dropped_places, j->place);
		}
	} else {
		v->jobs_now -= v->jobs_now > 0;
		if (j->abandoned == NO_EVENT)
			j->result_link =
				link_begin(v, LINK_RESULT, index,
			                   view_lane_of_thread(v, j->thread), t->watch);
	}
	struct thing *job = &v->things.items[e->a];
	job->done_event = index;
	if (j->started != NO_EVENT)
		v->last_ended = t->watch;
	if (th->kind == WORKER_THREAD && j->thread == th->number && th->life != NO_INDEX)
		alive_end(&v->worker_lives, th->life, index);
	if (th->job == job->watch && th->number) {
		th->ended_job = true;
		th->job = NO_INDEX;
		chain_reaches(v, &job->chain_ns, chain_now(v, th));
		chain_set(v, th, job->chain_ns, false);
		th->ended_chain_ns = job->chain_ns;
		if (th->blocks.count % 2)
			vec_push(&th->blocks, index);
		th->joins = false;
	}
}

/* A future was completed: if a job was to do that and still runs, nobody waits for it. */
static void future_done(struct view *v, uint64_t index, const struct event *e)
{
	uint32_t job = job_of_thing(v, e->a);
	if (job == NO_INDEX || e->detail != ENDING_CANCELLED)
		return;
	struct job_data *j = &v->jobs.items[job];
	if (j->abandoned == NO_EVENT && v->job_lives.lives.items[job].end == NO_EVENT)
		j->abandoned = index;
}

/* ---- who waits for what another thread does ---- */

uint32_t gatherer_of(const struct view *v, uint32_t id)
{
	const struct thing *t = thing_find(v, id);
	if (!t || t->member_of == NO_INDEX)
		return LANE_NONE;
	const struct family *f = &v->families.items[t->member_of];
	const struct thing *outer = thing_find(v, f->id);
	return outer && outer->waiter != LANE_NONE ? outer->waiter : f->parent;
}

/* Whoever waits for the end of a job is ready: a task, or the gather that has its future.
 */
static void made_ready(struct view *v, uint64_t index, const struct event *e)
{
	uint32_t job = job_of_thing(v, e->b);
	if (job == NO_INDEX || v->jobs.items[job].result_link == NO_INDEX)
		return;
	uint32_t lane = e->a < v->things.count ? v->things.items[e->a].lane : LANE_NONE;
	if (lane == LANE_NONE)
		lane = gatherer_of(v, e->b);
	link_end(v, v->jobs.items[job].result_link, index, lane);
}

/*
 * What tells the loop of a job's end. That has a link of its own; and on the real clock its
 * worker may have begun the next job before the loop looks.
 */
static bool tells_of_end(const struct view *v, const struct thread_data *th,
                         const struct thing *t)
{
	if (t->role == ROLE_NONE)
		return th->number && th->job == NO_INDEX;
	const char *name = trace_text(v->trace, t->text, NULL);
	return t->role == ROLE_INTERNAL &&
	       strncmp(name, "run_coroutine_threadsafe", 24) != 0;
}

/* Another thread has a callback appended. */
static void posted(struct view *v, struct thread_data *th, uint64_t index,
                   const struct event *e)
{
	struct thing *t = thing_make(v, e->a);
	if (tells_of_end(v, th, t)) {
		chain_reaches(v, &t->chain_ns, th->ended_chain_ns);
		return;
	}
	chain_reaches(v, &t->chain_ns, chain_now(v, th));
	t->job = link_begin(v, LINK_POSTED, index, lane_of_event(v, e),
	                    th->job == NO_INDEX ? JOB_NONE : th->job);
}

/* A callback that was posted runs. The loop's own stands for the task that it makes. */
static void step_begun(struct view *v, const struct thread_data *th, uint64_t index,
                       const struct event *e)
{
	const struct thing *t = thing_find(v, e->a);
	if (t && t->lane == LANE_NONE && link_is_posted(v, t->job, e->a) &&
	    !th->step_internal)
		link_end(v, t->job, index, th->step_lane);
}

static void task_created(struct view *v, const struct thread_data *th, uint64_t index,
                         const struct event *e)
{
	if (!th->in_step || !th->step_internal)
		return;
	const struct event *begun = trace_at(v->trace, vec_last(&th->steps).begun);
	const struct thing *t = thing_find(v, begun->a);
	if (t && link_is_posted(v, t->job, begun->a))
		link_end(v, t->job, index, view_lane_of(v, e->a));
}

static void join_begun(struct view *v, struct thread_data *th, uint64_t index,
                       const struct event *e)
{
	th->joins = true;
	th->join_event = index;
	th->join_id = e->a;
	th->join_link = NO_INDEX;
	chain_set(v, th, chain_now(v, th), false);
	if (!e->a)
		return;
	struct thing *t = thing_make(v, e->a);
	t->waiter = lane_of_event(v, e);
	t->joined = t->done_event == NO_EVENT;
}

/* Whether a job has ended at this instant, and since event `since`. */
static bool ended_just_now(const struct view *v, uint64_t since)
{
	if (v->last_ended == NO_INDEX)
		return false;
	uint64_t end = v->job_lives.lives.items[v->last_ended].end;
	bool real = trace_about(v->trace)->real_clock;
	return end > since &&
	       v->time_ns - trace_at(v->trace, end)->time_ns <= (real ? 1000000 : 0);
}

static void join_ended(struct view *v, struct thread_data *th, uint64_t index,
                       const struct event *e)
{
	if (!th->joins)
		return;
	th->joins = false;
	if (th->in_step)
		v->joined_ns =
			add_ns(v->joined_ns,
		               v->time_ns - trace_at(v->trace, th->join_event)->time_ns);
	const struct thing *t = thing_find(v, th->join_id);
	uint32_t job = job_of_thing(v, th->join_id);
	/* One that waits for several goes on when the last that it needs has ended. */
	if (!th->join_id && ended_just_now(v, th->join_event)) {
		job = v->last_ended;
		t = thing_find(v, v->job_lives.lives.items[job].id);
	}
	int64_t chain = th->chain_ns;
	if (t && t->chain_ns > chain)
		chain = t->chain_ns;
	chain_set(v, th, chain, true);
	uint32_t lane = lane_of_event(v, e);
	if (th->join_link != NO_INDEX)
		link_end(v, th->join_link, index, lane);
	else if (job != NO_INDEX)
		link_end(v, v->jobs.items[job].result_link, index, lane);
}

void jobs_take(struct view *v, struct thread_data *th, uint64_t index,
               const struct event *e)
{
	th->ended_job = false;
	uint32_t was_posted = v->posted;
	v->posted = 0;
	switch (e->kind) {
	case EV_JOB_SUBMITTED:
		submitted(v, th, index, e);
		break;
	case EV_JOB_POOL:
		into_pool(v, e);
		break;
	case EV_JOB_FOR:
		job_for(v, e);
		break;
	case EV_JOB_STARTED:
		started(v, th, index, e);
		break;
	case EV_JOB_ENDED:
		ended(v, th, index, e);
		break;
	case EV_FUTURE_DONE:
		future_done(v, index, e);
		break;
	case EV_READY:
		made_ready(v, index, e);
		break;
	case EV_HANDLE:
		v->posted = was_posted;
		break;
	case EV_POSTED:
		posted(v, th, index, e);
		v->posted = e->a;
		break;
	case EV_STEP_BEGUN:
		step_begun(v, th, index, e);
		break;
	case EV_TASK_CORO: /* by now it has its lane */
		task_created(v, th, index, e);
		break;
	case EV_JOIN_BEGUN:
		join_begun(v, th, index, e);
		break;
	case EV_JOIN_ENDED:
		join_ended(v, th, index, e);
		break;
	case EV_RUN_ENDED:
		if (th->number == 0)
			chain_set(v, th, chain_now(v, th), false);
		break;
	default:
		break;
	}
}

/* ---- questions about jobs ---- */

uint32_t view_job_count(const struct view *v)
{
	return (uint32_t)v->jobs.count;
}

struct job view_job(const struct view *v, uint32_t index)
{
	const struct job_data *j = &v->jobs.items[index];
	const struct life *life = &v->job_lives.lives.items[index];
	const struct thing *future = thing_find(v, j->future),
			   *self = thing_find(v, life->id);
	const struct measure *m = job_measure(v, index);
	uint32_t waiter = future ? future->waiter : LANE_NONE;
	if (waiter == LANE_NONE)
		waiter = self->waiter;
	if (waiter == LANE_NONE)
		waiter = gatherer_of(v, j->future);
	return (struct job){
		.id = life->id,
		.text = life->text,
		.pool = j->pool == NO_INDEX ? 0 : v->pools.items[j->pool].text,
		.from = j->from,
		.worker = j->thread ? view_lane_of_thread(v, j->thread) : LANE_NONE,
		.waiter = waiter,
		.result = j->result,
		.ending = j->ending,
		.submitted = life->begin,
		.started = j->started,
		.ended = life->end,
		.abandoned = j->started == NO_EVENT ? NO_EVENT : j->abandoned,
		.measured = m != NULL,
		.core_first = m ? m->core_first : -1,
		.core_last = m ? m->core_last : -1,
		.cpu_ns = m ? m->cpu_ns : 0,
		.wall_ns = m ? m->wall_end_ns - m->wall_begin_ns : 0,
	};
}

uint32_t view_job_find(const struct view *v, uint32_t id)
{
	const struct thing *t = thing_find(v, id);
	return t && t->is_job ? t->watch : JOB_NONE;
}

uint32_t view_job_at(const struct view *v, uint32_t lane, uint64_t position)
{
	const struct lane *l = &v->lanes.items[lane].lane;
	const struct thread_data *th = l->worker ? thread_find(v, l->thread) : NULL;
	if (!th)
		return JOB_NONE;
	size_t low = 0, high = th->jobs.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (v->jobs.items[th->jobs.items[middle]].started < position)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return JOB_NONE;
	uint32_t job = th->jobs.items[low - 1];
	return v->job_lives.lives.items[job].end >= position ? job : JOB_NONE;
}

uint32_t view_queue_rank(const struct view *v, uint32_t index, uint64_t position)
{
	const struct job_data *j = &v->jobs.items[index];
	const struct life *life = &v->job_lives.lives.items[index];
	if (life->begin >= position || j->started < position || life->end < position)
		return 0;
	if (j->pool == NO_INDEX)
		return 1;
	const struct pool *p = &v->pools.items[j->pool];
	size_t before = events_below(p->started.items, p->started.count, position);
	size_t dropped = events_below(p->dropped.items, p->dropped.count, position);
	for (size_t i = 0; i < dropped; i++)
		before += p->dropped_places.items[i] < j->place;
	/* Two workers may write down in another order what they took at the same instant.
	 */
	return j->place >= before ? j->place - (uint32_t)before + 1 : 1;
}

/* How many jobs of the pool were submitted before a position: they stand in order. */
static size_t submitted_before(const struct view *v, const struct pool *p,
                               uint64_t position)
{
	size_t low = 0, high = p->jobs.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (v->job_lives.lives.items[p->jobs.items[middle]].begin < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* How many have left the queue because a worker took them, or because they were dropped.
 */
static size_t left_before(const struct pool *p, uint64_t position)
{
	return events_below(p->started.items, p->started.count, position) +
	       events_below(p->dropped.items, p->dropped.count, position);
}

size_t queue_length(const struct view *v, uint32_t pool, uint64_t position)
{
	const struct pool *p = &v->pools.items[pool];
	size_t all = submitted_before(v, p, position), gone = left_before(p, position);
	return all > gone ? all - gone : 0;
}

size_t queue_at(const struct view *v, uint32_t pool, uint64_t position, uint32_t *jobs,
                size_t max)
{
	const struct pool *p = &v->pools.items[pool];
	size_t all = submitted_before(v, p, position), found = 0;
	size_t gone = events_below(p->started.items, p->started.count, position);
	/* Workers that take jobs at the same instant may write that down in another
	 * order: so many of the first may have gone already. */
	enum { SLACK = 64 };
	for (size_t i = gone > SLACK ? gone - SLACK : 0; i < all && found < max; i++) {
		uint32_t job = p->jobs.items[i];
		if (v->jobs.items[job].started >= position &&
		    v->job_lives.lives.items[job].end >= position)
			jobs[found++] = job;
	}
	return found;
}

uint32_t view_job_awaited(const struct view *v, uint32_t lane, uint64_t position)
{
	size_t index = view_span_at(v, lane, position);
	if (index == SIZE_MAX)
		return JOB_NONE;
	struct span s = view_span(v, lane, index);
	return job_of_thing(v, s.wait_id);
}

void put_job(const struct view *v, uint32_t job, uint64_t position, struct buf *out)
{
	buf_puts(out, trace_text(v->trace, v->job_lives.lives.items[job].text, NULL));
	if (v->jobs.items[job].abandoned < position)
		buf_puts(out, " (nobody waits)");
}

void view_job_label(const struct view *v, uint32_t index, bool measured, struct buf *out)
{
	const struct measure *m = measured ? job_measure(v, index) : NULL;
	put_job(v, index, 0, out);
	if (!m)
		return;
	buf_printf(out, "  core %u", (unsigned)m->core_first);
	if (m->core_last != m->core_first)
		buf_printf(out, ", then %u", (unsigned)m->core_last);
	buf_puts(out, ", ");
	duration_text(m->cpu_ns, out);
	buf_puts(out, " of processor time in ");
	duration_text(m->wall_end_ns - m->wall_begin_ns, out);
}
