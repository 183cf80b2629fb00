/*
 * The functions of the module asyncio, and the module itself: made from asyncio.def.
 */
#include "scene/internal.h"

#include "lang/dict.h"
#include "lang/function.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/set.h"
#include "lang/str.h"
#include "loop/shield.h"
#include "scene/arguments.h"
#include "scene/executor.h"
#include "scene/stream.h"

/* ---- which loop ---- */

static value asyncio_get_running_loop(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	struct loop *l = running_loop(vm);
	return l == NULL ? VALUE_NULL : loop_object_of(scene_of(vm), l);
}

static value asyncio_get_event_loop(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	return event_loop_get(vm);
}

static value asyncio_new_event_loop(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	return loop_object_new(scene_of(vm));
}

static value asyncio_set_event_loop(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	if (!value_is_none(a->at[0]) && !value_is_a(a->at[0], &base_loop_type))
		return vm_raise(vm, &exc_TypeError,
		                "loop must be an instance of AbstractEventLoop "
		                "or None, not '%s'",
		                value_type_name(a->at[0]));
	event_loop_set(scene_of(vm), a->at[0]);
	return VALUE_NONE;
}

/* A `loop` argument that may be None or left out: the running one then. NULL: the
 * exception is set. */
static struct loop *loop_argument(struct vm *vm, value v)
{
	if (value_is_null(v) || value_is_none(v))
		return running_loop(vm);
	if (value_is_a(v, &base_loop_type))
		return loop_of(v);
	vm_raise(vm, &exc_TypeError, "loop must be an event loop");
	return NULL;
}

/* ---- tasks ---- */

static value asyncio_create_task(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {.function = "create_task",
	                                           .names = {"coro", "name", "context"},
	                                           .positional = 1,
	                                           .required = 1};
	value parsed[3], name = VALUE_NULL;
	if (!arguments_bind(vm, a, &signature, false, parsed))
		return VALUE_NULL;
	struct loop *l = running_loop(vm);
	if (l == NULL)
		return VALUE_NULL;
	if (!value_is_null(parsed[1]) && !value_is_none(parsed[1])) {
		name = object_str(vm, parsed[1]);
		if (value_is_null(name))
			return name;
	}
	value task = task_object_new(scene_of(vm), l, parsed[0], name);
	value_xunref(vm, name);
	return task;
}

static value asyncio_ensure_future(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {.function = "ensure_future",
	                                           .names = {"coro_or_future", "loop"},
	                                           .positional = 1,
	                                           .required = 1};
	value parsed[2];
	if (!arguments_bind(vm, a, &signature, false, parsed))
		return VALUE_NULL;
	struct loop *l = NULL;
	if (!value_is_null(parsed[1]) && !value_is_none(parsed[1])) {
		l = loop_argument(vm, parsed[1]);
		if (l == NULL)
			return VALUE_NULL;
	}
	return ensure_future(vm, parsed[0], l);
}

/* gather() of nothing: a future that is done. */
static value gather_nothing(struct vm *vm)
{
	value loop = event_loop_get(vm);
	if (value_is_null(loop))
		return loop;
	value f = future_object_new(scene_of(vm), loop_of(loop));
	value list = list_new(vm, 0);
	future_label(future_of(f), WAIT_FUTURE, (struct future_label){0});
	future_set_result(future_of(f), datum_of(list));
	value_unref(vm, list);
	value_unref(vm, loop);
	return f;
}

/* Add the argument's future to `futures`; `seen` maps arguments to futures, so that one
 * counts once. */
static bool gather_argument(struct vm *vm, value argument, value seen, value futures,
                            struct loop **l)
{
	bool failed = false;
	value found = dict_get(vm, seen, argument, &failed);
	if (failed)
		return false;
	if (!value_is_null(found)) {
		list_append(vm, futures, found);
		return true;
	}
	value future = ensure_future(vm, argument, *l);
	if (value_is_null(future))
		return false;
	struct task *t = future_task(future_of(future));
	if (t != NULL && !value_is(future, argument))
		t->quiet = true; /* the gather answers for it */
	*l = future_of(future)->loop;
	list_append(vm, futures, future);
	bool ok = dict_set(vm, seen, argument, future);
	value_unref(vm, future);
	return ok;
}

static value asyncio_gather(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {.function = "gather",
	                                           .names = {"return_exceptions"}};
	value option;
	const struct args keywords = {.at = a->at + a->count, .names = a->names};
	if (!arguments_bind(vm, &keywords, &signature, false, &option))
		return VALUE_NULL;
	int return_exceptions = value_is_null(option) ? 0 : object_truth(vm, option);
	if (return_exceptions < 0)
		return VALUE_NULL;
	if (a->count == 0)
		return gather_nothing(vm);

	value seen = dict_new(vm), futures = list_new(vm, a->count), outer = VALUE_NULL;
	struct loop *l = NULL;
	for (size_t i = 0; i < a->count; i++) {
		if (!gather_argument(vm, a->at[i], seen, futures, &l))
			goto give_back;
	}
	struct future **array = mem_zalloc(a->count, sizeof *array);
	for (size_t i = 0; i < a->count; i++)
		array[i] = future_of(list_at(futures, i));
	outer = gathering_new(scene_of(vm), l, array, a->count, return_exceptions != 0);
	free(array);
give_back:
	value_unref(vm, futures);
	value_unref(vm, seen);
	return outer;
}

static value asyncio_shield(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {
		.function = "shield", .names = {"arg"}, .positional = 1, .required = 1};
	value arg[1];
	if (!arguments_bind(vm, a, &signature, false, arg))
		return VALUE_NULL;
	value inner = ensure_future(vm, arg[0], NULL);
	if (value_is_null(inner))
		return inner;
	struct future *outer = shield(future_of(inner));
	value_unref(vm, inner);
	return future_object_value(outer);
}

static value asyncio_current_task(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {
		.function = "current_task", .names = {"loop"}, .positional = 1};
	value loop[1];
	if (!arguments_bind(vm, a, &signature, false, loop))
		return VALUE_NULL;
	struct loop *l = loop_argument(vm, loop[0]);
	if (l == NULL)
		return VALUE_NULL;
	struct task *t = task_current(l);
	return t == NULL ? VALUE_NONE : value_ref(future_object_value(&t->future));
}

static value asyncio_all_tasks(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {
		.function = "all_tasks", .names = {"loop"}, .positional = 1};
	value loop[1];
	if (!arguments_bind(vm, a, &signature, false, loop))
		return VALUE_NULL;
	struct loop *l = loop_argument(vm, loop[0]);
	if (l == NULL)
		return VALUE_NULL;
	value set = set_new(vm);
	for (struct task *t = NULL; (t = task_next(l, t)) != NULL;) {
		if (!set_add(vm, set, future_object_value(&t->future))) {
			value_unref(vm, set);
			return VALUE_NULL;
		}
	}
	return set;
}

/* ---- asking ---- */

static value asyncio_iscoroutine(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)self;
	return value_bool(!value_is_small(a->at[0]) && value_can_be_task(a->at[0]));
}

static value asyncio_iscoroutinefunction(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)self;
	value f = a->at[0];
	if (value_is_exactly(f, &method_type))
		f = ((struct method *)(void *)value_object(f))->function;
	return value_bool(function_is_coroutine(f));
}

static value asyncio_isfuture(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)self;
	return value_bool(!value_is_small(a->at[0]) && value_is_future(a->at[0]));
}

/* ---- the module ---- */

static const struct method_def functions[] = {
#define FUNCTION(name, fn, min, max, flags) {#name, fn, min, max, flags},
#include "scene/asyncio.def"
#undef FUNCTION
	{0},
};

static const struct {
	const char *name;
	const struct type *type;
} types[] = {
#define TYPE(name, type) {#name, &type},
#include "scene/asyncio.def"
#undef TYPE
};

static const char *const texts[] = {
#define TEXT(name) #name,
#include "scene/asyncio.def"
#undef TEXT
};

const char *const asyncio_names[] = {
#define FUNCTION(name, fn, min, max, flags) #name,
#define TYPE(name, type)                    #name,
#define TEXT(name)                          #name,
#include "scene/asyncio.def"
#undef FUNCTION
#undef TYPE
#undef TEXT
	"exceptions",
	NULL,
};

value asyncio_module_new(struct vm *vm)
{
	value module = module_new(vm, "asyncio", functions);
	static const struct method_def nothing[] = {{0}};
	value errors = module_new(vm, "asyncio.exceptions", nothing);
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		module_set(vm, module, types[i].name, type_value(types[i].type));
		if (value_is_exception_type(type_value(types[i].type)))
			module_set(vm, errors, types[i].name, type_value(types[i].type));
	}
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		value text = str_intern_c(vm, texts[i]);
		module_set(vm, module, texts[i], text);
		value_unref(vm, text);
	}
	module_set(vm, module, "exceptions", errors);
	value_unref(vm, errors);
	return module;
}
