/* Expressions: each leaves one item on the stack. */
#include <math.h>
#include <string.h>

#include "lang/bytes.h"
#include "lang/compile_internal.h"
#include "lang/float.h"
#include "lang/int.h"
#include "lang/str.h"
#include "lang/tuple.h"

/* Longer displays are built item by item, so that the stack stays small. */
enum { ITEMS_AT_ONCE = 64 };

/* ---- constants --------------------------------------------------------------- */

static value plain_constant(enum constant constant)
{
	switch (constant) {
	case CONSTANT_TRUE:
		return VALUE_TRUE;
	case CONSTANT_FALSE:
		return VALUE_FALSE;
	case CONSTANT_ELLIPSIS:
		return VALUE_ELLIPSIS;
	case CONSTANT_NONE:
		break;
	}
	return VALUE_NONE;
}

static value made(struct unit *u, value v)
{
	if (value_is_null(v))
		u->c->failed = true;
	return v;
}

static value tuple_constant(struct unit *u, const struct expr *e)
{
	struct vm *vm = u->c->vm;
	VEC(value) items = {0};
	bool all = true;
	for (uint32_t i = 0; i < e->u.list.count && all; i++) {
		value item = constant_of(u, e->u.list.items[i]);
		all = !value_is_null(item);
		if (all)
			vec_push(&items, item);
	}
	value tuple = VALUE_NULL;
	if (all)
		tuple = made(u, tuple_from(vm, items.items, items.count));
	for (size_t i = 0; i < items.count; i++)
		value_unref(vm, items.items[i]);
	vec_free(&items);
	return tuple;
}

value constant_of(struct unit *u, const struct expr *e)
{
	struct vm *vm = u->c->vm;
	if (u->c->failed)
		return VALUE_NULL;
	switch (e->kind) {
	case EXPR_CONSTANT:
		return plain_constant(e->u.constant);
	case EXPR_INT:
		return made(u, int_from_text(vm, e->u.digits.bytes, e->u.digits.len, 0));
	case EXPR_FLOAT:
		return made(u, float_new(vm, e->u.number));
	case EXPR_STR:
		if (text_is_identifier(e->u.text.bytes, e->u.text.len))
			return made(u, str_intern(vm, e->u.text.bytes, e->u.text.len));
		return made(u, str_new(vm, e->u.text.bytes, e->u.text.len));
	case EXPR_BYTES:
		return made(u, bytes_new(vm, e->u.text.bytes, e->u.text.len));
	case EXPR_TUPLE:
		return tuple_constant(u, e);
	case EXPR_UNARY: {
		const struct expr *operand = e->u.unary.operand;
		if (e->u.unary.op != UNARY_NEGATIVE ||
		    (operand->kind != EXPR_INT && operand->kind != EXPR_FLOAT))
			return VALUE_NULL;
		value v = constant_of(u, operand);
		if (value_is_null(v))
			return v;
		value negative = made(u, object_unary(vm, UNARY_NEGATIVE, v));
		value_unref(vm, v);
		return negative;
	}
	default:
		return VALUE_NULL;
	}
}

/* The text of a small constant, so that equal ones are kept once. */
static void constant_key(struct buf *key, const struct expr *e)
{
	uint8_t kind = e->kind;
	buf_put(key, &kind, 1);
	if (e->kind == EXPR_INT)
		buf_put(key, e->u.digits.bytes, e->u.digits.len);
	else if (e->kind == EXPR_FLOAT)
		buf_put(key, &e->u.number, sizeof e->u.number);
	else if (e->kind == EXPR_BYTES)
		buf_put(key, e->u.text.bytes, e->u.text.len);
}

static void compile_constant(struct unit *u, const struct expr *e)
{
	if (e->kind == EXPR_CONSTANT) {
		load_const(u, plain_constant(e->u.constant));
		return;
	}
	if (e->kind == EXPR_STR) {
		load_text(u, e->u.text.bytes, e->u.text.len);
		return;
	}
	struct buf key = {0};
	constant_key(&key, e);
	value v = constant_of(u, e);
	if (!value_is_null(v))
		emit(u, OP_LOAD_CONST, const_keyed(u, &key, v));
	buf_free(&key);
}

/* If `e` is a constant made of several nodes, load it as one. */
static bool compile_folded(struct unit *u, const struct expr *e)
{
	value v = constant_of(u, e);
	if (value_is_null(v))
		return false;
	emit(u, OP_LOAD_CONST, const_value(u, v));
	return true;
}

/* ---- displays ---------------------------------------------------------------- */

static bool has_star(const struct expr_list *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		if (list->items[i]->kind == EXPR_STARRED)
			return true;
	}
	return false;
}

/* A list or set, item by item: for stars and for long displays. */
static void compile_growing(struct unit *u, const struct expr_list *list, bool is_set)
{
	emit(u, is_set ? OP_BUILD_SET : OP_BUILD_LIST, 0);
	for (uint32_t i = 0; i < list->count; i++) {
		const struct expr *item = list->items[i];
		if (item->kind == EXPR_STARRED) {
			compile_expr(u, item->u.unary.operand);
			emit(u, is_set ? OP_SET_UPDATE : OP_LIST_EXTEND, 1);
		} else {
			compile_expr(u, item);
			emit(u, is_set ? OP_SET_ADD : OP_LIST_APPEND, 1);
		}
	}
}

static void compile_display(struct unit *u, const struct expr *e)
{
	const struct expr_list *list = &e->u.list;
	if (e->kind == EXPR_TUPLE && compile_folded(u, e))
		return;
	if (has_star(list) || list->count > ITEMS_AT_ONCE) {
		compile_growing(u, list, e->kind == EXPR_SET);
		if (e->kind == EXPR_TUPLE)
			emit(u, OP_LIST_TO_TUPLE, 0);
		return;
	}
	for (uint32_t i = 0; i < list->count; i++)
		compile_expr(u, list->items[i]);
	emit(u, e->kind == EXPR_TUPLE ? OP_BUILD_TUPLE
	        : e->kind == EXPR_LIST ? OP_BUILD_LIST : OP_BUILD_SET, list->count);
}

static void compile_dict(struct unit *u, const struct expr *e)
{
	bool growing = e->u.dict.count > ITEMS_AT_ONCE;
	for (uint32_t i = 0; i < e->u.dict.count; i++)
		growing |= e->u.dict.keys[i] == NULL;
	if (growing)
		emit(u, OP_BUILD_DICT, 0);
	for (uint32_t i = 0; i < e->u.dict.count; i++) {
		if (e->u.dict.keys[i] != NULL)
			compile_expr(u, e->u.dict.keys[i]);
		compile_expr(u, e->u.dict.values[i]);
		if (e->u.dict.keys[i] == NULL)
			emit(u, OP_DICT_UPDATE, 1);
		else if (growing)
			emit(u, OP_DICT_ADD, 1);
	}
	if (!growing)
		emit(u, OP_BUILD_DICT, e->u.dict.count);
}

static void compile_fstring(struct unit *u, const struct expr *e)
{
	uint32_t count = e->u.fstring.count;
	if (count == 0)
		load_text(u, "", 0);
	for (uint32_t i = 0; i < count; i++) {
		const struct fstring_part *part = &e->u.fstring.parts[i];
		if (part->value == NULL) {
			load_text(u, part->text.bytes, part->text.len);
			continue;
		}
		compile_expr(u, part->value);
		uint32_t flags = part->conversion == 's' ? 1 : part->conversion == 'r' ? 2
		                 : part->conversion == 'a' ? 3 : 0;
		if (part->spec != NULL) {
			compile_expr(u, part->spec);
			flags |= 4;
		}
		emit(u, OP_FORMAT_VALUE, flags);
	}
	if (count > 1)
		emit(u, OP_BUILD_STRING, count);
}

/* ---- operators --------------------------------------------------------------- */

static void emit_comparison(struct unit *u, enum comparison op)
{
	switch (op) {
	case COMPARISON_IS:
	case COMPARISON_IS_NOT:
		emit(u, OP_IS, op == COMPARISON_IS_NOT);
		break;
	case COMPARISON_IN:
	case COMPARISON_NOT_IN:
		emit(u, OP_CONTAINS, op == COMPARISON_NOT_IN);
		break;
	case COMPARISON_LT:
	case COMPARISON_LE:
	case COMPARISON_EQ:
	case COMPARISON_NE:
	case COMPARISON_GT:
	case COMPARISON_GE:
		emit(u, OP_COMPARE, (uint32_t)op);
		break;
	}
}

/* a < b < c: [a, b] -> [b, a < b], and go on only while that is true. */
static void compile_compare(struct unit *u, const struct expr *e)
{
	compile_expr(u, e->u.compare.operands[0]);
	label_id end = label_new(u), short_cut = label_new(u);
	for (uint32_t i = 0; i < e->u.compare.count; i++) {
		compile_expr(u, e->u.compare.operands[i + 1]);
		bool is_last = i + 1 == e->u.compare.count;
		if (!is_last) {
			emit(u, OP_SWAP, 2);
			emit(u, OP_COPY, 2);
		}
		emit_comparison(u, e->u.compare.ops[i]);
		if (!is_last)
			emit_jump(u, OP_JUMP_IF_FALSE_OR_POP, short_cut);
	}
	if (e->u.compare.count == 1)
		return;
	emit_jump(u, OP_JUMP, end);
	label_place(u, short_cut);
	emit(u, OP_SWAP, 2);
	emit(u, OP_POP_TOP, 0);
	label_place(u, end);
}

static void compile_and_or(struct unit *u, const struct expr *e)
{
	label_id end = label_new(u);
	enum opcode jump = e->kind == EXPR_AND ? OP_JUMP_IF_FALSE_OR_POP : OP_JUMP_IF_TRUE_OR_POP;
	for (uint32_t i = 0; i < e->u.list.count; i++) {
		compile_expr(u, e->u.list.items[i]);
		if (i + 1 < e->u.list.count)
			emit_jump(u, jump, end);
	}
	label_place(u, end);
}

/* Whether the truth of `e` is known now: 1, 0, or -1 if not. */
static int known_truth(const struct expr *e)
{
	if (e->kind == EXPR_CONSTANT)
		return e->u.constant == CONSTANT_TRUE || e->u.constant == CONSTANT_ELLIPSIS;
	if (e->kind == EXPR_INT && e->u.digits.len == 1)
		return e->u.digits.bytes[0] != '0';
	if (e->kind == EXPR_STR)
		return e->u.text.len > 0;
	return -1;
}

static bool is_none(const struct expr *e)
{
	return e->kind == EXPR_CONSTANT && e->u.constant == CONSTANT_NONE;
}

void compile_jump_if(struct unit *u, const struct expr *e, bool when, label_id to)
{
	struct span outer = u->at;
	u->at = e->span;
	int truth = known_truth(e);
	if (truth >= 0) {
		if ((truth == 1) == when)
			emit_jump(u, OP_JUMP, to);
	} else if (e->kind == EXPR_NOT) {
		compile_jump_if(u, e->u.unary.operand, !when, to);
	} else if (e->kind == EXPR_AND || e->kind == EXPR_OR) {
		/* `and` is decided by the first false operand, `or` by the first true one. */
		bool decides = e->kind == EXPR_OR;
		label_id end = label_new(u);
		for (uint32_t i = 0; i + 1 < e->u.list.count; i++)
			compile_jump_if(u, e->u.list.items[i], decides, decides == when ? to : end);
		compile_jump_if(u, e->u.list.items[e->u.list.count - 1], when, to);
		label_place(u, end);
	} else if (e->kind == EXPR_COMPARE && e->u.compare.count == 1 &&
	           e->u.compare.ops[0] >= COMPARISON_IS &&
	           e->u.compare.ops[0] <= COMPARISON_IS_NOT && is_none(e->u.compare.operands[1])) {
		compile_expr(u, e->u.compare.operands[0]);
		bool none = (e->u.compare.ops[0] == COMPARISON_IS) == when;
		emit_jump(u, none ? OP_POP_JUMP_IF_NONE : OP_POP_JUMP_IF_NOT_NONE, to);
	} else {
		compile_expr(u, e);
		emit_jump(u, when ? OP_POP_JUMP_IF_TRUE : OP_POP_JUMP_IF_FALSE, to);
	}
	u->at = outer;
}

static void compile_conditional(struct unit *u, const struct expr *e)
{
	label_id no = label_new(u), end = label_new(u);
	compile_jump_if(u, e->u.conditional.test, false, no);
	compile_expr(u, e->u.conditional.yes);
	emit_jump(u, OP_JUMP, end);
	label_place(u, no);
	compile_expr(u, e->u.conditional.no);
	label_place(u, end);
}

/* ---- calls ------------------------------------------------------------------- */

static bool is_keyword(const struct argument *argument)
{
	return argument->name != NULL || argument->is_double_star;
}

/* A tuple of the keyword arguments' names. */
static void load_keyword_names(struct unit *u, const struct argument *arguments, uint32_t count,
                               uint32_t keyword_count)
{
	if (u->c->failed)
		return;
	value tuple = tuple_new(u->c->vm, keyword_count);
	uint32_t n = 0;
	for (uint32_t i = 0; i < count && !value_is_null(tuple); i++) {
		if (!is_keyword(&arguments[i]))
			continue;
		const struct name *name = arguments[i].name;
		tuple_of(tuple)->items[n++] = made(u, str_intern(u->c->vm, name->text, name->len));
	}
	emit(u, OP_LOAD_CONST, const_value(u, tuple));
}

/* The positional arguments as one iterable. */
static void compile_star_arguments(struct unit *u, const struct argument *arguments,
                                   uint32_t count, uint32_t pushed)
{
	uint32_t positional = pushed;
	const struct expr *only = NULL;
	for (uint32_t i = 0; i < count; i++) {
		if (is_keyword(&arguments[i]))
			continue;
		positional++;
		only = arguments[i].value;
	}
	if (positional == 1 && only != NULL && only->kind == EXPR_STARRED) {
		compile_expr(u, only->u.unary.operand);
		return;
	}
	emit(u, OP_BUILD_LIST, pushed);
	for (uint32_t i = 0; i < count; i++) {
		if (is_keyword(&arguments[i]))
			continue;
		const struct expr *e = arguments[i].value;
		bool star = e->kind == EXPR_STARRED;
		compile_expr(u, star ? e->u.unary.operand : e);
		emit(u, star ? OP_LIST_EXTEND : OP_LIST_APPEND, 1);
	}
}

/* The keyword arguments as one dict; a key that comes twice raises. */
static void compile_double_star_arguments(struct unit *u, const struct argument *arguments,
                                          uint32_t count)
{
	bool begun = false;
	for (uint32_t i = 0; i < count;) {
		if (!is_keyword(&arguments[i])) {
			i++;
			continue;
		}
		if (arguments[i].is_double_star) {
			if (!begun)
				emit(u, OP_BUILD_DICT, 0);
			compile_expr(u, arguments[i++].value);
			emit(u, OP_DICT_MERGE, 0);
			begun = true;
			continue;
		}
		uint32_t pairs = 0;
		for (; i < count && !arguments[i].is_double_star; i++) {
			if (arguments[i].name == NULL)
				continue;
			load_text(u, arguments[i].name->text, arguments[i].name->len);
			compile_expr(u, arguments[i].value);
			pairs++;
		}
		emit(u, OP_BUILD_DICT, pairs);
		if (begun)
			emit(u, OP_DICT_MERGE, 0);
		begun = true;
	}
}

void compile_arguments(struct unit *u, const struct argument *arguments, uint32_t count,
                       uint32_t pushed)
{
	uint32_t keywords = 0;
	bool unpacks = count > ITEMS_AT_ONCE * 4;
	for (uint32_t i = 0; i < count; i++) {
		keywords += is_keyword(&arguments[i]);
		unpacks |= arguments[i].is_double_star || arguments[i].value->kind == EXPR_STARRED;
	}
	if (unpacks) {
		compile_star_arguments(u, arguments, count, pushed);
		if (keywords > 0)
			compile_double_star_arguments(u, arguments, count);
		emit(u, OP_CALL_EX, keywords > 0);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (!is_keyword(&arguments[i]))
			compile_expr(u, arguments[i].value);
	}
	for (uint32_t i = 0; i < count; i++) {
		if (is_keyword(&arguments[i]))
			compile_expr(u, arguments[i].value);
	}
	if (keywords == 0) {
		emit(u, OP_CALL, count + pushed);
		return;
	}
	load_keyword_names(u, arguments, count, keywords);
	emit(u, OP_CALL_KW, count + pushed);
}

/*
 * Where a.b (or the call of it) is, for tracebacks: of a chain over several lines, the
 * line with this attribute's name.
 */
static struct span attribute_place(const struct unit *u, const struct expr *e, struct span span)
{
	uint32_t name_at = e->u.attribute.name_span.start;
	const char *text = u->c->tree->source.text + span.start;
	if (memchr(text, '\n', name_at - span.start) != NULL)
		span.start = name_at;
	return span;
}

static void compile_call(struct unit *u, const struct expr *e)
{
	const struct expr *function = e->u.call.function;
	if (function->kind == EXPR_ATTRIBUTE) {
		compile_expr(u, function->u.attribute.object);
		u->at = attribute_place(u, function, function->span);
		emit_name(u, OP_LOAD_METHOD, function->u.attribute.name);
		u->at = attribute_place(u, function, e->span);
	} else {
		compile_expr(u, function);
		emit(u, OP_PUSH_NULL, 0);
	}
	compile_arguments(u, e->u.call.arguments, e->u.call.count, 0);
}

/* ---- attributes, items, await, yield ----------------------------------------- */

static void compile_slice(struct unit *u, const struct expr *e)
{
	const struct expr *parts[] = {e->u.slice.start, e->u.slice.stop, e->u.slice.step};
	uint32_t count = e->u.slice.step != NULL ? 3 : 2;
	for (uint32_t i = 0; i < count; i++) {
		if (parts[i] != NULL)
			compile_expr(u, parts[i]);
		else
			load_none(u);
	}
	emit(u, OP_BUILD_SLICE, count);
}

void emit_await(struct unit *u, uint32_t from)
{
	emit(u, OP_GET_AWAITABLE, from);
	emit(u, OP_YIELD_FROM, 0);
}

/* Whether other calls are made for the arguments of this one. */
static bool has_inner_call(const struct expr *e)
{
	for (uint32_t i = 0; e->kind == EXPR_CALL && i < e->u.call.count; i++)
		if (e->u.call.arguments[i].value->kind == EXPR_CALL)
			return true;
	return false;
}

/* `await f(g())`: g has run lines of its own, and the task waits in this one. */
static void compile_await(struct unit *u, const struct expr *e)
{
	compile_expr(u, e->u.unary.operand);
	if (has_inner_call(e->u.unary.operand))
		emit_line(u, e->span);
	emit_await(u, 0);
}

static void compile_yield(struct unit *u, const struct expr *e)
{
	if (e->u.unary.operand != NULL)
		compile_expr(u, e->u.unary.operand);
	else
		load_none(u);
	if (e->kind == EXPR_YIELD) {
		emit(u, OP_YIELD_VALUE, 0);
		return;
	}
	emit(u, OP_GET_YIELD_FROM_ITER, 0);
	emit(u, OP_YIELD_FROM, 0);
}

static void compile_kind(struct unit *u, const struct expr *e)
{
	switch ((enum expr_kind)e->kind) {
	case EXPR_CONSTANT:
	case EXPR_INT:
	case EXPR_FLOAT:
	case EXPR_STR:
	case EXPR_BYTES:
		compile_constant(u, e);
		break;
	case EXPR_FSTRING:
		compile_fstring(u, e);
		break;
	case EXPR_NAME:
		load_name(u, e->u.name);
		break;
	case EXPR_ATTRIBUTE:
		compile_expr(u, e->u.attribute.object);
		u->at = attribute_place(u, e, e->span);
		emit_name(u, OP_LOAD_ATTR, e->u.attribute.name);
		break;
	case EXPR_SUBSCRIPT:
		compile_expr(u, e->u.subscript.object);
		compile_expr(u, e->u.subscript.index);
		emit(u, OP_LOAD_ITEM, 0);
		break;
	case EXPR_SLICE:
		compile_slice(u, e);
		break;
	case EXPR_CALL:
		compile_call(u, e);
		break;
	case EXPR_UNARY:
		if (compile_folded(u, e))
			break;
		compile_expr(u, e->u.unary.operand);
		emit(u, OP_UNARY, (uint32_t)e->u.unary.op);
		break;
	case EXPR_NOT:
		compile_expr(u, e->u.unary.operand);
		emit(u, OP_NOT, 0);
		break;
	case EXPR_BINARY:
		compile_expr(u, e->u.binary.left);
		compile_expr(u, e->u.binary.right);
		emit(u, OP_BINARY, (uint32_t)e->u.binary.op);
		break;
	case EXPR_AND:
	case EXPR_OR:
		compile_and_or(u, e);
		break;
	case EXPR_COMPARE:
		compile_compare(u, e);
		break;
	case EXPR_CONDITIONAL:
		compile_conditional(u, e);
		break;
	case EXPR_LAMBDA:
		compile_lambda(u, e);
		break;
	case EXPR_TUPLE:
	case EXPR_LIST:
	case EXPR_SET:
		compile_display(u, e);
		break;
	case EXPR_DICT:
		compile_dict(u, e);
		break;
	case EXPR_LIST_COMP:
	case EXPR_SET_COMP:
	case EXPR_DICT_COMP:
	case EXPR_GENERATOR:
		compile_comprehension(u, e);
		break;
	case EXPR_AWAIT:
		compile_await(u, e);
		break;
	case EXPR_YIELD:
	case EXPR_YIELD_FROM:
		compile_yield(u, e);
		break;
	case EXPR_WALRUS:
		compile_expr(u, e->u.walrus.value);
		emit(u, OP_COPY, 1);
		store_name(u, e->u.walrus.name);
		break;
	case EXPR_STARRED: /* Only within displays, targets and arguments, which see to it. */
	case EXPR_COUNT:
		break;
	}
}

void compile_expr(struct unit *u, const struct expr *e)
{
	if (u->unreachable || u->c->failed)
		return;
	struct span outer = u->at;
	u->at = e->span;
	compile_kind(u, e);
	u->at = outer;
}

/* ---- targets ----------------------------------------------------------------- */

static void compile_unpack(struct unit *u, const struct expr_list *list)
{
	uint32_t star = list->count;
	for (uint32_t i = 0; i < list->count; i++) {
		if (list->items[i]->kind == EXPR_STARRED)
			star = i;
	}
	if (star == list->count)
		emit(u, OP_UNPACK_SEQUENCE, list->count);
	else
		emit(u, OP_UNPACK_STAR, star | (list->count - star - 1) << 12);
	for (uint32_t i = 0; i < list->count; i++) {
		const struct expr *item = list->items[i];
		compile_store(u, item->kind == EXPR_STARRED ? item->u.unary.operand : item);
	}
}

void compile_store(struct unit *u, const struct expr *target)
{
	if (u->unreachable || u->c->failed)
		return;
	struct span outer = u->at;
	u->at = target->span;
	switch (target->kind) {
	case EXPR_NAME:
		store_name(u, target->u.name);
		break;
	case EXPR_ATTRIBUTE:
		compile_expr(u, target->u.attribute.object);
		emit_name(u, OP_STORE_ATTR, target->u.attribute.name);
		break;
	case EXPR_SUBSCRIPT:
		compile_expr(u, target->u.subscript.object);
		compile_expr(u, target->u.subscript.index);
		emit(u, OP_STORE_ITEM, 0);
		break;
	default:
		compile_unpack(u, &target->u.list);
	}
	u->at = outer;
}
