/*
 * The module os, as far as a scene has one: pipes within the program, reading and writing
 * what the scene itself has opened, and how many processors there are. No file, no
 * process, no environment.
 */
#include <errno.h>
#include <unistd.h>

#include "lang/bytes.h"
#include "lang/int.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "scene/arguments.h"
#include "scene/internal.h"
#include "scene/net_object.h"

enum { READ_MAX = 256 * 1024 };

/* The open descriptor that the scene named; NULL with OSError when it is not its own. */
static struct net_socket *descriptor(struct vm *vm, value v)
{
	int64_t fd;
	if (!object_index_int64(vm, v, true, &fd))
		return NULL;
	struct net_socket *s =
		fd < 0 || fd > INT32_MAX ? NULL : net_find(scene_net(scene_of(vm)), (int)fd);
	if (s == NULL)
		raise_os_error(vm, EBADF, NULL);
	return s;
}

static bool blocks(struct scene *s, int fd)
{
	return (size_t)fd >= s->nonblocking.count || !s->nonblocking.items[fd];
}

static void set_blocks(struct scene *s, int fd, bool yes)
{
	while (s->nonblocking.count <= (size_t)fd)
		vec_push(&s->nonblocking, false);
	s->nonblocking.items[fd] = !yes;
}

static value os_pipe(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	struct scene *s = scene_of(vm);
	struct net_socket *ends[2];
	if (net_pipe(scene_net(s), ends) < 0)
		return raise_os_error(vm, errno, NULL);
	value pair = tuple_new(vm, 2);
	for (size_t i = 0; i < 2; i++) {
		vec_push(&s->descriptors, ends[i]);
		set_blocks(s, ends[i]->fd, true);
		tuple_of(pair)->items[i] = int_new(vm, ends[i]->fd);
	}
	return pair;
}

/* After a call that would have blocked: true to try again. */
static bool try_again(struct vm *vm, struct net_socket *s, bool write, const char *what)
{
	if (errno == EINTR)
		return true;
	if (errno != EAGAIN || !blocks(scene_of(vm), s->fd)) {
		raise_os_error(vm, errno, NULL);
		return false;
	}
	return descriptor_wait(vm, s, write, -1, what);
}

static value os_read(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	int64_t size;
	struct net_socket *s = descriptor(vm, a->at[0]);
	if (s == NULL || !object_index_int64(vm, a->at[1], true, &size))
		return VALUE_NULL;
	if (size < 0)
		return raise_os_error(vm, EINVAL, NULL);
	size_t room = size > READ_MAX ? READ_MAX : (size_t)size;
	unsigned char *bytes = vm_alloc(vm, room + 1);
	ssize_t count;
	do {
		count = room > 0 ? net_recv(s, bytes, room) : 0;
	} while (count < 0 && try_again(vm, s, false, "os.read"));
	value data = count < 0 ? VALUE_NULL : bytes_new(vm, bytes, (size_t)count);
	vm_release(vm, bytes, room + 1);
	return data;
}

static value os_write(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	struct net_socket *s = descriptor(vm, a->at[0]);
	if (s == NULL)
		return VALUE_NULL;
	if (!value_is_bytes(a->at[1]))
		return vm_raise(vm, &exc_TypeError,
		                "a bytes-like object is required, not '%s'",
		                value_type_name(a->at[1]));
	const struct bytes *b = bytes_of(a->at[1]);
	ssize_t count;
	do {
		count = net_send(s, b->data, b->len);
	} while (count < 0 && try_again(vm, s, true, "os.write"));
	return count < 0 ? VALUE_NULL : int_new(vm, count);
}

/* The scene's own reference goes, if it has one; sockets that are objects stay closed. */
static void forget_descriptor(struct scene *s, const struct net_socket *closed)
{
	for (size_t i = 0; i < s->descriptors.count; i++) {
		if (s->descriptors.items[i] != closed)
			continue;
		struct net_socket *mine = s->descriptors.items[i];
		s->descriptors.items[i] = vec_last(&s->descriptors);
		s->descriptors.count--;
		net_socket_unref(mine);
		return;
	}
}

void descriptor_close(struct vm *vm, struct net_socket *socket)
{
	struct scene *s = scene_of(vm);
	net_close(socket, s->world.running);
	forget_descriptor(s, socket);
}

static value os_close(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	struct net_socket *s = descriptor(vm, a->at[0]);
	if (s == NULL)
		return VALUE_NULL;
	descriptor_close(vm, s);
	return VALUE_NONE;
}

static value os_set_blocking(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	struct net_socket *s = descriptor(vm, a->at[0]);
	int yes = s == NULL ? -1 : object_truth(vm, a->at[1]);
	if (yes < 0)
		return VALUE_NULL;
	set_blocks(scene_of(vm), s->fd, yes != 0);
	return VALUE_NONE;
}

static value os_get_blocking(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	struct net_socket *s = descriptor(vm, a->at[0]);
	return s == NULL ? VALUE_NULL : value_bool(blocks(scene_of(vm), s->fd));
}

static value os_fdopen(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {
		.function = "fdopen", .names = {"fd", "mode", "buffering"}, .positional = 3,
		.required = 1};
	value parsed[3];
	if (!arguments_bind(vm, a, &signature, false, parsed))
		return VALUE_NULL;
	struct net_socket *s = descriptor(vm, parsed[0]);
	if (s == NULL)
		return VALUE_NULL;
	const char *mode = value_is_null(parsed[1]) ? "r" : "";
	if (!value_is_null(parsed[1]) && value_is_str(parsed[1]))
		mode = str_text(parsed[1]);
	return pipe_file_new(vm, s, mode);
}

static value os_getpid(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	return int_new(vm, getpid());
}

static value os_cpu_count(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	long count = sysconf(_SC_NPROCESSORS_ONLN);
	return int_new(vm, count > 0 ? count : 1);
}

static const struct method_def functions[] = {
	{"pipe", os_pipe, 0, 0, 0},
	{"read", os_read, 2, 2, 0},
	{"write", os_write, 2, 2, 0},
	{"close", os_close, 1, 1, 0},
	{"set_blocking", os_set_blocking, 2, 2, 0},
	{"get_blocking", os_get_blocking, 1, 1, 0},
	{"fdopen", os_fdopen, 1, 3, METHOD_KEYWORDS},
	{"getpid", os_getpid, 0, 0, 0},
	{"cpu_count", os_cpu_count, 0, 0, 0},
	{"process_cpu_count", os_cpu_count, 0, 0, 0},
	{0},
};

const char *const os_names[] = {
	"pipe",   "read",   "write",     "close",             "set_blocking", "get_blocking",
	"fdopen", "getpid", "cpu_count", "process_cpu_count", NULL,
};

value os_module_new(struct vm *vm)
{
	return module_new(vm, "os", functions);
}
