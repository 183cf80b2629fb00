/*
 * Expressions: recursive descent, with precedence climbing for the binary operators.
 * Targets are parsed as expressions and checked afterwards.
 */
#include <string.h>

#include "lang/parser_internal.h"

static struct expr *parse_disjunction(struct parser *p);

/* ---- small helpers --------------------------------------------------------------------- */

struct expr *new_expr(struct parser *p, enum expr_kind kind, uint32_t start)
{
	struct expr *e = tree_alloc(p->tree, 1, sizeof *e);
	e->kind = (uint8_t)kind;
	e->depth = 1;
	e->span = span_from(p, start);
	return e;
}

void adopt(struct parser *p, struct expr *e, const struct expr *child)
{
	if (child == NULL || child->depth < e->depth)
		return;
	if (child->depth >= EXPR_DEPTH_MAX) {
		fail(p, e->span, "too many nested expressions");
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

/* Whether an atom can begin here: what, next to an expression, lacks a comma between them. */
static bool starts_atom(enum token_kind kind)
{
	return starts_expression(kind) && kind != TOKEN_MINUS && kind != TOKEN_PLUS &&
	       kind != TOKEN_LPAREN && kind != TOKEN_LBRACKET && kind != TOKEN_NOT;
}

/* The closing bracket of `e`'s surroundings, or the error that explains its absence. */
static void expect_close(struct parser *p, enum token_kind close, const struct expr *e)
{
	if (accept(p, close) || p->failed)
		return;
	if (e != NULL && starts_atom(peek(p)) && e->kind != EXPR_STARRED) {
		fail(p, (struct span){e->span.start, here(p).end},
		     "invalid syntax. Perhaps you forgot a comma?");
		return;
	}
	if (e != NULL && peek(p) == TOKEN_ASSIGN && e->kind == EXPR_NAME) {
		fail(p, (struct span){e->span.start, here(p).end},
		     "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
		return;
	}
	if (e != NULL && peek(p) == TOKEN_ASSIGN && e->kind != EXPR_TUPLE &&
	    e->kind != EXPR_LIST && e->kind != EXPR_GENERATOR && e->kind != EXPR_CONSTANT) {
		fail(p, e->span, "cannot assign to %s here. Maybe you meant '==' instead of '='?",
		     expr_called(e));
		return;
	}
	fail_here(p);
}

/* ---- targets ------------------------------------------------------------------------------ */

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
		fail(p, bad->span, "assignment to yield expression not possible");
		return;
	}
	/* `a, f() = 1, 2`: what stands before the equals sign looks like one side of ==. */
	bool is_last = bad == e || (e->kind == EXPR_TUPLE && !e->in_parentheses &&
	                            bad == e->u.list.items[e->u.list.count - 1]);
	if (suggest && is_last && bad->kind != EXPR_CONSTANT && bad->kind != EXPR_GENERATOR &&
	    bad->kind != EXPR_YIELD && bad->kind != EXPR_YIELD_FROM)
		fail(p, bad->span, "cannot %s %s here. Maybe you meant '==' instead of '='?", verb,
		     expr_called(bad));
	else
		fail(p, bad->span, "cannot %s %s", verb, expr_called(bad));
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
		if (accept(p, TOKEN_STAR)) {
			struct expr *operand = parse_bitwise_or(p);
			e = new_expr(p, EXPR_STARRED, at);
			e->u.unary.operand = operand;
			adopt(p, e, operand);
		} else {
			e = parse_bitwise_or(p);
		}
		vec_push(&items, e);
	} while (accept(p, TOKEN_COMMA) && (comma = true));
	p->in_for_target = outer;
	struct expr *target;
	if (items.count == 1 && !comma) {
		target = items.items[0];
		vec_free(&items);
		if (target->kind == EXPR_STARRED)
			fail(p, target->span, "starred assignment target must be in a list or tuple");
	} else if (items.count == 0) {
		fail_here(p);
		target = new_expr(p, EXPR_TUPLE, start);
	} else {
		target = new_expr(p, EXPR_TUPLE, start);
		for (size_t i = 0; i < items.count; i++)
			adopt(p, target, items.items[i]);
		TAKE_LIST(p, &target->u.list, &items);
	}
	check_target(p, target, "assign to", false);
	return target;
}

/* ---- comprehensions ------------------------------------------------------------------------- */

static bool at_comprehension(const struct parser *p)
{
	return peek(p) == TOKEN_FOR || (peek(p) == TOKEN_ASYNC && peek_at(p, 1) == TOKEN_FOR);
}

static struct comp_clause parse_comp_clause(struct parser *p, struct expr *owner)
{
	struct comp_clause clause = {.span = here(p)};
	clause.is_async = accept(p, TOKEN_ASYNC);
	expect(p, TOKEN_FOR);
	clause.target = parse_for_targets(p);
	expect(p, TOKEN_IN);
	bool outer = p->in_for_target;
	p->in_for_target = false;
	clause.iterable = parse_disjunction(p);
	adopt(p, owner, clause.target);
	adopt(p, owner, clause.iterable);
	VEC(struct expr *) conditions = {0};
	while (accept(p, TOKEN_IF)) {
		struct expr *condition = parse_disjunction(p);
		adopt(p, owner, condition);
		vec_push(&conditions, condition);
	}
	p->in_for_target = outer;
	TAKE_LIST(p, &clause.conditions, &conditions);
	clause.span = span_from(p, clause.span.start);
	return clause;
}

/* The clauses behind `element` (and `value`, of a dict's), up to the closing bracket. */
static struct expr *parse_comprehension(struct parser *p, enum expr_kind kind, uint32_t start,
                                        struct expr *element, struct expr *val)
{
	struct expr *e = new_expr(p, kind, start);
	e->u.comp.element = element;
	e->u.comp.value = val;
	adopt(p, e, element);
	adopt(p, e, val);
	if (element->kind == EXPR_STARRED)
		fail(p, element->span, "iterable unpacking cannot be used in comprehension");
	VEC(struct comp_clause) clauses = {0};
	while (at_comprehension(p)) {
		struct comp_clause clause = parse_comp_clause(p, e);
		vec_push(&clauses, clause);
	}
	e->u.comp.clauses = tree_copy(p->tree, clauses.items, clauses.count, sizeof *clauses.items);
	e->u.comp.count = (uint32_t)clauses.count;
	vec_free(&clauses);
	e->span = span_from(p, start);
	return e;
}

/* ---- displays ---------------------------------------------------------------------------- */

static struct expr *parse_star_named(struct parser *p)
{
	uint32_t start = here(p).start;
	if (!accept(p, TOKEN_STAR))
		return parse_named(p);
	struct expr *operand = parse_bitwise_or(p);
	struct expr *e = new_expr(p, EXPR_STARRED, start);
	e->u.unary.operand = operand;
	adopt(p, e, operand);
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
	while (last == NULL || accept(p, TOKEN_COMMA)) {
		if (peek(p) == close || p->failed)
			break;
		last = parse_star_named(p);
		vec_push(&items, last);
	}
	if (last != NULL && last->kind != EXPR_STARRED && at_comprehension(p) && items.count > 1)
		fail(p, (struct span){start + 1, last->span.end},
		     "did you forget parentheses around the comprehension target?");
	expect_close(p, close, last);
	struct expr *e = new_expr(p, kind, start);
	for (size_t i = 0; i < items.count; i++)
		adopt(p, e, items.items[i]);
	TAKE_LIST(p, &e->u.list, &items);
	return e;
}

/* (...): nothing, a generator, a tuple, or a group. */
static struct expr *parse_parentheses(struct parser *p)
{
	uint32_t start = here(p).start;
	advance(p);
	if (peek(p) == TOKEN_RPAREN) {
		struct expr *e = parse_items(p, EXPR_TUPLE, start, NULL, TOKEN_RPAREN);
		e->in_parentheses = true;
		return e;
	}
	if (peek(p) == TOKEN_YIELD) {
		struct expr *e = parse_star_or_yield(p);
		e->in_parentheses = true;
		expect(p, TOKEN_RPAREN);
		return e;
	}
	struct expr *first = parse_star_named(p);
	if (at_comprehension(p)) {
		struct expr *e = parse_comprehension(p, EXPR_GENERATOR, start, first, NULL);
		expect_close(p, TOKEN_RPAREN, NULL);
		e->span = span_from(p, start);
		e->in_parentheses = true;
		return e;
	}
	if (peek(p) == TOKEN_COMMA) {
		struct expr *e = parse_items(p, EXPR_TUPLE, start, first, TOKEN_RPAREN);
		e->in_parentheses = true;
		return e;
	}
	if (first->kind == EXPR_STARRED)
		fail(p, first->span, "cannot use starred expression here");
	expect_close(p, TOKEN_RPAREN, first);
	first->in_parentheses = true;
	return first;
}

static struct expr *parse_brackets(struct parser *p)
{
	uint32_t start = here(p).start;
	advance(p);
	if (peek(p) == TOKEN_RBRACKET)
		return parse_items(p, EXPR_LIST, start, NULL, TOKEN_RBRACKET);
	struct expr *first = parse_star_named(p);
	if (!at_comprehension(p))
		return parse_items(p, EXPR_LIST, start, first, TOKEN_RBRACKET);
	struct expr *e = parse_comprehension(p, EXPR_LIST_COMP, start, first, NULL);
	expect_close(p, TOKEN_RBRACKET, NULL);
	e->span = span_from(p, start);
	return e;
}

/* One `key: value` or `**value` (then the key is NULL). */
static void parse_pair(struct parser *p, struct expr **key, struct expr **val)
{
	*key = NULL;
	if (accept(p, TOKEN_POW)) {
		*val = parse_bitwise_or(p);
		return;
	}
	*key = parse_expression(p);
	if (!accept(p, TOKEN_COLON) && !p->failed) {
		if (peek(p) == TOKEN_COMMA || peek(p) == TOKEN_RBRACE)
			fail(p, (*key)->span, "':' expected after dictionary key");
		else
			fail_here(p);
	}
	if (peek(p) == TOKEN_RBRACE || peek(p) == TOKEN_COMMA)
		fail(p, p->tokens[p->at - 1].span, "expression expected after dictionary key and ':'");
	*val = parse_expression(p);
}

static struct expr *parse_dict(struct parser *p, uint32_t start, struct expr *key,
                               struct expr *val)
{
	VEC(struct expr *) keys = {0};
	VEC(struct expr *) values = {0};
	vec_push(&keys, key);
	vec_push(&values, val);
	while (accept(p, TOKEN_COMMA) && peek(p) != TOKEN_RBRACE && !p->failed) {
		parse_pair(p, &key, &val);
		vec_push(&keys, key);
		vec_push(&values, val);
	}
	expect_close(p, TOKEN_RBRACE, val);
	struct expr *e = new_expr(p, EXPR_DICT, start);
	for (size_t i = 0; i < keys.count; i++) {
		adopt(p, e, keys.items[i]);
		adopt(p, e, values.items[i]);
	}
	e->u.dict.keys = tree_copy(p->tree, keys.items, keys.count, sizeof *keys.items);
	e->u.dict.values = tree_copy(p->tree, values.items, values.count, sizeof *values.items);
	e->u.dict.count = (uint32_t)keys.count;
	vec_free(&keys);
	vec_free(&values);
	return e;
}

static struct expr *parse_braces(struct parser *p)
{
	uint32_t start = here(p).start;
	advance(p);
	struct expr *e;
	if (accept(p, TOKEN_RBRACE))
		return new_expr(p, EXPR_DICT, start);
	if (peek(p) == TOKEN_POW) {
		struct expr *key, *val;
		parse_pair(p, &key, &val);
		if (at_comprehension(p))
			fail(p, span_from(p, start + 1),
			     "dict unpacking cannot be used in dict comprehension");
		return parse_dict(p, start, key, val);
	}
	struct expr *first = parse_star_named(p);
	if (peek(p) == TOKEN_COLON && first->kind != EXPR_STARRED) {
		advance(p);
		if (peek(p) == TOKEN_RBRACE || peek(p) == TOKEN_COMMA)
			fail(p, p->tokens[p->at - 1].span,
			     "expression expected after dictionary key and ':'");
		struct expr *val = parse_expression(p);
		if (!at_comprehension(p))
			return parse_dict(p, start, first, val);
		e = parse_comprehension(p, EXPR_DICT_COMP, start, first, val);
	} else if (at_comprehension(p)) {
		e = parse_comprehension(p, EXPR_SET_COMP, start, first, NULL);
	} else {
		return parse_items(p, EXPR_SET, start, first, TOKEN_RBRACE);
	}
	expect_close(p, TOKEN_RBRACE, NULL);
	e->span = span_from(p, start);
	return e;
}

/* ---- atoms and what follows them ---------------------------------------------------------- */

static struct expr *parse_constant(struct parser *p, enum constant constant)
{
	uint32_t start = here(p).start;
	advance(p);
	struct expr *e = new_expr(p, EXPR_CONSTANT, start);
	e->u.constant = constant;
	return e;
}

static struct expr *parse_atom(struct parser *p)
{
	uint32_t start = here(p).start;
	struct expr *e;
	switch (peek(p)) {
	case TOKEN_NAME: {
		struct name *name = token_name(p, here(p));
		advance(p);
		e = new_expr(p, EXPR_NAME, start);
		e->u.name = name;
		return e;
	}
	case TOKEN_INT:
	case TOKEN_FLOAT:
	case TOKEN_IMAGINARY:
		return parse_number(p);
	case TOKEN_STRING:
	case TOKEN_FSTRING_START:
		return parse_strings(p);
	case TOKEN_NONE:
		return parse_constant(p, CONSTANT_NONE);
	case TOKEN_TRUE:
		return parse_constant(p, CONSTANT_TRUE);
	case TOKEN_FALSE:
		return parse_constant(p, CONSTANT_FALSE);
	case TOKEN_ELLIPSIS:
		return parse_constant(p, CONSTANT_ELLIPSIS);
	case TOKEN_LPAREN:
	case TOKEN_LBRACKET:
	case TOKEN_LBRACE: {
		bool outer = p->in_for_target;
		p->in_for_target = false;
		enum token_kind open = peek(p);
		e = open == TOKEN_LPAREN ? parse_parentheses(p)
		    : open == TOKEN_LBRACKET ? parse_brackets(p) : parse_braces(p);
		p->in_for_target = outer;
		return e;
	}
	default:
		fail_here(p);
		e = new_expr(p, EXPR_CONSTANT, start);
		return e;
	}
}

static void check_argument_order(struct parser *p, const struct argument *argument,
                                 bool seen_keyword, bool seen_double_star)
{
	if (argument->name != NULL || argument->is_double_star)
		return;
	if (argument->value->kind == EXPR_STARRED) {
		if (seen_double_star)
			fail(p, argument->span,
			     "iterable argument unpacking follows keyword argument unpacking");
	} else if (seen_double_star) {
		fail(p, argument->span,
		     "positional argument follows keyword argument unpacking");
	} else if (seen_keyword) {
		fail(p, argument->span, "positional argument follows keyword argument");
	}
}

static struct argument parse_argument(struct parser *p)
{
	struct argument argument = {0};
	uint32_t start = here(p).start;
	if (accept(p, TOKEN_POW)) {
		argument.is_double_star = true;
		argument.value = parse_expression(p);
	} else if (peek(p) == TOKEN_STAR) {
		advance(p);
		if (peek(p) == TOKEN_RPAREN || peek(p) == TOKEN_COMMA)
			fail(p, here(p), "Invalid star expression");
		struct expr *operand = parse_expression(p);
		argument.value = new_expr(p, EXPR_STARRED, start);
		argument.value->u.unary.operand = operand;
		adopt(p, argument.value, operand);
	} else if (peek(p) == TOKEN_NAME && peek_at(p, 1) == TOKEN_ASSIGN) {
		argument.name = token_name(p, here(p));
		advance(p);
		advance(p);
		if (peek(p) == TOKEN_COMMA || peek(p) == TOKEN_RPAREN)
			fail(p, span_from(p, start), "expected argument value expression");
		argument.value = parse_expression(p);
		if (at_comprehension(p))
			fail(p, span_from(p, start),
			     "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
	} else {
		argument.value = parse_named(p);
		if (at_comprehension(p))
			argument.value = parse_comprehension(p, EXPR_GENERATOR, start,
			                                     argument.value, NULL);
		if (peek(p) == TOKEN_ASSIGN) {
			if (argument.value->kind == EXPR_CONSTANT &&
			    argument.value->u.constant != CONSTANT_ELLIPSIS)
				fail(p, span_from(p, start), "cannot assign to %s",
				     expr_called(argument.value));
			else
				fail(p, (struct span){start, here(p).end},
				     "expression cannot contain assignment, perhaps you meant \"==\"?");
		}
	}
	argument.span = span_from(p, start);
	return argument;
}

void parse_arguments(struct parser *p, struct argument **out, uint32_t *count)
{
	VEC(struct argument) list = {0};
	bool seen_keyword = false, seen_double_star = false;
	const struct expr *last = NULL;
	const struct expr *generator = NULL;
	bool outer = p->in_for_target;
	p->in_for_target = false;
	while (peek(p) != TOKEN_RPAREN && !p->failed) {
		struct argument argument = parse_argument(p);
		check_argument_order(p, &argument, seen_keyword, seen_double_star);
		for (size_t i = 0; i < list.count && argument.name != NULL; i++) {
			if (list.items[i].name == argument.name)
				fail(p, argument.span, "keyword argument repeated: %s",
				     argument.name->text);
		}
		seen_keyword |= argument.name != NULL;
		seen_double_star |= argument.is_double_star;
		last = argument.value;
		if (last->kind == EXPR_GENERATOR && !last->in_parentheses && generator == NULL)
			generator = last;
		vec_push(&list, argument);
		if (!accept(p, TOKEN_COMMA))
			break;
		if (generator != NULL && list.count > 1)
			break;
	}
	if (generator != NULL && (list.count > 1 || p->tokens[p->at - 1].kind == TOKEN_COMMA))
		fail(p, generator->span, "Generator expression must be parenthesized");
	expect_close(p, TOKEN_RPAREN, last);
	p->in_for_target = outer;
	*out = tree_copy(p->tree, list.items, list.count, sizeof *list.items);
	*count = (uint32_t)list.count;
	vec_free(&list);
}

static struct expr *parse_call(struct parser *p, struct expr *function, uint32_t start)
{
	uint32_t open = here(p).start;
	advance(p);
	struct argument *arguments;
	uint32_t count;
	parse_arguments(p, &arguments, &count);
	struct expr *e = new_expr(p, EXPR_CALL, start);
	e->u.call.function = function;
	e->u.call.arguments = arguments;
	e->u.call.count = count;
	adopt(p, e, function);
	for (uint32_t i = 0; i < count; i++) {
		adopt(p, e, arguments[i].value);
		/* f(x for x in y): the generator takes the call's parentheses. */
		if (arguments[i].value->kind == EXPR_GENERATOR &&
		    !arguments[i].value->in_parentheses)
			arguments[i].value->span = span_from(p, open);
	}
	return e;
}

static struct expr *parse_slice(struct parser *p)
{
	uint32_t start = here(p).start;
	if (peek(p) == TOKEN_STAR)
		return parse_star_named(p);
	struct expr *first = NULL, *stop = NULL, *step = NULL;
	if (peek(p) != TOKEN_COLON)
		first = parse_named(p);
	if (!accept(p, TOKEN_COLON))
		return first;
	if (starts_expression(peek(p)))
		stop = parse_expression(p);
	if (accept(p, TOKEN_COLON) && starts_expression(peek(p)))
		step = parse_expression(p);
	struct expr *e = new_expr(p, EXPR_SLICE, start);
	e->u.slice.start = first;
	e->u.slice.stop = stop;
	e->u.slice.step = step;
	adopt(p, e, first);
	adopt(p, e, stop);
	adopt(p, e, step);
	return e;
}

static struct expr *parse_subscript(struct parser *p, struct expr *object, uint32_t start)
{
	advance(p);
	bool outer = p->in_for_target;
	p->in_for_target = false;
	uint32_t index_start = here(p).start;
	struct expr *index = parse_slice(p);
	if (peek(p) == TOKEN_COMMA || index->kind == EXPR_STARRED) {
		VEC(struct expr *) items = {0};
		vec_push(&items, index);
		while (accept(p, TOKEN_COMMA) && peek(p) != TOKEN_RBRACKET && !p->failed) {
			index = parse_slice(p);
			vec_push(&items, index);
		}
		index = new_expr(p, EXPR_TUPLE, index_start);
		for (size_t i = 0; i < items.count; i++)
			adopt(p, index, items.items[i]);
		TAKE_LIST(p, &index->u.list, &items);
	}
	expect_close(p, TOKEN_RBRACKET, index);
	p->in_for_target = outer;
	struct expr *e = new_expr(p, EXPR_SUBSCRIPT, start);
	e->u.subscript.object = object;
	e->u.subscript.index = index;
	adopt(p, e, object);
	adopt(p, e, index);
	return e;
}

static struct expr *parse_attribute(struct parser *p, struct expr *object, uint32_t start)
{
	advance(p);
	struct name_at name = parse_name(p);
	struct expr *e = new_expr(p, EXPR_ATTRIBUTE, start);
	e->u.attribute.object = object;
	e->u.attribute.name = name.name;
	e->u.attribute.name_span = name.span;
	adopt(p, e, object);
	return e;
}

struct expr *parse_primary(struct parser *p)
{
	uint32_t start = here(p).start;
	if (peek(p) == TOKEN_AWAIT) {
		advance(p);
		if (!enter(p))
			return new_expr(p, EXPR_CONSTANT, start);
		struct expr *operand = parse_primary(p);
		leave(p);
		struct expr *e = new_expr(p, EXPR_AWAIT, start);
		e->u.unary.operand = operand;
		adopt(p, e, operand);
		return e;
	}
	struct expr *e = parse_atom(p);
	for (;;) {
		switch (peek(p)) {
		case TOKEN_DOT:
			e = parse_attribute(p, e, start);
			break;
		case TOKEN_LPAREN:
			e = parse_call(p, e, start);
			break;
		case TOKEN_LBRACKET:
			e = parse_subscript(p, e, start);
			break;
		default:
			return e;
		}
	}
}

/* ---- operators ------------------------------------------------------------------------------ */

static struct expr *new_binary(struct parser *p, uint32_t start, enum binary_op op,
                               struct expr *left, struct expr *right)
{
	struct expr *e = new_expr(p, EXPR_BINARY, start);
	e->u.binary.op = op;
	e->u.binary.left = left;
	e->u.binary.right = right;
	adopt(p, e, left);
	adopt(p, e, right);
	return e;
}

/* -x, +x, ~x, x ** y. */
static struct expr *parse_factor(struct parser *p)
{
	uint32_t start = here(p).start;
	enum token_kind kind = peek(p);
	if (kind == TOKEN_MINUS || kind == TOKEN_PLUS || kind == TOKEN_TILDE) {
		advance(p);
		if (!enter(p))
			return new_expr(p, EXPR_CONSTANT, start);
		struct expr *operand = parse_factor(p);
		leave(p);
		struct expr *e = new_expr(p, EXPR_UNARY, start);
		e->u.unary.op = kind == TOKEN_MINUS ? UNARY_NEGATIVE
		                : kind == TOKEN_PLUS ? UNARY_POSITIVE : UNARY_INVERT;
		e->u.unary.operand = operand;
		adopt(p, e, operand);
		return e;
	}
	struct expr *base = parse_primary(p);
	if (!accept(p, TOKEN_POW))
		return base;
	if (!enter(p))
		return base;
	struct expr *exponent = parse_factor(p);
	leave(p);
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
		advance(p);
		struct expr *right = parse_binary(p, (uint8_t)(token->precedence + 1));
		left = new_binary(p, start, token->op, left, right);
	}
}

struct expr *parse_bitwise_or(struct parser *p)
{
	if (!enter(p))
		return new_expr(p, EXPR_CONSTANT, here(p).start);
	struct expr *e = parse_binary(p, 1);
	leave(p);
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
		if (accept(p, plain[i].kind)) {
			*out = (uint8_t)plain[i].op;
			return true;
		}
	}
	if (peek(p) == TOKEN_NOT && peek_at(p, 1) == TOKEN_IN) {
		advance(p);
		advance(p);
		*out = COMPARISON_NOT_IN;
		return true;
	}
	if (!p->in_for_target && accept(p, TOKEN_IN)) {
		*out = COMPARISON_IN;
		return true;
	}
	if (accept(p, TOKEN_IS)) {
		*out = accept(p, TOKEN_NOT) ? COMPARISON_IS_NOT : COMPARISON_IS;
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
	struct expr *e = new_expr(p, EXPR_COMPARE, start);
	for (size_t i = 0; i < operands.count; i++)
		adopt(p, e, operands.items[i]);
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
	if (!accept(p, TOKEN_NOT))
		return parse_comparison(p);
	if (!enter(p))
		return new_expr(p, EXPR_CONSTANT, start);
	struct expr *operand = parse_inversion(p);
	leave(p);
	struct expr *e = new_expr(p, EXPR_NOT, start);
	e->u.unary.operand = operand;
	adopt(p, e, operand);
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
	while (accept(p, between)) {
		struct expr *operand = parse_operand(p);
		vec_push(&operands, operand);
	}
	struct expr *e = new_expr(p, kind, start);
	for (size_t i = 0; i < operands.count; i++)
		adopt(p, e, operands.items[i]);
	TAKE_LIST(p, &e->u.list, &operands);
	return e;
}

static struct expr *parse_conjunction(struct parser *p)
{
	return parse_chain(p, TOKEN_AND, EXPR_AND, parse_inversion);
}

static struct expr *parse_disjunction(struct parser *p)
{
	return parse_chain(p, TOKEN_OR, EXPR_OR, parse_conjunction);
}

static struct expr *parse_lambda(struct parser *p)
{
	uint32_t start = here(p).start;
	advance(p);
	struct parameters *parameters = parse_parameters(p, TOKEN_COLON);
	expect_colon(p);
	struct expr *body = parse_expression(p);
	struct expr *e = new_expr(p, EXPR_LAMBDA, start);
	e->u.lambda.parameters = parameters;
	e->u.lambda.body = body;
	adopt(p, e, body);
	for (uint32_t i = 0; i < parameters->count; i++)
		adopt(p, e, parameters->items[i].value);
	return e;
}

static struct expr *parse_conditional(struct parser *p)
{
	uint32_t start = here(p).start;
	struct expr *yes = parse_disjunction(p);
	if (!accept(p, TOKEN_IF))
		return yes;
	struct expr *test = parse_disjunction(p);
	if (!accept(p, TOKEN_ELSE) && !p->failed) {
		if (peek(p) == TOKEN_COLON)
			fail_here(p);
		else
			fail(p, span_from(p, start), "expected 'else' after 'if' expression");
	}
	struct expr *no = parse_expression(p);
	struct expr *e = new_expr(p, EXPR_CONDITIONAL, start);
	e->u.conditional.test = test;
	e->u.conditional.yes = yes;
	e->u.conditional.no = no;
	adopt(p, e, test);
	adopt(p, e, yes);
	adopt(p, e, no);
	return e;
}

struct expr *parse_expression(struct parser *p)
{
	if (!enter(p))
		return new_expr(p, EXPR_CONSTANT, here(p).start);
	struct expr *e = peek(p) == TOKEN_LAMBDA ? parse_lambda(p) : parse_conditional(p);
	leave(p);
	return e;
}

struct expr *parse_named(struct parser *p)
{
	uint32_t start = here(p).start;
	if (peek(p) != TOKEN_NAME || peek_at(p, 1) != TOKEN_WALRUS) {
		struct expr *e = parse_expression(p);
		if (peek(p) == TOKEN_WALRUS && !p->failed)
			fail(p, e->span, "cannot use assignment expressions with %s",
			     expr_called(e));
		return e;
	}
	struct name_at name = parse_name(p);
	advance(p);
	struct expr *val = parse_expression(p);
	struct expr *e = new_expr(p, EXPR_WALRUS, start);
	e->u.walrus.name = name.name;
	e->u.walrus.name_span = name.span;
	e->u.walrus.value = val;
	adopt(p, e, val);
	return e;
}

/* ---- lists without brackets -------------------------------------------------------------------- */

static struct expr *parse_star_expression(struct parser *p)
{
	uint32_t start = here(p).start;
	if (!accept(p, TOKEN_STAR))
		return parse_expression(p);
	struct expr *operand = parse_bitwise_or(p);
	struct expr *e = new_expr(p, EXPR_STARRED, start);
	e->u.unary.operand = operand;
	adopt(p, e, operand);
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
	while (accept(p, TOKEN_COMMA)) {
		if (!starts_expression(peek(p)) && peek(p) != TOKEN_STAR)
			break;
		struct expr *item = parse_star_expression(p);
		vec_push(&items, item);
	}
	struct expr *e = new_expr(p, EXPR_TUPLE, start);
	for (size_t i = 0; i < items.count; i++)
		adopt(p, e, items.items[i]);
	TAKE_LIST(p, &e->u.list, &items);
	return e;
}

struct expr *parse_star_or_yield(struct parser *p)
{
	uint32_t start = here(p).start;
	if (!accept(p, TOKEN_YIELD))
		return parse_star_expressions(p);
	struct expr *operand = NULL;
	enum expr_kind kind = EXPR_YIELD;
	if (accept(p, TOKEN_FROM)) {
		kind = EXPR_YIELD_FROM;
		operand = parse_expression(p);
	} else if (starts_expression(peek(p)) || peek(p) == TOKEN_STAR) {
		operand = parse_star_expressions(p);
	}
	struct expr *e = new_expr(p, kind, start);
	e->u.unary.operand = operand;
	adopt(p, e, operand);
	return e;
}
