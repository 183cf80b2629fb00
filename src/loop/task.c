/*
 * Tasks: see task.h. A task's handle serves both ways in which it comes to run: alone in
 * the queue it is its next step, as a done callback of the awaited future it is its
 * wake-up.
 */
#include "loop/task.h"

#include <assert.h>
#include <stdlib.h>

#include "loop/internal.h"

static struct task *task_of(const struct handle *h)
{
	return CONTAINER_OF(h, struct task, wakeup.handle);
}

/* ---- names ---- */

void task_name(const struct task *t, struct buf *out)
{
	if (t->name)
		buf_puts(out, t->name);
	else
		buf_printf(out, "Task-%llu", (unsigned long long)t->number);
}

static uint32_t name_text(const struct task *t)
{
	struct buf text = {0};
	task_name(t, &text);
	return world_buf(t->future.loop->world, &text);
}

void task_set_name(struct task *t, const char *name)
{
	char *copy = mem_strdup(name);
	free(t->name);
	t->name = copy;
	if (loop_traced(t->future.loop))
		loop_emit(t->future.loop, EV_TASK_NAMED, t->future.id, name_text(t), 0);
}

/* ---- how a step ends ---- */

/* The repr of a future for the text of an error. */
static void put_repr(struct loop_world *w, const struct future *f, struct buf *out)
{
	if (w->client->repr_future)
		w->client->repr_future(w->context, f, out);
	else
		future_describe(f, out);
}

static void step_soon(struct loop *l, struct task *t)
{
	t->wakeup.handle.role = ROLE_STEP;
	loop_call_soon(l, &t->wakeup.handle);
}

/* Its next step throws a RuntimeError with this text (taken). */
static void refuse(struct loop *l, struct task *t, struct buf *text)
{
	const struct loop_world *w = l->world;
	t->throw_next = w->client->make_error(w->context, LOOP_ERROR_RUNTIME,
	                                      buf_text(text), DATUM_NONE);
	buf_free(text);
	step_soon(l, t);
}

/* It yielded a future that it may not wait for: the text that says why, else empty. */
static struct buf why_not_wait(struct loop *l, struct task *t, struct future *f)
{
	struct buf text = {0};
	if (f == &t->future) {
		buf_puts(&text, "Task cannot await on itself: ");
		put_repr(l->world, f, &text);
	} else if (f->loop != l) {
		buf_puts(&text, "Task ");
		put_repr(l->world, &t->future, &text);
		buf_puts(&text, " got Future ");
		put_repr(l->world, f, &text);
		buf_puts(&text, " attached to a different loop");
	} else if (!f->blocking) {
		buf_puts(&text, "yield was used instead of yield from in task ");
		put_repr(l->world, &t->future, &text);
		buf_puts(&text, " with ");
		put_repr(l->world, f, &text);
	}
	return text;
}

/* It now waits for `f`, whose reference is taken. */
static void wait_for_future(struct task *t, struct future *f)
{
	f->blocking = false;
	t->wakeup.handle.role = ROLE_WAKEUP;
	t->waiter = f;
	future_add_callback(f, &t->wakeup);
	/* Cancelled during this very step, before there was anything to wait for. */
	if (t->must_cancel && future_cancel(f, t->future.message))
		t->must_cancel = false;
}

static void tell_waits(struct loop *l, struct task *t)
{
	const struct future *f = t->waiter;
	if (!loop_traced(l) || !f)
		return;
	uint32_t text = f->label_text;
	if (f->kind != FUTURE_PLAIN || !text) {
		struct buf name = {0};
		future_describe(f, &name);
		text = world_buf(l->world, &name);
	}
	loop_emit(l, EV_TASK_WAITS, f->id, text, f->wait_kind);
}

/* Cancelled, and it has an answer to that: is it still on its way out? */
static void note_swallowed(struct loop *l, struct task *t, bool ended)
{
	if (!t->cancel_seen)
		return;
	const struct body_ops *ops = t->body->ops;
	if (!ended && (!ops->cleaning_up || ops->cleaning_up(t->body)))
		return;
	t->cancel_seen = false;
	loop_emit(l, EV_CANCEL_SWALLOWED, t->future.id, 0, 0);
}

/*
 * `error` (borrowed) is what it raised, and is kept for who awaits it; 0 if it raised
 * nothing.
 */
static void end_cancelled(struct loop *l, struct task *t, struct datum error)
{
	struct datum message = datum_ref(l->world, t->future.message);
	future_cancel_now(&t->future, datum_is_none(error) ? message : DATUM_NONE, error);
	datum_unref(l->world, message);
	loop_emit(l, EV_TASK_CANCELLED, 0, t->cancel_text, 0);
}

static void end_returned(struct loop *l, struct task *t, struct datum result)
{
	if (t->must_cancel) {
		t->must_cancel = false;
		end_cancelled(l, t, DATUM_NONE);
		return;
	}
	note_swallowed(l, t, true);
	future_set_result(&t->future, result);
	if (loop_traced(l))
		loop_emit(l, EV_TASK_DONE, 0, world_repr(l->world, result), 0);
}

static void end_raised(struct loop *l, struct task *t, struct datum error)
{
	const struct loop_world *w = l->world;
	enum error_class class = w->client->classify(w->context, error);
	if (class == ERROR_CANCELLED) {
		end_cancelled(l, t, error);
		return;
	}
	future_set_error(&t->future, error);
	if (loop_traced(l))
		loop_emit(l, EV_TASK_FAILED, 0, world_repr(l->world, error), 0);
	if (class == ERROR_EXIT)
		loop_exit(l, datum_ref(w, error));
}

/* What the step came back with; takes what is in `out`. */
static void settle_step(struct loop *l, struct task *t, enum outcome outcome,
                        struct step_result *out)
{
	struct buf text = {0};
	switch (outcome) {
	case BODY_AWAITS:
		note_swallowed(l, t, false);
		text = why_not_wait(l, t, out->future);
		if (text.len) {
			refuse(l, t, &text);
			future_unref(out->future);
			loop_emit(l, EV_TASK_YIELDED, 0, 0, 0);
		} else {
			wait_for_future(t, out->future);
			tell_waits(l, t);
		}
		return;
	case BODY_YIELDS:
		note_swallowed(l, t, false);
		step_soon(l, t);
		loop_emit(l, EV_TASK_YIELDED, 0, 0, 0);
		return;
	case BODY_BAD_YIELD:
		buf_puts(&text, "Task got bad yield: ");
		if (l->world->client->repr)
			l->world->client->repr(l->world->context, out->datum, &text);
		refuse(l, t, &text);
		loop_emit(l, EV_TASK_YIELDED, 0, 0, 0);
		break;
	case BODY_RETURNS:
		list_remove(&t->all);
		end_returned(l, t, out->datum);
		break;
	case BODY_RAISES:
		list_remove(&t->all);
		end_raised(l, t, out->datum);
		break;
	case BODY_HALTED:
		loop_world_halt(l->world);
		break;
	}
	datum_unref(l->world, out->datum);
}

/* ---- steps ---- */

/*
 * What this step throws: `error` (taken) or, if the task is to be cancelled, a
 * CancelledError.
 */
static struct datum pending_error(struct loop *l, struct task *t, struct datum error)
{
	const struct loop_world *w = l->world;
	const struct loop_client *client = w->client;
	if (t->must_cancel) {
		t->must_cancel = false;
		if (datum_is_none(error) ||
		    client->classify(w->context, error) != ERROR_CANCELLED) {
			datum_unref(w, error);
			error = client->cancelled_error(w->context, t->future.message);
		}
	}
	if (t->cancel_asked && !datum_is_none(error) &&
	    client->classify(w->context, error) == ERROR_CANCELLED) {
		t->cancel_asked = false;
		t->cancel_seen = true;
		loop_emit(l, EV_CANCEL_DELIVERED, t->future.id, 0, 0);
	}
	return error;
}

/* One step of `t`; `error` (taken) is thrown into it unless it is 0. */
static void step(struct loop *l, struct task *t, struct datum error)
{
	if (future_done(&t->future)) {
		/*
		 * A collector broke the cycle that it was in: its step has nothing left
		 * to do.
		 */
		datum_unref(l->world, error);
		return;
	}
	error = pending_error(l, t, error);
	future_forget(&t->waiter);

	struct task *outer = l->current;
	l->current = t;
	struct step_result out = {0};
	enum outcome outcome = t->body->ops->resume(t->body, DATUM_NONE, error, &out);
	datum_unref(l->world, error);
	/* On the real clock the step took some time. */
	if (loop_traced(l))
		l->world->writer->time_ns = loop_now_ns(l);
	settle_step(l, t, outcome, &out);
	l->current = outer;
}

/* The task's turn: woken by what it awaited, or simply next. */
static void run_step(struct loop *l, struct handle *h)
{
	struct task *t = task_of(h);
	struct datum error = t->throw_next;
	t->throw_next = DATUM_NONE;
	struct future *f = t->wakeup.future;
	if (f) {
		t->wakeup.future = NULL;
		struct datum outcome;
		if ((f->failed || future_cancelled(f)) && !future_take(f, &outcome))
			error = outcome;
	}
	step(l, t, error);
}

static void hold_task(struct handle *h)
{
	future_ref(&task_of(h)->future);
}

static void release_task(struct handle *h)
{
	future_unref(&task_of(h)->future);
}

static void name_step(const struct handle *h, struct buf *out)
{
	task_name(task_of(h), out);
}

static void traverse_wakeup(struct handle *h, const struct future_visitor *v)
{
	v->future(v->context, &task_of(h)->future);
}

static const struct handle_ops step_ops = {
	.run = run_step,
	.hold = hold_task,
	.release = release_task,
	.name = name_step,
	.traverse = traverse_wakeup,
};

/* ---- life ---- */

void task_init(struct task *t, struct loop *loop, const struct future_ops *ops,
               struct body *body)
{
	*t = (struct task){.body = body};
	future_init(&t->future, loop, ops);
	t->future.kind = FUTURE_TASK;
	t->future.wait_kind = WAIT_TASK;
	done_callback_init(&t->wakeup, &step_ops, ROLE_STEP);
	t->wakeup.handle.id = t->future.id;
	list_init(&t->all);
}

static void tell_created(struct loop *l, struct task *t, bool named)
{
	if (!loop_traced(l))
		return;
	loop_emit(l, EV_TASK_CREATED, t->future.id, name_text(t), named);
	const struct body_ops *ops = t->body->ops;
	const char *coro = ops->qualname ? ops->qualname(t->body) : NULL;
	if (coro)
		loop_emit(l, EV_TASK_CORO, t->future.id, world_text(l->world, coro), 0);
	uint32_t line = ops->line ? ops->line(t->body) : 0;
	if (line)
		loop_emit(l, EV_TASK_LINE, t->future.id, line, 0);
}

/* An eager task takes its first step at once, inside of whoever creates it. */
static void step_now(struct loop *l, struct task *t)
{
	struct trace_writer *w = l->world->writer;
	uint32_t creator = w->task;
	w->task = t->future.id;
	future_ref(&t->future);
	step(l, t, DATUM_NONE);
	future_unref(&t->future);
	w->task = creator;
}

void task_start(struct task *t, const char *name)
{
	struct loop *l = t->future.loop;
	if (name)
		t->name = mem_strdup(name);
	else
		t->number = ++l->world->task_number;
	list_push_tail(&l->tasks, &t->all);
	tell_created(l, t, name != NULL);
	if (t->eager)
		step_now(l, t);
	else
		step_soon(l, t);
}

struct task *task_new(struct loop *loop, struct body *body, const char *name)
{
	struct task *t = heap_future_alloc(sizeof *t);
	task_init(t, loop, &heap_future_ops, body);
	task_start(t, name);
	return t;
}

void task_finalize_part(struct task *t)
{
	if (future_done(&t->future) || list_empty(&t->all))
		return;
	const struct loop_world *w = t->future.loop->world;
	list_remove(&t->all);
	loop_emit(t->future.loop, EV_TASK_DROPPED, t->future.id, 0, 0);
	if (t->quiet)
		return;
	const struct loop_report report = {
		.message = "Task was destroyed but it is pending!",
		.task = t,
	};
	w->client->report(w->context, t->future.loop, &report);
}

void task_fini_part(struct task *t)
{
	struct body *body = t->body;
	t->body = NULL;
	list_remove(&t->all);
	future_forget(&t->waiter);
	datum_forget(t->future.loop->world, &t->throw_next);
	free(t->name);
	t->name = NULL;
	if (body)
		body->ops->drop(body);
}

void task_traverse_part(struct task *t, const struct future_visitor *v)
{
	v->datum(v->context, t->throw_next);
	if (t->waiter)
		v->future(v->context, t->waiter);
	if (t->body)
		v->body(v->context, t->body);
}

void task_abandon_all(struct loop *loop)
{
	/* What dies may take others with it: hold all of them first. */
	struct task_list left = task_collect(loop);
	for (size_t i = 0; i < left.count; i++) {
		struct task *t = left.tasks[i];
		if (t->waiter)
			future_remove_callback(t->waiter, &t->wakeup);
	}
	task_list_fini(&left);
}

struct task_list task_collect(const struct loop *loop)
{
	struct task_list list = {0};
	for (struct task *t = NULL; (t = task_next(loop, t));)
		list.count++;
	list.tasks = mem_zalloc(list.count, sizeof *list.tasks);
	size_t i = 0;
	for (struct task *t = NULL; (t = task_next(loop, t)); i++) {
		future_ref(&t->future);
		list.tasks[i] = t;
	}
	return list;
}

void task_list_fini(struct task_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		future_unref(&list->tasks[i]->future);
	free(list->tasks);
	*list = (struct task_list){0};
}

/* ---- cancellation ---- */

static void tell_requested(struct loop *l, struct task *t, struct datum message)
{
	t->cancel_asked = true;
	if (!loop_traced(l) || l->closed)
		return;
	t->cancel_text = datum_is_none(message) ? 0 : world_repr(l->world, message);
	loop_emit(l, EV_CANCEL_REQUESTED, t->future.id, t->cancel_text, 0);
}

/* The task that `t` waits for, if it is one that can still be cancelled. */
static struct task *awaited_task(struct task *t)
{
	struct task *next = t->waiter ? future_task(t->waiter) : NULL;
	return next && !future_done(&next->future) ? next : NULL;
}

bool task_cancel(struct task *t, struct datum message)
{
	struct loop *l = t->future.loop;
	t->future.log_error = false;
	if (future_done(&t->future)) {
		loop_emit(l, EV_CANCEL_IGNORED, t->future.id, 0, 0);
		return false;
	}
	/*
	 * Down a chain of tasks without recursion: it may be a long one. Each takes the
	 * request.
	 */
	for (struct task *next = t; next; next = awaited_task(next)) {
		t = next;
		t->cancel_count++;
		tell_requested(l, t, message);
	}
	if (t->waiter && future_cancel(t->waiter, message))
		return true;
	t->must_cancel = true;
	datum_ref(l->world, message);
	datum_forget(l->world, &t->future.message);
	t->future.message = message;
	return true;
}

uint32_t task_uncancel(struct task *t)
{
	if (t->cancel_count == 0)
		return 0;
	if (--t->cancel_count == 0) {
		t->must_cancel = false;
		t->cancel_asked = t->cancel_seen = false;
	}
	loop_emit(t->future.loop, EV_UNCANCELLED, t->future.id, t->cancel_count, 0);
	return t->cancel_count;
}

uint32_t task_cancelling(const struct task *t)
{
	return t->cancel_count;
}

/* ---- asking ---- */

struct task *task_current(const struct loop *loop)
{
	return loop->current;
}

struct task *task_next(const struct loop *loop, const struct task *t)
{
	const struct list_node *next = t ? t->all.next : loop->tasks.next;
	if (next == &loop->tasks)
		return NULL;
	return list_entry(next, struct task, all);
}
