/*
 * Literals: numbers, strings with their escapes, adjacent strings joined, f-strings.
 */
#include <string.h>

#include "base/utf8.h"
#include "base/float_text.h"
#include "syntax/parser_internal.h"

/* ---- numbers ----------------------------------------------------------------- */

struct expr *parse_number(struct parser *p)
{
	struct span span = here(p);
	enum token_kind kind = peek(p);
	struct buf digits = {0};
	for (uint32_t i = span.start; i < span.end; i++) {
		if (p->source->text[i] != '_')
			buf_putc(&digits, p->source->text[i]);
	}
	parser_advance(p);
	struct expr *e = expr_new(p, kind == TOKEN_INT ? EXPR_INT : EXPR_FLOAT, span.start);
	if (kind == TOKEN_IMAGINARY) {
		parser_refuse(p, span, "complex numbers are not supported");
	} else if (kind == TOKEN_FLOAT) {
		float_parse(buf_text(&digits), digits.len, &e->u.number);
	} else {
		e->u.digits.len = digits.len;
		e->u.digits.bytes = tree_copy(p->tree, buf_text(&digits), digits.len + 1, 1);
	}
	buf_free(&digits);
	return e;
}

/* ---- escapes ----------------------------------------------------------------- */

/* What a string's letters before the quotes say. */
struct string_style {
	bool is_raw, is_bytes;
	uint32_t body_start, body_end; /* what is between the quotes */
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A code point of \x, \u or \U with `digits` hex digits at `at`. */
static uint32_t read_hex(struct parser *p, uint32_t at, uint32_t end, int digits,
                         struct string_style style)
{
	uint32_t c = 0;
	int got = 0;
	while (got < digits && at + (uint32_t)got < end) {
		int digit = hex_digit(p->source->text[at + (uint32_t)got]);
		if (digit < 0)
			break;
		c = c << 4 | (uint32_t)digit;
		got++;
	}
	struct span span = {at - 2, at + (uint32_t)got};
	char letter = p->source->text[at - 1];
	if (got < digits) {
		static const char *const shapes[] = {"\\xXX", "\\uXXXX", "\\UXXXXXXXX"};
		const char *shape = shapes[digits == 2 ? 0 : digits == 4 ? 1 : 2];
		uint32_t first = span.start - style.body_start;
		if (style.is_bytes)
			parser_fail(p, span, "(value error) invalid \\x escape at position %u", first);
		else
			parser_fail(p, span, "(unicode error) 'unicodeescape' codec can't decode bytes "
			     "in position %u-%u: truncated %s escape", first,
			     first + span.end - span.start - 1, shape);
	} else if (c > 0x10ffff) {
		parser_fail(p, span, "(unicode error) 'unicodeescape' codec can't decode bytes "
		     "in position %u-%u: illegal Unicode character",
		     span.start - style.body_start, span.end - style.body_start - 1);
	} else if (c >= 0xd800 && c < 0xe000) {
		parser_refuse(p, span, "surrogates such as \\%c%.*s are not supported", letter, got,
		       p->source->text + at);
		c = UTF8_REPLACEMENT;
	}
	return c;
}

/* The escape whose backslash is at `at`, not the last byte; returns the offset behind it. */
static uint32_t read_escape(struct parser *p, struct buf *out, uint32_t at, uint32_t end,
                            struct string_style style)
{
	bool is_bytes = style.is_bytes;
	static const char from[] = "\\'\"abfnrtv";
	static const char to[] = "\\'\"\a\b\f\n\r\t\v";
	char c = p->source->text[at + 1];
	const char *simple = memchr(from, c, sizeof from - 1);
	if (simple != NULL) {
		buf_putc(out, to[simple - from]);
		return at + 2;
	}
	if (c == '\n')
		return at + 2;
	if (c >= '0' && c <= '7') {
		uint32_t n = 0, i = at + 1;
		for (; i < end && i < at + 4; i++) {
			char digit = p->source->text[i];
			if (digit < '0' || digit > '7')
				break;
			n = n * 8 + (uint32_t)(digit - '0');
		}
		if (is_bytes)
			buf_putc(out, (char)n);
		else
			buf_put_utf8(out, n);
		return i;
	}
	int digits = c == 'x' ? 2 : is_bytes ? 0 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
	if (digits != 0) {
		uint32_t n = read_hex(p, at + 2, end, digits, style);
		if (is_bytes)
			buf_putc(out, (char)n);
		else
			buf_put_utf8(out, n);
		return at + 2 + (uint32_t)digits;
	}
	if (c == 'N' && !is_bytes)
		parser_refuse(p, (struct span){at, at + 2},
		       "characters by name (\\N{...}) are not supported");
	/* An unknown escape stands for itself. */
	buf_putc(out, '\\');
	return at + 1;
}

/* Append what the text from `at` to `end` stands for; `doubled`: {{ and }} are braces. */
static void decode(struct parser *p, struct buf *out, uint32_t at, uint32_t end,
                   struct string_style style, bool doubled)
{
	while (at < end && !p->failed) {
		char c = p->source->text[at];
		if (c == '\\' && !style.is_raw && at + 1 < end) {
			at = read_escape(p, out, at, end, style);
			continue;
		}
		if (style.is_bytes && (c & 0x80) != 0) {
			parser_fail(p, (struct span){at, at + 1},
			     "bytes can only contain ASCII literal characters");
			return;
		}
		buf_putc(out, c);
		at += doubled && (c == '{' || c == '}') && at + 1 < end &&
		      p->source->text[at + 1] == c ? 2 : 1;
	}
}

/* ---- plain strings ----------------------------------------------------------- */

static struct string_style string_style(const struct parser *p, struct span span)
{
	struct string_style style = {0};
	uint32_t at = span.start;
	const char *text = p->source->text;
	for (; text[at] != '"' && text[at] != '\''; at++) {
		char letter = (char)(text[at] | 0x20);
		style.is_raw |= letter == 'r';
		style.is_bytes |= letter == 'b';
	}
	char quote = text[at];
	uint32_t quotes = span.end - at >= 6 && text[at + 1] == quote && text[at + 2] == quote ? 3 : 1;
	style.body_start = at + quotes;
	style.body_end = span.end - quotes;
	return style;
}

/* ---- f-strings --------------------------------------------------------------- */

struct parts {
	VEC(struct fstring_part) list;
	struct buf text; /* literal text that waits to become a part */
};

static void flush_text(struct parser *p, struct parts *parts)
{
	if (parts->text.len == 0)
		return;
	struct fstring_part part = {0};
	part.text.len = parts->text.len;
	part.text.bytes = tree_copy(p->tree, buf_text(&parts->text), parts->text.len + 1, 1);
	vec_push(&parts->list, part);
	buf_reset(&parts->text);
}

static struct expr *finish_fstring(struct parser *p, struct parts *parts, uint32_t start)
{
	flush_text(p, parts);
	struct expr *e = expr_new(p, EXPR_FSTRING, start);
	for (size_t i = 0; i < parts->list.count; i++) {
		expr_adopt(p, e, parts->list.items[i].value);
		expr_adopt(p, e, parts->list.items[i].spec);
	}
	e->u.fstring.parts = tree_copy(p->tree, parts->list.items, parts->list.count,
	                               sizeof *parts->list.items);
	e->u.fstring.count = (uint32_t)parts->list.count;
	vec_free(&parts->list);
	buf_free(&parts->text);
	return e;
}

static void parse_field(struct parser *p, struct parts *parts, bool is_raw);

/* The format spec behind the colon, up to the field's closing brace. */
static struct expr *parse_spec(struct parser *p, bool is_raw)
{
	uint32_t start = p->last_end;
	struct parts parts = {0};
	struct string_style style = {.is_raw = is_raw};
	if (!parser_enter(p))
		return expr_new(p, EXPR_CONSTANT, start);
	while (peek(p) == TOKEN_FSTRING_TEXT || peek(p) == TOKEN_LBRACE) {
		if (peek(p) == TOKEN_LBRACE) {
			parse_field(p, &parts, is_raw);
			continue;
		}
		style.body_start = here(p).start;
		decode(p, &parts.text, here(p).start, here(p).end, style, false);
		parser_advance(p);
	}
	parser_leave(p);
	return finish_fstring(p, &parts, start);
}

static char parse_conversion(struct parser *p)
{
	struct span span = here(p);
	if (peek(p) != TOKEN_NAME) {
		if (!p->failed)
			parser_fail(p, span, "f-string: missing conversion character");
		return 0;
	}
	char c = p->source->text[span.start];
	if (span.end - span.start != 1 || (c != 's' && c != 'r' && c != 'a'))
		parser_fail(p, span, "f-string: invalid conversion character '%.*s': "
		     "expected 's', 'r', or 'a'", (int)(span.end - span.start),
		     p->source->text + span.start);
	parser_advance(p);
	return c;
}

static void parse_field(struct parser *p, struct parts *parts, bool is_raw)
{
	uint32_t open = here(p).start;
	parser_advance(p);
	enum token_kind first = peek(p);
	if (first == TOKEN_RBRACE || first == TOKEN_EXCLAMATION || first == TOKEN_COLON ||
	    first == TOKEN_ASSIGN) {
		parser_fail(p, here(p), "f-string: valid expression required before '%s'",
		     token_text(first));
		return;
	}
	if (first == TOKEN_LAMBDA) {
		parser_fail(p, here(p),
		     "f-string: lambda expressions are not allowed without parentheses");
		return;
	}
	bool outer = p->in_for_target;
	p->in_for_target = false;
	struct fstring_part part = {0};
	part.value = parse_star_or_yield(p);
	p->in_for_target = outer;
	bool shows_text = parser_accept(p, TOKEN_ASSIGN);
	if (shows_text && !p->failed)
		buf_put(&parts->text, p->source->text + open + 1, here(p).start - open - 1);
	if (parser_accept(p, TOKEN_EXCLAMATION))
		part.conversion = parse_conversion(p);
	if (parser_accept(p, TOKEN_COLON))
		part.spec = parse_spec(p, is_raw);
	else if (shows_text && part.conversion == 0)
		part.conversion = 'r';
	if (!parser_accept(p, TOKEN_RBRACE) && !p->failed) {
		if (shows_text || part.conversion != 0 || part.spec != NULL)
			parser_fail(p, here(p), "f-string: expecting '}'");
		else if (starts_expression(peek(p)))
			parser_fail(p, (struct span){part.value->span.start, here(p).end},
			     "invalid syntax. Perhaps you forgot a comma?");
		else
			parser_fail(p, here(p), "f-string: expecting '=', or '!', or ':', or '}'");
	}
	flush_text(p, parts);
	vec_push(&parts->list, part);
}

static void parse_fstring(struct parser *p, struct parts *parts)
{
	struct string_style style = {0};
	for (uint32_t at = here(p).start; at < here(p).end; at++)
		style.is_raw |= (p->source->text[at] | 0x20) == 'r';
	parser_advance(p);
	while (peek(p) == TOKEN_FSTRING_TEXT || peek(p) == TOKEN_LBRACE) {
		if (peek(p) == TOKEN_LBRACE) {
			parse_field(p, parts, style.is_raw);
			continue;
		}
		style.body_start = here(p).start;
		decode(p, &parts->text, here(p).start, here(p).end, style, true);
		parser_advance(p);
	}
	parser_expect(p, TOKEN_FSTRING_END);
}

/* ---- adjacent strings -------------------------------------------------------- */

struct expr *parse_strings(struct parser *p)
{
	uint32_t start = here(p).start;
	struct parts parts = {0};
	bool any_bytes = false, any_str = false, any_fstring = false;
	for (;;) {
		if (peek(p) == TOKEN_FSTRING_START) {
			any_str = any_fstring = true;
			parse_fstring(p, &parts);
		} else if (peek(p) == TOKEN_STRING) {
			struct string_style style = string_style(p, here(p));
			any_bytes |= style.is_bytes;
			any_str |= !style.is_bytes;
			decode(p, &parts.text, style.body_start, style.body_end, style, false);
			parser_advance(p);
		} else {
			break;
		}
	}
	if (any_bytes && any_str)
		parser_fail(p, parser_span(p, start), "cannot mix bytes and nonbytes literals");
	if (any_fstring)
		return finish_fstring(p, &parts, start);
	struct expr *e = expr_new(p, any_bytes ? EXPR_BYTES : EXPR_STR, start);
	e->u.text.len = parts.text.len;
	e->u.text.bytes = tree_copy(p->tree, buf_text(&parts.text), parts.text.len + 1, 1);
	buf_free(&parts.text);
	return e;
}
