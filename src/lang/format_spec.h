/*
 * The format spec mini-language: [[fill]align][sign][z][#][0][width][grouping][.precision][type],
 * applied to ints, floats and text. No objects here: numbers and bytes in, bytes out;
 * f-strings, format(), str.format and % formatting are built on it.
 */
#ifndef LANG_FORMAT_SPEC_H
#define LANG_FORMAT_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct bigint;

struct format_spec {
	uint32_t fill;     /* code point */
	char align;        /* one of < > ^ = */
	bool align_given;
	char sign;         /* '+', '-', ' ' or 0 */
	bool no_minus_zero, alternate;
	int64_t width;     /* columns to fill, -1 if not given */
	char grouping;     /* ',' or '_' or 0 */
	int64_t precision; /* -1 if not given */
	uint32_t type;     /* code point, 0 if not given */
};

enum format_failure {
	FORMAT_OK,
	FORMAT_VALUE,    /* ValueError */
	FORMAT_OVERFLOW, /* OverflowError */
	FORMAT_MEMORY,   /* MemoryError, no text */
};

/* What went wrong; `text` is the exception's, owned by whoever made the struct (buf_free). */
struct format_error {
	enum format_failure failure;
	struct buf text;
};

/* Wider or more precise than this is refused with FORMAT_MEMORY. */
enum { FORMAT_MAX_COLUMNS = 1 << 28 };

/*
 * Read a spec. `default_align` is '>' for numbers and '<' for text; `type_name` is for
 * messages. Returns whether it is one; if not, `error` says why.
 */
bool format_spec_parse(struct format_spec *spec, const char *text, size_t len, char default_align,
                       const char *type_name, struct format_error *error);

/* Append the int, float or UTF-8 text as the spec says. False: see `error`, nothing useful appended. */
bool format_put_int(struct buf *out, const struct bigint *n, const char *spec, size_t len,
                    const char *type_name, struct format_error *error);
bool format_put_float(struct buf *out, double x, const char *spec, size_t len,
                      const char *type_name, struct format_error *error);
bool format_put_text(struct buf *out, const char *text, size_t text_len, const char *spec,
                     size_t len, const char *type_name, struct format_error *error);

/* The same with a spec that is parsed already (by % formatting, from its own notation). */
bool format_int_with(struct buf *out, const struct bigint *n, const struct format_spec *spec,
                     const char *type_name, struct format_error *error);
bool format_float_with(struct buf *out, double x, const struct format_spec *spec,
                       const char *type_name, struct format_error *error);
bool format_text_with(struct buf *out, const char *text, size_t text_len,
                      const struct format_spec *spec, const char *type_name,
                      struct format_error *error);

#endif
