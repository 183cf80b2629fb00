/*
 * UTF-8: code points and bytes, and how many terminal columns a code point takes.
 * Independent of the locale, so that a picture is the same everywhere.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UTF8_MAX = 4, UTF8_REPLACEMENT = 0xFFFD };

/* Write `code_point` to `out` (room for UTF8_MAX bytes); returns the number of bytes. */
size_t utf8_encode(uint32_t code_point, char *out);

/*
 * Read one code point from the `len` > 0 bytes at `text` into `*out`; returns the
 * number of bytes it took. Malformed bytes give UTF8_REPLACEMENT and take 1 byte.
 */
size_t utf8_decode(const char *text, size_t len, uint32_t *out);

/*
 * Whether the bytes are well-formed UTF-8 (no surrogates, no overlong forms);
 * otherwise `*bad_offset_bytes` says where they are not. `bad_offset_bytes` may be NULL.
 */
bool utf8_valid(const char *text, size_t len, size_t *bad_offset_bytes);

/* Columns in a terminal: 0 for combining and control characters, 2 for wide ones, else 1. */
int utf8_width_cols(uint32_t code_point);

/* Columns that the text takes. */
size_t utf8_text_cols(const char *text, size_t len);

/* The bytes of the longest beginning of `text` that fits `cols` columns. */
size_t utf8_fit(const char *text, size_t len, size_t cols);

/*
 * The bytes of the first line of `text` folded to `cols` columns (at least 1): all of it if
 * it fits; else up to a blank, which ends the line and is not counted; else, of a word that
 * is too long, what fits, but at least one code point.
 */
size_t utf8_fold(const char *text, size_t len, size_t cols);

/* How many code points the text has. */
size_t utf8_count(const char *text, size_t len);

#endif
