/*
 * The module threading, as much as simmer has of it: Thread, and who runs. A thread is a
 * job with a worker of its own. What threads would share (Lock, Event, Queue, ...) is not
 * there, since simmer's share nothing.
 */
#include "scene/concurrent.h"

#include "lang/dict.h"
#include "lang/float.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "scene/arguments.h"
#include "scene/internal.h"
#include "scene/job.h"
#include "scene/thread.h"

/* ---- making one ---- */

/* `Thread-7 (chop)`, counted in each world. */
static value default_name(struct vm *vm, value target)
{
	unsigned long long number = ++scene_of(vm)->thread_number;
	if (value_is_null(target) || value_is_none(target))
		return str_printf(vm, "Thread-%llu", number);
	value name = object_getattr_text(vm, target, "__name__");
	value text = VALUE_NULL;
	if (!value_is_null(name) && value_is_str(name))
		text = str_printf(vm, "Thread-%llu (%s)", number, str_text(name));
	else
		vm_forget(vm);
	value_xunref(vm, name);
	return value_is_null(text) ? str_printf(vm, "Thread-%llu", number) : text;
}

static bool given(value v)
{
	return !value_is_null(v) && !value_is_none(v);
}

/* Thread(group=None, target=None, name=None, args=(), kwargs=None, *, daemon=None) */
static bool thread_init(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "Thread.__init__",
		.names = {"group", "target", "name", "args", "kwargs", "daemon"},
		.positional = 5};
	struct thread_object *t = thread_of(self);
	value parsed[6];
	if (!arguments_bind(vm, a, &signature, true, parsed))
		return false;
	if (given(parsed[0])) {
		vm_raise(vm, &exc_AssertionError, "group argument must be None for now");
		return false;
	}
	int daemon = given(parsed[5]) ? object_truth(vm, parsed[5]) : 0;
	if (daemon < 0)
		return false;
	value args = value_is_null(parsed[3]) ? tuple_new(vm, 0)
	                                      : tuple_from_iterable(vm, parsed[3]);
	value kwargs = given(parsed[4]) ? value_ref(parsed[4]) : dict_new(vm);
	value name = VALUE_NULL;
	if (!value_is_null(args))
		name = given(parsed[2]) ? object_str(vm, parsed[2])
		                        : default_name(vm, parsed[1]);
	if (value_is_null(name)) {
		value_xunref(vm, args);
		value_unref(vm, kwargs);
		return false;
	}
	value_replace(vm, &t->target,
	              given(parsed[1]) ? value_ref(parsed[1]) : VALUE_NONE);
	value_replace(vm, &t->args, args);
	value_replace(vm, &t->kwargs, kwargs);
	value_replace(vm, &t->name, name);
	t->daemon = daemon > 0;
	return true;
}

/* False with RuntimeError when a subclass forgot our __init__. */
static bool check_init(struct vm *vm, struct thread_object *t)
{
	if (!value_is_null(t->name))
		return true;
	vm_raise(vm, &exc_RuntimeError, "Thread.__init__() not called");
	return false;
}

value thread_object_new(struct scene *s, const struct type *type, const char *name,
                        uint32_t number)
{
	struct thread_object *t = object_new(s->vm, type, 0);
	t->name = str_new_c(s->vm, name);
	t->target = VALUE_NONE;
	t->args = tuple_new(s->vm, 0);
	t->kwargs = dict_new(s->vm);
	t->number = number;
	t->state = THREAD_RUNS;
	return object_value(t);
}

/* ---- start, run, join ---- */

/* run(): what the thread does, when called by hand. */
static value method_run(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct thread_object *t = thread_of(self);
	if (!check_init(vm, t))
		return VALUE_NULL;
	if (value_is_none(t->target))
		return VALUE_NONE;
	value list, names;
	const struct args call = thread_arguments(vm, t, &list, &names);
	value target = value_ref(t->target);
	value result = vm_call(vm, target, &call);
	value_unref(vm, target);
	value_unref(vm, names);
	value_unref(vm, list);
	if (value_is_null(result))
		return result;
	value_unref(vm, result);
	return VALUE_NONE;
}

struct args thread_arguments(struct vm *vm, const struct thread_object *t, value *list,
                             value *names)
{
	size_t count = tuple_count(t->args), keywords = dict_count(t->kwargs);
	*list = list_new(vm, count + keywords);
	*names = tuple_new(vm, keywords);
	for (size_t i = 0; i < count; i++)
		list_append(vm, *list, tuple_at(t->args, i));
	size_t at = 0, n = 0;
	value key, v;
	while (dict_next(t->kwargs, &at, &key, &v)) {
		list_append(vm, *list, v);
		tuple_of(*names)->items[n++] = value_ref(key);
	}
	return (struct args){.at = list_of(*list)->items,
	                     .count = count,
	                     .names = keywords > 0 ? *names : VALUE_NULL};
}

static value method_start(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct thread_object *t = thread_of(self);
	if (!check_init(vm, t))
		return VALUE_NULL;
	if (t->state != THREAD_NEW)
		return vm_raise(vm, &exc_RuntimeError,
		                "threads can only be started once");
	return job_start_thread(scene_of(vm), self) ? VALUE_NONE : VALUE_NULL;
}

static void look(struct vm *vm, struct thread_object *t)
{
	if (t->state == THREAD_RUNS && t->job != NULL)
		job_look(scene_of(vm), t->job);
}

static bool has_ended(void *what)
{
	return ((struct thread_object *)what)->state == THREAD_ENDED;
}

static value method_join(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "Thread.join", .names = {"timeout"}, .positional = 1};
	struct scene *s = scene_of(vm);
	struct thread_object *t = thread_of(self);
	value timeout[1];
	int64_t deadline_ns;
	if (!arguments_bind(vm, a, &signature, true, timeout) || !check_init(vm, t))
		return VALUE_NULL;
	if (t->state == THREAD_NEW)
		return vm_raise(vm, &exc_RuntimeError,
		                "cannot join thread before it is started");
	if (t->job == NULL && t->state == THREAD_RUNS)
		return vm_raise(vm, &exc_RuntimeError, "cannot join current thread");
	if (!block_deadline(vm, timeout[0], &deadline_ns))
		return VALUE_NULL;
	value self_ref = value_ref(self);
	look(vm, t);
	enum block_end end = BLOCK_OVER;
	if (!has_ended(t))
		end = block_until(s, has_ended, t, deadline_ns,
		                  &(struct block_label){.job = t->job,
		                                        .text = "",
		                                        .of = str_text(t->name)});
	value_unref(vm, self_ref);
	return end == BLOCK_RAISED || !value_is_null(vm_raised(vm)) ? VALUE_NULL
	                                                            : VALUE_NONE;
}

static value method_is_alive(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct thread_object *t = thread_of(self);
	if (!check_init(vm, t))
		return VALUE_NULL;
	look(vm, t);
	return value_is_null(vm_raised(vm)) ? value_bool(t->state == THREAD_RUNS)
	                                    : VALUE_NULL;
}

/* ---- its attributes ---- */

static value get_name(struct vm *vm, value self)
{
	struct thread_object *t = thread_of(self);
	return check_init(vm, t) ? value_ref(t->name) : VALUE_NULL;
}

static bool set_name(struct vm *vm, value self, value v)
{
	struct thread_object *t = thread_of(self);
	if (!check_init(vm, t))
		return false;
	value name = value_is_null(v) ? VALUE_NULL : object_str(vm, v);
	if (value_is_null(name))
		return false;
	value_replace(vm, &t->name, name);
	return true;
}

static value get_daemon(struct vm *vm, value self)
{
	struct thread_object *t = thread_of(self);
	return check_init(vm, t) ? value_bool(t->daemon) : VALUE_NULL;
}

static bool set_daemon(struct vm *vm, value self, value v)
{
	struct thread_object *t = thread_of(self);
	if (!check_init(vm, t))
		return false;
	if (t->state == THREAD_RUNS) {
		vm_raise(vm, &exc_RuntimeError,
		         "cannot set daemon status of active thread");
		return false;
	}
	int truth = value_is_null(v) ? 0 : object_truth(vm, v);
	if (truth < 0)
		return false;
	t->daemon = truth > 0;
	return true;
}

/* What stands for a thread's number in the system: made from its own, so that it is the
 * same in every run. */
static value ident(struct vm *vm, uint32_t number)
{
	return int_new(vm, INT64_C(140000000000000) + (int64_t)number * 4096);
}

static value get_ident(struct vm *vm, value self)
{
	struct thread_object *t = thread_of(self);
	if (!check_init(vm, t))
		return VALUE_NULL;
	return t->state == THREAD_NEW ? VALUE_NONE : ident(vm, t->number);
}

static value get_native_id(struct vm *vm, value self)
{
	struct thread_object *t = thread_of(self);
	if (!check_init(vm, t))
		return VALUE_NULL;
	return t->state == THREAD_NEW ? VALUE_NONE
	                              : int_new(vm, 1000 + (int64_t)t->number);
}

static value thread_repr(struct vm *vm, value self)
{
	static const char *const words[] = {"initial", "started", "stopped"};
	struct thread_object *t = thread_of(self);
	if (!check_init(vm, t))
		return VALUE_NULL;
	look(vm, t);
	struct buf text = {0};
	buf_printf(&text, "<%s(%s, %s%s", value_type_name(self), str_text(t->name),
	           words[t->state], t->daemon ? " daemon" : "");
	if (t->state != THREAD_NEW) {
		value number = ident(vm, t->number);
		value digits = object_str(vm, number);
		buf_printf(&text, " %s", str_text(digits));
		value_unref(vm, digits);
		value_unref(vm, number);
	}
	buf_puts(&text, ")>");
	return str_from_buf(vm, &text);
}

/* ---- the type ---- */

static value thread_make(struct vm *vm, const struct type *type, const struct args *a)
{
	(void)a;
	return object_value(object_new(vm, type, 0));
}

static void thread_drop(struct vm *vm, struct object *self)
{
	struct thread_object *t = (struct thread_object *)(void *)self;
	value_forget(vm, &t->target);
	value_forget(vm, &t->args);
	value_forget(vm, &t->kwargs);
	value_forget(vm, &t->name);
	value_forget(vm, &t->dict);
}

static void thread_clear(struct vm *vm, struct object *self)
{
	struct thread_object *t = (struct thread_object *)(void *)self;
	value_replace(vm, &t->target, VALUE_NONE);
	value_forget(vm, &t->dict);
}

static void thread_traverse(struct object *self, visit_fn visit, void *context)
{
	struct thread_object *t = (struct thread_object *)(void *)self;
	const value owned[] = {t->target, t->args, t->kwargs, t->dict};
	for (size_t i = 0; i < COUNT_OF(owned); i++) {
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
	}
}

static const struct method_def thread_methods[] = {
	{"start", method_start, 0, 0, 0},
	{"run", method_run, 0, 0, 0},
	{"join", method_join, 0, 1, METHOD_KEYWORDS},
	{"is_alive", method_is_alive, 0, 0, 0},
	{0},
};

static const struct getset_def thread_getset[] = {
	{"name", get_name, set_name},
	{"daemon", get_daemon, set_daemon},
	{"ident", get_ident, NULL},
	{"native_id", get_native_id, NULL},
	{0},
};

#define THREAD_SLOTS                                                                     \
	.size = sizeof(struct thread_object),                                            \
	.dict_offset = offsetof(struct thread_object, dict), .drop = thread_drop,        \
	.clear = thread_clear, .traverse = thread_traverse, .repr = thread_repr

const struct type thread_type = {
	TYPE_HEAD_OF("threading"), .name = "Thread",    .base = &object_type,
	.flags = TYPE_TRACKED,     THREAD_SLOTS,        .methods = thread_methods,
	.getset = thread_getset,   .make = thread_make, .init = thread_init,
};

const struct type main_thread_type = {
	TYPE_HEAD_OF("threading"),
	.name = "_MainThread",
	.base = &thread_type,
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	THREAD_SLOTS,
};

/* ---- functions ---- */

/* The Thread that is running: in a worker a copy of the one that started it. */
static value threading_current_thread(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	struct scene *s = scene_of(vm);
	if (value_is_null(s->current_thread))
		s->current_thread = current_thread_new(s);
	return value_ref(s->current_thread);
}

static value threading_main_thread(struct vm *vm, value self, const struct args *a)
{
	struct scene *s = scene_of(vm);
	if (scene_is_root(s))
		return threading_current_thread(vm, self, a);
	if (value_is_null(s->main_thread))
		s->main_thread = thread_object_new(s, &main_thread_type, "MainThread", 0);
	return value_ref(s->main_thread);
}

static value threading_get_ident(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	return ident(vm, scene_thread_number(scene_of(vm)));
}

static value threading_get_native_id(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	return int_new(vm, 1000 + (int64_t)scene_thread_number(scene_of(vm)));
}

static value threading_enumerate(struct vm *vm, value self, const struct args *a)
{
	struct scene *s = scene_of(vm);
	value list = list_new(vm, 4);
	value current = threading_current_thread(vm, self, a);
	list_append(vm, list, current);
	value_unref(vm, current);
	if (scene_is_root(s)) {
		job_gather(s);
		threads_list(s, list);
	} else {
		value main = threading_main_thread(vm, self, a);
		list_splice(vm, list, 0, 0, &main, 1);
		value_unref(vm, main);
	}
	if (value_is_null(vm_raised(vm)))
		return list;
	value_unref(vm, list);
	return VALUE_NULL;
}

static value threading_active_count(struct vm *vm, value self, const struct args *a)
{
	value list = threading_enumerate(vm, self, a);
	if (value_is_null(list))
		return list;
	value count = int_new(vm, (int64_t)list_count(list));
	value_unref(vm, list);
	return count;
}

static const struct method_def functions[] = {
	{"current_thread", threading_current_thread, 0, 0, 0},
	{"main_thread", threading_main_thread, 0, 0, 0},
	{"get_ident", threading_get_ident, 0, 0, 0},
	{"get_native_id", threading_get_native_id, 0, 0, 0},
	{"active_count", threading_active_count, 0, 0, 0},
	{"enumerate", threading_enumerate, 0, 0, 0},
	{0},
};

const char *const threading_names[] = {
	"Thread",        "current_thread", "main_thread", "get_ident",
	"get_native_id", "active_count",   "enumerate",   NULL,
};

value threading_module_new(struct vm *vm)
{
	value module = module_new(vm, "threading", functions);
	module_set(vm, module, "Thread", type_value(&thread_type));
	return module;
}
