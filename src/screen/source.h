/*
 * A scene's text by lines, each with the state in which its colours begin.
 */
#ifndef SCREEN_SOURCE_H
#define SCREEN_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

struct source_line {
	size_t offset_bytes, len; /* without the newline */
	uint8_t state;            /* enum highlight_state */
	bool function;            /* one begins here */
};

struct source {
	const char *text; /* borrowed */
	VEC(struct source_line) lines;
};

/* Cut `text` into lines; the text must stay. Ends what `s` was before (the zero value is
 * empty). */
void source_set(struct source *s, const char *text);
void source_free(struct source *s);

#endif
