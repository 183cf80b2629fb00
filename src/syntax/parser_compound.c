/* Compound statements: those with blocks; and the parameters of functions. */
#include <string.h>

#include "syntax/parser_internal.h"

/* ---- parameters -------------------------------------------------------------- */

struct parameter_list {
	struct parser *p;
	enum token_kind end;
	VEC(struct parameter) items;
	struct parameters *out;
	bool seen_slash, seen_star, seen_default;
};

static struct parameter parse_parameter(struct parameter_list *l, bool may_have_value)
{
	struct parser *p = l->p;
	struct name_at name = parse_name(p);
	struct parameter parameter = {.name = name.name, .span = name.span};
	if (l->end == TOKEN_RPAREN && parser_accept(p, TOKEN_COLON)) {
		if (peek(p) == TOKEN_STAR) {
			parser_refuse(p, here(p), "'*' in annotations is not supported");
			parser_advance(p);
		}
		parameter.annotation = parse_expression(p);
	}
	if (may_have_value && parser_accept(p, TOKEN_ASSIGN)) {
		if (peek(p) == TOKEN_COMMA || peek(p) == l->end)
			parser_fail(p, p->tokens[p->at - 1].span, "expected default value expression");
		parameter.value = parse_expression(p);
	} else if (!may_have_value && peek(p) == TOKEN_ASSIGN) {
		parser_fail(p, here(p), "var-%s argument cannot have default value",
		     l->out->star == NULL && l->seen_star ? "positional" : "keyword");
	}
	return parameter;
}

static struct parameter *keep_parameter(struct parser *p, struct parameter parameter)
{
	return tree_copy(p->tree, &parameter, 1, sizeof parameter);
}

static void parse_star_parameter(struct parameter_list *l)
{
	struct parser *p = l->p;
	if (l->seen_star)
		parser_fail(p, here(p), "* argument may appear only once");
	struct span star = here(p);
	parser_advance(p);
	l->seen_star = true;
	if (peek(p) == TOKEN_NAME)
		l->out->star = keep_parameter(p, parse_parameter(l, false));
	else if (peek(p) != TOKEN_COMMA || peek_at(p, 1) == l->end || peek_at(p, 1) == TOKEN_POW)
		parser_fail(p, star, "named arguments must follow bare *");
}

static void parse_slash(struct parameter_list *l)
{
	struct parser *p = l->p;
	if (l->seen_slash)
		parser_fail(p, here(p), "/ may appear only once");
	else if (l->seen_star)
		parser_fail(p, here(p), "/ must be ahead of *");
	else if (l->items.count == 0)
		parser_fail(p, here(p), "at least one parameter must precede /");
	parser_advance(p);
	l->seen_slash = true;
	l->out->positional_only_count = (uint32_t)l->items.count;
}

static void parse_plain_parameter(struct parameter_list *l)
{
	if (peek(l->p) == TOKEN_LPAREN)
		parser_fail(l->p, here(l->p), "%s parameters cannot be parenthesized",
		     l->end == TOKEN_RPAREN ? "Function" : "Lambda expression");
	struct parameter parameter = parse_parameter(l, true);
	if (!l->seen_star) {
		l->out->positional_count++;
		if (parameter.value == NULL && l->seen_default)
			parser_fail(l->p, parameter.span,
			     "parameter without a default follows parameter with a default");
		l->seen_default |= parameter.value != NULL;
	}
	vec_push(&l->items, parameter);
}

struct parameters *parse_parameters(struct parser *p, enum token_kind end)
{
	struct parameter_list l = {.p = p, .end = end};
	l.out = tree_alloc(p->tree, 1, sizeof *l.out);
	while (peek(p) != end && !p->failed) {
		if (l.out->double_star != NULL) {
			parser_fail(p, here(p), "arguments cannot follow var-keyword argument");
		} else if (parser_accept(p, TOKEN_POW)) {
			l.out->double_star = keep_parameter(p, parse_parameter(&l, false));
		} else if (peek(p) == TOKEN_STAR) {
			parse_star_parameter(&l);
		} else if (peek(p) == TOKEN_SLASH) {
			parse_slash(&l);
		} else {
			parse_plain_parameter(&l);
		}
		if (!parser_accept(p, TOKEN_COMMA) && peek(p) != end)
			parser_fail_here(p);
	}
	l.out->count = (uint32_t)l.items.count;
	l.out->items = tree_copy(p->tree, l.items.items, l.items.count, sizeof *l.items.items);
	vec_free(&l.items);
	return l.out;
}

/* ---- if, while, for ---------------------------------------------------------- */

/* The test of `if` and its like: `=` in place of `==` has a message of its own. */
static struct expr *parse_test(struct parser *p)
{
	struct expr *test = parse_named(p);
	if (peek(p) == TOKEN_ASSIGN && test->kind == EXPR_NAME)
		parser_fail(p, (struct span){test->span.start, here(p).end},
		     "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
	else if (peek(p) == TOKEN_ASSIGN && test->kind != EXPR_TUPLE && test->kind != EXPR_LIST &&
	         test->kind != EXPR_GENERATOR && test->kind != EXPR_CONSTANT)
		parser_fail(p, test->span, "cannot assign to %s here. Maybe you meant '==' instead of '='?",
		     expr_called(test));
	else if (peek(p) != TOKEN_COLON && peek(p) != TOKEN_NEWLINE)
		parser_fail_here(p);
	return test;
}

static struct block parse_else(struct parser *p)
{
	struct block none = {0};
	if (peek(p) != TOKEN_ELSE)
		return none;
	uint32_t start = here(p).start;
	parser_advance(p);
	return parse_block(p, "'else' statement", start);
}

static struct stmt *parse_branch(struct parser *p, enum stmt_kind kind)
{
	uint32_t start = here(p).start;
	VEC(struct if_clause) clauses = {0};
	do {
		struct if_clause clause = {0};
		uint32_t head = here(p).start;
		const char *after = kind == STMT_WHILE ? "'while' statement"
		                    : clauses.count == 0 ? "'if' statement" : "'elif' statement";
		parser_advance(p);
		clause.test = parse_test(p);
		clause.span = parser_span(p, head);
		clause.body = parse_block(p, after, head);
		vec_push(&clauses, clause);
	} while (kind == STMT_IF && peek(p) == TOKEN_ELIF);
	struct stmt *s = stmt_new(p, kind, start);
	s->span = clauses.items[0].span;
	s->u.branch.clauses = tree_copy(p->tree, clauses.items, clauses.count, sizeof *clauses.items);
	s->u.branch.count = (uint32_t)clauses.count;
	vec_free(&clauses);
	s->u.branch.otherwise = parse_else(p);
	return s;
}

static struct stmt *parse_for(struct parser *p, uint32_t start, bool is_async)
{
	uint32_t head = here(p).start;
	parser_advance(p);
	struct expr *target = parse_for_targets(p);
	parser_expect(p, TOKEN_IN);
	struct expr *iterable = parse_star_expressions(p);
	struct stmt *s = stmt_new(p, STMT_FOR, start);
	s->u.loop.target = target;
	s->u.loop.iterable = iterable;
	s->u.loop.is_async = is_async;
	s->u.loop.body = parse_block(p, "'for' statement", head);
	s->u.loop.otherwise = parse_else(p);
	return s;
}

/* ---- with -------------------------------------------------------------------- */

/*
 * Whether the bracket that opens here is closed right before the statement's colon; `*has_as`:
 * there is an `as` in it, so that it can only hold items.
 */
static bool parentheses_end_with_head(const struct parser *p, bool *has_as)
{
	size_t depth = 0;
	*has_as = false;
	for (size_t i = p->at; i < p->token_count; i++) {
		switch (p->tokens[i].kind) {
		case TOKEN_LPAREN:
		case TOKEN_LBRACKET:
		case TOKEN_LBRACE:
			depth++;
			break;
		case TOKEN_RPAREN:
		case TOKEN_RBRACKET:
		case TOKEN_RBRACE:
			if (--depth == 0)
				return i + 1 < p->token_count &&
				       p->tokens[i + 1].kind == TOKEN_COLON;
			break;
		case TOKEN_AS:
			*has_as |= depth == 1;
			break;
		default:
			break;
		}
	}
	return false;
}

static struct with_item parse_with_item(struct parser *p)
{
	struct with_item item = {.manager = parse_expression(p)};
	if (parser_accept(p, TOKEN_AS)) {
		item.target = parse_primary(p);
		check_target(p, item.target, "assign to", false);
	}
	return item;
}

/* The items, in parentheses or not; false (quietly) if they are not items in parentheses. */
static bool parse_with_items(struct parser *p, struct stmt *s, bool parenthesised)
{
	VEC(struct with_item) items = {0};
	if (parenthesised)
		parser_expect(p, TOKEN_LPAREN);
	do {
		if (parenthesised && items.count > 0 && peek(p) == TOKEN_RPAREN)
			break;
		struct with_item item = parse_with_item(p);
		vec_push(&items, item);
	} while (parser_accept(p, TOKEN_COMMA));
	if (parenthesised)
		parser_expect(p, TOKEN_RPAREN);
	s->u.with.items = tree_copy(p->tree, items.items, items.count, sizeof *items.items);
	s->u.with.count = (uint32_t)items.count;
	vec_free(&items);
	return !p->failed;
}

static struct stmt *parse_with(struct parser *p, uint32_t start, bool is_async)
{
	uint32_t head = here(p).start;
	parser_advance(p);
	struct stmt *s = stmt_new(p, STMT_WITH, start);
	s->u.with.is_async = is_async;
	bool done = false, has_as;
	if (peek(p) == TOKEN_LPAREN && parentheses_end_with_head(p, &has_as)) {
		size_t at = p->at;
		uint32_t last_end = p->last_end, nesting = p->nesting;
		bool quiet = p->quiet;
		p->quiet = true;
		done = parse_with_items(p, s, true);
		p->quiet = quiet;
		p->failed = false;
		p->at = at;
		p->last_end = last_end;
		p->nesting = nesting;
		done |= has_as;
		if (done) /* Once more, aloud. */
			parse_with_items(p, s, true);
	}
	if (!done)
		parse_with_items(p, s, false);
	s->span = parser_span(p, start);
	s->u.with.body = parse_block(p, "'with' statement", head);
	return s;
}

/* ---- try --------------------------------------------------------------------- */

static struct except_clause parse_except(struct parser *p, bool *is_star)
{
	struct except_clause clause = {0};
	uint32_t head = here(p).start;
	parser_advance(p);
	*is_star = parser_accept(p, TOKEN_STAR);
	if (*is_star && (peek(p) == TOKEN_COLON || peek(p) == TOKEN_NEWLINE))
		parser_fail(p, here(p), "expected one or more exception types");
	if (peek(p) != TOKEN_COLON && peek(p) != TOKEN_NEWLINE) {
		clause.type = parse_expression(p);
		if (peek(p) == TOKEN_COMMA)
			parser_fail(p, (struct span){clause.type->span.start, here(p).end},
			     "multiple exception types must be parenthesized");
		if (parser_accept(p, TOKEN_AS))
			clause.name = parse_name(p);
	}
	clause.span = parser_span(p, head);
	clause.body = parse_block(p, *is_star ? "'except*' statement" : "'except' statement", head);
	return clause;
}

static struct stmt *parse_try(struct parser *p)
{
	uint32_t start = here(p).start;
	parser_advance(p);
	struct stmt *s = stmt_new(p, STMT_TRY, start);
	s->u.try.body = parse_block(p, "'try' statement", start);
	VEC(struct except_clause) clauses = {0};
	bool any_star = false;
	while (peek(p) == TOKEN_EXCEPT) {
		struct span head = here(p);
		bool is_star;
		struct except_clause clause = parse_except(p, &is_star);
		if (clauses.count > 0 && is_star != any_star)
			parser_fail(p, head, "cannot have both 'except' and 'except*' on the same 'try'");
		any_star |= is_star;
		if (clauses.count > 0 && vec_last(&clauses).type == NULL)
			parser_fail(p, vec_last(&clauses).span, "default 'except:' must be last");
		vec_push(&clauses, clause);
	}
	s->kind = any_star ? STMT_TRY_STAR : STMT_TRY;
	s->u.try.clauses = tree_copy(p->tree, clauses.items, clauses.count, sizeof *clauses.items);
	s->u.try.count = (uint32_t)clauses.count;
	vec_free(&clauses);
	if (s->u.try.count > 0)
		s->u.try.otherwise = parse_else(p);
	if (peek(p) == TOKEN_FINALLY) {
		uint32_t head = here(p).start;
		parser_advance(p);
		s->u.try.finally = parse_block(p, "'finally' statement", head);
	} else if (s->u.try.count == 0) {
		parser_fail(p, here(p), "expected 'except' or 'finally' block");
	}
	return s;
}

/* ---- def, class, decorators -------------------------------------------------- */

/* [T, ...] behind a name: type parameters, which are passed over. */
static void refuse_type_parameters(struct parser *p)
{
	if (peek(p) != TOKEN_LBRACKET)
		return;
	parser_refuse(p, here(p), "type parameters are not supported");
	size_t depth = 0;
	do {
		if (peek(p) == TOKEN_LBRACKET)
			depth++;
		else if (peek(p) == TOKEN_RBRACKET)
			depth--;
		else if (peek(p) == TOKEN_BAD || peek(p) == TOKEN_END)
			parser_fail_here(p);
		parser_advance(p);
	} while (depth > 0 && !p->failed);
}

static struct stmt *parse_function(struct parser *p, uint32_t start, bool is_async,
                                   struct expr_list decorators)
{
	uint32_t head = here(p).start;
	parser_advance(p);
	struct function *f = tree_alloc(p->tree, 1, sizeof *f);
	f->is_async = is_async;
	f->decorators = decorators;
	f->name = parse_name(p);
	refuse_type_parameters(p);
	if (!parser_accept(p, TOKEN_LPAREN) && !p->failed)
		parser_fail(p, here(p), "expected '('");
	f->parameters = parse_parameters(p, TOKEN_RPAREN);
	parser_expect(p, TOKEN_RPAREN);
	if (parser_accept(p, TOKEN_ARROW))
		f->returns = parse_expression(p);
	struct stmt *s = stmt_new(p, STMT_FUNCTION, start);
	s->u.function = f;
	f->body = parse_block(p, "function definition", head);
	return s;
}

static struct stmt *parse_class(struct parser *p, struct expr_list decorators)
{
	uint32_t start = here(p).start;
	parser_advance(p);
	struct class_def *c = tree_alloc(p->tree, 1, sizeof *c);
	c->decorators = decorators;
	c->name = parse_name(p);
	refuse_type_parameters(p);
	if (parser_accept(p, TOKEN_LPAREN))
		parse_arguments(p, &c->arguments, &c->argument_count);
	for (uint32_t i = 0; i < c->argument_count && !p->failed; i++) {
		const struct argument *argument = &c->arguments[i];
		const struct expr *val = argument->value;
		if (val->kind == EXPR_GENERATOR && !val->in_parentheses)
			parser_fail(p, val->span, "invalid syntax");
		if (argument->name != NULL && strcmp(argument->name->text, "metaclass") == 0)
			parser_refuse(p, argument->span, "metaclasses are not supported");
	}
	struct stmt *s = stmt_new(p, STMT_CLASS, start);
	s->u.class_def = c;
	c->body = parse_block(p, "class definition", start);
	return s;
}

/* What may follow `async`. */
static struct stmt *parse_async(struct parser *p, struct expr_list decorators)
{
	uint32_t start = here(p).start;
	parser_advance(p);
	switch (peek(p)) {
	case TOKEN_DEF:
		return parse_function(p, start, true, decorators);
	case TOKEN_FOR:
		return parse_for(p, start, true);
	case TOKEN_WITH:
		return parse_with(p, start, true);
	default:
		parser_fail_here(p);
		return stmt_new(p, STMT_PASS, start);
	}
}

static struct stmt *parse_decorated(struct parser *p)
{
	uint32_t start = here(p).start;
	VEC(struct expr *) list = {0};
	while (parser_accept(p, TOKEN_AT)) {
		struct expr *decorator = parse_named(p);
		vec_push(&list, decorator);
		parser_expect(p, TOKEN_NEWLINE);
	}
	struct expr_list decorators;
	TAKE_LIST(p, &decorators, &list);
	if (peek(p) == TOKEN_DEF)
		return parse_function(p, here(p).start, false, decorators);
	if (peek(p) == TOKEN_CLASS)
		return parse_class(p, decorators);
	if (peek(p) == TOKEN_ASYNC && peek_at(p, 1) == TOKEN_DEF)
		return parse_async(p, decorators);
	parser_fail_here(p);
	return stmt_new(p, STMT_PASS, start);
}

/* ---- which one it is --------------------------------------------------------- */

struct stmt *parse_compound(struct parser *p)
{
	struct expr_list none = {0};
	uint32_t start = here(p).start;
	switch (peek(p)) {
	case TOKEN_IF:
		return parse_branch(p, STMT_IF);
	case TOKEN_WHILE:
		return parse_branch(p, STMT_WHILE);
	case TOKEN_FOR:
		return parse_for(p, start, false);
	case TOKEN_WITH:
		return parse_with(p, start, false);
	case TOKEN_TRY:
		return parse_try(p);
	case TOKEN_DEF:
		return parse_function(p, start, false, none);
	case TOKEN_CLASS:
		return parse_class(p, none);
	case TOKEN_ASYNC:
		return parse_async(p, none);
	case TOKEN_AT:
		return parse_decorated(p);
	default:
		return NULL;
	}
}
