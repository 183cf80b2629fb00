/* Read by the .c files of src/view only: phrases of sentence.def with their fields filled in. */
#ifndef VIEW_PHRASE_H
#define VIEW_PHRASE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct view;

enum phrase {
#define PHRASE(name, text) PHRASE_##name,
#include "view/sentence.def"
#undef PHRASE
	PHRASE_COUNT
};

/* What the braces of a phrase stand for; all strings borrowed, NULL is "". */
struct fields {
	const char *who, *other, *list, *lines, *label, *text, *time, *span;
	size_t n, m;
};

/* Append the phrase. */
void phrase_put(struct buf *out, enum phrase phrase, const struct fields *f);

/* Append text of the scene: control characters as pictures, at most `cols` columns. */
void put_shown(struct buf *out, const char *text, size_t len, size_t cols);

/* Names under way to `a, b and c`. */
struct names {
	const struct view *v;
	uint32_t lanes[6]; /* the first few */
	size_t count;      /* of all */
};

/* Add a lane that is not there yet (as far as is remembered); LANE_NONE is ignored. */
void names_add(struct names *n, uint32_t lane);

/* Append them: `rice`, `rice and chop`, `a, b, c and 7 others`. */
void names_put(const struct names *n, struct buf *out);

#endif
