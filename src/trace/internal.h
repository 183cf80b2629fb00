/* Read by the .c files of src/trace only: what reading a file back needs beyond trace.h. */
#ifndef TRACE_INTERNAL_H
#define TRACE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/trace.h"

/* The version of the text form that is written and read. */
enum { TRACE_FORMAT_VERSION = 1 };

/* Forget the events; strings, numbers and ids stay. Nobody may be reading. */
void trace_rewind(struct trace *t);

/* From here on trace_new_id gives ids above `id`. */
void trace_reserve_ids(struct trace *t, uint32_t id);

/* How many numbers the trace keeps, the 0 included. */
uint32_t trace_number_count(const struct trace *t);

#endif
