/*
 * Pieces of JSON, appended to a buffer: valid whatever the strings of a scene hold, and
 * numbers without rounding.
 */
#ifndef EXPORT_JSON_H
#define EXPORT_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * The text as a string with its quotes, of at most `max_cols` columns (SIZE_MAX: all of
 * it), then an ellipsis. Control characters are escaped, malformed bytes are U+FFFD.
 */
void json_string(struct buf *out, const char *text, size_t len, size_t max_cols);

/* The same for a NUL-terminated text, all of it. */
void json_words(struct buf *out, const char *text);

/* A time in microseconds or in seconds, exactly: `7000000`, `0.25`, `-1.001`. */
void json_micros(struct buf *out, int64_t ns);
void json_seconds(struct buf *out, int64_t ns);

#endif
