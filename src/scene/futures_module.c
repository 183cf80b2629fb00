/*
 * The package concurrent and its module concurrent.futures: made from a table.
 */
#include "scene/concurrent.h"

#include "lang/str.h"
#include "scene/internal.h"

#define FUTURES_TYPES(ROW)                                                               \
	ROW(Future, concurrent_future_type)                                              \
	ROW(Executor, executor_type)                                                     \
	ROW(ThreadPoolExecutor, thread_pool_type)                                        \
	ROW(ProcessPoolExecutor, process_pool_type)                                      \
	ROW(CancelledError, concurrent_cancelled_error_type)                             \
	ROW(TimeoutError, exc_TimeoutError)                                              \
	ROW(InvalidStateError, concurrent_invalid_state_error_type)                      \
	ROW(BrokenExecutor, broken_executor_type)

#define FUTURES_TEXTS(ROW)                                                               \
	ROW(ALL_COMPLETED)                                                               \
	ROW(FIRST_COMPLETED)                                                             \
	ROW(FIRST_EXCEPTION)

static const struct {
	const char *name;
	const struct type *type;
} types[] = {
#define ROW(name, type) {#name, &type},
	FUTURES_TYPES(ROW)
#undef ROW
};

static const char *const texts[] = {
#define ROW(name) #name,
	FUTURES_TEXTS(ROW)
#undef ROW
};

static const struct method_def functions[] = {
	{"wait", concurrent_wait, 1, 3, METHOD_KEYWORDS},
	{"as_completed", concurrent_as_completed, 1, 2, METHOD_KEYWORDS},
	{0},
};

const char *const futures_names[] = {
	"wait",
	"as_completed",
#define ROW(name, type) #name,
	FUTURES_TYPES(ROW)
#undef ROW
#define ROW(name) #name,
		FUTURES_TEXTS(ROW)
#undef ROW
			NULL,
};

static value make_futures(struct vm *vm)
{
	value module = module_new(vm, "concurrent.futures", functions);
	for (size_t i = 0; i < COUNT_OF(types); i++)
		module_set(vm, module, types[i].name, type_value(types[i].type));
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		value text = str_intern_c(vm, texts[i]);
		module_set(vm, module, texts[i], text);
		value_unref(vm, text);
	}
	return module;
}

value concurrent_module_new(struct vm *vm)
{
	static const struct method_def nothing[] = {{0}};
	value package = module_new(vm, "concurrent", nothing);
	value futures = make_futures(vm);
	module_set(vm, package, "futures", futures);
	value_unref(vm, futures);
	return package;
}

/* Importing the package makes the module. */
value futures_module_new(struct vm *vm)
{
	value package = vm_import(vm, "concurrent");
	if (value_is_null(package))
		return package;
	value module = value_ref(vm_module(vm, "concurrent.futures"));
	value_unref(vm, package);
	return module;
}
