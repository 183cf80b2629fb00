/*
 * Generators, coroutines and async generators: frames that are left and come back.
 *
 * All three are one struct; the type tells them apart. A body can also be written in C
 * (struct native_body), so that asyncio.sleep() is a coroutine object like any other.
 */
#ifndef LANG_GENERATOR_H
#define LANG_GENERATOR_H

#include "lang/object.h"
#include "lang/vm.h"

extern const struct type generator_type, coroutine_type, async_generator_type;

/* send, throw, close, __await__, __iter__, __next__ over the `resume` slot: for own types. */
extern const struct method_def generator_methods[];

static inline bool value_is_coroutine(value v)
{
	return value_is_exactly(v, &coroutine_type);
}

/*
 * Continue a coroutine, generator or anything with a `resume` slot or a `send` method. `sent` is
 * borrowed (None at first; null means None); when `thrown` is not null it is raised inside instead.
 * CORO_AWAIT and CORO_RETURN give a new reference in `*out`; on CORO_RAISE `*out` is null and the
 * exception is set in the vm (vm_take). Misuse raises as in CPython: "cannot reuse already awaited
 * coroutine", "coroutine is being awaited already".
 */
enum coro_outcome coro_resume(struct vm *vm, value coro, value sent, value thrown, value *out);

/* The same as one step, deciding by `await`: the iterator to drive for any awaitable, as `await v`
   finds it. TypeError "object X can't be used in 'await' expression". */
value awaitable_iterator(struct vm *vm, value v);

/* coro.close(): false with the exception set ("coroutine ignored GeneratorExit"). */
bool coro_close(struct vm *vm, value coro);

enum coro_state { CORO_CREATED, CORO_RUNNING, CORO_SUSPENDED, CORO_CLOSED };
enum coro_state coro_state(value coro);

/* Its names, borrowed: str. Null when `coro` is none of ours. */
value coro_name(value coro);
value coro_qualname(value coro);
void coro_set_names(struct vm *vm, value coro, const char *name, const char *qualname);

/*
 * Where a suspended coroutine stands: its own frame, or with `innermost` the frame at the end
 * of its chain of awaited coroutines. False when it has no frame (closed, or in C).
 */
bool coro_place(value coro, bool innermost, struct place *out);
/* Whether it, or one that it awaits, stands in an `except` or `finally` for an exception. */
bool coro_handling(value coro);
/* Where its `def` is. */
bool coro_definition(value coro, struct place *out);
/* What a suspended coroutine awaits (cr_await), borrowed, or null. */
value coro_awaiting(value coro);

/* Forget that it was never awaited: no warning at its death. */
void coro_mark_awaited(value coro);

/*
 * A coroutine whose body is C. `state` points at `state_size` zeroed bytes inside of the object.
 * resume: as the slot of struct type; it is called first with sent None, and never again after
 * CORO_RETURN or CORO_RAISE. When something is thrown before the first resume, the body never runs.
 * drop: give back what the state owns; called once, when the body has ended or its object dies.
 * traverse: visit what it owns.
 */
struct native_body {
	const char *name; /* "sleep": __name__ and __qualname__ */
	size_t state_size;
	enum coro_outcome (*resume)(struct vm *vm, void *state, value sent, value thrown, value *out);
	void (*drop)(struct vm *vm, void *state);
	void (*traverse)(void *state, visit_fn visit, void *context);
	/* The value that it awaits now, borrowed, or null: for cr_await and places. May be NULL. */
	value (*awaiting)(void *state);
};

value coro_native_new(struct vm *vm, const struct native_body *body, void **state);
/* The state of a coroutine made so, or NULL when it has another body. */
void *coro_native_state(value coro, const struct native_body *body);

/*
 * For native bodies that await something themselves: drive `*iterator` (from awaitable_iterator)
 * by one resume. The same outcomes; on CORO_RETURN and CORO_RAISE `*iterator` has been given back
 * and is null.
 */
enum coro_outcome await_step(struct vm *vm, value *iterator, value sent, value thrown, value *out);

#endif
