/*
 * Shared by parser.c and the parser_*.c files only.
 *
 * After an error the parser sees nothing but TOKEN_BAD, so every loop ends and every
 * function returns some node; nobody checks results, and the tree is thrown away.
 */
#ifndef SYNTAX_PARSER_INTERNAL_H
#define SYNTAX_PARSER_INTERNAL_H

#include "syntax/ast.h"
#include "syntax/lexer.h"

enum {
	NESTING_MAX = 500,     /* of expressions within each other, as the parser recurses */
	EXPR_DEPTH_MAX = 2000, /* of trees, long chains of operators included */
};

struct parser {
	struct module_tree *tree;
	const struct source *source;
	const struct token *tokens;
	size_t token_count;
	size_t at;
	uint32_t last_end;      /* where the last token that was taken ends */
	struct diagnostics *diagnostics;
	bool failed;            /* a syntax error was found: it is all over */
	bool refused;           /* something is legal Python but not supported */
	bool quiet;             /* looking ahead: errors are not reported */
	uint32_t nesting;
	bool in_for_target;     /* `in` ends the expression */
};

/* ---- tokens (parser.c) ------------------------------------------------------- */

static inline enum token_kind peek(const struct parser *p)
{
	return p->failed ? TOKEN_BAD : p->tokens[p->at].kind;
}

static inline enum token_kind peek_at(const struct parser *p, size_t ahead)
{
	if (p->failed || ahead >= p->token_count - p->at)
		return TOKEN_BAD;
	return p->tokens[p->at + ahead].kind;
}

static inline struct span here(const struct parser *p)
{
	return p->tokens[p->at].span;
}

/* Take the current token. */
void parser_advance(struct parser *p);
/* Take it if it is of this kind. */
bool parser_accept(struct parser *p, enum token_kind kind);
/* Take it, or fail with "invalid syntax". */
void parser_expect(struct parser *p, enum token_kind kind);
/* Whether the current token is the name `text`: soft keywords. */
bool parser_at_word(const struct parser *p, const char *text);
/* From `start` to the end of the last token taken. */
struct span parser_span(const struct parser *p, uint32_t start);

/* The first error ends it all. */
void parser_fail(struct parser *p, struct span span, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* "invalid syntax" (or what fits better) at the current token. */
void parser_fail_here(struct parser *p);
/* Legal, but not supported: goes on, so that all of them are found. */
void parser_refuse(struct parser *p, struct span span, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * One more level of nesting; false after failing. parser_leave() goes with every
 * parser_enter().
 */
bool parser_enter(struct parser *p);
void parser_leave(struct parser *p);

/* ---- nodes ------------------------------------------------------------------- */

/* A zeroed expression that spans from `start` to the last token. */
struct expr *expr_new(struct parser *p, enum expr_kind kind, uint32_t start);
/* `e` has `child` below it: keep count of the depth. */
void expr_adopt(struct parser *p, struct expr *e, const struct expr *child);
/* The name in a token. */
struct name *token_name(struct parser *p, struct span span);
/* Take a NAME token. */
struct name_at parse_name(struct parser *p);

/* ---- expressions (parser_expr.c) --------------------------------------------- */

/* What may stand after `=`, `return`, in a subscript...: see the grammar's names. */
struct expr *parse_expression(struct parser *p);       /* conditional or lambda */
struct expr *parse_named(struct parser *p);            /* also name := value */
struct expr *parse_star_expressions(struct parser *p); /* a tuple without parentheses, too */
struct expr *parse_star_or_yield(struct parser *p);
struct expr *parse_bitwise_or(struct parser *p);
struct expr *parse_disjunction(struct parser *p);      /* no conditional */
/* The targets of `for`, up to `in`. */
struct expr *parse_for_targets(struct parser *p);
bool starts_expression(enum token_kind kind);

/* ---- what binds tightest (parser_primary.c) ---------------------------------- */

struct expr *parse_primary(struct parser *p); /* await, calls, attributes, items */
/* The arguments of a call or class, behind the opening bracket, up to the closing one. */
void parse_arguments(struct parser *p, struct argument **out, uint32_t *count);
/* Parameters up to (not including) `end`: `)` of a def, `:` of a lambda. */
struct parameters *parse_parameters(struct parser *p, enum token_kind end);

/*
 * Refuse what cannot be assigned to: `verb` is "assign to" or "delete". With `suggest`, a
 * hint at == goes with the message.
 */
void check_target(struct parser *p, const struct expr *e, const char *verb, bool suggest);

/* ---- brackets (parser_display.c) --------------------------------------------- */

struct expr *parse_parentheses(struct parser *p);
struct expr *parse_brackets(struct parser *p);
struct expr *parse_braces(struct parser *p);
/* One item of a display: with a star, or with :=. */
struct expr *parse_star_named(struct parser *p);
/*
 * Whether `for` or `async for` comes next; and the clauses behind `element` (and a
 * dict's `val`).
 */
bool parser_at_comprehension(const struct parser *p);
struct expr *parse_comprehension(struct parser *p, enum expr_kind kind, uint32_t start,
                                 struct expr *element, struct expr *val);
/*
 * The closing bracket of `e`'s surroundings (`e` may be NULL), or the error that
 * explains its absence.
 */
void parser_expect_close(struct parser *p, enum token_kind close, const struct expr *e);

/* ---- literals (parser_string.c) ---------------------------------------------- */

struct expr *parse_strings(struct parser *p); /* one or more adjacent ones */
struct expr *parse_number(struct parser *p);

/* ---- statements -------------------------------------------------------------- */

/* Statements to the end of the file (parser_statement.c). */
struct block parse_module(struct parser *p);
/*
 * `:` and the statements behind or below it; `after` is as in "after 'if' statement on
 * line N".
 */
struct block parse_block(struct parser *p, const char *after, uint32_t head_at);
void expect_colon(struct parser *p);
/* A statement that begins with a keyword and has a block (parser_compound.c), or NULL. */
struct stmt *parse_compound(struct parser *p);
struct stmt *stmt_new(struct parser *p, enum stmt_kind kind, uint32_t start);
/* `match` if it is one here, else NULL (parser_pattern.c). */
struct stmt *parse_match(struct parser *p);

/* A list of pointers in the arena from a vector of them, which is freed. */
#define TAKE_LIST(p, list, vector)                                                       \
	do {                                                                               \
		(list)->items = tree_copy((p)->tree, (vector)->items, (vector)->count,     \
		                          sizeof *(vector)->items);                        \
		(list)->count = (uint32_t)(vector)->count;                                 \
		vec_free(vector);                                                          \
	} while (0)

#endif
