/*
 * Server: listening sockets, and what becomes of the connections: each gets a task that
 * makes its protocol and transport and ends once connection_made() was called.
 */
#include <errno.h>

#include "scene/internal.h"

#include "lang/str.h"
#include "lang/tuple.h"
#include "scene/net_object.h"
#include "scene/server.h"
#include "scene/stream.h"

static struct server_object *object_of(value v)
{
	return (struct server_object *)(void *)value_object(v);
}

static struct server_object *owner_of(struct server *s)
{
	return CONTAINER_OF(s, struct server_object, server);
}

/* ---- the task of an accepted connection ---- */

struct accept_state {
	value server;
	struct net_socket *connection; /* counted; NULL once the transport has it */
	value transport;
	struct io_wait wait;
};

/* What the connection will be told: a stream's protocol, or what the factory makes. */
static value make_protocol(struct vm *vm, struct server_object *o)
{
	if (!o->is_stream)
		return vm_call(vm, o->factory, NO_ARGS);
	struct scene *s = scene_of(vm);
	size_t limit;
	if (!stream_limit(vm, o->limit, &limit))
		return VALUE_NULL;
	value reader = stream_reader_new(s, o->server.loop, limit);
	value protocol = stream_protocol_new(s, o->server.loop, reader, o->factory);
	value_unref(vm, reader);
	return protocol;
}

static bool begin_connection(struct vm *vm, struct accept_state *st, value *out)
{
	struct server_object *o = object_of(st->server);
	struct scene *s = scene_of(vm);
	value protocol = make_protocol(vm, o);
	*out = VALUE_NULL;
	if (value_is_null(protocol))
		return false;
	io_wait_begin(s, &st->wait, o->server.loop, "accept", st->connection->peer.port);
	st->transport = transport_object_new(s, o->server.loop, TRANSPORT_SOCKET,
	                                     st->connection, protocol, st->wait.future,
	                                     &o->server);
	value_unref(vm, protocol);
	net_socket_unref(st->connection);
	st->connection = NULL;
	return io_wait_step(vm, &st->wait, VALUE_NONE, VALUE_NULL, out) == CORO_AWAIT;
}

/* Whatever goes wrong here nobody hears of, as in asyncio; the connection is closed. */
static enum coro_outcome accept_resume(struct vm *vm, void *state, value sent,
                                       value thrown, value *out)
{
	struct accept_state *st = state;
	if (value_is_null(st->transport)) {
		if (begin_connection(vm, st, out))
			return CORO_AWAIT;
	} else {
		enum coro_outcome outcome =
			io_wait_step(vm, &st->wait, sent, thrown, out);
		if (outcome != CORO_RAISE)
			return outcome;
		transport_close(&transport_object_of(st->transport)->transport);
	}
	if (vm_stopped(vm) || vm_raised_is(vm, &exc_SystemExit) ||
	    vm_raised_is(vm, &exc_KeyboardInterrupt))
		return CORO_RAISE;
	vm_forget(vm);
	*out = VALUE_NONE;
	return CORO_RETURN;
}

static void accept_drop(struct vm *vm, void *state)
{
	struct accept_state *st = state;
	io_wait_fini(vm, &st->wait);
	if (st->connection != NULL)
		net_socket_unref(st->connection);
	st->connection = NULL;
	value_forget(vm, &st->transport);
	value_forget(vm, &st->server);
}

static void accept_traverse(void *state, visit_fn visit, void *context)
{
	const struct accept_state *st = state;
	if (!value_is_null(st->server))
		visit(st->server, context);
	if (!value_is_null(st->transport))
		visit(st->transport, context);
	io_wait_traverse(&st->wait, visit, context);
}

static const struct native_body accept_body = {
	.name = "BaseSelectorEventLoop._accept_connection2",
	.state_size = sizeof(struct accept_state),
	.resume = accept_resume,
	.drop = accept_drop,
	.traverse = accept_traverse,
};

static void on_accepted(struct server *server, struct net_socket *connection)
{
	struct server_object *o = owner_of(server);
	struct scene *s = scene_of_loop(server->loop);
	struct accept_state *st;
	value coro = coro_native_new(s->vm, &accept_body, (void **)&st);
	st->server = value_ref(object_value(o));
	st->connection = connection;
	value task = task_object_new(s, server->loop, coro, VALUE_NULL);
	value_unref(s->vm, coro);
	value_xunref(s->vm, task);
}

static void server_object_ref(struct server *s)
{
	value_ref(object_value(owner_of(s)));
}

static void server_object_unref(struct server *s)
{
	value_unref(scene_of_loop(s->loop)->vm, object_value(owner_of(s)));
}

static const struct server_ops object_server_ops = {
	.ref = server_object_ref,
	.unref = server_object_unref,
	.accepted = on_accepted,
};

value server_object_new(struct scene *s, struct loop *l, int backlog, value factory,
                        bool is_stream, value limit)
{
	struct server_object *o = object_new(s->vm, &server_type, 0);
	o->factory = value_ref(factory);
	o->is_stream = is_stream;
	o->limit = value_xref(limit);
	server_init(&o->server, l, &object_server_ops, backlog);
	return object_value(o);
}

struct server *server_of(value v)
{
	return &object_of(v)->server;
}

/* ---- awaiting one of its futures ---- */

enum server_phase { PHASE_BEGIN, PHASE_FOREVER, PHASE_CLOSED, PHASE_YIELDED };

struct server_state {
	value server, iterator;
	value error; /* serve_forever: the CancelledError that ended it, or null */
	enum server_phase phase;
};

/* Begin to await `f` (a reference, taken). */
static enum coro_outcome await_future(struct vm *vm, struct server_state *st,
                                      struct future *f, enum server_phase phase,
                                      value *out)
{
	st->phase = phase;
	st->iterator = future_wait_new(vm, future_object_value(f));
	future_unref(f);
	return await_step(vm, &st->iterator, VALUE_NONE, VALUE_NULL, out);
}

/* The end of a wait for the server's end: with the error that led there, or well. */
static enum coro_outcome finish(struct vm *vm, struct server_state *st, value *out)
{
	*out = VALUE_NONE;
	if (value_is_null(st->error))
		return CORO_RETURN;
	*out = VALUE_NULL;
	value error = st->error;
	st->error = VALUE_NULL;
	vm_restore(vm, error);
	return CORO_RAISE;
}

static enum coro_outcome begin_wait_closed(struct vm *vm, struct server_state *st,
                                           value *out)
{
	struct future *f = server_wait_closed(server_of(st->server));
	if (f == NULL)
		return finish(vm, st, out);
	return await_future(vm, st, f, PHASE_CLOSED, out);
}

static enum coro_outcome go_on_closed(struct vm *vm, struct server_state *st, value sent,
                                      value thrown, value *out)
{
	enum coro_outcome outcome = await_step(vm, &st->iterator, sent, thrown, out);
	if (outcome != CORO_RETURN)
		return outcome;
	value_unref(vm, *out);
	return finish(vm, st, out);
}

static enum coro_outcome wait_closed_resume(struct vm *vm, void *state, value sent,
                                            value thrown, value *out)
{
	struct server_state *st = state;
	*out = VALUE_NULL;
	if (st->phase == PHASE_CLOSED)
		return go_on_closed(vm, st, sent, thrown, out);
	return begin_wait_closed(vm, st, out);
}

/* __aexit__: close(), wait_closed() */
static enum coro_outcome exit_resume(struct vm *vm, void *state, value sent, value thrown,
                                     value *out)
{
	struct server_state *st = state;
	if (st->phase == PHASE_BEGIN)
		server_close(server_of(st->server));
	return wait_closed_resume(vm, state, sent, thrown, out);
}

/* ---- serve_forever() ---- */

static enum coro_outcome refuse(struct vm *vm, value server, enum serve_refusal why)
{
	if (why == SERVE_SYSTEM) {
		raise_os_error(vm, errno, NULL);
		return CORO_RAISE;
	}
	struct buf text = {0};
	put_repr_of(vm, &text, server);
	vm_raise(vm, &exc_RuntimeError,
	         why == SERVE_TWICE
	                 ? "server %s is already being awaited on serve_forever()"
	                 : "server %s is closed",
	         buf_text(&text));
	buf_free(&text);
	return CORO_RAISE;
}

static enum coro_outcome forever_resume(struct vm *vm, void *state, value sent,
                                        value thrown, value *out)
{
	struct server_state *st = state;
	struct server *s = server_of(st->server);
	enum coro_outcome outcome;
	*out = VALUE_NULL;
	if (st->phase == PHASE_CLOSED)
		return go_on_closed(vm, st, sent, thrown, out);
	if (st->phase == PHASE_BEGIN) {
		struct future *f;
		enum serve_refusal why = server_serve_forever(s, &f);
		if (why != SERVE_OK)
			return refuse(vm, st->server, why);
		outcome = await_future(vm, st, f, PHASE_FOREVER, out);
	} else {
		outcome = await_step(vm, &st->iterator, sent, thrown, out);
	}
	if (outcome == CORO_AWAIT)
		return outcome;
	server_forever_over(s);
	if (outcome == CORO_RETURN || !vm_raised_is(vm, &cancelled_error_type))
		return outcome;
	st->error = vm_take(vm);
	server_close(s);
	return begin_wait_closed(vm, st, out);
}

/* ---- start_serving() ---- */

static enum coro_outcome start_resume(struct vm *vm, void *state, value sent,
                                      value thrown, value *out)
{
	(void)sent;
	struct server_state *st = state;
	*out = VALUE_NULL;
	if (!value_is_null(thrown)) {
		vm_restore(vm, value_ref(thrown));
		return CORO_RAISE;
	}
	*out = VALUE_NONE;
	if (st->phase == PHASE_YIELDED)
		return CORO_RETURN;
	if (!server_object_start(vm, st->server))
		return CORO_RAISE;
	st->phase = PHASE_YIELDED;
	return CORO_AWAIT;
}

/* __aenter__ */
static enum coro_outcome enter_resume(struct vm *vm, void *state, value sent,
                                      value thrown, value *out)
{
	(void)vm;
	(void)sent;
	(void)thrown;
	*out = value_ref(((struct server_state *)state)->server);
	return CORO_RETURN;
}

bool server_object_start(struct vm *vm, value server)
{
	struct server *s = server_of(server);
	if (s->closed) {
		vm_raise(vm, &exc_TypeError, "'NoneType' object is not iterable");
		return false;
	}
	if (server_start(s) == 0)
		return true;
	raise_os_error(vm, errno, NULL);
	return false;
}

static void server_state_drop(struct vm *vm, void *state)
{
	struct server_state *st = state;
	if (st->phase == PHASE_FOREVER && !value_is_null(st->iterator))
		server_forever_over(server_of(st->server));
	value_forget(vm, &st->iterator);
	value_forget(vm, &st->error);
	value_forget(vm, &st->server);
}

static void server_state_traverse(void *state, visit_fn visit, void *context)
{
	const struct server_state *st = state;
	const value owned[] = {st->server, st->iterator, st->error};
	for (size_t i = 0; i < COUNT_OF(owned); i++)
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
}

#define SERVER_BODY(qualname, function)                                                  \
	{                                                                                \
		.name = (qualname), .state_size = sizeof(struct server_state),           \
		.resume = (function), .drop = server_state_drop,                         \
		.traverse = server_state_traverse                                        \
	}
static const struct native_body start_body =
	SERVER_BODY("Server.start_serving", start_resume);
static const struct native_body forever_body =
	SERVER_BODY("Server.serve_forever", forever_resume);
static const struct native_body wait_closed_body =
	SERVER_BODY("Server.wait_closed", wait_closed_resume);
static const struct native_body enter_body =
	SERVER_BODY("AbstractServer.__aenter__", enter_resume);
static const struct native_body exit_body =
	SERVER_BODY("AbstractServer.__aexit__", exit_resume);

static value server_coroutine(struct vm *vm, const struct native_body *body, value self)
{
	struct server_state *st;
	value coro = coro_native_new(vm, body, (void **)&st);
	st->server = value_ref(self);
	return coro;
}

/* ---- methods ---- */

static value method_start_serving(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return server_coroutine(vm, &start_body, self);
}

static value method_serve_forever(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return server_coroutine(vm, &forever_body, self);
}

static value method_wait_closed(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return server_coroutine(vm, &wait_closed_body, self);
}

static value method_enter(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return server_coroutine(vm, &enter_body, self);
}

static value method_exit(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return server_coroutine(vm, &exit_body, self);
}

static value method_close(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	server_close(server_of(self));
	return VALUE_NONE;
}

static value method_close_clients(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	server_close_clients(server_of(self), false);
	return VALUE_NONE;
}

static value method_abort_clients(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	server_close_clients(server_of(self), true);
	return VALUE_NONE;
}

static value method_is_serving(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_bool(server_of(self)->serving);
}

static value method_get_loop(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return loop_object_of(scene_of(vm), server_of(self)->loop);
}

static value get_sockets(struct vm *vm, value self)
{
	const struct server *s = server_of(self);
	size_t count = server_socket_count(s);
	value sockets = tuple_new(vm, count);
	for (size_t i = 0; i < count; i++)
		tuple_of(sockets)->items[i] =
			transport_socket_new(vm, server_socket(s, i));
	return sockets;
}

static value server_repr(struct vm *vm, value self)
{
	value sockets = get_sockets(vm, self);
	struct buf out = {0};
	buf_puts(&out, "<Server sockets=");
	put_repr_of(vm, &out, sockets);
	buf_putc(&out, '>');
	value_unref(vm, sockets);
	return str_from_buf(vm, &out);
}

/* ---- the type ---- */

static void server_object_clear(struct vm *vm, struct object *self)
{
	struct server_object *o = (struct server_object *)(void *)self;
	value_forget(vm, &o->dict);
	value_forget(vm, &o->limit);
}

static void server_object_drop(struct vm *vm, struct object *self)
{
	struct server_object *o = (struct server_object *)(void *)self;
	if (o->server.loop != NULL)
		server_fini(&o->server);
	server_object_clear(vm, self);
	value_forget(vm, &o->factory);
}

static void traverse_server(void *what, const struct future_visitor *v)
{
	server_traverse(what, v);
}

static void server_object_traverse(struct object *self, visit_fn visit, void *context)
{
	struct server_object *o = (struct server_object *)(void *)self;
	const value owned[] = {o->dict, o->factory, o->limit};
	for (size_t i = 0; i < COUNT_OF(owned); i++)
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
	if (o->server.loop != NULL)
		visit_with_loop(visit, context, traverse_server, &o->server);
}

static const struct method_def server_methods[] = {
	{"start_serving", method_start_serving, 0, 0, 0},
	{"serve_forever", method_serve_forever, 0, 0, 0},
	{"wait_closed", method_wait_closed, 0, 0, 0},
	{"close", method_close, 0, 0, 0},
	{"close_clients", method_close_clients, 0, 0, 0},
	{"abort_clients", method_abort_clients, 0, 0, 0},
	{"is_serving", method_is_serving, 0, 0, 0},
	{"get_loop", method_get_loop, 0, 0, 0},
	{"__aenter__", method_enter, 0, 0, 0},
	{"__aexit__", method_exit, 0, METHOD_ANY, 0},
	{0},
};

static const struct getset_def server_getset[] = {
	{"sockets", get_sockets, NULL},
	{0},
};

const struct type server_type = {
	TYPE_HEAD_OF("asyncio.base_events"),
	.name = "Server",
	.base = &object_type,
	.size = sizeof(struct server_object),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.dict_offset = offsetof(struct server_object, dict),
	.methods = server_methods,
	.getset = server_getset,
	.drop = server_object_drop,
	.clear = server_object_clear,
	.traverse = server_object_traverse,
	.repr = server_repr,
};
