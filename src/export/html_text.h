/*
 * Text of a scene as part of a page: as export/xml.h has it, and beside that with its line
 * ends, cut to a length, and as JSON inside of a <script>.
 */
#ifndef EXPORT_HTML_TEXT_H
#define EXPORT_HTML_TEXT_H

#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"

/* Write text whose newlines and tabs stay. */
void html_lines(FILE *out, const char *text, size_t len);

/* Write text, of more than `cols` columns only the beginning and an ellipsis. */
void html_fit(FILE *out, const char *text, size_t len, size_t cols);

/*
 * Append text as a JSON string with its quotes, fit to stand inside of a <script>: no `<`,
 * `>`, `&` in it, no line separators. Cut like html_fit's.
 */
void html_json(struct buf *out, const char *text, size_t len, size_t cols);

#endif
