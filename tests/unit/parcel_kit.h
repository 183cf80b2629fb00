/*
 * Tests of parcels: one program compiled in two worlds, home (number 0) and away (1). It runs at
 * home; a function of it is packed there, called away, and its result comes home.
 */
#ifndef TESTS_PARCEL_KIT_H
#define TESTS_PARCEL_KIT_H

#include "lang/function.h"
#include "lang/list.h"
#include "lang/dict.h"
#include "lang/parcel.h"
#include "lang/tuple.h"
#include "vm_kit.h"

struct pair {
	struct kit home, away;
};

static inline void pair_init(struct pair *p, const char *program)
{
	kit_init(&p->home, NULL);
	kit_init(&p->away, NULL);
	vm_set_world(p->away.vm, 1);
	if (!kit_main(&p->home, program)) {
		kit_report(&p->home);
		ck_abort_msg("%s", buf_text(&p->home.err));
	}
	/* Compiled from the same tree, never run. */
	value code = compile_module(p->away.vm, p->home.tree);
	ck_assert(!value_is_null(code));
	value_unref(p->away.vm, code);
}

static inline void pair_fini(struct pair *p)
{
	vm_finish(p->away.vm);
	vm_finish(p->home.vm);
	kit_fini(&p->home);
	kit_fini(&p->away);
}

/* A global of home, borrowed. */
static inline value pair_global(struct pair *p, const char *name)
{
	value v = module_get(p->home.vm, vm_module(p->home.vm, "__main__"), name);
	ck_assert_msg(!value_is_null(v), "no global %s", name);
	return v;
}

static inline value kit_globals(struct kit *k)
{
	return module_dict(vm_module(k->vm, "__main__"));
}

/* What is set, as the last line of its traceback; it is forgotten. */
static inline const char *kit_error(struct kit *k, struct buf *text)
{
	value exception = vm_take(k->vm);
	ck_assert(!value_is_null(exception));
	buf_reset(text);
	exception_print_only(k->vm, exception, text);
	value_unref(k->vm, exception);
	if (text->len > 0 && text->data[text->len - 1] == '\n')
		text->data[--text->len] = '\0';
	return buf_text(text);
}

/* One call of a function of home in the other world. */
struct trip {
	struct pair *pair;
	struct manifest *manifest;
	struct landing *landing;
	struct parcel call, back;
	unsigned flags;
	bool raised;        /* the call ended with an exception */
	struct buf changed; /* what parcel_changed said */
	struct buf error;   /* of packing or unpacking, whichever failed */
};

static inline void trip_fini(struct trip *t)
{
	landing_free(t->landing);
	manifest_free(t->manifest);
	parcel_free(&t->call);
	parcel_free(&t->back);
	buf_free(&t->changed);
	buf_free(&t->error);
}

/* Pack the call: false with the reason in `error`. */
static inline bool trip_begin(struct trip *t, struct pair *p, unsigned flags, value f,
                              const struct args *a)
{
	*t = (struct trip){.pair = p, .flags = flags};
	t->manifest = manifest_new(p->home.vm);
	const struct parcel_options o = {.flags = flags, .to = 1, .manifest = t->manifest};
	if (parcel_pack_call(p->home.vm, f, a, &o, &t->call))
		return true;
	kit_error(&p->home, &t->error);
	return false;
}

/* Run it there and pack what came of it: false with the reason in `error`. */
static inline bool trip_run(struct trip *t)
{
	struct vm *vm = t->pair->away.vm;
	t->landing = landing_new(vm);
	const struct parcel_options in = {.landing = t->landing};
	value f, args, keywords;
	if (!parcel_unpack_call(vm, &t->call, &in, &f, &args, &keywords)) {
		kit_error(&t->pair->away, &t->error);
		return false;
	}
	value result = parcel_call(vm, f, args, keywords);
	t->raised = value_is_null(result);
	if (t->raised)
		result = vm_take(vm);
	value_unref(vm, f);
	value_unref(vm, args);
	value_xunref(vm, keywords);
	const struct parcel_options out = {.flags = PARCEL_MOVE | (t->flags & PARCEL_PICKLE),
	                                   .to = 0,
	                                   .landing = t->landing,
	                                   .refusal = "cannot be returned from a worker"};
	bool ok = parcel_pack(vm, &result, 1, &out, &t->back);
	if (!ok)
		kit_error(&t->pair->away, &t->error);
	value_unref(vm, result);
	parcel_changed(vm, &t->call, t->landing, &t->changed);
	landing_free(t->landing);
	t->landing = NULL;
	return ok;
}

/* The result at home: a new reference. */
static inline value trip_end(struct trip *t)
{
	struct kit *home = &t->pair->home;
	const struct parcel_options o = {.globals = kit_globals(home)};
	value result;
	if (!parcel_unpack(home->vm, &t->back, &o, &result, 1))
		kit_error(home, &t->error);
	return result;
}

/* name(*args) there: a new reference at home to what it returned or raised. */
static inline value trip_whole(struct trip *t, struct pair *p, const char *name,
                               const struct args *a)
{
	value result = VALUE_NULL;
	if (trip_begin(t, p, 0, pair_global(p, name), a) && trip_run(t))
		result = trip_end(t);
	ck_assert_msg(t->error.len == 0, "%s: %s", name, buf_text(&t->error));
	return result;
}

/*
 * Run the program at home; then job(*arguments) away, where `arguments` is its global tuple or
 * absent; then check(result) at home. What both worlds printed must be this.
 */
static inline void trip_prints(const char *fact, const char *program, const char *output)
{
	struct pair p;
	struct trip t;
	pair_init(&p, program);
	value none = tuple_new(p.home.vm, 0);
	value given = module_get(p.home.vm, vm_module(p.home.vm, "__main__"), "arguments");
	value args = value_is_null(given) ? none : given;
	value result = trip_whole(&t, &p, "job",
	                          &(const struct args){tuple_of(args)->items, tuple_count(args),
	                                               VALUE_NULL});
	value_unref(p.home.vm, none);
	buf_put(&p.home.out, buf_text(&p.away.out), p.away.out.len);
	value r = vm_call(p.home.vm, pair_global(&p, "check"), ARGS(result));
	if (value_is_null(r))
		kit_report(&p.home);
	value_xunref(p.home.vm, r);
	value_unref(p.home.vm, result);
	trip_fini(&t);
	ck_assert_msg(strcmp(buf_text(&p.home.out), output) == 0 && p.home.err.len == 0 &&
	              p.away.err.len == 0,
	              "%s\n--- wanted\n%s--- got\n%s%s%s", fact, output, buf_text(&p.home.out),
	              buf_text(&p.home.err), buf_text(&p.away.err));
	pair_fini(&p);
}

/* job(*arguments) changes exactly this of what it was given ("" for nothing). */
static inline void trip_changes(const char *program, const char *what)
{
	struct pair p;
	struct trip t;
	pair_init(&p, program);
	value none = tuple_new(p.home.vm, 0);
	value given = module_get(p.home.vm, vm_module(p.home.vm, "__main__"), "arguments");
	value args = value_is_null(given) ? none : given;
	value result = trip_whole(&t, &p, "job",
	                          &(const struct args){tuple_of(args)->items, tuple_count(args),
	                                               VALUE_NULL});
	value_unref(p.home.vm, none);
	if (t.raised) {
		exception_print(p.home.vm, result, &p.home.err);
		ck_abort_msg("%s\n%s", program, buf_text(&p.home.err));
	}
	value_unref(p.home.vm, result);
	ck_assert_msg(strcmp(buf_text(&t.changed), what) == 0, "%s\n--- wanted\n%s\n--- got\n%s",
	              program, what, buf_text(&t.changed));
	trip_fini(&t);
	pair_fini(&p);
}

#endif
