/*
 * Small joints between the command line and the floors, shared by the files at the top.
 */
#ifndef WIRING_H
#define WIRING_H

#include <stdbool.h>
#include <stdint.h>

#include "scene/run.h"

struct buf;
struct options;
struct trace;

/* How a scene is to run, as the command line says; `trace` (borrowed) may be NULL. */
struct scene_options scene_options_from(const struct options *options, struct trace *trace);

/* The limit of a trace for such a run: some more than the run may take, for what is said
 * at its end. */
uint64_t trace_limit(const struct options *options);

/* Whether both paths lead to one regular file, which must not be written while it is read. */
bool is_same_file(const char *a, const char *b);

/* Say `why` on stderr; returns the exit status of `error`, which may be negated. */
int complain(int error, const struct buf *why);

/* Say that the command line is not right; returns the exit status. */
int usage(const char *what);

/* Flush standard output: `status`, or that of an error that has been said. */
int finish_stdout(int status);

#endif
