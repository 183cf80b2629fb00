/*
 * For tests of src/scene: run a scene from a string under the virtual clock and look at what it
 * printed, said and left in its trace.
 */
#ifndef TESTS_SCENE_KIT_H
#define TESTS_SCENE_KIT_H

#include <string.h>

#include "base/buf.h"
#include "syntax/diagnostics.h"
#include "scene/run.h"
#include "trace/trace.h"

struct outcome {
	struct buf out, err;  /* standard output and standard error */
	struct buf refused;   /* diagnostics */
	int error;            /* of scene_new */
	int status;
	struct trace *trace;
};

static inline void collect_output(void *sink, int stream, const char *text, size_t len)
{
	struct outcome *o = sink;
	buf_put(stream == 1 ? &o->out : &o->err, text, len);
}

static inline struct outcome run_with(struct scene_options options, const char *text)
{
	struct outcome o = {.trace = trace_new(0)};
	struct diagnostics d = {0};
	struct scene *s;
	options.trace = o.trace;
	options.write = collect_output;
	options.sink = &o;
	o.error = scene_new(&options, "scene.py", text, strlen(text), &d, &s);
	diagnostics_print(&d, &o.refused);
	diagnostics_free(&d);
	if (o.error == 0) {
		o.status = scene_run(s);
		scene_free(s);
	}
	return o;
}

static inline struct outcome run(const char *text)
{
	return run_with((struct scene_options){0}, text);
}

static inline void outcome_free(struct outcome *o)
{
	buf_free(&o->out);
	buf_free(&o->err);
	buf_free(&o->refused);
	trace_free(o->trace);
}

/* How many events of a kind the trace has. */
static inline unsigned count_events(const struct outcome *o, enum event_kind kind)
{
	unsigned n = 0;
	for (uint64_t i = 0; i < trace_count(o->trace); i++)
		n += trace_at(o->trace, i)->kind == kind;
	return n;
}

/* The n-th event of a kind, from 0, or NULL. */
static inline const struct event *find_event(const struct outcome *o, enum event_kind kind, unsigned n)
{
	for (uint64_t i = 0; i < trace_count(o->trace); i++) {
		const struct event *e = trace_at(o->trace, i);
		if (e->kind == kind && n-- == 0)
			return e;
	}
	return NULL;
}

/* Run it and expect this output, status 0 and silence on standard error. */
#define EXPECT(text, output)                                                               \
	do {                                                                               \
		struct outcome o_ = run(text);                                             \
		ck_assert_str_eq(buf_text(&o_.refused), "");                               \
		ck_assert_str_eq(buf_text(&o_.err), "");                                   \
		ck_assert_str_eq(buf_text(&o_.out), output);                               \
		ck_assert_int_eq(o_.status, 0);                                            \
		outcome_free(&o_);                                                         \
	} while (0)

/* Run it and expect this output, standard error and status. */
#define EXPECT_ALL(text, output, errors, exit_status)                                      \
	do {                                                                               \
		struct outcome o_ = run(text);                                             \
		ck_assert_str_eq(buf_text(&o_.refused), "");                               \
		ck_assert_str_eq(buf_text(&o_.err), errors);                               \
		ck_assert_str_eq(buf_text(&o_.out), output);                               \
		ck_assert_int_eq(o_.status, exit_status);                                  \
		outcome_free(&o_);                                                         \
	} while (0)

#endif
