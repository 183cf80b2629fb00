/*
 * Expressions: recursive descent, with precedence climbing for the binary operators.
 * Targets are parsed as expressions and checked afterwards.
 */
#include <string.h>

#include "syntax/parser_internal.h"

/* ---- small helpers ----------------------------------------------------------- */

struct expr *expr_new(struct parser *p, enum expr_kind kind, uint32_t start)
{
	struct expr *e = tree_alloc(p->tree, 1, sizeof *e);
	e->kind = (uint8_t)kind;
	e->depth = 1;
	e->span = parser_span(p, start);
	return e;
}

void expr_adopt(struct parser *p, struct expr *e, const struct expr *child)
{
	if (child == NULL || child->depth < e->depth)
		return;
	if (child->depth >= EXPR_DEPTH_MAX) {
		parser_fail(p, e->span, "too many nested expressions");
		return;
	}
	e->depth = (uint16_t)(child->depth + 1);
}

bool starts_expression(enum token_kind kind)
{
	switch (kind) {
	case TOKEN_NAME:
	case TOKEN_INT:
	case TOKEN_FLOAT:
	case TOKEN_IMAGINARY:
	case TOKEN_STRING:
	case TOKEN_FSTRING_START:
	case TOKEN_LPAREN:
	case TOKEN_LBRACKET:
	case TOKEN_LBRACE:
	case TOKEN_MINUS:
	case TOKEN_PLUS:
	case TOKEN_TILDE:
	case TOKEN_ELLIPSIS:
	case TOKEN_NONE:
	case TOKEN_TRUE:
	case TOKEN_FALSE:
	case TOKEN_NOT:
	case TOKEN_LAMBDA:
	case TOKEN_AWAIT:
		return true;
	default:
		return false;
	}
}

/* ---- targets ----------------------------------------------------------------- */

static const struct expr *bad_target(const struct expr *e, bool deleting)
{
	switch (e->kind) {
	case EXPR_NAME:
	case EXPR_ATTRIBUTE:
	case EXPR_SUBSCRIPT:
		return NULL;
	case EXPR_STARRED:
		return deleting ? e : bad_target(e->u.unary.operand, deleting);
	case EXPR_TUPLE:
	case EXPR_LIST:
		for (uint32_t i = 0; i < e->u.list.count; i++) {
			const struct expr *bad = bad_target(e->u.list.items[i], deleting);
			if (bad != NULL)
				return bad;
		}
		return NULL;
	default:
		return e;
	}
}

void check_target(struct parser *p, const struct expr *e, const char *verb, bool suggest)
{
	if (p->failed)
		return;
	const struct expr *bad = bad_target(e, strcmp(verb, "delete") == 0);
	if (bad == NULL)
		return;
	if (suggest && !bad->in_parentheses && bad->kind == EXPR_YIELD) {
		parser_fail(p, bad->span, "assignment to yield expression not possible");
		return;
	}
	/* `a, f() = 1, 2`: what stands before the equals sign looks like one side of ==. */
	bool is_last = bad == e || (e->kind == EXPR_TUPLE && !e->in_parentheses &&
	                            bad == e->u.list.items[e->u.list.count - 1]);
	if (suggest && is_last && bad->kind != EXPR_CONSTANT && bad->kind != EXPR_GENERATOR &&
	    bad->kind != EXPR_YIELD && bad->kind != EXPR_YIELD_FROM)
		parser_fail(p, bad->span, "cannot %s %s here. Maybe you meant '==' instead of '='?", verb,
		     expr_called(bad));
	else
		parser_fail(p, bad->span, "cannot %s %s", verb, expr_called(bad));
}

struct expr *parse_for_targets(struct parser *p)
{
	bool outer = p->in_for_target;
	p->in_for_target = true;
	uint32_t start = here(p).start;
	VEC(struct expr *) items = {0};
	bool comma = false;
	do {
		if (peek(p) == TOKEN_IN)
			break;
		uint32_t at = here(p).start;
		struct expr *e;
		if (parser_accept(p, TOKEN_STAR)) {
			struct expr *operand = parse_bitwise_or(p);
			e = expr_new(p, EXPR_STARRED, at);
			e->u.unary.operand = operand;
			expr_adopt(p, e, operand);
		} else {
			e = parse_bitwise_or(p);
		}
		vec_push(&items, e);
	} while (parser_accept(p, TOKEN_COMMA) && (comma = true));
	p->in_for_target = outer;
	struct expr *target;
	if (items.count == 1 && !comma) {
		target = items.items[0];
		vec_free(&items);
		if (target->kind == EXPR_STARRED)
			parser_fail(p, target->span, "starred assignment target must be in a list or tuple");
	} else if (items.count == 0) {
		parser_fail_here(p);
		target = expr_new(p, EXPR_TUPLE, start);
	} else {
		target = expr_new(p, EXPR_TUPLE, start);
		for (size_t i = 0; i < items.count; i++)
			expr_adopt(p, target, items.items[i]);
		TAKE_LIST(p, &target->u.list, &items);
	}
	check_target(p, target, "assign to", false);
	return target;
}

/* ---- operators --------------------------------------------------------------- */

static struct expr *new_binary(struct parser *p, uint32_t start, enum binary_op op,
                               struct expr *left, struct expr *right)
{
	struct expr *e = expr_new(p, EXPR_BINARY, start);
	e->u.binary.op = op;
	e->u.binary.left = left;
	e->u.binary.right = right;
	expr_adopt(p, e, left);
	expr_adopt(p, e, right);
	return e;
}

/* -x, +x, ~x, x ** y. */
static struct expr *parse_factor(struct parser *p)
{
	uint32_t start = here(p).start;
	enum token_kind kind = peek(p);
	if (kind == TOKEN_MINUS || kind == TOKEN_PLUS || kind == TOKEN_TILDE) {
		parser_advance(p);
		if (!parser_enter(p))
			return expr_new(p, EXPR_CONSTANT, start);
		struct expr *operand = parse_factor(p);
		parser_leave(p);
		struct expr *e = expr_new(p, EXPR_UNARY, start);
		e->u.unary.op = kind == TOKEN_MINUS ? UNARY_NEGATIVE
		                : kind == TOKEN_PLUS ? UNARY_POSITIVE : UNARY_INVERT;
		e->u.unary.operand = operand;
		expr_adopt(p, e, operand);
		return e;
	}
	struct expr *base = parse_primary(p);
	if (!parser_accept(p, TOKEN_POW))
		return base;
	if (!parser_enter(p))
		return base;
	struct expr *exponent = parse_factor(p);
	parser_leave(p);
	return new_binary(p, start, BINARY_POW, base, exponent);
}

struct binary_token {
	enum token_kind kind;
	enum binary_op op;
	uint8_t precedence; /* higher binds tighter; 0 ends the table's search */
};

static const struct binary_token binary_tokens[] = {
	{TOKEN_BAR, BINARY_OR, 1},        {TOKEN_CARET, BINARY_XOR, 2},
	{TOKEN_AMPERSAND, BINARY_AND, 3}, {TOKEN_LSHIFT, BINARY_LSHIFT, 4},
	{TOKEN_RSHIFT, BINARY_RSHIFT, 4}, {TOKEN_PLUS, BINARY_ADD, 5},
	{TOKEN_MINUS, BINARY_SUB, 5},     {TOKEN_STAR, BINARY_MUL, 6},
	{TOKEN_SLASH, BINARY_TRUEDIV, 6}, {TOKEN_FLOORDIV, BINARY_FLOORDIV, 6},
	{TOKEN_PERCENT, BINARY_MOD, 6},   {TOKEN_AT, BINARY_MATMUL, 6},
};

static const struct binary_token *find_binary(enum token_kind kind)
{
	for (size_t i = 0; i < COUNT_OF(binary_tokens); i++) {
		if (binary_tokens[i].kind == kind)
			return &binary_tokens[i];
	}
	return NULL;
}

/* Operators that bind at least as tightly as `precedence`. */
static struct expr *parse_binary(struct parser *p, uint8_t precedence)
{
	uint32_t start = here(p).start;
	struct expr *left = parse_factor(p);
	for (;;) {
		const struct binary_token *token = find_binary(peek(p));
		if (token == NULL || token->precedence < precedence)
			return left;
		parser_advance(p);
		struct expr *right = parse_binary(p, (uint8_t)(token->precedence + 1));
		left = new_binary(p, start, token->op, left, right);
	}
}

struct expr *parse_bitwise_or(struct parser *p)
{
	if (!parser_enter(p))
		return expr_new(p, EXPR_CONSTANT, here(p).start);
	struct expr *e = parse_binary(p, 1);
	parser_leave(p);
	return e;
}

/* Take a comparison operator; false if there is none. */
static bool accept_comparison(struct parser *p, uint8_t *out)
{
	static const struct {
		enum token_kind kind;
		enum comparison op;
	} plain[] = {
		{TOKEN_LT, COMPARISON_LT}, {TOKEN_LE, COMPARISON_LE}, {TOKEN_EQ, COMPARISON_EQ},
		{TOKEN_NE, COMPARISON_NE}, {TOKEN_GT, COMPARISON_GT}, {TOKEN_GE, COMPARISON_GE},
	};
	for (size_t i = 0; i < COUNT_OF(plain); i++) {
		if (parser_accept(p, plain[i].kind)) {
			*out = (uint8_t)plain[i].op;
			return true;
		}
	}
	if (peek(p) == TOKEN_NOT && peek_at(p, 1) == TOKEN_IN) {
		parser_advance(p);
		parser_advance(p);
		*out = COMPARISON_NOT_IN;
		return true;
	}
	if (!p->in_for_target && parser_accept(p, TOKEN_IN)) {
		*out = COMPARISON_IN;
		return true;
	}
	if (parser_accept(p, TOKEN_IS)) {
		*out = parser_accept(p, TOKEN_NOT) ? COMPARISON_IS_NOT : COMPARISON_IS;
		return true;
	}
	return false;
}

static struct expr *parse_comparison(struct parser *p)
{
	uint32_t start = here(p).start;
	struct expr *first = parse_bitwise_or(p);
	uint8_t op;
	if (!accept_comparison(p, &op))
		return first;
	VEC(struct expr *) operands = {0};
	VEC(uint8_t) ops = {0};
	vec_push(&operands, first);
	do {
		vec_push(&ops, op);
		struct expr *right = parse_bitwise_or(p);
		vec_push(&operands, right);
	} while (accept_comparison(p, &op));
	struct expr *e = expr_new(p, EXPR_COMPARE, start);
	for (size_t i = 0; i < operands.count; i++)
		expr_adopt(p, e, operands.items[i]);
	e->u.compare.operands =
		tree_copy(p->tree, operands.items, operands.count, sizeof *operands.items);
	e->u.compare.ops = tree_copy(p->tree, ops.items, ops.count, sizeof *ops.items);
	e->u.compare.count = (uint32_t)ops.count;
	vec_free(&operands);
	vec_free(&ops);
	return e;
}

static struct expr *parse_inversion(struct parser *p)
{
	uint32_t start = here(p).start;
	if (!parser_accept(p, TOKEN_NOT))
		return parse_comparison(p);
	if (!parser_enter(p))
		return expr_new(p, EXPR_CONSTANT, start);
	struct expr *operand = parse_inversion(p);
	parser_leave(p);
	struct expr *e = expr_new(p, EXPR_NOT, start);
	e->u.unary.operand = operand;
	expr_adopt(p, e, operand);
	return e;
}

/* `and` or `or` with all its operands in one node. */
static struct expr *parse_chain(struct parser *p, enum token_kind between, enum expr_kind kind,
                                struct expr *(*parse_operand)(struct parser *p))
{
	uint32_t start = here(p).start;
	struct expr *first = parse_operand(p);
	if (peek(p) != between)
		return first;
	VEC(struct expr *) operands = {0};
	vec_push(&operands, first);
	while (parser_accept(p, between)) {
		struct expr *operand = parse_operand(p);
		vec_push(&operands, operand);
	}
	struct expr *e = expr_new(p, kind, start);
	for (size_t i = 0; i < operands.count; i++)
		expr_adopt(p, e, operands.items[i]);
	TAKE_LIST(p, &e->u.list, &operands);
	return e;
}

static struct expr *parse_conjunction(struct parser *p)
{
	return parse_chain(p, TOKEN_AND, EXPR_AND, parse_inversion);
}

struct expr *parse_disjunction(struct parser *p)
{
	return parse_chain(p, TOKEN_OR, EXPR_OR, parse_conjunction);
}

static struct expr *parse_lambda(struct parser *p)
{
	uint32_t start = here(p).start;
	parser_advance(p);
	struct parameters *parameters = parse_parameters(p, TOKEN_COLON);
	expect_colon(p);
	struct expr *body = parse_expression(p);
	struct expr *e = expr_new(p, EXPR_LAMBDA, start);
	e->u.lambda.parameters = parameters;
	e->u.lambda.body = body;
	expr_adopt(p, e, body);
	for (uint32_t i = 0; i < parameters->count; i++)
		expr_adopt(p, e, parameters->items[i].value);
	return e;
}

static struct expr *parse_conditional(struct parser *p)
{
	uint32_t start = here(p).start;
	struct expr *yes = parse_disjunction(p);
	if (!parser_accept(p, TOKEN_IF))
		return yes;
	struct expr *test = parse_disjunction(p);
	if (!parser_accept(p, TOKEN_ELSE) && !p->failed) {
		if (peek(p) == TOKEN_COLON)
			parser_fail_here(p);
		else
			parser_fail(p, parser_span(p, start), "expected 'else' after 'if' expression");
	}
	struct expr *no = parse_expression(p);
	struct expr *e = expr_new(p, EXPR_CONDITIONAL, start);
	e->u.conditional.test = test;
	e->u.conditional.yes = yes;
	e->u.conditional.no = no;
	expr_adopt(p, e, test);
	expr_adopt(p, e, yes);
	expr_adopt(p, e, no);
	return e;
}

struct expr *parse_expression(struct parser *p)
{
	if (!parser_enter(p))
		return expr_new(p, EXPR_CONSTANT, here(p).start);
	struct expr *e = peek(p) == TOKEN_LAMBDA ? parse_lambda(p) : parse_conditional(p);
	parser_leave(p);
	return e;
}

struct expr *parse_named(struct parser *p)
{
	uint32_t start = here(p).start;
	if (peek(p) != TOKEN_NAME || peek_at(p, 1) != TOKEN_WALRUS) {
		struct expr *e = parse_expression(p);
		if (peek(p) == TOKEN_WALRUS && !p->failed)
			parser_fail(p, e->span, "cannot use assignment expressions with %s",
			     expr_called(e));
		return e;
	}
	struct name_at name = parse_name(p);
	parser_advance(p);
	struct expr *val = parse_expression(p);
	struct expr *e = expr_new(p, EXPR_WALRUS, start);
	e->u.walrus.name = name.name;
	e->u.walrus.name_span = name.span;
	e->u.walrus.value = val;
	expr_adopt(p, e, val);
	return e;
}

/* ---- lists without brackets -------------------------------------------------- */

static struct expr *parse_star_expression(struct parser *p)
{
	uint32_t start = here(p).start;
	if (!parser_accept(p, TOKEN_STAR))
		return parse_expression(p);
	struct expr *operand = parse_bitwise_or(p);
	struct expr *e = expr_new(p, EXPR_STARRED, start);
	e->u.unary.operand = operand;
	expr_adopt(p, e, operand);
	return e;
}

struct expr *parse_star_expressions(struct parser *p)
{
	uint32_t start = here(p).start;
	struct expr *first = parse_star_expression(p);
	if (peek(p) != TOKEN_COMMA)
		return first;
	VEC(struct expr *) items = {0};
	vec_push(&items, first);
	while (parser_accept(p, TOKEN_COMMA)) {
		if (!starts_expression(peek(p)) && peek(p) != TOKEN_STAR)
			break;
		struct expr *item = parse_star_expression(p);
		vec_push(&items, item);
	}
	struct expr *e = expr_new(p, EXPR_TUPLE, start);
	for (size_t i = 0; i < items.count; i++)
		expr_adopt(p, e, items.items[i]);
	TAKE_LIST(p, &e->u.list, &items);
	return e;
}

struct expr *parse_star_or_yield(struct parser *p)
{
	uint32_t start = here(p).start;
	if (!parser_accept(p, TOKEN_YIELD))
		return parse_star_expressions(p);
	struct expr *operand = NULL;
	enum expr_kind kind = EXPR_YIELD;
	if (parser_accept(p, TOKEN_FROM)) {
		kind = EXPR_YIELD_FROM;
		operand = parse_expression(p);
	} else if (starts_expression(peek(p)) || peek(p) == TOKEN_STAR) {
		operand = parse_star_expressions(p);
	}
	struct expr *e = expr_new(p, kind, start);
	e->u.unary.operand = operand;
	expr_adopt(p, e, operand);
	return e;
}
