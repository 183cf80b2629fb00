/*
 * Generators and coroutines: a frame with a handle. Resuming enters the frame, a yield leaves
 * it; the interpreter does both without C recursion when it is the one that resumes, and
 * through the `resume` slot here when C does.
 */
#include "lang/internal.h"

#include "lang/dict.h"
#include "lang/str.h"
#include "lang/tuple.h"

/* ---- making and ending ------------------------------------------------------------ */

static const struct type *type_for(const struct code *code)
{
	if ((code->flags & CODE_COROUTINE) != 0)
		return &coroutine_type;
	return (code->flags & CODE_ASYNC_GENERATOR) != 0 ? &async_generator_type : &generator_type;
}

value generator_new(struct vm *vm, struct frame *f)
{
	struct generator *g = object_new(vm, type_for(f->code), 0);
	const struct function *fn = function_of(f->function);
	g->frame = f;
	f->generator = g;
	g->code = f->code;
	value_ref(object_value(g->code));
	g->name = value_ref(fn->name);
	g->qualname = value_ref(fn->qualname);
	return object_value(g);
}

/* The name of a body in C, interned once. */
static value body_name(struct vm *vm, const struct native_body *body)
{
	struct body_name *slot = &vm->body_names[((uintptr_t)body >> 4) % BODY_NAMES];
	if (slot->text != body->name) {
		slot->text = body->name;
		value_replace(vm, &slot->name, vm_intern(vm, body->name));
	}
	return value_ref(slot->name);
}

value coro_native_new(struct vm *vm, const struct native_body *body, void **state)
{
	struct generator *g = object_new(vm, &coroutine_type, body->state_size);
	g->native = body;
	g->name = body_name(vm, body);
	g->qualname = value_ref(g->name);
	if (state != NULL)
		*state = g->state;
	return object_value(g);
}

void *coro_native_state(value coro, const struct native_body *body)
{
	if (!value_is_exactly(coro, &coroutine_type) || generator_of(coro)->native != body)
		return NULL;
	return generator_of(coro)->state;
}

/* Nothing of it runs any more: let go of the frame. */
void generator_finish(struct vm *vm, struct generator *g)
{
	struct frame *f = g->frame;
	g->finished = true;
	g->frame = NULL;
	if (g->native != NULL && !g->dropped) {
		g->dropped = true;
		if (g->native->drop != NULL)
			g->native->drop(vm, g->state);
	}
	if (f == NULL)
		return;
	f->generator = NULL;
	frame_leave(vm, f);
}

static const char *kind_of(const struct generator *g)
{
	if (g->head.type == &coroutine_type)
		return "coroutine";
	return g->head.type == &async_generator_type ? "async generator" : "generator";
}

/* "generator raised StopIteration": the exception that is set becomes the cause. */
static void convert(struct vm *vm, const struct generator *g, const char *what)
{
	value cause = vm_take(vm);
	vm_raise(vm, &exc_RuntimeError, "%s raised %s", kind_of(g), what);
	exception_set_cause(vm, vm->raised, cause);
	exception_set_context(vm, vm->raised, cause);
	value_unref(vm, cause);
	if (g->frame != NULL)
		exception_add_traceback(vm, g->frame);
}

void generator_convert_stop(struct vm *vm, const struct generator *g)
{
	if (vm_raised_is(vm, &exc_StopIteration))
		convert(vm, g, "StopIteration");
	else if (g->head.type == &async_generator_type &&
	         vm_raised_is(vm, &exc_StopAsyncIteration))
		convert(vm, g, "StopAsyncIteration");
}

/* ---- resuming --------------------------------------------------------------------- */

static enum coro_outcome raise_runtime(struct vm *vm, const char *text)
{
	vm_raise(vm, &exc_RuntimeError, "%s", text);
	return CORO_RAISE;
}

/* What resuming a finished one means. */
static enum coro_outcome resume_finished(struct vm *vm, struct generator *g, value thrown,
                                         value *out)
{
	if (g->head.type == &coroutine_type)
		return raise_runtime(vm, "cannot reuse already awaited coroutine");
	if (!value_is_null(thrown)) {
		vm_raise_value(vm, thrown);
		return CORO_RAISE;
	}
	*out = VALUE_NONE;
	return CORO_RETURN;
}

static enum coro_outcome resume_native(struct vm *vm, struct generator *g, value sent,
                                       value thrown, value *out)
{
	enum coro_outcome outcome = CORO_RAISE;
	if (!g->started && !value_is_null(thrown)) {
		g->started = true;
		vm_raise_value(vm, thrown);
	} else {
		g->started = g->running = true;
		outcome = g->native->resume(vm, g->state, sent, thrown, out);
		g->running = false;
	}
	if (outcome != CORO_AWAIT)
		generator_finish(vm, g);
	return outcome;
}

static enum coro_outcome generator_resume(struct vm *vm, value self, value sent, value thrown,
                                          value *out)
{
	struct generator *g = generator_of(self);
	*out = VALUE_NULL;
	if (g->running) {
		vm_raise(vm, &exc_ValueError, "%s already executing", kind_of(g));
		return CORO_RAISE;
	}
	if (g->finished)
		return resume_finished(vm, g, thrown, out);
	if (!g->started && value_is_null(thrown) && !value_is_none(sent)) {
		vm_raise(vm, &exc_TypeError, "can't send non-None value to a just-started %s",
		         kind_of(g));
		return CORO_RAISE;
	}
	if (vm->stopped) {
		vm_stop(vm);
		return CORO_RAISE;
	}
	g->awaited = true;
	if (!frame_depth_ok(vm) || !vm_enter(vm))
		return CORO_RAISE;
	enum coro_outcome outcome;
	value_ref(self);
	if (g->native != NULL) {
		outcome = resume_native(vm, g, sent, thrown, out);
	} else {
		if (value_is_null(thrown)) {
			if (g->started)
				*g->frame->stack_top++ = value_ref(sent);
			g->started = true;
			g->running = true;
		}
		outcome = vm_run(vm, g->frame, thrown, out);
	}
	vm_leave(vm);
	value_unref(vm, self);
	return outcome;
}

/* Drive an iterator that only has __next__, send and throw, as `yield from` does. */
static enum coro_outcome resume_iterator(struct vm *vm, value iterator, value sent, value thrown,
                                         value *out)
{
	value r;
	if (!value_is_null(thrown)) {
		bool failed;
		value method = object_getattr_maybe(vm, iterator, vm_name(vm, NAME_throw), &failed);
		if (value_is_null(method)) {
			if (!failed)
				vm_raise_value(vm, thrown);
			return CORO_RAISE;
		}
		r = vm_call(vm, method, ARGS(thrown));
		value_unref(vm, method);
	} else if (value_is_none(sent)) {
		r = object_next_stop(vm, iterator);
		if (value_is_null(r) && value_is_null(vm->raised)) {
			*out = VALUE_NONE;
			return CORO_RETURN;
		}
	} else {
		r = vm_call_method(vm, iterator, "send", ARGS(sent));
	}
	if (!value_is_null(r)) {
		*out = r;
		return CORO_AWAIT;
	}
	return vm_caught_stop_iteration(vm, out) ? CORO_RETURN : CORO_RAISE;
}

enum coro_outcome coro_resume(struct vm *vm, value coro, value sent, value thrown, value *out)
{
	enum coro_outcome (*resume)(struct vm *, value, value, value, value *);
	TYPE_SLOT(resume, value_type(coro), resume);
	*out = VALUE_NULL;
	if (value_is_null(sent))
		sent = VALUE_NONE;
	if (resume != NULL)
		return resume(vm, coro, sent, thrown, out);
	return resume_iterator(vm, coro, sent, thrown, out);
}

enum coro_outcome await_step(struct vm *vm, value *iterator, value sent, value thrown, value *out)
{
	enum coro_outcome outcome = CORO_RAISE;
	if (!value_is_null(thrown) && value_is_a(thrown, &exc_GeneratorExit)) {
		*out = VALUE_NULL;
		if (coro_close(vm, *iterator))
			vm_raise_value(vm, thrown);
	} else {
		outcome = coro_resume(vm, *iterator, sent, thrown, out);
	}
	if (outcome != CORO_AWAIT)
		value_forget(vm, iterator);
	return outcome;
}

/* ---- closing ---------------------------------------------------------------------- */

static bool close_other(struct vm *vm, value v)
{
	bool failed;
	value method = object_getattr_maybe(vm, v, vm_name(vm, NAME_close), &failed);
	if (value_is_null(method))
		return !failed;
	value r = vm_call(vm, method, NO_ARGS);
	value_unref(vm, method);
	value_xunref(vm, r);
	return !value_is_null(r);
}

/* Throw GeneratorExit in and see that it comes out: 1, or -1 with the exception set. */
static bool close_by_resume(struct vm *vm, value v, const char *ignored)
{
	value thrown = exception_new(vm, &exc_GeneratorExit, VALUE_NULL);
	value out;
	enum coro_outcome outcome = coro_resume(vm, v, VALUE_NONE, thrown, &out);
	value_unref(vm, thrown);
	if (outcome == CORO_RETURN) {
		value_unref(vm, out);
		return true;
	}
	if (outcome == CORO_AWAIT) {
		value_unref(vm, out);
		vm_raise(vm, &exc_RuntimeError, "%s ignored GeneratorExit", ignored);
		return false;
	}
	return vm_caught(vm, &exc_GeneratorExit) || vm_caught(vm, &exc_StopIteration);
}

bool coro_close(struct vm *vm, value coro)
{
	if (!value_is_generator_kind(coro)) {
		enum coro_outcome (*resume)(struct vm *, value, value, value, value *);
		TYPE_SLOT(resume, value_type(coro), resume);
		return resume != NULL ? close_by_resume(vm, coro, "coroutine")
		                      : close_other(vm, coro);
	}
	struct generator *g = generator_of(coro);
	g->awaited = true;
	if (g->finished)
		return true;
	if (!g->started) {
		g->started = true;
		value_ref(coro);
		generator_finish(vm, g);
		value_unref(vm, coro);
		return true;
	}
	return close_by_resume(vm, coro, kind_of(g));
}

/* ---- asking ----------------------------------------------------------------------- */

enum coro_state coro_state(value coro)
{
	if (!value_is_generator_kind(coro))
		return CORO_SUSPENDED;
	const struct generator *g = generator_of(coro);
	if (g->finished)
		return CORO_CLOSED;
	if (g->running)
		return CORO_RUNNING;
	return g->started ? CORO_SUSPENDED : CORO_CREATED;
}

value coro_name(value coro)
{
	return value_is_generator_kind(coro) ? generator_of(coro)->name : VALUE_NULL;
}

value coro_qualname(value coro)
{
	return value_is_generator_kind(coro) ? generator_of(coro)->qualname : VALUE_NULL;
}

void coro_set_names(struct vm *vm, value coro, const char *name, const char *qualname)
{
	struct generator *g = generator_of(coro);
	value_replace(vm, &g->name, vm_intern(vm, name));
	value_replace(vm, &g->qualname, vm_intern(vm, qualname));
}

void coro_mark_awaited(value coro)
{
	if (value_is_generator_kind(coro))
		generator_of(coro)->awaited = true;
}

value coro_awaiting(value coro)
{
	if (!value_is_generator_kind(coro))
		return VALUE_NULL;
	const struct generator *g = generator_of(coro);
	if (!g->started || g->finished || g->running)
		return VALUE_NULL;
	if (g->native != NULL)
		return g->native->awaiting != NULL ? g->native->awaiting((void *)g->state)
		                                   : VALUE_NULL;
	if (instruction_op(*g->frame->ip) != OP_YIELD_FROM)
		return VALUE_NULL;
	return g->frame->stack_top[-1];
}

bool coro_place(value coro, bool innermost, struct place *out)
{
	bool found = false;
	while (!value_is_null(coro) && value_is_generator_kind(coro)) {
		const struct generator *g = generator_of(coro);
		if (g->frame != NULL) {
			frame_place(g->frame, out);
			found = true;
		}
		if (!innermost && found)
			break;
		coro = coro_awaiting(coro);
	}
	return found;
}

bool coro_handling(value coro)
{
	while (!value_is_null(coro) && value_is_generator_kind(coro)) {
		const struct generator *g = generator_of(coro);
		if (g->frame != NULL && !value_is_null(g->frame->handled))
			return true;
		coro = coro_awaiting(coro);
	}
	return false;
}

bool coro_definition(value coro, struct place *out)
{
	if (!value_is_generator_kind(coro) || generator_of(coro)->code == NULL)
		return false;
	const struct code *code = generator_of(coro)->code;
	*out = (struct place){str_text(code->filename), str_text(code->qualname), code->first_line};
	return true;
}

/* ---- dying ------------------------------------------------------------------------ */

static void generator_finalize(struct vm *vm, struct object *self)
{
	struct generator *g = (struct generator *)(void *)self;
	value v = object_value(self);
	if (g->finished || vm->stopped)
		return;
	if (self->type == &coroutine_type && !g->started && !g->awaited) {
		if (vm->hooks.never_awaited != NULL)
			vm->hooks.never_awaited(vm->hooks.context, vm, v);
		return;
	}
	if (!g->started)
		return;
	if (self->type == &async_generator_type && g->hooked && !g->closed &&
	    vm->hooks.asyncgen_dropped != NULL) {
		vm->hooks.asyncgen_dropped(vm->hooks.context, vm, v);
		return;
	}
	if (!coro_close(vm, v))
		vm_unraisable(vm, v);
}

static void generator_drop(struct vm *vm, struct object *self)
{
	struct generator *g = (struct generator *)(void *)self;
	generator_finish(vm, g);
	value_xunref(vm, g->name);
	value_xunref(vm, g->qualname);
	if (g->code != NULL)
		value_unref(vm, object_value(g->code));
}

static void generator_traverse(struct object *self, visit_fn visit, void *context)
{
	struct generator *g = (struct generator *)(void *)self;
	if (g->frame != NULL)
		visit(object_value(g->frame), context);
	if (g->native != NULL && g->native->traverse != NULL && !g->dropped)
		g->native->traverse(g->state, visit, context);
}

static void generator_clear(struct vm *vm, struct object *self)
{
	struct generator *g = (struct generator *)(void *)self;
	if (!g->running)
		generator_finish(vm, g);
}

/* ---- as seen by a scene ----------------------------------------------------------- */

static value generator_repr(struct vm *vm, value self)
{
	const struct generator *g = generator_of(self);
	const char *kind = self.bits != 0 && g->head.type == &async_generator_type
		? "async_generator" : kind_of(g);
	return str_printf(vm, "<%s object %s at 0x%012zx>", kind, str_text(g->qualname),
	                  (size_t)self.bits);
}

static value generator_next(struct vm *vm, value self)
{
	value out;
	enum coro_outcome outcome = coro_resume(vm, self, VALUE_NONE, VALUE_NULL, &out);
	if (outcome == CORO_AWAIT)
		return out;
	if (outcome == CORO_RETURN)
		value_unref(vm, out);
	return VALUE_NULL;
}

static value itself(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(self);
}

/* An outcome as a method gives it: what is yielded, or StopIteration with the result. */
static value outcome_value(struct vm *vm, enum coro_outcome outcome, value out)
{
	if (outcome == CORO_RETURN) {
		vm_raise_stop_iteration(vm, out);
		value_unref(vm, out);
		return VALUE_NULL;
	}
	return outcome == CORO_AWAIT ? out : VALUE_NULL;
}

static value method_send(struct vm *vm, value self, const struct args *a)
{
	value out;
	enum coro_outcome outcome = coro_resume(vm, self, a->at[0], VALUE_NULL, &out);
	return outcome_value(vm, outcome, out);
}

/* The exception that throw(...) is given as value, or as type, value, traceback: new, or null. */
static value thrown_exception(struct vm *vm, const struct args *a)
{
	value v = a->at[0];
	if (value_is_exception(v))
		return value_ref(v);
	if (!value_is_exception_type(v))
		return vm_raise(vm, &exc_TypeError,
		                "exceptions must be classes or instances deriving from BaseException, "
		                "not %s",
		                value_type_name(v));
	if (a->count > 1 && value_is_exception(a->at[1]))
		return value_ref(a->at[1]);
	bool with = a->count > 1 && !value_is_none(a->at[1]);
	return vm_call(vm, v, with ? ARGS(a->at[1]) : NO_ARGS);
}

static value method_throw(struct vm *vm, value self, const struct args *a)
{
	value thrown = thrown_exception(vm, a);
	if (value_is_null(thrown))
		return thrown;
	value out;
	enum coro_outcome outcome = coro_resume(vm, self, VALUE_NONE, thrown, &out);
	value_unref(vm, thrown);
	return outcome_value(vm, outcome, out);
}

static value method_close(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return coro_close(vm, self) ? VALUE_NONE : VALUE_NULL;
}

static value method_self(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_ref(self);
}

static value method_next(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	value out;
	enum coro_outcome outcome = coro_resume(vm, self, VALUE_NONE, VALUE_NULL, &out);
	return outcome_value(vm, outcome, out);
}

const struct method_def generator_methods[] = {
	{"send", method_send, 1, 1, 0},
	{"throw", method_throw, 1, 3, 0},
	{"close", method_close, 0, 0, 0},
	{"__await__", method_self, 0, 0, 0},
	{"__iter__", method_self, 0, 0, 0},
	{"__next__", method_next, 0, 0, 0},
	{0},
};

static const struct method_def own_methods[] = {
	{"send", method_send, 1, 1, 0},
	{"throw", method_throw, 1, 3, 0},
	{"close", method_close, 0, 0, 0},
	{0},
};

static value get_name(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(generator_of(self)->name);
}
static value get_qualname(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(generator_of(self)->qualname);
}
static bool set_name(struct vm *vm, value self, value v)
{
	if (value_is_null(v) || !value_is_str(v)) {
		vm_raise(vm, &exc_TypeError, "__name__ must be set to a string object");
		return false;
	}
	value_replace(vm, &generator_of(self)->name, value_ref(v));
	return true;
}
static bool set_qualname(struct vm *vm, value self, value v)
{
	if (value_is_null(v) || !value_is_str(v)) {
		vm_raise(vm, &exc_TypeError, "__qualname__ must be set to a string object");
		return false;
	}
	value_replace(vm, &generator_of(self)->qualname, value_ref(v));
	return true;
}
static value get_running(struct vm *vm, value self)
{
	(void)vm;
	return value_bool(generator_of(self)->running);
}
static value get_suspended(struct vm *vm, value self)
{
	(void)vm;
	return value_bool(coro_state(self) == CORO_SUSPENDED);
}
static value get_frame(struct vm *vm, value self)
{
	(void)vm;
	struct frame *f = generator_of(self)->frame;
	return f != NULL ? value_ref(object_value(f)) : VALUE_NONE;
}
static value get_awaiting(struct vm *vm, value self)
{
	(void)vm;
	value v = coro_awaiting(self);
	return value_is_null(v) ? VALUE_NONE : value_ref(v);
}
static value get_code(struct vm *vm, value self)
{
	(void)vm;
	const struct code *code = generator_of(self)->code;
	return code != NULL ? value_ref(object_value(code)) : VALUE_NONE;
}

#define COMMON_GETSET                                                                    \
	{"__name__", get_name, set_name}, {"__qualname__", get_qualname, set_qualname}
static const struct getset_def generator_getset[] = {
	COMMON_GETSET,
	{"gi_running", get_running, NULL},
	{"gi_suspended", get_suspended, NULL},
	{"gi_frame", get_frame, NULL},
	{"gi_code", get_code, NULL},
	{"gi_yieldfrom", get_awaiting, NULL},
	{0},
};
static const struct getset_def coroutine_getset[] = {
	COMMON_GETSET,
	{"cr_running", get_running, NULL},
	{"cr_suspended", get_suspended, NULL},
	{"cr_frame", get_frame, NULL},
	{"cr_code", get_code, NULL},
	{"cr_await", get_awaiting, NULL},
	{0},
};
static const struct getset_def async_generator_getset[] = {
	COMMON_GETSET,
	{"ag_running", get_running, NULL},
	{"ag_suspended", get_suspended, NULL},
	{"ag_frame", get_frame, NULL},
	{"ag_code", get_code, NULL},
	{"ag_await", get_awaiting, NULL},
	{0},
};

#define GENERATOR_TYPE                                                                   \
	TYPE_HEAD, .base = &object_type, .size = sizeof(struct generator),                     \
		.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW, .finalize = generator_finalize, \
		.drop = generator_drop, .traverse = generator_traverse,                          \
		.clear = generator_clear, .repr = generator_repr, .resume = generator_resume

const struct type generator_type = {
	GENERATOR_TYPE,
	.name = "generator",
	.iter = itself,
	.next = generator_next,
	.methods = own_methods,
	.getset = generator_getset,
};

/* What coro.__await__() gives: an iterator for `yield from`, which a coroutine itself is not. */
struct coroutine_wrapper {
	struct object head;
	value coro;
};

static enum coro_outcome wrapper_resume(struct vm *vm, value self, value sent, value thrown,
                                        value *out)
{
	value coro = ((struct coroutine_wrapper *)(void *)value_object(self))->coro;
	return coro_resume(vm, coro, sent, thrown, out);
}

static void wrapper_drop(struct vm *vm, struct object *self)
{
	value_xunref(vm, ((struct coroutine_wrapper *)(void *)self)->coro);
}

static void wrapper_traverse(struct object *self, visit_fn visit, void *context)
{
	visit(((struct coroutine_wrapper *)(void *)self)->coro, context);
}

static value wrapper_next(struct vm *vm, value self)
{
	value out;
	enum coro_outcome outcome = wrapper_resume(vm, self, VALUE_NONE, VALUE_NULL, &out);
	return outcome_value(vm, outcome, out);
}

static const struct type coroutine_wrapper_type = {
	TYPE_HEAD,
	.name = "coroutine_wrapper",
	.base = &object_type,
	.size = sizeof(struct coroutine_wrapper),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = wrapper_drop,
	.traverse = wrapper_traverse,
	.iter = itself,
	.next = wrapper_next,
	.resume = wrapper_resume,
	.methods = own_methods,
};

static value coroutine_await(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct coroutine_wrapper *w = object_new(vm, &coroutine_wrapper_type, 0);
	w->coro = value_ref(self);
	return object_value(w);
}

static const struct method_def coroutine_methods[] = {
	{"send", method_send, 1, 1, 0},
	{"throw", method_throw, 1, 3, 0},
	{"close", method_close, 0, 0, 0},
	{"__await__", coroutine_await, 0, 0, 0},
	{0},
};

const struct type coroutine_type = {
	GENERATOR_TYPE,
	.name = "coroutine",
	.await = itself,
	.methods = coroutine_methods,
	.getset = coroutine_getset,
};

/* Its methods are in async_generator.c. */
const struct type async_generator_type = {
	GENERATOR_TYPE,
	.name = "async_generator",
	.aiter = itself,
	.anext = async_generator_anext,
	.methods = async_generator_methods,
	.getset = async_generator_getset,
};
