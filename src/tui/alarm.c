/* Alarms out of the loop's timers. */
#include "tui/alarm.h"

#include <stdlib.h>

#include "base/mem.h"
#include "loop/loop.h"

/* A timer that frees itself when the loop lets go of it. */
struct alarm_timer {
	struct timer timer;
	struct alarm *alarm; /* NULL once it was cancelled */
	unsigned holds;
};

static struct alarm_timer *timer_of(struct handle *h)
{
	return CONTAINER_OF(CONTAINER_OF(h, struct timer, handle), struct alarm_timer,
	                    timer);
}

static void run(struct loop *loop, struct handle *h)
{
	(void)loop;
	struct alarm *a = timer_of(h)->alarm;
	a->timer = NULL;
	a->ring(a->world);
}

static void hold(struct handle *h)
{
	timer_of(h)->holds++;
}

static void release(struct handle *h)
{
	struct alarm_timer *t = timer_of(h);
	if (--t->holds == 0)
		free(t);
}

static const struct handle_ops ops = {.run = run, .hold = hold, .release = release};

void alarm_set(struct alarm *a, struct loop *loop, int64_t when_ns)
{
	if (a->timer && a->timer->timer.when_ns == when_ns)
		return;
	if (a->timer) {
		struct alarm_timer *old = a->timer;
		a->timer = NULL;
		old->alarm = NULL;
		handle_cancel(loop, &old->timer.handle);
	}
	if (when_ns == INT64_MAX)
		return;
	a->timer = mem_zalloc(1, sizeof *a->timer);
	a->timer->alarm = a;
	timer_init(&a->timer->timer, &ops, ROLE_TIMER);
	loop_call_at(loop, &a->timer->timer, when_ns);
}

void alarm_set_by(struct alarm *a, struct loop *loop, int64_t when_ns)
{
	if (!a->timer || a->timer->timer.when_ns > when_ns)
		alarm_set(a, loop, when_ns);
}

bool alarm_is_set(const struct alarm *a)
{
	return a->timer != NULL;
}
