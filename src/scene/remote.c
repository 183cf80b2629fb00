/*
 * Calls from one world to a loop of another: see remote.h. Each is a message with a
 * parcel, which the crew hands over at the place in time where it belongs.
 */
#include "scene/remote.h"

#include "lang/dict.h"
#include "lang/parcel.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "loop/crew.h"
#include "scene/concurrent.h"
#include "scene/crew.h"
#include "scene/crossing.h"
#include "scene/executor.h"
#include "scene/internal.h"
#include "scene/job.h"
#include "scene/worker_world.h"

enum message_kind {
	MESSAGE_CALL,   /* loop, callback, args: call it soon */
	MESSAGE_RUN,    /* loop, coroutine: run it, and answer */
	MESSAGE_CANCEL, /* never mind */
	MESSAGE_ANSWER, /* the result or exception */
};

struct message {
	struct post post; /* the crew's */
	enum message_kind kind;
	uint32_t from; /* the number of the world that sends it */
	char *what;    /* for the trace; owned, or NULL */
	uint64_t id;   /* of the request */
	bool failed;   /* ANSWER: it is an exception */
	struct parcel parcel;
};

/* A coroutine that this world runs for another one. */
struct served {
	struct list_node link; /* in scene.served */
	uint32_t from;
	uint64_t id;
	value future; /* concurrent; counted */
};

/*
 * The done callback of both ends of a call that runs a coroutine: in the worker, to
 * cancel it over there; at the loop, to answer.
 */
struct remote_callback {
	struct object head;
	uint32_t world; /* the other one's number */
	uint64_t id;
	bool answers;
};

static const struct type callback_type = {
	TYPE_HEAD_OF("asyncio.tasks"),
	.name = "function",
	.base = &object_type,
	.size = sizeof(struct remote_callback),
	.flags = TYPE_FINAL | TYPE_NO_NEW,
};

static struct remote_callback *callback_new(struct scene *s, uint32_t world, uint64_t id,
                                            bool answers)
{
	struct remote_callback *c = object_new(s->vm, &callback_type, 0);
	c->world = world;
	c->id = id;
	c->answers = answers;
	return c;
}

static struct message *message_new(struct scene *s, enum message_kind kind, uint64_t id)
{
	struct message *m = mem_zalloc(1, sizeof *m);
	m->kind = kind;
	m->from = vm_world(s->vm);
	m->id = id;
	return m;
}

static void message_free(struct message *m)
{
	parcel_free(&m->parcel);
	free(m->what);
	free(m);
}

static void deliver(struct post *p, struct loop_world *here);

static void drop(struct post *p)
{
	message_free(CONTAINER_OF(p, struct message, post));
}

/* Send it: it is taken. To a world that is gone it is lost. */
static void send_to(struct scene *s, struct message *m, uint32_t world)
{
	m->post.run = deliver;
	m->post.drop = drop;
	crew_post(&s->world, (uint16_t)world, &m->post);
}

/* ---- from a worker ---- */

static uint32_t world_of_proxy(value proxy)
{
	return loop_proxy_origin(proxy)->world;
}

/* Pack `count` values for the loop's world; NULL with the exception set. */
static struct message *pack_for(struct scene *s, value proxy, enum message_kind kind,
                                const value *values, size_t count)
{
	if (loop_proxy_closed(s->vm, proxy)) {
		vm_raise(s->vm, &exc_RuntimeError, "Event loop is closed");
		return NULL;
	}
	struct message *m = message_new(s, kind, 0);
	const struct parcel_options options = {
		.flags = PARCEL_MOVE,
		.to = world_of_proxy(proxy),
		.landing = s->landing,
		.refusal = "cannot go from a worker to the loop",
	};
	if (parcel_pack(s->vm, values, count, &options, &m->parcel))
		return m;
	message_free(m);
	return NULL;
}

/* `Event.set`: never a repr, since addresses differ from run to run. */
static void put_foreign_name(struct buf *out, value token)
{
	const char *type = str_text(foreign_type_name(token));
	const char *dot = strrchr(type, '.');
	buf_puts(out, dot != NULL ? dot + 1 : type);
	if (!value_is_null(foreign_path(token)))
		buf_printf(out, ".%s", str_text(foreign_path(token)));
}

/* What is called, for people. */
static char *name_of(struct scene *s, value callable)
{
	struct buf name = {0};
	if (value_is_coroutine(callable))
		buf_puts(&name, str_text(coro_qualname(callable)));
	else if (value_is_foreign(callable))
		put_foreign_name(&name, callable);
	else
		put_callable_name(s->vm, &name, callable);
	return buf_take(&name);
}

bool remote_call_soon(struct scene *s, value proxy, value callback, const struct args *a)
{
	value args = tuple_from(s->vm, a->at, a->count);
	const value values[] = {proxy, callback, args};
	struct message *m = pack_for(s, proxy, MESSAGE_CALL, values, COUNT_OF(values));
	value_unref(s->vm, args);
	if (m == NULL)
		return false;
	m->what = name_of(s, callback);
	send_to(s, m, world_of_proxy(proxy));
	return true;
}

value remote_run_coroutine(struct scene *s, value proxy, value coro)
{
	const value values[] = {proxy, coro};
	struct message *m = pack_for(s, proxy, MESSAGE_RUN, values, COUNT_OF(values));
	if (m == NULL)
		return VALUE_NULL;
	value future = concurrent_future_new(s);
	m->what = name_of(s, coro);
	m->id = ++s->requests;
	concurrent_future_of(future)->what = str_new_c(s->vm, m->what);
	vec_push(&s->remote_requests, (struct remote_request){m->id, value_ref(future)});
	struct remote_callback *callback =
		callback_new(s, world_of_proxy(proxy), m->id, false);
	concurrent_add_callback(s, future, object_value(callback));
	value_unref(s->vm, object_value(callback));
	send_to(s, m, world_of_proxy(proxy));
	return future;
}

void remote_forget(struct scene *s)
{
	while (s->remote_requests.count > 0)
		value_unref(s->vm, vec_pop(&s->remote_requests).future);
	vec_free(&s->remote_requests);
	while (s->answers.count > 0)
		landing_free(vec_pop(&s->answers));
	vec_free(&s->answers);
}

/* ---- at the loop ---- */

static struct served *find_served(struct scene *s, const struct message *m)
{
	for (struct list_node *n = s->served.next; n != &s->served; n = n->next) {
		struct served *one = list_entry(n, struct served, link);
		if (one->from == m->from && one->id == m->id)
			return one;
	}
	return NULL;
}

static void served_free(struct scene *s, struct served *one)
{
	list_remove(&one->link);
	value_unref(s->vm, one->future);
	free(one);
}

/* Unpack what came; false, and nothing, when it cannot be: that is logged. */
static bool unpack_here(struct scene *s, struct message *m, value *values, size_t count)
{
	if (scene_unpack(s, &m->parcel, values, count))
		return true;
	value error = vm_take(s->vm);
	if (!vm_stopped(s->vm)) {
		struct buf text = {0};
		buf_puts(&text, "a call from a worker could not be received");
		report_error(s, &text, error);
		buf_free(&text);
	}
	value_xunref(s->vm, error);
	return false;
}

static void deliver_call(struct scene *s, struct message *m)
{
	value values[3];
	if (!unpack_here(s, m, values, COUNT_OF(values)))
		return;
	if (value_is_a(values[0], &base_loop_type) && !loop_closed(loop_of(values[0]))) {
		value handle = handle_call_soon(s, loop_of(values[0]), values[1],
		                                values[2], ROLE_CALLBACK);
		value_unref(s->vm, handle);
	}
	for (size_t i = 0; i < COUNT_OF(values); i++)
		value_unref(s->vm, values[i]);
}

static void deliver_run(struct scene *s, struct message *m)
{
	value values[2];
	if (!unpack_here(s, m, values, COUNT_OF(values)))
		return;
	value future = concurrent_future_new(s);
	struct served *one = mem_zalloc(1, sizeof *one);
	*one = (struct served){.from = m->from, .id = m->id, .future = value_ref(future)};
	list_push_tail(&s->served, &one->link);
	struct remote_callback *callback = callback_new(s, m->from, m->id, true);
	concurrent_add_callback(s, future, object_value(callback));
	value_unref(s->vm, object_value(callback));
	if (value_is_a(values[0], &base_loop_type) && !loop_closed(loop_of(values[0])))
		coroutine_call_soon(s, loop_of(values[0]), values[1], future);
	else
		concurrent_cancel(s, concurrent_future_of(future));
	value_unref(s->vm, future);
	value_unref(s->vm, values[0]);
	value_unref(s->vm, values[1]);
}

static void deliver_cancel(struct scene *s, struct message *m)
{
	struct served *one = find_served(s, m);
	if (one != NULL)
		concurrent_cancel(s, concurrent_future_of(one->future));
}

/* ---- the answer, at home again ---- */

static void deliver_answer(struct scene *s, struct message *m)
{
	size_t i = 0;
	while (i < s->remote_requests.count && s->remote_requests.items[i].id != m->id)
		i++;
	if (i == s->remote_requests.count)
		return; /* that job is over */
	value future = s->remote_requests.items[i].future, outcome = VALUE_NULL;
	s->remote_requests.items[i] = vec_last(&s->remote_requests);
	s->remote_requests.count--;
	struct concurrent_future *f = concurrent_future_of(future);
	bool failed = m->failed;
	if (!scene_unpack(s, &m->parcel, &outcome, 1)) {
		outcome = vm_take(s->vm);
		failed = true;
	}
	if (!concurrent_done(f) && !vm_stopped(s->vm) && !value_is_null(outcome))
		concurrent_complete(s, f, outcome, failed);
	value_xunref(s->vm, outcome);
	value_unref(s->vm, future);
}

static void answer(struct scene *s, struct remote_callback *c, value future)
{
	struct concurrent_future *f = concurrent_future_of(future);
	struct message *m = message_new(s, MESSAGE_ANSWER, c->id);
	struct message asked = {.from = c->world, .id = c->id};
	struct served *one = find_served(s, &asked);
	value outcome = f->state == CONCURRENT_CANCELLED
	                        ? exception_new(s->vm, &concurrent_cancelled_error_type,
	                                        VALUE_NULL)
	                        : value_ref(f->outcome);
	const struct parcel_options options = {
		.to = c->world,
		.landing = s->landing,
		.refusal = "cannot go to a worker",
	};
	m->failed = f->failed || f->state == CONCURRENT_CANCELLED;
	if (!parcel_pack(s->vm, &outcome, 1, &options, &m->parcel)) {
		value error = vm_take(s->vm);
		m->failed = true;
		if (!parcel_pack(s->vm, &error, 1, &options, &m->parcel))
			vm_forget(s->vm);
		value_unref(s->vm, error);
	}
	value_unref(s->vm, outcome);
	send_to(s, m, c->world);
	if (one != NULL)
		served_free(s, one);
}

bool remote_call_back(struct scene *s, value callback, value future)
{
	if (!value_is_exactly(callback, &callback_type))
		return false;
	struct remote_callback *c =
		(struct remote_callback *)(void *)value_object(callback);
	if (c->answers)
		answer(s, c, future);
	else if (concurrent_future_of(future)->state == CONCURRENT_CANCELLED)
		send_to(s, message_new(s, MESSAGE_CANCEL, c->id), c->world);
	return true;
}

static void deliver(struct post *p, struct loop_world *here)
{
	static void (*const deliveries[])(struct scene *, struct message *) = {
		[MESSAGE_CALL] = deliver_call,
		[MESSAGE_RUN] = deliver_run,
		[MESSAGE_CANCEL] = deliver_cancel,
		[MESSAGE_ANSWER] = deliver_answer,
	};
	struct message *m = CONTAINER_OF(p, struct message, post);
	struct scene *s = here->context;
	if (!vm_stopped(s->vm)) {
		s->posting_thread = (uint16_t)m->from;
		s->posting_text = m->what;
		deliveries[m->kind](s, m);
		s->posting_thread = 0;
		s->posting_text = NULL;
	}
	message_free(m);
}

void served_forget(struct scene *s)
{
	while (!list_empty(&s->served))
		served_free(s, list_entry(s->served.next, struct served, link));
}
