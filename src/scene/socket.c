/*
 * The type socket.socket. Every descriptor underneath is non-blocking; a socket that
 * blocks waits here, with its thread, and nothing else of that thread runs meanwhile.
 * Under the virtual clock nobody could ever wake it: then it says so instead.
 */
#include "scene/net_object.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <sys/socket.h>

#include "lang/bytes.h"
#include "lang/float.h"
#include "lang/int.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "loop/crew.h"
#include "scene/arguments.h"
#include "scene/internal.h"

struct socket_object {
	struct object head;
	value dict;
	struct net_socket *socket; /* counted; NULL after detach() */
	double timeout;            /* seconds; 0: does not block, negative: for ever */
};

enum { RECV_MAX = 256 * 1024, WAIT_SLICE_MS = 50 };

static struct socket_object *object_of(value v)
{
	return (struct socket_object *)(void *)value_object(v);
}

static int fd_of(const struct socket_object *o)
{
	return o->socket == NULL ? -1 : o->socket->fd;
}

/* The socket of a method's `self`; NULL with OSError when it is closed. */
static struct net_socket *open_socket(struct vm *vm, value self)
{
	struct socket_object *o = object_of(self);
	if (fd_of(o) >= 0)
		return o->socket;
	raise_os_error(vm, EBADF, NULL);
	return NULL;
}

value socket_object_new(struct vm *vm, struct net_socket *socket)
{
	struct socket_object *o = object_new(vm, &socket_type, 0);
	o->socket = socket;
	o->timeout = -1;
	return object_value(o);
}

struct net_socket *socket_of(struct vm *vm, value v)
{
	if (!value_is_small(v) && value_is_a(v, &socket_type))
		return open_socket(vm, v);
	vm_raise(vm, &exc_TypeError, "a socket was expected, got %s", value_type_name(v));
	return NULL;
}

bool socket_blocks(value v)
{
	return object_of(v)->timeout != 0;
}

void socket_set_nonblocking(value v)
{
	object_of(v)->timeout = 0;
}

/* ---- waiting with the whole thread ---- */

/* What asks for this thread's attention. False: the exception is set. */
static bool attend(struct scene *s)
{
	if (loop_world_halted(&s->world)) {
		scene_halt(s, STOP_ASKED);
		return false;
	}
	if (scene_take_interrupts(s))
		return true;
	vm_raise_with(s->vm, &exc_KeyboardInterrupt, VALUE_NULL);
	return false;
}

static bool time_out(struct vm *vm)
{
	vm_raise(vm, &exc_TimeoutError, "timed out");
	return false;
}

static bool is_ready(const struct net_socket *socket, bool write, int timeout_ms)
{
	struct pollfd p = {.fd = socket->fd, .events = write ? POLLOUT : POLLIN};
	return poll(&p, 1, timeout_ms) > 0;
}

static bool wait_really(struct scene *s, struct net_socket *socket, bool write,
                        double seconds)
{
	int64_t now = loop_world_now_ns(&s->world);
	int64_t end = seconds < 0 ? INT64_MAX : clock_add(now, clock_ns(seconds));
	for (;;) {
		int64_t left_ms = (end - loop_world_now_ns(&s->world)) / 1000000;
		if (left_ms < 0)
			return is_ready(socket, write, 0) || time_out(s->vm);
		if (is_ready(socket, write,
		             left_ms < WAIT_SLICE_MS ? (int)left_ms + 1 : WAIT_SLICE_MS))
			return true;
		if (!attend(s))
			return false;
	}
}

static bool would_wait_for_ever(struct vm *vm, const char *what)
{
	vm_raise(vm, &exc_RuntimeError,
	         "simmer: this %s() would wait for ever: while it holds its "
	         "thread, nobody else can run who could end the wait; use "
	         "setblocking(False) and await the event loop's sock_* methods, "
	         "or streams",
	         what);
	return false;
}

/* Virtual, in a program of several threads: another one may end the wait. */
static bool wait_for_others(struct scene *s, struct net_socket *socket, bool write,
                            double seconds, const char *what)
{
	int64_t now = loop_world_now_ns(&s->world);
	int64_t end = seconds < 0 ? INT64_MAX : clock_add(now, clock_ns(seconds));
	while (!is_ready(socket, write, 0)) {
		switch (crew_wait(&s->world, end)) {
		case CREW_DELIVERED:
			break;
		case CREW_TIMED_OUT:
			return is_ready(socket, write, 0) || time_out(s->vm);
		case CREW_INTERRUPTED:
		case CREW_HALTED:
			if (!attend(s))
				return false;
			break;
		case CREW_DEADLOCK:
			return would_wait_for_ever(s->vm, what);
		}
		if (!value_is_null(vm_raised(s->vm)))
			return false;
	}
	return true;
}

bool descriptor_wait(struct vm *vm, struct net_socket *socket, bool write, double seconds,
                     const char *what)
{
	struct scene *s = scene_of(vm);
	if (s->options.real_clock)
		return wait_really(s, socket, write, seconds);
	if (is_ready(socket, write, 0))
		return true;
	if (crew_of(&s->world) != NULL) {
		crew_join_begun(&s->world, 0, what);
		bool ready = wait_for_others(s, socket, write, seconds, what);
		crew_join_ended(&s->world);
		return ready;
	}
	if (seconds < 0)
		return would_wait_for_ever(vm, what);
	loop_world_block(&s->world, clock_ns(seconds), scene_line(s));
	return attend(s) && time_out(vm);
}

/* ---- moving bytes ---- */

/* When a call that begins now gives up, on the world's clock. */
static int64_t deadline_of(struct vm *vm, value self)
{
	double timeout = object_of(self)->timeout;
	return timeout < 0 ? INT64_MAX
	                   : clock_add(loop_world_now_ns(&scene_of(vm)->world),
	                               clock_ns(timeout));
}

/* After a call that would have blocked: true to try again. */
static bool try_again(struct vm *vm, value self, int64_t deadline, bool write,
                      const char *what)
{
	struct socket_object *o = object_of(self);
	if (errno == EINTR)
		return true;
	if (errno != EAGAIN || o->timeout == 0) {
		raise_os_error(vm, errno, NULL);
		return false;
	}
	double left = -1;
	if (o->timeout > 0) {
		int64_t now = loop_world_now_ns(&scene_of(vm)->world);
		left = deadline > now ? clock_seconds(deadline - now) : 0;
	}
	return descriptor_wait(vm, o->socket, write, left, what);
}

static value method_recv(struct vm *vm, value self, const struct args *a)
{
	int64_t size;
	struct net_socket *socket = open_socket(vm, self);
	if (socket == NULL || !object_index_int64(vm, a->at[0], true, &size))
		return VALUE_NULL;
	if (size < 0)
		return vm_raise(vm, &exc_ValueError, "negative buffersize in recv");
	size_t room = size > RECV_MAX ? RECV_MAX : (size_t)size;
	unsigned char *bytes = vm_alloc(vm, room > 0 ? room : 1);
	int64_t deadline = deadline_of(vm, self);
	ssize_t count;
	do {
		count = room > 0 ? net_recv(socket, bytes, room) : 0;
	} while (count < 0 && try_again(vm, self, deadline, false, "recv"));
	value data = count < 0 ? VALUE_NULL : bytes_new(vm, bytes, (size_t)count);
	vm_release(vm, bytes, room > 0 ? room : 1);
	return data;
}

static const struct bytes *bytes_argument(struct vm *vm, value v)
{
	if (value_is_bytes(v))
		return bytes_of(v);
	vm_raise(vm, &exc_TypeError, "a bytes-like object is required, not '%s'",
	         value_type_name(v));
	return NULL;
}

static value method_send(struct vm *vm, value self, const struct args *a)
{
	const struct bytes *b = bytes_argument(vm, a->at[0]);
	struct net_socket *socket = b == NULL ? NULL : open_socket(vm, self);
	if (socket == NULL)
		return VALUE_NULL;
	int64_t deadline = deadline_of(vm, self);
	ssize_t count;
	do {
		count = net_send(socket, b->data, b->len);
	} while (count < 0 && try_again(vm, self, deadline, true, "send"));
	return count < 0 ? VALUE_NULL : int_new(vm, count);
}

static value method_sendall(struct vm *vm, value self, const struct args *a)
{
	const struct bytes *b = bytes_argument(vm, a->at[0]);
	struct net_socket *socket = b == NULL ? NULL : open_socket(vm, self);
	if (socket == NULL)
		return VALUE_NULL;
	int64_t deadline = deadline_of(vm, self);
	for (size_t sent = 0; sent < b->len;) {
		ssize_t count = net_send(socket, b->data + sent, b->len - sent);
		if (count >= 0)
			sent += (size_t)count;
		else if (!try_again(vm, self, deadline, true, "sendall"))
			return VALUE_NULL;
	}
	return VALUE_NONE;
}

/* ---- connections ---- */

bool socket_bind_value(struct vm *vm, struct net_socket *socket, value address)
{
	struct net_address to;
	struct net_error error = {0};
	if (!net_address_argument(vm, socket->family, address, true, &to))
		return false;
	if (net_bind(socket, &to, false, &error) == 0)
		return true;
	raise_net_error(vm, &error);
	return false;
}

static value method_bind(struct vm *vm, value self, const struct args *a)
{
	struct net_socket *socket = open_socket(vm, self);
	return socket != NULL && socket_bind_value(vm, socket, a->at[0]) ? VALUE_NONE
	                                                                 : VALUE_NULL;
}

static value method_listen(struct vm *vm, value self, const struct args *a)
{
	int64_t backlog = 128;
	struct net_socket *socket = open_socket(vm, self);
	if (socket == NULL ||
	    (a->count > 0 && !object_index_int64(vm, a->at[0], true, &backlog)))
		return VALUE_NULL;
	backlog = backlog < 0 ? 0 : backlog > 4096 ? 4096 : backlog;
	return net_listen(socket, (int)backlog) == 0 ? VALUE_NONE
	                                             : raise_os_error(vm, errno, NULL);
}

static value method_accept(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct net_socket *socket = open_socket(vm, self);
	if (socket == NULL)
		return VALUE_NULL;
	int64_t deadline = deadline_of(vm, self);
	struct net_socket *made;
	do {
		made = net_accept(socket);
	} while (made == NULL && try_again(vm, self, deadline, false, "accept"));
	if (made == NULL)
		return VALUE_NULL;
	value pair[2] = {socket_object_new(vm, made),
	                 net_address_value(vm, made, &made->peer)};
	value tuple = tuple_from(vm, pair, 2);
	value_unref(vm, pair[0]);
	value_unref(vm, pair[1]);
	return tuple;
}

/* The errno of a connect, 0 when it is connected; -1: the exception is set. */
static int connect_number(struct vm *vm, value self, const struct net_address *to)
{
	struct socket_object *o = object_of(self);
	if (net_connect(o->socket, to) == 0)
		return 0;
	if (errno != EINPROGRESS || o->timeout == 0)
		return errno;
	if (!descriptor_wait(vm, o->socket, true, o->timeout, "connect"))
		return -1;
	return net_connect_result(o->socket);
}

bool socket_connect_now(struct vm *vm, value socket, const struct net_address *address)
{
	int number = connect_number(vm, socket, address);
	if (number > 0)
		raise_os_error(vm, number, NULL);
	return number == 0;
}

static value method_connect(struct vm *vm, value self, const struct args *a)
{
	struct net_address to;
	struct net_socket *socket = open_socket(vm, self);
	if (socket == NULL ||
	    !net_address_argument(vm, socket->family, a->at[0], false, &to))
		return VALUE_NULL;
	return socket_connect_now(vm, self, &to) ? VALUE_NONE : VALUE_NULL;
}

static value method_connect_ex(struct vm *vm, value self, const struct args *a)
{
	struct net_address to;
	struct net_socket *socket = open_socket(vm, self);
	if (socket == NULL ||
	    !net_address_argument(vm, socket->family, a->at[0], false, &to))
		return VALUE_NULL;
	int number = connect_number(vm, self, &to);
	if (number < 0 && vm_caught(vm, &exc_TimeoutError))
		number = EAGAIN;
	return number < 0 ? VALUE_NULL : int_new(vm, number);
}

static value method_shutdown(struct vm *vm, value self, const struct args *a)
{
	int64_t how;
	struct net_socket *socket = open_socket(vm, self);
	if (socket == NULL || !object_index_int64(vm, a->at[0], true, &how))
		return VALUE_NULL;
	if (how < SHUT_RD || how > SHUT_RDWR)
		return raise_os_error(vm, EINVAL, NULL);
	return net_shutdown(socket, (int)how) == 0 ? VALUE_NONE
	                                           : raise_os_error(vm, errno, NULL);
}

/* ---- life ---- */

static void close_socket(struct vm *vm, struct socket_object *o)
{
	if (fd_of(o) >= 0)
		net_close(o->socket, scene_of(vm)->world.running);
}

static value method_close(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	close_socket(vm, object_of(self));
	return VALUE_NONE;
}

static value method_enter(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_ref(self);
}

static value method_fileno(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return int_new(vm, fd_of(object_of(self)));
}

/* The descriptor stays open, and it is the scene's to close. */
static value method_detach(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct socket_object *o = object_of(self);
	int fd = fd_of(o);
	if (fd >= 0)
		vec_push(&scene_of(vm)->descriptors, o->socket);
	else
		net_socket_unref(o->socket);
	o->socket = NULL;
	return int_new(vm, fd);
}

/* ---- blocking ---- */

static value method_setblocking(struct vm *vm, value self, const struct args *a)
{
	int blocks = object_truth(vm, a->at[0]);
	if (blocks < 0)
		return VALUE_NULL;
	object_of(self)->timeout = blocks ? -1 : 0;
	return VALUE_NONE;
}

static value method_settimeout(struct vm *vm, value self, const struct args *a)
{
	double seconds = -1;
	if (!value_is_none(a->at[0])) {
		if (!number_to_double(vm, a->at[0], &seconds))
			return VALUE_NULL;
		if (isnan(seconds))
			return vm_raise(vm, &exc_ValueError,
			                "Invalid value NaN (not a number)");
		if (seconds < 0)
			return vm_raise(vm, &exc_ValueError,
			                "Timeout value out of range");
	}
	object_of(self)->timeout = seconds;
	return VALUE_NONE;
}

static value method_gettimeout(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	double seconds = object_of(self)->timeout;
	return seconds < 0 ? VALUE_NONE : float_new(vm, seconds);
}

static value method_getblocking(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_bool(socket_blocks(self));
}

/* ---- asking ---- */

static value method_getsockname(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	const struct net_socket *socket = open_socket(vm, self);
	return socket == NULL ? VALUE_NULL
	                      : net_address_value(vm, socket, &socket->local);
}

static value method_getpeername(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	const struct net_socket *socket = open_socket(vm, self);
	if (socket == NULL)
		return VALUE_NULL;
	if (!socket->has_peer && socket->family != NET_PAIR)
		return raise_os_error(vm, ENOTCONN, NULL);
	return net_address_value(vm, socket, &socket->peer);
}

/* Options are accepted: none of them changes what a scene can see. */
static value method_setsockopt(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return open_socket(vm, self) == NULL ? VALUE_NULL : VALUE_NONE;
}

static value method_getsockopt(struct vm *vm, value self, const struct args *a)
{
	int64_t level, option;
	struct net_socket *socket = open_socket(vm, self);
	if (socket == NULL || !object_index_int64(vm, a->at[0], true, &level) ||
	    !object_index_int64(vm, a->at[1], true, &option))
		return VALUE_NULL;
	if (level == SOL_SOCKET && option == SO_ERROR)
		return int_new(vm, socket->state == NET_CONNECTING
		                           ? net_connect_result(socket)
		                           : 0);
	return int_new(vm, level == SOL_SOCKET && option == SO_TYPE ? SOCK_STREAM : 0);
}

static value get_family(struct vm *vm, value self)
{
	const struct net_socket *socket = object_of(self)->socket;
	return int_new(vm, socket == NULL ? AF_INET : net_family_number(socket));
}

static value get_type(struct vm *vm, value self)
{
	(void)self;
	return int_new(vm, SOCK_STREAM);
}

static value get_proto(struct vm *vm, value self)
{
	(void)vm;
	(void)self;
	return value_small(0);
}

static value get_timeout(struct vm *vm, value self)
{
	return method_gettimeout(vm, self, NO_ARGS);
}

static value socket_repr(struct vm *vm, value self)
{
	struct socket_object *o = object_of(self);
	struct buf out = {0};
	buf_puts(&out, fd_of(o) < 0 ? "<socket.socket [closed] " : "<socket.socket ");
	if (o->socket != NULL)
		put_socket(&out, o->socket, 0);
	else
		buf_printf(&out, "fd=-1, family=%d, type=%d, proto=0", AF_INET,
		           SOCK_STREAM);
	buf_putc(&out, '>');
	return str_from_buf(vm, &out);
}

/* ---- the type ---- */

/* socket(family=AF_INET, type=SOCK_STREAM, proto=0, fileno=None) */
static value socket_make(struct vm *vm, const struct type *type, const struct args *a)
{
	static const struct signature signature = {
		.function = "socket.__init__",
		.names = {"family", "type", "proto", "fileno"},
		.positional = 4};
	value parsed[4];
	int64_t numbers[3] = {AF_INET, SOCK_STREAM, 0};
	if (!arguments_bind(vm, a, &signature, true, parsed))
		return VALUE_NULL;
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (!value_is_null(parsed[i]) &&
		    !object_index_int64(vm, parsed[i], true, &numbers[i]))
			return VALUE_NULL;
	if (!value_is_null(parsed[3]) && !value_is_none(parsed[3]))
		return vm_raise(vm, &exc_NotImplementedError,
		                "simmer: a socket cannot be made of a descriptor");
	if ((numbers[0] != AF_INET && numbers[0] != AF_INET6) ||
	    numbers[1] != SOCK_STREAM)
		return vm_raise(vm, &exc_NotImplementedError,
		                "simmer: sockets are AF_INET or AF_INET6 and "
		                "SOCK_STREAM; socketpair() makes two of AF_UNIX");
	struct net_socket *socket = net_socket_new(
		scene_net(scene_of(vm)), numbers[0] == AF_INET ? NET_INET : NET_INET6);
	if (socket == NULL)
		return raise_os_error(vm, errno, NULL);
	struct socket_object *o = object_new(vm, type, 0);
	o->socket = socket;
	o->timeout = -1;
	return object_value(o);
}

static void socket_drop(struct vm *vm, struct object *self)
{
	struct socket_object *o = (struct socket_object *)(void *)self;
	value_forget(vm, &o->dict);
	net_socket_unref(o->socket);
	o->socket = NULL;
}

static void socket_clear(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct socket_object *)(void *)self)->dict);
}

static void socket_traverse(struct object *self, visit_fn visit, void *context)
{
	value dict = ((struct socket_object *)(void *)self)->dict;
	if (!value_is_null(dict))
		visit(dict, context);
}

static const struct method_def socket_methods[] = {
	{"recv", method_recv, 1, 2, 0},
	{"send", method_send, 1, 2, 0},
	{"sendall", method_sendall, 1, 2, 0},
	{"bind", method_bind, 1, 1, 0},
	{"listen", method_listen, 0, 1, 0},
	{"accept", method_accept, 0, 0, 0},
	{"connect", method_connect, 1, 1, 0},
	{"connect_ex", method_connect_ex, 1, 1, 0},
	{"shutdown", method_shutdown, 1, 1, 0},
	{"close", method_close, 0, 0, 0},
	{"detach", method_detach, 0, 0, 0},
	{"fileno", method_fileno, 0, 0, 0},
	{"setblocking", method_setblocking, 1, 1, 0},
	{"getblocking", method_getblocking, 0, 0, 0},
	{"settimeout", method_settimeout, 1, 1, 0},
	{"gettimeout", method_gettimeout, 0, 0, 0},
	{"getsockname", method_getsockname, 0, 0, 0},
	{"getpeername", method_getpeername, 0, 0, 0},
	{"setsockopt", method_setsockopt, 3, 4, 0},
	{"getsockopt", method_getsockopt, 2, 3, 0},
	{"__enter__", method_enter, 0, 0, 0},
	{"__exit__", method_close, 0, METHOD_ANY, 0},
	{0},
};

static const struct getset_def socket_getset[] = {
	{"family", get_family, NULL},
	{"type", get_type, NULL},
	{"proto", get_proto, NULL},
	{"timeout", get_timeout, NULL},
	{0},
};

const struct type socket_type = {
	TYPE_HEAD_OF("socket"),
	.name = "socket",
	.base = &object_type,
	.size = sizeof(struct socket_object),
	.flags = TYPE_TRACKED,
	.dict_offset = offsetof(struct socket_object, dict),
	.methods = socket_methods,
	.getset = socket_getset,
	.make = socket_make,
	.drop = socket_drop,
	.clear = socket_clear,
	.traverse = socket_traverse,
	.repr = socket_repr,
};
