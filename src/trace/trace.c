/*
 * The log: see trace.h. Events, strings and numbers live in blocks that never
 * move; an append fills the record first and publishes it by one releasing
 * store of the count. Strings and numbers are put away before the event that
 * names them, so whoever acquires the count may read them as well.
 */
#include "trace/trace.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "trace/blocks.h"
#include "trace/internal.h"

static_assert(sizeof(struct event) == 32, "an event is 32 bytes");
static_assert(EV_COUNT <= UINT8_MAX, "an event's kind is one byte");

const struct event_info event_infos[EV_COUNT] = {
#define EVENT(name, word, a, b, explanation)                                             \
	[EV_##name] = {#name, word, FIELD_##a, FIELD_##b, explanation},
#include "trace/event.def"
#undef EVENT
};

const char *const handle_role_words[ROLE_COUNT] = {
#define ROLE(name, word) [ROLE_##name] = word,
#include "trace/kind.def"
#undef ROLE
};

const char *const wait_kind_words[WAIT_COUNT] = {
#define WAIT(name, word) [WAIT_##name] = word,
#include "trace/kind.def"
#undef WAIT
};

const char *const ending_words[ENDING_COUNT] = {
#define ENDING(name, word) [ENDING_##name] = word,
#include "trace/kind.def"
#undef ENDING
};

const char *const worker_kind_words[WORKER_KIND_COUNT] = {
#define WORKER(name, word) [WORKER_##name] = word,
#include "trace/kind.def"
#undef WORKER
};

struct text {
	const char *bytes; /* in one of the arena's chunks */
	size_t len;
};

/* Small strings share chunks; the chunks are a list through their first word. */
struct chunk {
	struct chunk *older;
	char bytes[];
};
enum { CHUNK_BYTES = 1 << 16 };

/* Which number an item has, found by its hash. Open addressing; an empty slot is
 * UINT32_MAX. */
struct finder {
	uint32_t *slots;
	size_t room; /* 0 or a power of two */
};

struct trace {
	struct blocks events;  /* struct event */
	struct blocks texts;   /* struct text */
	struct blocks numbers; /* int64_t */
	_Atomic uint64_t count;
	_Atomic bool complete;
	uint64_t limit; /* UINT64_MAX: none */
	uint32_t text_count, number_count;
	uint32_t last_id;
	struct finder text_finder, number_finder;
	struct chunk *chunks;
	size_t chunk_used, chunk_room;
	struct trace_about about;
	char *about_strings[4]; /* owned */

	/* Several writers: all of the above but the two atomics is under the lock. */
	bool shared;
	pthread_mutex_t lock;
	int64_t last_ns; /* of the last record */
	uint32_t main_tick, main_step;

	/* Held back behind holes; a hole is an event of the kind EV_COUNT. */
	VEC(struct event) held;
	size_t filled; /* of the held ones, how many are published */
	size_t holes;
	bool filling; /* the oldest one */

	struct blocks measures; /* struct measure */
	_Atomic uint64_t measure_count;
	int64_t wall_origin_ns;
};

static int64_t wall_clock_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void lock(struct trace *t)
{
	if (t->shared)
		pthread_mutex_lock(&t->lock);
}

static void unlock(struct trace *t)
{
	if (t->shared)
		pthread_mutex_unlock(&t->lock);
}

/* ---- making one ---- */

struct trace *trace_new(uint64_t limit)
{
	struct trace *t = mem_zalloc(1, sizeof *t);
	t->limit = limit ? limit : UINT64_MAX;
	atomic_init(&t->count, 0);
	atomic_init(&t->complete, false);
	atomic_init(&t->measure_count, 0);
	pthread_mutex_init(&t->lock, NULL);
	t->wall_origin_ns = wall_clock_ns();
	trace_string(t, "", 0);
	trace_number(t, 0);
	trace_describe(t, &(struct trace_about){0});
	return t;
}

void trace_free(struct trace *t)
{
	if (!t)
		return;
	blocks_free(&t->events);
	blocks_free(&t->texts);
	blocks_free(&t->numbers);
	blocks_free(&t->measures);
	vec_free(&t->held);
	pthread_mutex_destroy(&t->lock);
	free(t->text_finder.slots);
	free(t->number_finder.slots);
	while (t->chunks) {
		struct chunk *older = t->chunks->older;
		free(t->chunks);
		t->chunks = older;
	}
	for (size_t i = 0; i < COUNT_OF(t->about_strings); i++)
		free(t->about_strings[i]);
	free(t);
}

uint64_t trace_event_limit(const struct trace *t)
{
	return t->limit == UINT64_MAX ? 0 : t->limit;
}

void trace_describe(struct trace *t, const struct trace_about *about)
{
	assert(trace_count(t) == 0);
	const char *given[] = {about->path, about->source, about->title, about->intro};
	for (size_t i = 0; i < COUNT_OF(given); i++) {
		char *copy = mem_strdup(given[i] ? given[i] : "");
		free(t->about_strings[i]);
		t->about_strings[i] = copy;
	}
	t->about = (struct trace_about){
		.path = t->about_strings[0],
		.source = t->about_strings[1],
		.title = t->about_strings[2],
		.intro = t->about_strings[3],
		.real_clock = about->real_clock,
	};
}

const struct trace_about *trace_about(const struct trace *t)
{
	return &t->about;
}

/* ---- strings and numbers ---- */

static uint32_t number_hash(int64_t value)
{
	uint64_t x = (uint64_t)value * UINT64_C(0x9E3779B97F4A7C15);
	return (uint32_t)(x >> 32);
}

static uint32_t hash_of(const struct trace *t, const struct finder *f, uint32_t id)
{
	if (f == &t->number_finder)
		return number_hash(trace_number_at(t, id));
	size_t len;
	const char *bytes = trace_text(t, id, &len);
	return hash_bytes(bytes, len);
}

/* Note `id`, which is not there yet; `count` items are. At most half of the slots are
 * used. */
static void finder_add(const struct trace *t, struct finder *f, uint32_t id, size_t count)
{
	if (count >= f->room / 2) {
		size_t room = f->room ? mem_mul(f->room, 2) : 64;
		uint32_t *slots = mem_alloc(mem_mul(room, sizeof *slots));
		memset(slots, 0xFF, room * sizeof *slots);
		free(f->slots);
		*f = (struct finder){slots, room};
		for (uint32_t i = 0; i < id; i++)
			finder_add(t, f, i, 0);
	}
	size_t mask = f->room - 1;
	size_t at = hash_of(t, f, id) & mask;
	while (f->slots[at] != UINT32_MAX)
		at = (at + 1) & mask;
	f->slots[at] = id;
}

static char *arena_take(struct trace *t, size_t len)
{
	if (t->chunk_room - t->chunk_used < len) {
		size_t room = len > CHUNK_BYTES ? len : CHUNK_BYTES;
		struct chunk *c = mem_alloc(mem_add(sizeof *c, room));
		c->older = t->chunks;
		t->chunks = c;
		t->chunk_used = 0;
		t->chunk_room = room;
	}
	char *bytes = t->chunks->bytes + t->chunk_used;
	t->chunk_used += len;
	return bytes;
}

static uint32_t intern_string(struct trace *t, const char *text, size_t len)
{
	struct finder *f = &t->text_finder;
	if (f->room) {
		size_t mask = f->room - 1;
		for (size_t i = hash_bytes(text, len) & mask; f->slots[i] != UINT32_MAX;
		     i = (i + 1) & mask) {
			const struct text *s =
				blocks_at(&t->texts, f->slots[i], sizeof *s);
			if (s->len == len && memcmp(s->bytes, text, len) == 0)
				return f->slots[i];
		}
	}
	if (t->text_count == UINT32_MAX)
		die("a trace has too many strings");
	char *copy = arena_take(t, mem_add(len, 1));
	memcpy(copy, text, len);
	copy[len] = '\0';
	uint32_t id = t->text_count;
	*(struct text *)blocks_make(&t->texts, id, sizeof(struct text)) =
		(struct text){copy, len};
	finder_add(t, f, id, t->text_count++);
	return id;
}

uint32_t trace_string(struct trace *t, const char *text, size_t len)
{
	lock(t);
	uint32_t id = intern_string(t, text, len);
	unlock(t);
	return id;
}

const char *trace_text(const struct trace *t, uint32_t id, size_t *len)
{
	const struct text *s = blocks_at(&t->texts, id, sizeof *s);
	if (len)
		*len = s->len;
	return s->bytes;
}

static uint32_t intern_number(struct trace *t, int64_t value)
{
	struct finder *f = &t->number_finder;
	if (f->room) {
		size_t mask = f->room - 1;
		for (size_t i = number_hash(value) & mask; f->slots[i] != UINT32_MAX;
		     i = (i + 1) & mask)
			if (trace_number_at(t, f->slots[i]) == value)
				return f->slots[i];
	}
	if (t->number_count == UINT32_MAX)
		die("a trace has too many numbers");
	uint32_t id = t->number_count;
	*(int64_t *)blocks_make(&t->numbers, id, sizeof value) = value;
	finder_add(t, f, id, t->number_count++);
	return id;
}

uint32_t trace_number(struct trace *t, int64_t value)
{
	lock(t);
	uint32_t id = intern_number(t, value);
	unlock(t);
	return id;
}

int64_t trace_number_at(const struct trace *t, uint32_t id)
{
	return *(const int64_t *)blocks_at(&t->numbers, id, sizeof(int64_t));
}

uint32_t trace_string_count(const struct trace *t)
{
	return t->text_count;
}

uint32_t trace_number_count(const struct trace *t)
{
	return t->number_count;
}

/* ---- ids ---- */

uint32_t trace_new_id(struct trace *t)
{
	lock(t);
	if (t->last_id == UINT32_MAX)
		die("a trace has too many tasks and futures");
	uint32_t id = ++t->last_id;
	unlock(t);
	return id;
}

void trace_reserve_ids(struct trace *t, uint32_t id)
{
	if (id > t->last_id)
		t->last_id = id;
}

uint32_t trace_id_count(const struct trace *t)
{
	return t->last_id;
}

/* ---- events ---- */

/* Put `*e` at the end of what readers see. */
static bool publish(struct trace *t, const struct event *e)
{
	uint64_t index = atomic_load_explicit(&t->count, memory_order_relaxed);
	if (index >= t->limit)
		return false;
	*(struct event *)blocks_make(&t->events, index, sizeof *e) = *e;
	atomic_store_explicit(&t->count, index + 1, memory_order_release);
	return true;
}

/* A record of one thread among several: time does not go back, tick and step are the
 * main thread's. */
static bool publish_shared(struct trace *t, struct event e)
{
	pthread_mutex_lock(&t->lock);
	if (e.time_ns < t->last_ns)
		e.time_ns = t->last_ns;
	t->last_ns = e.time_ns;
	if (e.thread == 0) {
		t->main_tick = e.tick;
		t->main_step = e.step;
	} else {
		e.tick = t->main_tick;
		e.step = t->main_step;
	}
	bool done = publish(t, &e);
	pthread_mutex_unlock(&t->lock);
	return done;
}

static bool hold_back(struct trace *t, const struct event *e)
{
	size_t waiting = t->held.count - t->filled - t->holes;
	if (trace_count(t) + waiting >= t->limit)
		return false;
	vec_push(&t->held, *e);
	return true;
}

bool trace_append(struct trace *t, const struct event *e)
{
	if (t->shared)
		return publish_shared(t, *e);
	if (t->holes && !t->filling)
		return hold_back(t, e);
	return publish(t, e);
}

void trace_close(struct trace *t)
{
	while (t->holes) {
		trace_fill_begin(t);
		trace_fill_end(t);
	}
	atomic_store_explicit(&t->complete, true, memory_order_release);
}

void trace_rewind(struct trace *t)
{
	assert(!t->shared && !t->holes);
	atomic_store_explicit(&t->count, 0, memory_order_release);
}

uint64_t trace_count(const struct trace *t)
{
	return atomic_load_explicit(&t->count, memory_order_acquire);
}

bool trace_complete(const struct trace *t)
{
	return atomic_load_explicit(&t->complete, memory_order_acquire);
}

const struct event *trace_at(const struct trace *t, uint64_t index)
{
	return blocks_at(&t->events, index, sizeof(struct event));
}

/* ---- several threads ---- */

void trace_share(struct trace *t)
{
	assert(!t->holes);
	t->shared = true;
}

void trace_hole(struct trace *t)
{
	assert(!t->shared && !t->filling);
	vec_push(&t->held, (struct event){.kind = EV_COUNT});
	t->holes++;
}

size_t trace_holes(const struct trace *t)
{
	return t->holes;
}

void trace_fill_begin(struct trace *t)
{
	assert(t->holes && !t->filling);
	t->filling = true;
}

bool trace_fill_end(struct trace *t)
{
	bool room = true;
	assert(t->filling);
	t->filling = false;
	/* The hole itself, and what was held back behind it. */
	size_t end = t->filled + 1;
	while (end < t->held.count && t->held.items[end].kind != EV_COUNT)
		room &= publish(t, &t->held.items[end++]);
	t->filled = end;
	if (--t->holes == 0)
		t->filled = t->held.count = 0;
	return room;
}

/* ---- measurements ---- */

int64_t trace_wall_ns(const struct trace *t)
{
	return wall_clock_ns() - t->wall_origin_ns;
}

void trace_measure(struct trace *t, const struct measure *m)
{
	lock(t);
	uint64_t index = atomic_load_explicit(&t->measure_count, memory_order_relaxed);
	*(struct measure *)blocks_make(&t->measures, index, sizeof *m) = *m;
	atomic_store_explicit(&t->measure_count, index + 1, memory_order_release);
	unlock(t);
}

size_t trace_measure_count(const struct trace *t)
{
	return (size_t)atomic_load_explicit(&t->measure_count, memory_order_acquire);
}

const struct measure *trace_measure_at(const struct trace *t, size_t index)
{
	return blocks_at(&t->measures, index, sizeof(struct measure));
}

/* ---- writers ---- */

void trace_emit_slow(struct trace_writer *w, enum event_kind kind, uint32_t a, uint32_t b,
                     unsigned detail)
{
	struct event e = {
		.time_ns = w->time_ns,
		.tick = w->tick,
		.step = w->step,
		.task = w->task,
		.a = a,
		.b = b,
		.thread = w->thread,
		.kind = (uint8_t)kind,
		.detail = (uint8_t)detail,
	};
	if (!trace_append(w->trace, &e))
		w->full = true;
}
