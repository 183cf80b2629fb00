/*
 * Foreign tokens: what stands in one world for an object that stayed in another. A token shows
 * as the original did when it was packed, its attributes are tokens too, it equals itself and is
 * true. Everything else is refused with a RuntimeError that says whose it is and what to do.
 * A token that comes home in a parcel is the original again.
 */
#ifndef LANG_FOREIGN_H
#define LANG_FOREIGN_H

#include <stdint.h>

#include "lang/object.h"

/* Where an object lives: a place in a manifest of a world. */
struct origin {
	uint64_t manifest; /* which of the world's, counted from 1; 0: none */
	uint32_t index;    /* in it */
	uint32_t world;    /* its number: vm_set_world */
};

static inline bool origin_is(const struct origin *a, const struct origin *b)
{
	return a->manifest == b->manifest && a->index == b->index && a->world == b->world;
}

extern const struct type foreign_type;

static inline bool value_is_foreign(value v)
{
	return !value_is_small(v) && value_object(v)->type == &foreign_type;
}

/*
 * A new token: of an object of the type `type_name` ("asyncio.Event") whose repr is `repr` (both
 * str, borrowed); `path` names the attribute of it that is meant ("set", "a.b"), or is null.
 */
value foreign_new(struct vm *vm, const struct origin *origin, value type_name, value repr,
                  value path);

/* What a token stands for; texts are borrowed str, `path` may be null. */
const struct origin *foreign_origin(value token);
value foreign_type_name(value token);
value foreign_repr(value token);
value foreign_path(value token);

/* Raise what using the token raises: always null. */
value foreign_refuse(struct vm *vm, value token);

#endif
