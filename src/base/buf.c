/* Byte buffers: see buf.h. */
#include "base/buf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){0};
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

char *buf_reserve(struct buf *b, size_t len)
{
	size_t need = mem_add(mem_add(b->len, len), 1);
	if (need > b->room) {
		size_t twice = b->room > SIZE_MAX / 2 ? SIZE_MAX : b->room * 2;
		b->room = twice > need ? twice : need;
		if (b->room < 32)
			b->room = 32;
		b->data = mem_resize(b->data, b->room, 1);
	}
	return b->data + b->len;
}

void buf_advance(struct buf *b, size_t len)
{
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_put(struct buf *b, const void *bytes, size_t len)
{
	char *to = buf_reserve(b, len);
	if (len)
		memcpy(to, bytes, len);
	buf_advance(b, len);
}

void buf_puts(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

void buf_putc(struct buf *b, char byte)
{
	*buf_reserve(b, 1) = byte;
	buf_advance(b, 1);
}

void buf_fill(struct buf *b, char byte, size_t count)
{
	char *to = buf_reserve(b, count);
	memset(to, byte, count);
	buf_advance(b, count);
}

void buf_put_utf8(struct buf *b, uint32_t code_point)
{
	char bytes[UTF8_MAX];
	buf_put(b, bytes, utf8_encode(code_point, bytes));
}

void buf_put_u64(struct buf *b, uint64_t value)
{
	char digits[20];
	size_t at = sizeof digits;
	do
		digits[--at] = (char)('0' + value % 10);
	while (value /= 10);
	buf_put(b, digits + at, sizeof digits - at);
}

void buf_put_decimal(struct buf *b, int64_t value, unsigned decimals, unsigned least)
{
	uint64_t magnitude = value < 0 ? UINT64_C(0) - (uint64_t)value : (uint64_t)value;
	uint64_t unit = 1;
	assert(decimals <= 18 && least <= decimals);
	for (unsigned i = 0; i < decimals; i++)
		unit *= 10;
	if (value < 0)
		buf_putc(b, '-');
	buf_put_u64(b, magnitude / unit);
	uint64_t rest = magnitude % unit;
	for (unsigned i = 0; rest || i < least; i++) {
		if (i == 0)
			buf_putc(b, '.');
		unit /= 10;
		buf_putc(b, (char)('0' + rest / unit));
		rest %= unit;
	}
}

void buf_vprintf(struct buf *b, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	if (len > 0) {
		char *to = buf_reserve(b, (size_t)len);
		vsnprintf(to, (size_t)len + 1, format, again);
		buf_advance(b, (size_t)len);
	}
	va_end(again);
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_vprintf(b, format, args);
	va_end(args);
}

char *buf_take(struct buf *b)
{
	char *text = b->data ? b->data : mem_strdup("");
	*b = (struct buf){0};
	return text;
}

const char *buf_text(const struct buf *b)
{
	return b->data ? b->data : "";
}
