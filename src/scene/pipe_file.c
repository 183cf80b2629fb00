/*
 * What os.fdopen gives: the end of a pipe as a file of bytes without a buffer, for
 * connect_read_pipe and connect_write_pipe. Whoever drops it closes the descriptor.
 */
#include <errno.h>

#include "lang/int.h"
#include "lang/str.h"
#include "scene/internal.h"
#include "scene/net_object.h"

struct pipe_file {
	struct object head;
	struct net_socket *socket; /* counted */
	struct scene *scene;
	bool writes;
};

static struct pipe_file *file_of(value v)
{
	return (struct pipe_file *)(void *)value_object(v);
}

value pipe_file_new(struct vm *vm, struct net_socket *socket, const char *mode)
{
	static const struct type *const type = &pipe_file_type;
	bool reads = strchr(mode, 'r') != NULL;
	if (strchr(mode, 'b') == NULL)
		return vm_raise(vm, &exc_NotImplementedError,
		                "simmer: os.fdopen() opens pipes as bytes: its mode is 'rb' "
		                "or 'wb'");
	struct pipe_file *f = object_new(vm, type, 0);
	f->socket = net_socket_ref(socket);
	f->scene = scene_of(vm);
	f->writes = !reads;
	return object_value(f);
}

static value method_fileno(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	const struct net_socket *s = file_of(self)->socket;
	if (s->fd < 0)
		return vm_raise(vm, &exc_ValueError, "I/O operation on closed file");
	return int_new(vm, s->fd);
}

static value method_close(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct net_socket *s = file_of(self)->socket;
	if (s->fd >= 0)
		descriptor_close(vm, s);
	return VALUE_NONE;
}

static value method_enter(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_ref(self);
}

/* read(n) and write(bytes) are those of the module os. */
static value call_os(struct vm *vm, value self, const char *function, value argument)
{
	value os = vm_import(vm, "os");
	value fd = value_is_null(os) ? VALUE_NULL : method_fileno(vm, self, NO_ARGS);
	value result = VALUE_NULL;
	if (!value_is_null(fd))
		result = vm_call(vm, module_get(vm, os, function), ARGS(fd, argument));
	value_xunref(vm, fd);
	value_xunref(vm, os);
	return result;
}

static value method_read(struct vm *vm, value self, const struct args *a)
{
	return call_os(vm, self, "read", a->at[0]);
}

static value method_write(struct vm *vm, value self, const struct args *a)
{
	return call_os(vm, self, "write", a->at[0]);
}

static value get_closed(struct vm *vm, value self)
{
	(void)vm;
	return value_bool(file_of(self)->socket->fd < 0);
}

static void file_drop(struct vm *vm, struct object *self)
{
	struct pipe_file *f = (struct pipe_file *)(void *)self;
	if (f->socket->fd >= 0 && f->socket->transport == NULL)
		descriptor_close(vm, f->socket);
	net_socket_unref(f->socket);
}

static const struct method_def file_methods[] = {
	{"fileno", method_fileno, 0, 0, 0},
	{"read", method_read, 1, 1, 0},
	{"write", method_write, 1, 1, 0},
	{"close", method_close, 0, 0, 0},
	{"__enter__", method_enter, 0, 0, 0},
	{"__exit__", method_close, 0, METHOD_ANY, 0},
	{0},
};

static const struct getset_def file_getset[] = {
	{"closed", get_closed, NULL},
	{0},
};

const struct type pipe_file_type = {
	TYPE_HEAD_OF("_io"),
	.name = "FileIO",
	.base = &object_type,
	.size = sizeof(struct pipe_file),
	.flags = TYPE_FINAL | TYPE_NO_NEW,
	.methods = file_methods,
	.getset = file_getset,
	.drop = file_drop,
};
