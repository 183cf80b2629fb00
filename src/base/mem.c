/*
 * Memory: see mem.h. The one global of the program lives here, because running
 * out of memory has no caller to hand a context down to it: the hook that
 * restores the terminal.
 */
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*restore_terminal)(void);

void die_hook(void (*hook)(void))
{
	restore_terminal = hook;
}

void die(const char *format, ...)
{
	if (restore_terminal)
		restore_terminal();
	va_list args;
	va_start(args, format);
	fputs("simmer: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(70);
}

size_t mem_mul(size_t a, size_t b)
{
	size_t product;
	if (__builtin_mul_overflow(a, b, &product))
		die("out of memory (%zu items of %zu bytes)", a, b);
	return product;
}

size_t mem_add(size_t a, size_t b)
{
	size_t sum;
	if (__builtin_add_overflow(a, b, &sum))
		die("out of memory (%zu and %zu bytes)", a, b);
	return sum;
}

void *mem_alloc(size_t size)
{
	void *p = malloc(size ? size : 1);
	if (!p)
		die("out of memory (%zu bytes)", size);
	return p;
}

void *mem_zalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);
	if (!p)
		die("out of memory (%zu items of %zu bytes)", count, size);
	return p;
}

void *mem_resize(void *p, size_t count, size_t size)
{
	size_t bytes = mem_mul(count, size);
	void *q = realloc(p, bytes ? bytes : 1);
	if (!q)
		die("out of memory (%zu bytes)", bytes);
	return q;
}

char *mem_strndup(const char *text, size_t len)
{
	char *copy = mem_alloc(mem_add(len, 1));
	if (len)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *mem_strdup(const char *text)
{
	return mem_strndup(text, strlen(text));
}
