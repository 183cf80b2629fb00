/*
 * Sockets as values: see net_object.h. Here are addresses, errors, and TransportSocket,
 * which shows a transport's socket and can do nothing to it.
 */
#include "scene/net_object.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

#include "lang/int.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "scene/internal.h"
#include "scene/stream.h"

struct net *scene_net(struct scene *s)
{
	return s->net;
}

/* ---- errors ---- */

value os_error_new(struct vm *vm, int number, const char *text)
{
	value code = int_new(vm, number);
	value words = str_new_c(
		vm, text != NULL && text[0] != '\0' ? text : strerror(number));
	value error = vm_call(vm, type_value(&exc_OSError), ARGS(code, words));
	value_unref(vm, code);
	value_unref(vm, words);
	return value_is_null(error) ? vm_take(vm) : error;
}

value raise_os_error(struct vm *vm, int number, const char *text)
{
	value error = os_error_new(vm, number, text);
	vm_raise_value(vm, error);
	value_unref(vm, error);
	return VALUE_NULL;
}

value raise_net_error(struct vm *vm, const struct net_error *e)
{
	return raise_os_error(vm, e->number, e->text);
}

/* ---- addresses ---- */

static bool has_address(const struct net_socket *s)
{
	return s->family == NET_INET || s->family == NET_INET6;
}

value net_address_value(struct vm *vm, const struct net_socket *s,
                        const struct net_address *a)
{
	if (!has_address(s))
		return str_new_c(vm, "");
	const char *host = a->host;
	if (host[0] == '\0')
		host = s->family == NET_INET6 ? "::" : "0.0.0.0";
	value parts[4] = {str_new_c(vm, host), value_small(a->port), value_small(0),
	                  value_small(0)};
	value tuple = tuple_from(vm, parts, s->family == NET_INET6 ? 4 : 2);
	value_unref(vm, parts[0]);
	return tuple;
}

bool net_address_argument(struct vm *vm, enum net_family family, value address,
                          bool passive, struct net_address *out)
{
	if (family != NET_INET && family != NET_INET6) {
		raise_os_error(vm, EINVAL, NULL);
		return false;
	}
	if (!value_is_tuple(address)) {
		vm_raise(vm, &exc_TypeError, "%s(): AF_INET address must be tuple, not %s",
		         passive ? "bind" : "connect", value_type_name(address));
		return false;
	}
	if (tuple_count(address) < 2 || !value_is_str(tuple_at(address, 0))) {
		vm_raise(vm, &exc_TypeError, "AF_INET address must be a pair (host, port)");
		return false;
	}
	int64_t port;
	struct net_error error = {0};
	if (!object_index_int64(vm, tuple_at(address, 1), true, &port))
		return false;
	if (port < 0 || port > 65535) {
		vm_raise(vm, &exc_OverflowError, "%s(): port must be 0-65535.",
		         passive ? "bind" : "connect");
		return false;
	}
	if (net_resolve(str_text(tuple_at(address, 0)), (int)port, passive, out, &error))
		return true;
	raise_net_error(vm, &error);
	return false;
}

int net_family_number(const struct net_socket *socket)
{
	switch (socket->family) {
	case NET_INET:
		return AF_INET;
	case NET_INET6:
		return AF_INET6;
	default:
		return AF_UNIX;
	}
}

static void put_address(struct buf *out, const char *name, const struct net_address *a)
{
	char text[80];
	buf_printf(out, ", %s=%s", name, net_address_repr(a, text));
}

void put_socket(struct buf *out, const struct net_socket *socket, int proto)
{
	buf_printf(out, "fd=%d, family=%d, type=%d, proto=%d", socket->fd,
	           net_family_number(socket), SOCK_STREAM, proto);
	if (socket->fd < 0 || !has_address(socket))
		return;
	struct net_address local = socket->local;
	if (local.host[0] == '\0')
		snprintf(local.host, sizeof local.host, "%s",
		         socket->family == NET_INET6 ? "::" : "0.0.0.0");
	put_address(out, "laddr", &local);
	if (socket->has_peer)
		put_address(out, "raddr", &socket->peer);
}

/* ---- TransportSocket ---- */

struct transport_socket {
	struct object head;
	struct net_socket *socket; /* counted */
};

static struct net_socket *shown(value v)
{
	return ((struct transport_socket *)(void *)value_object(v))->socket;
}

value transport_socket_new(struct vm *vm, struct net_socket *socket)
{
	struct transport_socket *o = object_new(vm, &transport_socket_type, 0);
	o->socket = net_socket_ref(socket);
	return object_value(o);
}

/* asyncio makes its sockets from getaddrinfo's answers, which name the protocol. */
static int proto_of(const struct net_socket *socket)
{
	return has_address(socket) ? IPPROTO_TCP : 0;
}

static value method_fileno(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return int_new(vm, shown(self)->fd);
}

static value method_getsockname(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	const struct net_socket *s = shown(self);
	return s->fd < 0 ? raise_os_error(vm, EBADF, NULL)
	                 : net_address_value(vm, s, &s->local);
}

static value method_getpeername(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	const struct net_socket *s = shown(self);
	if (s->fd < 0)
		return raise_os_error(vm, EBADF, NULL);
	return s->has_peer || !has_address(s) ? net_address_value(vm, s, &s->peer)
	                                      : raise_os_error(vm, ENOTCONN, NULL);
}

static value method_setsockopt(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)self;
	(void)a;
	return VALUE_NONE;
}

static value method_getsockopt(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)self;
	(void)a;
	return value_small(0);
}

static value method_gettimeout(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)self;
	(void)a;
	return value_small(0);
}

static value get_family(struct vm *vm, value self)
{
	return int_new(vm, net_family_number(shown(self)));
}

static value get_type(struct vm *vm, value self)
{
	(void)self;
	return int_new(vm, SOCK_STREAM);
}

static value get_proto(struct vm *vm, value self)
{
	(void)vm;
	return value_small(proto_of(shown(self)));
}

static value transport_socket_repr(struct vm *vm, value self)
{
	struct buf out = {0};
	buf_puts(&out, "<asyncio.TransportSocket ");
	put_socket(&out, shown(self), proto_of(shown(self)));
	buf_putc(&out, '>');
	return str_from_buf(vm, &out);
}

static void transport_socket_drop(struct vm *vm, struct object *self)
{
	(void)vm;
	struct transport_socket *o = (struct transport_socket *)(void *)self;
	net_socket_unref(o->socket);
	o->socket = NULL;
}

static const struct method_def transport_socket_methods[] = {
	{"fileno", method_fileno, 0, 0, 0},
	{"getsockname", method_getsockname, 0, 0, 0},
	{"getpeername", method_getpeername, 0, 0, 0},
	{"setsockopt", method_setsockopt, 3, 4, 0},
	{"getsockopt", method_getsockopt, 2, 3, 0},
	{"gettimeout", method_gettimeout, 0, 0, 0},
	{0},
};

static const struct getset_def transport_socket_getset[] = {
	{"family", get_family, NULL},
	{"type", get_type, NULL},
	{"proto", get_proto, NULL},
	{0},
};

const struct type transport_socket_type = {
	TYPE_HEAD_OF("asyncio.trsock"),
	.name = "TransportSocket",
	.base = &object_type,
	.size = sizeof(struct transport_socket),
	.flags = TYPE_FINAL | TYPE_NO_NEW,
	.methods = transport_socket_methods,
	.getset = transport_socket_getset,
	.drop = transport_socket_drop,
	.repr = transport_socket_repr,
};
