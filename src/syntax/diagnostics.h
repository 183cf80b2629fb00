/*
 * What is wrong with a scene, found by reading it: places, messages, hints. Collected
 * while reading and printed afterwards as `file:line:column: message` with the line
 * itself and a caret under the place.
 */
#ifndef SYNTAX_DIAGNOSTICS_H
#define SYNTAX_DIAGNOSTICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "syntax/source.h"

enum { DIAGNOSTICS_MAX = 20 };

struct diagnostic {
	bool is_warning;           /* the scene can run all the same */
	uint32_t line, column;     /* from 1; columns count code points; 0: the file as a whole */
	uint32_t end_column;       /* one past the last column on this line */
	char *message;             /* one line, owned */
	char *hint;                /* what to do about it, or NULL; owned */
	char *text;                /* the line of the source, or NULL; owned */
};

/* The zero value is empty and ready. */
struct diagnostics {
	char *path; /* of the file that the diagnostics are about; owned, NULL while empty */
	struct diagnostic items[DIAGNOSTICS_MAX];
	uint32_t count, error_count;
	uint32_t left_out; /* how many more there were */
};

void diagnostics_free(struct diagnostics *d);

/*
 * Add an error at a span of the text (copied) and return it, so that a hint can be
 * added; NULL when there are enough already. A span without a length points between two characters.
 */
struct diagnostic *diagnostics_add(struct diagnostics *d, const struct source *s,
                                   struct span span, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Add an error about a file as a whole. */
struct diagnostic *diagnostics_add_file(struct diagnostics *d, const char *path,
                                        const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Give a diagnostic (or NULL: nothing happens) a hint, in place of the one it had. */
void diagnostic_hint(struct diagnostic *item, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Make it a warning. */
void diagnostics_warn(struct diagnostics *d, struct diagnostic *item);

/* Move everything in `from` to the end of `d`; `from` is empty afterwards. */
void diagnostics_append(struct diagnostics *d, struct diagnostics *from);

/* Append all of it as lines of text. Control characters of the source are shown as spaces. */
void diagnostics_print(const struct diagnostics *d, struct buf *out);

#endif
