/*
 * The type TaskGroup: an object around the loop's group; its exit is a coroutine in C.
 */
#include "scene/internal.h"

#include "lang/str.h"
#include "scene/arguments.h"

struct group_object {
	struct object head;
	value dict;
	struct group group;
};

static struct group_object *object_of(value v)
{
	return (struct group_object *)(void *)value_object(v);
}

value group_object_value(const struct group *g)
{
	return object_value(CONTAINER_OF(g, struct group_object, group));
}

static void group_object_ref(struct group *g)
{
	value_ref(group_object_value(g));
}

static void group_object_unref(struct group *g)
{
	value_unref(scene_of_loop(g->loop)->vm, group_object_value(g));
}

static const struct group_ops object_group_ops = {
	.ref = group_object_ref,
	.unref = group_object_unref,
};

static value group_make(struct vm *vm, const struct type *type, const struct args *a)
{
	static const struct signature signature = {.function = "TaskGroup.__init__"};
	if (!arguments_bind(vm, a, &signature, true, NULL))
		return VALUE_NULL;
	struct group_object *o = object_new(vm, type, 0);
	group_init(&o->group, &object_group_ops);
	return object_value(o);
}

/* RuntimeError with the group's repr where the text has %s. Always null. */
static value refuse(struct vm *vm, value self, enum group_refusal refusal)
{
	static const char *const texts[] = {
		[GROUP_ENTERED] = "TaskGroup %s has already been entered",
		[GROUP_NO_TASK] = "TaskGroup %s cannot determine the parent task",
		[GROUP_NOT_ENTERED] = "TaskGroup %s has not been entered",
		[GROUP_FINISHED] = "TaskGroup %s is finished",
		[GROUP_SHUTTING_DOWN] = "TaskGroup %s is shutting down",
	};
	struct buf repr = {0}, text = {0};
	put_repr_of(vm, &repr, self);
	const char *gap = strstr(texts[refusal], "%s");
	buf_put(&text, texts[refusal], (size_t)(gap - texts[refusal]));
	buf_puts(&text, buf_text(&repr));
	buf_puts(&text, gap + 2);
	vm_raise(vm, &exc_RuntimeError, "%s", buf_text(&text));
	buf_free(&repr);
	buf_free(&text);
	return VALUE_NULL;
}

static value method_create_task(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {.function = "TaskGroup.create_task",
	                                           .names = {"coro", "name", "context"},
	                                           .positional = 1,
	                                           .required = 1};
	value parsed[3], name = VALUE_NULL;
	if (!arguments_bind(vm, a, &signature, true, parsed))
		return VALUE_NULL;
	struct group *g = &object_of(self)->group;
	enum group_refusal refusal = group_may_create(g);
	if (refusal != GROUP_OK) {
		/* The coroutine is closed first, so that nobody calls it never awaited.
		 */
		if (value_is_coroutine(parsed[0]) && !coro_close(vm, parsed[0]))
			return VALUE_NULL;
		return refuse(vm, self, refusal);
	}
	if (!value_is_null(parsed[1]) && !value_is_none(parsed[1])) {
		name = object_str(vm, parsed[1]);
		if (value_is_null(name))
			return name;
	}
	value task = task_object_new(scene_of(vm), g->loop, parsed[0], name);
	value_xunref(vm, name);
	if (!value_is_null(task))
		group_add(g, task_of(task));
	return task;
}

/* ---- async with ---- */

struct enter_state {
	value group;
};

static enum coro_outcome enter_resume(struct vm *vm, void *state, value sent,
                                      value thrown, value *out)
{
	(void)sent;
	(void)thrown;
	struct enter_state *st = state;
	struct loop *l = scene_of(vm)->world.running;
	*out = VALUE_NULL;
	enum group_refusal refusal =
		l == NULL ? GROUP_NO_TASK : group_enter(&object_of(st->group)->group, l);
	if (refusal != GROUP_OK) {
		refuse(vm, st->group, refusal);
		return CORO_RAISE;
	}
	*out = value_ref(st->group);
	return CORO_RETURN;
}

static void enter_drop(struct vm *vm, void *state)
{
	value_forget(vm, &((struct enter_state *)state)->group);
}

static void enter_traverse(void *state, visit_fn visit, void *context)
{
	value group = ((struct enter_state *)state)->group;
	if (!value_is_null(group))
		visit(group, context);
}

static const struct native_body enter_body = {
	.name = "TaskGroup.__aenter__",
	.state_size = sizeof(struct enter_state),
	.resume = enter_resume,
	.drop = enter_drop,
	.traverse = enter_traverse,
};

static value method_aenter(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct enter_state *st;
	value coro = coro_native_new(vm, &enter_body, (void **)&st);
	st->group = value_ref(self);
	return coro;
}

struct exit_state {
	value group, error; /* error: or null */
	struct group_exit exit;
	bool begun;
};

static enum coro_outcome exit_resume(struct vm *vm, void *state, value sent, value thrown,
                                     value *out)
{
	struct exit_state *st = state;
	if (!st->begun) {
		st->begun = true;
		group_exit_init(&st->exit, &object_of(st->group)->group,
		                datum_maybe(st->error));
	}
	struct step_result r;
	enum outcome outcome = body_resume(&st->exit.body, datum_maybe(sent),
	                                   (struct datum){thrown.bits}, &r);
	return coro_outcome_of(vm, outcome, &r, out);
}

static void exit_drop(struct vm *vm, void *state)
{
	struct exit_state *st = state;
	if (st->begun)
		group_exit_fini(&st->exit);
	st->begun = false;
	value_forget(vm, &st->group);
	value_forget(vm, &st->error);
}

static void traverse_exit(void *exit, const struct future_visitor *v)
{
	group_exit_traverse(exit, v);
}

static void exit_state_traverse(void *state, visit_fn visit, void *context)
{
	struct exit_state *st = state;
	visit(st->group, context);
	visit(st->error, context);
	if (st->begun)
		visit_with_loop(visit, context, traverse_exit, &st->exit);
}

static const struct native_body exit_body = {
	.name = "TaskGroup.__aexit__",
	.state_size = sizeof(struct exit_state),
	.resume = exit_resume,
	.drop = exit_drop,
	.traverse = exit_state_traverse,
};

static value method_aexit(struct vm *vm, value self, const struct args *a)
{
	struct exit_state *st;
	value coro = coro_native_new(vm, &exit_body, (void **)&st);
	st->group = value_ref(self);
	st->error = value_is_none(a->at[1]) ? VALUE_NULL : value_ref(a->at[1]);
	return coro;
}

/* ---- the type ---- */

static value group_repr(struct vm *vm, value self)
{
	const struct group *g = &object_of(self)->group;
	struct buf out = {0};
	buf_puts(&out, "<TaskGroup");
	if (g->member_count > 0)
		buf_printf(&out, " tasks=%zu", g->member_count);
	if (g->errors.count > 0)
		buf_printf(&out, " errors=%zu", g->errors.count);
	if (g->aborting)
		buf_puts(&out, " cancelling");
	else if (g->loop != NULL)
		buf_puts(&out, " entered");
	buf_putc(&out, '>');
	return str_from_buf(vm, &out);
}

static void group_drop(struct vm *vm, struct object *self)
{
	struct group_object *o = (struct group_object *)(void *)self;
	value_forget(vm, &o->dict);
	group_fini(&o->group);
}

static void visit_group(void *group, const struct future_visitor *v)
{
	group_traverse(group, v);
}

static void group_object_traverse(struct object *self, visit_fn visit, void *context)
{
	struct group_object *o = (struct group_object *)(void *)self;
	if (!value_is_null(o->dict))
		visit(o->dict, context);
	if (o->group.loop != NULL)
		visit_with_loop(visit, context, visit_group, &o->group);
}

static const struct method_def group_methods[] = {
	{"create_task", method_create_task, 1, 1, METHOD_KEYWORDS},
	{"__aenter__", method_aenter, 0, 0, 0},
	{"__aexit__", method_aexit, 3, 3, 0},
	{0},
};

const struct type task_group_type = {
	TYPE_HEAD_OF("asyncio.taskgroups"),
	.name = "TaskGroup",
	.base = &object_type,
	.size = sizeof(struct group_object),
	.flags = TYPE_TRACKED,
	.dict_offset = offsetof(struct group_object, dict),
	.methods = group_methods,
	.make = group_make,
	.drop = group_drop,
	.traverse = group_object_traverse,
	.repr = group_repr,
};
