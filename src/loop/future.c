/*
 * Futures: see future.h.
 */
#include "loop/future.h"

#include <assert.h>
#include <stdlib.h>

#include "loop/gather.h"
#include "loop/internal.h"

/* ---- life ---- */

void future_init(struct future *f, struct loop *loop, const struct future_ops *ops)
{
	*f = (struct future){
		.loop = loop_ref(loop),
		.ops = ops,
		.id = loop_world_id(loop->world),
		.wait_kind = WAIT_FUTURE,
	};
	list_init(&f->callbacks);
}

static void report_lost_error(struct future *f)
{
	static const char *const messages[] = {
		[FUTURE_PLAIN] = "Future exception was never retrieved",
		[FUTURE_TASK] = "Task exception was never retrieved",
		[FUTURE_GATHER] = "_GatheringFuture exception was never retrieved",
	};
	const struct loop_world *w = f->loop->world;
	const struct loop_report report = {
		.message = messages[f->kind],
		.error = f->outcome,
		.future = f,
	};
	f->log_error = false;
	w->client->report(w->context, f->loop, &report);
}

void future_finalize(struct future *f)
{
	if (f->kind == FUTURE_TASK)
		task_finalize_part((struct task *)(void *)f);
	if (f->log_error)
		report_lost_error(f);
}

/* Let go of one callback that will never run. */
static void drop_callback(struct done_callback *cb)
{
	list_remove(&cb->link);
	cb->future = NULL;
	if (cb->handle.ops->release)
		cb->handle.ops->release(&cb->handle);
}

void future_clear(struct future *f)
{
	const struct loop_world *w = f->loop->world;
	while (!list_empty(&f->callbacks))
		drop_callback(list_entry(f->callbacks.next, struct done_callback, link));
	if (f->kind != FUTURE_GATHER)
		f->label.describe = NULL; /* what it stands for may go as well */
	datum_forget(w, &f->outcome);
	datum_forget(w, &f->message);
	datum_forget(w, &f->trail);
}

void future_fini(struct future *f)
{
	if (f->kind == FUTURE_TASK)
		task_fini_part((struct task *)(void *)f);
	else if (f->kind == FUTURE_GATHER)
		gather_fini_part(f);
	future_clear(f);
	loop_unref(f->loop);
	f->loop = NULL;
}

/* ---- the plain heap owner ---- */

/* What stands before a future of the heap. */
union heap_head {
	size_t refs;
	max_align_t align;
};

static union heap_head *head_of(struct future *f)
{
	return (union heap_head *)(void *)f - 1;
}

static void heap_ref(struct future *f)
{
	head_of(f)->refs++;
}

static void heap_unref(struct future *f)
{
	union heap_head *head = head_of(f);
	if (head->refs > 1) {
		head->refs--;
		return;
	}
	/* Still counted while it reports, so that whoever looks at it may hold it. */
	future_finalize(f);
	if (--head->refs)
		return;
	future_fini(f);
	free(head);
}

const struct future_ops heap_future_ops = {.ref = heap_ref, .unref = heap_unref};

void *heap_future_alloc(size_t size)
{
	union heap_head *head = mem_zalloc(1, mem_add(sizeof *head, size));
	head->refs = 1;
	return head + 1;
}

struct future *future_new(struct loop *loop)
{
	const struct loop_client *client = loop->world->client;
	if (client->new_future)
		return client->new_future(loop->world->context, loop);
	struct future *f = heap_future_alloc(sizeof *f);
	future_init(f, loop, &heap_future_ops);
	return f;
}

/* ---- what it stands for ---- */

void future_describe_text(const struct future *f, struct buf *out)
{
	buf_puts(out, f->label.text);
}

void future_describe(const struct future *f, struct buf *out)
{
	const struct trace *trace = f->loop->world->writer->trace;
	if (f->kind == FUTURE_TASK)
		task_name((const struct task *)(const void *)f, out);
	else if (f->kind == FUTURE_GATHER && f->label.describe)
		f->label.describe(f, out);
	else if (trace && f->label_text)
		buf_puts(out, trace_text(trace, f->label_text, NULL));
	else if (f->label.describe && !future_done(f))
		f->label.describe(f, out);
	else
		buf_puts(out, "future");
}

void future_label(struct future *f, enum wait_kind kind, struct future_label label)
{
	f->wait_kind = (uint8_t)kind;
	f->label = label;
	if (!loop_traced(f->loop))
		return;
	struct buf text = {0};
	future_describe(f, &text);
	f->label_text = world_buf(f->loop->world, &text);
	loop_emit(f->loop, EV_FUTURE_MADE, f->id, f->label_text, kind);
}

/* ---- completing ---- */

/* The future is done: `cb`, held and registered nowhere, goes to the ready queue. */
static void append_callback(struct future *f, struct done_callback *cb)
{
	cb->future = future_ref(f);
	cb->handle.cause = f->id;
	ready_append(f->loop, &cb->handle);
}

static void settle(struct future *f, enum future_state state, struct datum outcome)
{
	const struct loop_world *w = f->loop->world;
	f->state = (uint8_t)state;
	f->outcome = datum_ref(w, outcome);
	if (f->kind != FUTURE_TASK)
		loop_emit(f->loop, EV_FUTURE_DONE, f->id, 0,
		          state == FUTURE_CANCELLED ? ENDING_CANCELLED
		          : f->failed               ? ENDING_EXCEPTION
		                                    : ENDING_RESULT);
	while (!list_empty(&f->callbacks)) {
		struct list_node *first = list_pop_head(&f->callbacks);
		append_callback(f, list_entry(first, struct done_callback, link));
	}
}

bool future_set_result(struct future *f, struct datum result)
{
	if (future_done(f))
		return false;
	settle(f, FUTURE_FINISHED, result);
	return true;
}

bool future_set_error(struct future *f, struct datum error)
{
	if (future_done(f))
		return false;
	const struct loop_world *w = f->loop->world;
	f->failed = true;
	f->log_error = true;
	if (w->client->trail)
		f->trail = w->client->trail(w->context, error);
	settle(f, FUTURE_FINISHED, error);
	return true;
}

void future_cancel_now(struct future *f, struct datum message, struct datum error)
{
	const struct loop_world *w = f->loop->world;
	datum_ref(w, message);
	datum_forget(w, &f->message);
	f->message = message;
	settle(f, FUTURE_CANCELLED, error);
}

bool future_cancel(struct future *f, struct datum message)
{
	switch ((enum future_kind)f->kind) {
	case FUTURE_TASK:
		return task_cancel((struct task *)(void *)f, message);
	case FUTURE_GATHER:
		return gather_cancel(f, message);
	case FUTURE_PLAIN:
		break;
	}
	f->log_error = false;
	if (future_done(f))
		return false;
	future_cancel_now(f, message, DATUM_NONE);
	return true;
}

/* ---- asking ---- */

struct datum future_cancelled_error(struct future *f)
{
	const struct loop_world *w = f->loop->world;
	struct datum kept = f->outcome;
	f->outcome = DATUM_NONE;
	if (!datum_is_none(kept))
		return kept;
	return w->client->cancelled_error(w->context, f->message);
}

bool future_take(struct future *f, struct datum *out)
{
	assert(future_done(f));
	if (future_cancelled(f)) {
		*out = future_cancelled_error(f);
		return false;
	}
	const struct loop_world *w = f->loop->world;
	f->log_error = false;
	*out = datum_ref(w, f->outcome);
	if (f->failed && w->client->set_trail) {
		w->client->set_trail(w->context, *out, f->trail);
		datum_forget(w, &f->trail);
	}
	return !f->failed;
}

struct datum future_error(struct future *f)
{
	f->log_error = false;
	return f->failed ? f->outcome : DATUM_NONE;
}

/* ---- done callbacks ---- */

void done_callback_init(struct done_callback *cb, const struct handle_ops *ops,
                        enum handle_role role)
{
	handle_init(&cb->handle, ops, role);
	cb->handle.kind = HANDLE_DONE_CALLBACK;
	list_init(&cb->link);
	cb->future = NULL;
}

void future_add_callback(struct future *f, struct done_callback *cb)
{
	assert(cb->handle.state == HANDLE_IDLE && list_empty(&cb->link));
	if (cb->handle.ops->hold)
		cb->handle.ops->hold(&cb->handle);
	if (future_done(f)) {
		append_callback(f, cb);
		return;
	}
	cb->future = f;
	list_push_tail(&f->callbacks, &cb->link);
}

bool future_remove_callback(struct future *f, struct done_callback *cb)
{
	if (cb->future != f || list_empty(&cb->link))
		return false;
	drop_callback(cb);
	return true;
}

struct done_callback *future_next_callback(const struct future *f,
                                           struct done_callback *cb)
{
	const struct list_node *next = cb ? cb->link.next : f->callbacks.next;
	if (next == &f->callbacks)
		return NULL;
	return list_entry(next, struct done_callback, link);
}

/* ---- awaiting ---- */

bool future_await(struct future *f, struct step_result *out)
{
	if (future_done(f))
		return true;
	f->blocking = true;
	out->future = future_ref(f);
	return false;
}

/* ---- for cycle collectors ---- */

void future_traverse(struct future *f, const struct future_visitor *v)
{
	v->datum(v->context, f->outcome);
	v->datum(v->context, f->message);
	v->datum(v->context, f->trail);
	struct done_callback *cb = NULL;
	while ((cb = future_next_callback(f, cb))) {
		if (cb->handle.ops->traverse)
			cb->handle.ops->traverse(&cb->handle, v);
		else
			v->callback(v->context, cb);
	}
	if (f->kind == FUTURE_TASK)
		task_traverse_part((struct task *)(void *)f, v);
	else if (f->kind == FUTURE_GATHER)
		gather_traverse_part(f, v);
}
