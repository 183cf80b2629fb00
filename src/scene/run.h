/*
 * Run a scene: a Python file, from its text to its exit status, with everything that
 * happened in a trace. What CPython would print is handed to a sink; nothing here
 * touches the terminal or a file.
 *
 * A scene may run on a thread of its own while others read its trace. Only
 * scene_stop and scene_interrupt may be called from another thread than scene_run's.
 */
#ifndef SCENE_RUN_H
#define SCENE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diagnostics;
struct scene;
struct trace;

/* What a scene may use up. 0 is the default of each. */
struct scene_limits {
	uint64_t cpu_time_ns;  /* processor time of its thread; 0: no limit */
	uint64_t events;       /* of its trace; 0: no limit but the trace's own */
	uint64_t memory_bytes; /* held at a time; 0: 1 GiB */
	uint32_t recursion;    /* frames; 0: 1000 */
};

struct scene_options {
	bool real_clock; /* wait in real time; otherwise the clock jumps */
	struct scene_limits limits;
	struct trace *trace; /* borrowed; or NULL: nobody watches */
	/* What the scene writes: stream 1 is standard output, 2 standard error. On the
	   scene's thread; NULL: nowhere but the trace. */
	void (*write)(void *sink, int stream, const char *text, size_t len);
	void (*flush)(void *sink, int stream); /* the scene asks for it; may be NULL */
	void *sink;
	const char *const *arguments; /* sys.argv after the path */
	size_t argument_count;
};

/*
 * Read and check the scene of `len` bytes at `text`: errors and warnings go to
 * `*diagnostics`. 0, or -ERR_SYNTAX, -ERR_UNSUPPORTED, -ERR_UTF8 or -ERR_BINARY. Runs
 * nothing.
 */
int scene_check(const char *path, const char *text, size_t len,
                struct diagnostics *diagnostics);

/*
 * Get a scene ready: read and check it, and describe it in the trace. 0 with the scene in
 * `*out` (end it with scene_free); or the errors of scene_check, `*out` NULL. `options`
 * is copied, what it points at is borrowed for the life of the scene; `path` and `text`
 * are copied.
 */
int scene_new(const struct scene_options *options, const char *path, const char *text,
              size_t len, struct diagnostics *diagnostics, struct scene **out);
void scene_free(struct scene *s);

/*
 * Run it to its end, once, and close its trace. Returns the exit status that CPython has:
 * 0, 1 after an uncaught exception or a limit, that of SystemExit, 130 after
 * KeyboardInterrupt; or 1 when scene_stop ended it.
 */
int scene_run(struct scene *s);

/* From any thread or signal handler: end it now. Nothing of the scene runs any more; the
 * trace is kept. */
void scene_stop(struct scene *s);

/* From any thread or signal handler: Ctrl-C, as asyncio takes it. */
void scene_interrupt(struct scene *s);

#endif
