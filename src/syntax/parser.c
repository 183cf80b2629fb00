/*
 * The parser's ground: tokens, errors, and the way from text to a finished tree.
 */
#include "syntax/parser.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "syntax/parser_internal.h"
#include "syntax/scope.h"

/* ---- tokens ------------------------------------------------------------------ */

void parser_advance(struct parser *p)
{
	if (p->failed)
		return;
	p->last_end = p->tokens[p->at].span.end;
	if (p->at + 1 < p->token_count)
		p->at++;
}

bool parser_accept(struct parser *p, enum token_kind kind)
{
	if (peek(p) != kind || p->failed)
		return false;
	parser_advance(p);
	return true;
}

void parser_expect(struct parser *p, enum token_kind kind)
{
	if (!parser_accept(p, kind))
		parser_fail_here(p);
}

bool parser_at_word(const struct parser *p, const char *text)
{
	if (peek(p) != TOKEN_NAME)
		return false;
	struct span span = here(p);
	size_t len = strlen(text);
	return span.end - span.start == len && memcmp(p->source->text + span.start, text, len) == 0;
}

struct span parser_span(const struct parser *p, uint32_t start)
{
	return (struct span){start, p->last_end > start ? p->last_end : start};
}

struct name *token_name(struct parser *p, struct span span)
{
	return tree_name(p->tree, p->source->text + span.start, span.end - span.start);
}

struct name_at parse_name(struct parser *p)
{
	struct name_at name = {.span = here(p)};
	name.name = token_name(p, name.span);
	parser_expect(p, TOKEN_NAME);
	return name;
}

/* ---- errors ------------------------------------------------------------------ */

void parser_fail(struct parser *p, struct span span, const char *format, ...)
{
	if (p->failed)
		return;
	p->failed = true;
	if (p->quiet)
		return;
	struct buf message = {0};
	va_list args;
	va_start(args, format);
	buf_vprintf(&message, format, args);
	va_end(args);
	diagnostics_add(p->diagnostics, p->source, span, "%s", buf_text(&message));
	buf_free(&message);
}

void parser_fail_here(struct parser *p)
{
	if (p->failed)
		return;
	struct span span = here(p);
	switch (peek(p)) {
	case TOKEN_INDENT:
		parser_fail(p, span, "unexpected indent");
		break;
	case TOKEN_NEWLINE:
		parser_fail(p, (struct span){span.start, span.start}, "invalid syntax");
		break;
	default:
		parser_fail(p, span, "invalid syntax");
	}
}

void parser_refuse(struct parser *p, struct span span, const char *format, ...)
{
	if (p->failed || p->quiet)
		return;
	p->refused = true;
	struct buf message = {0};
	va_list args;
	va_start(args, format);
	buf_vprintf(&message, format, args);
	va_end(args);
	diagnostics_add(p->diagnostics, p->source, span, "%s", buf_text(&message));
	buf_free(&message);
}

bool parser_enter(struct parser *p)
{
	if (p->failed)
		return false;
	if (++p->nesting <= NESTING_MAX)
		return true;
	parser_fail(p, here(p), "too many nested expressions");
	p->nesting--;
	return false;
}

void parser_leave(struct parser *p)
{
	p->nesting--;
}

/* ---- captions and the docstring ---------------------------------------------- */

/*
 * A caption above `else:` or `finally:` belongs to the first statement behind it, since
 * those words run nothing themselves.
 */
static size_t caption_target(const struct tokens *tokens, size_t at)
{
	const struct token *list = tokens->list.items;
	if (list[at].kind != TOKEN_ELSE && list[at].kind != TOKEN_FINALLY)
		return at;
	for (size_t i = at + 1; i < tokens->list.count; i++) {
		if (list[i].kind != TOKEN_COLON && list[i].kind != TOKEN_NEWLINE &&
		    list[i].kind != TOKEN_INDENT)
			return i;
	}
	return at;
}

static size_t blanks(const char *text, size_t len)
{
	size_t n = 0;
	while (n < len && (text[n] == ' ' || text[n] == '\t'))
		n++;
	return n;
}

/* How far the line of that byte is indented, in bytes. */
static uint32_t indent_at(const struct source *s, uint32_t offset)
{
	size_t len;
	const char *line = source_line_text(s, source_line(s, offset), &len);
	return (uint32_t)blanks(line, len);
}

/* A caption below the last statement of its block comes with one that it is hardly about. */
static void warn_of_stray(const struct source *s, const struct caption_token *caption,
                          const struct token *target, struct diagnostics *out)
{
	struct diagnostic *item = NULL;
	if (target->kind == TOKEN_END)
		item = diagnostics_add(out, s, caption->comment,
		                       "no statement follows this caption: it is never shown");
	else if (target->kind != TOKEN_ELSE && target->kind != TOKEN_FINALLY &&
	         indent_at(s, caption->comment.start) > indent_at(s, target->span.start))
		item = diagnostics_add(out, s, caption->comment,
		                       "this caption is below the last statement of its block: it "
		                       "is shown before line %u",
		                       (unsigned)source_line(s, target->span.start));
	diagnostic_hint(item, "put it above the statement that it is about");
	diagnostics_warn(out, item);
}

static void take_captions(struct module_tree *tree, const struct tokens *tokens,
                          struct diagnostics *out)
{
	for (size_t i = 0; i < tokens->captions.count; i++) {
		struct caption_token token = tokens->captions.items[i];
		warn_of_stray(&tree->source, &token, &tokens->list.items[token.token], out);
		if (tokens->list.items[token.token].kind == TOKEN_END)
			continue;
		size_t at = caption_target(tokens, token.token);
		struct caption caption = {
			.line = source_line(&tree->source, tokens->list.items[at].span.start)};
		const char *text = buf_text(&tokens->caption_text) + token.text_start;
		if (tree->captions.count > 0 && vec_last(&tree->captions).line == caption.line) {
			struct buf both = {0};
			buf_puts(&both, vec_last(&tree->captions).text);
			buf_putc(&both, ' ');
			buf_put(&both, text, token.text_len);
			vec_last(&tree->captions).text =
				tree_copy(tree, buf_text(&both), both.len + 1, 1);
			buf_free(&both);
			continue;
		}
		char *copy = tree_alloc(tree, token.text_len + (size_t)1, 1);
		memcpy(copy, text, token.text_len);
		caption.text = copy;
		vec_push(&tree->captions, caption);
	}
}

/*
 * The lines behind the docstring's first, without their common indentation and outer
 * blank lines.
 */
static void put_introduction(struct buf *out, const char *text, size_t len)
{
	size_t common = SIZE_MAX;
	for (size_t at = 0; at < len;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t line = end != NULL ? (size_t)(end - text) - at : len - at;
		size_t indent = blanks(text + at, line);
		if (indent < line && indent < common)
			common = indent;
		at += line + 1;
	}
	for (size_t at = 0; at < len;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t line = end != NULL ? (size_t)(end - text) - at : len - at;
		size_t shown = line;
		while (shown > 0 && (text[at + shown - 1] == ' ' || text[at + shown - 1] == '\t'))
			shown--;
		if (shown > common)
			buf_put(out, text + at + common, shown - common);
		if (out->len > 0)
			buf_putc(out, '\n');
		at += line + 1;
	}
	while (out->len > 0 && out->data[out->len - 1] == '\n')
		out->data[--out->len] = '\0';
}

static void take_doc(struct module_tree *tree)
{
	tree->title = tree->introduction = "";
	if (tree->body.count == 0 || !stmt_is_string(tree->body.items[0]))
		return;
	tree->doc = tree->body.items[0]->u.value;
	const char *text = tree->doc->u.text.bytes;
	size_t len = strlen(text);
	while (len > 0 && (*text == '\n' || *text == ' ' || *text == '\t')) {
		text++;
		len--;
	}
	const char *end = memchr(text, '\n', len);
	size_t first = end != NULL ? (size_t)(end - text) : len;
	size_t shown = first;
	while (shown > 0 && (text[shown - 1] == ' ' || text[shown - 1] == '\t'))
		shown--;
	char *title = tree_alloc(tree, shown + 1, 1);
	memcpy(title, text, shown);
	tree->title = title;
	struct buf introduction = {0};
	if (first < len)
		put_introduction(&introduction, text + first + 1, len - first - 1);
	tree->introduction =
		tree_copy(tree, buf_text(&introduction), introduction.len + 1, 1);
	buf_free(&introduction);
}

/* ---- from text to tree ------------------------------------------------------- */

/* Refuse what is no text: too long, not UTF-8, or with NUL bytes in it. */
static int check_text(const char *path, const char *text, size_t len,
                      struct diagnostics *diagnostics)
{
	if (len > SOURCE_MAX_BYTES) {
		diagnostics_add_file(diagnostics, path, "the file is longer than %d MiB",
		                     SOURCE_MAX_BYTES >> 20);
		return -ERR_UNSUPPORTED;
	}
	const char *nul = len > 0 ? memchr(text, '\0', len) : NULL;
	size_t bad;
	bool valid = utf8_valid(text, len, &bad);
	if (valid && nul == NULL)
		return 0;
	size_t offset = nul != NULL ? (size_t)(nul - text) : bad;
	struct source source;
	source_init(&source, path, text, offset);
	struct span end = {source.len, source.len};
	struct diagnostic *item = NULL;
	if (nul != NULL)
		item = diagnostics_add(diagnostics, &source, end,
		                       "source code cannot contain null bytes");
	else
		diagnostics_add(diagnostics, &source, end, "the file is not UTF-8: byte 0x%02x",
		                (unsigned char)text[offset]);
	source_fini(&source);
	if (item != NULL) { /* Nobody wants to see a line of a binary file. */
		free(item->text);
		item->text = NULL;
	}
	return nul != NULL ? -ERR_BINARY : -ERR_UTF8;
}

/*
 * Parse what was taken apart; an error of the lexer goes before one of the parser, as in
 * CPython.
 */
static int parse_tokens(struct module_tree *tree, struct tokens *tokens,
                        struct diagnostics *lexer_diagnostics, struct diagnostics *out)
{
	struct diagnostics found = {0};
	struct parser p = {
		.tree = tree,
		.source = &tree->source,
		.tokens = tokens->list.items,
		.token_count = tokens->list.count,
		.diagnostics = &found,
	};
	tree->body = parse_module(&p);
	int result = 0;
	if (lexer_diagnostics->count > 0) {
		diagnostics_append(out, lexer_diagnostics);
		result = -ERR_SYNTAX;
	} else if (p.failed) {
		diagnostics_append(out, &found);
		result = -ERR_SYNTAX;
	}
	if (result == 0) {
		take_doc(tree);
		take_captions(tree, tokens, &found);
		result = scope_analyse(tree, &found);
		diagnostics_append(out, &found);
		if (result == 0 && p.refused)
			result = -ERR_UNSUPPORTED;
	}
	diagnostics_free(&found);
	return result;
}

int module_parse(const char *path, const char *text, size_t len,
                 struct diagnostics *diagnostics, struct module_tree **tree)
{
	*tree = NULL;
	int result = check_text(path, text, len, diagnostics);
	if (result != 0)
		return result;
	struct module_tree *made = mem_zalloc(1, sizeof *made);
	source_init(&made->source, path, text, len);
	struct diagnostics lexer_diagnostics = {0};
	struct tokens tokens;
	lexer_run(&made->source, &tokens, &lexer_diagnostics);
	result = parse_tokens(made, &tokens, &lexer_diagnostics, diagnostics);
	diagnostics_free(&lexer_diagnostics);
	tokens_free(&tokens);
	if (result != 0) {
		module_free(made);
		return result;
	}
	*tree = made;
	return 0;
}

/* ---- what the floor above asks for ------------------------------------------- */

size_t module_caption_count(const struct module_tree *tree)
{
	return tree->captions.count;
}

const struct caption *module_caption(const struct module_tree *tree, size_t i)
{
	return &tree->captions.items[i];
}

const char *module_title(const struct module_tree *tree)
{
	return tree->title;
}

const char *module_introduction(const struct module_tree *tree)
{
	return tree->introduction;
}

const struct source *module_source(const struct module_tree *tree)
{
	return &tree->source;
}
