/*
 * Tests of the machine: run a program from a string and look at what it printed and at what
 * it raised. A program may use the module `kit`:
 *
 *	kit.run(coroutine)  resume it to its end, give its result
 *	kit.pause()         a coroutine in C that suspends once
 *	kit.collect()       run the cycle collector
 */
#ifndef TESTS_VM_KIT_H
#define TESTS_VM_KIT_H

#include <string.h>

#include "base/buf.h"
#include "lang/compile.h"
#include "syntax/diagnostics.h"
#include "lang/generator.h"
#include "syntax/parser.h"
#include "syntax/source.h"
#include "lang/str.h"
#include "lang/vm.h"
#include "suite.h"

struct kit {
	struct vm *vm;
	struct buf out, err;       /* what was written to each stream */
	struct buf told;           /* "hook: what" lines */
	struct module_tree *tree;
	unsigned lines, interrupts;
	enum vm_verdict verdict;   /* what the interrupt hook answers */
	value kept;                /* what a hook kept, or null */
};

static inline void kit_write(void *context, struct vm *vm, int stream, const char *text, size_t len)
{
	struct kit *k = context;
	(void)vm;
	buf_put(stream == 1 ? &k->out : &k->err, text, len);
}

static inline const char *kit_source_line(void *context, struct vm *vm, const char *file,
                                          uint32_t line, size_t *len)
{
	struct kit *k = context;
	(void)vm;
	(void)file;
	const struct source *s = module_source(k->tree);
	return line >= 1 && line <= s->line_count ? source_line_text(s, line, len) : NULL;
}

static inline void kit_never_awaited(void *context, struct vm *vm, value coroutine)
{
	struct kit *k = context;
	struct place place;
	vm_place(vm, &place);
	buf_printf(&k->told, "never awaited: %s, line %u\n", str_text(coro_qualname(coroutine)),
	           place.line);
}

static inline void kit_asyncgen_first(void *context, struct vm *vm, value generator)
{
	struct kit *k = context;
	(void)vm;
	buf_printf(&k->told, "first: %s\n", str_text(coro_qualname(generator)));
}

static inline void kit_asyncgen_dropped(void *context, struct vm *vm, value generator)
{
	struct kit *k = context;
	(void)vm;
	buf_printf(&k->told, "dropped: %s\n", str_text(coro_qualname(generator)));
	if (value_is_null(k->kept))
		k->kept = value_ref(generator);
}

static inline void kit_line(void *context, struct vm *vm, const struct code *code, uint32_t line)
{
	struct kit *k = context;
	struct place place;
	(void)code;
	ck_assert(vm_place(vm, &place));
	ck_assert_uint_eq(place.line, line);
	k->lines++;
}

static inline enum vm_verdict kit_interrupted(void *context, struct vm *vm)
{
	struct kit *k = context;
	(void)vm;
	k->interrupts++;
	return k->verdict;
}

static inline value kit_run(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	value out;
	for (;;) {
		switch (coro_resume(vm, a->at[0], VALUE_NONE, VALUE_NULL, &out)) {
		case CORO_AWAIT:
			value_unref(vm, out);
			break;
		case CORO_RETURN:
			return out;
		case CORO_RAISE:
			return VALUE_NULL;
		}
	}
}

struct kit_pause {
	bool paused;
};

static inline enum coro_outcome kit_pause_resume(struct vm *vm, void *state, value sent,
                                                 value thrown, value *out)
{
	struct kit_pause *p = state;
	(void)sent;
	if (!value_is_null(thrown)) {
		vm_raise_value(vm, thrown);
		return CORO_RAISE;
	}
	*out = VALUE_NONE;
	bool again = p->paused;
	p->paused = true;
	return again ? CORO_RETURN : CORO_AWAIT;
}

static const struct native_body kit_pause_body = {
	.name = "pause", .state_size = sizeof(struct kit_pause), .resume = kit_pause_resume};

static inline value kit_pause(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	return coro_native_new(vm, &kit_pause_body, NULL);
}

static inline value kit_collect(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	return value_small((int64_t)vm_collect(vm));
}

static const struct method_def kit_functions[] = {
	{"run", kit_run, 1, 1, 0},
	{"pause", kit_pause, 0, 0, 0},
	{"collect", kit_collect, 0, 0, 0},
	{0},
};

static inline void kit_init(struct kit *k, const struct vm_limits *limits)
{
	memset(k, 0, sizeof *k);
	struct vm_hooks hooks = {.context = k,
	                         .write = kit_write,
	                         .interrupted = kit_interrupted,
	                         .never_awaited = kit_never_awaited,
	                         .asyncgen_first = kit_asyncgen_first,
	                         .source_line = kit_source_line};
	k->vm = vm_new(limits, &hooks);
	value_unref(k->vm, module_new(k->vm, "kit", kit_functions));
}

/* Run the text as __main__: whether it ended without an exception. */
static inline bool kit_main(struct kit *k, const char *text)
{
	struct diagnostics d = {0};
	int error = module_parse("main.py", text, strlen(text), &d, &k->tree);
	if (error != 0) {
		struct buf why = {0};
		diagnostics_print(&d, &why);
		ck_abort_msg("%s", buf_text(&why));
	}
	diagnostics_free(&d);
	value code = compile_module(k->vm, k->tree);
	ck_assert(!value_is_null(code));
	bool ok = vm_run_module(k->vm, code, "__main__");
	value_unref(k->vm, code);
	return ok;
}

/* The traceback of what is set, which is forgotten. */
static inline void kit_report(struct kit *k)
{
	value exception = vm_take(k->vm);
	ck_assert(!value_is_null(exception));
	exception_print(k->vm, exception, &k->err);
	value_unref(k->vm, exception);
}

static inline void kit_fini(struct kit *k)
{
	value_xunref(k->vm, k->kept);
	vm_free(k->vm);
	module_free(k->tree);
	buf_free(&k->out);
	buf_free(&k->err);
	buf_free(&k->told);
}

/* Run the program; it prints exactly this and raises nothing. */
static inline void kit_prints(const char *fact, const char *program, const char *output)
{
	struct kit k;
	kit_init(&k, NULL);
	if (!kit_main(&k, program))
		kit_report(&k);
	vm_finish(k.vm);
	ck_assert_msg(strcmp(buf_text(&k.out), output) == 0 && k.err.len == 0,
	              "%s\n--- wanted\n%s--- got\n%s%s", fact, output, buf_text(&k.out),
	              buf_text(&k.err));
	kit_fini(&k);
}

#endif
