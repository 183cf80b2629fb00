/*
 * Keys, as the screen sees them: a character is its code point, other keys have
 * a row in key.def. Where they come from (a terminal, a script) is not known here.
 */
#ifndef SCREEN_KEY_H
#define SCREEN_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Above every code point. The space bar is KEYCODE_SPACE, in text too. */
enum keycode {
	KEYCODE_FIRST = 0x110000,
#define KEYNAME(name, word, shown) KEYCODE_##name,
#include "screen/key.def"
#undef KEYNAME
	KEYCODE_LIMIT
};

struct key {
	uint32_t code; /* a code point or an enum keycode */
	int x, y;      /* the cell, for CLICK and the wheel */
};

/*
 * The key that the `len` bytes at `word` name: one character, or a name of key.def. A
 * click or a turn of the wheel may say where, as in `click@12,3`. Its code is 0 if there
 * is no such key.
 */
struct key key_by_name(const char *word, size_t len);

/* Append the key's name for people: `←`, `space`, `n`. */
void key_name(uint32_t code, struct buf *out);

#endif
