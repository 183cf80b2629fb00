/* Statements, but for try, with, match and definitions. */
#include <string.h>

#include "lang/compile_internal.h"

/* ---- assignments ------------------------------------------------------------- */

static bool has_star(const struct expr_list *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		if (list->items[i]->kind == EXPR_STARRED)
			return true;
	}
	return false;
}

/* `a, b = x, y` of two or three items needs no tuple: they are exchanged on the stack. */
static bool compile_exchange(struct unit *u, const struct stmt *s)
{
	const struct expr *target = s->u.assign.targets.items[0];
	const struct expr *val = s->u.assign.value;
	if (s->u.assign.targets.count != 1 || val->kind != EXPR_TUPLE ||
	    (target->kind != EXPR_TUPLE && target->kind != EXPR_LIST))
		return false;
	uint32_t count = val->u.list.count;
	if (count < 2 || count > 3 || target->u.list.count != count ||
	    has_star(&val->u.list) || has_star(&target->u.list))
		return false;
	for (uint32_t i = 0; i < count; i++)
		compile_expr(u, val->u.list.items[i]);
	emit(u, OP_SWAP, count);
	for (uint32_t i = 0; i < count; i++)
		compile_store(u, target->u.list.items[i]);
	return true;
}

static void compile_assign(struct unit *u, const struct stmt *s)
{
	if (compile_exchange(u, s))
		return;
	compile_expr(u, s->u.assign.value);
	for (uint32_t i = 0; i < s->u.assign.targets.count; i++) {
		if (i + 1 < s->u.assign.targets.count)
			emit(u, OP_COPY, 1);
		compile_store(u, s->u.assign.targets.items[i]);
	}
}

static void compile_augmented(struct unit *u, const struct stmt *s)
{
	const struct expr *target = s->u.augmented.target;
	struct span outer = u->at;
	switch (target->kind) {
	case EXPR_ATTRIBUTE:
		compile_expr(u, target->u.attribute.object);
		emit(u, OP_COPY, 1);
		u->at = target->span;
		emit_name(u, OP_LOAD_ATTR, target->u.attribute.name);
		u->at = outer;
		break;
	case EXPR_SUBSCRIPT:
		compile_expr(u, target->u.subscript.object);
		compile_expr(u, target->u.subscript.index);
		emit(u, OP_COPY, 2);
		emit(u, OP_COPY, 2);
		u->at = target->span;
		emit(u, OP_LOAD_ITEM, 0);
		u->at = outer;
		break;
	default:
		compile_expr(u, target);
	}
	compile_expr(u, s->u.augmented.value);
	emit(u, OP_INPLACE, (uint32_t)s->u.augmented.op);
	u->at = target->span;
	switch (target->kind) {
	case EXPR_ATTRIBUTE:
		emit(u, OP_SWAP, 2);
		emit_name(u, OP_STORE_ATTR, target->u.attribute.name);
		break;
	case EXPR_SUBSCRIPT:
		/* [container, key, result] -> [result, container, key] */
		emit(u, OP_SWAP, 3);
		emit(u, OP_SWAP, 2);
		emit(u, OP_STORE_ITEM, 0);
		break;
	default:
		store_name(u, target->u.name);
	}
	u->at = outer;
}

static void compile_annotated(struct unit *u, const struct stmt *s)
{
	const struct expr *target = s->u.annotated.target;
	if (s->u.annotated.value != NULL) {
		compile_expr(u, s->u.annotated.value);
		compile_store(u, target);
	}
	if (u->scope->kind != SCOPE_MODULE && u->scope->kind != SCOPE_CLASS)
		return;
	if (!s->u.annotated.is_simple) {
		if (!u->c->tree->has_future_annotations) {
			compile_expr(u, s->u.annotated.annotation);
			emit(u, OP_POP_TOP, 0);
		}
		return;
	}
	compile_annotation(u, s->u.annotated.annotation);
	emit_text_name(u, OP_LOAD_NAME, "__annotations__");
	load_text(u, target->u.name->text, target->u.name->len);
	emit(u, OP_STORE_ITEM, 0);
}

static void compile_delete(struct unit *u, const struct expr *e)
{
	struct span outer = u->at;
	u->at = e->span;
	switch (e->kind) {
	case EXPR_NAME:
		delete_name(u, e->u.name);
		break;
	case EXPR_ATTRIBUTE:
		compile_expr(u, e->u.attribute.object);
		emit_name(u, OP_DELETE_ATTR, e->u.attribute.name);
		break;
	case EXPR_SUBSCRIPT:
		compile_expr(u, e->u.subscript.object);
		compile_expr(u, e->u.subscript.index);
		emit(u, OP_DELETE_ITEM, 0);
		break;
	default:
		for (uint32_t i = 0; i < e->u.list.count; i++)
			compile_delete(u, e->u.list.items[i]);
	}
	u->at = outer;
}

/* ---- branches and loops ------------------------------------------------------ */

static void compile_if(struct unit *u, const struct stmt *s)
{
	label_id end = label_new(u);
	for (uint32_t i = 0; i < s->u.branch.count; i++) {
		const struct if_clause *clause = &s->u.branch.clauses[i];
		label_id next = label_new(u);
		if (i > 0)
			emit_line(u, clause->span);
		compile_jump_if(u, clause->test, false, next);
		compile_block(u, &clause->body);
		if (i + 1 < s->u.branch.count || s->u.branch.otherwise.count > 0)
			emit_jump(u, OP_JUMP, end);
		label_place(u, next);
	}
	compile_block(u, &s->u.branch.otherwise);
	label_place(u, end);
}

static void compile_while(struct unit *u, const struct stmt *s)
{
	const struct if_clause *clause = &s->u.branch.clauses[0];
	label_id head = label_new(u), otherwise = label_new(u), end = label_new(u);
	label_place(u, head);
	emit_line(u, clause->span);
	compile_jump_if(u, clause->test, false, otherwise);
	enclose(u, (struct enclosure){.kind = IN_WHILE, .continue_to = head, .break_to = end}, 0);
	compile_block(u, &clause->body);
	emit_jump(u, OP_JUMP_BACK, head);
	leave_enclosure(u);
	label_place(u, otherwise);
	compile_block(u, &s->u.branch.otherwise);
	label_place(u, end);
}

/* The first pass enters behind the LINE of the head: the statement's own LINE has just run. */
static void compile_for(struct unit *u, const struct stmt *s)
{
	label_id head = label_new(u), first = label_new(u), end = label_new(u), over = label_new(u);
	bool is_async = s->u.loop.is_async;
	compile_expr(u, s->u.loop.iterable);
	struct span outer = u->at;
	u->at = s->u.loop.iterable->span;
	emit(u, is_async ? OP_GET_AITER : OP_GET_ITER, 0);
	emit_jump(u, OP_JUMP, first);
	if (u->labels.items[first].depth < 0)
		return; /* Nobody gets here. */
	u->depth = u->labels.items[first].depth;
	u->unreachable = false;
	label_place(u, head);
	emit_line(u, s->span);
	label_place(u, first);
	if (is_async) {
		enclose(u, (struct enclosure){.kind = IN_PROTECTED, .has_handler = true,
		                              .handler = over}, 0);
		emit(u, OP_GET_ANEXT, 0);
		emit(u, OP_YIELD_FROM, 0);
		leave_enclosure(u);
	} else {
		emit_jump(u, OP_FOR_ITER, over);
	}
	u->at = outer;
	enclose(u, (struct enclosure){.kind = IN_FOR, .continue_to = head, .break_to = end}, 1);
	compile_store(u, s->u.loop.target);
	compile_block(u, &s->u.loop.body);
	emit_jump(u, OP_JUMP_BACK, head);
	leave_enclosure(u);
	if (is_async) {
		handler_place(u, over);
		emit(u, OP_END_ASYNC_FOR, 0);
	} else {
		label_place(u, over);
	}
	compile_block(u, &s->u.loop.otherwise);
	label_place(u, end);
}

/*
 * break and continue: out of everything up to the innermost loop, which break leaves as
 * well.
 */
static void compile_loop_jump(struct unit *u, bool is_break)
{
	if (u->unreachable || u->c->failed)
		return;
	size_t at = u->enclosures.count;
	while (u->enclosures.items[at - 1].kind != IN_WHILE &&
	       u->enclosures.items[at - 1].kind != IN_FOR)
		at--;
	const struct enclosure loop = u->enclosures.items[at - 1];
	struct left_enclosures left = unwind_to(u, is_break ? at - 1 : at, false);
	if (is_break)
		emit_jump(u, OP_JUMP, loop.break_to);
	else
		emit_jump(u, OP_JUMP_BACK, loop.continue_to);
	rewind_enclosures(u, &left);
}

static void compile_return(struct unit *u, const struct stmt *s)
{
	if (u->unreachable || u->c->failed)
		return;
	const struct expr *val = s->u.value;
	bool is_simple = val == NULL || val->kind <= EXPR_STR;
	if (!is_simple)
		compile_expr(u, val);
	struct left_enclosures left = unwind_to(u, 0, !is_simple);
	if (val == NULL)
		load_none(u);
	else if (is_simple)
		compile_expr(u, val);
	emit(u, OP_RETURN_VALUE, 0);
	rewind_enclosures(u, &left);
}

/* ---- the others -------------------------------------------------------------- */

static void compile_assert(struct unit *u, const struct stmt *s)
{
	label_id end = label_new(u);
	compile_jump_if(u, s->u.assertion.test, true, end);
	emit(u, OP_LOAD_ASSERTION_ERROR, 0);
	if (s->u.assertion.message != NULL) {
		emit(u, OP_PUSH_NULL, 0);
		compile_expr(u, s->u.assertion.message);
		emit(u, OP_CALL, 1);
	}
	emit(u, OP_RAISE, 1);
	label_place(u, end);
}

static void compile_raise(struct unit *u, const struct stmt *s)
{
	uint32_t count = 0;
	if (s->u.raise.exception != NULL) {
		compile_expr(u, s->u.raise.exception);
		count = 1;
	}
	if (s->u.raise.cause != NULL) {
		compile_expr(u, s->u.raise.cause);
		count = 2;
	}
	emit(u, OP_RAISE, count);
}

static void compile_import(struct unit *u, const struct stmt *s)
{
	for (uint32_t i = 0; i < s->u.import.count; i++) {
		const struct import_item *item = &s->u.import.items[i];
		emit_name(u, OP_IMPORT_MODULE, item->name);
		const char *dot = strchr(item->name->text, '.');
		if (dot != NULL && item->alias == NULL) {
			/* `import a.b` binds a. */
			char *top = mem_strndup(item->name->text, (size_t)(dot - item->name->text));
			emit(u, OP_POP_TOP, 0);
			emit_text_name(u, OP_IMPORT_MODULE, top);
			free(top);
		}
		store_name(u, item->binds);
	}
}

static void compile_import_from(struct unit *u, const struct stmt *s)
{
	if (strcmp(s->u.import.module->text, "__future__") == 0)
		return;
	emit_name(u, OP_IMPORT_MODULE, s->u.import.module);
	for (uint32_t i = 0; i < s->u.import.count; i++) {
		emit_name(u, OP_IMPORT_FROM, s->u.import.items[i].name);
		store_name(u, s->u.import.items[i].binds);
	}
	emit(u, OP_POP_TOP, 0);
}

static void compile_expression_statement(struct unit *u, const struct expr *e)
{
	if (e->kind <= EXPR_BYTES)
		return; /* A constant: nothing happens. */
	compile_expr(u, e);
	emit(u, OP_POP_TOP, 0);
}

static void compile_kind(struct unit *u, const struct stmt *s)
{
	switch ((enum stmt_kind)s->kind) {
	case STMT_EXPRESSION:
		compile_expression_statement(u, s->u.value);
		break;
	case STMT_ASSIGN:
		compile_assign(u, s);
		break;
	case STMT_AUGMENTED:
		compile_augmented(u, s);
		break;
	case STMT_ANNOTATED:
		compile_annotated(u, s);
		break;
	case STMT_RETURN:
		compile_return(u, s);
		break;
	case STMT_RAISE:
		compile_raise(u, s);
		break;
	case STMT_DELETE:
		for (uint32_t i = 0; i < s->u.targets.count; i++)
			compile_delete(u, s->u.targets.items[i]);
		break;
	case STMT_PASS:
	case STMT_GLOBAL:
	case STMT_NONLOCAL:
	case STMT_COUNT:
		break;
	case STMT_BREAK:
		compile_loop_jump(u, true);
		break;
	case STMT_CONTINUE:
		compile_loop_jump(u, false);
		break;
	case STMT_ASSERT:
		compile_assert(u, s);
		break;
	case STMT_IMPORT:
		compile_import(u, s);
		break;
	case STMT_IMPORT_FROM:
		compile_import_from(u, s);
		break;
	case STMT_IF:
		compile_if(u, s);
		break;
	case STMT_WHILE:
		compile_while(u, s);
		break;
	case STMT_FOR:
		compile_for(u, s);
		break;
	case STMT_WITH:
		compile_with(u, s);
		break;
	case STMT_TRY:
		compile_try(u, s);
		break;
	case STMT_TRY_STAR:
		compile_try_star(u, s);
		break;
	case STMT_FUNCTION:
		compile_function(u, s);
		break;
	case STMT_CLASS:
		compile_class(u, s);
		break;
	case STMT_MATCH:
		compile_match(u, s);
		break;
	}
}

/* Statements whose LINE is their own business, or that run nothing. */
static bool has_own_line(const struct stmt *s)
{
	if (s->kind == STMT_FUNCTION)
		return s->u.function->decorators.count > 0;
	if (s->kind == STMT_CLASS)
		return s->u.class_def->decorators.count > 0;
	return s->kind == STMT_WHILE || s->kind == STMT_GLOBAL || s->kind == STMT_NONLOCAL;
}

void compile_stmt(struct unit *u, const struct stmt *s)
{
	if (u->unreachable || u->c->failed)
		return;
	u->at = s->span;
	if (!has_own_line(s))
		emit_line(u, s->span);
	compile_kind(u, s);
}

void compile_block(struct unit *u, const struct block *block)
{
	for (uint32_t i = 0; i < block->count; i++)
		compile_stmt(u, block->items[i]);
}
