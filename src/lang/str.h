/*
 * Strings: immutable UTF-8 with its number of characters beside it. Text in which the two
 * counts agree is ASCII and is indexed at once; other text is walked. Lone surrogates
 * are stored as the three bytes they would have, and refused on output.
 */
#ifndef LANG_STR_H
#define LANG_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "lang/object.h"

struct str {
	struct object head;
	int64_t hash;     /* 0 until it was asked for */
	size_t len;       /* bytes, without the NUL that follows them */
	size_t chars;     /* code points */
	const char *text; /* behind the struct itself */
};

enum { STR_INTERNED = 0x10000 /* OBJECT_USER: the only str of its text in its vm */ };

extern const struct type str_type;

/* Whether `v` is a str or of a subclass. */
static inline bool value_is_str(value v)
{
	return !value_is_small(v) &&
		(value_object(v)->type == &str_type || value_is_a(v, &str_type));
}

/* The str in `v`, which must be one; its bytes; how many; how many characters. */
static inline const struct str *str_of(value v)
{
	return (const struct str *)(const void *)value_object(v);
}
static inline const char *str_text(value v)
{
	return str_of(v)->text;
}
static inline size_t str_len(value v)
{
	return str_of(v)->len;
}
static inline size_t str_chars(value v)
{
	return str_of(v)->chars;
}
static inline bool str_is_ascii(value v)
{
	return str_of(v)->len == str_of(v)->chars;
}

/* A new str of `len` bytes of well-formed UTF-8, or of a C string. */
value str_new(struct vm *vm, const char *text, size_t len);
value str_new_c(struct vm *vm, const char *text);

/* A new str of what the buffer holds; the buffer is freed. */
value str_from_buf(struct vm *vm, struct buf *b);

/* A new str of formatted text, as printf does. */
value str_printf(struct vm *vm, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The str of one code point. */
value str_char(struct vm *vm, uint32_t code_point);

/* The interned str of this text: attribute names and other names are compared by identity first. */
value str_intern(struct vm *vm, const char *text, size_t len);
value str_intern_c(struct vm *vm, const char *text);

/* The interned str equal to `v`; `v` is borrowed. */
value str_interned(struct vm *vm, value v);

bool str_equal(value a, value b);
bool str_equal_c(value a, const char *text);

/* Negative, 0 or positive, by code points. */
int str_order(value a, value b);

/* The hash; the same for the same text in every run. */
int64_t str_hash(value v);

value str_concat(struct vm *vm, value a, value b);

/* All parts, which are str, one after the other: f-strings. */
value str_concat_all(struct vm *vm, const value *parts, size_t count);

/* The index-th character and the characters from `start` to `end`; both in range. */
value str_at(struct vm *vm, value v, size_t index);
value str_slice(struct vm *vm, value v, size_t start, size_t end);

/* Append repr(v), with Python's quotes and escapes; `ascii_only` as ascii() does. */
void str_put_repr(struct buf *out, value v, bool ascii_only);

/* Whether the text is an identifier that could be a name (keywords count as such). */
bool text_is_identifier(const char *text, size_t len);

/* Read the code point at `text`, lone surrogates included; returns how many bytes it takes. */
size_t str_decode(const char *text, uint32_t *out);

/* Append one code point, lone surrogates included. */
void str_put_char(struct buf *out, uint32_t code_point);

/* ---- formatting (format_str.c, format_percent.c) --------------------------------- */

/* What !s, !r and !a make of a value: `conversion` is the letter. */
value object_convert(struct vm *vm, value v, char conversion);

/* text % arguments. */
value str_percent(struct vm *vm, value text, value arguments);

/* text.format(...): positional and keyword arguments; or format_map when `mapping` is not null. */
value str_format_method(struct vm *vm, value text, const struct args *a, value mapping);

#endif
