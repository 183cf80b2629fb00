/*
 * Colours for pages and pictures, which know no terminal: what the indices of
 * screen/theme.def look like, and the ground that a theme is made for.
 */
#ifndef EXPORT_PALETTE_H
#define EXPORT_PALETTE_H

#include <stdint.h>

#include "screen/theme.h"

/* Colour `index` (0 to 255) as 0xRRGGBB: xterm's cube and greys, and sixteen that suit
 * both themes. */
uint32_t palette_rgb(int index);

/* The text and the ground of a theme where a look has -1, as 0xRRGGBB. */
uint32_t palette_text(enum theme theme);
uint32_t palette_ground(enum theme theme);

/* The nearest to these two that a terminal of that depth has, as indices: -1 without
 * colours. */
struct look palette_own(enum theme theme, enum depth depth);

#endif
