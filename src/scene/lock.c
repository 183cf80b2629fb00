/*
 * Lock, Event, Semaphore, BoundedSemaphore and Condition. None of them suspends when it
 * need not. One struct for all: what a waiter waits for is a small function of its kind.
 */
#include "scene/internal.h"

#include "lang/int.h"
#include "lang/str.h"
#include "scene/arguments.h"
#include "scene/waiter.h"

struct sync_object {
	struct object head;
	struct loop *loop; /* counted: where somebody waited first; NULL until then */
	struct waiters waiters;
	bool on;         /* a lock is taken, an event is set */
	int64_t permits; /* a semaphore's value */
	int64_t bound;   /* of a BoundedSemaphore, else -1 */
	value lock;      /* a condition's: a Lock */
};

static struct sync_object *object_of(value v)
{
	return (struct sync_object *)(void *)value_object(v);
}

static value sync_new(struct vm *vm, const struct type *type)
{
	struct sync_object *o = object_new(vm, type, 0);
	waiters_init(&o->waiters);
	o->bound = -1;
	return object_value(o);
}

static void sync_drop(struct vm *vm, struct object *self)
{
	struct sync_object *o = (struct sync_object *)(void *)self;
	value_forget(vm, &o->lock);
	if (o->loop != NULL)
		loop_unref(o->loop);
	o->loop = NULL;
}

static void sync_traverse(struct object *self, visit_fn visit, void *context)
{
	struct sync_object *o = (struct sync_object *)(void *)self;
	waiters_traverse(&o->waiters, visit, context);
	if (!value_is_null(o->lock))
		visit(o->lock, context);
}

/* `<asyncio.locks.Lock object at 0x... [locked, waiters:1]>` */
static value sync_repr(struct vm *vm, value self, const char *state)
{
	struct buf out = {0};
	buf_printf(&out, "<%s.%s object at 0x%012zx [%s", value_type(self)->module,
	           value_type_name(self), (size_t)self.bits, state);
	if (object_of(self)->waiters.count > 0)
		buf_printf(&out, ", waiters:%zu", object_of(self)->waiters.count);
	buf_puts(&out, "]>");
	return str_from_buf(vm, &out);
}

/* ---- a coroutine that waits on one of them ---- */

struct wait_state {
	value object;
	struct waiter waiter;
	value inner;     /* a condition that takes its lock again: the iterator over
	                    lock.acquire() */
	value error;     /* what it will raise when it has the lock: or null */
	value result;    /* what it returns: True, or None for __aenter__ */
	value predicate; /* wait_for: or null */
	bool begun;
};

static void wait_drop(struct vm *vm, void *state)
{
	struct wait_state *st = state;
	waiter_fini(vm, &st->waiter);
	value_forget(vm, &st->inner);
	value_forget(vm, &st->error);
	value_forget(vm, &st->predicate);
	value_forget(vm, &st->object);
}

static void wait_traverse(void *state, visit_fn visit, void *context)
{
	struct wait_state *st = state;
	const value owned[] = {st->object, st->inner, st->error, st->predicate};
	for (size_t i = 0; i < COUNT_OF(owned); i++)
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
	waiter_traverse(&st->waiter, visit, context);
}

/* A new coroutine over `body`, in which `self` is waited for. */
static value wait_new(struct vm *vm, const struct native_body *body, value self,
                      value result)
{
	struct wait_state *st;
	value coro = coro_native_new(vm, body, (void **)&st);
	st->object = value_ref(self);
	st->result = result;
	return coro;
}

#define WAIT_BODY(qualname, function)                                                    \
	{                                                                                \
		.name = (qualname), .state_size = sizeof(struct wait_state),             \
		.resume = (function), .drop = wait_drop, .traverse = wait_traverse       \
	}

static enum coro_outcome give(struct wait_state *st, value *out)
{
	*out = st->result;
	return CORO_RETURN;
}

/* ---- Lock ---- */

/* The first in line may look again; it stays in line until it does. */
static void lock_wake_first(struct sync_object *lock)
{
	if (list_empty(&lock->waiters.line))
		return;
	struct waiter *first = list_entry(lock->waiters.line.next, struct waiter, link);
	waiter_wake(first, VALUE_TRUE);
}

static enum coro_outcome acquire_resume(struct vm *vm, void *state, value sent,
                                        value thrown, value *out)
{
	struct wait_state *st = state;
	struct sync_object *lock = object_of(st->object);
	*out = VALUE_NULL;
	if (!st->begun) {
		st->begun = true;
		if (!lock->on && !waiters_any_not_cancelled(&lock->waiters)) {
			lock->on = true;
			return give(st, out);
		}
		if (!waiter_begin(vm, st->object, &lock->loop, &lock->waiters,
		                  &st->waiter, WAIT_LOCK, "Lock.acquire"))
			return CORO_RAISE;
	}
	enum coro_outcome outcome = waiter_step(vm, &st->waiter, sent, thrown, out);
	if (outcome == CORO_RAISE && vm_raised_is(vm, &cancelled_error_type) && !lock->on)
		lock_wake_first(lock);
	if (outcome != CORO_RETURN)
		return outcome;
	value_unref(vm, *out);
	lock->on = true;
	return give(st, out);
}

static const struct native_body acquire_body = WAIT_BODY("Lock.acquire", acquire_resume);

static value lock_acquire(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return wait_new(vm, &acquire_body, self, VALUE_TRUE);
}

static value lock_enter(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return wait_new(vm, &acquire_body, self, VALUE_NONE);
}

static bool lock_let_go(struct vm *vm, struct sync_object *lock)
{
	if (!lock->on) {
		vm_raise(vm, &exc_RuntimeError, "Lock is not acquired.");
		return false;
	}
	lock->on = false;
	lock_wake_first(lock);
	return true;
}

static value lock_release(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return lock_let_go(vm, object_of(self)) ? VALUE_NONE : VALUE_NULL;
}

static value lock_locked(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_bool(object_of(self)->on);
}

/* __aexit__ of all that can be entered: a coroutine that calls release() in its only
 * step. */
static enum coro_outcome leave_resume(struct vm *vm, void *state, value sent,
                                      value thrown, value *out)
{
	(void)sent;
	(void)thrown;
	struct wait_state *st = state;
	*out = vm_call_method(vm, st->object, "release", NO_ARGS);
	return value_is_null(*out) ? CORO_RAISE : CORO_RETURN;
}

static const struct native_body leave_body =
	WAIT_BODY("_ContextManagerMixin.__aexit__", leave_resume);

static value sync_exit(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return wait_new(vm, &leave_body, self, VALUE_NONE);
}

static value lock_repr(struct vm *vm, value self)
{
	return sync_repr(vm, self, object_of(self)->on ? "locked" : "unlocked");
}

static value plain_make(struct vm *vm, const struct type *type, const struct args *a)
{
	const struct signature signature = {
		.function = type == &lock_type ? "Lock.__init__" : "Event.__init__"};
	if (!arguments_bind(vm, a, &signature, true, NULL))
		return VALUE_NULL;
	return sync_new(vm, type);
}

static const struct method_def lock_methods[] = {
	{"acquire", lock_acquire, 0, 0, 0}, {"release", lock_release, 0, 0, 0},
	{"locked", lock_locked, 0, 0, 0},   {"__aenter__", lock_enter, 0, 0, 0},
	{"__aexit__", sync_exit, 3, 3, 0},  {0},
};

#define SYNC_TYPE                                                                        \
	TYPE_HEAD_OF("asyncio.locks"),                                                   \
		.base = &object_type, .size = sizeof(struct sync_object),                \
		.flags = TYPE_TRACKED | TYPE_FINAL, .drop = sync_drop,                   \
		.traverse = sync_traverse

const struct type lock_type = {SYNC_TYPE, .name = "Lock", .make = plain_make,
                               .methods = lock_methods, .repr = lock_repr};

/* ---- Event ---- */

static enum coro_outcome event_wait_resume(struct vm *vm, void *state, value sent,
                                           value thrown, value *out)
{
	struct wait_state *st = state;
	struct sync_object *event = object_of(st->object);
	*out = VALUE_NULL;
	if (!st->begun) {
		st->begun = true;
		if (event->on)
			return give(st, out);
		if (!waiter_begin(vm, st->object, &event->loop, &event->waiters,
		                  &st->waiter, WAIT_LOCK, "Event.wait"))
			return CORO_RAISE;
	}
	return waiter_step(vm, &st->waiter, sent, thrown, out);
}

static const struct native_body event_wait_body =
	WAIT_BODY("Event.wait", event_wait_resume);

static value event_wait(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return wait_new(vm, &event_wait_body, self, VALUE_TRUE);
}

static value event_set(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	struct sync_object *event = object_of(self);
	if (!event->on) {
		event->on = true;
		waiters_wake_all(&event->waiters, VALUE_TRUE);
	}
	return VALUE_NONE;
}

static value event_clear(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	object_of(self)->on = false;
	return VALUE_NONE;
}

static value event_repr(struct vm *vm, value self)
{
	return sync_repr(vm, self, object_of(self)->on ? "set" : "unset");
}

static const struct method_def event_methods[] = {
	{"wait", event_wait, 0, 0, 0},
	{"set", event_set, 0, 0, 0},
	{"clear", event_clear, 0, 0, 0},
	{"is_set", lock_locked, 0, 0, 0},
	{0},
};

const struct type event_type = {SYNC_TYPE, .name = "Event", .make = plain_make,
                                .methods = event_methods, .repr = event_repr};

/* ---- Semaphore ---- */

static bool semaphore_is_locked(const struct sync_object *s)
{
	return s->permits == 0 || waiters_any_not_cancelled(&s->waiters);
}

/* A permit goes to the next in line here and now, so that nobody else can take it. */
static bool semaphore_wake_next(struct sync_object *s)
{
	struct waiter *next = waiters_next_pending(&s->waiters);
	if (next == NULL)
		return false;
	s->permits--;
	waiter_wake(next, VALUE_TRUE);
	return true;
}

static enum coro_outcome permit_resume(struct vm *vm, void *state, value sent,
                                       value thrown, value *out)
{
	struct wait_state *st = state;
	struct sync_object *s = object_of(st->object);
	*out = VALUE_NULL;
	if (!st->begun) {
		st->begun = true;
		if (!semaphore_is_locked(s)) {
			s->permits--;
			return give(st, out);
		}
		if (!waiter_begin(vm, st->object, &s->loop, &s->waiters, &st->waiter,
		                  WAIT_LOCK, "Semaphore.acquire"))
			return CORO_RAISE;
	}
	enum coro_outcome outcome = waiter_step(vm, &st->waiter, sent, thrown, out);
	if (outcome == CORO_AWAIT)
		return outcome;
	/* It had been given a permit, and was cancelled before it could take it. */
	if (outcome == CORO_RAISE && vm_raised_is(vm, &cancelled_error_type) &&
	    waiter_let_go(&st->waiter))
		s->permits++;
	while (s->permits > 0 && semaphore_wake_next(s))
		;
	if (outcome == CORO_RAISE)
		return outcome;
	value_unref(vm, *out);
	return give(st, out);
}

static const struct native_body permit_body =
	WAIT_BODY("Semaphore.acquire", permit_resume);

static value semaphore_acquire(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return wait_new(vm, &permit_body, self, VALUE_TRUE);
}

static value semaphore_enter(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return wait_new(vm, &permit_body, self, VALUE_NONE);
}

static value semaphore_release(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct sync_object *s = object_of(self);
	if (s->bound >= 0 && s->permits >= s->bound)
		return vm_raise(vm, &exc_ValueError,
		                "BoundedSemaphore released too many times");
	s->permits++;
	semaphore_wake_next(s);
	return VALUE_NONE;
}

static value semaphore_locked(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_bool(semaphore_is_locked(object_of(self)));
}

static value semaphore_make(struct vm *vm, const struct type *type, const struct args *a)
{
	const struct signature signature = {
		.function = type == &semaphore_type ? "Semaphore.__init__"
	                                            : "BoundedSemaphore.__init__",
		.names = {"value"},
		.positional = 1};
	value parsed[1];
	int64_t permits = 1;
	if (!arguments_bind(vm, a, &signature, true, parsed))
		return VALUE_NULL;
	if (!value_is_null(parsed[0]) &&
	    !object_index_int64(vm, parsed[0], true, &permits))
		return VALUE_NULL;
	if (permits < 0)
		return vm_raise(vm, &exc_ValueError,
		                "Semaphore initial value must be >= 0");
	value self = sync_new(vm, type);
	object_of(self)->permits = permits;
	object_of(self)->bound = type == &bounded_semaphore_type ? permits : -1;
	return self;
}

static value semaphore_repr(struct vm *vm, value self)
{
	struct buf state = {0};
	if (semaphore_is_locked(object_of(self)))
		buf_puts(&state, "locked");
	else
		buf_printf(&state, "unlocked, value:%lld",
		           (long long)object_of(self)->permits);
	value text = sync_repr(vm, self, buf_text(&state));
	buf_free(&state);
	return text;
}

static const struct method_def semaphore_methods[] = {
	{"acquire", semaphore_acquire, 0, 0, 0}, {"release", semaphore_release, 0, 0, 0},
	{"locked", semaphore_locked, 0, 0, 0},   {"__aenter__", semaphore_enter, 0, 0, 0},
	{"__aexit__", sync_exit, 3, 3, 0},       {0},
};

const struct type semaphore_type = {SYNC_TYPE, .name = "Semaphore",
                                    .make = semaphore_make, .methods = semaphore_methods,
                                    .repr = semaphore_repr};

const struct type bounded_semaphore_type = {
	SYNC_TYPE, .name = "BoundedSemaphore", .make = semaphore_make,
	.methods = semaphore_methods, .repr = semaphore_repr};

/* ---- Condition ---- */

static struct sync_object *lock_of(struct sync_object *condition)
{
	return object_of(condition->lock);
}

static void condition_notify_some(struct sync_object *c, int64_t n)
{
	for (struct waiter *w; n > 0 && (w = waiters_next_pending(&c->waiters)) != NULL;
	     n--)
		waiter_wake(w, VALUE_FALSE);
}

/* Take the lock again, however often that is cancelled; then end with the last error
 * there was. */
static enum coro_outcome take_lock_again(struct vm *vm, struct wait_state *st, value sent,
                                         value thrown, value *out)
{
	struct sync_object *c = object_of(st->object);
	for (;;) {
		if (value_is_null(st->inner))
			st->inner = wait_new(vm, &acquire_body, c->lock, VALUE_TRUE);
		enum coro_outcome outcome = await_step(vm, &st->inner, sent, thrown, out);
		if (outcome == CORO_AWAIT)
			return outcome;
		if (outcome == CORO_RETURN)
			break;
		if (!vm_raised_is(vm, &cancelled_error_type)) {
			condition_notify_some(c, 1);
			return outcome;
		}
		value_replace(vm, &st->error, vm_take(vm));
		sent = VALUE_NONE;
		thrown = VALUE_NULL;
	}
	value_unref(vm, *out);
	*out = VALUE_NULL;
	if (value_is_null(st->error))
		return CORO_RETURN;
	/* It may have been notified before this came: then another one is. */
	condition_notify_some(c, 1);
	vm_restore(vm, st->error);
	st->error = VALUE_NULL;
	return CORO_RAISE;
}

/* One wait(): CORO_RETURN means that it is over, with nothing in `*out`. */
static enum coro_outcome condition_wait_once(struct vm *vm, struct wait_state *st,
                                             value sent, value thrown, value *out)
{
	struct sync_object *c = object_of(st->object);
	*out = VALUE_NULL;
	if (!st->begun) {
		if (!lock_of(c)->on) {
			vm_raise(vm, &exc_RuntimeError,
			         "cannot wait on un-acquired lock");
			return CORO_RAISE;
		}
		waiter_fini(vm, &st->waiter);
		if (!waiter_begin(vm, st->object, &c->loop, &c->waiters, &st->waiter,
		                  WAIT_LOCK, "Condition.wait"))
			return CORO_RAISE;
		st->begun = true;
		if (!lock_let_go(vm, lock_of(c)))
			return CORO_RAISE;
	}
	if (st->waiter.queue != NULL) {
		enum coro_outcome outcome =
			waiter_step(vm, &st->waiter, sent, thrown, out);
		if (outcome == CORO_AWAIT)
			return outcome;
		if (outcome == CORO_RAISE)
			value_replace(vm, &st->error, vm_take(vm));
		else
			value_forget(vm, out);
		sent = VALUE_NONE;
		thrown = VALUE_NULL;
	}
	enum coro_outcome outcome = take_lock_again(vm, st, sent, thrown, out);
	if (outcome != CORO_AWAIT)
		st->begun = false;
	return outcome;
}

static enum coro_outcome condition_wait_resume(struct vm *vm, void *state, value sent,
                                               value thrown, value *out)
{
	enum coro_outcome outcome = condition_wait_once(vm, state, sent, thrown, out);
	return outcome == CORO_RETURN ? give(state, out) : outcome;
}

static enum coro_outcome condition_wait_for_resume(struct vm *vm, void *state, value sent,
                                                   value thrown, value *out)
{
	struct wait_state *st = state;
	for (;;) {
		if (!st->begun) {
			*out = vm_call(vm, st->predicate, NO_ARGS);
			if (value_is_null(*out))
				return CORO_RAISE;
			int truth = object_truth(vm, *out);
			if (truth > 0)
				return CORO_RETURN;
			value_forget(vm, out);
			if (truth < 0)
				return CORO_RAISE;
		}
		enum coro_outcome outcome =
			condition_wait_once(vm, st, sent, thrown, out);
		if (outcome != CORO_RETURN)
			return outcome;
		sent = VALUE_NONE;
		thrown = VALUE_NULL;
	}
}

static const struct native_body condition_wait_body =
	WAIT_BODY("Condition.wait", condition_wait_resume);
static const struct native_body condition_wait_for_body =
	WAIT_BODY("Condition.wait_for", condition_wait_for_resume);

static value condition_wait(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return wait_new(vm, &condition_wait_body, self, VALUE_TRUE);
}

static value condition_wait_for(struct vm *vm, value self, const struct args *a)
{
	value coro = wait_new(vm, &condition_wait_for_body, self, VALUE_NONE);
	struct wait_state *st = coro_native_state(coro, &condition_wait_for_body);
	st->predicate = value_ref(a->at[0]);
	return coro;
}

static value condition_notify(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "Condition.notify", .names = {"n"}, .positional = 1};
	value parsed[1];
	int64_t n = 1;
	if (!arguments_bind(vm, a, &signature, true, parsed))
		return VALUE_NULL;
	if (!value_is_null(parsed[0]) && !object_index_int64(vm, parsed[0], true, &n))
		return VALUE_NULL;
	if (!lock_of(object_of(self))->on)
		return vm_raise(vm, &exc_RuntimeError,
		                "cannot notify on un-acquired lock");
	condition_notify_some(object_of(self), n);
	return VALUE_NONE;
}

static value condition_notify_all(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return condition_notify(vm, self, ARGS(value_small(SMALL_INT_MAX)));
}

/* What it shares with its lock. */
static value condition_acquire(struct vm *vm, value self, const struct args *a)
{
	return lock_acquire(vm, object_of(self)->lock, a);
}

static value condition_enter(struct vm *vm, value self, const struct args *a)
{
	return lock_enter(vm, object_of(self)->lock, a);
}

static value condition_release(struct vm *vm, value self, const struct args *a)
{
	return lock_release(vm, object_of(self)->lock, a);
}

static value condition_locked(struct vm *vm, value self, const struct args *a)
{
	return lock_locked(vm, object_of(self)->lock, a);
}

static value condition_make(struct vm *vm, const struct type *type, const struct args *a)
{
	static const struct signature signature = {
		.function = "Condition.__init__", .names = {"lock"}, .positional = 1};
	value lock[1];
	if (!arguments_bind(vm, a, &signature, true, lock))
		return VALUE_NULL;
	bool given = !value_is_null(lock[0]) && !value_is_none(lock[0]);
	if (given && !value_is_a(lock[0], &lock_type))
		return vm_raise(vm, &exc_TypeError, "lock must be an asyncio.Lock");
	value self = sync_new(vm, type);
	object_of(self)->lock = given ? value_ref(lock[0]) : sync_new(vm, &lock_type);
	return self;
}

static value condition_repr(struct vm *vm, value self)
{
	return sync_repr(vm, self, lock_of(object_of(self))->on ? "locked" : "unlocked");
}

static const struct method_def condition_methods[] = {
	{"wait", condition_wait, 0, 0, 0},
	{"wait_for", condition_wait_for, 1, 1, 0},
	{"notify", condition_notify, 0, 1, METHOD_KEYWORDS},
	{"notify_all", condition_notify_all, 0, 0, 0},
	{"acquire", condition_acquire, 0, 0, 0},
	{"release", condition_release, 0, 0, 0},
	{"locked", condition_locked, 0, 0, 0},
	{"__aenter__", condition_enter, 0, 0, 0},
	{"__aexit__", sync_exit, 3, 3, 0},
	{0},
};

const struct type condition_type = {SYNC_TYPE, .name = "Condition",
                                    .make = condition_make, .methods = condition_methods,
                                    .repr = condition_repr};
