/*
 * The chooser: the gallery as a list, in chapters. A function of the entries and of which
 * one is chosen; the list is paged so that the chosen one is in sight.
 */
#ifndef SCREEN_CHOOSER_H
#define SCREEN_CHOOSER_H

#include "screen/gallery.h"
#include "screen/grid.h"

/* Draw the list; `a` is what lies between the title and the footer. */
void chooser_draw(struct area a, const struct gallery *gallery, size_t chosen);

/* The entry drawn in row `y` of an area `rows` high, or -1. */
long chooser_entry_at(const struct gallery *gallery, size_t chosen, int rows, int y);

#endif
