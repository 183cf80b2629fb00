/* Text for XML and HTML: see xml.h. */
#include "export/xml.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

static const char *entity(uint32_t code)
{
	switch (code) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;"; /* also in ]]> */
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* Embeddings, overrides and isolates: they would turn around what stands beside them. */
static bool turns_text(uint32_t code)
{
	return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

uint32_t xml_shown(uint32_t code)
{
	enum { PICTURES = 0x2400, DELETE_PICTURE = 0x2421 };
	if (code == '\n' || code == '\t' || code == '\r')
		return ' ';
	if (code < 0x20)
		return PICTURES + code;
	if (code == 0x7F)
		return DELETE_PICTURE;
	if ((code >= 0x80 && code < 0xA0) || (code & 0xFFFE) == 0xFFFE || turns_text(code))
		return UTF8_REPLACEMENT;
	return code;
}

void xml_text(FILE *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint32_t code;
		i += utf8_decode(text + i, len - i, &code);
		code = xml_shown(code);
		const char *name = entity(code);
		char bytes[UTF8_MAX];
		if (name)
			fputs(name, out);
		else
			fwrite(bytes, 1, utf8_encode(code, bytes), out);
	}
}

void xml_puts(FILE *out, const char *text)
{
	xml_text(out, text, strlen(text));
}

void xml_number(FILE *out, double value)
{
	double limit = 1e12;
	if (!(fabs(value) < limit))
		value = value > 0 ? limit : value < 0 ? -limit : 0;
	long long hundredths = llround(value * 100);
	unsigned long long size = (unsigned long long)(hundredths < 0 ? -hundredths : hundredths);
	fprintf(out, "%s%llu", hundredths < 0 ? "-" : "", size / 100);
	unsigned rest = (unsigned)(size % 100);
	if (rest)
		fprintf(out, rest % 10 ? ".%02u" : ".%u", rest % 10 ? rest : rest / 10);
}
