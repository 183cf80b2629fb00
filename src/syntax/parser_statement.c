/* Blocks and simple statements: those that fit on a line. */
#include <string.h>

#include "syntax/parser_internal.h"

struct stmt *stmt_new(struct parser *p, enum stmt_kind kind, uint32_t start)
{
	struct stmt *s = tree_alloc(p->tree, 1, sizeof *s);
	s->kind = (uint8_t)kind;
	s->span = parser_span(p, start);
	return s;
}

/* ---- assignments ------------------------------------------------------------- */

static const struct {
	enum token_kind kind;
	enum binary_op op;
} augmented_tokens[] = {
	{TOKEN_ADD_ASSIGN, BINARY_ADD},       {TOKEN_SUB_ASSIGN, BINARY_SUB},
	{TOKEN_MUL_ASSIGN, BINARY_MUL},       {TOKEN_TRUEDIV_ASSIGN, BINARY_TRUEDIV},
	{TOKEN_FLOORDIV_ASSIGN, BINARY_FLOORDIV}, {TOKEN_MOD_ASSIGN, BINARY_MOD},
	{TOKEN_POW_ASSIGN, BINARY_POW},       {TOKEN_LSHIFT_ASSIGN, BINARY_LSHIFT},
	{TOKEN_RSHIFT_ASSIGN, BINARY_RSHIFT}, {TOKEN_AND_ASSIGN, BINARY_AND},
	{TOKEN_OR_ASSIGN, BINARY_OR},         {TOKEN_XOR_ASSIGN, BINARY_XOR},
	{TOKEN_MATMUL_ASSIGN, BINARY_MATMUL},
};

static bool accept_augmented(struct parser *p, enum binary_op *op)
{
	for (size_t i = 0; i < COUNT_OF(augmented_tokens); i++) {
		if (parser_accept(p, augmented_tokens[i].kind)) {
			*op = augmented_tokens[i].op;
			return true;
		}
	}
	return false;
}

/* Targets and, last, the value: `a = b = value` behind the first `=`. */
static struct stmt *parse_assignment(struct parser *p, struct expr *first, uint32_t start)
{
	VEC(struct expr *) targets = {0};
	struct expr *val = first;
	while (parser_accept(p, TOKEN_ASSIGN)) {
		check_target(p, val, "assign to", true);
		if (val->kind == EXPR_STARRED)
			parser_fail(p, val->span, "starred assignment target must be in a list or tuple");
		vec_push(&targets, val);
		val = parse_star_or_yield(p);
	}
	struct stmt *s = stmt_new(p, STMT_ASSIGN, start);
	TAKE_LIST(p, &s->u.assign.targets, &targets);
	s->u.assign.value = val;
	return s;
}

static struct stmt *parse_annotated(struct parser *p, struct expr *target, uint32_t start)
{
	if (target->kind == EXPR_TUPLE || target->kind == EXPR_LIST)
		parser_fail(p, target->span, "only single target (not %s) can be annotated",
		     expr_called(target));
	else if (target->kind != EXPR_NAME && target->kind != EXPR_ATTRIBUTE &&
	         target->kind != EXPR_SUBSCRIPT)
		parser_fail(p, target->span, "illegal target for annotation");
	struct expr *annotation = parse_expression(p);
	struct expr *val = parser_accept(p, TOKEN_ASSIGN) ? parse_star_or_yield(p) : NULL;
	struct stmt *s = stmt_new(p, STMT_ANNOTATED, start);
	s->u.annotated.target = target;
	s->u.annotated.annotation = annotation;
	s->u.annotated.value = val;
	s->u.annotated.is_simple = target->kind == EXPR_NAME && !target->in_parentheses;
	return s;
}

static struct stmt *parse_augmented(struct parser *p, struct expr *target, enum binary_op op,
                                    uint32_t start)
{
	if (target->kind != EXPR_NAME && target->kind != EXPR_ATTRIBUTE &&
	    target->kind != EXPR_SUBSCRIPT)
		parser_fail(p, target->span, "'%s' is an illegal expression for augmented assignment",
		     expr_called(target));
	struct expr *val = parse_star_or_yield(p);
	struct stmt *s = stmt_new(p, STMT_AUGMENTED, start);
	s->u.augmented.target = target;
	s->u.augmented.value = val;
	s->u.augmented.op = op;
	return s;
}

/* `print "x"` and `exec "x"`: Python 2. */
static void check_old_call(struct parser *p, const struct expr *e)
{
	if (e->kind != EXPR_NAME || e->in_parentheses || !starts_expression(peek(p)))
		return;
	if (strcmp(e->u.name->text, "print") == 0 || strcmp(e->u.name->text, "exec") == 0)
		parser_fail(p, e->span, "Missing parentheses in call to '%s'. Did you mean %s(...)?",
		     e->u.name->text, e->u.name->text);
}

static struct stmt *parse_expression_statement(struct parser *p)
{
	uint32_t start = here(p).start;
	struct expr *e = parse_star_or_yield(p);
	enum binary_op op;
	if (peek(p) == TOKEN_ASSIGN)
		return parse_assignment(p, e, start);
	if (peek(p) == TOKEN_COLON && e->kind != EXPR_YIELD) {
		/* A stray colon behind something else is no annotation: let it fail as such. */
		if (peek_at(p, 1) != TOKEN_NEWLINE) {
			parser_advance(p);
			return parse_annotated(p, e, start);
		}
	} else if (accept_augmented(p, &op)) {
		return parse_augmented(p, e, op, start);
	}
	if (e->kind == EXPR_STARRED)
		parser_fail(p, e->span, "can't use starred expression here");
	check_old_call(p, e);
	struct stmt *s = stmt_new(p, STMT_EXPRESSION, start);
	s->u.value = e;
	return s;
}

/* ---- import ------------------------------------------------------------------ */

/* a.b.c as one name; its first part in `*first`. */
static struct name *parse_dotted(struct parser *p, struct name **first, struct span *span)
{
	struct name_at part = parse_name(p);
	uint32_t start = part.span.start;
	*first = part.name;
	struct buf dotted = {0};
	buf_puts(&dotted, part.name->text);
	while (parser_accept(p, TOKEN_DOT)) {
		part = parse_name(p);
		buf_printf(&dotted, ".%s", part.name->text);
	}
	struct name *name = tree_name(p->tree, buf_text(&dotted), dotted.len);
	buf_free(&dotted);
	*span = parser_span(p, start);
	return name;
}

static struct stmt *parse_import(struct parser *p)
{
	uint32_t start = here(p).start;
	parser_advance(p);
	VEC(struct import_item) items = {0};
	if (peek(p) == TOKEN_NEWLINE)
		parser_fail(p, here(p), "Expected one or more names after 'import'");
	do {
		struct import_item item = {0};
		item.name = parse_dotted(p, &item.binds, &item.span);
		if (parser_accept(p, TOKEN_AS))
			item.binds = item.alias = parse_name(p).name;
		vec_push(&items, item);
	} while (parser_accept(p, TOKEN_COMMA));
	struct stmt *s = stmt_new(p, STMT_IMPORT, start);
	s->u.import.items = tree_copy(p->tree, items.items, items.count, sizeof *items.items);
	s->u.import.count = (uint32_t)items.count;
	vec_free(&items);
	return s;
}

static struct stmt *parse_import_from(struct parser *p)
{
	uint32_t start = here(p).start;
	parser_advance(p);
	struct stmt *s = stmt_new(p, STMT_IMPORT_FROM, start);
	if (peek(p) == TOKEN_DOT || peek(p) == TOKEN_ELLIPSIS) {
		parser_refuse(p, here(p), "relative imports are not supported: a scene is a single file");
		while (parser_accept(p, TOKEN_DOT) || parser_accept(p, TOKEN_ELLIPSIS))
			;
	}
	struct name *first;
	if (peek(p) == TOKEN_IMPORT)
		s->u.import.module = tree_name(p->tree, "", 0);
	else
		s->u.import.module = parse_dotted(p, &first, &s->u.import.module_span);
	parser_expect(p, TOKEN_IMPORT);
	VEC(struct import_item) items = {0};
	if (peek(p) == TOKEN_STAR) {
		parser_refuse(p, here(p), "'import *' is not supported: name what you use");
		parser_advance(p);
	} else if (peek(p) == TOKEN_NEWLINE) {
		parser_fail(p, here(p), "Expected one or more names after 'import'");
	} else {
		bool open = parser_accept(p, TOKEN_LPAREN);
		do {
			if (open && items.count > 0 && peek(p) == TOKEN_RPAREN)
				break;
			if (!open && items.count > 0 && peek(p) == TOKEN_NEWLINE)
				parser_fail(p, (struct span){here(p).start, here(p).start},
				     "trailing comma not allowed without surrounding parentheses");
			struct name_at name = parse_name(p);
			struct import_item item = {name.name, NULL, name.name, name.span};
			if (parser_accept(p, TOKEN_AS))
				item.binds = item.alias = parse_name(p).name;
			vec_push(&items, item);
		} while (parser_accept(p, TOKEN_COMMA));
		if (open)
			parser_expect(p, TOKEN_RPAREN);
	}
	s->u.import.items = tree_copy(p->tree, items.items, items.count, sizeof *items.items);
	s->u.import.count = (uint32_t)items.count;
	vec_free(&items);
	s->span = parser_span(p, start);
	return s;
}

/* ---- the other simple statements --------------------------------------------- */

static struct stmt *parse_return(struct parser *p)
{
	uint32_t start = here(p).start;
	parser_advance(p);
	struct expr *val = NULL;
	if (peek(p) != TOKEN_NEWLINE && peek(p) != TOKEN_SEMICOLON)
		val = parse_star_expressions(p);
	if (val != NULL && val->kind == EXPR_STARRED)
		parser_fail(p, val->span, "can't use starred expression here");
	struct stmt *s = stmt_new(p, STMT_RETURN, start);
	s->u.value = val;
	return s;
}

static struct stmt *parse_raise(struct parser *p)
{
	uint32_t start = here(p).start;
	parser_advance(p);
	struct expr *exception = NULL, *cause = NULL;
	if (peek(p) != TOKEN_NEWLINE && peek(p) != TOKEN_SEMICOLON) {
		exception = parse_expression(p);
		if (parser_accept(p, TOKEN_FROM))
			cause = parse_expression(p);
	}
	struct stmt *s = stmt_new(p, STMT_RAISE, start);
	s->u.raise.exception = exception;
	s->u.raise.cause = cause;
	return s;
}

static struct stmt *parse_delete(struct parser *p)
{
	uint32_t start = here(p).start;
	parser_advance(p);
	struct expr *e = parse_star_expressions(p);
	check_target(p, e, "delete", false);
	struct stmt *s = stmt_new(p, STMT_DELETE, start);
	if (e->kind == EXPR_TUPLE && !e->in_parentheses) {
		s->u.targets = e->u.list;
	} else {
		s->u.targets.items = tree_copy(p->tree, &e, 1, sizeof(struct expr *));
		s->u.targets.count = 1;
	}
	return s;
}

static struct stmt *parse_assert(struct parser *p)
{
	uint32_t start = here(p).start;
	parser_advance(p);
	struct expr *test = parse_expression(p);
	struct expr *message = parser_accept(p, TOKEN_COMMA) ? parse_expression(p) : NULL;
	struct stmt *s = stmt_new(p, STMT_ASSERT, start);
	s->u.assertion.test = test;
	s->u.assertion.message = message;
	return s;
}

static struct stmt *parse_names(struct parser *p, enum stmt_kind kind)
{
	uint32_t start = here(p).start;
	parser_advance(p);
	VEC(struct name_at) names = {0};
	do {
		struct name_at name = parse_name(p);
		vec_push(&names, name);
	} while (parser_accept(p, TOKEN_COMMA));
	struct stmt *s = stmt_new(p, kind, start);
	s->u.names.items = tree_copy(p->tree, names.items, names.count, sizeof *names.items);
	s->u.names.count = (uint32_t)names.count;
	vec_free(&names);
	return s;
}

static struct stmt *parse_word(struct parser *p, enum stmt_kind kind)
{
	uint32_t start = here(p).start;
	parser_advance(p);
	return stmt_new(p, kind, start);
}

static struct stmt *parse_simple(struct parser *p)
{
	switch (peek(p)) {
	case TOKEN_RETURN:
		return parse_return(p);
	case TOKEN_RAISE:
		return parse_raise(p);
	case TOKEN_DEL:
		return parse_delete(p);
	case TOKEN_PASS:
		return parse_word(p, STMT_PASS);
	case TOKEN_BREAK:
		return parse_word(p, STMT_BREAK);
	case TOKEN_CONTINUE:
		return parse_word(p, STMT_CONTINUE);
	case TOKEN_ASSERT:
		return parse_assert(p);
	case TOKEN_GLOBAL:
		return parse_names(p, STMT_GLOBAL);
	case TOKEN_NONLOCAL:
		return parse_names(p, STMT_NONLOCAL);
	case TOKEN_IMPORT:
		return parse_import(p);
	case TOKEN_FROM:
		return parse_import_from(p);
	default:
		break;
	}
	if (parser_at_word(p, "type") && peek_at(p, 1) == TOKEN_NAME &&
	    (peek_at(p, 2) == TOKEN_ASSIGN || peek_at(p, 2) == TOKEN_LBRACKET)) {
		parser_refuse(p, here(p), "'type' statements are not supported");
		parser_advance(p);
	}
	return parse_expression_statement(p);
}

/* ---- blocks ------------------------------------------------------------------ */

struct statements {
	struct stmt **items;
	size_t count, room;
};

static void end_of_line(struct parser *p)
{
	if (parser_accept(p, TOKEN_NEWLINE) || p->failed)
		return;
	parser_fail_here(p);
}

/* Simple statements up to the end of the line. */
static void parse_line(struct parser *p, struct statements *out)
{
	do {
		if (peek(p) == TOKEN_NEWLINE)
			break;
		struct stmt *s = parse_simple(p);
		vec_push(out, s);
	} while (parser_accept(p, TOKEN_SEMICOLON));
	end_of_line(p);
}

static void parse_statement(struct parser *p, struct statements *out)
{
	struct stmt *s = NULL;
	if (parser_at_word(p, "match"))
		s = parse_match(p);
	if (s == NULL)
		s = parse_compound(p);
	if (s != NULL)
		vec_push(out, s);
	else
		parse_line(p, out);
}

void expect_colon(struct parser *p)
{
	if (parser_accept(p, TOKEN_COLON) || p->failed)
		return;
	struct span span = here(p);
	if (peek(p) == TOKEN_NEWLINE)
		span.end = span.start;
	parser_fail(p, span, "expected ':'");
}

struct block parse_block(struct parser *p, const char *after, uint32_t head_at)
{
	struct statements list = {0};
	expect_colon(p);
	if (!parser_accept(p, TOKEN_NEWLINE)) {
		parse_line(p, &list);
	} else if (parser_accept(p, TOKEN_INDENT)) {
		while (peek(p) != TOKEN_DEDENT && peek(p) != TOKEN_END && !p->failed &&
		       peek(p) != TOKEN_BAD)
			parse_statement(p, &list);
		parser_accept(p, TOKEN_DEDENT);
		if (peek(p) == TOKEN_BAD)
			parser_fail_here(p);
	} else {
		parser_fail(p, here(p), "expected an indented block after %s on line %u", after,
		     source_line(p->source, head_at));
	}
	struct block block;
	TAKE_LIST(p, &block, &list);
	return block;
}

struct block parse_module(struct parser *p)
{
	struct statements list = {0};
	while (peek(p) != TOKEN_END && !p->failed) {
		if (peek(p) == TOKEN_INDENT || peek(p) == TOKEN_BAD)
			parser_fail_here(p);
		else
			parse_statement(p, &list);
	}
	struct block block;
	TAKE_LIST(p, &block, &list);
	return block;
}
