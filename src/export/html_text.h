/*
 * Text of a scene as part of a page. Whatever it holds, it stays text: what means
 * something to HTML or to JSON is escaped, control characters are shown as their
 * pictures, and bytes that are no UTF-8 become U+FFFD.
 */
#ifndef EXPORT_HTML_TEXT_H
#define EXPORT_HTML_TEXT_H

#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"

/* Write text for between tags or for a quoted attribute. Newlines and tabs stay. */
void html_text(const char *text, size_t len, FILE *out);
void html_puts(const char *text, FILE *out);

/* The same, cut to `cols` columns with an ellipsis: nothing that a scene names is so long
 * that it is worth more. */
void html_fit(const char *text, size_t len, size_t cols, FILE *out);

/* Append text as a JSON string with its quotes, fit to stand inside of a <script>: no `<`,
 * `>`, `&` in it, no line separators. A newline becomes its picture, too. At most `cols`
 * columns of it. */
void json_text(const char *text, size_t len, size_t cols, struct buf *out);

#endif
