/*
 * Sentences about workers: what a thread did with its job from one sleep to the
 * next, and what the code that submits, awaits or cancels jobs has brought about.
 */
#include <string.h>

#include "view/snapshot.h"
#include "view/story.h"

/* ---- names ---- */

static uint32_t lane_of_job(const struct view *v, uint32_t job)
{
	uint16_t thread = v->jobs.items[job].thread;
	return thread ? view_lane_of_thread(v, thread) : LANE_NONE;
}

static void set_job(const struct view *v, struct buf *b, uint32_t job)
{
	set_text(v, b, v->job_lives.lives.items[job].text);
}

/* `a, b and c`, each by `put`. */
static void put_list(const struct jobs_named *jobs, struct buf *out,
                     void (*put)(const void *context, uint32_t job, struct buf *out),
                     const void *context)
{
	size_t room = COUNT_OF(jobs->jobs);
	size_t shown = jobs->count <= room ? jobs->count : room - 2;
	for (size_t i = 0; i < shown; i++) {
		if (i)
			buf_puts(out, i + 1 == jobs->count ? " and " : ", ");
		put(context, jobs->jobs[i], out);
	}
	if (shown < jobs->count)
		buf_printf(out, " and %zu others", jobs->count - shown);
}

static void put_plain(const void *context, uint32_t job, struct buf *out)
{
	struct buf text = {0};
	set_job(context, &text, job);
	buf_puts(out, buf_text(&text));
	buf_free(&text);
}

static void put_with_worker(const void *context, uint32_t job, struct buf *out)
{
	const struct view *v = context;
	put_plain(context, job, out);
	buf_puts(out, " to ");
	view_lane_name(v, lane_of_job(v, job), out);
}

/* A story and what it is asked for. */
struct queue_place {
	const struct view *v;
	uint64_t position;
};

static void put_with_place(const void *context, uint32_t job, struct buf *out)
{
	const struct queue_place *q = context;
	uint32_t rank = view_queue_rank(q->v, job, q->position);
	put_plain(q->v, job, out);
	if (rank > 1)
		buf_printf(out, " (queued behind %lu)", (unsigned long)rank - 1);
	else
		buf_puts(out, " (queued)");
}

void set_jobs_running(const struct view *v, const struct snapshot *now, struct scratch *t)
{
	size_t count = 0;
	buf_reset(&t->list);
	for (size_t i = 0; i < now->worker_count && count < 4; i++) {
		const struct worker_entry *w = &now->workers[i];
		if (w->job == JOB_NONE)
			continue;
		if (count++)
			buf_puts(&t->list, ", ");
		view_lane_name(v, w->lane, &t->list);
		buf_puts(&t->list, " (");
		put_plain(v, w->job, &t->list);
		buf_putc(&t->list, ')');
	}
	if (now->busy_count > count)
		buf_printf(&t->list, " and %zu others", now->busy_count - count);
	t->f.n = now->busy_count;
}

void set_blocked_on(const struct view *v, const struct event *e, uint64_t position,
                    struct scratch *t)
{
	uint32_t job = view_job_find(v, e->a);
	set_text(v, &t->label, e->b);
	if (job == JOB_NONE)
		return;
	set_job(v, &t->label, job);
	if (view_queue_rank(v, job, position)) {
		buf_puts(&t->label, ", queued");
		return;
	}
	if (lane_of_job(v, job) == LANE_NONE)
		return;
	buf_puts(&t->label, " on ");
	view_lane_name(v, lane_of_job(v, job), &t->label);
}

/* ---- who submits and cancels ---- */

uint32_t job_handed_over(const struct story *s)
{
	const struct view *v = s->v;
	if (s->m.kind != MOMENT_SUBMIT || s->m.end >= v->count)
		return JOB_NONE;
	const struct event *e = trace_at(v->trace, s->m.end);
	return e->kind == EV_JOB_STARTED ? view_job_find(v, e->a) : JOB_NONE;
}

/* The first job that was submitted with event `event` or later: they stand in order. */
static uint32_t jobs_before(const struct view *v, uint64_t event)
{
	size_t low = 0, high = v->jobs.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (v->job_lives.lives.items[middle].begin < event)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint32_t)low;
}

static void add_to(struct jobs_named *jobs, uint32_t job)
{
	if (jobs->count < COUNT_OF(jobs->jobs))
		jobs->jobs[jobs->count] = job;
	jobs->count++;
}

/* What was submitted is either taken by now or waits. */
static void put_submitted(const struct story *s, struct scratch *t, struct buf *why)
{
	const struct view *v = s->v;
	uint64_t from = s->begun && s->begun_index > s->begin ? s->begun_index : s->begin;
	uint32_t told = job_handed_over(s);
	struct jobs_named taken = {0}, queued = {0};
	for (uint32_t job = jobs_before(v, from); job < v->jobs.count; job++) {
		const struct life *life = &v->job_lives.lives.items[job];
		if (life->begin >= s->m.end)
			break;
		if (job == told || trace_at(v->trace, life->begin)->thread != s->m.thread)
			continue;
		if (v->jobs.items[job].started < s->m.end)
			add_to(&taken, job);
		else if (life->end >= s->m.end)
			add_to(&queued, job);
	}
	if (taken.count) {
		buf_reset(&t->list);
		put_list(&taken, &t->list, put_with_worker, v);
		say(why, PHRASE_HANDED_OVER, t);
	}
	if (queued.count) {
		struct queue_place q = {v, s->m.end};
		buf_reset(&t->list);
		put_list(&queued, &t->list, put_with_place, &q);
		/* On the real clock a free worker needs a moment to take it. */
		say(why,
		    trace_about(v->trace)->real_clock ? PHRASE_SUBMITTED : PHRASE_QUEUED,
		    t);
	}
}

void put_jobs(const struct story *s, struct scratch *t, struct buf *why)
{
	const struct view *v = s->v;
	put_submitted(s, t, why);
	if (job_handed_over(s) != JOB_NONE)
		say(why, PHRASE_AT_ONCE, t);
	if (s->dropped_jobs.count) {
		buf_reset(&t->list);
		put_list(&s->dropped_jobs, &t->list, put_plain, v);
		say(why,
		    s->dropped_jobs.count == 1 ? PHRASE_JOB_DROPPED : PHRASE_JOBS_DROPPED,
		    t);
	}
	for (size_t i = 0; i < s->abandoned.count && i < 3; i++) {
		set_job(v, &t->label, s->abandoned.jobs[i]);
		set_name(v, &t->other, lane_of_job(v, s->abandoned.jobs[i]));
		say(why, PHRASE_ABANDONED, t);
	}
	const struct thing *handle = s->posted ? thing_find(v, s->posted->a) : NULL;
	if (handle && handle->job != NO_INDEX) {
		set_text(v, &t->text, handle->text ? handle->text : s->posted->b);
		say(why, PHRASE_POSTS, t);
	}
}

/* ---- a worker's stretch ---- */

/* How the stretch came about. */
static void put_beginning(const struct story *s, struct scratch *t, struct buf *out)
{
	const struct event *e = s->begun;
	if (!e || s->m.begun < s->begin)
		return;
	switch (e->kind) {
	case EV_JOB_STARTED:
		say(out,
		    thread_find(s->v, s->m.thread)->kind == WORKER_THREAD
		            ? PHRASE_TOOK_ALONE
		            : PHRASE_TOOK,
		    t);
		break;
	case EV_BLOCK_ENDED:
		say(out, PHRASE_AWAKE, t);
		break;
	case EV_JOIN_ENDED:
		buf_reset(&t->text);
		buf_puts(&t->text, "what it was blocked on is done");
		say(out, PHRASE_UNBLOCKED, t);
		break;
	case EV_LOOP_STOPPED:
		say(out, PHRASE_LOOP_LEFT, t);
		break;
	default:
		break;
	}
}

static enum phrase end_of_job(const struct story *s, struct scratch *t)
{
	const struct event *e = s->job_ended;
	const char *result = trace_text(s->v->trace, e->b, NULL);
	set_text(s->v, &t->text, e->b);
	if (e->detail == ENDING_EXCEPTION)
		return PHRASE_END_JOB_FAILED;
	if (e->detail != ENDING_RESULT)
		return PHRASE_END_JOB_CUT;
	return !*result || strcmp(result, "None") == 0 ? PHRASE_END_JOB
	                                               : PHRASE_END_JOB_RESULT;
}

/* How the stretch ended. */
static enum phrase end_of_stretch(const struct story *s, struct scratch *t)
{
	const struct view *v = s->v;
	if (s->job_ended)
		return end_of_job(s, t);
	if (s->loop_started)
		return PHRASE_END_LOOPS;
	if (s->m.kind != MOMENT_BLOCK)
		return PHRASE_END_GOES_ON;
	if (s->join) {
		set_blocked_on(v, s->join, s->m.end, t);
		return PHRASE_END_BLOCKED;
	}
	int64_t busy_ns = s->block ? trace_number_at(v->trace, s->block->a) : 0;
	t->f.n = s->block ? s->block->b : 0;
	buf_reset(&t->span);
	duration_text(busy_ns, &t->span);
	set_time(&t->time, add_ns(s->block ? s->block->time_ns : 0, busy_ns));
	return PHRASE_END_SLEEPS;
}

/* The job is over: who is told, and what the worker does next. */
static void put_after_job(const struct story *s, struct scratch *t, uint32_t job,
                          struct buf *why)
{
	const struct view *v = s->v;
	const struct job_data *j = &v->jobs.items[job];
	uint32_t waiter = view_job(v, job).waiter;
	if (j->ending == ENDING_NONE)
		return;
	if (j->abandoned < s->m.end) {
		say(why, PHRASE_RESULT_LOST, t);
	} else if (j->future && waiter != LANE_NONE) {
		bool gathered = thing_find(v, j->future)->waiter == LANE_NONE;
		set_name(v, &t->other, waiter);
		say(why, gathered ? PHRASE_RESULT_GATHER : PHRASE_RESULT_FOR, t);
	} else if (j->future) {
		say(why, PHRASE_RESULT_TOLD, t);
	}
	if (j->pool == NO_INDEX)
		return;
	uint32_t next;
	if (!queue_at(v, j->pool, s->m.end, &next, 1))
		return;
	set_job(v, &t->list, next);
	set_text(v, &t->text, v->pools.items[j->pool].text);
	say(why, PHRASE_QUEUE_NEXT, t);
}

void tell_worker(const struct story *s, struct scratch *t, struct buf *what,
                 struct buf *why)
{
	const struct view *v = s->v;
	uint32_t job = s->job_ended ? view_job_find(v, s->job_ended->a)
	                            : view_job_at(v, s->lane, s->m.end);
	set_name(v, &t->who, s->lane);
	if (job != JOB_NONE)
		set_job(v, &t->label, job);
	put_beginning(s, t, what);
	if (s->m.kind == MOMENT_CAPTION) {
		put_caption_line(s, t, what);
		return;
	}
	enum phrase end = end_of_stretch(s, t);
	bool taken = s->job_started && !s->any_lines && end == PHRASE_END_GOES_ON;
	if (!taken)
		put_ran_and(s, t, end, what);
	put_jobs(s, t, why);
	if (s->m.kind == MOMENT_BLOCK && s->block && main_thread(v)->loop_switches.count)
		say(why, PHRASE_ONLY_WORKER, t);
	if (s->job_ended && job != JOB_NONE)
		put_after_job(s, t, job, why);
}
