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
 * Read a trace from `in` into `*out` (a new trace, complete; NULL on failure), to the end of
 * the file. What it says holds to the rules of trace/rules.h.
 * On failure -ERR_FORMAT, -ERR_VERSION or -ERR_READ, and `*why` says in one line where
 * and what: "line 12: ..." or "line 12: column 9: ...".
 */
int trace_read(FILE *in, struct trace **out, struct buf *why);

/* The same where the first `len` bytes, at `begun`, were taken from `in` already. */
int trace_read_on(const char *begun, size_t len, FILE *in, struct trace **out,
                  struct buf *why);

/* Whether a file that begins with these bytes is to be taken for a trace: so many are enough. */
enum { TRACE_MAGIC_BYTES = 13 };
bool trace_is_begun(const char *bytes, size_t len);

#endif
