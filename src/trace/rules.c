/* What an event of a file may say: see rules.h. */
#include "trace/rules.h"

#include "trace/trace.h"

void rules_init(struct rules *r)
{
	*r = (struct rules){.id_limit = UINT32_MAX};
}

void rules_fini(struct rules *r)
{
	vec_free(&r->tasks);
}

const char *const *rules_detail_words(unsigned kind, unsigned *count)
{
	switch (kind) {
	case EV_HANDLE:
	case EV_READY:
	case EV_STEP_BEGUN:
		*count = ROLE_COUNT;
		return handle_role_words;
	case EV_FUTURE_MADE:
	case EV_TASK_WAITS:
		*count = WAIT_COUNT;
		return wait_kind_words;
	case EV_FUTURE_DONE:
	case EV_GROUP_EXITED:
	case EV_JOB_ENDED:
		*count = ENDING_COUNT;
		return ending_words;
	case EV_WORKER_STARTED:
		*count = WORKER_KIND_COUNT;
		return worker_kind_words;
	default:
		*count = 0;
		return NULL;
	}
}

/* ---- identities ---- */

bool rules_know_id(const struct rules *r, uint32_t id)
{
	return id <= r->id_limit && id <= TRACE_FREE_IDS + r->events * TRACE_IDS_AN_EVENT;
}

static bool is_task(const struct rules *r, uint32_t id)
{
	return id / 64 < r->tasks.count && r->tasks.items[id / 64] >> id % 64 & 1;
}

static void add_task(struct rules *r, uint32_t id)
{
	while (r->tasks.count <= id / 64)
		vec_push(&r->tasks, 0);
	r->tasks.items[id / 64] |= UINT64_C(1) << id % 64;
}

/* Whether `a` may be 0, nothing, although it is an identity. */
static bool a_may_be_nothing(unsigned kind)
{
	return kind == EV_JOIN_BEGUN;
}

static bool b_may_be_nothing(unsigned kind)
{
	return kind == EV_READY || kind == EV_STEP_BEGUN || kind == EV_GROUP_ABORTING;
}

static bool take_id(struct rules *r, uint32_t id, bool may_be_nothing, struct buf *why)
{
	if (id == 0 && !may_be_nothing) {
		buf_puts(why, "an identity is 0 where this event has to name something");
		return false;
	}
	if (!rules_know_id(r, id)) {
		buf_printf(why, "the identity %lu cannot be: they are given out one by one",
		           (unsigned long)id);
		return false;
	}
	if (id > r->top_id)
		r->top_id = id;
	return true;
}

static bool take_ids(struct rules *r, const struct event *e, struct buf *why)
{
	const struct event_info *info = &event_infos[e->kind];
	if (info->a == FIELD_ID && !take_id(r, e->a, a_may_be_nothing(e->kind), why))
		return false;
	return info->b != FIELD_ID || take_id(r, e->b, b_may_be_nothing(e->kind), why);
}

/* ---- who and where ---- */

static bool is_worker(const struct rules *r, unsigned number)
{
	return r->workers[number / 64] >> number % 64 & 1;
}

static bool take_worker(struct rules *r, const struct event *e, struct buf *why)
{
	bool fresh = e->kind == EV_WORKER_STARTED;
	if (e->a == 0 || e->a > UINT16_MAX)
		buf_printf(why, "a worker's number is from 1 to %u", UINT16_MAX);
	else if (fresh && is_worker(r, e->a))
		buf_printf(why, "there is a worker %lu already", (unsigned long)e->a);
	else if (!fresh && !is_worker(r, e->a))
		buf_printf(why, "there is no worker %lu", (unsigned long)e->a);
	if (why->len)
		return false;
	r->workers[e->a / 64] |= UINT64_C(1) << e->a % 64;
	return true;
}

/* A task's step ends only where a task runs. */
static bool needs_task(unsigned kind)
{
	return kind >= EV_TASK_WAITS && kind <= EV_TASK_CANCELLED;
}

static bool take_who(struct rules *r, const struct event *e, struct buf *why)
{
	if (e->task && !is_task(r, e->task))
		buf_printf(why, "no task %lu was created before", (unsigned long)e->task);
	else if (!e->task && needs_task(e->kind))
		buf_puts(why, "this event is a task's, and the task is 0");
	else if (e->thread && !is_worker(r, e->thread))
		buf_printf(why, "there is no worker %u", (unsigned)e->thread);
	return why->len == 0;
}

static bool take_number(const char *what, uint32_t said, uint32_t is, struct buf *why)
{
	if (said != is)
		buf_printf(why, "the %s is %lu here, but %lu `%s' lines came so far", what,
		           (unsigned long)said, (unsigned long)is, what);
	return said == is;
}

bool rules_take(struct rules *r, const struct event *e, struct buf *why)
{
	r->events++;
	if (e->time_ns < r->time_ns) {
		buf_puts(why, "the time is before that of the line above");
		return false;
	}
	r->time_ns = e->time_ns;
	r->tick += e->kind == EV_TICK && !e->thread;
	r->step += e->kind == EV_STEP_BEGUN && !e->thread;
	if (!take_number("tick", e->tick, r->tick, why) ||
	    !take_number("step", e->step, r->step, why))
		return false;
	/* A worker's first line may be that in which it comes to be. */
	if ((e->kind == EV_WORKER_STARTED || e->kind == EV_WORKER_ENDED) &&
	    !take_worker(r, e, why))
		return false;
	if (!take_ids(r, e, why) || !take_who(r, e, why))
		return false;
	if (e->kind == EV_TASK_CREATED)
		add_task(r, e->a);
	return true;
}
