/*
 * Waiting for I/O: a future that says what for, and the steps of who waits. What
 * completes it is no business of this file.
 */
#include "scene/internal.h"

#include "scene/stream.h"

static void describe(const struct future *f, struct buf *out)
{
	const struct io_wait *w = f->label.object;
	buf_puts(out, w->what);
	if (w->port != 0)
		buf_printf(out, " :%u", w->port);
}

void io_wait_begin(struct scene *s, struct io_wait *w, struct loop *l, const char *what,
                   unsigned port)
{
	io_wait_fini(s->vm, w);
	w->what = what;
	w->port = port;
	w->future = future_object_new(s, l);
	future_label(future_of(w->future), WAIT_IO,
	             (struct future_label){.describe = describe, .object = w});
	w->iterator = future_wait_new(s->vm, w->future);
}

enum coro_outcome io_wait_step(struct vm *vm, struct io_wait *w, value sent, value thrown,
                               value *out)
{
	return await_step(vm, &w->iterator, sent, thrown, out);
}

void io_wait_fini(struct vm *vm, struct io_wait *w)
{
	value_forget(vm, &w->iterator);
	if (value_is_null(w->future))
		return;
	/* Somebody else may keep the future, but not what describes it. */
	future_of(w->future)->label = (struct future_label){0};
	value_forget(vm, &w->future);
}

void io_wait_traverse(const struct io_wait *w, visit_fn visit, void *context)
{
	if (!value_is_null(w->iterator))
		visit(w->iterator, context);
	if (!value_is_null(w->future))
		visit(w->future, context);
}
