/* The type bytes. */
#ifndef LANG_BYTES_H
#define LANG_BYTES_H

#include "lang/object.h"

struct bytes {
	struct object head;
	size_t len;
	const unsigned char *data; /* behind the struct itself, a NUL after it */
};

extern const struct type bytes_type;

static inline bool value_is_bytes(value v)
{
	return !value_is_small(v) && value_is_a(v, &bytes_type);
}

static inline const struct bytes *bytes_of(value v)
{
	return (const struct bytes *)(const void *)value_object(v);
}

value bytes_new(struct vm *vm, const void *data, size_t len);

/* bytes % arguments (format_percent.c). */
value bytes_percent(struct vm *vm, value bytes, value arguments);

#endif
