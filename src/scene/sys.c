/*
 * The module sys, as much as scenes need: arguments, exit, the two output streams.
 */
#include "scene/internal.h"

#include "lang/int.h"
#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"

/* ---- sys.stdout, sys.stderr ---- */

struct stream_object {
	struct object head;
	int stream; /* 1 or 2 */
};

static int stream_of(value v)
{
	return ((struct stream_object *)(void *)value_object(v))->stream;
}

static value stream_write(struct vm *vm, value self, const struct args *a)
{
	if (!value_is_str(a->at[0]))
		return vm_raise(vm, &exc_TypeError,
		                "write() argument must be str, not %s",
		                value_type_name(a->at[0]));
	vm_write(vm, stream_of(self), str_text(a->at[0]), str_len(a->at[0]));
	return int_new(vm, (int64_t)str_chars(a->at[0]));
}

static value stream_flush(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	vm_flush(vm, stream_of(self));
	return VALUE_NONE;
}

static value stream_isatty(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)self;
	(void)a;
	return VALUE_FALSE;
}

static value stream_repr(struct vm *vm, value self)
{
	return str_printf(vm, "<_io.TextIOWrapper name='<%s>' mode='w' encoding='utf-8'>",
	                  stream_of(self) == 1 ? "stdout" : "stderr");
}

static const struct method_def stream_methods[] = {
	{"write", stream_write, 1, 1, 0},
	{"flush", stream_flush, 0, 0, 0},
	{"isatty", stream_isatty, 0, 0, 0},
	{0},
};

const struct type output_stream_type = {
	TYPE_HEAD_OF("_io"),
	.name = "TextIOWrapper",
	.base = &object_type,
	.size = sizeof(struct stream_object),
	.flags = TYPE_FINAL | TYPE_NO_NEW,
	.methods = stream_methods,
	.repr = stream_repr,
};

value output_stream_new(struct vm *vm, int stream)
{
	struct stream_object *o = object_new(vm, &output_stream_type, 0);
	o->stream = stream;
	return object_value(o);
}

int output_stream_number(value v)
{
	return stream_of(v);
}

static void set_stream(struct vm *vm, value module, const char *name, int stream)
{
	value o = output_stream_new(vm, stream);
	module_set(vm, module, name, o);
	value_unref(vm, o);
}

/* ---- functions ---- */

static value sys_exit(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	return vm_raise_with(vm, &exc_SystemExit, a->count > 0 ? a->at[0] : VALUE_NULL);
}

static value sys_getrecursionlimit(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	return int_new(vm, vm_recursion_limit(vm));
}

/* Beyond what the user allowed it does not go. */
static value sys_setrecursionlimit(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	int64_t limit;
	if (!object_index_int64(vm, a->at[0], false, &limit))
		return VALUE_NULL;
	if (limit < 1)
		return vm_raise(vm, &exc_ValueError,
		                "recursion limit must be greater or equal than 1");
	uint32_t most = scene_of(vm)->options.limits.recursion;
	if (most == 0)
		most = 10000;
	vm_set_recursion_limit(vm, limit < (int64_t)most ? (uint32_t)limit : most);
	return VALUE_NONE;
}

static value sys_exception(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	value handled = vm_handled(vm);
	return value_is_null(handled) ? VALUE_NONE : value_ref(handled);
}

static const struct method_def functions[] = {
	{"exit", sys_exit, 0, 1, 0},
	{"getrecursionlimit", sys_getrecursionlimit, 0, 0, 0},
	{"setrecursionlimit", sys_setrecursionlimit, 1, 1, 0},
	{"exception", sys_exception, 0, 0, 0},
	{0},
};

const char *const sys_names[] = {
	"exit",
	"getrecursionlimit",
	"setrecursionlimit",
	"exception",
	"argv",
	"stdout",
	"stderr",
	"version",
	"version_info",
	"platform",
	"maxsize",
	"byteorder",
	"executable",
	NULL,
};

/* Put a new reference into the module. */
static void set_new(struct vm *vm, value module, const char *name, value v)
{
	module_set(vm, module, name, v);
	value_unref(vm, v);
}

static value arguments(struct scene *s)
{
	value list = list_new(s->vm, s->options.argument_count + 1);
	for (size_t i = 0; i <= s->options.argument_count; i++) {
		value text =
			str_new_c(s->vm, i == 0 ? s->path : s->options.arguments[i - 1]);
		list_append(s->vm, list, text);
		value_unref(s->vm, text);
	}
	return list;
}

/* What version of the language a scene may count on. */
static value version_info(struct vm *vm)
{
	value final = str_new_c(vm, "final");
	value info = tuple_from(vm,
	                        (value[]){value_small(3), value_small(13), value_small(0),
	                                  final, value_small(0)},
	                        5);
	value_unref(vm, final);
	return info;
}

value sys_module_new(struct vm *vm)
{
	value module = module_new(vm, "sys", functions);
	set_new(vm, module, "argv", arguments(scene_of(vm)));
	set_stream(vm, module, "stdout", 1);
	set_stream(vm, module, "stderr", 2);
	set_new(vm, module, "version",
	        str_new_c(vm, "3.13.0 (simmer " SIMMER_VERSION ")"));
	set_new(vm, module, "version_info", version_info(vm));
	set_new(vm, module, "platform", str_new_c(vm, "linux"));
	set_new(vm, module, "maxsize", int_new(vm, INT64_MAX));
	set_new(vm, module, "byteorder", str_new_c(vm, "little"));
	set_new(vm, module, "executable", str_new_c(vm, "simmer"));
	return module;
}
