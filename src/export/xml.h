/*
 * Text for XML and HTML: escaped such that the result is well-formed and shows what was
 * there, whatever bytes those are, in text as well as in attributes; and numbers that
 * look the same in every locale.
 */
#ifndef EXPORT_XML_H
#define EXPORT_XML_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Write `len` bytes of text. Markup characters and both quotes become entities; a control
 * character its picture (␛; but a newline or a tab becomes a blank); malformed UTF-8, what
 * XML does not allow, and marks that turn the direction of writing become U+FFFD.
 */
void xml_text(FILE *out, const char *text, size_t len);
void xml_puts(FILE *out, const char *text);

/* What is shown for a code point, markup left alone: so that columns can be counted. */
uint32_t xml_shown(uint32_t code);

/* Write a number with at most two decimals and without zeros at its end: `12`, `0.5`. */
void xml_number(FILE *out, double value);

#endif
