/*
 * What a terminal sends, as keys: bytes in, keys out. Pure: no terminal, no time. The
 * one thing that bytes alone cannot say is whether an ESC that nothing follows is a key
 * of its own; the caller waits a moment and then says so (keys_flush).
 */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "screen/key.h"

enum { KEYS_PENDING_BYTES = 64 };

/* A decoder; the zero value is ready. */
struct keys {
	unsigned char pending[KEYS_PENDING_BYTES]; /* the beginning of a key */
	size_t count;
};

/* Called for every key that is complete, with the bytes that it came as. */
typedef void keys_sink(void *world, const struct key *key, const char *bytes, size_t len);

/* Decode `len` bytes; what is not complete is kept for the next call. */
void keys_feed(struct keys *k, const void *bytes, size_t len, keys_sink *sink,
               void *world);

/* Whether the beginning of a key waits for its rest. */
bool keys_pending(const struct keys *k);

/* No more bytes come: a lone ESC was the key, other beginnings are forgotten. */
void keys_flush(struct keys *k, keys_sink *sink, void *world);

#endif
