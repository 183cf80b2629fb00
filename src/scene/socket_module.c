/*
 * The module socket: what makes sockets, and its constants.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "lang/int.h"
#include "lang/tuple.h"
#include "scene/arguments.h"
#include "scene/internal.h"
#include "scene/net_object.h"

static value socket_socketpair(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {.function = "socketpair",
	                                           .names = {"family", "type", "proto"},
	                                           .positional = 3};
	value parsed[3];
	struct net_socket *ends[2];
	if (!arguments_bind(vm, a, &signature, false, parsed))
		return VALUE_NULL;
	if (net_pair(scene_net(scene_of(vm)), ends) < 0)
		return raise_os_error(vm, errno, NULL);
	value pair[2] = {socket_object_new(vm, ends[0]), socket_object_new(vm, ends[1])};
	value tuple = tuple_from(vm, pair, 2);
	value_unref(vm, pair[0]);
	value_unref(vm, pair[1]);
	return tuple;
}

static value socket_create_server(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {
		.function = "create_server",
		.names = {"address", "family", "backlog", "reuse_port",
	                  "dualstack_ipv6"},
		.positional = 1,
		.required = 1};
	value parsed[5];
	int64_t family = AF_INET, backlog = 128;
	struct net_address to;
	struct net_error error = {0};
	if (!arguments_bind(vm, a, &signature, false, parsed) ||
	    (!value_is_null(parsed[1]) &&
	     !object_index_int64(vm, parsed[1], true, &family)) ||
	    (!value_is_null(parsed[2]) && !value_is_none(parsed[2]) &&
	     !object_index_int64(vm, parsed[2], true, &backlog)))
		return VALUE_NULL;
	enum net_family kind = family == AF_INET6 ? NET_INET6 : NET_INET;
	if (!net_address_argument(vm, kind, parsed[0], true, &to))
		return VALUE_NULL;
	struct net_socket *socket = net_socket_new(scene_net(scene_of(vm)), kind);
	if (socket == NULL)
		return raise_os_error(vm, errno, NULL);
	bool ok = net_bind(socket, &to, false, &error) == 0;
	backlog = backlog < 0 ? 0 : backlog > 4096 ? 4096 : backlog;
	if (!ok)
		raise_net_error(vm, &error);
	else if (net_listen(socket, (int)backlog) < 0)
		raise_os_error(vm, errno, NULL);
	else
		return socket_object_new(vm, socket);
	net_socket_unref(socket);
	return VALUE_NULL;
}

static value socket_create_connection(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {
		.function = "create_connection",
		.names = {"address", "timeout", "source_address", "all_errors"},
		.positional = 3,
		.required = 1};
	value parsed[4];
	struct net_address to;
	if (!arguments_bind(vm, a, &signature, false, parsed) ||
	    !net_address_argument(vm, NET_INET, parsed[0], false, &to))
		return VALUE_NULL;
	struct net_socket *socket = net_socket_new(scene_net(scene_of(vm)), to.family);
	if (socket == NULL)
		return raise_os_error(vm, errno, NULL);
	value made = socket_object_new(vm, socket);
	value set = VALUE_NONE;
	if (!value_is_null(parsed[1]))
		set = vm_call_method(vm, made, "settimeout", ARGS(parsed[1]));
	bool ok = !value_is_null(set) &&
	          (value_is_null(parsed[2]) || value_is_none(parsed[2]) ||
	           socket_bind_value(vm, socket, parsed[2])) &&
	          socket_connect_now(vm, made, &to);
	value_xunref(vm, set);
	if (ok)
		return made;
	value_unref(vm, made);
	return VALUE_NULL;
}

static const struct method_def functions[] = {
	{"socketpair", socket_socketpair, 0, 3, METHOD_KEYWORDS},
	{"create_server", socket_create_server, 1, 1, METHOD_KEYWORDS},
	{"create_connection", socket_create_connection, 1, 3, METHOD_KEYWORDS},
	{0},
};

#define SOCKET_CONSTANTS(X)                                                              \
	X(AF_UNIX) X(AF_INET) X(AF_INET6) X(SOCK_STREAM) X(SOCK_DGRAM) X(SOL_SOCKET)     \
	X(SO_REUSEADDR) X(SO_REUSEPORT) X(SO_KEEPALIVE) X(SO_SNDBUF) X(SO_RCVBUF)        \
	X(SO_ERROR) X(SO_TYPE) X(SO_LINGER) X(IPPROTO_TCP) X(TCP_NODELAY) X(SHUT_RD)     \
	X(SHUT_WR) X(SHUT_RDWR) X(SOMAXCONN)

static const struct {
	const char *name;
	int number;
} constants[] = {
#define ROW(name) {#name, name},
	SOCKET_CONSTANTS(ROW)
#undef ROW
};

const char *const socket_names[] = {
	"socket",
	"socketpair",
	"create_server",
	"create_connection",
	"error",
	"timeout",
#define ROW(name) #name,
	SOCKET_CONSTANTS(ROW)
#undef ROW
	NULL,
};

value socket_module_new(struct vm *vm)
{
	value module = module_new(vm, "socket", functions);
	module_set(vm, module, "socket", type_value(&socket_type));
	module_set(vm, module, "error", type_value(&exc_OSError));
	module_set(vm, module, "timeout", type_value(&exc_TimeoutError));
	for (size_t i = 0; i < COUNT_OF(constants); i++)
		module_set(vm, module, constants[i].name,
		           value_small(constants[i].number));
	return module;
}
