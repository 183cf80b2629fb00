/*
 * Byte buffers: text under construction. Always NUL-terminated once anything
 * was put in, so `data` can be handed to functions that want a C string.
 * The zero value is an empty buffer.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data;       /* owned; NULL while nothing was ever put in */
	size_t len, room; /* bytes in use without the NUL; bytes allocated */
};

/* Free what the buffer owns; it is empty and usable afterwards. */
void buf_free(struct buf *b);

/* Forget the text, keep the room. */
void buf_reset(struct buf *b);

/* Append `len` bytes, a C string, one byte, a code point as UTF-8, or `count` times `byte`. */
void buf_put(struct buf *b, const void *bytes, size_t len);
void buf_puts(struct buf *b, const char *text);
void buf_putc(struct buf *b, char byte);
void buf_put_utf8(struct buf *b, uint32_t code_point);
void buf_fill(struct buf *b, char byte, size_t count);

/* Append a number. Quicker than buf_printf, for files that have millions of them. */
void buf_put_u64(struct buf *b, uint64_t value);

/*
 * Append `value` units of which 10^`decimals` (at most 18) make a whole, exactly: 2500 of
 * three decimals is `2.5`. Zeros at the end are left out, but for the first `least`
 * decimals.
 */
void buf_put_decimal(struct buf *b, int64_t value, unsigned decimals, unsigned least);

/* Append formatted text, as printf does. */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Room for `len` more bytes at the returned address; they count once buf_advance is called. */
char *buf_reserve(struct buf *b, size_t len);
void buf_advance(struct buf *b, size_t len);

/* The text as a string that the caller frees (never NULL); the buffer is left empty. */
char *buf_take(struct buf *b);

/* The text, "" while empty; borrowed until the next change. */
const char *buf_text(const struct buf *b);

#endif
