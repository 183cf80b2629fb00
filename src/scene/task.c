/*
 * The type Task: a coroutine as a body that the loop steps. Resuming the body resumes the
 * coroutine; what it yields, if it is one of our futures, is what the task waits for.
 */
#include "scene/internal.h"

#include "lang/int.h"
#include "lang/str.h"

/* ---- outcomes: the vm's words and the loop's ---- */

enum outcome body_outcome_of(struct scene *s, enum coro_outcome outcome, value *out,
                             struct step_result *r)
{
	value v = *out;
	switch (outcome) {
	case CORO_AWAIT:
		if (value_is_none(v))
			return BODY_YIELDS;
		if (!value_is_small(v) && value_is_future(v)) {
			r->future = future_of(v);
			return BODY_AWAITS;
		}
		r->datum = datum_of(v);
		return BODY_BAD_YIELD;
	case CORO_RETURN:
		r->datum = datum_of(v);
		return BODY_RETURNS;
	case CORO_RAISE:
		break;
	}
	value error = vm_take(s->vm);
	if (vm_stopped(s->vm)) {
		value_xunref(s->vm, error);
		return BODY_HALTED;
	}
	r->datum = datum_of(error);
	return BODY_RAISES;
}

enum coro_outcome coro_outcome_of(struct vm *vm, enum outcome outcome,
                                  struct step_result *r, value *out)
{
	*out = VALUE_NULL;
	switch (outcome) {
	case BODY_AWAITS:
		*out = future_object_value(r->future);
		return CORO_AWAIT;
	case BODY_YIELDS:
		*out = VALUE_NONE;
		return CORO_AWAIT;
	case BODY_BAD_YIELD:
		*out = value_of(r->datum);
		return CORO_AWAIT;
	case BODY_RETURNS:
		*out = value_of(r->datum);
		return CORO_RETURN;
	case BODY_RAISES:
		raise_datum(vm, r->datum);
		return CORO_RAISE;
	case BODY_HALTED:
		break;
	}
	scene_halt(scene_of(vm), STOP_ASKED);
	return CORO_RAISE;
}

/* ---- a coroutine as a body ---- */

static struct coro_body *coro_body_of(const struct body *b)
{
	return CONTAINER_OF(b, struct coro_body, body);
}

static enum outcome coro_body_resume(struct body *b, struct datum sent,
                                     struct datum thrown, struct step_result *out)
{
	struct coro_body *c = coro_body_of(b);
	value v;
	enum coro_outcome outcome = coro_resume(c->scene->vm, c->coro, value_of(sent),
	                                        (value){thrown.bits}, &v);
	enum outcome result = body_outcome_of(c->scene, outcome, &v, out);
	if (result == BODY_RAISES)
		exit_error_keep(c->scene->vm, value_of(out->datum),
		                object_value(CONTAINER_OF(c, struct task_object, body)));
	return result;
}

static void coro_body_drop(struct body *b)
{
	(void)b; /* the task keeps its coroutine for get_coro() and its repr */
}

static const char *coro_body_qualname(const struct body *b)
{
	value name = coro_qualname(coro_body_of(b)->coro);
	return value_is_null(name) ? value_type_name(coro_body_of(b)->coro)
	                           : str_text(name);
}

static uint32_t coro_body_line(const struct body *b)
{
	struct place place;
	return coro_definition(coro_body_of(b)->coro, &place) ? place.line : 0;
}

static bool coro_body_cleaning_up(const struct body *b)
{
	return coro_handling(coro_body_of(b)->coro);
}

static const struct body_ops coro_body_ops = {
	.resume = coro_body_resume,
	.drop = coro_body_drop,
	.qualname = coro_body_qualname,
	.line = coro_body_line,
	.cleaning_up = coro_body_cleaning_up,
};

/* ---- an awaited iterator as a body, for wait_for ---- */

static enum outcome await_body_resume(struct body *b, struct datum sent,
                                      struct datum thrown, struct step_result *out)
{
	struct coro_body *c = coro_body_of(b);
	value v;
	enum coro_outcome outcome = await_step(c->scene->vm, &c->coro, value_of(sent),
	                                       (value){thrown.bits}, &v);
	return body_outcome_of(c->scene, outcome, &v, out);
}

static void await_body_drop(struct body *b)
{
	struct coro_body *c = coro_body_of(b);
	struct vm *vm = c->scene->vm;
	value coro = c->coro;
	free(c);
	value_xunref(vm, coro);
}

static const struct body_ops await_body_ops = {
	.resume = await_body_resume,
	.drop = await_body_drop,
};

value body_value(const struct body *body)
{
	if (body->ops != &coro_body_ops && body->ops != &await_body_ops)
		return VALUE_NULL;
	return coro_body_of(body)->coro;
}

struct body *await_body_new(struct scene *s, value iterator)
{
	struct coro_body *c = mem_zalloc(1, sizeof *c);
	c->body.ops = &await_body_ops;
	c->scene = s;
	c->coro = iterator;
	return &c->body;
}

bool value_can_be_task(value v)
{
	if (value_is_coroutine(v))
		return true;
	const struct type *t = value_type(v);
	return t->resume != NULL && t->await != NULL && t != &generator_type &&
	       t != &future_wait_type;
}

/* ---- making one ---- */

value task_object_new(struct scene *s, struct loop *l, value coro, value name)
{
	struct vm *vm = s->vm;
	if (!value_can_be_task(coro)) {
		value text = object_repr(vm, coro);
		if (value_is_null(text))
			return text;
		vm_raise(vm, &exc_TypeError, "a coroutine was expected, got %s",
		         str_text(text));
		value_unref(vm, text);
		return VALUE_NULL;
	}
	struct task_object *o = object_new(vm, &task_type, 0);
	o->body = (struct coro_body){
		.body.ops = &coro_body_ops, .scene = s, .coro = value_ref(coro)};
	task_init(&o->task, l, &object_future_ops, &o->body.body);
	task_start(&o->task, value_is_null(name) ? NULL : str_text(name));
	return object_value(o);
}

/* str(name), as every name of a task goes. None and null are "no name": null, nothing
 * raised. */
static value name_argument(struct vm *vm, value name)
{
	if (value_is_null(name) || value_is_none(name))
		return VALUE_NULL;
	return object_str(vm, name);
}

/* asyncio.Task(coro, *, loop=None, name=None, context=None, eager_start=False) */
static value task_make(struct vm *vm, const struct type *type, const struct args *a)
{
	(void)type;
	static const struct signature signature = {
		.function = "Task",
		.names = {"coro", "loop", "name", "context", "eager_start"},
		.positional = 1,
		.required = 1};
	value parsed[5];
	if (!args_parse(vm, a, &signature, parsed))
		return VALUE_NULL;
	value of = value_is_null(parsed[1]) || value_is_none(parsed[1])
	                   ? event_loop_get(vm)
	                   : value_ref(parsed[1]);
	if (value_is_null(of))
		return of;
	if (!value_is_a(of, &base_loop_type)) {
		value_unref(vm, of);
		return vm_raise(vm, &exc_TypeError, "loop must be an event loop");
	}
	value name = name_argument(vm, parsed[2]);
	value task =
		value_is_null(name) && !value_is_null(vm_raised(vm))
			? VALUE_NULL
			: task_object_new(scene_of(vm), loop_of(of), parsed[0], name);
	value_xunref(vm, name);
	value_unref(vm, of);
	return task;
}

static void task_object_drop(struct vm *vm, struct object *self)
{
	future_object_drop(vm, self);
	value_forget(vm, &((struct task_object *)(void *)self)->body.coro);
}

/* ---- what a scene asks of one ---- */

static value method_cancelling(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return int_new(vm, task_cancelling(task_of(self)));
}

static value method_uncancel(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return int_new(vm, task_uncancel(task_of(self)));
}

static value method_get_name(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct buf name = {0};
	task_name(task_of(self), &name);
	return str_from_buf(vm, &name);
}

static value method_set_name(struct vm *vm, value self, const struct args *a)
{
	value name = object_str(vm, a->at[0]);
	if (value_is_null(name))
		return name;
	task_set_name(task_of(self), str_text(name));
	value_unref(vm, name);
	return VALUE_NONE;
}

static value method_get_coro(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	value coro = ((struct task_object *)(void *)value_object(self))->body.coro;
	return value_is_null(coro) ? VALUE_NONE : value_ref(coro);
}

static value get_must_cancel(struct vm *vm, value self)
{
	(void)vm;
	return value_bool(task_of(self)->must_cancel);
}

static value get_fut_waiter(struct vm *vm, value self)
{
	(void)vm;
	struct future *f = task_of(self)->waiter;
	return f == NULL ? VALUE_NONE : value_ref(future_object_value(f));
}

static value get_coro(struct vm *vm, value self)
{
	return method_get_coro(vm, self, NO_ARGS);
}

static const struct method_def task_methods[] = {
	{"cancelling", method_cancelling, 0, 0, 0},
	{"uncancel", method_uncancel, 0, 0, 0},
	{"get_name", method_get_name, 0, 0, 0},
	{"set_name", method_set_name, 1, 1, 0},
	{"get_coro", method_get_coro, 0, 0, 0},
	{0},
};

static const struct getset_def task_getset[] = {
	{"_must_cancel", get_must_cancel, NULL},
	{"_fut_waiter", get_fut_waiter, NULL},
	{"_coro", get_coro, NULL},
	{0},
};

const struct type task_type = {
	TYPE_HEAD_OF("_asyncio"),
	.name = "Task",
	.base = &future_type,
	.size = sizeof(struct task_object),
	.flags = TYPE_TRACKED | TYPE_FINAL,
	.dict_offset = offsetof(struct task_object, dict),
	.methods = task_methods,
	.getset = task_getset,
	.make = task_make,
	.finalize = future_object_finalize,
	.drop = task_object_drop,
	.traverse = future_object_traverse,
	.clear = future_object_clear,
	.repr = future_repr,
	.await = future_object_await,
	.iter = future_object_await,
};
