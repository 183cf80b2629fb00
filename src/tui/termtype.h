/*
 * What terminfo knows of a kind of terminal, asked before anything is sent to it.
 */
#ifndef TUI_TERMTYPE_H
#define TUI_TERMTYPE_H

#include <stdbool.h>

#include "base/buf.h"

/* Whether a terminal called `type` (may be NULL) can show a screen; if not, the reason is
 * in `*why`. */
bool termtype_usable(const char *type, struct buf *why);

#endif
