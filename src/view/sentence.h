/*
 * Sentences: for each moment one or two plain sentences that say what happened
 * and why. What they say follows from the trace alone; how is in sentence.def.
 */
#ifndef VIEW_SENTENCE_H
#define VIEW_SENTENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct view;

/*
 * What happened in moment `index` is appended to `what`, and why, or what follows, to
 * `why` (which may stay empty). Each is one or two sentences without a newline; control
 * characters of the scene's own texts are shown as pictures.
 */
void view_sentence(const struct view *v, bool internals, size_t index, struct buf *what,
                   struct buf *why);

#endif
