/* Read by the .c files of src/view only: phrases of sentence.def with their fields filled
 * in. */
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

/* The strings of a struct fields, so that they are made and freed together. Zero is
 * empty. */
struct scratch {
	struct buf who, other, list, lines, label, text, time, span;
	struct fields f;
};
void scratch_free(struct scratch *t);

/* Append the phrase, its fields taken from `t`. */
void say(struct buf *out, enum phrase phrase, struct scratch *t);

/* Append the phrase. */
void phrase_put(struct buf *out, enum phrase phrase, const struct fields *f);

/* Append text of the scene: control characters as pictures, at most `cols` columns. */
void put_shown(struct buf *out, const char *text, size_t len, size_t cols);

/* Names under way to `a, b and c`. */
struct names {
	const struct view *v;
	uint32_t lanes[6]; /* the first few */
	uint32_t texts[6]; /* for LANE_PROGRAM: the callback's name, a string of the
	                      trace, or 0 */
	size_t count;      /* of all */
};

/* Add a lane that is not there yet (as far as is remembered); LANE_NONE is ignored. */
void names_add(struct names *n, uint32_t lane);

/* Add a callback by its name. */
void names_add_callback(struct names *n, uint32_t text);

/* Append them: `rice`, `rice and chop`, `a, b, c and 7 others`. */
void names_put(const struct names *n, struct buf *out);

struct family;
struct story;

/*
 * Set a string to: a lane's name; the names and how many (t->list, t->f.n); a point in
 * time; a string of the trace; what future `id` stands for (`sleep(5)`, `future`, a
 * task's name).
 */
void set_name(const struct view *v, struct buf *b, uint32_t lane);
void set_names(struct scratch *t, const struct names *n);
void set_time(struct buf *b, int64_t ns);
void set_text(const struct view *v, struct buf *b, uint32_t text);
void set_label(const struct view *v, struct buf *b, uint32_t id, uint32_t text);

/* Set t->lines to the lines of the story; t->f.n and t->f.m to a family's members, all
 * and ended. */
void set_lines(struct scratch *t, const struct story *s);
void set_counts(const struct view *v, struct scratch *t, const struct family *f,
                uint64_t position);

#endif
