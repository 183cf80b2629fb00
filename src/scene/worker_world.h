/*
 * The world of a worker: a scene of its own on a thread of its own. It is made at the
 * worker's first job and lives as long as the worker; every job in it begins with fresh
 * globals.
 */
#ifndef SCENE_WORKER_WORLD_H
#define SCENE_WORKER_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "lang/parcel.h"

struct scene;
struct trace;

/* A warning that is said at home. */
struct errand_warning {
	char *text; /* owned */
	uint32_t line;
};

/* A call to be made in a worker's world, and what came of it. No value of any world. */
struct errand {
	struct parcel call;
	struct parcel outcome;
	uint32_t home;        /* the number of the world that wants the outcome */
	bool failed;          /* the outcome is an exception */
	bool is_process;      /* nothing is shared in CPython either: no warnings */
	bool is_chunk;        /* the arguments are lists of arguments, for a call each */
	bool has_initializer; /* packed with it: called before */
	bool initializer_failed;
	bool is_thread; /* a Thread: an exception is printed, not brought back */
	char *ending;   /* repr of the outcome, for the trace; owned, or NULL */
	uint32_t line;  /* where what is called is defined, or 0 */
	VEC(struct errand_warning) warnings;
};

void errand_fini(struct errand *e);

/*
 * On the worker's thread: its world, which tells `trace` (or NULL) what happens, and the
 * end of it. `name` is borrowed.
 */
struct scene *worker_world_new(struct scene *root, uint32_t number, const char *name,
                               struct trace *trace);
void worker_world_free(struct scene *s);

/* The vm's hook: code of a job has stored a global. */
void worker_global_stored(void *context, struct vm *vm, value name);

/* What a process pool raises, and puts before what its jobs raise. */
extern const struct type pickling_error_type, remote_traceback_type;

/* Do it: unpack, call, pack. On the worker's thread. */
void worker_world_run(struct scene *s, struct errand *e);

#endif
