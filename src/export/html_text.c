/* Text of a scene as part of a page: see html_text.h. */
#include "export/html_text.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/utf8.h"
#include "export/xml.h"

static const char ellipsis[] = "\u2026";

void html_lines(FILE *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t end = i;
		while (end < len && text[end] != '\n' && text[end] != '\t')
			end++;
		xml_text(out, text + i, end - i);
		if (end < len)
			putc(text[end++], out);
		i = end;
	}
}

/* The bytes of the beginning that fits: what takes no columns is not endless either. */
static size_t fitting(const char *text, size_t len, size_t cols)
{
	size_t bytes = len;
	if (bytes > 2 * UTF8_MAX * cols)
		for (bytes = 2 * UTF8_MAX * cols; bytes > 0 && (text[bytes] & 0xC0) == 0x80;)
			bytes--;
	return utf8_fit(text, bytes, cols);
}

void html_fit(FILE *out, const char *text, size_t len, size_t cols)
{
	size_t fits = fitting(text, len, cols);
	xml_text(out, text, fits);
	if (fits < len)
		fputs(ellipsis, out);
}

/* What could end the script or its lines. U+2028 and U+2029 do that, though not in JSON. */
static bool by_number(uint32_t code)
{
	return code == '<' || code == '>' || code == '&' || code == 0x2028 || code == 0x2029;
}

void html_json(struct buf *out, const char *text, size_t len, size_t cols)
{
	size_t fits = fitting(text, len, cols);
	buf_putc(out, '"');
	for (size_t i = 0; i < fits;) {
		uint32_t code;
		i += utf8_decode(text + i, fits - i, &code);
		code = xml_shown(code);
		if (by_number(code)) {
			buf_printf(out, "\\u%04x", (unsigned)code);
			continue;
		}
		if (code == '"' || code == '\\')
			buf_putc(out, '\\');
		buf_put_utf8(out, code);
	}
	if (fits < len)
		buf_puts(out, ellipsis);
	buf_putc(out, '"');
}
