/*
 * The trace: what happened, an append-only log of small records. The loop and
 * the scene write it; everything that draws, explains, exports or tests reads
 * it. Nothing in it ever changes or moves once it was written.
 *
 * One thread writes, or several after trace_share; any thread may read at the same
 * time what was published before (trace_count acquires what trace_append released):
 * events, strings and numbers live in blocks that never move.
 */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum event_kind {
#define EVENT(name, word, a, b, explanation) EV_##name,
#include "trace/event.def"
#undef EVENT
	EV_COUNT
};

enum handle_role {
#define ROLE(name, word) ROLE_##name,
#include "trace/kind.def"
#undef ROLE
	ROLE_COUNT
};

enum wait_kind {
#define WAIT(name, word) WAIT_##name,
#include "trace/kind.def"
#undef WAIT
	WAIT_COUNT
};

enum ending {
#define ENDING(name, word) ENDING_##name,
#include "trace/kind.def"
#undef ENDING
	ENDING_COUNT
};

enum worker_kind {
#define WORKER(name, word) WORKER_##name,
#include "trace/kind.def"
#undef WORKER
	WORKER_KIND_COUNT
};

/* What one of an event's two numbers means. */
enum field_kind { FIELD_NONE, FIELD_ID, FIELD_TEXT, FIELD_NS, FIELD_COUNT, FIELD_LINE };

/* A row of event.def, for whoever walks the table. */
struct event_info {
	const char *name; /* "TASK_CREATED" */
	const char *word; /* "task" */
	enum field_kind a, b;
	const char *explanation;
};
extern const struct event_info event_infos[EV_COUNT];
extern const char *const handle_role_words[ROLE_COUNT];
extern const char *const wait_kind_words[WAIT_COUNT];
extern const char *const ending_words[ENDING_COUNT];
extern const char *const worker_kind_words[WORKER_KIND_COUNT];

/* One event, 32 bytes. */
struct event {
	int64_t time_ns; /* the loop's clock since the scene began */
	uint32_t tick;   /* iteration of the loop, from 1; 0 before the first */
	uint32_t step;   /* handle run, from 1; 0 before the first */
	uint32_t task;   /* who was running: a task's id, or 0 */
	uint32_t a, b;   /* see event.def */
	uint16_t thread; /* 0 the main thread, else a worker */
	uint8_t kind;    /* enum event_kind */
	uint8_t detail;  /* see event.def */
};

struct trace;

/* What the scene was, beside what happened. All strings are owned by the trace. */
struct trace_about {
	const char *path;    /* as the user gave it */
	const char *source;  /* the scene's whole text */
	const char *title;   /* first line of its docstring, or "" */
	const char *intro;   /* the rest of it, or "" */
	bool real_clock;
};

/* A new, empty trace that takes at most `limit` events (0: no limit). Free with trace_free. */
struct trace *trace_new(uint64_t limit);
void trace_free(struct trace *t);

/* The limit that it was made with. */
uint64_t trace_event_limit(const struct trace *t);

/* Say what the scene is; copies the strings (NULL is ""). Before the first event only. */
void trace_describe(struct trace *t, const struct trace_about *about);

/* What the scene is; borrowed for the life of the trace. */
const struct trace_about *trace_about(const struct trace *t);

/* Append a copy of `*e` and publish it. False, and nothing is appended, once the limit is
 * reached. */
bool trace_append(struct trace *t, const struct event *e);

/* The number of `text` (len bytes): the same for equal strings. 0 is the empty string. */
uint32_t trace_string(struct trace *t, const char *text, size_t len);

/* The number under which `value` is kept; trace_number_at gives it back. 0 is the value 0. */
uint32_t trace_number(struct trace *t, int64_t value);

/* A fresh id for a task, future, handle, gather or group: 1, 2, 3, ... */
uint32_t trace_new_id(struct trace *t);

/* Mark the trace as complete: no event follows. Readers on other threads see trace_complete
 * then. */
void trace_close(struct trace *t);

/* Events published so far; all below this index may be read without a lock. */
uint64_t trace_count(const struct trace *t);
bool trace_complete(const struct trace *t);

/* The event at `index` < trace_count(); borrowed for the life of the trace. */
const struct event *trace_at(const struct trace *t, uint64_t index);

/* The string `id`, NUL-terminated (it may hold other NULs: `*len` if not NULL). Borrowed for
 * the life of the trace. */
const char *trace_text(const struct trace *t, uint32_t id, size_t *len);
int64_t trace_number_at(const struct trace *t, uint32_t id);

/* Strings, numbers and ids in use, for writers of files. */
uint32_t trace_string_count(const struct trace *t);
uint32_t trace_id_count(const struct trace *t);

/* ---- several threads ---- */

/*
 * From here on several threads write: appends, strings, numbers and ids are taken under a
 * lock. A record whose time is before that of the record above gets that one's; one of
 * another thread gets the tick and step of the main thread's last. Before the others begin.
 */
void trace_share(struct trace *t);

/*
 * A hole: this place in the log belongs to what another thread does meanwhile. What is
 * appended from now on is held back, in order, until the hole is filled. There may be
 * several; they are filled oldest first. For traces that are not shared.
 */
void trace_hole(struct trace *t);
size_t trace_holes(const struct trace *t);

/* The oldest hole is filled: between these two, appends go to its place. Then follows
 * what was held back up to the next hole; false if the limit has cut that off. */
void trace_fill_begin(struct trace *t);
bool trace_fill_end(struct trace *t);

/*
 * A strand: a trace that a thread has for itself, to be put into another one. Its splice
 * knows what its strings, numbers and ids are over there; ids of the strand become fresh
 * ones of the destination, the same ones for good.
 */
struct trace_splice {
	struct trace *strand;          /* owned */
	uint32_t *texts, *numbers, *ids; /* what each is in the destination; 0: not yet */
	size_t text_room, number_room, id_room;
};

/* A new, empty strand that takes at most `limit` events at a time (0: no limit). */
void trace_splice_init(struct trace_splice *s, uint64_t limit);
void trace_splice_fini(struct trace_splice *s);

/*
 * Append all events of the strand to `to`, with the thread, tick and step of `stamp`, and empty the
 * strand. Times before the stamp's become that. Those that `keep` (may be NULL) says no to, given
 * the event as it will stand in `to`, are left out. False if the limit of `to` was reached.
 */
bool trace_splice(struct trace *to, struct trace_splice *s, const struct event *stamp,
		  bool (*keep)(void *context, const struct event *e), void *context);

/* What the strand's `id` is in `to`, from now on for good. */
uint32_t trace_splice_id(struct trace *to, struct trace_splice *s, uint32_t id);

/* ---- measurements: what differs from run to run, and so is no event ---- */

/* How one job went on the machine. All times in ns; wall times since the trace was made. */
struct measure {
	int64_t cpu_ns; /* processor time of its thread */
	int64_t wall_begin_ns, wall_end_ns;
	uint32_t job;   /* its id; 0: the main thread's whole run */
	uint16_t thread;
	uint16_t core_first, core_last; /* the core on which it began and that on which it ended */
};

/* Nanoseconds of the wall clock since the trace was made. From any thread. */
int64_t trace_wall_ns(const struct trace *t);

/* Note a measurement. Any thread of a shared trace, else the writing one. */
void trace_measure(struct trace *t, const struct measure *m);

/* As with events: all below this index may be read without a lock. */
size_t trace_measure_count(const struct trace *t);
const struct measure *trace_measure_at(const struct trace *t, size_t index);

/*
 * A writer: a trace together with where "now" is. Whoever runs things keeps
 * it up to date; trace_emit copies it into each record. With `trace` NULL
 * nothing is written and trace_emit costs one test.
 */
struct trace_writer {
	struct trace *trace; /* borrowed, or NULL: nobody watches */
	int64_t time_ns;
	uint32_t tick, step, task;
	uint16_t thread;
	bool full; /* the limit was reached: events are lost from here on */
};

void trace_emit_slow(struct trace_writer *w, enum event_kind kind, uint32_t a, uint32_t b,
		     unsigned detail);

static inline void trace_emit(struct trace_writer *w, enum event_kind kind, uint32_t a, uint32_t b,
			      unsigned detail)
{
	if (w->trace)
		trace_emit_slow(w, kind, a, b, detail);
}

#endif
