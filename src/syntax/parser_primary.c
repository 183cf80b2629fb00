/* Atoms and what follows them: calls, attributes, items; await. */
#include "syntax/parser_internal.h"

/* ---- atoms and what follows them --------------------------------------------- */

static struct expr *parse_constant(struct parser *p, enum constant constant)
{
	uint32_t start = here(p).start;
	parser_advance(p);
	struct expr *e = expr_new(p, EXPR_CONSTANT, start);
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
		parser_advance(p);
		e = expr_new(p, EXPR_NAME, start);
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
		parser_fail_here(p);
		e = expr_new(p, EXPR_CONSTANT, start);
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
			parser_fail(p, argument->span,
			     "iterable argument unpacking follows keyword argument unpacking");
	} else if (seen_double_star) {
		parser_fail(p, argument->span,
		     "positional argument follows keyword argument unpacking");
	} else if (seen_keyword) {
		parser_fail(p, argument->span, "positional argument follows keyword argument");
	}
}

static struct argument parse_argument(struct parser *p)
{
	struct argument argument = {0};
	uint32_t start = here(p).start;
	if (parser_accept(p, TOKEN_POW)) {
		argument.is_double_star = true;
		argument.value = parse_expression(p);
	} else if (peek(p) == TOKEN_STAR) {
		parser_advance(p);
		if (peek(p) == TOKEN_RPAREN || peek(p) == TOKEN_COMMA)
			parser_fail(p, here(p), "Invalid star expression");
		struct expr *operand = parse_expression(p);
		argument.value = expr_new(p, EXPR_STARRED, start);
		argument.value->u.unary.operand = operand;
		expr_adopt(p, argument.value, operand);
	} else if (peek(p) == TOKEN_NAME && peek_at(p, 1) == TOKEN_ASSIGN) {
		argument.name = token_name(p, here(p));
		parser_advance(p);
		parser_advance(p);
		if (peek(p) == TOKEN_COMMA || peek(p) == TOKEN_RPAREN)
			parser_fail(p, parser_span(p, start), "expected argument value expression");
		argument.value = parse_expression(p);
		if (parser_at_comprehension(p))
			parser_fail(p, parser_span(p, start),
			     "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
	} else {
		argument.value = parse_named(p);
		if (parser_at_comprehension(p))
			argument.value = parse_comprehension(p, EXPR_GENERATOR, start,
			                                     argument.value, NULL);
		if (peek(p) == TOKEN_ASSIGN) {
			if (argument.value->kind == EXPR_CONSTANT &&
			    argument.value->u.constant != CONSTANT_ELLIPSIS)
				parser_fail(p, parser_span(p, start), "cannot assign to %s",
				     expr_called(argument.value));
			else
				parser_fail(p, (struct span){start, here(p).end},
				     "expression cannot contain assignment, perhaps you meant \"==\"?");
		}
	}
	argument.span = parser_span(p, start);
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
				parser_fail(p, argument.span, "keyword argument repeated: %s",
				     argument.name->text);
		}
		seen_keyword |= argument.name != NULL;
		seen_double_star |= argument.is_double_star;
		last = argument.value;
		if (last->kind == EXPR_GENERATOR && !last->in_parentheses && generator == NULL)
			generator = last;
		vec_push(&list, argument);
		if (!parser_accept(p, TOKEN_COMMA))
			break;
		if (generator != NULL && list.count > 1)
			break;
	}
	if (generator != NULL && (list.count > 1 || p->tokens[p->at - 1].kind == TOKEN_COMMA))
		parser_fail(p, generator->span, "Generator expression must be parenthesized");
	parser_expect_close(p, TOKEN_RPAREN, last);
	p->in_for_target = outer;
	*out = tree_copy(p->tree, list.items, list.count, sizeof *list.items);
	*count = (uint32_t)list.count;
	vec_free(&list);
}

static struct expr *parse_call(struct parser *p, struct expr *function, uint32_t start)
{
	uint32_t open = here(p).start;
	parser_advance(p);
	struct argument *arguments;
	uint32_t count;
	parse_arguments(p, &arguments, &count);
	struct expr *e = expr_new(p, EXPR_CALL, start);
	e->u.call.function = function;
	e->u.call.arguments = arguments;
	e->u.call.count = count;
	expr_adopt(p, e, function);
	for (uint32_t i = 0; i < count; i++) {
		expr_adopt(p, e, arguments[i].value);
		/* f(x for x in y): the generator takes the call's parentheses. */
		if (arguments[i].value->kind == EXPR_GENERATOR &&
		    !arguments[i].value->in_parentheses)
			arguments[i].value->span = parser_span(p, open);
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
	if (!parser_accept(p, TOKEN_COLON))
		return first;
	if (starts_expression(peek(p)))
		stop = parse_expression(p);
	if (parser_accept(p, TOKEN_COLON) && starts_expression(peek(p)))
		step = parse_expression(p);
	struct expr *e = expr_new(p, EXPR_SLICE, start);
	e->u.slice.start = first;
	e->u.slice.stop = stop;
	e->u.slice.step = step;
	expr_adopt(p, e, first);
	expr_adopt(p, e, stop);
	expr_adopt(p, e, step);
	return e;
}

static struct expr *parse_subscript(struct parser *p, struct expr *object, uint32_t start)
{
	parser_advance(p);
	bool outer = p->in_for_target;
	p->in_for_target = false;
	uint32_t index_start = here(p).start;
	struct expr *index = parse_slice(p);
	if (peek(p) == TOKEN_COMMA || index->kind == EXPR_STARRED) {
		VEC(struct expr *) items = {0};
		vec_push(&items, index);
		while (parser_accept(p, TOKEN_COMMA) && peek(p) != TOKEN_RBRACKET && !p->failed) {
			index = parse_slice(p);
			vec_push(&items, index);
		}
		index = expr_new(p, EXPR_TUPLE, index_start);
		for (size_t i = 0; i < items.count; i++)
			expr_adopt(p, index, items.items[i]);
		TAKE_LIST(p, &index->u.list, &items);
	}
	parser_expect_close(p, TOKEN_RBRACKET, index);
	p->in_for_target = outer;
	struct expr *e = expr_new(p, EXPR_SUBSCRIPT, start);
	e->u.subscript.object = object;
	e->u.subscript.index = index;
	expr_adopt(p, e, object);
	expr_adopt(p, e, index);
	return e;
}

static struct expr *parse_attribute(struct parser *p, struct expr *object, uint32_t start)
{
	parser_advance(p);
	struct name_at name = parse_name(p);
	struct expr *e = expr_new(p, EXPR_ATTRIBUTE, start);
	e->u.attribute.object = object;
	e->u.attribute.name = name.name;
	e->u.attribute.name_span = name.span;
	expr_adopt(p, e, object);
	return e;
}

struct expr *parse_primary(struct parser *p)
{
	uint32_t start = here(p).start;
	if (peek(p) == TOKEN_AWAIT) {
		parser_advance(p);
		if (!parser_enter(p))
			return expr_new(p, EXPR_CONSTANT, start);
		struct expr *operand = parse_primary(p);
		parser_leave(p);
		struct expr *e = expr_new(p, EXPR_AWAIT, start);
		e->u.unary.operand = operand;
		expr_adopt(p, e, operand);
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
