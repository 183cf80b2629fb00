/*
 * Live async generators: the loop that first iterated one closes it, when it is dropped
 * unfinished or at the end of asyncio.run.
 */
#include "scene/internal.h"

#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"

static void watch_free(struct asyncgen_watch *w)
{
	list_remove(&w->link);
	weak_fini(&w->weak);
	loop_unref(w->loop);
	free(w);
}

void asyncgen_first(void *context, struct vm *vm, value generator)
{
	struct scene *s = context;
	if (s->world.running == NULL)
		return;
	struct asyncgen_watch *w = mem_zalloc(1, sizeof *w);
	weak_init(vm, &w->weak, generator);
	w->loop = loop_ref(s->world.running);
	list_push_tail(&s->asyncgens, &w->link);
}

/* The watch on `generator`, or NULL; those that forgot theirs are cleared away on the
 * way. */
static struct asyncgen_watch *find_watch(struct scene *s, value generator)
{
	struct asyncgen_watch *found = NULL;
	for (struct list_node *at = s->asyncgens.next, *next; at != &s->asyncgens;
	     at = next) {
		struct asyncgen_watch *w = list_entry(at, struct asyncgen_watch, link);
		next = at->next;
		if (w->weak.target == NULL)
			watch_free(w);
		else if (w->weak.target == value_object(generator))
			found = w;
	}
	return found;
}

void asyncgen_dropped(void *context, struct vm *vm, value generator)
{
	struct scene *s = context;
	struct asyncgen_watch *w = find_watch(s, generator);
	if (w == NULL) { /* Not begun under a running loop: nobody closes it but we, at
		            once. */
		if (!coro_close(vm, generator))
			vm_unraisable(vm, generator);
		return;
	}
	struct loop *l = loop_ref(w->loop);
	watch_free(w);
	if (!loop_closed(l)) {
		/* call_soon(loop.create_task, generator.aclose()) */
		value loop = loop_object_of(s, l);
		value create = object_getattr_text(vm, loop, "create_task");
		value closing = vm_call_method(vm, generator, "aclose", NO_ARGS);
		if (!value_is_null(create) && !value_is_null(closing)) {
			value args = tuple_from(vm, &closing, 1);
			value_unref(vm,
			            handle_call_soon(s, l, create, args, ROLE_INTERNAL));
			value_unref(vm, args);
		} else {
			vm_forget(vm);
		}
		value_xunref(vm, closing);
		value_xunref(vm, create);
		value_unref(vm, loop);
	}
	loop_unref(l);
}

void asyncgens_forget(struct scene *s)
{
	while (!list_empty(&s->asyncgens))
		watch_free(list_entry(s->asyncgens.next, struct asyncgen_watch, link));
}

/* ---- shutdown_asyncgens ---- */

struct shutdown_state {
	struct loop *loop; /* counted */
	value generators;  /* list, once begun */
	value iterator;    /* over the gather of their closing */
};

/* Those of this loop, which then are nobody's any more. */
static value take_generators(struct scene *s, struct loop *l)
{
	value list = list_new(s->vm, 0);
	for (struct list_node *at = s->asyncgens.next, *next; at != &s->asyncgens;
	     at = next) {
		struct asyncgen_watch *w = list_entry(at, struct asyncgen_watch, link);
		next = at->next;
		if (w->loop != l)
			continue;
		if (w->weak.target != NULL)
			list_append(s->vm, list, object_value(w->weak.target));
		watch_free(w);
	}
	return list;
}

/* gather(*[g.aclose() for g in generators], return_exceptions=True) */
static value gather_closing(struct scene *s, struct shutdown_state *st)
{
	struct vm *vm = s->vm;
	VEC(struct future *) futures = {0};
	value outer = VALUE_NULL;
	for (size_t i = 0; i < list_count(st->generators); i++) {
		value closing =
			vm_call_method(vm, list_at(st->generators, i), "aclose", NO_ARGS);
		value task = value_is_null(closing)
		                     ? closing
		                     : task_object_new(s, st->loop, closing, VALUE_NULL);
		value_xunref(vm, closing);
		if (value_is_null(task))
			goto give_back;
		task_of(task)->quiet = true;
		vec_push(&futures, future_of(task));
	}
	outer = gathering_new(s, st->loop, futures.items, futures.count, true);
give_back:
	for (size_t i = 0; i < futures.count; i++)
		future_unref(futures.items[i]);
	vec_free(&futures);
	return outer;
}

static void report_results(struct scene *s, struct shutdown_state *st, value results)
{
	for (size_t i = 0; i < list_count(results) && i < list_count(st->generators);
	     i++) {
		if (!value_is_a(list_at(results, i), &exc_Exception))
			continue;
		struct buf message = {0};
		buf_puts(&message,
		         "an error occurred during closing of asynchronous generator ");
		put_repr_of(s->vm, &message, list_at(st->generators, i));
		report_to_handler(
			s, st->loop,
			&(struct loop_report){.message = buf_text(&message),
		                              .error = datum_of(list_at(results, i))});
		buf_free(&message);
	}
}

static enum coro_outcome shutdown_resume(struct vm *vm, void *state, value sent,
                                         value thrown, value *out)
{
	struct shutdown_state *st = state;
	struct scene *s = scene_of(vm);
	*out = VALUE_NULL;
	if (value_is_null(st->generators)) {
		st->generators = take_generators(s, st->loop);
		if (list_count(st->generators) == 0) {
			*out = VALUE_NONE;
			return CORO_RETURN;
		}
		value outer = gather_closing(s, st);
		if (value_is_null(outer))
			return CORO_RAISE;
		st->iterator = future_wait_new(vm, outer);
		value_unref(vm, outer);
	}
	enum coro_outcome outcome = await_step(vm, &st->iterator, sent, thrown, out);
	if (outcome == CORO_RETURN) {
		report_results(s, st, *out);
		value_replace(vm, out, VALUE_NONE);
	}
	return outcome;
}

static void shutdown_drop(struct vm *vm, void *state)
{
	struct shutdown_state *st = state;
	value_forget(vm, &st->iterator);
	value_forget(vm, &st->generators);
	if (st->loop != NULL)
		loop_unref(st->loop);
	st->loop = NULL;
}

static void shutdown_traverse(void *state, visit_fn visit, void *context)
{
	struct shutdown_state *st = state;
	if (!value_is_null(st->iterator))
		visit(st->iterator, context);
	if (!value_is_null(st->generators))
		visit(st->generators, context);
}

static const struct native_body shutdown_body = {
	.name = "BaseEventLoop.shutdown_asyncgens",
	.state_size = sizeof(struct shutdown_state),
	.resume = shutdown_resume,
	.drop = shutdown_drop,
	.traverse = shutdown_traverse,
};

value asyncgens_shutdown(struct vm *vm, struct loop *l)
{
	struct shutdown_state *st;
	value coro = coro_native_new(vm, &shutdown_body, (void **)&st);
	st->loop = loop_ref(l);
	return coro;
}
