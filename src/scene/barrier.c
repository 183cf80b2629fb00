/*
 * asyncio.Barrier: tasks that wait for each other. It stands on a Condition, as CPython's
 * does, and takes its steps: whoever comes last lets the others drain out, and nobody new
 * comes in before the last of them has left.
 */
#include "scene/internal.h"

#include "lang/int.h"
#include "lang/str.h"
#include "scene/arguments.h"

enum barrier_state { BARRIER_FILLING, BARRIER_DRAINING, BARRIER_RESETTING, BARRIER_BROKEN };

static const char *const state_words[] = {
	[BARRIER_FILLING] = "filling",
	[BARRIER_DRAINING] = "draining",
	[BARRIER_RESETTING] = "resetting",
	[BARRIER_BROKEN] = "broken",
};

struct barrier {
	struct object head;
	value dict;
	value condition;
	int64_t parties;
	int64_t count; /* of those who are inside */
	enum barrier_state state;
};

const struct type broken_barrier_error_type = {
	EXCEPTION_TYPE(&exc_RuntimeError),
	.name = "BrokenBarrierError",
	.module = "asyncio.exceptions",
};

static struct barrier *barrier_of(value v)
{
	return (struct barrier *)(void *)value_object(v);
}

/* ---- its coroutines ---- */

enum barrier_phase { BARRIER_BEGIN, BARRIER_LOCKING, BARRIER_BLOCKED, BARRIER_WAITING };

struct barrier_coroutine {
	value barrier, iterator;
	int64_t index;
	enum barrier_phase phase;
	enum barrier_state wanted; /* reset() and abort(): what it is to become */
};

/* Call a method of the condition that does not wait. False: the exception is set. */
static bool tell(struct vm *vm, const struct barrier *b, const char *method)
{
	value result = vm_call_method(vm, b->condition, method, NO_ARGS);
	value_xunref(vm, result);
	return !value_is_null(result);
}

/* Begin to await a coroutine of the condition. */
static enum coro_outcome await_condition(struct vm *vm, struct barrier_coroutine *c,
                                         const char *method, enum barrier_phase phase,
                                         value *out)
{
	value coro = vm_call_method(vm, barrier_of(c->barrier)->condition, method, NO_ARGS);
	*out = VALUE_NULL;
	if (value_is_null(coro))
		return CORO_RAISE;
	c->iterator = awaitable_iterator(vm, coro);
	c->phase = phase;
	value_unref(vm, coro);
	return await_step(vm, &c->iterator, VALUE_NONE, VALUE_NULL, out);
}

/* Leave the block that holds the lock with what is returned or raised. */
static enum coro_outcome unlock(struct vm *vm, const struct barrier *b,
                                enum coro_outcome outcome, value *out)
{
	value error = outcome == CORO_RAISE ? vm_take(vm) : VALUE_NULL;
	if (!tell(vm, b, "release")) {
		value_xunref(vm, error);
		value_forget(vm, out);
		return CORO_RAISE;
	}
	if (outcome == CORO_RAISE)
		vm_restore(vm, error);
	return outcome;
}

/* Whoever was counted leaves; the last one opens the barrier again. */
static enum coro_outcome leave(struct vm *vm, struct barrier_coroutine *c, bool well,
                               value *out)
{
	struct barrier *b = barrier_of(c->barrier);
	value error = well ? VALUE_NULL : vm_take(vm);
	b->count--;
	*out = VALUE_NULL;
	if (b->count == 0) {
		if (b->state == BARRIER_RESETTING || b->state == BARRIER_DRAINING)
			b->state = BARRIER_FILLING;
		if (!tell(vm, b, "notify_all")) {
			value_xunref(vm, error);
			return CORO_RAISE;
		}
	}
	if (!well)
		vm_restore(vm, error);
	else
		*out = int_new(vm, c->index);
	return unlock(vm, b, well ? CORO_RETURN : CORO_RAISE, out);
}

static enum coro_outcome wait_to_fill(struct vm *vm, struct barrier_coroutine *c,
                                      value *out)
{
	struct barrier *b = barrier_of(c->barrier);
	while (b->state == BARRIER_FILLING) {
		enum coro_outcome outcome =
			await_condition(vm, c, "wait", BARRIER_WAITING, out);
		if (outcome == CORO_AWAIT)
			return outcome;
		if (outcome == CORO_RAISE)
			return leave(vm, c, false, out);
		value_forget(vm, out);
	}
	if (b->state != BARRIER_BROKEN && b->state != BARRIER_RESETTING)
		return leave(vm, c, true, out);
	vm_raise(vm, &broken_barrier_error_type, "Abort or reset of barrier");
	return leave(vm, c, false, out);
}

/* It holds the lock: wait until those before have left, then come in. */
static enum coro_outcome come_in(struct vm *vm, struct barrier_coroutine *c, value *out)
{
	struct barrier *b = barrier_of(c->barrier);
	while (b->state == BARRIER_DRAINING || b->state == BARRIER_RESETTING) {
		enum coro_outcome outcome =
			await_condition(vm, c, "wait", BARRIER_BLOCKED, out);
		if (outcome == CORO_AWAIT)
			return outcome;
		if (outcome == CORO_RAISE)
			return unlock(vm, b, outcome, out);
		value_forget(vm, out);
	}
	*out = VALUE_NULL;
	if (b->state == BARRIER_BROKEN) {
		vm_raise(vm, &broken_barrier_error_type, "Barrier aborted");
		return unlock(vm, b, CORO_RAISE, out);
	}
	c->index = b->count++;
	if (c->index + 1 < b->parties)
		return wait_to_fill(vm, c, out);
	b->state = BARRIER_DRAINING;
	return leave(vm, c, tell(vm, b, "notify_all"), out);
}

static enum coro_outcome wait_resume(struct vm *vm, void *state, value sent, value thrown,
                                     value *out)
{
	struct barrier_coroutine *c = state;
	enum coro_outcome outcome =
		c->phase == BARRIER_BEGIN
			? await_condition(vm, c, "acquire", BARRIER_LOCKING, out)
			: await_step(vm, &c->iterator, sent, thrown, out);
	if (outcome == CORO_AWAIT)
		return outcome;
	if (outcome == CORO_RETURN)
		value_forget(vm, out);
	if (c->phase == BARRIER_WAITING)
		return outcome == CORO_RAISE ? leave(vm, c, false, out)
		                             : wait_to_fill(vm, c, out);
	if (outcome == CORO_RETURN)
		return come_in(vm, c, out);
	return c->phase == BARRIER_LOCKING
	               ? outcome
	               : unlock(vm, barrier_of(c->barrier), outcome, out);
}

/* reset() and abort(): under the lock, a new state, and everybody looks. */
static enum coro_outcome change_resume(struct vm *vm, void *state, value sent,
                                       value thrown, value *out)
{
	struct barrier_coroutine *c = state;
	struct barrier *b = barrier_of(c->barrier);
	enum coro_outcome outcome =
		c->phase == BARRIER_BEGIN
			? await_condition(vm, c, "acquire", BARRIER_LOCKING, out)
			: await_step(vm, &c->iterator, sent, thrown, out);
	if (outcome != CORO_RETURN)
		return outcome;
	value_unref(vm, *out);
	*out = VALUE_NONE;
	b->state = c->wanted == BARRIER_RESETTING && b->count == 0 ? BARRIER_FILLING
	                                                           : c->wanted;
	return unlock(vm, b, tell(vm, b, "notify_all") ? CORO_RETURN : CORO_RAISE, out);
}

static enum coro_outcome exit_resume(struct vm *vm, void *state, value sent, value thrown,
                                     value *out)
{
	(void)vm;
	(void)state;
	(void)sent;
	(void)thrown;
	*out = VALUE_NONE;
	return CORO_RETURN;
}

static void coroutine_drop(struct vm *vm, void *state)
{
	struct barrier_coroutine *c = state;
	value_forget(vm, &c->iterator);
	value_forget(vm, &c->barrier);
}

static void coroutine_traverse(void *state, visit_fn visit, void *context)
{
	const struct barrier_coroutine *c = state;
	if (!value_is_null(c->barrier))
		visit(c->barrier, context);
	if (!value_is_null(c->iterator))
		visit(c->iterator, context);
}

static value coroutine_awaiting(void *state)
{
	return ((struct barrier_coroutine *)state)->iterator;
}

#define BARRIER_BODY(qualname, function)                                                 \
	{                                                                                \
		.name = (qualname), .state_size = sizeof(struct barrier_coroutine),      \
		.resume = (function), .drop = coroutine_drop,                            \
		.traverse = coroutine_traverse, .awaiting = coroutine_awaiting           \
	}
static const struct native_body wait_body = BARRIER_BODY("Barrier.wait", wait_resume);
static const struct native_body enter_body =
	BARRIER_BODY("Barrier.__aenter__", wait_resume);
static const struct native_body exit_body = BARRIER_BODY("Barrier.__aexit__", exit_resume);
static const struct native_body reset_body = BARRIER_BODY("Barrier.reset", change_resume);
static const struct native_body abort_body = BARRIER_BODY("Barrier.abort", change_resume);

static value coroutine(struct vm *vm, const struct native_body *body, value self,
                       enum barrier_state wanted)
{
	struct barrier_coroutine *c;
	value coro = coro_native_new(vm, body, (void **)&c);
	c->barrier = value_ref(self);
	c->wanted = wanted;
	return coro;
}

/* ---- methods ---- */

static value method_wait(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return coroutine(vm, &wait_body, self, BARRIER_FILLING);
}

static value method_enter(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return coroutine(vm, &enter_body, self, BARRIER_FILLING);
}

static value method_exit(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return coroutine(vm, &exit_body, self, BARRIER_FILLING);
}

static value method_reset(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return coroutine(vm, &reset_body, self, BARRIER_RESETTING);
}

static value method_abort(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return coroutine(vm, &abort_body, self, BARRIER_BROKEN);
}

static int64_t waiting(const struct barrier *b)
{
	return b->state == BARRIER_FILLING ? b->count : 0;
}

static value get_parties(struct vm *vm, value self)
{
	return int_new(vm, barrier_of(self)->parties);
}

static value get_waiting(struct vm *vm, value self)
{
	return int_new(vm, waiting(barrier_of(self)));
}

static value get_broken(struct vm *vm, value self)
{
	(void)vm;
	return value_bool(barrier_of(self)->state == BARRIER_BROKEN);
}

static value barrier_repr(struct vm *vm, value self)
{
	const struct barrier *b = barrier_of(self);
	struct buf out = {0};
	buf_printf(&out, "<asyncio.locks.Barrier object at 0x%012zx [%s", (size_t)self.bits,
	           state_words[b->state]);
	if (b->state != BARRIER_BROKEN)
		buf_printf(&out, ", waiters:%lld/%lld", (long long)waiting(b),
		           (long long)b->parties);
	buf_puts(&out, "]>");
	return str_from_buf(vm, &out);
}

/* ---- the type ---- */

static value barrier_make(struct vm *vm, const struct type *type, const struct args *a)
{
	static const struct signature signature = {.function = "Barrier.__init__",
	                                           .names = {"parties"},
	                                           .positional = 1,
	                                           .required = 1};
	value parsed[1];
	int64_t parties;
	if (!arguments_bind(vm, a, &signature, true, parsed) ||
	    !object_index_int64(vm, parsed[0], true, &parties))
		return VALUE_NULL;
	if (parties < 1)
		return vm_raise(vm, &exc_ValueError, "parties must be > 0");
	value condition = vm_call(vm, type_value(&condition_type), NO_ARGS);
	if (value_is_null(condition))
		return condition;
	struct barrier *b = object_new(vm, type, 0);
	b->condition = condition;
	b->parties = parties;
	return object_value(b);
}

static void barrier_drop(struct vm *vm, struct object *self)
{
	struct barrier *b = (struct barrier *)(void *)self;
	value_forget(vm, &b->dict);
	value_forget(vm, &b->condition);
}

static void barrier_clear(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct barrier *)(void *)self)->dict);
}

static void barrier_traverse(struct object *self, visit_fn visit, void *context)
{
	const struct barrier *b = (struct barrier *)(void *)self;
	if (!value_is_null(b->dict))
		visit(b->dict, context);
	if (!value_is_null(b->condition))
		visit(b->condition, context);
}

static const struct method_def barrier_methods[] = {
	{"wait", method_wait, 0, 0, 0},
	{"reset", method_reset, 0, 0, 0},
	{"abort", method_abort, 0, 0, 0},
	{"__aenter__", method_enter, 0, 0, 0},
	{"__aexit__", method_exit, 0, METHOD_ANY, 0},
	{0},
};

static const struct getset_def barrier_getset[] = {
	{"parties", get_parties, NULL},
	{"n_waiting", get_waiting, NULL},
	{"broken", get_broken, NULL},
	{0},
};

const struct type barrier_type = {
	TYPE_HEAD_OF("asyncio.locks"),
	.name = "Barrier",
	.base = &object_type,
	.size = sizeof(struct barrier),
	.flags = TYPE_TRACKED,
	.dict_offset = offsetof(struct barrier, dict),
	.methods = barrier_methods,
	.getset = barrier_getset,
	.make = barrier_make,
	.drop = barrier_drop,
	.clear = barrier_clear,
	.traverse = barrier_traverse,
	.repr = barrier_repr,
};
