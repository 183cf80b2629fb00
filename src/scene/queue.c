/*
 * Queue, LifoQueue and PriorityQueue. Who waits is only told to look again: another task
 * that runs first may have the item, and then it goes to the tail of the line.
 */
#include "scene/internal.h"

#include "lang/int.h"
#include "lang/list.h"
#include "lang/str.h"
#include "scene/arguments.h"
#include "scene/waiter.h"

struct queue_object {
	struct object head;
	struct loop *loop; /* counted: where somebody waited first; NULL until then */
	value *items;      /* a ring for Queue; a stack or a heap from `first` = 0 for the
	                      others */
	size_t first, count, room;
	int64_t max_size;   /* 0 or less: no end */
	int64_t unfinished; /* items put and not yet task_done() */
	struct waiters getters, putters, joiners;
	bool shut_down;
};

const struct type queue_empty_type = {EXCEPTION_TYPE(&exc_Exception),
                                      .name = "QueueEmpty", .module = "asyncio.queues"};
const struct type queue_full_type = {EXCEPTION_TYPE(&exc_Exception), .name = "QueueFull",
                                     .module = "asyncio.queues"};
const struct type queue_shut_down_type = {EXCEPTION_TYPE(&exc_Exception),
                                          .name = "QueueShutDown",
                                          .module = "asyncio.queues"};

static struct queue_object *object_of(value v)
{
	return (struct queue_object *)(void *)value_object(v);
}

/* ---- items ---- */

static value *item_at(const struct queue_object *q, size_t i)
{
	return &q->items[(q->first + i) % q->room];
}

static void make_room(struct vm *vm, struct queue_object *q)
{
	if (q->count < q->room)
		return;
	size_t room = q->room == 0 ? 8 : mem_mul(q->room, 2);
	value *items = vm_alloc(vm, mem_mul(room, sizeof *items));
	for (size_t i = 0; i < q->count; i++)
		items[i] = *item_at(q, i);
	if (q->items != NULL)
		vm_release(vm, q->items, q->room * sizeof *q->items);
	q->items = items;
	q->first = 0;
	q->room = room;
}

/* item a < item b: 1, 0 or -1. May run the scene's code, which may change the queue. */
static int is_less(struct vm *vm, const struct queue_object *q, size_t a, size_t b)
{
	value left = value_ref(*item_at(q, a)), right = value_ref(*item_at(q, b));
	int less = object_compare_bool(vm, left, right, COMPARE_LT);
	value_unref(vm, left);
	value_unref(vm, right);
	return less;
}

/* The heap of a PriorityQueue. When comparing fails the item has its place all the same.
 */
static bool sift_up(struct vm *vm, struct queue_object *q, size_t at)
{
	while (at > 0) {
		size_t parent = (at - 1) / 2;
		int less = is_less(vm, q, at, parent);
		if (less <= 0)
			return less == 0;
		if (at >= q->count)
			return true;
		value v = *item_at(q, at);
		*item_at(q, at) = *item_at(q, parent);
		*item_at(q, parent) = v;
		at = parent;
	}
	return true;
}

/* As heapq does: the hole goes down along the smaller children to a leaf, then the item
 * up again. */
static bool sift_down(struct vm *vm, struct queue_object *q)
{
	size_t at = 0;
	for (size_t child; (child = 2 * at + 1) < q->count; at = child) {
		if (child + 1 < q->count) {
			int less = is_less(vm, q, child, child + 1);
			if (less < 0)
				return false;
			if (less == 0)
				child++;
		}
		if (child >= q->count)
			return true;
		value v = *item_at(q, at);
		*item_at(q, at) = *item_at(q, child);
		*item_at(q, child) = v;
	}
	return sift_up(vm, q, at);
}

static bool push_item(struct vm *vm, value self, value item)
{
	struct queue_object *q = object_of(self);
	make_room(vm, q);
	*item_at(q, q->count) = value_ref(item);
	q->count++;
	return !value_is_exactly(self, &priority_queue_type) ||
	       sift_up(vm, q, q->count - 1);
}

/* The next item: a new reference, or null with the exception set. There is one. */
static value pop_item(struct vm *vm, value self)
{
	struct queue_object *q = object_of(self);
	if (value_is_exactly(self, &lifo_queue_type))
		return *item_at(q, --q->count);
	value item = *item_at(q, 0);
	if (value_is_exactly(self, &queue_type)) {
		q->first = (q->first + 1) % q->room;
		q->count--;
		return item;
	}
	*item_at(q, 0) = *item_at(q, --q->count);
	if (q->count == 0 || sift_down(vm, q))
		return item;
	value_unref(vm, item);
	return VALUE_NULL;
}

/* ---- put and get without waiting ---- */

static bool is_full(const struct queue_object *q)
{
	return q->max_size > 0 && q->count >= (size_t)q->max_size;
}

/* Take those who are done already out of the line, and let the next one go. */
static void wake_next(struct waiters *line)
{
	while (!list_empty(&line->line)) {
		struct waiter *w = list_entry(line->line.next, struct waiter, link);
		bool pending = !future_done(future_of(w->future));
		if (pending)
			waiter_wake(w, VALUE_NONE);
		waiter_leave(w);
		if (pending)
			return;
	}
}

static void all_done(struct queue_object *q)
{
	waiters_wake_all(&q->joiners, VALUE_TRUE);
}

static bool put_now(struct vm *vm, value self, value item)
{
	struct queue_object *q = object_of(self);
	if (q->shut_down) {
		vm_raise_with(vm, &queue_shut_down_type, VALUE_NULL);
		return false;
	}
	if (is_full(q)) {
		vm_raise_with(vm, &queue_full_type, VALUE_NULL);
		return false;
	}
	if (!push_item(vm, self, item))
		return false;
	q->unfinished++;
	wake_next(&q->getters);
	return true;
}

static value get_now(struct vm *vm, value self)
{
	struct queue_object *q = object_of(self);
	if (q->count == 0)
		return vm_raise_with(
			vm, q->shut_down ? &queue_shut_down_type : &queue_empty_type,
			VALUE_NULL);
	value item = pop_item(vm, self);
	if (!value_is_null(item))
		wake_next(&q->putters);
	return item;
}

/* ---- put, get and join as coroutines ---- */

struct queue_state {
	value queue, item; /* item: of put, else null */
	struct waiter waiter;
	bool waits;
};

static void queue_state_drop(struct vm *vm, void *state)
{
	struct queue_state *st = state;
	waiter_fini(vm, &st->waiter);
	value_forget(vm, &st->item);
	value_forget(vm, &st->queue);
}

static void queue_state_traverse(void *state, visit_fn visit, void *context)
{
	struct queue_state *st = state;
	if (!value_is_null(st->queue))
		visit(st->queue, context);
	if (!value_is_null(st->item))
		visit(st->item, context);
	waiter_traverse(&st->waiter, visit, context);
}

/* Wait in `line`; CORO_RETURN means: look again. */
static enum coro_outcome wait_in(struct vm *vm, struct queue_state *st,
                                 struct waiters *line, const char *label, value sent,
                                 value thrown, value *out)
{
	struct queue_object *q = object_of(st->queue);
	*out = VALUE_NULL;
	if (!st->waits) {
		waiter_fini(vm, &st->waiter);
		if (!waiter_begin(vm, st->queue, &q->loop, line, &st->waiter, WAIT_QUEUE,
		                  label))
			return CORO_RAISE;
		st->waits = true;
	}
	enum coro_outcome outcome = waiter_step(vm, &st->waiter, sent, thrown, out);
	if (outcome == CORO_AWAIT)
		return outcome;
	st->waits = false;
	if (outcome == CORO_RETURN)
		value_forget(vm, out);
	return outcome;
}

static enum coro_outcome put_resume(struct vm *vm, void *state, value sent, value thrown,
                                    value *out)
{
	struct queue_state *st = state;
	struct queue_object *q = object_of(st->queue);
	*out = VALUE_NULL;
	while (st->waits || is_full(q)) {
		if (!st->waits && q->shut_down) {
			vm_raise_with(vm, &queue_shut_down_type, VALUE_NULL);
			return CORO_RAISE;
		}
		enum coro_outcome outcome =
			wait_in(vm, st, &q->putters, "Queue.put", sent, thrown, out);
		/* It had been woken, and was cancelled before it could put: the next one
		 * may. */
		if (outcome == CORO_RAISE && !value_is_null(st->waiter.future) &&
		    waiter_let_go(&st->waiter) && !is_full(q))
			wake_next(&q->putters);
		if (outcome != CORO_RETURN)
			return outcome;
		sent = VALUE_NONE;
		thrown = VALUE_NULL;
	}
	*out = VALUE_NONE;
	return put_now(vm, st->queue, st->item) ? CORO_RETURN : CORO_RAISE;
}

static enum coro_outcome get_resume(struct vm *vm, void *state, value sent, value thrown,
                                    value *out)
{
	struct queue_state *st = state;
	struct queue_object *q = object_of(st->queue);
	*out = VALUE_NULL;
	while (st->waits || q->count == 0) {
		if (!st->waits && q->shut_down) {
			vm_raise_with(vm, &queue_shut_down_type, VALUE_NULL);
			return CORO_RAISE;
		}
		enum coro_outcome outcome =
			wait_in(vm, st, &q->getters, "Queue.get", sent, thrown, out);
		if (outcome == CORO_RAISE && !value_is_null(st->waiter.future) &&
		    waiter_let_go(&st->waiter) && q->count > 0)
			wake_next(&q->getters);
		if (outcome != CORO_RETURN)
			return outcome;
		sent = VALUE_NONE;
		thrown = VALUE_NULL;
	}
	*out = get_now(vm, st->queue);
	return value_is_null(*out) ? CORO_RAISE : CORO_RETURN;
}

static enum coro_outcome join_resume(struct vm *vm, void *state, value sent, value thrown,
                                     value *out)
{
	struct queue_state *st = state;
	struct queue_object *q = object_of(st->queue);
	*out = VALUE_NONE;
	if (!st->waits && q->unfinished == 0)
		return CORO_RETURN;
	enum coro_outcome outcome =
		wait_in(vm, st, &q->joiners, "Queue.join", sent, thrown, out);
	if (outcome == CORO_RETURN)
		*out = VALUE_NONE;
	return outcome;
}

#define QUEUE_BODY(qualname, function)                                                   \
	{                                                                                \
		.name = (qualname), .state_size = sizeof(struct queue_state),            \
		.resume = (function), .drop = queue_state_drop,                          \
		.traverse = queue_state_traverse                                         \
	}
static const struct native_body put_body = QUEUE_BODY("Queue.put", put_resume);
static const struct native_body get_body = QUEUE_BODY("Queue.get", get_resume);
static const struct native_body join_body = QUEUE_BODY("Queue.join", join_resume);

static value queue_coroutine(struct vm *vm, const struct native_body *body, value self,
                             value item)
{
	struct queue_state *st;
	value coro = coro_native_new(vm, body, (void **)&st);
	st->queue = value_ref(self);
	st->item = value_xref(item);
	return coro;
}

/* ---- methods ---- */

static value method_put(struct vm *vm, value self, const struct args *a)
{
	return queue_coroutine(vm, &put_body, self, a->at[0]);
}

static value method_get(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return queue_coroutine(vm, &get_body, self, VALUE_NULL);
}

static value method_join(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return queue_coroutine(vm, &join_body, self, VALUE_NULL);
}

static value method_put_nowait(struct vm *vm, value self, const struct args *a)
{
	return put_now(vm, self, a->at[0]) ? VALUE_NONE : VALUE_NULL;
}

static value method_get_nowait(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return get_now(vm, self);
}

static value method_task_done(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct queue_object *q = object_of(self);
	if (q->unfinished <= 0)
		return vm_raise(vm, &exc_ValueError, "task_done() called too many times");
	if (--q->unfinished == 0)
		all_done(q);
	return VALUE_NONE;
}

static value method_qsize(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return int_new(vm, (int64_t)object_of(self)->count);
}

static value method_empty(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_bool(object_of(self)->count == 0);
}

static value method_full(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_bool(is_full(object_of(self)));
}

static value method_shutdown(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "Queue.shutdown", .names = {"immediate"}, .positional = 1};
	struct queue_object *q = object_of(self);
	value parsed[1];
	if (!arguments_bind(vm, a, &signature, true, parsed))
		return VALUE_NULL;
	int immediate = value_is_null(parsed[0]) ? 0 : object_truth(vm, parsed[0]);
	if (immediate < 0)
		return VALUE_NULL;
	q->shut_down = true;
	while (immediate && q->count > 0) {
		value_unref(vm, *item_at(q, --q->count));
		if (q->unfinished > 0)
			q->unfinished--;
	}
	if (immediate && q->unfinished == 0)
		all_done(q);
	while (!list_empty(&q->getters.line))
		wake_next(&q->getters);
	while (!list_empty(&q->putters.line))
		wake_next(&q->putters);
	return VALUE_NONE;
}

static value get_maxsize(struct vm *vm, value self)
{
	return int_new(vm, object_of(self)->max_size);
}

/* ---- the types ---- */

static value queue_make(struct vm *vm, const struct type *type, const struct args *a)
{
	static const struct signature signature = {
		.function = "Queue.__init__", .names = {"maxsize"}, .positional = 1};
	value parsed[1];
	int64_t max_size = 0;
	if (!arguments_bind(vm, a, &signature, true, parsed))
		return VALUE_NULL;
	if (!value_is_null(parsed[0]) &&
	    !object_index_int64(vm, parsed[0], true, &max_size))
		return VALUE_NULL;
	struct queue_object *q = object_new(vm, type, 0);
	q->max_size = max_size;
	waiters_init(&q->getters);
	waiters_init(&q->putters);
	waiters_init(&q->joiners);
	return object_value(q);
}

/* ` maxsize=3 _queue=[1, 2] _getters[1] tasks=2` */
static bool put_details(struct vm *vm, struct buf *out, value self)
{
	const struct queue_object *q = object_of(self);
	buf_printf(out, " maxsize=%lld", (long long)q->max_size);
	if (q->count > 0) {
		value items = list_new(vm, q->count);
		for (size_t i = 0; i < q->count; i++)
			list_append(vm, items, *item_at(q, i));
		value text = object_repr(vm, items);
		value_unref(vm, items);
		if (value_is_null(text))
			return false;
		buf_printf(out, " _queue=%s", str_text(text));
		value_unref(vm, text);
	}
	if (q->getters.count > 0)
		buf_printf(out, " _getters[%zu]", q->getters.count);
	if (q->putters.count > 0)
		buf_printf(out, " _putters[%zu]", q->putters.count);
	if (q->unfinished > 0)
		buf_printf(out, " tasks=%lld", (long long)q->unfinished);
	if (q->shut_down)
		buf_puts(out, " shutdown");
	return true;
}

static value show(struct vm *vm, value self, bool address)
{
	struct buf out = {0};
	buf_printf(&out, "<%s", value_type_name(self));
	if (address)
		buf_printf(&out, " at 0x%012zx", (size_t)self.bits);
	if (!put_details(vm, &out, self)) {
		buf_free(&out);
		return VALUE_NULL;
	}
	buf_putc(&out, '>');
	return str_from_buf(vm, &out);
}

static value queue_repr(struct vm *vm, value self)
{
	return show(vm, self, true);
}

static value queue_str(struct vm *vm, value self)
{
	return show(vm, self, false);
}

static void queue_clear(struct vm *vm, struct object *self)
{
	struct queue_object *q = (struct queue_object *)(void *)self;
	while (q->count > 0)
		value_unref(vm, *item_at(q, --q->count));
}

static void queue_drop(struct vm *vm, struct object *self)
{
	struct queue_object *q = (struct queue_object *)(void *)self;
	queue_clear(vm, self);
	if (q->items != NULL)
		vm_release(vm, q->items, q->room * sizeof *q->items);
	q->items = NULL;
	q->room = 0;
	if (q->loop != NULL)
		loop_unref(q->loop);
	q->loop = NULL;
}

static void queue_traverse(struct object *self, visit_fn visit, void *context)
{
	struct queue_object *q = (struct queue_object *)(void *)self;
	for (size_t i = 0; i < q->count; i++)
		visit(*item_at(q, i), context);
	waiters_traverse(&q->getters, visit, context);
	waiters_traverse(&q->putters, visit, context);
	waiters_traverse(&q->joiners, visit, context);
}

static const struct method_def queue_methods[] = {
	{"put", method_put, 1, 1, 0},
	{"get", method_get, 0, 0, 0},
	{"join", method_join, 0, 0, 0},
	{"put_nowait", method_put_nowait, 1, 1, 0},
	{"get_nowait", method_get_nowait, 0, 0, 0},
	{"task_done", method_task_done, 0, 0, 0},
	{"qsize", method_qsize, 0, 0, 0},
	{"empty", method_empty, 0, 0, 0},
	{"full", method_full, 0, 0, 0},
	{"shutdown", method_shutdown, 0, 1, METHOD_KEYWORDS},
	{0},
};

static const struct getset_def queue_getset[] = {
	{"maxsize", get_maxsize, NULL},
	{0},
};

#define QUEUE_TYPE                                                                       \
	TYPE_HEAD_OF("asyncio.queues"),                                                  \
		.size = sizeof(struct queue_object), .flags = TYPE_TRACKED | TYPE_FINAL, \
		.make = queue_make, .drop = queue_drop, .clear = queue_clear,            \
		.traverse = queue_traverse, .repr = queue_repr, .str = queue_str

const struct type queue_type = {QUEUE_TYPE, .name = "Queue", .base = &object_type,
                                .methods = queue_methods, .getset = queue_getset};
const struct type lifo_queue_type = {QUEUE_TYPE, .name = "LifoQueue",
                                     .base = &queue_type};
const struct type priority_queue_type = {QUEUE_TYPE, .name = "PriorityQueue",
                                         .base = &queue_type};
