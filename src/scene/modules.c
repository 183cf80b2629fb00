/*
 * Which modules a scene can import, and how each is made: one row a module.
 */
#include "scene/internal.h"

static value collections_module_new(struct vm *vm)
{
	static const struct method_def nothing[] = {{0}};
	value module = module_new(vm, "collections", nothing);
	value abc = abc_module_new(vm);
	module_set(vm, module, "abc", abc);
	value_unref(vm, abc);
	return module;
}

static value future_module_new(struct vm *vm)
{
	static const struct method_def nothing[] = {{0}};
	value module = module_new(vm, "__future__", nothing);
	module_set(vm, module, "annotations", VALUE_TRUE);
	return module;
}

/* Importing the package makes the module. */
static value errors_module_new(struct vm *vm)
{
	value package = vm_import(vm, "asyncio");
	if (value_is_null(package))
		return package;
	value module = value_ref(vm_module(vm, "asyncio.exceptions"));
	value_unref(vm, package);
	return module;
}

static const char *const concurrent_names[] = {"futures", NULL};
static const char *const collections_names[] = {"abc", NULL};
static const char *const future_names[] = {"annotations", NULL};
static const char *const errors_names[] = {
	"CancelledError",
	"InvalidStateError",
	"TimeoutError",
	"IncompleteReadError",
	"LimitOverrunError",
	"BrokenBarrierError",
	NULL,
};

static const struct module_row {
	const char *name;
	const char *const *names;
	value (*make)(struct vm *vm);
} modules[] = {
	{"asyncio", asyncio_names, asyncio_module_new},
	{"asyncio.exceptions", errors_names, errors_module_new},
	{"time", time_names, time_module_new},
	{"sys", sys_names, sys_module_new},
	{"typing", typing_names, typing_module_new},
	{"collections", collections_names, collections_module_new},
	{"collections.abc", abc_names, abc_module_new},
	{"__future__", future_names, future_module_new},
	{"concurrent", concurrent_names, concurrent_module_new},
	{"concurrent.futures", futures_names, futures_module_new},
	{"threading", threading_names, threading_module_new},
	{"socket", socket_names, socket_module_new},
	{"os", os_names, os_module_new},
};

static const struct module_row *find_module(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(modules); i++) {
		if (strcmp(modules[i].name, name) == 0)
			return &modules[i];
	}
	return NULL;
}

value module_import(void *context, struct vm *vm, const char *name)
{
	(void)context;
	const struct module_row *row = find_module(name);
	return row == NULL ? VALUE_NULL : row->make(vm);
}

bool module_is_known(void *context, const char *module)
{
	(void)context;
	return find_module(module) != NULL;
}

bool module_has_name(void *context, const char *module, const char *name)
{
	(void)context;
	const struct module_row *row = find_module(module);
	if (row == NULL)
		return true; /* the import was refused already */
	if (strncmp(name, "__", 2) == 0)
		return true; /* __name__ and its like: left to run time */
	for (size_t i = 0; row->names[i] != NULL; i++) {
		if (strcmp(row->names[i], name) == 0)
			return true;
	}
	return false;
}

/* ---- what is not there ---- */

#define SHARES_NOTHING "simmer's workers share nothing, so "

/* Names that scenes about threads are likely to use; what begins with one is meant as well. */
static const struct {
	const char *name, *hint;
} hints[] = {
	{"threading.Lock", SHARES_NOTHING "there is nothing to lock: let a job return its result; "
	                   "between tasks use asyncio.Lock"},
	{"threading.RLock", SHARES_NOTHING "there is nothing to lock: let a job return its result"},
	{"threading.Event", SHARES_NOTHING "none could see it set: let the job return, or tell the "
	                    "loop by loop.call_soon_threadsafe(asyncio_event.set)"},
	{"threading.Condition", SHARES_NOTHING "there is nothing to wait for: let a job return its "
	                        "result, or use asyncio.Condition between tasks"},
	{"threading.Semaphore", SHARES_NOTHING "it would count nothing: bound the pool by "
	                        "max_workers, or use asyncio.Semaphore between tasks"},
	{"threading.BoundedSemaphore", SHARES_NOTHING "it would count nothing: bound the pool by "
	                               "max_workers, or use asyncio.Semaphore between tasks"},
	{"threading.Barrier", SHARES_NOTHING "they cannot meet: use asyncio.Barrier between tasks"},
	{"threading.local", "each of simmer's workers has its own world already: a plain variable "
	                    "is as local"},
	{"threading.Timer", "use loop.call_later, or time.sleep in a job"},
	{"queue", SHARES_NOTHING "a queue could not be in two of them: let jobs return results, or "
	          "put from a worker by loop.call_soon_threadsafe(asyncio_queue.put_nowait, item)"},
	{"multiprocessing", "concurrent.futures.ProcessPoolExecutor runs jobs in parallel"},
	{"subprocess", "a scene starts no processes"},
	{"contextvars", "pass the value as an argument"},
};

const char *module_hint(void *context, const char *name)
{
	(void)context;
	for (size_t i = 0; i < COUNT_OF(hints); i++) {
		size_t len = strlen(hints[i].name);
		if (strncmp(name, hints[i].name, len) == 0 &&
		    (name[len] == '\0' || name[len] == '.'))
			return hints[i].hint;
	}
	return NULL;
}
