/*
 * The event loop's methods on descriptors: add_reader and add_writer, sock_recv and its
 * like, and transports over pipes. Only what the scene itself has opened can be named.
 */
#include "scene/internal.h"

#include <errno.h>
#include <poll.h>

#include "lang/bytes.h"
#include "lang/int.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "loop/sockop.h"
#include "scene/arguments.h"
#include "scene/net_object.h"
#include "scene/stream.h"

/* ---- which descriptor ---- */

/* A descriptor as a number, or anything with fileno(). False: ValueError. */
static bool fileno_argument(struct vm *vm, value v, int64_t *fd)
{
	if (value_is_int(v))
		return object_index_int64(vm, v, true, fd);
	value number = vm_call_method(vm, v, "fileno", NO_ARGS);
	if (!value_is_null(number)) {
		bool ok = value_is_int(number) && int_get_i64(number, fd);
		value_unref(vm, number);
		if (ok)
			return true;
	} else if (!vm_caught(vm, &exc_AttributeError) &&
	           !vm_caught(vm, &exc_TypeError) && !vm_caught(vm, &exc_ValueError)) {
		return false;
	}
	struct buf text = {0};
	put_repr_of(vm, &text, v);
	vm_raise(vm, &exc_ValueError, "Invalid file object: %s", buf_text(&text));
	buf_free(&text);
	return false;
}

/* A transport that is open has its descriptor to itself. False: RuntimeError. */
static bool no_transport(struct vm *vm, value file, const struct net_socket *socket)
{
	if (socket->transport == NULL || socket->transport->closing)
		return true;
	struct buf text = {0};
	buf_puts(&text, "File descriptor ");
	put_repr_of(vm, &text, file);
	buf_puts(&text, " is used by transport ");
	put_repr_of(vm, &text, transport_value(socket->transport));
	vm_raise(vm, &exc_RuntimeError, "%s", buf_text(&text));
	buf_free(&text);
	return false;
}

/* The open descriptor that `file` is; `*socket` NULL when it is none of the scene's. */
static bool find_descriptor(struct vm *vm, value file, struct net_socket **socket)
{
	int64_t fd = 0;
	*socket = NULL;
	if (!fileno_argument(vm, file, &fd))
		return false;
	if (fd < 0) {
		vm_raise(vm, &exc_ValueError, "Invalid file descriptor: %lld",
		         (long long)fd);
		return false;
	}
	if (fd <= INT32_MAX)
		*socket = net_find(scene_net(scene_of(vm)), (int)fd);
	return *socket == NULL || no_transport(vm, file, *socket);
}

static bool check_open(struct vm *vm, struct loop *l)
{
	if (loop_closed(l))
		vm_raise(vm, &exc_RuntimeError, "Event loop is closed");
	return !loop_closed(l);
}

/* ---- add_reader, add_writer ---- */

/* The Handle of a reader or writer. */
struct watch_object {
	struct object head;
	struct watch watch;
	struct loop *loop; /* counted */
	value callback, args;
	struct net_socket *socket; /* counted */
};

static struct watch_object *watch_object_of(const struct handle *h)
{
	return CONTAINER_OF(h, struct watch_object, watch.handle);
}

static void watch_run(struct loop *l, struct handle *h)
{
	struct scene *s = scene_of_loop(l);
	struct watch_object *o = watch_object_of(h);
	value callback = value_ref(o->callback), args = value_ref(o->args);
	value result = vm_call(s->vm, callback,
	                       &(struct args){.at = tuple_of(args)->items,
	                                      .count = tuple_count(args)});
	if (value_is_null(result))
		callback_failed(s, l, h);
	else
		value_unref(s->vm, result);
	value_unref(s->vm, args);
	value_unref(s->vm, callback);
}

static void watch_hold(struct handle *h)
{
	value_ref(object_value(watch_object_of(h)));
}

static void watch_release(struct handle *h)
{
	struct watch_object *o = watch_object_of(h);
	value_unref(scene_of_loop(o->loop)->vm, object_value(o));
}

static void watch_name(const struct handle *h, struct buf *out)
{
	struct watch_object *o = watch_object_of(h);
	put_callable_name(scene_of_loop(o->loop)->vm, out, o->callback);
}

static const struct handle_ops watch_handle_ops = {
	.run = watch_run,
	.hold = watch_hold,
	.release = watch_release,
	.name = watch_name,
};

value io_handle_owner(const struct handle *h)
{
	return h->ops == &watch_handle_ops ? object_value(watch_object_of(h))
	                                   : VALUE_NULL;
}

value io_handle_callable(const struct handle *h)
{
	return h->ops == &watch_handle_ops ? watch_object_of(h)->callback : VALUE_NULL;
}

static void watch_object_drop(struct vm *vm, struct object *self)
{
	struct watch_object *o = (struct watch_object *)(void *)self;
	value_forget(vm, &o->callback);
	value_forget(vm, &o->args);
	if (o->socket != NULL)
		net_socket_unref(o->socket);
	o->socket = NULL;
	if (o->loop != NULL)
		loop_unref(o->loop);
	o->loop = NULL;
}

static void watch_object_traverse(struct object *self, visit_fn visit, void *context)
{
	const struct watch_object *o = (struct watch_object *)(void *)self;
	if (!value_is_null(o->callback))
		visit(o->callback, context);
	if (!value_is_null(o->args))
		visit(o->args, context);
}

static const struct type watch_object_type = {
	TYPE_HEAD_OF("asyncio.events"),
	.name = "Handle",
	.base = &object_type,
	.size = sizeof(struct watch_object),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = watch_object_drop,
	.traverse = watch_object_traverse,
	.repr = handle_repr,
};

/* What the loop waits for, as the trace shows it. */
static void put_watched(struct buf *out, const struct net_socket *s, bool write)
{
	if (s->family == NET_PIPE_READ || s->family == NET_PIPE_WRITE)
		buf_puts(out, "pipe");
	else if (s->state == NET_LISTENING)
		buf_printf(out, "server :%u", s->local.port);
	else if (s->has_peer && s->family != NET_PAIR)
		buf_printf(out, "socket :%u", s->local.port);
	else
		buf_puts(out, "socket");
	buf_puts(out, write ? " write" : " read");
}

static value add_watch(struct vm *vm, value self, const struct args *a, unsigned events)
{
	struct loop *l = loop_of(self);
	struct net_socket *socket;
	if (!find_descriptor(vm, a->at[0], &socket) || !check_open(vm, l))
		return VALUE_NULL;
	if (socket == NULL)
		return raise_os_error(vm, EBADF, NULL);
	struct watch_object *o = object_new(vm, &watch_object_type, 0);
	o->loop = loop_ref(l);
	o->socket = net_socket_ref(socket);
	o->callback = value_ref(a->at[1]);
	o->args = tuple_from(vm, a->at + 2, a->count - 2);
	struct buf what = {0};
	put_watched(&what, socket, events == POLL_WRITE);
	int failed = loop_watch(l, &o->watch, socket->fd, events, &watch_handle_ops,
	                        buf_text(&what));
	buf_free(&what);
	value_unref(vm, object_value(o));
	return failed ? raise_os_error(vm, errno, NULL) : VALUE_NONE;
}

static value remove_watch(struct vm *vm, value self, const struct args *a, unsigned events)
{
	struct loop *l = loop_of(self);
	struct net_socket *socket;
	if (!find_descriptor(vm, a->at[0], &socket))
		return VALUE_NULL;
	if (loop_closed(l) || socket == NULL)
		return VALUE_FALSE;
	struct watch *w = loop_watch_of(l, socket->fd, events);
	return value_bool(w != NULL && loop_unwatch(l, w));
}

value loop_add_reader(struct vm *vm, value self, const struct args *a)
{
	return add_watch(vm, self, a, POLL_READ);
}

value loop_add_writer(struct vm *vm, value self, const struct args *a)
{
	return add_watch(vm, self, a, POLL_WRITE);
}

value loop_remove_reader(struct vm *vm, value self, const struct args *a)
{
	return remove_watch(vm, self, a, POLL_READ);
}

value loop_remove_writer(struct vm *vm, value self, const struct args *a)
{
	return remove_watch(vm, self, a, POLL_WRITE);
}

/* ---- sock_recv, sock_sendall, sock_accept, sock_connect ---- */

struct sock_state {
	struct loop *loop; /* counted */
	value socket;
	value data;          /* sock_sendall: the bytes; sock_connect: the address */
	int64_t count;       /* sock_recv */
	uint8_t kind;        /* enum sockop_kind */
	bool has_op;
	struct sockop op;
};

static struct sock_state *state_of(struct sockop *op)
{
	return CONTAINER_OF(op, struct sock_state, op);
}

static void *op_bytes(struct sockop *op, size_t *room)
{
	struct sock_state *st = state_of(op);
	if (st->kind == SOCKOP_SENDALL) {
		const struct bytes *b = bytes_of(st->data);
		*room = b->len;
		return (void *)(uintptr_t)b->data; /* only read */
	}
	struct scene *s = scene_of_loop(st->loop);
	if (s->read_room == NULL)
		s->read_room = mem_alloc(TRANSPORT_READ_MAX);
	*room = (uint64_t)st->count < TRANSPORT_READ_MAX ? (size_t)st->count
	                                                 : TRANSPORT_READ_MAX;
	return s->read_room;
}

static struct datum op_result(struct sockop *op, size_t count,
                              struct net_socket *accepted)
{
	struct sock_state *st = state_of(op);
	struct scene *s = scene_of_loop(st->loop);
	if (accepted == NULL)
		return datum_of(bytes_new(s->vm, s->read_room, count));
	value pair[2] = {socket_object_new(s->vm, accepted),
	                 net_address_value(s->vm, accepted, &accepted->peer)};
	socket_set_nonblocking(pair[0]);
	value tuple = tuple_from(s->vm, pair, 2);
	value_unref(s->vm, pair[0]);
	value_unref(s->vm, pair[1]);
	return datum_of(tuple);
}

static void op_over(struct sockop *op)
{
	state_of(op)->has_op = false;
}

static const struct sockop_ops sock_ops = {
	.bytes = op_bytes,
	.result = op_result,
	.over = op_over,
};

static const char *const sock_names[] = {
	[SOCKOP_RECV] = "sock_recv",
	[SOCKOP_SENDALL] = "sock_sendall",
	[SOCKOP_ACCEPT] = "sock_accept",
	[SOCKOP_CONNECT] = "sock_connect",
};

/* CPython stops in the call, and the whole loop with it. */
static bool would_block(struct vm *vm, const struct sock_state *st,
                        const struct net_socket *socket)
{
	bool write = st->kind == SOCKOP_SENDALL;
	struct pollfd p = {.fd = socket->fd, .events = write ? POLLOUT : POLLIN};
	if (!socket_blocks(st->socket) || st->kind == SOCKOP_CONNECT ||
	    poll(&p, 1, 0) > 0)
		return false;
	vm_raise(vm, &exc_ValueError,
	         "simmer: the socket of %s() is a blocking one: in CPython it would hold "
	         "up the whole event loop here; call its setblocking(False) first",
	         sock_names[st->kind]);
	return true;
}

/* 1: begun; 0: done already, with *out; -1: the exception is set. */
static int begin_op(struct vm *vm, struct sock_state *st, value *out)
{
	struct net_socket *socket = socket_of(vm, st->socket);
	struct net_address to = {0};
	*out = VALUE_NULL;
	if (socket == NULL)
		return -1;
	if (st->kind == SOCKOP_RECV && st->count == 0) {
		*out = bytes_new(vm, NULL, 0);
		return 0;
	}
	if (st->kind == SOCKOP_CONNECT &&
	    !net_address_argument(vm, socket->family, st->data, false, &to))
		return -1;
	if (st->kind == SOCKOP_CONNECT && socket_blocks(st->socket)) {
		if (!socket_connect_now(vm, st->socket, &to))
			return -1;
		*out = VALUE_NONE;
		return 0;
	}
	if (would_block(vm, st, socket) || !no_transport(vm, st->socket, socket))
		return -1;
	sockop_init(&st->op, st->kind, st->loop, socket, &to, &sock_ops);
	st->has_op = true;
	return 1;
}

static enum coro_outcome sock_resume(struct vm *vm, void *state, value sent, value thrown,
                                     value *out)
{
	struct sock_state *st = state;
	if (!st->has_op) {
		int begun = begin_op(vm, st, out);
		if (begun <= 0)
			return begun == 0 ? CORO_RETURN : CORO_RAISE;
	}
	struct step_result r;
	enum outcome outcome = body_resume(&st->op.body, datum_maybe(sent),
	                                   (struct datum){thrown.bits}, &r);
	return coro_outcome_of(vm, outcome, &r, out);
}

static void sock_drop(struct vm *vm, void *state)
{
	struct sock_state *st = state;
	if (st->has_op)
		st->op.body.ops->drop(&st->op.body);
	st->has_op = false;
	value_forget(vm, &st->socket);
	value_forget(vm, &st->data);
	if (st->loop != NULL)
		loop_unref(st->loop);
	st->loop = NULL;
}

static void traverse_op(void *op, const struct future_visitor *v)
{
	sockop_traverse(op, v);
}

static void sock_traverse(void *state, visit_fn visit, void *context)
{
	struct sock_state *st = state;
	if (!value_is_null(st->socket))
		visit(st->socket, context);
	if (!value_is_null(st->data))
		visit(st->data, context);
	if (st->has_op)
		visit_with_loop(visit, context, traverse_op, &st->op);
}

#define SOCK_BODY(qualname)                                                              \
	{                                                                                \
		.name = (qualname), .state_size = sizeof(struct sock_state),             \
		.resume = sock_resume, .drop = sock_drop, .traverse = sock_traverse      \
	}
static const struct native_body sock_bodies[] = {
	[SOCKOP_RECV] = SOCK_BODY("BaseSelectorEventLoop.sock_recv"),
	[SOCKOP_SENDALL] = SOCK_BODY("BaseSelectorEventLoop.sock_sendall"),
	[SOCKOP_ACCEPT] = SOCK_BODY("BaseSelectorEventLoop.sock_accept"),
	[SOCKOP_CONNECT] = SOCK_BODY("BaseSelectorEventLoop.sock_connect"),
};

static struct sock_state *sock_coroutine(struct vm *vm, value self, value socket,
                                         enum sockop_kind kind, value *coro)
{
	struct sock_state *st;
	*coro = coro_native_new(vm, &sock_bodies[kind], (void **)&st);
	st->loop = loop_ref(loop_of(self));
	st->socket = value_ref(socket);
	st->kind = (uint8_t)kind;
	return st;
}

value loop_sock_recv(struct vm *vm, value self, const struct args *a)
{
	int64_t count;
	value coro;
	if (!object_index_int64(vm, a->at[1], true, &count))
		return VALUE_NULL;
	if (count < 0)
		return vm_raise(vm, &exc_ValueError, "negative buffersize in recv");
	sock_coroutine(vm, self, a->at[0], SOCKOP_RECV, &coro)->count = count;
	return coro;
}

value loop_sock_sendall(struct vm *vm, value self, const struct args *a)
{
	value coro;
	if (!value_is_bytes(a->at[1]))
		return vm_raise(vm, &exc_TypeError,
		                "a bytes-like object is required, not '%s'",
		                value_type_name(a->at[1]));
	sock_coroutine(vm, self, a->at[0], SOCKOP_SENDALL, &coro)->data =
		value_ref(a->at[1]);
	return coro;
}

value loop_sock_accept(struct vm *vm, value self, const struct args *a)
{
	value coro;
	sock_coroutine(vm, self, a->at[0], SOCKOP_ACCEPT, &coro);
	return coro;
}

value loop_sock_connect(struct vm *vm, value self, const struct args *a)
{
	value coro;
	sock_coroutine(vm, self, a->at[0], SOCKOP_CONNECT, &coro)->data =
		value_ref(a->at[1]);
	return coro;
}

/* ---- connect_read_pipe, connect_write_pipe ---- */

struct pipe_state {
	struct loop *loop; /* counted */
	value factory, pipe;
	value protocol, transport;
	bool writes;
	struct io_wait wait;
};

static enum coro_outcome begin_pipe(struct vm *vm, struct pipe_state *st, value *out)
{
	struct scene *s = scene_of(vm);
	struct net_socket *socket;
	st->protocol = vm_call(vm, st->factory, NO_ARGS);
	if (value_is_null(st->protocol) || !find_descriptor(vm, st->pipe, &socket))
		return CORO_RAISE;
	if (socket == NULL) {
		raise_os_error(vm, EBADF, NULL);
		return CORO_RAISE;
	}
	io_wait_begin(s, &st->wait, st->loop, "connect_pipe", 0);
	st->transport = transport_object_new(
		s, st->loop, st->writes ? TRANSPORT_PIPE_WRITE : TRANSPORT_PIPE_READ,
		socket, st->protocol, st->wait.future, NULL);
	return io_wait_step(vm, &st->wait, VALUE_NONE, VALUE_NULL, out);
}

static enum coro_outcome pipe_resume(struct vm *vm, void *state, value sent, value thrown,
                                     value *out)
{
	struct pipe_state *st = state;
	*out = VALUE_NULL;
	if (value_is_null(st->transport))
		return begin_pipe(vm, st, out);
	enum coro_outcome outcome = io_wait_step(vm, &st->wait, sent, thrown, out);
	if (outcome == CORO_RAISE)
		transport_close(&transport_object_of(st->transport)->transport);
	if (outcome != CORO_RETURN)
		return outcome;
	value_unref(vm, *out);
	*out = tuple_from(vm, (value[]){st->transport, st->protocol}, 2);
	return outcome;
}

static void pipe_drop(struct vm *vm, void *state)
{
	struct pipe_state *st = state;
	io_wait_fini(vm, &st->wait);
	value_forget(vm, &st->factory);
	value_forget(vm, &st->pipe);
	value_forget(vm, &st->protocol);
	value_forget(vm, &st->transport);
	if (st->loop != NULL)
		loop_unref(st->loop);
	st->loop = NULL;
}

static void pipe_traverse(void *state, visit_fn visit, void *context)
{
	const struct pipe_state *st = state;
	const value owned[] = {st->factory, st->pipe, st->protocol, st->transport};
	for (size_t i = 0; i < COUNT_OF(owned); i++)
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
	io_wait_traverse(&st->wait, visit, context);
}

#define PIPE_BODY(qualname)                                                              \
	{                                                                                \
		.name = (qualname), .state_size = sizeof(struct pipe_state),             \
		.resume = pipe_resume, .drop = pipe_drop, .traverse = pipe_traverse      \
	}
static const struct native_body read_pipe_body =
	PIPE_BODY("BaseEventLoop.connect_read_pipe");
static const struct native_body write_pipe_body =
	PIPE_BODY("BaseEventLoop.connect_write_pipe");

static value connect_pipe(struct vm *vm, value self, const struct args *a, bool writes)
{
	struct pipe_state *st;
	value coro = coro_native_new(vm, writes ? &write_pipe_body : &read_pipe_body,
	                             (void **)&st);
	st->loop = loop_ref(loop_of(self));
	st->factory = value_ref(a->at[0]);
	st->pipe = value_ref(a->at[1]);
	st->writes = writes;
	return coro;
}

value loop_connect_read_pipe(struct vm *vm, value self, const struct args *a)
{
	return connect_pipe(vm, self, a, false);
}

value loop_connect_write_pipe(struct vm *vm, value self, const struct args *a)
{
	return connect_pipe(vm, self, a, true);
}
