/*
 * The virtual machine as seen by whoever embeds it: one `struct vm` is one world of
 * objects, used by one thread at a time. It has no loop, no clock and no I/O: what it needs
 * from outside it asks for through hooks.
 *
 * The rest of the embedding API: objects and types in object.h, exceptions in exception.h,
 * modules and calls below, coroutines in generator.h.
 */
#ifndef LANG_VM_H
#define LANG_VM_H

#include "lang/code.h"
#include "lang/exception.h"
#include "lang/object.h"

/* What the embedder wants after an interruption. */
enum vm_verdict {
	VM_CONTINUE, /* go on */
	VM_KEYBOARD_INTERRUPT, /* raise KeyboardInterrupt in the scene */
	VM_STOP,     /* end the world: nothing of the scene runs any more; see vm_stopped */
};

/* A place in a scene. Texts are borrowed and live as long as the code. */
struct place {
	const char *file;     /* "" when there is none */
	const char *function; /* qualified name: "Cook.boil" */
	uint32_t line;        /* 0 when there is none */
};

/*
 * What the embedder is asked and told. Every hook may be NULL and gets `context` first.
 * Values are borrowed. Hooks may call back into the vm unless it says otherwise.
 */
struct vm_hooks {
	void *context;
	/* Text for standard output (1) or standard error (2): print(), tracebacks. */
	void (*write)(void *context, struct vm *vm, int stream, const char *text, size_t len);
	/* flush=True, sys.stdout.flush() */
	void (*flush)(void *context, struct vm *vm, int stream);
	/* vm_interrupt was called, or the step budget of vm_limits ran out. */
	enum vm_verdict (*interrupted)(void *context, struct vm *vm);
	/* Execution has come to a line. Not called while NULL; may be changed at any time. */
	void (*line)(void *context, struct vm *vm, const struct code *code, uint32_t line);
	/* `import name`: a new reference to the module, or null with nothing set: no such module. */
	value (*import)(void *context, struct vm *vm, const char *name);
	/* A coroutine dies without ever having been started. It must not be kept. */
	void (*never_awaited)(void *context, struct vm *vm, value coroutine);
	/* An async generator is iterated for the first time. */
	void (*asyncgen_first)(void *context, struct vm *vm, value generator);
	/* It was dropped unfinished: keep it by a reference and have it closed, or do nothing. */
	void (*asyncgen_dropped)(void *context, struct vm *vm, value generator);
	/* An exception that nobody can catch (in __del__, a generator's close): taken care of by
	   printing "Exception ignored in: ..." when NULL. `where` is what it happened in, or null. */
	void (*unraisable)(void *context, struct vm *vm, value exception, value where);
	/* A line of source text for tracebacks: without its end, NULL if unknown. */
	const char *(*source_line)(void *context, struct vm *vm, const char *file, uint32_t line,
	                           size_t *len);
	/* Code has stored or deleted a global. `name` is a str, borrowed; vm_place tells where. */
	void (*global_stored)(void *context, struct vm *vm, value name);
};

/* 0 means: the default. */
struct vm_limits {
	uint32_t recursion;   /* frames; 1000 */
	uint64_t memory_bytes;/* allocated at a time; 1 GiB */
	uint64_t step_budget; /* jumps back and calls between two calls of `interrupted`; 0: no end */
	size_t stack_bytes;   /* of the thread it runs on, all of it; 8 MiB */
};

/* A new world with the built-ins in it. `limits` and `hooks` may be NULL; hooks are copied. */
struct vm *vm_new(const struct vm_limits *limits, const struct vm_hooks *hooks);

/*
 * End the world: vm_finish if it was not called, then free everything. No object survives.
 */
void vm_free(struct vm *vm);

/*
 * What CPython does at exit: drop the globals of __main__ in order, then other modules, then
 * collect cycles. Warnings and finalizers of what dies run now, through the hooks.
 */
void vm_finish(struct vm *vm);

/* The hooks, to be changed in place. */
struct vm_hooks *vm_hooks(struct vm *vm);

/*
 * The number of this world among those that exchange parcels (lang/parcel.h): each has another one,
 * given before anything is packed; 0 at first.
 */
void vm_set_world(struct vm *vm, uint32_t number);
uint32_t vm_world(const struct vm *vm);

/* The recursion limit now, and set it (sys.setrecursionlimit). */
uint32_t vm_recursion_limit(const struct vm *vm);
void vm_set_recursion_limit(struct vm *vm, uint32_t frames);

/* Another step budget, for steps that turn out slow or quick; not 0. `interrupted` may set it. */
void vm_set_step_budget(struct vm *vm, uint64_t steps);

/* From any thread or signal handler: have `interrupted` called soon. */
void vm_interrupt(struct vm *vm);

/*
 * Whether the world was stopped (VM_STOP). Then every call fails with an uncatchable
 * exception, finally blocks do not run, and only vm_free is useful.
 */
bool vm_stopped(const struct vm *vm);

/*
 * Stop it from its own thread, as VM_STOP does: sets the exception that nobody catches, so the C
 * function that called this returns null.
 */
void vm_stop(struct vm *vm);

/* ---- running ------------------------------------------------------------------------ */

/*
 * Run a module's code as the module `name` ("__main__"): makes the module, registers it and runs.
 * True, or false with the exception set.
 */
bool vm_run_module(struct vm *vm, value code, const char *name);

/* Call anything callable; Python functions run to their end inside. */
value vm_call(struct vm *vm, value callable, const struct args *a);
/* value.name(...) */
value vm_call_method(struct vm *vm, value v, const char *name, const struct args *a);

/* Where execution is now: the innermost frame of scene code; false outside of any. */
bool vm_place(const struct vm *vm, struct place *out);
/* The same, `up` frames of scene code further out (0: the innermost). */
bool vm_place_up(const struct vm *vm, unsigned up, struct place *out);

/* ---- names and modules ------------------------------------------------------------- */

enum vm_name_id {
#define NAME(identifier, text) NAME_##identifier,
#include "lang/name.def"
#undef NAME
	NAME_COUNT
};

/* An interned name of name.def, borrowed. */
value vm_name(const struct vm *vm, enum vm_name_id id);
/* Intern any text: a new reference. Attribute names must be interned. */
value vm_intern(struct vm *vm, const char *text);

/*
 * A module in C: functions, types and constants under their names. `functions` ends with
 * {0}. The module is registered under `name` ("asyncio"), so that import finds it.
 */
value module_new(struct vm *vm, const char *name, const struct method_def *functions);
/* Put `v` (borrowed) into the module. */
void module_set(struct vm *vm, value module, const char *name, value v);
/* What the module has under `name`, borrowed, or null. Nothing is raised. */
value module_get(struct vm *vm, value module, const char *name);
/* The registered module, borrowed, or null. */
value vm_module(struct vm *vm, const char *name);
/* The module's namespace (a dict), borrowed. The builtins module is vm_module(vm, "builtins"). */
value module_dict(value module);
/* `import name`, asking the hook if need be: a new reference. */
value vm_import(struct vm *vm, const char *name);

/* A function object around a C function; `def` must live as long as the vm. `self` may be null. */
value native_new(struct vm *vm, const struct method_def *def, value self);

/* ---- output ------------------------------------------------------------------------- */

/* Write to the hook; without one to nowhere. */
void vm_write(struct vm *vm, int stream, const char *text, size_t len);
void vm_flush(struct vm *vm, int stream);

/* An exception that nobody can catch: takes the one that is set, tells the hook. */
void vm_unraisable(struct vm *vm, value where);

/* ---- cycles ------------------------------------------------------------------------- */

/* Run the collector now; returns how many objects it found unreachable (gc.collect()). */
size_t vm_collect(struct vm *vm);
/* Whether it may run by itself (gc.enable()); on at first. */
void vm_collect_automatically(struct vm *vm, bool on);

#endif
