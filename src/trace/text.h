/*
 * The text form of a trace: man/simmer-trace.5. What is written reads back equal.
 */
#ifndef TRACE_TEXT_H
#define TRACE_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"

struct trace;

/*
 * Write all of `t` to `out`. Measurements, which differ from run to run, are written for
 * the real clock, else only if `measured`. 0, or -ERR_WRITE.
 */
int trace_write(const struct trace *t, bool measured, FILE *out);

/*
 * Read a trace from `in` into `*out` (a new trace, complete; NULL on failure).
 * On failure -ERR_FORMAT, -ERR_VERSION or -ERR_READ, and `*why` says in one line where
 * and what: "line 12: ...".
 */
int trace_read(FILE *in, struct trace **out, struct buf *why);

#endif
