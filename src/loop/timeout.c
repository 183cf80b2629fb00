/*
 * timeout: see timeout.h. Each deadline is a timer of its own on the heap, since a
 * cancelled one stays in the timer heap when the next is armed.
 */
#include "loop/timeout.h"

#include <stdlib.h>

#include "loop/internal.h"

struct timeout_timer {
	struct timer timer;
	size_t refs;
	struct timeout *timeout; /* counted; NULL once it was cancelled or has run */
};

static struct timeout_timer *timer_of(const struct handle *h)
{
	return CONTAINER_OF(h, struct timeout_timer, timer.handle);
}

static void timer_hold(struct handle *h)
{
	timer_of(h)->refs++;
}

static void timer_forget(struct handle *h)
{
	struct timeout_timer *timer = timer_of(h);
	struct timeout *t = timer->timeout;
	timer->timeout = NULL;
	if (t)
		t->ops->unref(t);
}

static void timer_release(struct handle *h)
{
	struct timeout_timer *timer = timer_of(h);
	if (--timer->refs)
		return;
	timer_forget(h);
	free(timer);
}

/* It is due. */
static void timer_run(struct loop *l, struct handle *h)
{
	(void)l;
	struct timeout_timer *timer = timer_of(h);
	struct timeout *t = timer->timeout;
	task_cancel(t->task, DATUM_NONE);
	t->state = TIMEOUT_EXPIRING;
	if (t->timer == timer) {
		t->timer = NULL;
		timer_release(h);
	}
}

static void timer_name(const struct handle *h, struct buf *out)
{
	(void)h;
	buf_puts(out, "Timeout._on_timeout");
}

static const struct handle_ops timer_ops = {
	.run = timer_run,
	.hold = timer_hold,
	.release = timer_release,
	.forget = timer_forget,
	.name = timer_name,
};

void timeout_init(struct timeout *t, const struct timeout_ops *ops, bool has_when,
                  double when)
{
	*t = (struct timeout){.ops = ops, .has_when = has_when, .when = when};
}

static void disarm(struct timeout *t)
{
	struct timeout_timer *timer = t->timer;
	t->timer = NULL;
	if (!timer)
		return;
	handle_cancel(t->task->future.loop, &timer->timer.handle);
	timer_release(&timer->timer.handle);
}

void timeout_fini(struct timeout *t)
{
	disarm(t);
	if (t->task)
		future_unref(&t->task->future);
	t->task = NULL;
}

static void arm(struct timeout *t)
{
	struct loop *l = t->task->future.loop;
	struct timeout_timer *timer = mem_zalloc(1, sizeof *timer);
	timer->refs = 1;
	timer->timeout = t;
	t->ops->ref(t);
	t->timer = timer;
	timer_init(&timer->timer, &timer_ops, ROLE_INTERNAL_TIMER);
	if (t->when <= loop_time(l)) {
		loop_call_soon(l, &timer->timer.handle);
		return;
	}
	loop_call_at(l, &timer->timer, clock_ns(t->when));
	loop_emit(l, EV_TIMER_FOR, timer->timer.handle.id, t->task->future.id, 0);
}

enum timeout_refusal timeout_reschedule(struct timeout *t, bool has_when, double when)
{
	if (t->state == TIMEOUT_CREATED)
		return TIMEOUT_NOT_ENTERED;
	if (t->state != TIMEOUT_ENTERED)
		return TIMEOUT_TOO_LATE;
	t->has_when = has_when;
	t->when = when;
	disarm(t);
	if (has_when)
		arm(t);
	return TIMEOUT_OK;
}

enum timeout_refusal timeout_enter(struct timeout *t, struct loop *loop)
{
	if (t->state != TIMEOUT_CREATED)
		return TIMEOUT_AGAIN;
	struct task *task = loop ? task_current(loop) : NULL;
	if (!task)
		return TIMEOUT_NO_TASK;
	future_ref(&task->future);
	t->task = task;
	t->state = TIMEOUT_ENTERED;
	t->cancelling = task_cancelling(task);
	return timeout_reschedule(t, t->has_when, t->when);
}

enum timeout_verdict timeout_exit(struct timeout *t, struct datum error)
{
	disarm(t);
	if (t->state == TIMEOUT_ENTERED) {
		t->state = TIMEOUT_EXITED;
		return TIMEOUT_PASSES;
	}
	if (t->state != TIMEOUT_EXPIRING)
		return TIMEOUT_PASSES;
	t->state = TIMEOUT_EXPIRED;
	/*
	 * More requests than at entry and ours: somebody else wants the task cancelled,
	 * too.
	 */
	if (task_uncancel(t->task) > t->cancelling || datum_is_none(error))
		return TIMEOUT_PASSES;
	const struct loop_world *w = t->task->future.loop->world;
	return w->client->classify(w->context, error) == ERROR_CANCELLED ? TIMEOUT_RAISES
	                                                                 : TIMEOUT_MARKS;
}

const char *timeout_state_word(enum timeout_state state)
{
	static const char *const words[] = {
		[TIMEOUT_CREATED] = "created",   [TIMEOUT_ENTERED] = "active",
		[TIMEOUT_EXPIRING] = "expiring", [TIMEOUT_EXPIRED] = "expired",
		[TIMEOUT_EXITED] = "finished",
	};
	return words[state];
}
