/*
 * Text to tokens: the whole file at once, so that the parser can look ahead as far as it
 * likes. Indentation becomes INDENT and DEDENT, f-strings are taken apart, brackets
 * are matched, `#:` comments are kept as captions.
 */
#ifndef SYNTAX_LEXER_H
#define SYNTAX_LEXER_H

#include "base/buf.h"
#include "base/vec.h"
#include "syntax/diagnostics.h"
#include "syntax/source.h"

enum token_kind {
#define TOKEN(name, text) TOKEN_##name,
#define OPERATOR(name, text) TOKEN_##name,
#define KEYWORD(name, text) TOKEN_##name,
#include "syntax/token.def"
#undef TOKEN
#undef OPERATOR
#undef KEYWORD
	TOKEN_COUNT
};

struct token {
	enum token_kind kind;
	struct span span;
};

/* Comment lines that begin with `#:`, up to the token that begins the next statement. */
struct caption_token {
	uint32_t text_start, text_len; /* in lexer->caption_text */
	struct span comment;           /* the first of the lines */
	size_t token;                  /* index of that token; TOKEN_END: none follows */
};

struct tokens {
	VEC(struct token) list;        /* ends with TOKEN_END or TOKEN_BAD */
	VEC(struct caption_token) captions;
	struct buf caption_text;
};

/* How deep brackets, blocks and f-strings may nest, as in CPython. */
enum { BRACKETS_MAX = 200, INDENTS_MAX = 100, FSTRINGS_MAX = 150 };

/*
 * Take the text apart. When something is wrong the last token is TOKEN_BAD and `*diagnostics`
 * holds what: nothing is added to the caller's list, since the parser may find an error before
 * that place. End `*out` with tokens_free.
 */
void lexer_run(const struct source *source, struct tokens *out, struct diagnostics *diagnostics);
void tokens_free(struct tokens *tokens);

/* How a kind of token is written or called. */
const char *token_text(enum token_kind kind);

/* Whether the kind is a reserved word. */
bool token_is_keyword(enum token_kind kind);

#endif
