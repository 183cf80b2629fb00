/*
 * open_connection, start_server and what they stand on, create_connection and
 * create_server: the coroutines that end with a connection or a server. Both pairs are
 * one body; what differs is what becomes of a connection.
 */
#include <errno.h>

#include "scene/internal.h"

#include "lang/int.h"
#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "loop/sockop.h"
#include "scene/arguments.h"
#include "scene/net_object.h"
#include "scene/server.h"
#include "scene/stream.h"

/* ---- arguments ---- */

enum { ARGUMENTS_MAX = 32 };

/* Arguments without the keywords that make no difference here. */
struct filtered {
	value at[ARGUMENTS_MAX];
	struct args args;
};

static bool is_one_of(value name, const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++)
		if (str_equal_c(name, names[i]))
			return true;
	return false;
}

/* False with TypeError; `f->args.names` (or null) is to be given back. */
static bool filter_arguments(struct vm *vm, const struct args *a,
                             const char *const *ignored, const char *function,
                             struct filtered *f)
{
	size_t keywords = args_keywords(a), kept = 0;
	if (a->count + keywords > ARGUMENTS_MAX) {
		vm_raise(vm, &exc_TypeError, "%s() got too many arguments", function);
		return false;
	}
	for (size_t i = 0; i < a->count; i++)
		f->at[i] = a->at[i];
	value names[ARGUMENTS_MAX];
	for (size_t i = 0; i < keywords; i++) {
		value name = tuple_at(a->names, i);
		if (is_one_of(name, ignored))
			continue;
		f->at[a->count + kept] = a->at[a->count + i];
		names[kept++] = name;
	}
	f->args = (struct args){.at = f->at,
	                        .count = a->count,
	                        .names = kept > 0 ? tuple_from(vm, names, kept)
	                                          : VALUE_NULL};
	return true;
}

static bool bind_filtered(struct vm *vm, const struct args *a,
                          const char *const *ignored, const struct signature *s,
                          bool is_method, value out[])
{
	struct filtered f;
	if (!filter_arguments(vm, a, ignored, s->function, &f))
		return false;
	bool ok = arguments_bind(vm, &f.args, s, is_method, out);
	value_xunref(vm, f.args.names);
	return ok;
}

static bool is_given(value v)
{
	return !value_is_null(v) && !value_is_none(v);
}

static value none_to_null(value v)
{
	return is_given(v) ? value_ref(v) : VALUE_NULL;
}

static bool refuse_tls(struct vm *vm, value ssl)
{
	if (!is_given(ssl) || value_is(ssl, VALUE_FALSE))
		return true;
	vm_raise(vm, &exc_NotImplementedError,
	         "simmer has no TLS: its connections never leave this machine");
	return false;
}

/* A host is a str or None. False: TypeError. */
static bool host_argument(struct vm *vm, value host, const char **out)
{
	*out = NULL;
	if (!is_given(host))
		return true;
	if (!value_is_str(host)) {
		vm_raise(vm, &exc_TypeError,
		         "getaddrinfo() argument 1 must be string or None");
		return false;
	}
	*out = str_text(host);
	return true;
}

static bool port_argument(struct vm *vm, value port, int *out)
{
	int64_t n = 0;
	*out = 0;
	if (!is_given(port))
		return true;
	if (value_is_str(port)) {
		value number = int_from_text(vm, str_text(port), str_len(port), 10);
		if (value_is_null(number))
			return false;
		bool fits = int_get_i64(number, &n);
		value_unref(vm, number);
		if (!fits)
			n = -1;
	} else if (!object_index_int64(vm, port, true, &n)) {
		return false;
	}
	if (n < 0 || n > 65535) {
		vm_raise(vm, &exc_OverflowError, "bind(): port must be 0-65535.");
		return false;
	}
	*out = (int)n;
	return true;
}

/* The address of (host, port). False: the exception is set. */
static bool resolve(struct vm *vm, value host, value port, bool passive,
                    struct net_address *out)
{
	const char *name;
	int number;
	struct net_error error = {0};
	if (!host_argument(vm, host, &name) || !port_argument(vm, port, &number))
		return false;
	if (net_resolve(name, number, passive, out, &error))
		return true;
	raise_net_error(vm, &error);
	return false;
}

/* The loop of a coroutine of the module asyncio is the one that first steps it. */
static bool find_loop(struct vm *vm, struct loop **loop)
{
	if (*loop != NULL)
		return true;
	struct loop *l = running_loop(vm);
	if (l == NULL)
		return false;
	*loop = loop_ref(l);
	return true;
}

/* ---- connecting ---- */

enum connect_phase { CONNECT_BEGIN, CONNECT_CONNECTING, CONNECT_MAKING };

struct connect_state {
	struct loop *loop;     /* counted */
	value factory;         /* create_connection's; null: open_connection */
	value limit;           /* open_connection's, or null */
	value host, port;      /* or null */
	value given;           /* `sock`: a socket object, or null */
	value ssl, local;      /* or null */
	value reader;          /* open_connection's */
	value protocol, transport;
	struct net_socket *socket; /* counted, until the transport has it */
	struct sockop op;
	bool has_op;
	enum connect_phase phase;
	struct io_wait wait;
};

static void op_over(struct sockop *op)
{
	CONTAINER_OF(op, struct connect_state, op)->has_op = false;
}

static const struct sockop_ops connect_ops = {.over = op_over};

static void drop_op(struct connect_state *st)
{
	if (st->has_op)
		st->op.body.ops->drop(&st->op.body);
	st->has_op = false;
}

static void drop_socket(struct connect_state *st)
{
	if (st->socket != NULL)
		net_socket_unref(st->socket);
	st->socket = NULL;
}

/* What is connected gets its protocol and transport: CORO_AWAIT, or CORO_RAISE. */
static enum coro_outcome make_connection(struct vm *vm, struct connect_state *st,
                                         value *out)
{
	struct scene *s = scene_of(vm);
	st->phase = CONNECT_MAKING;
	st->protocol = value_is_null(st->factory)
	                       ? stream_protocol_new(s, st->loop, st->reader, VALUE_NULL)
	                       : vm_call(vm, st->factory, NO_ARGS);
	if (value_is_null(st->protocol))
		return CORO_RAISE;
	const char *act = value_is_null(st->factory) ? "open_connection"
	                                             : "create_connection";
	io_wait_begin(s, &st->wait, st->loop, act, st->socket->peer.port);
	st->transport =
		transport_object_new(s, st->loop, TRANSPORT_SOCKET, st->socket,
	                             st->protocol, st->wait.future, NULL);
	drop_socket(st);
	return io_wait_step(vm, &st->wait, VALUE_NONE, VALUE_NULL, out);
}

static enum coro_outcome resume_op(struct vm *vm, struct connect_state *st, value sent,
                                   value thrown, value *out)
{
	struct step_result r;
	enum outcome outcome = body_resume(&st->op.body, datum_maybe(sent),
	                                   (struct datum){thrown.bits}, &r);
	enum coro_outcome result = coro_outcome_of(vm, outcome, &r, out);
	if (result == CORO_AWAIT)
		return result;
	drop_op(st);
	if (result == CORO_RAISE)
		return result;
	value_forget(vm, out);
	return make_connection(vm, st, out);
}

static enum coro_outcome begin_connect(struct vm *vm, struct connect_state *st,
                                       value *out)
{
	struct scene *s = scene_of(vm);
	size_t limit;
	if (!find_loop(vm, &st->loop))
		return CORO_RAISE;
	if (value_is_null(st->factory)) {
		if (!stream_limit(vm, st->limit, &limit))
			return CORO_RAISE;
		st->reader = stream_reader_new(s, st->loop, limit);
	}
	if (!refuse_tls(vm, st->ssl))
		return CORO_RAISE;
	if (!value_is_null(st->given)) {
		if (is_given(st->host) || is_given(st->port)) {
			vm_raise(vm, &exc_ValueError,
			         "host/port and sock can not be specified at the same "
			         "time");
			return CORO_RAISE;
		}
		struct net_socket *given = socket_of(vm, st->given);
		if (given == NULL)
			return CORO_RAISE;
		socket_set_nonblocking(st->given);
		st->socket = net_socket_ref(given);
		return make_connection(vm, st, out);
	}
	if (!is_given(st->host) && !is_given(st->port)) {
		vm_raise(vm, &exc_ValueError,
		         "host and port was not specified and no sock specified");
		return CORO_RAISE;
	}
	struct net_address address;
	if (!resolve(vm, st->host, st->port, false, &address))
		return CORO_RAISE;
	st->socket = net_socket_new(scene_net(s), address.family);
	if (st->socket == NULL) {
		raise_os_error(vm, errno, NULL);
		return CORO_RAISE;
	}
	if (!value_is_null(st->local) && !socket_bind_value(vm, st->socket, st->local))
		return CORO_RAISE;
	sockop_init(&st->op, SOCKOP_CONNECT, st->loop, st->socket, &address,
	            &connect_ops);
	st->has_op = true;
	st->phase = CONNECT_CONNECTING;
	return resume_op(vm, st, VALUE_NONE, VALUE_NULL, out);
}

static value connection_pair(struct vm *vm, const struct connect_state *st)
{
	value pair[2] = {value_ref(st->transport), value_ref(st->protocol)};
	if (value_is_null(st->factory)) {
		value writer = stream_writer_new(scene_of(vm), st->loop, st->transport,
		                                 st->protocol, st->reader);
		value_unref(vm, pair[0]);
		value_unref(vm, pair[1]);
		pair[0] = value_ref(st->reader);
		pair[1] = writer;
	}
	value tuple = tuple_from(vm, pair, 2);
	value_unref(vm, pair[0]);
	value_unref(vm, pair[1]);
	return tuple;
}

static enum coro_outcome connect_resume(struct vm *vm, void *state, value sent,
                                        value thrown, value *out)
{
	struct connect_state *st = state;
	*out = VALUE_NULL;
	switch (st->phase) {
	case CONNECT_BEGIN:
		return begin_connect(vm, st, out);
	case CONNECT_CONNECTING:
		return resume_op(vm, st, sent, thrown, out);
	case CONNECT_MAKING:
		break;
	}
	enum coro_outcome outcome = io_wait_step(vm, &st->wait, sent, thrown, out);
	if (outcome == CORO_RAISE)
		transport_close(&transport_object_of(st->transport)->transport);
	if (outcome != CORO_RETURN)
		return outcome;
	value_forget(vm, out);
	*out = connection_pair(vm, st);
	return CORO_RETURN;
}

static void connect_drop(struct vm *vm, void *state)
{
	struct connect_state *st = state;
	drop_op(st);
	io_wait_fini(vm, &st->wait);
	drop_socket(st);
	value *const owned[] = {&st->factory, &st->limit,    &st->host,    &st->port,
	                        &st->given,   &st->ssl,      &st->local,   &st->reader,
	                        &st->protocol, &st->transport};
	for (size_t i = 0; i < COUNT_OF(owned); i++)
		value_forget(vm, owned[i]);
	if (st->loop != NULL)
		loop_unref(st->loop);
	st->loop = NULL;
}

static void traverse_op(void *op, const struct future_visitor *v)
{
	sockop_traverse(op, v);
}

static void connect_traverse(void *state, visit_fn visit, void *context)
{
	struct connect_state *st = state;
	const value owned[] = {st->factory, st->limit,    st->host,    st->port,
	                       st->given,   st->ssl,      st->local,   st->reader,
	                       st->protocol, st->transport};
	for (size_t i = 0; i < COUNT_OF(owned); i++)
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
	if (st->has_op)
		visit_with_loop(visit, context, traverse_op, &st->op);
	io_wait_traverse(&st->wait, visit, context);
}

static const struct native_body open_body = {
	.name = "open_connection",
	.state_size = sizeof(struct connect_state),
	.resume = connect_resume,
	.drop = connect_drop,
	.traverse = connect_traverse,
};

static const struct native_body connect_body = {
	.name = "BaseEventLoop.create_connection",
	.state_size = sizeof(struct connect_state),
	.resume = connect_resume,
	.drop = connect_drop,
	.traverse = connect_traverse,
};

static const char *const connect_ignored[] = {
	"family", "proto", "flags", "server_hostname", "ssl_handshake_timeout",
	"ssl_shutdown_timeout", "happy_eyeballs_delay", "interleave", "all_errors", NULL};

enum { ARG_HOST, ARG_PORT, ARG_LIMIT, ARG_SSL, ARG_SOCK, ARG_LOCAL, CONNECT_ARGS };

value asyncio_open_connection(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {
		.function = "open_connection",
		.names = {"host", "port", "limit", "ssl", "sock", "local_addr"},
		.positional = 2};
	value parsed[CONNECT_ARGS];
	if (!bind_filtered(vm, a, connect_ignored, &signature, false, parsed))
		return VALUE_NULL;
	struct connect_state *st;
	value coro = coro_native_new(vm, &open_body, (void **)&st);
	st->host = none_to_null(parsed[ARG_HOST]);
	st->port = none_to_null(parsed[ARG_PORT]);
	st->limit = value_xref(parsed[ARG_LIMIT]);
	st->ssl = none_to_null(parsed[ARG_SSL]);
	st->given = none_to_null(parsed[ARG_SOCK]);
	st->local = none_to_null(parsed[ARG_LOCAL]);
	return coro;
}

value loop_create_connection(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "BaseEventLoop.create_connection",
		.names = {"protocol_factory", "host", "port", "ssl", "sock", "local_addr"},
		.positional = 3,
		.required = 1};
	value parsed[6];
	if (!bind_filtered(vm, a, connect_ignored, &signature, true, parsed))
		return VALUE_NULL;
	struct connect_state *st;
	value coro = coro_native_new(vm, &connect_body, (void **)&st);
	st->loop = loop_ref(loop_of(self));
	st->factory = value_ref(parsed[0]);
	st->host = none_to_null(parsed[1]);
	st->port = none_to_null(parsed[2]);
	st->ssl = none_to_null(parsed[3]);
	st->given = none_to_null(parsed[4]);
	st->local = none_to_null(parsed[5]);
	return coro;
}

/* ---- serving ---- */

enum serve_phase { SERVE_BEGIN, SERVE_RESOLVING, SERVE_YIELDED };

struct serve_state {
	struct loop *loop; /* counted */
	value callback;    /* client_connected_cb or protocol_factory */
	value limit;       /* start_server's, or null */
	value host, port, given, ssl;
	value hosts;    /* a list, once begun */
	value iterator; /* over the gather of their tasks */
	value server;
	int64_t backlog;
	bool is_stream, starts;
	enum serve_phase phase;
};

/* The task that finds a host's address: one step, which fails for one that is not ours. */
struct resolve_state {
	value host, port;
};

static enum coro_outcome resolve_resume(struct vm *vm, void *state, value sent,
                                        value thrown, value *out)
{
	const struct resolve_state *st = state;
	struct net_address address;
	(void)sent;
	(void)thrown;
	*out = VALUE_NULL;
	if (!resolve(vm, st->host, st->port, true, &address))
		return CORO_RAISE;
	*out = VALUE_NONE;
	return CORO_RETURN;
}

static void resolve_drop(struct vm *vm, void *state)
{
	struct resolve_state *st = state;
	value_forget(vm, &st->host);
	value_forget(vm, &st->port);
}

static void resolve_traverse(void *state, visit_fn visit, void *context)
{
	const struct resolve_state *st = state;
	if (!value_is_null(st->host))
		visit(st->host, context);
	if (!value_is_null(st->port))
		visit(st->port, context);
}

static const struct native_body resolve_body = {
	.name = "BaseEventLoop._create_server_getaddrinfo",
	.state_size = sizeof(struct resolve_state),
	.resume = resolve_resume,
	.drop = resolve_drop,
	.traverse = resolve_traverse,
};

/* A list of the hosts: one, or several. Null: the exception is set. */
static value list_hosts(struct vm *vm, value host)
{
	if (value_is_null(host) || value_is_str(host)) {
		value one = value_is_null(host) || str_len(host) == 0 ? VALUE_NONE : host;
		return list_from(vm, &one, 1);
	}
	return list_from_iterable(vm, host);
}

static enum coro_outcome begin_resolving(struct vm *vm, struct serve_state *st,
                                         value *out)
{
	struct scene *s = scene_of(vm);
	st->hosts = list_hosts(vm, st->host);
	if (value_is_null(st->hosts))
		return CORO_RAISE;
	size_t count = list_count(st->hosts);
	if (count == 0) {
		vm_raise(vm, &exc_OSError, "could not bind on any address out of []");
		return CORO_RAISE;
	}
	struct future **tasks = mem_zalloc(count, sizeof *tasks);
	for (size_t i = 0; i < count; i++) {
		struct resolve_state *rs;
		value coro = coro_native_new(vm, &resolve_body, (void **)&rs);
		rs->host = value_ref(list_at(st->hosts, i));
		rs->port = value_xref(st->port);
		value task = task_object_new(s, st->loop, coro, VALUE_NULL);
		value_unref(vm, coro);
		tasks[i] = future_of(task);
		future_task(tasks[i])->quiet = true; /* the gather answers for it */
	}
	value gathering = gathering_new(s, st->loop, tasks, count, false);
	for (size_t i = 0; i < count; i++)
		future_unref(tasks[i]);
	free(tasks);
	st->iterator = future_wait_new(vm, gathering);
	value_unref(vm, gathering);
	st->phase = SERVE_RESOLVING;
	return await_step(vm, &st->iterator, VALUE_NONE, VALUE_NULL, out);
}

static bool same_address(const struct net_address *a, const struct net_address *b)
{
	return a->family == b->family && a->port == b->port &&
	       strcmp(a->host, b->host) == 0;
}

/* The same address is bound only once. */
static bool is_bound(struct serve_state *st, size_t hosts, const struct net_address *a,
                     struct vm *vm)
{
	for (size_t i = 0; i < hosts; i++) {
		struct net_address before;
		if (resolve(vm, list_at(st->hosts, i), st->port, true, &before) &&
		    same_address(&before, a))
			return true;
	}
	return false;
}

static bool bind_hosts(struct vm *vm, struct serve_state *st)
{
	for (size_t i = 0; i < list_count(st->hosts); i++) {
		struct net_address address;
		struct net_error error = {0};
		if (!resolve(vm, list_at(st->hosts, i), st->port, true, &address))
			return false;
		if (is_bound(st, i, &address, vm))
			continue;
		struct net_socket *socket =
			net_socket_new(scene_net(scene_of(vm)), address.family);
		if (socket == NULL) {
			raise_os_error(vm, errno, NULL);
			return false;
		}
		int bound = net_bind(socket, &address, true, &error);
		if (bound == 0)
			server_add(server_of(st->server), socket);
		net_socket_unref(socket);
		if (bound < 0) {
			raise_net_error(vm, &error);
			return false;
		}
	}
	return true;
}

/* The addresses are known: make the server, and let it serve. */
static enum coro_outcome make_server(struct vm *vm, struct serve_state *st, value *out)
{
	int backlog = st->backlog > INT32_MAX ? INT32_MAX : (int)st->backlog;
	st->server = server_object_new(scene_of(vm), st->loop, backlog, st->callback,
	                               st->is_stream, st->limit);
	if (!value_is_null(st->given)) {
		struct net_socket *given = socket_of(vm, st->given);
		if (given == NULL)
			return CORO_RAISE;
		socket_set_nonblocking(st->given);
		server_add(server_of(st->server), given);
	} else if (!bind_hosts(vm, st)) {
		return CORO_RAISE;
	}
	if (!st->starts) {
		*out = value_ref(st->server);
		return CORO_RETURN;
	}
	if (!server_object_start(vm, st->server))
		return CORO_RAISE;
	st->phase = SERVE_YIELDED;
	*out = VALUE_NONE;
	return CORO_AWAIT;
}

static enum coro_outcome serve_resume(struct vm *vm, void *state, value sent,
                                      value thrown, value *out)
{
	struct serve_state *st = state;
	enum coro_outcome outcome;
	*out = VALUE_NULL;
	switch (st->phase) {
	case SERVE_BEGIN:
		if (!find_loop(vm, &st->loop) || !refuse_tls(vm, st->ssl))
			return CORO_RAISE;
		bool anywhere = value_is_null(st->host) && value_is_null(st->port);
		if (anywhere && value_is_null(st->given)) {
			vm_raise(vm, &exc_ValueError,
			         "Neither host/port nor sock were specified");
			return CORO_RAISE;
		}
		if (!anywhere && !value_is_null(st->given)) {
			vm_raise(vm, &exc_ValueError,
			         "host/port and sock can not be specified at the same "
			         "time");
			return CORO_RAISE;
		}
		return anywhere ? make_server(vm, st, out) : begin_resolving(vm, st, out);
	case SERVE_RESOLVING:
		outcome = await_step(vm, &st->iterator, sent, thrown, out);
		if (outcome != CORO_RETURN)
			return outcome;
		value_forget(vm, out);
		return make_server(vm, st, out);
	case SERVE_YIELDED:
		break;
	}
	if (!value_is_null(thrown)) {
		vm_restore(vm, value_ref(thrown));
		return CORO_RAISE;
	}
	*out = value_ref(st->server);
	return CORO_RETURN;
}

static void serve_drop(struct vm *vm, void *state)
{
	struct serve_state *st = state;
	value *const owned[] = {&st->callback, &st->limit, &st->host,     &st->port,
	                        &st->given,    &st->ssl,   &st->hosts,    &st->iterator,
	                        &st->server};
	for (size_t i = 0; i < COUNT_OF(owned); i++)
		value_forget(vm, owned[i]);
	if (st->loop != NULL)
		loop_unref(st->loop);
	st->loop = NULL;
}

static void serve_traverse(void *state, visit_fn visit, void *context)
{
	const struct serve_state *st = state;
	const value owned[] = {st->callback, st->limit, st->host,     st->port, st->given,
	                       st->ssl,      st->hosts, st->iterator, st->server};
	for (size_t i = 0; i < COUNT_OF(owned); i++)
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
}

#define SERVE_BODY(qualname)                                                             \
	{                                                                                \
		.name = (qualname), .state_size = sizeof(struct serve_state),            \
		.resume = serve_resume, .drop = serve_drop, .traverse = serve_traverse   \
	}
static const struct native_body start_body = SERVE_BODY("start_server");
static const struct native_body create_body = SERVE_BODY("BaseEventLoop.create_server");

static const char *const serve_ignored[] = {
	"family",     "flags",  "reuse_address", "reuse_port", "keep_alive",
	"ssl_handshake_timeout", "ssl_shutdown_timeout", NULL};

/* `names` are the first argument, host, port, sock, backlog, ssl, start_serving, limit. */
static value serve_coroutine(struct vm *vm, struct loop *l, const struct native_body *body,
                             const value parsed[static 8])
{
	int64_t backlog = 100;
	int starts = value_is_null(parsed[6]) ? 1 : object_truth(vm, parsed[6]);
	if (starts < 0 || (!value_is_null(parsed[4]) &&
	                   !object_index_int64(vm, parsed[4], true, &backlog)))
		return VALUE_NULL;
	struct serve_state *st;
	value coro = coro_native_new(vm, body, (void **)&st);
	st->loop = l != NULL ? loop_ref(l) : NULL;
	st->callback = value_ref(parsed[0]);
	st->host = none_to_null(parsed[1]);
	st->port = none_to_null(parsed[2]);
	st->given = none_to_null(parsed[3]);
	st->backlog = backlog;
	st->ssl = none_to_null(parsed[5]);
	st->starts = starts != 0;
	st->limit = value_xref(parsed[7]);
	st->is_stream = body == &start_body;
	return coro;
}

value asyncio_start_server(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {
		.function = "start_server",
		.names = {"client_connected_cb", "host", "port", "sock", "backlog", "ssl",
	                  "start_serving", "limit"},
		.positional = 3,
		.required = 1};
	value parsed[8];
	if (!bind_filtered(vm, a, serve_ignored, &signature, false, parsed))
		return VALUE_NULL;
	return serve_coroutine(vm, NULL, &start_body, parsed);
}

value loop_create_server(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "BaseEventLoop.create_server",
		.names = {"protocol_factory", "host", "port", "sock", "backlog", "ssl",
	                  "start_serving"},
		.positional = 3,
		.required = 1};
	value parsed[8] = {VALUE_NULL};
	if (!bind_filtered(vm, a, serve_ignored, &signature, true, parsed))
		return VALUE_NULL;
	parsed[7] = VALUE_NULL;
	return serve_coroutine(vm, loop_of(self), &create_body, parsed);
}
