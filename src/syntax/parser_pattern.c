/* `match` statements and their patterns. `match` and `case` are names everywhere else. */
#include <string.h>

#include "syntax/parser_internal.h"

static struct pattern *parse_pattern(struct parser *p);

static struct pattern *new_pattern(struct parser *p, enum pattern_kind kind, uint32_t start)
{
	struct pattern *pattern = tree_alloc(p->tree, 1, sizeof *pattern);
	pattern->kind = (uint8_t)kind;
	pattern->span = parser_span(p, start);
	return pattern;
}

struct pattern_list {
	struct pattern **items;
	size_t count, room;
};

static void take_items(struct parser *p, struct pattern *pattern, struct pattern_list *list)
{
	TAKE_LIST(p, pattern, list);
}

/* ---- values, names, classes -------------------------------------------------- */

/* A number with its sign, a string, or None, True, False. */
static struct expr *parse_literal(struct parser *p)
{
	uint32_t start = here(p).start;
	if (!parser_accept(p, TOKEN_MINUS))
		return peek(p) == TOKEN_FSTRING_START
		       ? (parser_fail(p, here(p), "patterns may only match literals and attribute lookups"),
		          expr_new(p, EXPR_CONSTANT, start))
		       : parse_primary(p);
	if (peek(p) != TOKEN_INT && peek(p) != TOKEN_FLOAT)
		parser_fail_here(p);
	struct expr *operand = parse_primary(p);
	struct expr *e = expr_new(p, EXPR_UNARY, start);
	e->u.unary.op = UNARY_NEGATIVE;
	e->u.unary.operand = operand;
	expr_adopt(p, e, operand);
	return e;
}

static struct pattern *parse_value(struct parser *p, struct expr *val, uint32_t start)
{
	struct pattern *pattern = new_pattern(p, PATTERN_VALUE, start);
	pattern->value = val;
	return pattern;
}

static struct pattern *parse_class_pattern(struct parser *p, struct expr *class, uint32_t start)
{
	struct pattern_list items = {0};
	VEC(struct name *) names = {0};
	parser_advance(p);
	while (peek(p) != TOKEN_RPAREN && !p->failed) {
		if (peek(p) == TOKEN_NAME && peek_at(p, 1) == TOKEN_ASSIGN) {
			struct name_at name = parse_name(p);
			for (size_t i = 0; i < names.count; i++) {
				if (names.items[i] == name.name)
					parser_fail(p, name.span, "attribute name repeated in class pattern: %s",
					     name.name->text);
			}
			vec_push(&names, name.name);
			parser_advance(p);
		} else if (names.count > 0) {
			parser_fail(p, here(p), "positional patterns follow keyword patterns");
		}
		struct pattern *item = parse_pattern(p);
		vec_push(&items, item);
		if (!parser_accept(p, TOKEN_COMMA))
			break;
	}
	parser_expect(p, TOKEN_RPAREN);
	struct pattern *pattern = new_pattern(p, PATTERN_CLASS, start);
	pattern->value = class;
	pattern->attributes = tree_copy(p->tree, names.items, names.count, sizeof *names.items);
	pattern->attribute_count = (uint32_t)names.count;
	vec_free(&names);
	take_items(p, pattern, &items);
	return pattern;
}

/* A name: a capture, or with a dot a value, or with parentheses a class. */
static struct pattern *parse_name_pattern(struct parser *p)
{
	uint32_t start = here(p).start;
	bool wildcard = parser_at_word(p, "_");
	struct name_at name = parse_name(p);
	struct expr *e = expr_new(p, EXPR_NAME, start);
	e->u.name = name.name;
	bool dotted = false;
	while (parser_accept(p, TOKEN_DOT)) {
		struct name_at attribute = parse_name(p);
		struct expr *outer = expr_new(p, EXPR_ATTRIBUTE, start);
		outer->u.attribute.object = e;
		outer->u.attribute.name = attribute.name;
		outer->u.attribute.name_span = attribute.span;
		expr_adopt(p, outer, e);
		e = outer;
		dotted = true;
	}
	if (peek(p) == TOKEN_LPAREN)
		return parse_class_pattern(p, e, start);
	if (dotted)
		return parse_value(p, e, start);
	struct pattern *pattern =
		new_pattern(p, wildcard ? PATTERN_WILDCARD : PATTERN_CAPTURE, start);
	pattern->name = name;
	return pattern;
}

/* ---- sequences and mappings -------------------------------------------------- */

static struct pattern *parse_maybe_star(struct parser *p)
{
	uint32_t start = here(p).start;
	if (!parser_accept(p, TOKEN_STAR))
		return parse_pattern(p);
	bool wildcard = parser_at_word(p, "_");
	struct name_at name = parse_name(p);
	struct pattern *pattern = new_pattern(p, PATTERN_STAR, start);
	if (!wildcard)
		pattern->name = name;
	return pattern;
}

/* The items of a sequence behind `first` (or NULL), up to `close`, which is not taken. */
static struct pattern *parse_sequence(struct parser *p, struct pattern *first, uint32_t start,
                                      enum token_kind close)
{
	struct pattern_list items = {0};
	if (first != NULL)
		vec_push(&items, first);
	while ((items.count == 0 || parser_accept(p, TOKEN_COMMA)) && peek(p) != close &&
	       peek(p) != TOKEN_IF && !p->failed) {
		struct pattern *item = parse_maybe_star(p);
		vec_push(&items, item);
	}
	bool seen_star = false;
	for (size_t i = 0; i < items.count; i++) {
		bool is_star = items.items[i]->kind == PATTERN_STAR;
		if (is_star && seen_star)
			parser_fail(p, items.items[i]->span, "multiple starred expressions in sequence pattern");
		seen_star |= is_star;
	}
	struct pattern *pattern = new_pattern(p, PATTERN_SEQUENCE, start);
	take_items(p, pattern, &items);
	return pattern;
}

static struct pattern *parse_group(struct parser *p)
{
	uint32_t start = here(p).start;
	enum token_kind close = peek(p) == TOKEN_LPAREN ? TOKEN_RPAREN : TOKEN_RBRACKET;
	parser_advance(p);
	struct pattern *pattern = NULL;
	if (close == TOKEN_RPAREN && peek(p) != TOKEN_RPAREN) {
		struct pattern *first = parse_maybe_star(p);
		if (peek(p) != TOKEN_COMMA && first->kind != PATTERN_STAR)
			pattern = first;
		else
			pattern = parse_sequence(p, first, start, close);
	} else {
		pattern = parse_sequence(p, NULL, start, close);
	}
	parser_expect(p, close);
	return pattern;
}

static struct pattern *parse_mapping(struct parser *p)
{
	uint32_t start = here(p).start;
	struct pattern_list items = {0};
	VEC(struct expr *) keys = {0};
	struct name_at rest = {0};
	parser_advance(p);
	while (peek(p) != TOKEN_RBRACE && !p->failed) {
		if (rest.name != NULL)
			parser_fail(p, rest.span, "double star pattern must be the last one in a mapping pattern");
		if (parser_accept(p, TOKEN_POW)) {
			rest = parse_name(p);
		} else {
			struct expr *key = parse_literal(p);
			if (key->kind == EXPR_NAME || key->kind == EXPR_CALL)
				parser_fail(p, key->span,
				     "mapping pattern keys may only match literals and attribute lookups");
			parser_expect(p, TOKEN_COLON);
			struct pattern *val = parse_pattern(p);
			vec_push(&keys, key);
			vec_push(&items, val);
		}
		if (!parser_accept(p, TOKEN_COMMA))
			break;
	}
	parser_expect(p, TOKEN_RBRACE);
	struct pattern *pattern = new_pattern(p, PATTERN_MAPPING, start);
	pattern->name = rest;
	pattern->keys = tree_copy(p->tree, keys.items, keys.count, sizeof *keys.items);
	vec_free(&keys);
	take_items(p, pattern, &items);
	return pattern;
}

/* ---- or, as ------------------------------------------------------------------ */

static struct pattern *parse_closed(struct parser *p)
{
	uint32_t start = here(p).start;
	switch (peek(p)) {
	case TOKEN_NAME:
		return parse_name_pattern(p);
	case TOKEN_LPAREN:
	case TOKEN_LBRACKET:
		return parse_group(p);
	case TOKEN_LBRACE:
		return parse_mapping(p);
	case TOKEN_INT:
	case TOKEN_FLOAT:
	case TOKEN_IMAGINARY:
	case TOKEN_MINUS:
	case TOKEN_STRING:
	case TOKEN_FSTRING_START:
	case TOKEN_NONE:
	case TOKEN_TRUE:
	case TOKEN_FALSE: {
		struct expr *val = parse_literal(p);
		if (val->kind == EXPR_CALL || val->kind == EXPR_SUBSCRIPT ||
		    val->kind == EXPR_ATTRIBUTE)
			parser_fail(p, val->span, "invalid syntax");
		return parse_value(p, val, start);
	}
	default:
		parser_fail_here(p);
		return new_pattern(p, PATTERN_WILDCARD, start);
	}
}

/* Whether nothing gets past the pattern: only the last alternative may be like that. */
static bool matches_all(const struct pattern *pattern)
{
	if (pattern->kind == PATTERN_WILDCARD)
		return true;
	return pattern->kind == PATTERN_CAPTURE &&
	       (pattern->sub == NULL || matches_all(pattern->sub));
}

static void fail_unreachable(struct parser *p, const struct pattern *pattern)
{
	if (pattern->kind == PATTERN_WILDCARD)
		parser_fail(p, pattern->span, "wildcard makes remaining patterns unreachable");
	else
		parser_fail(p, pattern->span, "name capture '%s' makes remaining patterns unreachable",
		     pattern->name.name != NULL ? pattern->name.name->text : "_");
}

static struct pattern *parse_alternatives(struct parser *p)
{
	uint32_t start = here(p).start;
	struct pattern *first = parse_closed(p);
	if (peek(p) != TOKEN_BAR)
		return first;
	struct pattern_list items = {0};
	vec_push(&items, first);
	while (parser_accept(p, TOKEN_BAR)) {
		struct pattern *item = parse_closed(p);
		if (matches_all(vec_last(&items)))
			fail_unreachable(p, vec_last(&items));
		vec_push(&items, item);
	}
	struct pattern *pattern = new_pattern(p, PATTERN_OR, start);
	take_items(p, pattern, &items);
	return pattern;
}

static struct pattern *parse_pattern(struct parser *p)
{
	uint32_t start = here(p).start;
	if (!parser_enter(p))
		return new_pattern(p, PATTERN_WILDCARD, start);
	struct pattern *pattern = parse_alternatives(p);
	parser_leave(p);
	if (!parser_accept(p, TOKEN_AS))
		return pattern;
	if (parser_at_word(p, "_"))
		parser_fail(p, here(p), "cannot use '_' as a target");
	struct pattern *capture = new_pattern(p, PATTERN_CAPTURE, start);
	capture->name = parse_name(p);
	capture->sub = pattern;
	capture->span = parser_span(p, start);
	return capture;
}

/* ---- the statement ----------------------------------------------------------- */

static struct case_clause parse_case(struct parser *p)
{
	struct case_clause clause = {0};
	uint32_t head = here(p).start;
	parser_advance(p);
	uint32_t start = here(p).start;
	struct pattern *first = parse_maybe_star(p);
	if (peek(p) == TOKEN_COMMA || first->kind == PATTERN_STAR)
		first = parse_sequence(p, first, start, TOKEN_COLON);
	clause.pattern = first;
	if (parser_accept(p, TOKEN_IF))
		clause.guard = parse_named(p);
	clause.span = parser_span(p, head);
	clause.body = parse_block(p, "'case' statement", head);
	return clause;
}

/* Look ahead: `match`, a subject, a colon, and a block that begins with `case`. */
static bool is_match(struct parser *p)
{
	switch (peek_at(p, 1)) {
	case TOKEN_ASSIGN:
	case TOKEN_DOT:
	case TOKEN_COMMA:
	case TOKEN_COLON:
	case TOKEN_NEWLINE:
	case TOKEN_RPAREN:
		return false;
	default:
		break;
	}
	size_t at = p->at;
	uint32_t last_end = p->last_end, nesting = p->nesting;
	bool quiet = p->quiet;
	p->quiet = true;
	parser_advance(p);
	parse_star_expressions(p);
	bool found = peek(p) == TOKEN_COLON && peek_at(p, 1) == TOKEN_NEWLINE &&
	             peek_at(p, 2) == TOKEN_INDENT;
	if (found) {
		p->at += 3;
		found = parser_at_word(p, "case");
	}
	p->at = at;
	p->last_end = last_end;
	p->nesting = nesting;
	p->quiet = quiet;
	p->failed = false;
	return found;
}

struct stmt *parse_match(struct parser *p)
{
	if (!is_match(p))
		return NULL;
	uint32_t start = here(p).start;
	parser_advance(p);
	struct expr *subject = parse_star_expressions(p);
	struct stmt *s = stmt_new(p, STMT_MATCH, start);
	s->u.match.subject = subject;
	parser_expect(p, TOKEN_COLON);
	parser_expect(p, TOKEN_NEWLINE);
	parser_expect(p, TOKEN_INDENT);
	VEC(struct case_clause) clauses = {0};
	while (parser_at_word(p, "case")) {
		if (clauses.count > 0 && vec_last(&clauses).guard == NULL &&
		    matches_all(vec_last(&clauses).pattern))
			fail_unreachable(p, vec_last(&clauses).pattern);
		struct case_clause clause = parse_case(p);
		vec_push(&clauses, clause);
	}
	parser_expect(p, TOKEN_DEDENT);
	s->u.match.clauses = tree_copy(p->tree, clauses.items, clauses.count, sizeof *clauses.items);
	s->u.match.count = (uint32_t)clauses.count;
	vec_free(&clauses);
	return s;
}
