/*
 * The source under a frame of a traceback, and the ~~~^^ marks that show which part of it
 * failed, as CPython 3.13 draws them: the part is marked when it is not all there is; of
 * a call its parentheses stand out, of an item its brackets, of an operation its operator.
 *
 * CPython parses the text again to find these; here a scan that knows brackets, strings and
 * words does, which sees the same in everything that people write.
 */
#include "lang/internal.h"

#include <string.h>

#include "base/utf8.h"
#include "lang/str.h"

enum { LINES_MAX = 64 };

/* One line without its indentation. */
struct shown_line {
	const char *text;
	size_t len;
};

/* The statement's lines, dedented and joined by newlines, and the failing part in them. */
struct excerpt {
	struct buf text;
	size_t starts[LINES_MAX]; /* offset of each line */
	size_t lines;
	size_t start, end;        /* the failing part, byte offsets */
	bool has_part;
	bool has_anchors;
	size_t left, right;       /* what stands out in it */
};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '_' || (unsigned char)c >= 0x80;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f';
}

/* Behind the string literal that begins at `at` (a quote); at most `end`. */
static size_t skip_string(const char *s, size_t at, size_t end)
{
	char quote = s[at];
	size_t width = at + 2 < end && s[at + 1] == quote && s[at + 2] == quote ? 3 : 1;
	for (at += width; at < end; at++) {
		if (s[at] == '\\') {
			at++;
		} else if (s[at] == quote) {
			size_t run = 1;
			while (run < width && at + run < end && s[at + run] == quote)
				run++;
			if (run == width)
				return at + width;
		}
	}
	return end;
}

/* What a scan of the failing part finds at its own level, outside of all brackets. */
struct scan {
	size_t last_open;  /* the last bracket that was opened there */
	bool opened;
	bool last_at_end;  /* its closing bracket ends the part */
	size_t operator;   /* where the last binary operator of `symbol` begins */
	bool has_operator;
	bool other;        /* something that is neither a primary nor such an operator */
};

static bool is_keyword(const char *s, size_t len)
{
	static const char *const words[] = {"and", "or", "not", "in", "is", "if", "else",
	                                    "await", "lambda", "yield", "for", "async", "from",
	                                    "raise", "return", "assert", "del", "with", "while",
	                                    "import", "except", "class", "def", "as"};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strlen(words[i]) == len && memcmp(words[i], s, len) == 0)
			return true;
	return false;
}

/* Look at s[start, end); `symbol` is the operator to find, or NULL. */
static struct scan scan_part(const char *s, size_t start, size_t end, const char *symbol)
{
	struct scan r = {0};
	size_t depth = 0, symbol_len = symbol != NULL ? strlen(symbol) : 0;
	bool operand = false; /* the last thing could be the left side of an operator */
	for (size_t i = start; i < end;) {
		char c = s[i];
		if (c == '#') {
			while (i < end && s[i] != '\n')
				i++;
		} else if (c == '"' || c == '\'') {
			i = skip_string(s, i, end);
			operand = true;
		} else if (is_word(c)) {
			size_t from = i;
			while (i < end && is_word(s[i]))
				i++;
			bool keyword = is_keyword(s + from, i - from);
			r.other |= depth == 0 && keyword;
			operand = !keyword;
		} else if (c == '(' || c == '[' || c == '{') {
			if (depth++ == 0) {
				/* Only behind an operand is it a call or an item. */
				r.opened = operand && c != '{';
				r.last_open = i;
			}
			operand = false;
			i++;
		} else if (c == ')' || c == ']' || c == '}') {
			if (depth > 0)
				depth--;
			operand = true;
			i++;
			if (depth == 0)
				r.last_at_end = i == end;
		} else if (is_blank(c) || c == '\\') {
			i++;
		} else if (c == '.' && depth == 0) {
			i++;
		} else {
			size_t run = 1;
			while (i + run < end && strchr("+-*/%@&|^<>=!~:", s[i + run]) != NULL && run < 2 &&
			       s[i + run] == c)
				run++;
			if (depth == 0 && symbol_len == run && operand &&
			    memcmp(s + i, symbol, run) == 0) {
				r.operator = i;
				r.has_operator = true;
			} else if (depth == 0 && operand) {
				r.other = true;
			} else if (depth == 0 && !r.has_operator) {
				r.other = true;
			}
			operand = false;
			i += run;
		}
	}
	return r;
}

static const char *symbol_of(instruction i)
{
	static const char *const symbols[] = {
#define BINARY(name, symbol, dunder) symbol,
#include "syntax/operator.def"
#undef BINARY
	};
	return instruction_op(i) == OP_BINARY ? symbols[instruction_operand(i)] : NULL;
}

static void find_anchors(struct excerpt *e, instruction i)
{
	const char *s = buf_text(&e->text), *symbol = symbol_of(i);
	struct scan r = scan_part(s, e->start, e->end, symbol);
	if (symbol != NULL) {
		if (!r.has_operator)
			return;
		e->has_anchors = true;
		e->left = r.operator;
		e->right = r.operator + strlen(symbol);
		return;
	}
	if (r.other || !r.opened || !r.last_at_end)
		return;
	e->has_anchors = true;
	e->left = r.last_open;
	e->right = e->end;
}

/* `x = f()` and `return f()`: the call is the whole value, and needs no marks. */
static bool is_whole_value(const struct excerpt *e)
{
	const char *s = buf_text(&e->text);
	if (!e->has_anchors || s[e->left] != '(' || s[e->end - 1] != ')' || e->left == e->start)
		return false;
	size_t before = e->start, after = e->end;
	while (after < e->text.len && is_blank(s[after]))
		after++;
	if (after < e->text.len && s[after] != '#')
		return false;
	while (before > 0 && is_blank(s[before - 1]))
		before--;
	if (before == 6 && memcmp(s, "return", 6) == 0) {
		for (size_t i = e->start; i < e->left; i++)
			if (!is_word(s[i]))
				return false;
		return true;
	}
	if (before < 2 || s[before - 1] != '=' || strchr("=!<>+-*/%&|^@:", s[before - 2]) != NULL)
		return false;
	for (size_t i = 0, depth = 0; i + 1 < before; i++) {
		depth += s[i] == '[' || s[i] == '(';
		depth -= (s[i] == ']' || s[i] == ')') && depth > 0;
		if (depth == 0 && s[i] == ':')
			return false;
	}
	return true;
}

static bool shows_marks(const struct excerpt *e)
{
	const char *s = buf_text(&e->text);
	if (!e->has_part || is_whole_value(e))
		return false;
	if (e->has_anchors)
		return true;
	for (size_t i = e->starts[0]; i < e->start; i++)
		if (!is_blank(s[i]))
			return true;
	for (size_t i = e->end; i < e->text.len; i++)
		if (!is_blank(s[i]))
			return true;
	return false;
}

static size_t line_end(const struct excerpt *e, size_t line)
{
	return line + 1 < e->lines ? e->starts[line + 1] - 1 : e->text.len;
}

/* One line, and the marks under it. */
static void put_line(const struct excerpt *e, size_t line, bool marks, struct buf *out)
{
	const char *s = buf_text(&e->text);
	size_t from = e->starts[line], to = line_end(e, line);
	buf_puts(out, "    ");
	buf_put(out, s + from, to - from);
	buf_putc(out, '\n');
	if (!marks)
		return;
	buf_puts(out, "    ");
	bool blank = true;
	size_t stop = line + 1 == e->lines && e->end < to ? e->end : to;
	for (size_t i = from; i < stop;) {
		uint32_t c;
		size_t n = utf8_decode(s + i, stop - i, &c);
		blank = blank && is_blank(s[i]);
		char mark = blank || i < e->start ? ' ' : e->has_anchors ? '~' : '^';
		if (mark == '~' && i >= e->left && i < e->right)
			mark = '^';
		int cols = utf8_width_cols(c);
		buf_fill(out, mark, cols > 0 ? (size_t)cols : 0);
		i += n;
	}
	buf_putc(out, '\n');
}

static size_t line_with(const struct excerpt *e, size_t offset)
{
	size_t line = 0;
	while (line + 1 < e->lines && e->starts[line + 1] <= offset)
		line++;
	return line;
}

static bool near(size_t line, size_t other)
{
	return line + 1 >= other && line <= other + 1;
}

/* The first and last line and those around what stands out; others are counted. */
static void put_excerpt(const struct excerpt *e, struct buf *out)
{
	bool marks = shows_marks(e);
	size_t left = line_with(e, e->left), right = line_with(e, e->right > 0 ? e->right - 1 : 0);
	size_t last = 0;
	for (size_t line = 0; line < e->lines; line++) {
		bool shown = line == 0 || line + 1 == e->lines ||
			(e->has_anchors && (near(line, left) || near(line, right)));
		if (!shown)
			continue;
		if (line > last + 2)
			buf_printf(out, "    ...<%zu lines>...\n", line - last - 1);
		else if (line == last + 2)
			put_line(e, line - 1, marks, out);
		put_line(e, line, marks, out);
		last = line;
	}
}

/* ---- reading the lines ------------------------------------------------------------ */

static struct shown_line line_at(struct vm *vm, const char *file, uint32_t number)
{
	struct shown_line l = {0};
	l.text = vm->hooks.source_line(vm->hooks.context, vm, file, number, &l.len);
	if (l.text == NULL)
		l.len = 0;
	while (l.len > 0 && (is_blank(l.text[l.len - 1]) || l.text[l.len - 1] == '\r'))
		l.len--;
	return l;
}

static size_t indentation(struct shown_line l)
{
	size_t n = 0;
	while (n < l.len && (l.text[n] == ' ' || l.text[n] == '\t' || l.text[n] == '\f'))
		n++;
	return n;
}

/* The byte offset of a column that counts code points from 1. */
static size_t column_offset(struct shown_line l, uint32_t column)
{
	size_t at = 0;
	for (uint32_t i = 1; i < column && at < l.len; i++) {
		uint32_t c;
		at += utf8_decode(l.text + at, l.len - at, &c);
	}
	return at;
}

void traceback_put_source(struct vm *vm, const struct code *code, uint32_t at, uint32_t number,
                          struct buf *out)
{
	if (vm->hooks.source_line == NULL)
		return;
	const char *file = str_text(code->filename);
	const struct code_position *p = code_position(code, at);
	bool part = p->line == number && p->column > 0 && p->end_line >= number &&
		p->end_line - number < LINES_MAX;
	size_t count = part ? p->end_line - number + 1 : 1;
	struct shown_line lines[LINES_MAX];
	size_t dedent = SIZE_MAX;
	for (size_t i = 0; i < count; i++) {
		lines[i] = line_at(vm, file, number + (uint32_t)i);
		if (lines[i].len > 0 && indentation(lines[i]) < dedent)
			dedent = indentation(lines[i]);
	}
	if (lines[0].len == 0)
		return;
	struct excerpt e = {.lines = count};
	for (size_t i = 0; i < count; i++) {
		e.starts[i] = e.text.len;
		size_t cut = lines[i].len < dedent ? lines[i].len : dedent;
		buf_put(&e.text, lines[i].text + cut, lines[i].len - cut);
		if (i + 1 < count)
			buf_putc(&e.text, '\n');
	}
	if (part) {
		size_t start = column_offset(lines[0], p->column);
		size_t end = column_offset(lines[count - 1], p->end_column);
		e.has_part = start >= dedent && end >= dedent;
		e.start = e.starts[0] + (e.has_part ? start - dedent : 0);
		e.end = e.starts[count - 1] + (e.has_part ? end - dedent : 0);
		e.has_part = e.has_part && e.end > e.start && e.end <= e.text.len;
	}
	if (e.has_part)
		find_anchors(&e, code->instructions[at]);
	put_excerpt(&e, out);
	buf_free(&e.text);
}
