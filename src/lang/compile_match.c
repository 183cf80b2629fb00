/*
 * match. A pattern takes the subject from the stack; where it does not match it jumps to
 * the label for the depth that the stack then has, and those labels, deepest first, drop
 * what is there. What is captured goes to spare slots of the frame first: names are
 * bound only when all of a pattern matched.
 */
#include "lang/compile_internal.h"
#include "lang/int.h"
#include "lang/str.h"
#include "lang/tuple.h"

struct case_state {
	int32_t base;          /* depth of the stack without the subject */
	VEC(label_id) misses;  /* [n]: the stack has n items more than base */
	VEC(const struct name *) captures; /* [i]: kept in slot match_slot + i */
};

static void compile_pattern(struct unit *u, struct case_state *c, const struct pattern *p);

/* ---- not matching ------------------------------------------------------------ */

/* Jump to where the pattern has failed; `op` is a jump. */
static void jump_to_miss(struct unit *u, struct case_state *c, enum opcode op)
{
	if (u->unreachable || u->c->failed)
		return;
	size_t extra = (size_t)(u->depth + opcode_effect(op, 0, true) - c->base);
	while (c->misses.count <= extra) {
		label_id label = label_new(u);
		vec_push(&c->misses, label);
	}
	emit_jump(u, op, c->misses.items[extra]);
}

/* Place the labels: behind them the stack has `base` items, whatever it had. */
static void place_misses(struct unit *u, struct case_state *c)
{
	while (c->misses.count > 0) {
		label_id label = vec_pop(&c->misses);
		label_place(u, label);
		if (c->misses.count > 0)
			emit(u, OP_POP_TOP, 0);
	}
}

/* ---- captures ---------------------------------------------------------------- */

static void capture(struct unit *u, struct case_state *c, const struct name *name)
{
	size_t i = 0;
	while (i < c->captures.count && c->captures.items[i] != name)
		i++;
	if (i == c->captures.count)
		vec_push(&c->captures, name);
	emit(u, OP_STORE_FAST, u->frame->match_slot + (uint32_t)i);
}

/* All of it matched: bind the names. */
static void bind_captures(struct unit *u, const struct case_state *c)
{
	for (size_t i = 0; i < c->captures.count; i++) {
		uint32_t slot = u->frame->match_slot + (uint32_t)i;
		emit(u, OP_LOAD_FAST, slot);
		emit(u, OP_CLEAR_SLOT, slot);
		store_name(u, c->captures.items[i]);
	}
}

static void clear_captures(struct unit *u, const struct case_state *c)
{
	for (size_t i = 0; i < c->captures.count; i++)
		emit(u, OP_CLEAR_SLOT, u->frame->match_slot + (uint32_t)i);
}

/* ---- patterns ---------------------------------------------------------------- */

static void load_count(struct unit *u, uint32_t count)
{
	emit(u, OP_LOAD_CONST, const_value(u, int_new(u->c->vm, count)));
}

static void compile_value(struct unit *u, struct case_state *c, const struct pattern *p)
{
	compile_expr(u, p->value);
	if (p->value->kind == EXPR_CONSTANT)
		emit(u, OP_IS, 0);
	else
		emit(u, OP_COMPARE, COMPARE_EQ);
	jump_to_miss(u, c, OP_POP_JUMP_IF_FALSE);
}

static void compile_items(struct unit *u, struct case_state *c, struct pattern *const *items,
                          uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		compile_pattern(u, c, items[i]);
}

static void compile_sequence(struct unit *u, struct case_state *c, const struct pattern *p)
{
	uint32_t star = p->count;
	for (uint32_t i = 0; i < p->count; i++) {
		if (p->items[i]->kind == PATTERN_STAR)
			star = i;
	}
	bool has_star = star < p->count;
	emit(u, OP_MATCH_SEQUENCE, 0);
	jump_to_miss(u, c, OP_POP_JUMP_IF_FALSE);
	if (!has_star || p->count > 1) {
		emit(u, OP_GET_LEN, 0);
		load_count(u, has_star ? p->count - 1 : p->count);
		emit(u, OP_COMPARE, has_star ? COMPARE_GE : COMPARE_EQ);
		jump_to_miss(u, c, OP_POP_JUMP_IF_FALSE);
	}
	if (has_star)
		emit(u, OP_UNPACK_STAR, star | (p->count - star - 1) << 12);
	else
		emit(u, OP_UNPACK_SEQUENCE, p->count);
	compile_items(u, c, p->items, p->count);
}

static void compile_mapping(struct unit *u, struct case_state *c, const struct pattern *p)
{
	emit(u, OP_MATCH_MAPPING, 0);
	jump_to_miss(u, c, OP_POP_JUMP_IF_FALSE);
	if (p->count > 0) {
		emit(u, OP_GET_LEN, 0);
		load_count(u, p->count);
		emit(u, OP_COMPARE, COMPARE_GE);
		jump_to_miss(u, c, OP_POP_JUMP_IF_FALSE);
	}
	for (uint32_t i = 0; i < p->count; i++)
		compile_expr(u, p->keys[i]);
	emit(u, OP_BUILD_TUPLE, p->count);
	emit(u, OP_MATCH_KEYS, 0);
	emit(u, OP_COPY, 1);
	jump_to_miss(u, c, OP_POP_JUMP_IF_NONE);
	emit(u, OP_UNPACK_SEQUENCE, p->count);
	compile_items(u, c, p->items, p->count);
	if (p->name.name != NULL) {
		emit(u, OP_MATCH_REST, 0);
		capture(u, c, p->name.name);
	}
	emit(u, OP_POP_TOP, 0);
	emit(u, OP_POP_TOP, 0);
}

static void compile_class_pattern(struct unit *u, struct case_state *c, const struct pattern *p)
{
	struct vm *vm = u->c->vm;
	compile_expr(u, p->value);
	if (u->unreachable || u->c->failed)
		return;
	value names = tuple_new(vm, p->attribute_count);
	for (uint32_t i = 0; i < p->attribute_count && !value_is_null(names); i++)
		tuple_of(names)->items[i] =
			str_intern(vm, p->attributes[i]->text, p->attributes[i]->len);
	emit(u, OP_LOAD_CONST, const_value(u, names));
	emit(u, OP_MATCH_CLASS, p->count - p->attribute_count);
	emit(u, OP_COPY, 1);
	jump_to_miss(u, c, OP_POP_JUMP_IF_NONE);
	emit(u, OP_UNPACK_SEQUENCE, p->count);
	compile_items(u, c, p->items, p->count);
}

static void compile_or(struct unit *u, struct case_state *c, const struct pattern *p)
{
	label_id matched = label_new(u);
	for (uint32_t i = 0; i < p->count; i++) {
		/* Misses of one alternative lead to the next, with the subject still there. */
		struct case_state own = {.base = u->depth, .captures = {c->captures.items,
		                         c->captures.count, c->captures.room}};
		emit(u, OP_COPY, 1);
		compile_pattern(u, &own, p->items[i]);
		emit_jump(u, OP_JUMP, matched);
		place_misses(u, &own);
		vec_free(&own.misses);
		c->captures.items = own.captures.items;
		c->captures.count = own.captures.count;
		c->captures.room = own.captures.room;
		if (u->unreachable)
			break;
	}
	jump_to_miss(u, c, OP_JUMP);
	label_place(u, matched);
	emit(u, OP_POP_TOP, 0);
}

static void compile_pattern(struct unit *u, struct case_state *c, const struct pattern *p)
{
	if (u->unreachable || u->c->failed)
		return;
	struct span outer = u->at;
	u->at = p->span;
	switch ((enum pattern_kind)p->kind) {
	case PATTERN_VALUE:
		compile_value(u, c, p);
		break;
	case PATTERN_SEQUENCE:
		compile_sequence(u, c, p);
		break;
	case PATTERN_MAPPING:
		compile_mapping(u, c, p);
		break;
	case PATTERN_CLASS:
		compile_class_pattern(u, c, p);
		break;
	case PATTERN_STAR:
	case PATTERN_CAPTURE:
		if (p->sub != NULL) {
			emit(u, OP_COPY, 1);
			compile_pattern(u, c, p->sub);
		}
		if (p->name.name != NULL)
			capture(u, c, p->name.name);
		else
			emit(u, OP_POP_TOP, 0);
		break;
	case PATTERN_OR:
		compile_or(u, c, p);
		break;
	case PATTERN_WILDCARD:
	case PATTERN_COUNT:
		emit(u, OP_POP_TOP, 0);
		break;
	}
	u->at = outer;
}

/* ---- the statement ----------------------------------------------------------- */

void compile_match(struct unit *u, const struct stmt *s)
{
	label_id end = label_new(u);
	compile_expr(u, s->u.match.subject);
	for (uint32_t i = 0; i < s->u.match.count && !u->unreachable; i++) {
		const struct case_clause *clause = &s->u.match.clauses[i];
		struct case_state c = {.base = u->depth};
		label_id missed = label_new(u);
		u->at = clause->span;
		emit_line(u, clause->span);
		emit(u, OP_COPY, 1);
		compile_pattern(u, &c, clause->pattern);
		bind_captures(u, &c);
		if (clause->guard != NULL)
			compile_jump_if(u, clause->guard, false, missed);
		emit(u, OP_POP_TOP, 0);
		compile_block(u, &clause->body);
		emit_jump(u, OP_JUMP, end);
		place_misses(u, &c);
		clear_captures(u, &c);
		label_place(u, missed);
		vec_free(&c.misses);
		vec_free(&c.captures);
	}
	u->at = s->span;
	emit(u, OP_POP_TOP, 0);
	label_place(u, end);
}
