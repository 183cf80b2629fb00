/*
 * What Unicode says of a code point, as far as str methods ask. Tables: unicode.def.
 */
#ifndef LANG_UNICODE_H
#define LANG_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum unicode_class {
	UNICODE_ALPHA,
	UNICODE_DECIMAL,
	UNICODE_DIGIT,
	UNICODE_NUMERIC,
	UNICODE_LOWER,
	UNICODE_UPPER,
	UNICODE_TITLE,
	UNICODE_SPACE,
	UNICODE_PRINTABLE,
	UNICODE_NAME_START, /* beyond what is ALPHA or _ */
	UNICODE_NAME_PART,  /* what a name may have behind its start */
};

bool unicode_is(uint32_t c, enum unicode_class class);

enum unicode_case { UNICODE_TO_UPPER, UNICODE_TO_LOWER, UNICODE_TO_TITLE, UNICODE_TO_FOLDED };

/* The mapping of c: writes 1 to 3 code points, returns how many. */
size_t unicode_map(uint32_t c, enum unicode_case to, uint32_t out[3]);

/* The value of a decimal digit of any script, or -1. */
int unicode_decimal(uint32_t c);

#endif
