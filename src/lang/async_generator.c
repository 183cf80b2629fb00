/*
 * Async generators: asend(), athrow(), aclose() and __anext__() make awaitables that resume
 * the generator when they are awaited. What the generator awaits passes through; what it
 * yields ends the awaitable with that value.
 */
#include "lang/internal.h"

#include "lang/str.h"
#include "lang/tuple.h"

enum act { ACT_SEND, ACT_THROW, ACT_CLOSE };
enum phase { PHASE_INIT, PHASE_ITERATING, PHASE_CLOSED };

struct async_send {
	struct object head;
	value generator;
	value input; /* what to send, or the exception to throw; null for aclose */
	enum act act;
	enum phase phase;
};

static struct async_send *send_of(value v)
{
	return (struct async_send *)(void *)value_object(v);
}

static value make(struct vm *vm, value generator, enum act act, value input)
{
	struct async_send *s = object_new(vm, act == ACT_SEND ? &async_send_type : &async_throw_type, 0);
	s->generator = value_ref(generator);
	s->input = value_xref(input);
	s->act = act;
	/* The embedder wants to know about it before it first runs. */
	struct generator *g = generator_of(generator);
	if (!g->hooked) {
		g->hooked = true;
		if (vm->hooks.asyncgen_first != NULL)
			vm->hooks.asyncgen_first(vm->hooks.context, vm, generator);
	}
	return object_value(s);
}

/* The first resume: may this act begin? CORO_AWAIT: yes. */
static enum coro_outcome begin(struct vm *vm, struct async_send *s, value *out)
{
	struct generator *g = generator_of(s->generator);
	if (g->busy) {
		s->phase = PHASE_CLOSED;
		vm_raise(vm, &exc_RuntimeError, s->act == ACT_SEND
		         ? "anext(): asynchronous generator is already running"
		         : s->act == ACT_THROW ? "athrow(): asynchronous generator is already running"
		         : "aclose(): asynchronous generator is already running");
		return CORO_RAISE;
	}
	if (g->finished || (g->closed && s->act != ACT_CLOSE) || (s->act == ACT_CLOSE && g->closed)) {
		s->phase = PHASE_CLOSED;
		if (s->act == ACT_CLOSE) {
			*out = VALUE_NONE;
			return CORO_RETURN;
		}
		vm_raise_with(vm, &exc_StopAsyncIteration, VALUE_NULL);
		return CORO_RAISE;
	}
	if (s->act == ACT_CLOSE)
		g->closed = true;
	g->busy = true;
	s->phase = PHASE_ITERATING;
	return CORO_AWAIT;
}

/* The generator came back: what that means for the awaitable. */
static enum coro_outcome came_back(struct vm *vm, struct async_send *s, enum coro_outcome outcome,
                                   value *out)
{
	struct generator *g = generator_of(s->generator);
	if (outcome == CORO_AWAIT && !g->produced)
		return CORO_AWAIT;
	s->phase = PHASE_CLOSED;
	g->busy = false;
	if (outcome == CORO_AWAIT) {
		if (s->act != ACT_CLOSE)
			return CORO_RETURN;
		value_forget(vm, out);
		vm_raise(vm, &exc_RuntimeError, "async generator ignored GeneratorExit");
		return CORO_RAISE;
	}
	g->closed = true;
	if (s->act == ACT_CLOSE) {
		if (outcome == CORO_RETURN || vm_caught(vm, &exc_GeneratorExit) ||
		    vm_caught(vm, &exc_StopAsyncIteration)) {
			value_forget(vm, out);
			*out = VALUE_NONE;
			return CORO_RETURN;
		}
		return CORO_RAISE;
	}
	if (outcome == CORO_RETURN) {
		value_forget(vm, out);
		vm_raise_with(vm, &exc_StopAsyncIteration, VALUE_NULL);
	}
	return CORO_RAISE;
}

static enum coro_outcome send_resume(struct vm *vm, value self, value sent, value thrown,
                                     value *out)
{
	struct async_send *s = send_of(self);
	*out = VALUE_NULL;
	if (s->phase == PHASE_CLOSED) {
		vm_raise(vm, &exc_RuntimeError, "cannot reuse already awaited %s",
		         s->act == ACT_SEND ? "__anext__()/asend()" : "aclose()/athrow()");
		return CORO_RAISE;
	}
	value close = VALUE_NULL;
	if (s->phase == PHASE_INIT) {
		enum coro_outcome begun = begin(vm, s, out);
		if (begun != CORO_AWAIT)
			return begun;
		if (value_is_null(thrown)) {
			if (s->act == ACT_SEND)
				sent = s->input;
			else if (s->act == ACT_THROW)
				thrown = s->input;
			else
				thrown = close = exception_new(vm, &exc_GeneratorExit, VALUE_NULL);
		}
	}
	value_ref(self);
	enum coro_outcome outcome = coro_resume(vm, s->generator, sent, thrown, out);
	value_xunref(vm, close);
	outcome = came_back(vm, s, outcome, out);
	value_unref(vm, self);
	return outcome;
}

static value itself(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(self);
}

static value send_next(struct vm *vm, value self)
{
	value out;
	enum coro_outcome outcome = send_resume(vm, self, VALUE_NONE, VALUE_NULL, &out);
	if (outcome == CORO_RETURN) {
		vm_raise_stop_iteration(vm, out);
		value_unref(vm, out);
		return VALUE_NULL;
	}
	return out;
}

static void send_drop(struct vm *vm, struct object *self)
{
	struct async_send *s = (struct async_send *)(void *)self;
	if (s->phase == PHASE_ITERATING)
		generator_of(s->generator)->busy = false;
	value_xunref(vm, s->generator);
	value_xunref(vm, s->input);
}

static void send_traverse(struct object *self, visit_fn visit, void *context)
{
	struct async_send *s = (struct async_send *)(void *)self;
	visit(s->generator, context);
	visit(s->input, context);
}

static value send_repr(struct vm *vm, value self)
{
	return str_printf(vm, "<async_generator_%s object at 0x%012zx>",
	                  send_of(self)->act == ACT_SEND ? "asend" : "athrow", (size_t)self.bits);
}

#define SEND_SLOTS                                                                         \
	.base = &object_type, .size = sizeof(struct async_send),                           \
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW, .drop = send_drop,               \
	.traverse = send_traverse, .repr = send_repr, .await = itself, .iter = itself,     \
	.next = send_next, .resume = send_resume, .methods = generator_methods

const struct type async_send_type = {TYPE_HEAD, .name = "async_generator_asend", SEND_SLOTS};

/* athrow() and aclose(). */
const struct type async_throw_type = {
	TYPE_HEAD, .name = "async_generator_athrow", SEND_SLOTS};

/* ---- methods of the generator ---------------------------------------------------------------- */

value async_generator_anext(struct vm *vm, value self)
{
	return make(vm, self, ACT_SEND, VALUE_NONE);
}

static value method_asend(struct vm *vm, value self, const struct args *a)
{
	return make(vm, self, ACT_SEND, a->at[0]);
}

static value method_athrow(struct vm *vm, value self, const struct args *a)
{
	value v = a->at[0];
	if (value_is_exception(v))
		return make(vm, self, ACT_THROW, v);
	if (!value_is_exception_type(v))
		return vm_raise(vm, &exc_TypeError,
		                "exceptions must be classes or instances deriving from BaseException, "
		                "not %s",
		                value_type_name(v));
	bool with = a->count > 1 && !value_is_none(a->at[1]);
	value made = with && value_is_exception(a->at[1])
		? value_ref(a->at[1])
		: vm_call(vm, v, with ? ARGS(a->at[1]) : NO_ARGS);
	if (value_is_null(made))
		return made;
	value r = make(vm, self, ACT_THROW, made);
	value_unref(vm, made);
	return r;
}

static value method_aclose(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return make(vm, self, ACT_CLOSE, VALUE_NULL);
}

const struct method_def async_generator_methods[] = {
	{"asend", method_asend, 1, 1, 0},
	{"athrow", method_athrow, 1, 3, 0},
	{"aclose", method_aclose, 0, 0, 0},
	{0},
};
