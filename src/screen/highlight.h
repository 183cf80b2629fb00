/*
 * Light colours for Python: enough for the eye, no parser. A line is coloured on its own;
 * the only thing that reaches across lines is an open triple-quoted string.
 */
#ifndef SCREEN_HIGHLIGHT_H
#define SCREEN_HIGHLIGHT_H

#include <stddef.h>
#include <stdint.h>

/* Where a line begins: in code, or within a string of three " or '. */
enum highlight_state { HIGHLIGHT_CODE, HIGHLIGHT_DOUBLE, HIGHLIGHT_SINGLE };

/*
 * Write the ink (screen/theme.h) of each of the `len` bytes of one line to `inks`, unless
 * that is NULL. Takes the state in which the line begins, returns that in which the next
 * one does.
 */
enum highlight_state highlight_line(const char *line, size_t len,
                                    enum highlight_state state, uint8_t *inks);

#endif
