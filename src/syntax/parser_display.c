/* Displays, comprehensions and everything else in brackets. */
#include "syntax/parser_internal.h"

/* Whether an atom can begin here: what, next to an expression, lacks a comma between them. */
static bool starts_atom(enum token_kind kind)
{
	return starts_expression(kind) && kind != TOKEN_MINUS && kind != TOKEN_PLUS &&
	       kind != TOKEN_LPAREN && kind != TOKEN_LBRACKET && kind != TOKEN_NOT;
}

/* The closing bracket of `e`'s surroundings, or the error that explains its absence. */
void parser_expect_close(struct parser *p, enum token_kind close, const struct expr *e)
{
	if (parser_accept(p, close) || p->failed)
		return;
	if (e != NULL && starts_atom(peek(p)) && e->kind != EXPR_STARRED) {
		parser_fail(p, (struct span){e->span.start, here(p).end},
		     "invalid syntax. Perhaps you forgot a comma?");
		return;
	}
	if (e != NULL && peek(p) == TOKEN_ASSIGN && e->kind == EXPR_NAME) {
		parser_fail(p, (struct span){e->span.start, here(p).end},
		     "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
		return;
	}
	if (e != NULL && peek(p) == TOKEN_ASSIGN && e->kind != EXPR_TUPLE &&
	    e->kind != EXPR_LIST && e->kind != EXPR_GENERATOR && e->kind != EXPR_CONSTANT) {
		parser_fail(p, e->span, "cannot assign to %s here. Maybe you meant '==' instead of '='?",
		     expr_called(e));
		return;
	}
	parser_fail_here(p);
}

/* ---- comprehensions ---------------------------------------------------------- */

bool parser_at_comprehension(const struct parser *p)
{
	return peek(p) == TOKEN_FOR || (peek(p) == TOKEN_ASYNC && peek_at(p, 1) == TOKEN_FOR);
}

static struct comp_clause parse_comp_clause(struct parser *p, struct expr *owner)
{
	struct comp_clause clause = {.span = here(p)};
	clause.is_async = parser_accept(p, TOKEN_ASYNC);
	parser_expect(p, TOKEN_FOR);
	clause.target = parse_for_targets(p);
	parser_expect(p, TOKEN_IN);
	bool outer = p->in_for_target;
	p->in_for_target = false;
	clause.iterable = parse_disjunction(p);
	expr_adopt(p, owner, clause.target);
	expr_adopt(p, owner, clause.iterable);
	VEC(struct expr *) conditions = {0};
	while (parser_accept(p, TOKEN_IF)) {
		struct expr *condition = parse_disjunction(p);
		expr_adopt(p, owner, condition);
		vec_push(&conditions, condition);
	}
	p->in_for_target = outer;
	TAKE_LIST(p, &clause.conditions, &conditions);
	clause.span = parser_span(p, clause.span.start);
	return clause;
}

/* The clauses behind `element` (and `value`, of a dict's), up to the closing bracket. */
struct expr *parse_comprehension(struct parser *p, enum expr_kind kind, uint32_t start,
                                        struct expr *element, struct expr *val)
{
	struct expr *e = expr_new(p, kind, start);
	e->u.comp.element = element;
	e->u.comp.value = val;
	expr_adopt(p, e, element);
	expr_adopt(p, e, val);
	if (element->kind == EXPR_STARRED)
		parser_fail(p, element->span, "iterable unpacking cannot be used in comprehension");
	VEC(struct comp_clause) clauses = {0};
	while (parser_at_comprehension(p)) {
		struct comp_clause clause = parse_comp_clause(p, e);
		vec_push(&clauses, clause);
	}
	e->u.comp.clauses = tree_copy(p->tree, clauses.items, clauses.count, sizeof *clauses.items);
	e->u.comp.count = (uint32_t)clauses.count;
	vec_free(&clauses);
	e->span = parser_span(p, start);
	return e;
}

/* ---- displays ---------------------------------------------------------------- */

struct expr *parse_star_named(struct parser *p)
{
	uint32_t start = here(p).start;
	if (!parser_accept(p, TOKEN_STAR))
		return parse_named(p);
	struct expr *operand = parse_bitwise_or(p);
	struct expr *e = expr_new(p, EXPR_STARRED, start);
	e->u.unary.operand = operand;
	expr_adopt(p, e, operand);
	return e;
}

/* The items behind `first` and a comma, up to the closing bracket, which is taken. */
static struct expr *parse_items(struct parser *p, enum expr_kind kind, uint32_t start,
                                struct expr *first, enum token_kind close)
{
	VEC(struct expr *) items = {0};
	if (first != NULL)
		vec_push(&items, first);
	struct expr *last = first;
	while (last == NULL || parser_accept(p, TOKEN_COMMA)) {
		if (peek(p) == close || p->failed)
			break;
		last = parse_star_named(p);
		vec_push(&items, last);
	}
	if (last != NULL && last->kind != EXPR_STARRED && parser_at_comprehension(p) && items.count > 1)
		parser_fail(p, (struct span){start + 1, last->span.end},
		     "did you forget parentheses around the comprehension target?");
	parser_expect_close(p, close, last);
	struct expr *e = expr_new(p, kind, start);
	for (size_t i = 0; i < items.count; i++)
		expr_adopt(p, e, items.items[i]);
	TAKE_LIST(p, &e->u.list, &items);
	return e;
}

/* (...): nothing, a generator, a tuple, or a group. */
struct expr *parse_parentheses(struct parser *p)
{
	uint32_t start = here(p).start;
	parser_advance(p);
	if (peek(p) == TOKEN_RPAREN) {
		struct expr *e = parse_items(p, EXPR_TUPLE, start, NULL, TOKEN_RPAREN);
		e->in_parentheses = true;
		return e;
	}
	if (peek(p) == TOKEN_YIELD) {
		struct expr *e = parse_star_or_yield(p);
		e->in_parentheses = true;
		parser_expect(p, TOKEN_RPAREN);
		return e;
	}
	struct expr *first = parse_star_named(p);
	if (parser_at_comprehension(p)) {
		struct expr *e = parse_comprehension(p, EXPR_GENERATOR, start, first, NULL);
		parser_expect_close(p, TOKEN_RPAREN, NULL);
		e->span = parser_span(p, start);
		e->in_parentheses = true;
		return e;
	}
	if (peek(p) == TOKEN_COMMA) {
		struct expr *e = parse_items(p, EXPR_TUPLE, start, first, TOKEN_RPAREN);
		e->in_parentheses = true;
		return e;
	}
	if (first->kind == EXPR_STARRED)
		parser_fail(p, first->span, "cannot use starred expression here");
	parser_expect_close(p, TOKEN_RPAREN, first);
	first->in_parentheses = true;
	return first;
}

struct expr *parse_brackets(struct parser *p)
{
	uint32_t start = here(p).start;
	parser_advance(p);
	if (peek(p) == TOKEN_RBRACKET)
		return parse_items(p, EXPR_LIST, start, NULL, TOKEN_RBRACKET);
	struct expr *first = parse_star_named(p);
	if (!parser_at_comprehension(p))
		return parse_items(p, EXPR_LIST, start, first, TOKEN_RBRACKET);
	struct expr *e = parse_comprehension(p, EXPR_LIST_COMP, start, first, NULL);
	parser_expect_close(p, TOKEN_RBRACKET, NULL);
	e->span = parser_span(p, start);
	return e;
}

/* One `key: value` or `**value` (then the key is NULL). */
static void parse_pair(struct parser *p, struct expr **key, struct expr **val)
{
	*key = NULL;
	if (parser_accept(p, TOKEN_POW)) {
		*val = parse_bitwise_or(p);
		return;
	}
	*key = parse_expression(p);
	if (!parser_accept(p, TOKEN_COLON) && !p->failed) {
		if (peek(p) == TOKEN_COMMA || peek(p) == TOKEN_RBRACE)
			parser_fail(p, (*key)->span, "':' expected after dictionary key");
		else
			parser_fail_here(p);
	}
	if (peek(p) == TOKEN_RBRACE || peek(p) == TOKEN_COMMA)
		parser_fail(p, p->tokens[p->at - 1].span, "expression expected after dictionary key and ':'");
	*val = parse_expression(p);
}

static struct expr *parse_dict(struct parser *p, uint32_t start, struct expr *key,
                               struct expr *val)
{
	VEC(struct expr *) keys = {0};
	VEC(struct expr *) values = {0};
	vec_push(&keys, key);
	vec_push(&values, val);
	while (parser_accept(p, TOKEN_COMMA) && peek(p) != TOKEN_RBRACE && !p->failed) {
		parse_pair(p, &key, &val);
		vec_push(&keys, key);
		vec_push(&values, val);
	}
	parser_expect_close(p, TOKEN_RBRACE, val);
	struct expr *e = expr_new(p, EXPR_DICT, start);
	for (size_t i = 0; i < keys.count; i++) {
		expr_adopt(p, e, keys.items[i]);
		expr_adopt(p, e, values.items[i]);
	}
	e->u.dict.keys = tree_copy(p->tree, keys.items, keys.count, sizeof *keys.items);
	e->u.dict.values = tree_copy(p->tree, values.items, values.count, sizeof *values.items);
	e->u.dict.count = (uint32_t)keys.count;
	vec_free(&keys);
	vec_free(&values);
	return e;
}

struct expr *parse_braces(struct parser *p)
{
	uint32_t start = here(p).start;
	parser_advance(p);
	struct expr *e;
	if (parser_accept(p, TOKEN_RBRACE))
		return expr_new(p, EXPR_DICT, start);
	if (peek(p) == TOKEN_POW) {
		struct expr *key, *val;
		parse_pair(p, &key, &val);
		if (parser_at_comprehension(p))
			parser_fail(p, parser_span(p, start + 1),
			     "dict unpacking cannot be used in dict comprehension");
		return parse_dict(p, start, key, val);
	}
	struct expr *first = parse_star_named(p);
	if (peek(p) == TOKEN_COLON && first->kind != EXPR_STARRED) {
		parser_advance(p);
		if (peek(p) == TOKEN_RBRACE || peek(p) == TOKEN_COMMA)
			parser_fail(p, p->tokens[p->at - 1].span,
			     "expression expected after dictionary key and ':'");
		struct expr *val = parse_expression(p);
		if (!parser_at_comprehension(p))
			return parse_dict(p, start, first, val);
		e = parse_comprehension(p, EXPR_DICT_COMP, start, first, val);
	} else if (parser_at_comprehension(p)) {
		e = parse_comprehension(p, EXPR_SET_COMP, start, first, NULL);
	} else {
		return parse_items(p, EXPR_SET, start, first, TOKEN_RBRACE);
	}
	parser_expect_close(p, TOKEN_RBRACE, NULL);
	e->span = parser_span(p, start);
	return e;
}
