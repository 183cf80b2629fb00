/*
 * Running a scene on this thread, without a screen: as `python3` would, or into a trace.
 * Ctrl-C is the scene's to handle; a request to end stops the scene, so that nothing of
 * what it printed is lost, and then ends the program.
 */
#ifndef HEADLESS_H
#define HEADLESS_H

#include <stdio.h>

struct course;
struct diagnostics;
struct options;
struct trace;

/* Run the scene that the first operand names, its output being ours. Returns the exit
 * status; what was wrong has been said. */
int run_operand(const struct options *o, const struct course *course);

/*
 * What happened in the scene or trace that the first operand names: a complete trace in
 * `*out`, to be freed by the caller, with `*status` 1 if the scene failed. 0, or the exit
 * status of an error that has been said.
 */
int trace_operand(const struct options *o, const struct course *course, struct trace **out,
		  int *status);

/* Print them to `out` and free them. */
void print_diagnostics(struct diagnostics *d, FILE *out);

#endif
