/*
 * Text to tokens: see lexer.h. One pass over the bytes with three pieces of memory: the
 * indentations of the open blocks, the open brackets, and the f-strings that we are
 * inside of. Error texts are CPython's.
 */
#include "syntax/lexer.h"

#include <string.h>

#include "base/utf8.h"

/* A block's indentation, with tabs counted to stops of 8 and as single columns. */
struct indent {
	uint32_t cols, alternative_cols;
};

struct bracket {
	char open;
	uint32_t at;
	bool is_field; /* the { of an f-string's field */
};

/* An f-string that is being read: from its start, through its fields, to its end. */
struct fstring {
	uint32_t start;    /* offset of its prefix */
	uint32_t level;    /* how many brackets were open at its start */
	char quote;
	bool is_triple, is_raw;
};

struct lexer {
	const struct source *source;
	struct tokens *out;
	struct diagnostics *diagnostics;
	const char *text;
	uint32_t at, len;
	bool failed;
	bool at_line_start;

	struct indent indents[INDENTS_MAX];
	uint32_t indent_count;
	struct bracket brackets[BRACKETS_MAX];
	uint32_t bracket_count;
	struct fstring fstrings[FSTRINGS_MAX];
	uint32_t fstring_count;
	bool spec_open[BRACKETS_MAX + 1]; /* [level]: the field at this level is in its spec */

	uint32_t caption_start; /* of a caption that waits for its statement */
	struct span caption_comment;
	bool caption_waits;
};

static const struct {
	const char *text;
	bool is_keyword, is_operator;
} token_table[] = {
#define TOKEN(name, text)    [TOKEN_##name] = {text, false, false},
#define OPERATOR(name, text) [TOKEN_##name] = {text, false, true},
#define KEYWORD(name, text)  [TOKEN_##name] = {text, true, false},
#include "syntax/token.def"
#undef TOKEN
#undef OPERATOR
#undef KEYWORD
};

const char *token_text(enum token_kind kind)
{
	return token_table[kind].text;
}

bool token_is_keyword(enum token_kind kind)
{
	return token_table[kind].is_keyword;
}

void tokens_free(struct tokens *tokens)
{
	vec_free(&tokens->list);
	vec_free(&tokens->captions);
	buf_free(&tokens->caption_text);
}

/* ---- emitting, failing ------------------------------------------------------- */

static void emit(struct lexer *l, enum token_kind kind, uint32_t start, uint32_t end)
{
	if (l->caption_waits && kind != TOKEN_NEWLINE && kind != TOKEN_INDENT &&
	    kind != TOKEN_DEDENT && kind != TOKEN_BAD) {
		struct caption_token caption = {
			.text_start = l->caption_start,
			.text_len = (uint32_t)l->out->caption_text.len - l->caption_start,
			.comment = l->caption_comment,
			.token = l->out->list.count,
		};
		vec_push(&l->out->captions, caption);
		l->caption_waits = false;
	}
	vec_push(&l->out->list, (struct token){kind, {start, end}});
}

static void fail_at(struct lexer *l, uint32_t start, uint32_t end, const char *message)
{
	l->failed = true;
	diagnostics_add(l->diagnostics, l->source, (struct span){start, end}, "%s", message);
	emit(l, TOKEN_BAD, start, end);
}

/* A message with one number in it. */
static void fail_detected(struct lexer *l, uint32_t start, const char *what, uint32_t end)
{
	l->failed = true;
	diagnostics_add(l->diagnostics, l->source, (struct span){start, start + 1},
	                "unterminated %s literal (detected at line %u)", what,
	                source_line(l->source, end));
	emit(l, TOKEN_BAD, start, end);
}

static char peek(const struct lexer *l, uint32_t ahead)
{
	return l->at + ahead < l->len ? l->text[l->at + ahead] : '\0';
}

/* ---- characters -------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

static bool is_name_part(char c)
{
	return is_name_start(c) || is_digit(c);
}

/* Ranges beyond ASCII that are certainly no letters: blanks, punctuation, symbols, emoji. */
static const struct {
	uint32_t first, last;
	bool is_invisible;
} not_letters[] = {
	{0x80, 0xa0, true},       {0xa1, 0xa9, false},      {0xab, 0xac, false},
	{0xad, 0xad, true},       {0xae, 0xb1, false},      {0xb2, 0xb4, false},
	{0xb6, 0xb6, false},      {0xb8, 0xb9, false},      {0xbb, 0xbf, false},
	{0xd7, 0xd7, false},      {0xf7, 0xf7, false},      {0x2000, 0x200f, true},
	{0x2010, 0x2027, false},  {0x2028, 0x202f, true},   {0x2030, 0x203e, false},
	{0x2041, 0x2053, false},  {0x2055, 0x205e, false},  {0x205f, 0x206f, true},
	{0x207a, 0x207e, false},  {0x208a, 0x208e, false},  {0x20a0, 0x20c0, false},
	{0x2190, 0x245f, false},  {0x2500, 0x2bff, false},  {0x2e00, 0x2e5d, false},
	{0x3000, 0x3000, true},   {0x3001, 0x3004, false},  {0x3008, 0x3020, false},
	{0xe000, 0xf8ff, true},   {0xfe10, 0xfe1f, false},  {0xfe30, 0xfe32, false},
	{0xfeff, 0xfeff, true},   {0xff01, 0xff0f, false},  {0xff1a, 0xff20, false},
	{0xff5b, 0xff65, false},  {0xfff0, 0xffff, true},   {0x1f000, 0x1faff, false},
	{0xe0000, 0x10ffff, true},
};

/* Whether a code point may be in a name; otherwise fails with CPython's words. */
static bool check_letter(struct lexer *l, uint32_t at)
{
	uint32_t c;
	size_t bytes = utf8_decode(l->text + at, l->len - at, &c);
	for (size_t i = 0; i < COUNT_OF(not_letters); i++) {
		if (c < not_letters[i].first || c > not_letters[i].last)
			continue;
		l->failed = true;
		struct span span = {at, at + (uint32_t)bytes};
		if (not_letters[i].is_invisible)
			diagnostics_add(l->diagnostics, l->source, span,
			                "invalid non-printable character U+%04X", c);
		else
			diagnostics_add(l->diagnostics, l->source, span,
			                "invalid character '%.*s' (U+%04X)", (int)bytes,
			                l->text + at, c);
		emit(l, TOKEN_BAD, span.start, span.end);
		return false;
	}
	return true;
}

/* ---- comments and captions --------------------------------------------------- */

/* A comment up to the line's end; `alone` when nothing stands before it on its line. */
static void read_comment(struct lexer *l, bool alone)
{
	uint32_t start = l->at;
	const char *end = memchr(l->text + start, '\n', l->len - start);
	l->at = end != NULL ? (uint32_t)(end - l->text) : l->len;
	if (!alone || l->at - start < 2 || l->text[start + 1] != ':')
		return;
	uint32_t from = start + 2, to = l->at;
	while (from < to && (l->text[from] == ' ' || l->text[from] == '\t'))
		from++;
	while (to > from && (l->text[to - 1] == ' ' || l->text[to - 1] == '\t'))
		to--;
	if (from == to)
		return;
	if (!l->caption_waits) {
		l->caption_waits = true;
		l->caption_start = (uint32_t)l->out->caption_text.len;
		l->caption_comment = (struct span){start, l->at};
	} else {
		buf_putc(&l->out->caption_text, ' ');
	}
	buf_put(&l->out->caption_text, l->text + from, to - from);
}

/* ---- indentation ------------------------------------------------------------- */

static void fail_tabs(struct lexer *l)
{
	fail_at(l, l->at, l->at, "inconsistent use of tabs and spaces in indentation");
}

static void open_block(struct lexer *l, struct indent indent)
{
	const struct indent *outer = &l->indents[l->indent_count - 1];
	if (indent.alternative_cols <= outer->alternative_cols) {
		fail_tabs(l);
		return;
	}
	if (l->indent_count == INDENTS_MAX) {
		fail_at(l, l->at, l->at, "too many levels of indentation");
		return;
	}
	l->indents[l->indent_count++] = indent;
	emit(l, TOKEN_INDENT, l->at, l->at);
}

static void close_blocks(struct lexer *l, struct indent indent)
{
	while (l->indents[l->indent_count - 1].cols > indent.cols) {
		l->indent_count--;
		emit(l, TOKEN_DEDENT, l->at, l->at);
	}
	const struct indent *block = &l->indents[l->indent_count - 1];
	if (block->cols != indent.cols)
		fail_at(l, l->at, l->at, "unindent does not match any outer indentation level");
	else if (block->alternative_cols != indent.alternative_cols)
		fail_tabs(l);
}

/* The blanks at the beginning of a line; a line without a statement changes nothing. */
static void read_indentation(struct lexer *l)
{
	struct indent indent = {0};
	for (;; l->at++) {
		char c = peek(l, 0);
		if (c == ' ') {
			indent.cols++;
			indent.alternative_cols++;
		} else if (c == '\t') {
			indent.cols = (indent.cols / 8 + 1) * 8;
			indent.alternative_cols++;
		} else if (c == '\f') {
			indent = (struct indent){0};
		} else {
			break;
		}
	}
	if (l->at < l->len && peek(l, 0) == '#')
		read_comment(l, true);
	if (l->at == l->len)
		return;
	if (peek(l, 0) == '\n') {
		l->at++;
		return;
	}
	l->at_line_start = false;
	const struct indent *block = &l->indents[l->indent_count - 1];
	if (indent.cols > block->cols)
		open_block(l, indent);
	else if (indent.cols < block->cols)
		close_blocks(l, indent);
	else if (indent.alternative_cols != block->alternative_cols)
		fail_tabs(l);
}

/* ---- numbers ----------------------------------------------------------------- */

/* Digits of a base with single underscores between them; false after a failure. */
static bool read_digits(struct lexer *l, int base, const char *called, bool may_begin)
{
	bool any = may_begin;
	for (;;) {
		if (peek(l, 0) == '_') {
			l->at++;
			any = false;
		}
		char c = peek(l, 0);
		bool in_base = base == 16 ? (is_digit(c) || (c >= 'a' && c <= 'f') ||
		                             (c >= 'A' && c <= 'F'))
		                          : c >= '0' && c < '0' + base;
		if (in_base) {
			l->at++;
			any = true;
			continue;
		}
		if (is_digit(c)) {
			char message[48] = "invalid digit '?' in ";
			message[15] = c;
			memcpy(message + 21, called, strlen(called));
			memcpy(message + 21 + strlen(called), " literal", 9);
			fail_at(l, l->at, l->at + 1, message);
			return false;
		}
		if (any)
			return true;
		char message[48] = "invalid ";
		memcpy(message + 8, called, strlen(called));
		memcpy(message + 8 + strlen(called), " literal", 9);
		fail_at(l, l->at == 0 ? 0 : l->at - 1, l->at, message);
		return false;
	}
}

/* After a number only a keyword may follow without a blank, as in `1if x else 2`. */
static bool check_number_end(struct lexer *l, const char *called)
{
	static const char *const allowed[] = {"and", "else", "for", "if", "in", "is", "not", "or"};
	char c = peek(l, 0);
	if (!is_name_part(c))
		return true;
	for (size_t i = 0; i < COUNT_OF(allowed); i++) {
		size_t len = strlen(allowed[i]);
		if (l->len - l->at >= len && memcmp(l->text + l->at, allowed[i], len) == 0)
			return true;
	}
	if ((c & 0x80) != 0 && !check_letter(l, l->at))
		return false;
	char message[48] = "invalid ";
	memcpy(message + 8, called, strlen(called));
	memcpy(message + 8 + strlen(called), " literal", 9);
	fail_at(l, l->at - 1, l->at, message);
	return false;
}

static void read_based_number(struct lexer *l, int base, const char *called)
{
	uint32_t start = l->at;
	l->at += 2;
	if (read_digits(l, base, called, false) && check_number_end(l, called))
		emit(l, TOKEN_INT, start, l->at);
}

/* The part after the whole digits: fraction, exponent, j. */
static void read_number_rest(struct lexer *l, uint32_t start, bool leading_zeros)
{
	enum token_kind kind = TOKEN_INT;
	if (peek(l, 0) == '.') {
		kind = TOKEN_FLOAT;
		l->at++;
		if (is_digit(peek(l, 0)) && !read_digits(l, 10, "decimal", false))
			return;
	}
	char c = peek(l, 0);
	if (c == 'e' || c == 'E') {
		uint32_t sign = peek(l, 1) == '+' || peek(l, 1) == '-' ? 1 : 0;
		if (is_digit(peek(l, 1 + sign))) {
			kind = TOKEN_FLOAT;
			l->at += 1 + sign;
			if (!read_digits(l, 10, "decimal", false))
				return;
		} else if (sign != 0) {
			l->at++;
			fail_at(l, l->at - 1, l->at, "invalid decimal literal");
			return;
		}
	}
	if (peek(l, 0) == 'j' || peek(l, 0) == 'J') {
		l->at++;
		kind = TOKEN_IMAGINARY;
	}
	if (kind == TOKEN_INT && leading_zeros) {
		fail_at(l, start, l->at,
		        "leading zeros in decimal integer literals are not permitted; "
		        "use an 0o prefix for octal integers");
		return;
	}
	if (check_number_end(l, kind == TOKEN_IMAGINARY ? "imaginary" : "decimal"))
		emit(l, kind, start, l->at);
}

static void read_number(struct lexer *l)
{
	uint32_t start = l->at;
	if (peek(l, 0) == '0') {
		switch (peek(l, 1)) {
		case 'x':
		case 'X':
			read_based_number(l, 16, "hexadecimal");
			return;
		case 'o':
		case 'O':
			read_based_number(l, 8, "octal");
			return;
		case 'b':
		case 'B':
			read_based_number(l, 2, "binary");
			return;
		}
	}
	bool leading_zeros = false;
	if (peek(l, 0) != '.') {
		if (!read_digits(l, 10, "decimal", false))
			return;
		bool nonzero = false;
		for (uint32_t i = start; i < l->at; i++)
			nonzero |= l->text[i] != '0' && l->text[i] != '_';
		leading_zeros = l->text[start] == '0' && nonzero;
	}
	read_number_rest(l, start, leading_zeros);
}

/* ---- strings ----------------------------------------------------------------- */

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

/* Whether `quote` stands at l->at, once or (triple) three times. */
static bool at_quote(const struct lexer *l, char quote, bool triple)
{
	return peek(l, 0) == quote &&
	       (!triple || (peek(l, 1) == quote && peek(l, 2) == quote));
}

/* A string that is no f-string, from its quotes on; its prefix began at `start`. */
static void read_string(struct lexer *l, uint32_t start)
{
	char quote = peek(l, 0);
	bool triple = peek(l, 1) == quote && peek(l, 2) == quote;
	uint32_t quotes_at = l->at;
	l->at += triple ? 3 : 1;
	while (l->at < l->len && !at_quote(l, quote, triple)) {
		char c = l->text[l->at];
		if (c == '\n' && !triple)
			break;
		l->at += c == '\\' && l->at + 1 < l->len ? 2 : 1;
	}
	if (at_quote(l, quote, triple)) {
		l->at += triple ? 3 : 1;
		emit(l, TOKEN_STRING, start, l->at);
		return;
	}
	if (l->fstring_count > 0) {
		const struct fstring *f = &l->fstrings[l->fstring_count - 1];
		if (f->quote == quote && f->is_triple == triple) {
			fail_at(l, quotes_at, quotes_at + 1, "f-string: expecting '}'");
			return;
		}
	}
	if (triple)
		fail_detected(l, start, "triple-quoted string", l->len - (l->text[l->len - 1] == '\n'));
	else
		fail_detected(l, start, "string", l->at);
}

/* An f-string's opening quotes; what follows is read by read_fstring_text. */
static void open_fstring(struct lexer *l, uint32_t start, bool raw)
{
	if (l->fstring_count == FSTRINGS_MAX) {
		fail_at(l, start, l->at, "too many nested f-strings");
		return;
	}
	char quote = peek(l, 0);
	bool triple = peek(l, 1) == quote && peek(l, 2) == quote;
	l->at += triple ? 3 : 1;
	emit(l, TOKEN_FSTRING_START, start, l->at);
	l->fstrings[l->fstring_count++] = (struct fstring){
		.start = start,
		.level = l->bracket_count,
		.quote = quote,
		.is_triple = triple,
		.is_raw = raw,
	};
}

/* A name, or a string if the letters turn out to be a prefix of one. */
static void read_name(struct lexer *l)
{
	uint32_t start = l->at;
	bool bytes = false, raw = false, format = false, unicode = false;
	uint32_t i = 0;
	for (; i < 3; i++) {
		char c = (char)(peek(l, i) | 0x20);
		if (is_quote(peek(l, i)))
			break;
		if (c == 'b' && !bytes && !format && !unicode)
			bytes = true;
		else if (c == 'r' && !raw && !unicode)
			raw = true;
		else if (c == 'f' && !format && !bytes && !unicode)
			format = true;
		else if (c == 'u' && i == 0)
			unicode = true;
		else
			break;
	}
	if (is_quote(peek(l, i))) {
		l->at += i;
		if (format)
			open_fstring(l, start, raw);
		else
			read_string(l, start);
		return;
	}
	while (l->at < l->len && is_name_part(l->text[l->at])) {
		if ((l->text[l->at] & 0x80) == 0) {
			l->at++;
			continue;
		}
		if (!check_letter(l, l->at))
			return;
		uint32_t c;
		l->at += (uint32_t)utf8_decode(l->text + l->at, l->len - l->at, &c);
	}
	uint32_t len = l->at - start;
	enum token_kind kind = TOKEN_NAME;
	for (int k = 0; k < TOKEN_COUNT && len <= 8; k++) {
		if (token_table[k].is_keyword && token_table[k].text[0] == l->text[start] &&
		    strlen(token_table[k].text) == len &&
		    memcmp(token_table[k].text, l->text + start, len) == 0)
			kind = (enum token_kind)k;
	}
	emit(l, kind, start, l->at);
}

/* ---- f-strings --------------------------------------------------------------- */

static void open_bracket(struct lexer *l, char open, bool is_field)
{
	if (l->bracket_count == BRACKETS_MAX) {
		fail_at(l, l->at, l->at + 1, "too many nested parentheses");
		return;
	}
	l->brackets[l->bracket_count++] = (struct bracket){open, l->at, is_field};
	l->spec_open[l->bracket_count] = false;
	enum token_kind kind = open == '(' ? TOKEN_LPAREN : open == '[' ? TOKEN_LBRACKET
	                                                                : TOKEN_LBRACE;
	emit(l, kind, l->at, l->at + 1);
	l->at++;
}

/* Whether we are in the literal text of an f-string, be it in a format spec. */
static bool in_fstring_text(const struct lexer *l)
{
	if (l->fstring_count == 0)
		return false;
	const struct fstring *f = &l->fstrings[l->fstring_count - 1];
	return l->bracket_count == f->level || l->spec_open[l->bracket_count];
}

/* The end of the f-string's own text or of a format spec, at l->at. */
static void end_fstring_text(struct lexer *l, struct fstring *f, bool in_spec)
{
	char c = peek(l, 0);
	if (c == '{') {
		open_bracket(l, '{', true);
	} else if (c == '}' && in_spec) {
		l->spec_open[l->bracket_count] = false;
		/* The bracket itself is read as a token. */
	} else if (c == '}') {
		fail_at(l, l->at, l->at + 1, "f-string: single '}' is not allowed");
	} else if (at_quote(l, f->quote, f->is_triple)) {
		if (in_spec) {
			fail_at(l, l->at, l->at + 1, "f-string: expecting '}'");
			return;
		}
		uint32_t quotes = f->is_triple ? 3 : 1;
		emit(l, TOKEN_FSTRING_END, l->at, l->at + quotes);
		l->at += quotes;
		l->fstring_count--;
	} else if (in_spec && !f->is_triple && l->at < l->len) {
		fail_at(l, l->at, l->at,
		        "f-string: newlines are not allowed in format specifiers for "
		        "single quoted f-strings");
	} else {
		bool is_end = l->at == l->len && l->text[l->len - 1] == '\n';
		fail_detected(l, f->start, f->is_triple ? "triple-quoted f-string" : "f-string",
		              l->at - is_end);
	}
}

/* Literal text of an f-string up to what ends it. */
static void read_fstring_text(struct lexer *l)
{
	struct fstring *f = &l->fstrings[l->fstring_count - 1];
	bool in_spec = l->bracket_count > f->level;
	uint32_t start = l->at;
	while (l->at < l->len) {
		char c = l->text[l->at];
		if (at_quote(l, f->quote, f->is_triple) || (c == '\n' && !f->is_triple))
			break;
		if (c == '{' || c == '}') {
			if (in_spec || peek(l, 1) != c)
				break;
			l->at += 2;
		} else if (c == '\\' && l->at + 1 < l->len) {
			char next = l->text[l->at + 1];
			if (!f->is_raw && next == 'N' && peek(l, 2) == '{') {
				const char *end = memchr(l->text + l->at, '}', l->len - l->at);
				l->at = end != NULL ? (uint32_t)(end - l->text) + 1 : l->at + 3;
			} else {
				l->at += next == '{' || next == '}' ? 1 : 2;
			}
		} else {
			l->at++;
		}
	}
	if (l->at > start)
		emit(l, TOKEN_FSTRING_TEXT, start, l->at);
	end_fstring_text(l, f, in_spec);
}

/* ---- punctuation ------------------------------------------------------------- */

static void close_bracket(struct lexer *l, char close)
{
	const char *prefix = l->fstring_count > 0 ? "f-string: " : "";
	struct span here = {l->at, l->at + 1};
	uint32_t level = l->fstring_count > 0 ? l->fstrings[l->fstring_count - 1].level : 0;
	if (l->bracket_count == level) {
		l->failed = true;
		diagnostics_add(l->diagnostics, l->source, here, "%sunmatched '%c'", prefix, close);
		emit(l, TOKEN_BAD, here.start, here.end);
		return;
	}
	struct bracket bracket = l->brackets[--l->bracket_count];
	char expected = bracket.open == '(' ? ')' : bracket.open == '[' ? ']' : '}';
	if (close == expected) {
		enum token_kind kind = close == ')' ? TOKEN_RPAREN : close == ']' ? TOKEN_RBRACKET
		                                                                 : TOKEN_RBRACE;
		emit(l, kind, here.start, here.end);
		l->at++;
		return;
	}
	l->failed = true;
	uint32_t line = source_line(l->source, bracket.at);
	if (bracket.is_field)
		diagnostics_add(l->diagnostics, l->source, here, "%sunmatched '%c'", prefix, close);
	else if (line != source_line(l->source, l->at))
		diagnostics_add(l->diagnostics, l->source, here,
		                "%sclosing parenthesis '%c' does not match opening parenthesis "
		                "'%c' on line %u", prefix, close, bracket.open, line);
	else
		diagnostics_add(l->diagnostics, l->source, here,
		                "%sclosing parenthesis '%c' does not match opening parenthesis '%c'",
		                prefix, close, bracket.open);
	emit(l, TOKEN_BAD, here.start, here.end);
}

/* Directly inside of an f-string's field, where `:` and `!` have meanings of their own. */
static bool in_field(const struct lexer *l)
{
	return l->fstring_count > 0 && l->bracket_count > 0 &&
	       l->brackets[l->bracket_count - 1].is_field &&
	       l->bracket_count > l->fstrings[l->fstring_count - 1].level;
}

static void read_operator(struct lexer *l)
{
	char c = l->text[l->at];
	if (c == '(' || c == '[' || c == '{') {
		open_bracket(l, c, false);
		return;
	}
	if (c == ')' || c == ']' || c == '}') {
		close_bracket(l, c);
		return;
	}
	if (c == ':' && in_field(l)) {
		emit(l, TOKEN_COLON, l->at, l->at + 1);
		l->at++;
		l->spec_open[l->bracket_count] = true;
		return;
	}
	for (int kind = 0; kind < TOKEN_COUNT; kind++) {
		if (!token_table[kind].is_operator || token_table[kind].text[0] != c)
			continue;
		uint32_t len = (uint32_t)strlen(token_table[kind].text);
		if (l->len - l->at < len ||
		    memcmp(l->text + l->at, token_table[kind].text, len) != 0)
			continue;
		if (kind == TOKEN_EXCLAMATION && !in_field(l))
			break;
		emit(l, (enum token_kind)kind, l->at, l->at + len);
		l->at += len;
		return;
	}
	if (c < ' ' || c == 0x7f) {
		l->failed = true;
		diagnostics_add(l->diagnostics, l->source, (struct span){l->at, l->at + 1},
		                "invalid non-printable character U+%04X", (unsigned)c);
		emit(l, TOKEN_BAD, l->at, l->at + 1);
		return;
	}
	fail_at(l, l->at, l->at + 1, "invalid syntax");
}

static void read_backslash(struct lexer *l)
{
	if (l->at + 1 == l->len || (l->at + 2 == l->len && peek(l, 1) == '\n')) {
		fail_at(l, l->at, l->at + 1, "unexpected EOF while parsing");
		return;
	}
	if (peek(l, 1) != '\n') {
		fail_at(l, l->at, l->at + 1,
		        "unexpected character after line continuation character");
		return;
	}
	l->at += 2;
}

/* ---- the whole --------------------------------------------------------------- */

/* One token, or some blanks. */
static void read_token(struct lexer *l)
{
	char c = l->text[l->at];
	if (c == ' ' || c == '\t' || c == '\f') {
		l->at++;
	} else if (c == '#') {
		read_comment(l, false);
	} else if (c == '\\') {
		read_backslash(l);
	} else if (c == '\n') {
		if (l->bracket_count == 0) {
			emit(l, TOKEN_NEWLINE, l->at, l->at + 1);
			l->at_line_start = true;
		}
		l->at++;
	} else if (is_digit(c) || (c == '.' && is_digit(peek(l, 1)))) {
		read_number(l);
	} else if (is_quote(c)) {
		read_string(l, l->at);
	} else if (is_name_start(c)) {
		read_name(l);
	} else {
		read_operator(l);
	}
}

static void read_end(struct lexer *l)
{
	if (l->fstring_count > 0 && in_fstring_text(l)) {
		read_fstring_text(l);
		return;
	}
	if (l->bracket_count > 0) {
		const struct bracket *b = &l->brackets[l->bracket_count - 1];
		l->failed = true;
		diagnostics_add(l->diagnostics, l->source, (struct span){b->at, b->at + 1},
		                "'%c' was never closed", b->open);
		emit(l, TOKEN_BAD, l->at, l->at);
		return;
	}
	size_t count = l->out->list.count;
	if (count > 0 && !l->at_line_start)
		emit(l, TOKEN_NEWLINE, l->at, l->at);
	while (l->indent_count > 1) {
		l->indent_count--;
		emit(l, TOKEN_DEDENT, l->at, l->at);
	}
	emit(l, TOKEN_END, l->at, l->at);
}

void lexer_run(const struct source *source, struct tokens *out, struct diagnostics *diagnostics)
{
	*out = (struct tokens){0};
	struct lexer *l = mem_zalloc(1, sizeof *l);
	l->source = source;
	l->out = out;
	l->diagnostics = diagnostics;
	l->text = source->text;
	l->len = source->len;
	l->indent_count = 1;
	l->at_line_start = true;
	while (!l->failed && l->at < l->len) {
		if (in_fstring_text(l))
			read_fstring_text(l);
		else if (l->at_line_start && l->bracket_count == 0)
			read_indentation(l);
		else
			read_token(l);
	}
	if (!l->failed)
		read_end(l);
	free(l);
}
