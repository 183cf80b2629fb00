/*
 * Memory: allocation that cannot fail, and the way out when it does.
 *
 * Out of memory is not an error that callers handle: it ends the program
 * through die(), which first runs the hook that gives the terminal back.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

/* Allocate `size` bytes, uninitialised; never NULL, `size` 0 is legal. Free with free(). */
void *mem_alloc(size_t size);

/* Allocate an array of `count` items of `size` bytes, zeroed; checks the product. */
void *mem_zalloc(size_t count, size_t size);

/* Resize `p` (or NULL) to `count` items of `size` bytes; checks the product. Takes `p`. */
void *mem_resize(void *p, size_t count, size_t size);

/* A new copy of the `len` bytes at `text`, with a NUL after them. Free with free(). */
char *mem_strndup(const char *text, size_t len);

/* A new copy of the NUL-terminated `text`. Free with free(). */
char *mem_strdup(const char *text);

/* `a * b` or `a + b` in bytes; ends the program when the result does not fit a size_t. */
size_t mem_mul(size_t a, size_t b);
size_t mem_add(size_t a, size_t b);

/*
 * Say `simmer: ` and the formatted line on stderr and exit with status 70
 * (EX_SOFTWARE). The hook set with die_hook runs first: the terminal front end
 * restores the terminal in it.
 */
noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
void die_hook(void (*hook)(void));

/* How many items an array has. */
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The struct of type `type` whose member `member` is at `ptr`. */
#define CONTAINER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))

#endif
