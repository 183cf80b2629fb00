/*
 * Small joints between the command line and the floors, shared by the files at the top.
 */
#ifndef WIRING_H
#define WIRING_H

#include <stdint.h>

#include "scene/run.h"

struct options;
struct trace;

/* How a scene is to run, as the command line says; `trace` (borrowed) may be NULL. */
struct scene_options scene_options_from(const struct options *options, struct trace *trace);

/* The limit of a trace for such a run: some more than the run may take, for what is said at its end. */
uint64_t trace_limit(const struct options *options);

#endif
