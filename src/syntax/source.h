/*
 * The text of a scene and where things stand in it. Everything that reads text speaks of
 * byte offsets (a span); lines and columns are worked out only for what people see.
 * Line endings are made Python's: CRLF and CR become LF, a byte order mark goes.
 */
#ifndef SYNTAX_SOURCE_H
#define SYNTAX_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A stretch of the text: byte offsets, `end` is one past the last byte. */
struct span {
	uint32_t start, end;
};

struct source {
	char *path;             /* as given on the command line, owned */
	char *text;             /* with LF line ends and a NUL behind it, owned */
	uint32_t len;           /* bytes of text */
	uint32_t *line_starts;  /* offset of each line's first byte, owned */
	uint32_t line_count;    /* at least 1 */
	uint32_t *tail_bytes;   /* [i]: bytes that do not begin a code point, before the i-th stretch of
	                           SOURCE_STRETCH bytes; owned */
};

/* A place for people: both count from 1, columns count code points. */
struct text_place {
	uint32_t line, column;
};

enum { SOURCE_MAX_BYTES = 1 << 28, SOURCE_STRETCH = 256 };

/*
 * Take over a copy of the text in Python's line endings. `len` is at most SOURCE_MAX_BYTES; the
 * bytes need not be valid UTF-8 yet. End with source_fini.
 */
void source_init(struct source *s, const char *path, const char *text, size_t len);
void source_fini(struct source *s);

/* Where an offset (at most s->len) is; lines are found by binary search. */
uint32_t source_line(const struct source *s, uint32_t offset);
struct text_place source_place(const struct source *s, uint32_t offset);

/* The text of a line (from 1) without its line end. */
const char *source_line_text(const struct source *s, uint32_t line, size_t *len);

#endif
