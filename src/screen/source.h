/*
 * A scene's text by lines, each with the state in which its colours begin and its place
 * among the blocks; and which lines make a page.
 */
#ifndef SCREEN_SOURCE_H
#define SCREEN_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

/* What a line is for the one above it and the one below. */
enum source_part {
	PART_STATEMENT, /* one begins here */
	PART_HERALD,    /* a comment or a decorator: belongs to what follows */
	PART_REST,      /* of what is above: in a string, a closing bracket */
	PART_BLANK,
};

struct source_line {
	size_t offset_bytes, len; /* without the newline */
	uint8_t state;            /* enum highlight_state */
	uint8_t part;             /* enum source_part */
	uint16_t indent;          /* columns before its first character */
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

/*
 * The first line, from 0, of the page of `rows` rows (at least 1) that has line `at`. A page
 * holds whole blocks, as many as fit: functions, or the blocks within one that is too long.
 * So nothing moves while one runs or two take turns. O(lines).
 */
size_t source_page_top(const struct source *s, size_t rows, size_t at);

#endif
