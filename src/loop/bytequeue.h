/*
 * A queue of bytes: put in at the end, taken from the front, always in one piece. What
 * was taken leaves room that is used again when moving the rest costs no more than that
 * was worth, so any order of putting and taking is linear.
 */
#ifndef LOOP_BYTEQUEUE_H
#define LOOP_BYTEQUEUE_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct byte_queue {
	char *data; /* owned: data[begin .. end) */
	size_t begin, end, room;
};

static inline size_t byte_queue_size(const struct byte_queue *q)
{
	return q->end - q->begin;
}

static inline const char *byte_queue_front(const struct byte_queue *q)
{
	return q->data + q->begin;
}

static inline void byte_queue_put(struct byte_queue *q, const void *bytes, size_t size)
{
	if (!size)
		return;
	size_t have = byte_queue_size(q);
	if (size > q->room - q->end && q->begin >= have) {
		if (have)
			memcpy(q->data, q->data + q->begin, have);
		q->begin = 0;
		q->end = have;
	}
	if (size > q->room - q->end) {
		size_t need = mem_add(q->end, size);
		q->room = need > 2 * q->room ? need : 2 * q->room;
		q->data = mem_resize(q->data, q->room, 1);
	}
	memcpy(q->data + q->end, bytes, size);
	q->end += size;
}

/* Forget all of it; the room goes too. */
static inline void byte_queue_free(struct byte_queue *q)
{
	free(q->data);
	*q = (struct byte_queue){0};
}

/* Forget the first `size` bytes. */
static inline void byte_queue_take(struct byte_queue *q, size_t size)
{
	q->begin += size;
	if (q->begin == q->end)
		byte_queue_free(q);
}

#endif
