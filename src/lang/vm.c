/*
 * A world: made, asked, ended.
 */
#include "lang/internal.h"

#include <string.h>

#include "lang/builtins.h"
#include "lang/dict.h"
#include "lang/parcel.h"
#include "lang/str.h"
#include "lang/tuple.h"

enum { COLLECT_FIRST = 50000 };

static const char *const name_texts[] = {
#define NAME(identifier, text) text,
#include "lang/name.def"
#undef NAME
};

static const struct type *const own_types[] = {
	&object_type,       &type_type,         &super_type, &property_type,
	&classmethod_type,  &staticmethod_type,
};

static void fill_builtins(struct vm *vm)
{
	value module = module_new(vm, "builtins", builtin_functions);
	vm->builtins = value_ref(module_dict(module));
	value dict = vm->builtins;
	for (size_t i = 0; i < COUNT_OF(own_types); i++)
		dict_set_c(vm, dict, own_types[i]->name, type_value(own_types[i]));
	for (const struct type *const *t = builtin_types; *t != NULL; t++)
		dict_set_c(vm, dict, (*t)->name, type_value(*t));
	exceptions_init_module(vm, dict);
	value fn = native_new(vm, &build_class_def, VALUE_NULL);
	dict_set_c(vm, dict, "__build_class__", fn);
	value_unref(vm, fn);
	dict_set_c(vm, dict, "NotImplemented", VALUE_NOT_IMPLEMENTED);
	dict_set_c(vm, dict, "Ellipsis", VALUE_ELLIPSIS);
	dict_set_c(vm, dict, "None", VALUE_NONE);
	dict_set_c(vm, dict, "True", VALUE_TRUE);
	dict_set_c(vm, dict, "False", VALUE_FALSE);
	dict_set_c(vm, dict, "__debug__", VALUE_TRUE);
	value_unref(vm, module);
}

/* How many C calls within C calls a stack bears; some of it is for what is below the first. */
static uint32_t depth_for(size_t stack_bytes)
{
	const size_t usual = (size_t)8 << 20, below = (size_t)64 << 10;
	if (stack_bytes == 0 || stack_bytes >= usual)
		return C_DEPTH_USUAL;
	if (stack_bytes <= below)
		return 1;
	return (uint32_t)((stack_bytes - below) * C_DEPTH_USUAL / (usual - below)) + 1;
}

struct vm *vm_new(const struct vm_limits *limits, const struct vm_hooks *hooks)
{
	struct vm *vm = mem_zalloc(1, sizeof *vm);
	if (hooks != NULL)
		vm->hooks = *hooks;
	if (limits != NULL)
		vm->limits = *limits;
	if (vm->limits.recursion == 0)
		vm->limits.recursion = 1000;
	if (vm->limits.memory_bytes == 0)
		vm->limits.memory_bytes = (uint64_t)1 << 30;
	vm->c_depth_max = depth_for(vm->limits.stack_bytes);
	vm->steps_left = vm->limits.step_budget != 0 ? vm->limits.step_budget : UINT64_MAX;
	atomic_init(&vm->interrupt, 0);
	vm->tracked.next = vm->tracked.prev = &vm->tracked;
	vm->collect_at = COLLECT_FIRST;
	vm->collect_automatically = true;
	vm->type_epoch = 1;
	vm->manifest_first = 1;
	pools_init(vm, &vm->pools);
	for (size_t i = 0; i < NAME_COUNT; i++)
		vm->names[i] = str_intern_c(vm, name_texts[i]);
	vm->modules = dict_new(vm);
	vm->memory_error = exception_new(vm, &exc_MemoryError, VALUE_NULL);
	fill_builtins(vm);
	return vm;
}

/* ---- the end ---------------------------------------------------------------------------- */

/* Give up what a namespace holds, in order: names with one underscore first, as CPython does. */
static void forget_names(struct vm *vm, value dict)
{
	for (int pass = 0; pass < 2; pass++) {
		size_t at = 0;
		value key, v;
		while (dict_next(dict, &at, &key, &v)) {
			if (!value_is_str(key) || value_is_none(v))
				continue;
			const char *name = str_text(key);
			bool private = name[0] == '_' && name[1] != '_';
			if ((pass == 0 && !private) || strcmp(name, "__builtins__") == 0)
				continue;
			dict_set_name(vm, dict, key, VALUE_NONE);
		}
	}
}

void vm_finish(struct vm *vm)
{
	if (value_is_null(vm->modules))
		return;
	/*
	 * What only the module's own functions keep alive dies as a circle does: in the order in which
	 * it was made. Only what is held from elsewhere loses its names one by one.
	 */
	value main = vm_module(vm, "__main__");
	if (!value_is_null(main)) {
		struct weak namespace;
		weak_init(vm, &namespace, module_dict(main));
		dict_delete(vm, vm->modules, vm_name(vm, NAME_main));
		vm_collect(vm);
		if (namespace.target != NULL) {
			value dict = value_ref(object_value(namespace.target));
			forget_names(vm, dict);
			value_unref(vm, dict);
		}
		weak_fini(&namespace);
	}
	vm_collect(vm);
	value modules = vm->modules;
	vm->modules = VALUE_NULL;
	size_t at = 0;
	value key, module;
	while (dict_next(modules, &at, &key, &module))
		if (!value_is(module_dict(module), vm->builtins))
			forget_names(vm, module_dict(module));
	dict_clear(vm, modules);
	value_unref(vm, modules);
	vm_collect(vm);
}

void vm_free(struct vm *vm)
{
	if (vm == NULL)
		return;
	vm_forget(vm);
	vm_finish(vm);
	vm->hooks = (struct vm_hooks){.context = vm->hooks.context};
	vm->stopped = true;
	value_forget(vm, &vm->memory_error);
	for (size_t i = 0; i < vm->static_room; i++)
		if (vm->statics[i].type != NULL)
			value_forget(vm, &vm->statics[i].dict);
	if (!value_is_null(vm->builtins))
		dict_clear(vm, vm->builtins);
	value_forget(vm, &vm->builtins);
	vm_collect(vm);
	vm_forget(vm);
	for (size_t i = 0; i < vm->codes.count; i++)
		value_unref(vm, object_value(vm->codes.items[i]));
	vec_free(&vm->codes);
	vec_free(&vm->manifests);
	free(vm->statics);
	code_caches_fini(vm);
	for (size_t i = 0; i < ATTRIBUTE_CACHE; i++)
		value_forget(vm, &vm->attributes[i].name);
	for (size_t i = 0; i < BODY_NAMES; i++)
		value_forget(vm, &vm->body_names[i].name);
	for (size_t i = 0; i < NAME_COUNT; i++)
		value_forget(vm, &vm->names[i]);
	pools_fini(vm, &vm->pools);
	while (vm->weaks != NULL)
		weak_fini(vm->weaks);
	memory_fini(vm);
	free(vm);
}

/* ---- asking -------------------------------------------------------------------------------- */

struct vm_hooks *vm_hooks(struct vm *vm)
{
	return &vm->hooks;
}

struct pools *vm_pools(struct vm *vm)
{
	return &vm->pools;
}

void vm_set_world(struct vm *vm, uint32_t number)
{
	vm->world = number;
}

uint32_t vm_world(const struct vm *vm)
{
	return vm->world;
}

void vm_set_crossings(struct vm *vm, const struct parcel_crossing *table)
{
	vm->crossings = table;
}

uint32_t vm_recursion_limit(const struct vm *vm)
{
	return vm->limits.recursion;
}

void vm_set_recursion_limit(struct vm *vm, uint32_t frames)
{
	vm->limits.recursion = frames;
}

void vm_set_step_budget(struct vm *vm, uint64_t steps)
{
	vm->limits.step_budget = steps;
	vm->steps_left = steps;
}

void vm_interrupt(struct vm *vm)
{
	atomic_fetch_or_explicit(&vm->interrupt, INTERRUPT_ASKED, memory_order_relaxed);
}

bool vm_stopped(const struct vm *vm)
{
	return vm->stopped;
}

void vm_stop(struct vm *vm)
{
	vm->stopped = true;
	vm_forget(vm);
	vm_raise(vm, &exc_SystemExit, "stopped");
}

bool vm_place_up(const struct vm *vm, unsigned up, struct place *out)
{
	const struct frame *f = vm->frame;
	while (f != NULL && up > 0) {
		f = f->back;
		up--;
	}
	*out = (struct place){"", "", 0};
	if (f == NULL)
		return false;
	frame_place(f, out);
	return true;
}

bool vm_place(const struct vm *vm, struct place *out)
{
	return vm_place_up(vm, 0, out);
}

value vm_name(const struct vm *vm, enum vm_name_id id)
{
	return vm->names[id];
}

value vm_intern(struct vm *vm, const char *text)
{
	return str_intern_c(vm, text);
}

void vm_write(struct vm *vm, int stream, const char *text, size_t len)
{
	if (vm->hooks.write != NULL)
		vm->hooks.write(vm->hooks.context, vm, stream, text, len);
}

void vm_flush(struct vm *vm, int stream)
{
	if (vm->hooks.flush != NULL)
		vm->hooks.flush(vm->hooks.context, vm, stream);
}

void vm_unraisable(struct vm *vm, value where)
{
	value exception = vm_take(vm);
	if (value_is_null(exception))
		return;
	if (vm->stopped) {
		value_unref(vm, exception);
		return;
	}
	if (vm->hooks.unraisable != NULL) {
		vm->hooks.unraisable(vm->hooks.context, vm, exception, where);
	} else {
		struct buf text = {0};
		if (!value_is_null(where)) {
			value repr = object_repr(vm, where);
			if (value_is_null(repr))
				vm_forget(vm);
			buf_printf(&text, "Exception ignored in: %s\n",
			           value_is_null(repr) ? "<object repr() failed>" : str_text(repr));
			value_xunref(vm, repr);
		}
		exception_print(vm, exception, &text);
		vm_write(vm, 2, buf_text(&text), text.len);
		buf_free(&text);
	}
	value_unref(vm, exception);
}
