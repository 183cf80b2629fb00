/*
 * What the tests of the loop share: a client whose data are small counted things, bodies
 * written as straight code, and the steps of a trace as text, one line a fact:
 *
 *	TIME TICK STEP WHO FACT
 *
 * A body is a function with a switch in it; CORO_AWAIT suspends it:
 *
 *	static enum outcome boil(struct coro *c)
 *	{
 *		CORO_BEGIN(c);
 *		CORO_AWAIT(c, kit_sleep(c->kit, 5));
 *		CORO_RETURN(c, kit_int(c->kit, 7));
 *		CORO_END(c);
 *	}
 */
#ifndef TESTS_LOOP_KIT_H
#define TESTS_LOOP_KIT_H

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "loop/gather.h"
#include "loop/group.h"
#include "loop/internal.h"
#include "loop/loop.h"
#include "loop/runner.h"
#include "loop/shield.h"
#include "loop/sleep.h"
#include "loop/task.h"
#include "loop/timeout.h"
#include "loop/waitfor.h"
#include "suite.h"

#pragma GCC diagnostic ignored "-Wunused-function"

/* ---- things: what a datum points at ---- */

enum thing_kind { THING_INT, THING_TEXT, THING_LIST, THING_ERROR };

struct thing {
	size_t refs;
	enum thing_kind kind;
	long number;
	enum error_class class;
	char name[48]; /* "ValueError" */
	char text[64]; /* its argument */
	bool has_text;
	struct thing *items[16];
	size_t count;
	struct thing *cause;
};

struct kit {
	struct loop_world world;
	struct loop_client client;
	struct loop *loop;
	struct trace *trace;
	struct trace_writer writer;
	struct buf log; /* what bodies said and the loop reported */
	size_t things;  /* alive */
	int interrupts;
	struct future *extra[8]; /* for the test's own use */
	struct task *tasks[8];
	struct group group;
	size_t group_refs;
	void *user;
};

static inline struct thing *thing_of(struct datum d)
{
	return (struct thing *)d.bits;
}

static inline struct datum thing_datum(struct thing *t)
{
	return (struct datum){(uintptr_t)t};
}

static inline struct thing *thing_new(struct kit *k, enum thing_kind kind)
{
	struct thing *t = mem_zalloc(1, sizeof *t);
	t->refs = 1;
	t->kind = kind;
	k->things++;
	return t;
}

static inline void thing_unref(struct kit *k, struct thing *t)
{
	if (!t || --t->refs)
		return;
	for (size_t i = 0; i < t->count; i++)
		thing_unref(k, t->items[i]);
	thing_unref(k, t->cause);
	free(t);
	k->things--;
}

static inline struct datum kit_int(struct kit *k, long number)
{
	struct thing *t = thing_new(k, THING_INT);
	t->number = number;
	return thing_datum(t);
}

static inline struct datum kit_text(struct kit *k, const char *text)
{
	struct thing *t = thing_new(k, THING_TEXT);
	snprintf(t->text, sizeof t->text, "%s", text);
	return thing_datum(t);
}

static inline struct datum kit_error(struct kit *k, enum error_class class,
                                     const char *name, const char *text)
{
	struct thing *t = thing_new(k, THING_ERROR);
	t->class = class;
	snprintf(t->name, sizeof t->name, "%s", name);
	if (text) {
		t->has_text = true;
		snprintf(t->text, sizeof t->text, "%s", text);
	}
	return thing_datum(t);
}

static inline void thing_repr(const struct thing *t, struct buf *out)
{
	if (!t) {
		buf_puts(out, "None");
		return;
	}
	switch (t->kind) {
	case THING_INT:
		buf_printf(out, "%ld", t->number);
		return;
	case THING_TEXT:
		buf_printf(out, "'%s'", t->text);
		return;
	case THING_LIST:
		buf_putc(out, '[');
		break;
	case THING_ERROR:
		buf_printf(out, t->has_text ? "%s('%s'" : "%s(", t->name, t->text);
		if (t->count)
			buf_puts(out, ", [");
		break;
	}
	for (size_t i = 0; i < t->count; i++) {
		if (i)
			buf_puts(out, ", ");
		thing_repr(t->items[i], out);
	}
	if (t->kind == THING_LIST || t->count)
		buf_putc(out, ']');
	if (t->kind == THING_ERROR)
		buf_putc(out, ')');
}

/* ---- the client ---- */

static inline void client_ref(void *context, struct datum d)
{
	(void)context;
	thing_of(d)->refs++;
}

static inline void client_unref(void *context, struct datum d)
{
	thing_unref(context, thing_of(d));
}

static inline struct datum client_cancelled_error(void *context, struct datum message)
{
	struct thing *t = thing_of(message);
	return kit_error(context, ERROR_CANCELLED, "CancelledError", t ? t->text : NULL);
}

static inline struct datum client_make_error(void *context, enum loop_error kind,
                                             const char *text, struct datum cause)
{
	static const char *const names[] = {"RuntimeError", "InvalidStateError",
	                                    "TimeoutError"};
	struct datum d =
		kit_error(context, ERROR_ORDINARY, names[kind], *text ? text : NULL);
	thing_of(d)->cause = thing_of(cause);
	if (cause.bits)
		client_ref(context, cause);
	return d;
}

static inline struct datum client_os_error(void *context, int number, const char *text)
{
	return kit_error(context, ERROR_ORDINARY, strerrorname_np(number),
	                 text && *text ? text : NULL);
}

static inline enum error_class client_classify(void *context, struct datum error)
{
	(void)context;
	return thing_of(error)->class;
}

static inline struct datum client_list(void *context, const struct datum *items,
                                       size_t count)
{
	struct thing *t = thing_new(context, THING_LIST);
	for (size_t i = 0; i < count && i < COUNT_OF(t->items); i++) {
		t->items[t->count++] = thing_of(items[i]);
		if (items[i].bits)
			thing_of(items[i])->refs++;
	}
	return thing_datum(t);
}

static inline struct datum client_error_group(void *context, const char *message,
                                              const struct datum *errors, size_t count)
{
	struct datum d = kit_error(context, ERROR_ORDINARY, "ExceptionGroup", message);
	struct thing *t = thing_of(d);
	for (size_t i = 0; i < count; i++) {
		t->items[t->count++] = thing_of(errors[i]);
		thing_of(errors[i])->refs++;
	}
	return d;
}

static inline void client_report(void *context, struct loop *loop,
                                 const struct loop_report *r)
{
	(void)loop;
	struct kit *k = context;
	buf_printf(&k->log, "%s", r->message);
	if (r->error.bits) {
		buf_puts(&k->log, " ");
		thing_repr(thing_of(r->error), &k->log);
	}
	if (r->task || (r->future && future_task(r->future))) {
		buf_puts(&k->log, " ");
		task_name(r->task ? r->task : future_task(r->future), &k->log);
	}
	buf_puts(&k->log, "\n");
}

static inline void client_repr(void *context, struct datum d, struct buf *out)
{
	(void)context;
	thing_repr(thing_of(d), out);
}

static inline void client_on_interrupt(void *context, struct loop *loop)
{
	struct kit *k = context;
	k->interrupts++;
	loop_stop(loop);
}

static const struct loop_client kit_client = {
	.ref = client_ref,
	.unref = client_unref,
	.cancelled_error = client_cancelled_error,
	.make_error = client_make_error,
	.classify = client_classify,
	.os_error = client_os_error,
	.text = NULL,
	.list = client_list,
	.error_group = client_error_group,
	.report = client_report,
	.repr = client_repr,
	.on_interrupt = client_on_interrupt,
};

/* ---- a world and its loop ---- */

static inline void kit_init_as(struct kit *k, bool traced, bool real,
                               enum poll_backend backend)
{
	*k = (struct kit){.client = kit_client};
	if (traced)
		k->trace = k->writer.trace = trace_new(0);
	loop_world_init(&k->world, &k->client, k, traced ? &k->writer : NULL, real);
	k->loop = loop_new(&k->world, backend);
	ck_assert_ptr_nonnull(k->loop);
}

static inline void kit_init(struct kit *k)
{
	kit_init_as(k, true, false, POLL_BACKEND_EPOLL);
}

/* Close everything; nothing may be left over. */
static inline void kit_fini(struct kit *k)
{
	task_abandon_all(k->loop);
	loop_close(k->loop);
	loop_unref(k->loop);
	loop_world_fini(&k->world);
	trace_free(k->trace);
	buf_free(&k->log);
	ck_assert_uint_eq(k->things, 0);
}

/* ---- bodies as straight code ---- */

struct coro;
typedef enum outcome (*coro_code)(struct coro *c, struct step_result *out);

struct coro {
	struct body body;
	struct kit *kit;
	coro_code code;
	const char *name;
	int at;                /* the line where it is suspended */
	int i;                 /* a local variable */
	struct body *inner;    /* what it awaits; dropped when that has ended */
	struct datum value;    /* what that returned; counted */
	struct datum error;    /* what that raised; counted, 0 if it returned */
	struct datum argument; /* borrowed from whoever made it */
	void *pointer;         /* likewise */
	struct future *held;   /* counted, for the code's own use */
	struct timeout timeout;
	size_t timeout_refs;
	bool finished;
};

enum { CORO_AGAIN = 100 };

#define CORO_BEGIN(c)                                                                    \
	switch ((c)->at) {                                                               \
	case 0:
#define CORO_TRY(c, sub)                                                                 \
	do {                                                                             \
		(c)->at = __LINE__;                                                      \
		(c)->inner = (sub);                                                      \
		return (enum outcome)CORO_AGAIN;                                         \
	case __LINE__:;                                                                  \
	} while (0)
#define CORO_AWAIT(c, sub)                                                               \
	do {                                                                             \
		CORO_TRY(c, sub);                                                        \
		if ((c)->error.bits)                                                     \
			return coro_raise(c, out, coro_take(&(c)->error));               \
	} while (0)
#define CORO_RETURN(c, d) return coro_return(c, out, (d))
#define CORO_RAISE(c, d)  return coro_raise(c, out, (d))
#define CORO_END(c)                                                                      \
	}                                                                                \
	return coro_return(c, out, DATUM_NONE)

static inline struct datum coro_take(struct datum *slot)
{
	struct datum d = *slot;
	*slot = DATUM_NONE;
	return d;
}

static inline void coro_forget(struct coro *c)
{
	thing_unref(c->kit, thing_of(coro_take(&c->value)));
	thing_unref(c->kit, thing_of(coro_take(&c->error)));
}

static inline enum outcome coro_return(struct coro *c, struct step_result *out,
                                       struct datum d)
{
	c->finished = true;
	out->datum = d;
	return BODY_RETURNS;
}

static inline enum outcome coro_raise(struct coro *c, struct step_result *out,
                                      struct datum d)
{
	c->finished = true;
	out->datum = d;
	return BODY_RAISES;
}

static enum outcome coro_resume(struct body *b, struct datum sent, struct datum thrown,
                                struct step_result *out)
{
	struct coro *c = CONTAINER_OF(b, struct coro, body);
	if (c->at == 0 && thrown.bits) {
		thing_of(thrown)->refs++;
		return coro_raise(c, out, thrown);
	}
	for (;;) {
		if (c->inner) {
			coro_forget(c);
			enum outcome r = body_resume(c->inner, sent, thrown, out);
			if (r != BODY_RETURNS && r != BODY_RAISES)
				return r;
			c->inner->ops->drop(c->inner);
			c->inner = NULL;
			*(r == BODY_RETURNS ? &c->value : &c->error) = out->datum;
			*out = (struct step_result){0};
		}
		enum outcome r = c->code(c, out);
		if ((int)r != CORO_AGAIN)
			return r;
		sent = thrown = DATUM_NONE;
	}
}

static void coro_drop(struct body *b)
{
	struct coro *c = CONTAINER_OF(b, struct coro, body);
	if (c->inner)
		c->inner->ops->drop(c->inner);
	coro_forget(c);
	if (c->held)
		future_unref(c->held);
	free(c);
}

static const char *coro_qualname(const struct body *b)
{
	return CONTAINER_OF(b, struct coro, body)->name;
}

static const struct body_ops coro_ops = {
	.resume = coro_resume,
	.drop = coro_drop,
	.qualname = coro_qualname,
};

static inline struct coro *coro_new(struct kit *k, coro_code code, const char *name)
{
	struct coro *c = mem_zalloc(1, sizeof *c);
	c->body.ops = &coro_ops;
	c->kit = k;
	c->code = code;
	c->name = name;
	return c;
}

#define CORO(kit, function)  (&coro_new(kit, function, #function)->body)
#define SPAWN(kit, function) task_new((kit)->loop, CORO(kit, function), NULL)

/* ---- awaitables on the heap, as bodies ---- */

struct kit_await {
	struct body body;
	struct future *future; /* counted */
	bool begun;
};

static enum outcome await_resume(struct body *b, struct datum sent, struct datum thrown,
                                 struct step_result *out)
{
	(void)sent;
	struct kit_await *a = CONTAINER_OF(b, struct kit_await, body);
	if (thrown.bits) {
		thing_of(thrown)->refs++;
		out->datum = thrown;
		return BODY_RAISES;
	}
	if (!a->begun) {
		a->begun = true;
		if (!future_await(a->future, out))
			return BODY_AWAITS;
	}
	return future_take(a->future, &out->datum) ? BODY_RETURNS : BODY_RAISES;
}

static void await_drop(struct body *b)
{
	struct kit_await *a = CONTAINER_OF(b, struct kit_await, body);
	future_unref(a->future);
	free(a);
}

static const struct body_ops await_ops = {.resume = await_resume, .drop = await_drop};

/* `await f`: borrows. */
static inline struct body *kit_await(struct future *f)
{
	struct kit_await *a = mem_zalloc(1, sizeof *a);
	a->body.ops = &await_ops;
	a->future = future_ref(f);
	return &a->body;
}

/* `await f` of a reference that is given away. */
static inline struct body *kit_await_take(struct future *f)
{
	struct body *b = kit_await(f);
	future_unref(f);
	return b;
}

/* A body of the loop with memory of its own: its drop frees that as well. */
struct kit_op {
	struct body body;
	struct body *real;
	union {
		struct sleep sleep;
		struct group_exit group_exit;
		struct wait_expired wait_expired;
	};
};

static enum outcome op_resume(struct body *b, struct datum sent, struct datum thrown,
                              struct step_result *out)
{
	return body_resume(CONTAINER_OF(b, struct kit_op, body)->real, sent, thrown, out);
}

static void op_drop(struct body *b)
{
	struct kit_op *op = CONTAINER_OF(b, struct kit_op, body);
	op->real->ops->drop(op->real);
	free(op);
}

static const struct body_ops op_ops = {.resume = op_resume, .drop = op_drop};

static inline struct body *kit_sleep(struct kit *k, double seconds)
{
	struct kit_op *op = mem_zalloc(1, sizeof *op);
	op->body.ops = &op_ops;
	sleep_init(&op->sleep, &k->world, seconds, DATUM_NONE);
	op->real = &op->sleep.body;
	return &op->body;
}

/* `error` is taken. */
static inline struct body *kit_group_exit(struct kit *k, struct group *g,
                                          struct datum error)
{
	struct kit_op *op = mem_zalloc(1, sizeof *op);
	op->body.ops = &op_ops;
	group_exit_init(&op->group_exit, g, error);
	thing_unref(k, thing_of(error));
	op->real = &op->group_exit.body;
	return &op->body;
}

static inline struct body *kit_wait_expired(struct future *f)
{
	struct kit_op *op = mem_zalloc(1, sizeof *op);
	op->body.ops = &op_ops;
	wait_expired_init(&op->wait_expired, f);
	op->real = &op->wait_expired.body;
	return &op->body;
}

/* The kit's one task group. */
static inline void kit_group_ref(struct group *g)
{
	CONTAINER_OF(g, struct kit, group)->group_refs++;
}

static inline void kit_group_unref(struct group *g)
{
	struct kit *k = CONTAINER_OF(g, struct kit, group);
	if (--k->group_refs == 0)
		group_fini(g);
}

static const struct group_ops kit_group_ops = {.ref = kit_group_ref,
                                               .unref = kit_group_unref};

static inline enum group_refusal kit_group_enter(struct kit *k)
{
	group_init(&k->group, &kit_group_ops);
	k->group_refs = 1;
	return group_enter(&k->group, k->loop);
}

/* A member, which the group alone keeps. */
static inline struct task *kit_group_create(struct kit *k, coro_code code,
                                            const char *name)
{
	struct coro *c = coro_new(k, code, name);
	struct task *t = task_new(k->loop, &c->body, name);
	group_add(&k->group, t);
	future_unref(&t->future);
	return t;
}

/* A callback of the test: a name, a function, freed after its run. */
struct kit_callback {
	union {
		struct timer timer;
		struct done_callback done;
	};
	struct kit *kit;
	void (*function)(struct kit *k, struct future *f);
	const char *name;
};

static void kit_callback_run(struct loop *l, struct handle *h)
{
	(void)l;
	struct kit_callback *cb = (struct kit_callback *)(void *)h;
	if (cb->function)
		cb->function(cb->kit,
		             h->kind == HANDLE_DONE_CALLBACK ? cb->done.future : NULL);
	else
		buf_printf(&cb->kit->log, "%s\n", cb->name);
}

static void kit_callback_release(struct handle *h)
{
	free(h);
}

static void kit_callback_name(const struct handle *h, struct buf *out)
{
	buf_puts(out, ((const struct kit_callback *)(const void *)h)->name);
}

static const struct handle_ops kit_callback_ops = {
	.run = kit_callback_run,
	.release = kit_callback_release,
	.name = kit_callback_name,
};

static inline struct kit_callback *kit_callback_new(struct kit *k, const char *name)
{
	struct kit_callback *cb = mem_zalloc(1, sizeof *cb);
	cb->kit = k;
	cb->name = name;
	return cb;
}

/* call_soon, call_later and add_done_callback of something that logs its name. */
static inline struct handle *kit_call_soon(struct kit *k, const char *name)
{
	struct kit_callback *cb = kit_callback_new(k, name);
	handle_init(&cb->timer.handle, &kit_callback_ops, ROLE_CALLBACK);
	loop_call_soon(k->loop, &cb->timer.handle);
	return &cb->timer.handle;
}

static inline struct handle *kit_call_later(struct kit *k, double seconds,
                                            const char *name)
{
	struct kit_callback *cb = kit_callback_new(k, name);
	timer_init(&cb->timer, &kit_callback_ops, ROLE_TIMER);
	loop_call_at(k->loop, &cb->timer, loop_deadline_ns(k->loop, seconds));
	return &cb->timer.handle;
}

static inline struct kit_callback *kit_when_done(struct kit *k, struct future *f,
                                                 const char *name)
{
	struct kit_callback *cb = kit_callback_new(k, name);
	done_callback_init(&cb->done, &kit_callback_ops, ROLE_DONE_CALLBACK);
	future_add_callback(f, &cb->done);
	return cb;
}

static inline struct handle *kit_soon(struct kit *k, const char *name,
                                      void (*function)(struct kit *, struct future *))
{
	struct handle *h = kit_call_soon(k, name);
	((struct kit_callback *)(void *)h)->function = function;
	return h;
}

static inline void kit_log(struct kit *k, const char *text)
{
	buf_printf(&k->log, "%s\n", text);
}

/* ---- running ---- */

/* Run `t` (a reference that is given away) to its end; its outcome's repr goes to the
 * log. */
static inline enum run_end kit_run(struct kit *k, struct task *t)
{
	struct datum d;
	enum run_end end = loop_run_until_complete(k->loop, &t->future, &d);
	if (end == RUN_DONE)
		buf_puts(&k->log, future_take(&t->future, &d) ? "= " : "! ");
	if (end == RUN_EXIT)
		buf_puts(&k->log, "exit ");
	if (end == RUN_DONE || end == RUN_EXIT) {
		thing_repr(thing_of(d), &k->log);
		buf_putc(&k->log, '\n');
		thing_unref(k, thing_of(d));
	}
	future_unref(&t->future);
	return end;
}

/* asyncio.run: the task, then the clean-up. */
static inline enum run_end kit_run_and_close(struct kit *k, struct task *t)
{
	enum run_end end = kit_run(k, t);
	struct datum d;
	ck_assert_int_eq(runner_close(k->loop, &d), RUN_DONE);
	return end;
}

#define ck_log(kit, text) ck_assert_str_eq(buf_text(&(kit)->log), text)

/* ---- the trace as text ---- */

static inline const char *kit_id_name(const struct trace *t, uint32_t id)
{
	for (uint64_t i = trace_count(t); i-- > 0;) {
		const struct event *e = trace_at(t, i);
		if (e->a == id && (e->kind == EV_TASK_CREATED || e->kind == EV_HANDLE ||
		                   e->kind == EV_TASK_NAMED))
			return trace_text(t, e->b, NULL);
	}
	return "-";
}

/* Who is running at event `e`: a task, the callback whose step it is, or the loop. */
static inline void kit_put_who(const struct trace *t, uint64_t at, struct buf *out)
{
	const struct event *e = trace_at(t, at);
	if (e->task) {
		buf_puts(out, kit_id_name(t, e->task));
		return;
	}
	for (uint64_t i = at + 1; i-- > 0;) {
		const struct event *s = trace_at(t, i);
		if (i < at &&
		    (s->kind == EV_STEP_ENDED || s->kind == EV_TICK ||
		     s->kind == EV_LOOP_STARTED || s->kind == EV_LOOP_STOPPED || s->task))
			break;
		if (s->kind == EV_STEP_BEGUN) {
			buf_printf(out, "@%s", kit_id_name(t, s->a));
			return;
		}
	}
	buf_putc(out, '-');
}

/* The steps as the oracle prints them, without its created, timer and loop lines. */
static inline void kit_steps(struct kit *k, struct buf *out)
{
	const struct trace *t = k->trace;
	for (uint64_t i = 0; i < trace_count(t); i++) {
		const struct event *e = trace_at(t, i);
		const char *b = event_infos[e->kind].b == FIELD_TEXT
		                        ? trace_text(t, e->b, NULL)
		                        : "";
		struct buf fact = {0};
		switch (e->kind) {
		case EV_STEP_BEGUN:
			buf_puts(&fact, e->task ? "run" : "callback");
			break;
		case EV_TASK_WAITS:
			buf_printf(&fact, "wait(%s)", b);
			break;
		case EV_TASK_YIELDED:
			buf_puts(&fact, "yield");
			break;
		case EV_TASK_DONE:
			buf_printf(&fact, "done(%s)", b);
			break;
		case EV_TASK_FAILED:
			buf_printf(&fact, "failed(%s)", b);
			break;
		case EV_TASK_CANCELLED:
			buf_puts(&fact, "cancelled");
			break;
		case EV_CANCEL_REQUESTED:
			buf_printf(&fact, "cancel %s", kit_id_name(t, e->a));
			break;
		default:
			continue;
		}
		buf_printf(out, "%g %u %u ", (double)e->time_ns / 1e9, e->tick, e->step);
		kit_put_who(t, i, out);
		buf_printf(out, " %s\n", buf_text(&fact));
		buf_free(&fact);
	}
}

#define ck_steps(kit, text)                                                              \
	do {                                                                             \
		struct buf steps_ = {0};                                                 \
		kit_steps(kit, &steps_);                                                 \
		ck_assert_str_eq(buf_text(&steps_), text);                               \
		buf_free(&steps_);                                                       \
	} while (0)

/* How many events of a kind there are, and the first of them. */
static inline unsigned kit_count(struct kit *k, enum event_kind kind)
{
	unsigned n = 0;
	for (uint64_t i = 0; i < trace_count(k->trace); i++)
		n += trace_at(k->trace, i)->kind == kind;
	return n;
}

static inline const struct event *kit_first(struct kit *k, enum event_kind kind)
{
	for (uint64_t i = 0; i < trace_count(k->trace); i++)
		if (trace_at(k->trace, i)->kind == kind)
			return trace_at(k->trace, i);
	return NULL;
}

#endif
