/* Instructions, labels, constants, names and handler rows of a unit: see compile_internal.h. */
#include <assert.h>
#include <string.h>

#include "lang/compile_internal.h"
#include "lang/str.h"

/* ---- instructions and labels ------------------------------------------------- */

static void too_large(struct unit *u)
{
	if (!u->c->failed)
		vm_raise(u->c->vm, &exc_SystemError, "the code is too large");
	u->c->failed = true;
}

static void append(struct unit *u, enum opcode op, uint32_t operand)
{
	const struct place_row *last = u->places.count > 0 ? &vec_last(&u->places) : NULL;
	if (last == NULL || last->span.start != u->at.start || last->span.end != u->at.end)
		vec_push(&u->places, (struct place_row){(uint32_t)u->code.count, u->at});
	if (operand > OPERAND_MAX || u->code.count >= OPERAND_MAX)
		too_large(u);
	else
		vec_push(&u->code, instruction_make(op, operand));
}

void emit(struct unit *u, enum opcode op, uint32_t operand)
{
	if (u->unreachable || u->c->failed)
		return;
	append(u, op, operand);
	u->depth += opcode_effect(op, operand, false);
	if (u->depth > u->deepest)
		u->deepest = u->depth;
	if (op == OP_RETURN_VALUE || op == OP_RAISE || op == OP_RERAISE)
		u->unreachable = true;
}

/* Whichever way execution comes to a label, the stack is as deep. */
static void arrive(struct label *label, int32_t depth)
{
	assert(label->depth < 0 || label->depth == depth);
	label->depth = depth;
}

label_id label_new(struct unit *u)
{
	vec_push(&u->labels, (struct label){0, -1});
	return (label_id)(u->labels.count - 1);
}

void emit_jump(struct unit *u, enum opcode op, label_id to)
{
	if (u->unreachable || u->c->failed)
		return;
	vec_push(&u->jumps, (struct jump){(uint32_t)u->code.count, to});
	append(u, op, 0);
	arrive(&u->labels.items[to], u->depth + opcode_effect(op, 0, true));
	u->depth += opcode_effect(op, 0, false);
	if (u->depth > u->deepest)
		u->deepest = u->depth;
	if (op == OP_JUMP || op == OP_JUMP_BACK)
		u->unreachable = true;
}

void label_place(struct unit *u, label_id label)
{
	struct label *l = &u->labels.items[label];
	l->at = (uint32_t)u->code.count;
	if (u->unreachable) {
		if (l->depth < 0)
			return;
		u->depth = l->depth;
		u->unreachable = false;
	}
	arrive(l, u->depth);
}

void emit_line(struct unit *u, struct span span)
{
	emit(u, OP_LINE, source_line(&u->c->tree->source, span.start));
}

/* ---- constants and names ----------------------------------------------------- */

uint32_t const_value(struct unit *u, value v)
{
	if (value_is_null(v)) {
		u->c->failed = true;
		return 0;
	}
	vec_push(&u->consts, v);
	return (uint32_t)(u->consts.count - 1);
}

uint32_t const_keyed(struct unit *u, const struct buf *key, value v)
{
	const uint32_t *found = map_find(&u->const_index, buf_text(key), key->len);
	if (found != NULL) {
		value_xunref(u->c->vm, v);
		return *found;
	}
	uint32_t index = const_value(u, v);
	map_set(&u->const_index, buf_text(key), key->len, index);
	return index;
}

/* The constants None, True, False, ...: one of each a unit. */
void load_const(struct unit *u, value v)
{
	if (u->unreachable) {
		value_unref(u->c->vm, v);
		return;
	}
	struct buf key = {0};
	buf_putc(&key, 'c');
	buf_put(&key, &v.bits, sizeof v.bits);
	emit(u, OP_LOAD_CONST, const_keyed(u, &key, v));
	buf_free(&key);
}

void load_none(struct unit *u)
{
	load_const(u, VALUE_NONE);
}

void load_text(struct unit *u, const char *text, size_t len)
{
	if (u->unreachable || u->c->failed)
		return;
	struct buf key = {0};
	buf_putc(&key, 's');
	buf_put(&key, text, len);
	value v = text_is_identifier(text, len) ? str_intern(u->c->vm, text, len)
	                                        : str_new(u->c->vm, text, len);
	emit(u, OP_LOAD_CONST, const_keyed(u, &key, v));
	buf_free(&key);
}

static uint32_t name_index(struct unit *u, const char *text, size_t len)
{
	const uint32_t *found = map_find(&u->name_index, text, len);
	if (found != NULL)
		return *found;
	value v = str_intern(u->c->vm, text, len);
	if (value_is_null(v)) {
		u->c->failed = true;
		return 0;
	}
	vec_push(&u->names, v);
	uint32_t index = (uint32_t)(u->names.count - 1);
	map_set(&u->name_index, text, len, index);
	return index;
}

void emit_name(struct unit *u, enum opcode op, const struct name *name)
{
	if (!u->unreachable)
		emit(u, op, name_index(u, name->text, name->len));
}

void emit_text_name(struct unit *u, enum opcode op, const char *text)
{
	if (!u->unreachable)
		emit(u, op, name_index(u, text, strlen(text)));
}

/* ---- variables --------------------------------------------------------------- */

void load_name(struct unit *u, const struct name *name)
{
	const struct symbol *symbol = scope_lookup(u->scope, name);
	bool in_class = u->scope->kind == SCOPE_CLASS;
	switch (symbol->kind) {
	case BINDING_GLOBAL:
		emit_name(u, OP_LOAD_GLOBAL, name);
		break;
	case BINDING_NAMESPACE:
		emit_name(u, in_class ? OP_LOAD_NAME : OP_LOAD_GLOBAL, name);
		break;
	case BINDING_LOCAL:
		emit(u, OP_LOAD_FAST, symbol->slot);
		break;
	case BINDING_CELL:
		emit(u, OP_LOAD_DEREF, symbol->slot);
		break;
	case BINDING_FREE:
		if (in_class && !(symbol->flags & SYMBOL_NONLOCAL))
			emit(u, OP_LOAD_CLASSDEREF, symbol->slot);
		else
			emit(u, OP_LOAD_DEREF, symbol->slot);
		break;
	}
}

void store_name(struct unit *u, const struct name *name)
{
	const struct symbol *symbol = scope_lookup(u->scope, name);
	switch (symbol->kind) {
	case BINDING_GLOBAL:
		emit_name(u, OP_STORE_GLOBAL, name);
		break;
	case BINDING_NAMESPACE:
		emit_name(u, OP_STORE_NAME, name);
		break;
	case BINDING_LOCAL:
		emit(u, OP_STORE_FAST, symbol->slot);
		break;
	case BINDING_CELL:
	case BINDING_FREE:
		emit(u, OP_STORE_DEREF, symbol->slot);
		break;
	}
}

void delete_name(struct unit *u, const struct name *name)
{
	const struct symbol *symbol = scope_lookup(u->scope, name);
	switch (symbol->kind) {
	case BINDING_GLOBAL:
		emit_name(u, OP_DELETE_GLOBAL, name);
		break;
	case BINDING_NAMESPACE:
		emit_name(u, OP_DELETE_NAME, name);
		break;
	case BINDING_LOCAL:
		emit(u, OP_DELETE_FAST, symbol->slot);
		break;
	case BINDING_CELL:
	case BINDING_FREE:
		emit(u, OP_DELETE_DEREF, symbol->slot);
		break;
	}
}

/* ---- enclosures -------------------------------------------------------------- */

void cover_again(struct unit *u, struct enclosure *e)
{
	if (!e->has_handler)
		return;
	e->is_open = true;
	e->start = (uint32_t)u->code.count;
}

void cover_end(struct unit *u, struct enclosure *e)
{
	if (!e->has_handler || !e->is_open)
		return;
	e->is_open = false;
	uint32_t end = (uint32_t)u->code.count;
	if (end == e->start)
		return;
	vec_push(&u->rows, (struct handler_row){e->start, end, e->handler, e->handler_depth});
	arrive(&u->labels.items[e->handler], (int32_t)e->handler_depth + 1);
}

void enclose(struct unit *u, struct enclosure e, int32_t drop)
{
	e.handler_depth = (uint32_t)(u->depth - drop);
	cover_again(u, &e);
	vec_push(&u->enclosures, e);
}

void leave_enclosure(struct unit *u)
{
	cover_end(u, &vec_last(&u->enclosures));
	u->enclosures.count--;
}

void handler_place(struct unit *u, label_id label)
{
	u->unreachable = true;
	label_place(u, label);
	if (!u->unreachable && u->depth > u->deepest)
		u->deepest = u->depth;
}

/* Run what leaving one enclosure means; it is no longer among u->enclosures. */
static void exit_enclosure(struct unit *u, const struct enclosure *e, bool has_value)
{
	struct span outer = u->at;
	switch (e->kind) {
	case IN_PROTECTED:
	case IN_WHILE:
		break;
	case IN_FOR:
	case IN_VALUE:
		if (has_value)
			emit(u, OP_SWAP, 2);
		emit(u, OP_POP_TOP, 0);
		break;
	case IN_FINALLY:
		if (has_value) /* which a break, continue or return in the block drops */
			enclose(u, (struct enclosure){.kind = IN_VALUE}, 0);
		compile_block(u, e->finally);
		if (has_value)
			leave_enclosure(u);
		break;
	case IN_FINALLY_HANDLER:
		if (has_value)
			emit(u, OP_SWAP, 2);
		emit(u, OP_POP_TOP, 0);
		if (has_value)
			emit(u, OP_SWAP, 2);
		emit(u, OP_POP_HANDLED, 0);
		break;
	case IN_HANDLER:
		if (has_value)
			emit(u, OP_SWAP, 2);
		emit(u, OP_POP_HANDLED, 0);
		break;
	case IN_NAMED_HANDLER:
		load_none(u);
		store_name(u, e->name);
		delete_name(u, e->name);
		break;
	case IN_WITH:
		u->at = e->span;
		if (has_value)
			emit(u, OP_SWAP, 2);
		emit_line(u, e->span);
		emit(u, OP_WITH_EXIT, 0);
		if (e->is_async)
			emit_await(u, 2);
		emit(u, OP_POP_TOP, 0);
		break;
	}
	u->at = outer;
}

struct left_enclosures unwind_to(struct unit *u, size_t to, bool has_value)
{
	struct left_enclosures left = {0};
	while (u->enclosures.count > to && !u->unreachable) {
		struct enclosure *e = &vec_last(&u->enclosures);
		cover_end(u, e);
		struct enclosure copy = *e;
		vec_push(&left.items, copy);
		u->enclosures.count--;
		exit_enclosure(u, &copy, has_value);
	}
	return left;
}

void rewind_enclosures(struct unit *u, struct left_enclosures *left)
{
	while (left->items.count > 0) {
		struct enclosure e = vec_pop(&left->items);
		cover_again(u, &e);
		vec_push(&u->enclosures, e);
	}
	vec_free(&left->items);
}
