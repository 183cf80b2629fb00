/* Text of a scene as part of a page: see html_text.h. */
#include "export/html_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

static const char ellipsis[] = "\u2026";

enum { PICTURES = 0x2400, PICTURE_DELETE = 0x2421 };

/* What is shown of a code point: never a control character. */
static uint32_t shown(uint32_t code)
{
	if (code < 0x20)
		return PICTURES + code;
	if (code == 0x7F)
		return PICTURE_DELETE;
	bool no_character = (code >= 0x80 && code < 0xA0) || (code & 0xFFFE) == 0xFFFE;
	return no_character ? UTF8_REPLACEMENT : code;
}

static void put_code(uint32_t code, FILE *out)
{
	char bytes[UTF8_MAX];
	fwrite(bytes, 1, utf8_encode(code, bytes), out);
}

static const char *html_escape(uint32_t code)
{
	switch (code) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void html_text(const char *text, size_t len, FILE *out)
{
	for (size_t i = 0; i < len;) {
		uint32_t code;
		i += utf8_decode(text + i, len - i, &code);
		const char *escape = html_escape(code);
		if (escape)
			fputs(escape, out);
		else
			put_code(code == '\n' || code == '\t' ? code : shown(code), out);
	}
}

void html_fit(const char *text, size_t len, size_t cols, FILE *out)
{
	size_t fits = utf8_fit(text, len, cols);
	html_text(text, fits, out);
	if (fits < len)
		fputs(ellipsis, out);
}

void html_puts(const char *text, FILE *out)
{
	html_text(text, strlen(text), out);
}

/* U+2028 and U+2029 end a line for scripts, though not for JSON. */
static bool json_by_number(uint32_t code)
{
	return code == '<' || code == '>' || code == '&' || code == 0x2028 || code == 0x2029;
}

void json_text(const char *text, size_t len, size_t cols, struct buf *out)
{
	size_t fits = utf8_fit(text, len, cols);
	buf_putc(out, '"');
	for (size_t i = 0; i < fits;) {
		uint32_t code;
		i += utf8_decode(text + i, fits - i, &code);
		code = shown(code);
		if (json_by_number(code)) {
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
