/*
 * Counters: how long the ready queue of each loop is, how many timers are armed and
 * descriptors watched, how many jobs run and wait. Counted as the events come by. What
 * is written is what was so for a while: a value for each time at which the clock stood.
 */
#include "export/chrome_internal.h"

#include <string.h>

static const struct {
	const char *name, *series;
} gauge_words[GAUGE_COUNT] = {
	[GAUGE_READY] = {"ready queue", "handles"},
	[GAUGE_TIMERS] = {"timers", "armed"},
	[GAUGE_WATCHES] = {"descriptors", "watched"},
	[GAUGE_WORKERS] = {"jobs running", "workers busy"},
	[GAUGE_JOBS] = {"jobs queued", "jobs"},
};

static void put_counter(struct chrome *c, uint32_t thread, enum gauge g, int64_t place,
                        uint32_t value)
{
	bool first = true;
	uint32_t lane = view_lane_of_thread(c->v, thread);
	record_begin(c, 'C', lane == LANE_NONE ? LANE_PROGRAM : lane, place);
	record_name(c, gauge_words[g].name, strlen(gauge_words[g].name));
	buf_puts(&c->text, ",\"args\":{");
	record_number(c, &first, gauge_words[g].series, value);
	buf_putc(&c->text, '}');
	record_end(c);
}

void gauges_flush(struct chrome *c)
{
	for (size_t i = 0; i < c->stirred.count; i++) {
		uint32_t thread = c->stirred.items[i];
		struct chrome_thread *th = &c->threads[thread];
		th->stirred = false;
		for (enum gauge g = 0; g < GAUGE_COUNT; g++) {
			if (th->now[g] == th->written[g])
				continue;
			/* Before its first value it was 0, and readers know of no
			 * value before the first. */
			if (!(th->known >> g & 1) && c->clock_ns > 0)
				put_counter(c, thread, g, 0, 0);
			th->known |= (uint8_t)(1 << g);
			th->written[g] = th->now[g];
			put_counter(c, thread, g, place_next(c), th->now[g]);
		}
	}
	c->stirred.count = 0;
}

static void stir(struct chrome *c, uint32_t thread, enum gauge g, bool more)
{
	struct chrome_thread *th = &c->threads[thread];
	th->now[g] += more ? 1 : UINT32_MAX;
	if (!th->stirred && c->writing)
		vec_push(&c->stirred, thread);
	th->stirred = c->writing;
}

/* `id` begins to be alive in that way in the loop of that thread. */
static void begins(struct chrome *c, uint32_t id, unsigned way, uint32_t thread, enum gauge g)
{
	if (id == 0)
		return;
	struct live_thing *t = live_make(&c->live, id);
	t->thread = (uint16_t)thread;
	if (t->ways & way)
		return;
	t->ways |= (uint8_t)way;
	stir(c, thread, g, true);
}

static void ends(struct chrome *c, uint32_t id, unsigned way, enum gauge g)
{
	struct live_thing *t = live_find(&c->live, id);
	if (!t || !(t->ways & way))
		return;
	stir(c, g >= GAUGE_WORKERS ? 0 : t->thread, g, false);
	live_end(&c->live, t, way);
}

/* In whose loop's queue a READY is: that of its thread, or the main one's if a thread
 * without a loop has posted it. */
static uint32_t queue_of(const struct chrome *c, const struct event *e)
{
	bool foreign = c->posted == e->a && !c->threads[e->thread].loops;
	return foreign ? 0 : e->thread;
}

void gauges_take(struct chrome *c, const struct event *e)
{
	uint32_t posted = c->posted;
	if (e->kind != EV_READY)
		c->posted = 0;
	switch (e->kind) {
	case EV_LOOP_STARTED:
	case EV_LOOP_STOPPED:
		c->threads[e->thread].loops = e->kind == EV_LOOP_STARTED;
		break;
	case EV_POSTED:
		c->posted = e->a;
		break;
	case EV_HANDLE:
		c->posted = posted;
		break;
	case EV_READY:
		begins(c, e->a, LIVE_QUEUED, queue_of(c, e), GAUGE_READY);
		c->posted = 0;
		break;
	case EV_STEP_BEGUN:
	case EV_HANDLE_DROPPED:
		ends(c, e->a, LIVE_QUEUED, GAUGE_READY);
		break;
	case EV_TIMER_ARMED:
		begins(c, e->a, LIVE_ARMED, e->thread, GAUGE_TIMERS);
		break;
	case EV_TIMER_DROPPED:
		ends(c, e->a, LIVE_QUEUED, GAUGE_READY);
		ends(c, e->a, LIVE_ARMED, GAUGE_TIMERS);
		break;
	case EV_TIMER_FIRED:
		ends(c, e->a, LIVE_ARMED, GAUGE_TIMERS);
		break;
	case EV_IO_AWAITED:
		begins(c, e->a, LIVE_WATCHED, e->thread, GAUGE_WATCHES);
		break;
	case EV_IO_DROPPED:
		ends(c, e->a, LIVE_WATCHED, GAUGE_WATCHES);
		break;
	case EV_JOB_SUBMITTED:
		begins(c, e->a, LIVE_JOB_QUEUED, 0, GAUGE_JOBS);
		break;
	case EV_JOB_STARTED:
		ends(c, e->a, LIVE_JOB_QUEUED, GAUGE_JOBS);
		begins(c, e->a, LIVE_JOB_RUNNING, 0, GAUGE_WORKERS);
		break;
	case EV_JOB_ENDED:
		ends(c, e->a, LIVE_JOB_QUEUED, GAUGE_JOBS);
		ends(c, e->a, LIVE_JOB_RUNNING, GAUGE_WORKERS);
		break;
	default:
		break;
	}
}
