/* Pieces of JSON: see json.h. */
#include "export/json.h"

#include <string.h>

#include "base/utf8.h"

static void put_escape(struct buf *out, uint32_t code)
{
	static const char *const hex = "0123456789abcdef";
	switch (code) {
	case '"':
	case '\\':
		buf_putc(out, '\\');
		buf_putc(out, (char)code);
		break;
	case '\n':
		buf_puts(out, "\\n");
		break;
	case '\t':
		buf_puts(out, "\\t");
		break;
	case '\r':
		buf_puts(out, "\\r");
		break;
	case '\b':
		buf_puts(out, "\\b");
		break;
	default:
		buf_puts(out, "\\u00");
		buf_putc(out, hex[code >> 4 & 15]);
		buf_putc(out, hex[code & 15]);
	}
}

void json_string(struct buf *out, const char *text, size_t len, size_t max_cols)
{
	size_t cols = 0;
	buf_putc(out, '"');
	for (size_t i = 0; i < len;) {
		uint32_t code;
		i += utf8_decode(text + i, len - i, &code);
		/* A control character is one column of the few that are shown. */
		cols += code < 0x20 ? 1 : (size_t)utf8_width_cols(code);
		if (cols > max_cols) {
			buf_puts(out, "…");
			break;
		}
		if (code < 0x20 || code == '"' || code == '\\' || (code >= 0x7F && code < 0xA0))
			put_escape(out, code);
		else
			buf_put_utf8(out, code);
	}
	buf_putc(out, '"');
}

void json_words(struct buf *out, const char *text)
{
	json_string(out, text, strlen(text), SIZE_MAX);
}

void json_micros(struct buf *out, int64_t ns)
{
	buf_put_decimal(out, ns, 3, 0);
}

void json_seconds(struct buf *out, int64_t ns)
{
	buf_put_decimal(out, ns, 9, 0);
}
