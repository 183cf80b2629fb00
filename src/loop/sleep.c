/*
 * sleep: see sleep.h. The timer lives on the heap by itself, since it stays in the
 * timer heap when the sleeper has gone.
 */
#include "loop/sleep.h"

#include <stdlib.h>

#include "loop/internal.h"

/* Completes a future when it is due. Cancelled, it forgets future and result. */
struct sleep_timer {
	struct timer timer;
	size_t refs;
	struct loop_world *world;
	struct future *future; /* counted */
	struct datum result;   /* counted */
};

static struct sleep_timer *timer_of(const struct handle *h)
{
	return CONTAINER_OF(h, struct sleep_timer, timer.handle);
}

static void timer_run(struct loop *l, struct handle *h)
{
	(void)l;
	struct sleep_timer *t = timer_of(h);
	future_set_result(t->future, t->result);
}

static void timer_hold(struct handle *h)
{
	timer_of(h)->refs++;
}

static void timer_forget(struct handle *h)
{
	struct sleep_timer *t = timer_of(h);
	future_forget(&t->future);
	datum_forget(t->world, &t->result);
}

static void timer_release(struct handle *h)
{
	struct sleep_timer *t = timer_of(h);
	if (--t->refs)
		return;
	timer_forget(h);
	free(t);
}

static void timer_name(const struct handle *h, struct buf *out)
{
	(void)h;
	buf_puts(out, "_set_result_unless_cancelled");
}

static const struct handle_ops timer_ops = {
	.run = timer_run,
	.hold = timer_hold,
	.release = timer_release,
	.forget = timer_forget,
	.name = timer_name,
};

static void describe(const struct future *f, struct buf *out)
{
	buf_printf(out, "sleep(%g)", f->label.seconds);
}

/* On the way out, however it ends: the timer is cancelled. */
static void disarm(struct sleep *s)
{
	struct sleep_timer *t = s->timer;
	s->timer = NULL;
	if (!t)
		return;
	handle_cancel(s->future->loop, &t->timer.handle);
	timer_release(&t->timer.handle);
}

/* Raise a RuntimeError. */
static enum outcome complain(struct sleep *s, const char *text, struct step_result *out)
{
	const struct loop_world *w = s->world;
	disarm(s);
	out->datum =
		w->client->make_error(w->context, LOOP_ERROR_RUNTIME, text, DATUM_NONE);
	return BODY_RAISES;
}

static void arm(struct sleep *s, struct loop *l)
{
	s->future = future_new(l);
	future_label(s->future, WAIT_SLEEP,
	             (struct future_label){.describe = describe, .seconds = s->seconds});
	struct sleep_timer *t = mem_zalloc(1, sizeof *t);
	t->refs = 1;
	t->world = s->world;
	t->future = future_ref(s->future);
	t->result = datum_ref(s->world, s->result);
	timer_init(&t->timer, &timer_ops, ROLE_INTERNAL_TIMER);
	loop_call_at(l, &t->timer, loop_deadline_ns(l, s->seconds));
	loop_emit(l, EV_TIMER_FOR, t->timer.handle.id, s->future->id, 0);
	s->timer = t;
}

static enum outcome resume(struct body *b, struct datum sent, struct datum thrown,
                           struct step_result *out)
{
	(void)sent;
	struct sleep *s = CONTAINER_OF(b, struct sleep, body);
	bool first = !s->begun;
	s->begun = true;
	if (!datum_is_none(thrown)) {
		disarm(s);
		future_forget(&s->future);
		out->datum = datum_ref(s->world, thrown);
		return BODY_RAISES;
	}
	if (first && s->seconds <= 0)
		return BODY_YIELDS;
	if (first && !s->world->running)
		return complain(s, "no running event loop", out);
	if (first) {
		arm(s, s->world->running);
		future_await(s->future, out);
		return BODY_AWAITS;
	}
	if (!s->future) {
		out->datum = datum_ref(s->world, s->result);
		return BODY_RETURNS;
	}
	if (!future_done(s->future)) {
		return complain(s, "await wasn't used with future", out);
	}
	bool ok = future_take(s->future, &out->datum);
	disarm(s);
	future_forget(&s->future);
	return ok ? BODY_RETURNS : BODY_RAISES;
}

static void drop(struct body *b)
{
	sleep_fini(CONTAINER_OF(b, struct sleep, body));
}

static const char *qualname(const struct body *b)
{
	(void)b;
	return "sleep";
}

static const struct body_ops sleep_ops = {
	.resume = resume, .drop = drop, .qualname = qualname};

void sleep_init(struct sleep *s, struct loop_world *world, double seconds,
                struct datum result)
{
	*s = (struct sleep){
		.body = {&sleep_ops},
		.world = world,
		.seconds = seconds,
		.result = datum_ref(world, result),
	};
}

void sleep_fini(struct sleep *s)
{
	disarm(s);
	future_forget(&s->future);
	datum_forget(s->world, &s->result);
}

void sleep_traverse(const struct sleep *s, const struct future_visitor *v)
{
	v->datum(v->context, s->result);
	if (s->future)
		v->future(v->context, s->future);
	/* While the loop's heap has the timer, what that holds is alive. */
	if (s->timer && s->timer->refs == 1 && s->timer->future) {
		v->future(v->context, s->timer->future);
		v->datum(v->context, s->timer->result);
	}
}
