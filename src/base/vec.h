/*
 * Vectors: a growing array of any type, as three fields one can see in a debugger.
 *
 *	VEC(struct lane) lanes = {0};
 *	vec_push(&lanes, lane);
 *	for (size_t i = 0; i < lanes.count; i++) use(&lanes.items[i]);
 *	vec_free(&lanes);
 *
 * Pointers into `items` live until the next push.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stdlib.h>

#include "base/mem.h"

#define VEC(type)                                                                          \
	struct {                                                                           \
		type *items;                                                               \
		size_t count, room;                                                        \
	}

/* Make room for `extra` more items beyond `count`; doubles, so pushing is O(1) amortised. */
#define vec_reserve(v, extra)                                                              \
	do {                                                                               \
		size_t vec_need_ = mem_add((v)->count, (extra));                           \
		if (vec_need_ > (v)->room) {                                               \
			(v)->room = vec_grown_room((v)->room, vec_need_);                  \
			(v)->items = mem_resize((v)->items, (v)->room, sizeof *(v)->items); \
		}                                                                          \
	} while (0)

#define vec_push(v, ...)                                                                   \
	do {                                                                               \
		vec_reserve(v, 1);                                                         \
		(v)->items[(v)->count++] = (__VA_ARGS__);                                  \
	} while (0)

#define vec_pop(v)  ((v)->items[--(v)->count])
#define vec_last(v) ((v)->items[(v)->count - 1])

/* Free the array and leave an empty vector; what the items own is the caller's business. */
#define vec_free(v)                                                                        \
	do {                                                                               \
		free((v)->items);                                                          \
		(v)->items = NULL;                                                         \
		(v)->count = (v)->room = 0;                                                \
	} while (0)

/* The new room for a vector that has `room` and needs `need` items. */
static inline size_t vec_grown_room(size_t room, size_t need)
{
	size_t twice = room > SIZE_MAX / 2 ? SIZE_MAX : room * 2;
	if (twice < 8)
		twice = 8;
	return twice > need ? twice : need;
}

#endif
