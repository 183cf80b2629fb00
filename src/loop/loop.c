/*
 * The event loop: see loop.h. One idea: a tick takes what is ready now, and nothing that
 * becomes ready meanwhile; loop_turn is the whole of it.
 */
#include "loop/loop.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "loop/crew_internal.h"
#include "loop/internal.h"

/* No poll is longer than a day. */
#define POLL_MAX_NS (INT64_C(86400) * 1000000000)

/* ---- the ready queue ---- */

/* Put `h` behind the cursor, which moves on to it. */
static void queue_insert(struct ready_queue *q, struct handle *h)
{
	struct handle **at = q->cursor ? &q->cursor->next : &q->head;
	h->next = *at;
	*at = h;
	if (!h->next)
		q->tail = h;
	q->cursor = h;
	q->cursor_index++;
	q->count++;
	q->inserted++;
}

static void queue_push(struct ready_queue *q, struct handle *h)
{
	if (q->inserting) {
		queue_insert(q, h);
		return;
	}
	h->next = NULL;
	if (q->tail)
		q->tail->next = h;
	else
		q->head = h;
	q->tail = h;
	q->count++;
	q->pushed++;
}

struct ready_place ready_end(const struct loop *l)
{
	const struct ready_queue *q = &l->ready;
	return (struct ready_place){q->pushed + q->inserted, q->inserted};
}

void ready_append_at(struct loop *l, struct ready_place place)
{
	struct ready_queue *q = &l->ready;
	/* What was inserted since then stands before it; what was taken is gone. */
	uint64_t before = place.before + (q->inserted - place.inserted);
	uint64_t index = before > q->taken ? before - q->taken : 0;
	for (; q->cursor_index < index; q->cursor_index++)
		q->cursor = q->cursor ? q->cursor->next : q->head;
	q->inserting = true;
}

void ready_append_at_end(struct loop *l, bool done)
{
	l->ready.inserting = false;
	if (done) {
		l->ready.cursor = NULL;
		l->ready.cursor_index = 0;
	}
}

static struct handle *queue_pop(struct ready_queue *q)
{
	struct handle *h = q->head;
	q->head = h->next;
	if (!q->head)
		q->tail = NULL;
	q->count--;
	q->taken++;
	return h;
}

void handle_tell(struct loop *l, struct handle *h)
{
	if (h->id)
		return;
	h->id = loop_world_id(l->world);
	struct buf name = {0};
	if (h->ops->name)
		h->ops->name(h, &name);
	loop_emit(l, EV_HANDLE, h->id, world_buf(l->world, &name), h->role);
}

uint32_t loop_handle_id(struct loop *l, struct handle *h)
{
	if (loop_traced(l))
		handle_tell(l, h);
	return h->id;
}

static void release(struct handle *h)
{
	if (h->ops->release)
		h->ops->release(h);
}

/* Nothing will run `h`, which is out of its queue: give back what was held for it. */
static void drop_handle(struct handle *h)
{
	struct future *argument = NULL;
	if (h->kind == HANDLE_DONE_CALLBACK) {
		struct done_callback *cb = CONTAINER_OF(h, struct done_callback, handle);
		argument = cb->future;
		cb->future = NULL;
	}
	h->state = HANDLE_IDLE;
	future_forget(&argument);
	release(h);
}

void ready_append(struct loop *l, struct handle *h)
{
	assert(h->state == HANDLE_IDLE);
	if (l->closed) {
		l->refused = true;
		drop_handle(h);
		return;
	}
	h->state = HANDLE_QUEUED;
	queue_push(&l->ready, h);
	if (loop_traced(l)) {
		handle_tell(l, h);
		loop_emit(l, EV_READY, h->id, h->cause, h->role);
	}
}

void loop_call_soon(struct loop *l, struct handle *h)
{
	if (h->ops->hold)
		h->ops->hold(h);
	h->cause = 0;
	ready_append(l, h);
}

void handle_init(struct handle *h, const struct handle_ops *ops, enum handle_role role)
{
	*h = (struct handle){.ops = ops, .role = (uint8_t)role};
}

void handle_cancel(struct loop *l, struct handle *h)
{
	if (h->cancelled)
		return;
	h->cancelled = true;
	if (h->state == HANDLE_ARMED) {
		l->timers.cancelled++;
		loop_emit(l, EV_TIMER_DROPPED, h->id, 0, 0);
	} else if (h->state == HANDLE_QUEUED) {
		loop_emit(l, EV_HANDLE_DROPPED, h->id, 0, 0);
	}
	if (h->ops->forget)
		h->ops->forget(h);
}

/* ---- timers ---- */

int64_t loop_now_ns(const struct loop *l)
{
	return clock_now_ns(&l->world->clock);
}

double loop_time(const struct loop *l)
{
	return clock_seconds(loop_now_ns(l));
}

int64_t loop_deadline_ns(const struct loop *l, double seconds)
{
	return clock_ns(loop_time(l) + seconds);
}

void loop_call_at(struct loop *l, struct timer *t, int64_t when_ns)
{
	struct handle *h = &t->handle;
	assert(h->state == HANDLE_IDLE);
	if (l->closed)
		return;
	if (h->ops->hold)
		h->ops->hold(h);
	h->state = HANDLE_ARMED;
	timers_push(&l->timers, t, when_ns);
	if (loop_traced(l)) {
		handle_tell(l, h);
		loop_emit(l, EV_TIMER_ARMED, h->id, world_ns(l->world, when_ns), 0);
	}
}

static void drop_timer(struct timer *t)
{
	drop_handle(&t->handle);
}

/*
 * Move every timer that is due to the ready queue, cancelled ones too: they are skipped
 * there.
 */
static void release_due(struct loop *l)
{
	struct timer *t = timers_top(&l->timers);
	if (!t)
		return;
	int64_t now_ns = loop_now_ns(l);
	if (loop_traced(l))
		l->world->writer->time_ns = now_ns; /* how late they are is to be seen */
	for (; t && t->when_ns <= now_ns; t = timers_top(&l->timers)) {
		timers_pop(&l->timers);
		struct handle *h = &t->handle;
		h->state = HANDLE_IDLE;
		if (loop_traced(l) && !h->cancelled)
			loop_emit(l, EV_TIMER_FIRED, h->id,
			          world_ns(l->world, t->when_ns), 0);
		h->cause = h->id;
		ready_append(l, h);
	}
}

/* ---- the inbox ---- */

void loop_call_soon_threadsafe(struct loop *l, struct handle *h)
{
	h->next = NULL;
	pthread_mutex_lock(&l->inbox_lock);
	if (l->inbox_tail)
		l->inbox_tail->next = h;
	else
		l->inbox_head = h;
	l->inbox_tail = h;
	pthread_mutex_unlock(&l->inbox_lock);
	atomic_store_explicit(&l->inbox_full, true, memory_order_release);
	loop_wake(l);
}

/* Append what other threads have left. */
static void empty_inbox(struct loop *l)
{
	if (!atomic_load_explicit(&l->inbox_full, memory_order_acquire))
		return;
	/* Before looking: what comes after this sets it again. */
	atomic_store(&l->inbox_full, false);
	pthread_mutex_lock(&l->inbox_lock);
	struct handle *h = l->inbox_head;
	l->inbox_head = l->inbox_tail = NULL;
	pthread_mutex_unlock(&l->inbox_lock);
	while (h) {
		struct handle *next = h->next;
		h->cause = 0;
		ready_append(l, h);
		h = next;
	}
}

/* ---- waiting ---- */

/* How long the poll may take; INT64_MAX when nothing but I/O can end it. */
static int64_t next_timeout(const struct loop *l)
{
	const struct timer *top = timers_top(&l->timers);
	if (l->ready.count || l->stopping)
		return 0;
	if (!top)
		return INT64_MAX;
	int64_t now_ns = loop_now_ns(l);
	if (top->when_ns <= now_ns)
		return 0;
	int64_t wait_ns = clock_add(top->when_ns, -now_ns);
	return wait_ns < POLL_MAX_NS ? wait_ns : POLL_MAX_NS;
}

/* Ask the poller, append the handles of ready descriptors; how many there were. */
static int poll_descriptors(struct loop *l, int64_t timeout_ns)
{
	struct poll_entry **ready = NULL;
	int count = l->poll_ops->wait(l->poller,
	                              timeout_ns == INT64_MAX ? -1 : timeout_ns, &ready);
	if (count < 0)
		die("the poller failed: errno %d", errno);
	watches_append(l, ready, count);
	return count;
}

/* The world's clock was read or moved: the trace knows. */
static void tell_time(struct loop *l)
{
	if (loop_traced(l))
		l->world->writer->time_ns = loop_now_ns(l);
}

static void tell_polled(struct loop *l, int64_t begun_ns)
{
	if (!loop_traced(l))
		return;
	tell_time(l);
	int64_t slept_ns = l->world->writer->time_ns - begun_ns;
	if (slept_ns > 0)
		loop_emit(l, EV_POLLED, world_ns(l->world, slept_ns), 0, 0);
}

/* The world's virtual clock moves to `to_ns`, and that of everybody with it. */
static void pass_time(struct loop_world *w, int64_t to_ns)
{
	if (w->worker)
		worker_park(w->worker, to_ns, false);
	else if (w->crew)
		crew_advance(w->crew, to_ns);
	else
		w->clock.now_ns = to_ns;
}

/*
 * A tick of the virtual clock that waits for nothing. A scene that polls for ever in a
 * loop of such ticks would never see time pass: after BUSY_TICKS of them each one takes a
 * little.
 */
static void note_busy(struct loop_world *w, bool waits_for_nothing)
{
	struct clock *c = &w->clock;
	if (!waits_for_nothing) {
		c->busy_ticks = 0;
		return;
	}
	bool still = c->now_ns == c->busy_at_ns || c->busy_ticks >= BUSY_TICKS;
	c->busy_ticks = !still                       ? 0
	                : c->busy_ticks < BUSY_TICKS ? c->busy_ticks + 1
	                                             : BUSY_TICKS;
	if (c->busy_ticks >= BUSY_TICKS)
		pass_time(w, clock_add(c->now_ns, BUSY_STEP_NS));
	c->busy_at_ns = c->now_ns;
}

/* The clock of the root moves to what comes first: a worker's wake-up or a timer. */
static bool jump(struct loop *l)
{
	struct clock *c = &l->world->clock;
	struct crew *crew = l->world->crew;
	const struct timer *top = timers_top(&l->timers);
	int64_t wake_ns = crew ? crew_next_wake(crew) : INT64_MAX;
	if (!top && wake_ns == INT64_MAX)
		return false;
	if (wake_ns == INT64_MAX || (top && top->when_ns < wake_ns))
		c->now_ns = top->when_ns;
	else
		crew_advance(crew, wake_ns);
	return true;
}

/* A worker's own loop asks for its time; without a timer it waits to be posted to. */
static bool ask_for_time(struct loop *l)
{
	const struct timer *top = timers_top(&l->timers);
	worker_park(l->world->worker, top ? top->when_ns : INT64_MAX, true);
	return true;
}

/* Append what descriptors and other threads have brought. */
static void take_what_came(struct loop *l)
{
	box_run(l->world);
	if (l->slot_count)
		poll_descriptors(l, 0);
	empty_inbox(l);
}

/* Whether this tick has something to do, or somebody wants attention. */
static bool has_work(const struct loop *l)
{
	const struct timer *top = timers_top(&l->timers);
	return l->ready.count || atomic_load(&l->world->attention) ||
	       (top && top->when_ns <= l->world->clock.now_ns);
}

/*
 * Virtual: what is there is taken at once, workers first, then the clock jumps, as often as it
 * takes (a worker that woke up may have nothing for us). False if nothing can ever come: the
 * other end of every descriptor is in this very program.
 */
static bool poll_virtual(struct loop *l, int64_t timeout_ns)
{
	struct loop_world *w = l->world;
	int64_t begun_ns = w->clock.now_ns;
	bool more = true;
	note_busy(w, timeout_ns == 0 && !l->stopping);
	if (w->crew && !w->worker)
		crew_run_due(w->crew);
	take_what_came(l);
	while (more && timeout_ns && !has_work(l)) {
		more = w->worker ? ask_for_time(l) : jump(l);
		take_what_came(l);
	}
	tell_polled(l, begun_ns);
	return more;
}

/* Real: wait for descriptors, the next timer, or whoever wakes us. */
static bool poll_real(struct loop *l, int64_t timeout_ns)
{
	int64_t begun_ns = loop_traced(l) ? loop_now_ns(l) : 0;
	box_run(l->world);
	if (l->ready.count || atomic_load(&l->inbox_full) || atomic_load(&l->world->attention))
		timeout_ns = 0;
	if (timeout_ns || l->slot_count)
		poll_descriptors(l, timeout_ns);
	box_run(l->world);
	if (timeout_ns)
		tell_polled(l, begun_ns);
	else
		tell_time(l);
	return true;
}

/* Somebody wants attention. True if the run goes on. */
static bool attend(struct loop *l)
{
	struct loop_world *w = l->world;
	unsigned wanted = atomic_load(&w->attention);
	if (wanted & ATTENTION_HALT) {
		l->ending = true;
		return false;
	}
	if (wanted & ATTENTION_INTERRUPT) {
		atomic_fetch_and(&w->attention, ~(unsigned)ATTENTION_INTERRUPT);
		if (w->client->on_interrupt)
			w->client->on_interrupt(w->context, l);
	}
	return !l->ending;
}

static bool attention_wanted(const struct loop *l)
{
	return atomic_load_explicit(&l->world->attention, memory_order_relaxed) != 0;
}

/* Wait until something is ready or due. False when the run ends here. */
static bool poll_for_work(struct loop *l)
{
	int64_t timeout_ns = next_timeout(l);
	bool more = l->world->clock.real ? poll_real(l, timeout_ns)
	                                 : poll_virtual(l, timeout_ns);
	empty_inbox(l);
	if (attention_wanted(l) && !attend(l))
		return false;
	if (!more && !l->ready.count) {
		l->deadlocked = l->ending = true;
		loop_emit(l, EV_DEADLOCK, 0, 0, 0);
		return false;
	}
	return true;
}

/* ---- running ---- */

/* The handle that ran last gives back what it held: this is when its task may die. */
static void let_go(struct loop *l)
{
	struct handle *h = l->running;
	if (!h)
		return;
	l->running = NULL;
	future_forget(&l->argument);
	release(h);
}

/*
 * A done callback's future stays with it while it runs, unless it is registered anew
 * meanwhile.
 */
static void run_done_callback(struct loop *l, struct handle *h)
{
	struct done_callback *cb = CONTAINER_OF(h, struct done_callback, handle);
	l->argument = cb->future;
	h->ops->run(l, h);
	if (h->state == HANDLE_IDLE && list_empty(&cb->link))
		cb->future = NULL;
}

static void run_callback(struct loop *l, struct handle *h)
{
	if (h->kind == HANDLE_DONE_CALLBACK)
		run_done_callback(l, h);
	else
		h->ops->run(l, h);
}

static void run_handle(struct loop *l, struct handle *h)
{
	struct trace_writer *w = l->world->writer;
	w->step++;
	if (!w->trace) {
		run_callback(l, h);
		return;
	}
	bool is_step = handle_is_step(h);
	w->time_ns = loop_now_ns(l);
	w->task = is_step ? h->id : 0;
	loop_emit(l, EV_STEP_BEGUN, h->id, h->cause, h->role);
	run_callback(l, h);
	if (!is_step) {
		tell_time(l); /* on the real clock it took some */
		loop_emit(l, EV_STEP_ENDED, 0, 0, 0);
	}
	w->task = 0;
}

/* Run `count` handles: those that were ready when the batch began. */
static void run_ready(struct loop *l, size_t count)
{
	while (count-- && !l->ending) {
		struct handle *h = queue_pop(&l->ready);
		let_go(l);
		l->running = h;
		h->state = HANDLE_IDLE;
		if (h->cancelled) {
			/* Its future, if it had one, goes with it. */
			if (h->kind == HANDLE_DONE_CALLBACK)
				l->argument =
					CONTAINER_OF(h, struct done_callback, handle)
						->future;
			continue;
		}
		run_handle(l, h);
		if (attention_wanted(l))
			attend(l);
	}
	let_go(l);
}

static void begin_tick(struct loop *l)
{
	struct trace_writer *w = l->world->writer;
	w->tick++;
	if (loop_traced(l)) {
		tell_time(l);
		size_t ready = l->ready.count;
		loop_emit(l, EV_TICK, ready < UINT32_MAX ? (uint32_t)ready : UINT32_MAX,
		          0, 0);
	}
}

/* What workers have begun at this instant is part of what is ready when a tick begins. */
static void gather(const struct loop *l)
{
	const struct loop_world *w = l->world;
	if (w->crew && !w->worker && !w->clock.real)
		crew_gather(w->crew);
}

bool loop_turn(struct loop *l)
{
	gather(l);
	begin_tick(l);
	timers_purge(&l->timers, drop_timer);
	if (!poll_for_work(l))
		return false;
	release_due(l);
	run_ready(l, l->ready.count);
	return !l->stopping && !l->ending;
}

static enum run_end refusal(const struct loop *l)
{
	if (l->closed)
		return RUN_CLOSED;
	if (l->is_running)
		return RUN_BUSY;
	return l->world->running ? RUN_OTHER : RUN_DONE;
}

enum run_end loop_run_forever(struct loop *l, struct datum *error)
{
	*error = DATUM_NONE;
	enum run_end refused = refusal(l);
	if (refused != RUN_DONE)
		return refused;

	l->is_running = true;
	l->world->running = l;
	l->ending = l->deadlocked = false;
	tell_time(l);
	loop_emit(l, EV_LOOP_STARTED, 0, 0, 0);
	while (loop_turn(l))
		;
	loop_emit(l, EV_LOOP_STOPPED, 0, 0, 0);
	l->stopping = false;
	l->is_running = false;
	l->world->running = NULL;

	*error = l->exit_error;
	l->exit_error = DATUM_NONE;
	if (!datum_is_none(*error))
		return RUN_EXIT;
	if (l->deadlocked)
		return RUN_DEADLOCK;
	return loop_world_halted(l->world) ? RUN_HALTED : RUN_DONE;
}

void loop_stop(struct loop *l)
{
	l->stopping = true;
}

void loop_exit(struct loop *l, struct datum error)
{
	datum_forget(l->world, &l->exit_error);
	l->exit_error = error;
	l->ending = true;
}

/* ---- run until complete ---- */

/* The callback that stops the loop when the main future is done. */
struct stopper {
	struct done_callback callback;
	unsigned refs;
};

static void stop_hold(struct handle *h)
{
	CONTAINER_OF(h, struct stopper, callback.handle)->refs++;
}

static void stop_release(struct handle *h)
{
	struct stopper *s = CONTAINER_OF(h, struct stopper, callback.handle);
	if (--s->refs == 0)
		free(s);
}

static void stop_run(struct loop *l, struct handle *h)
{
	const struct loop_world *w = l->world;
	struct future *f =
		CONTAINER_OF(h, struct stopper, callback.handle)->callback.future;
	struct datum error = future_error(f);
	/* Such an error has ended the run already; this is a later one. */
	if (!datum_is_none(error) && w->client->classify(w->context, error) == ERROR_EXIT)
		return;
	loop_stop(f->loop);
}

static void stop_name(const struct handle *h, struct buf *out)
{
	(void)h;
	buf_puts(out, "_run_until_complete_cb");
}

static void stop_traverse(struct handle *h, const struct future_visitor *v)
{
	(void)h;
	(void)v;
}

static const struct handle_ops stop_ops = {
	.run = stop_run,
	.hold = stop_hold,
	.release = stop_release,
	.name = stop_name,
	.traverse = stop_traverse,
};

enum run_end loop_run_until_complete(struct loop *l, struct future *f,
                                     struct datum *error)
{
	*error = DATUM_NONE;
	enum run_end refused = refusal(l);
	if (refused != RUN_DONE)
		return refused;

	struct stopper *s = mem_zalloc(1, sizeof *s);
	s->refs = 1;
	done_callback_init(&s->callback, &stop_ops, ROLE_INTERNAL);
	future_ref(f);
	future_add_callback(f, &s->callback);
	enum run_end end = loop_run_forever(l, error);
	future_remove_callback(f, &s->callback);
	stop_release(&s->callback.handle);
	if (end == RUN_DONE && !future_done(f))
		end = RUN_STOPPED;
	future_unref(f);
	return end;
}

/* ---- life ---- */

struct loop *loop_new(struct loop_world *w, enum poll_backend backend)
{
	struct loop *l = mem_zalloc(1, sizeof *l);
	l->world = w;
	l->refs = 1;
	l->poll_ops = poll_ops_of(backend);
	l->poller = l->poll_ops->make();
	if (!l->poller)
		goto free_loop;
	l->wake = (struct poll_entry){.fd = w->wake_fd, .wanted = POLL_READ};
	if (l->poll_ops->watch(l->poller, &l->wake) < 0)
		goto free_poller;
	list_init(&l->tasks);
	list_init(&l->slots);
	pthread_mutex_init(&l->inbox_lock, NULL);
	atomic_init(&l->inbox_full, false);
	return l;

free_poller:
	l->poll_ops->free(l->poller);
free_loop:
	free(l);
	return NULL;
}

/*
 * It will never run: what it would have been called with goes, even if somebody keeps
 * the handle.
 */
static void close_handle(struct handle *h)
{
	if (!h->cancelled && h->ops->forget)
		h->ops->forget(h);
	drop_handle(h);
}

struct loop *loop_ref(struct loop *l)
{
	l->refs++;
	return l;
}

void loop_unref(struct loop *l)
{
	if (l->refs > 1) {
		l->refs--;
		return;
	}
	loop_close(l); /* what it drops may refer to it for the last time */
	if (--l->refs)
		return;
	pthread_mutex_destroy(&l->inbox_lock);
	free(l);
}

void loop_close(struct loop *l)
{
	if (l->closed)
		return;
	assert(!l->is_running);
	empty_inbox(l);
	l->closed = true;
	watches_close(l);
	while (l->ready.count)
		close_handle(queue_pop(&l->ready));
	for (struct timer *t; (t = timers_pop(&l->timers));)
		close_handle(&t->handle);
	timers_fini(&l->timers);
	l->poll_ops->free(l->poller);
	l->poller = NULL;
	l->refused = false;
}

bool loop_closed(const struct loop *l)
{
	return l->closed;
}

bool loop_take_refusal(struct loop *l)
{
	bool refused = l->refused;
	l->refused = false;
	return refused;
}

bool loop_running(const struct loop *l)
{
	return l->is_running;
}

struct loop_world *loop_world(const struct loop *l)
{
	return l->world;
}

void loop_set_user(struct loop *l, void *user)
{
	l->user = user;
}

void *loop_user(const struct loop *l)
{
	return l->user;
}
