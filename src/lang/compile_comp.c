/*
 * Comprehensions. Those that make lists, sets and dicts run in the frame around them, on
 * slots of their own that are emptied at the end, whichever way it comes; generator expressions
 * are functions of one argument, the first iterator.
 */
#include "lang/compile_internal.h"

/* ---- the loops --------------------------------------------------------------- */

struct comp {
	const struct expr *e;
	uint32_t iterators; /* on the stack now */
};

static void compile_element(struct unit *u, struct comp *comp)
{
	const struct expr *e = comp->e;
	compile_expr(u, e->u.comp.element);
	switch (e->kind) {
	case EXPR_LIST_COMP:
		emit(u, OP_LIST_APPEND, comp->iterators + 1);
		break;
	case EXPR_SET_COMP:
		emit(u, OP_SET_ADD, comp->iterators + 1);
		break;
	case EXPR_DICT_COMP:
		compile_expr(u, e->u.comp.value);
		emit(u, OP_DICT_ADD, comp->iterators + 1);
		break;
	default:
		emit(u, OP_YIELD_VALUE, 0);
		emit(u, OP_POP_TOP, 0);
	}
}

static void compile_clause(struct unit *u, struct comp *comp, uint32_t i);

/* Conditions and what is inside of the loop: jumps to `next` if a condition is false. */
static void compile_inside(struct unit *u, struct comp *comp, uint32_t i, label_id next)
{
	const struct comp_clause *clause = &comp->e->u.comp.clauses[i];
	for (uint32_t k = 0; k < clause->conditions.count; k++)
		compile_jump_if(u, clause->conditions.items[k], false, next);
	if (i + 1 < comp->e->u.comp.count)
		compile_clause(u, comp, i + 1);
	else
		compile_element(u, comp);
}

/* The loop of clause `i`, its iterator on the stack; takes the iterator. */
static void compile_loop(struct unit *u, struct comp *comp, uint32_t i)
{
	const struct comp_clause *clause = &comp->e->u.comp.clauses[i];
	label_id head = label_new(u), next = label_new(u), end = label_new(u);
	comp->iterators++;
	label_place(u, head);
	if (clause->is_async) {
		enclose(u, (struct enclosure){.kind = IN_PROTECTED, .has_handler = true,
		                              .handler = end}, 0);
		emit(u, OP_GET_ANEXT, 0);
		emit(u, OP_YIELD_FROM, 0);
		leave_enclosure(u);
	} else {
		emit_jump(u, OP_FOR_ITER, end);
	}
	compile_store(u, clause->target);
	compile_inside(u, comp, i, next);
	label_place(u, next);
	emit_jump(u, OP_JUMP_BACK, head);
	if (clause->is_async) {
		handler_place(u, end);
		emit(u, OP_END_ASYNC_FOR, 0);
	} else {
		label_place(u, end);
	}
	comp->iterators--;
}

static void emit_iter(struct unit *u, const struct comp_clause *clause)
{
	emit(u, clause->is_async ? OP_GET_AITER : OP_GET_ITER, 0);
}

static void compile_clause(struct unit *u, struct comp *comp, uint32_t i)
{
	const struct comp_clause *clause = &comp->e->u.comp.clauses[i];
	compile_expr(u, clause->iterable);
	emit_iter(u, clause);
	compile_loop(u, comp, i);
}

/* ---- in the frame around ----------------------------------------------------- */

static bool is_own_variable(const struct symbol *symbol)
{
	return symbol->meaning == symbol &&
	       (symbol->kind == BINDING_LOCAL || symbol->kind == BINDING_CELL);
}

static void make_cells(struct unit *u, const struct scope *scope)
{
	for (size_t i = 0; i < scope->symbols.count; i++) {
		const struct symbol *symbol = scope->symbols.items[i];
		if (is_own_variable(symbol) && symbol->kind == BINDING_CELL)
			emit(u, OP_MAKE_CELL, symbol->slot);
	}
}

static void clear_variables(struct unit *u, const struct scope *scope)
{
	for (size_t i = 0; i < scope->symbols.count; i++) {
		const struct symbol *symbol = scope->symbols.items[i];
		if (is_own_variable(symbol))
			emit(u, OP_CLEAR_SLOT, symbol->slot);
	}
}

static void compile_inline(struct unit *u, const struct expr *e)
{
	struct comp comp = {.e = e};
	const struct comp_clause *first = &e->u.comp.clauses[0];
	compile_expr(u, first->iterable);
	emit_iter(u, first);
	const struct scope *outer = u->scope;
	u->scope = e->u.comp.scope;
	label_id failed = label_new(u), end = label_new(u);
	enclose(u, (struct enclosure){.kind = IN_PROTECTED, .has_handler = true,
	                              .handler = failed}, 1);
	make_cells(u, u->scope);
	emit(u, e->kind == EXPR_LIST_COMP ? OP_BUILD_LIST
	        : e->kind == EXPR_SET_COMP ? OP_BUILD_SET : OP_BUILD_DICT, 0);
	emit(u, OP_SWAP, 2);
	compile_loop(u, &comp, 0);
	leave_enclosure(u);
	clear_variables(u, u->scope);
	emit_jump(u, OP_JUMP, end);
	handler_place(u, failed);
	clear_variables(u, u->scope);
	emit(u, OP_RERAISE, 0);
	label_place(u, end);
	u->scope = outer;
}

/* ---- generator expressions --------------------------------------------------- */

static value compile_generator_code(struct unit *u, const struct expr *e)
{
	struct unit inner;
	unit_begin(&inner, u, u->c, e->u.comp.scope, "<genexpr>", e->span);
	struct comp comp = {.e = e};
	emit(&inner, OP_LOAD_FAST, 0);
	compile_loop(&inner, &comp, 0);
	load_none(&inner);
	emit(&inner, OP_RETURN_VALUE, 0);
	return unit_finish(&inner, (struct code){
		.arg_count = 1,
		.flags = CODE_COMPREHENSION |
		         (e->u.comp.scope->has_await ? CODE_ASYNC_GENERATOR : CODE_GENERATOR),
		.first_line = source_line(&u->c->tree->source, e->span.start),
	});
}

void compile_comprehension(struct unit *u, const struct expr *e)
{
	if (e->kind != EXPR_GENERATOR) {
		compile_inline(u, e);
		return;
	}
	value code = compile_generator_code(u, e);
	make_function(u, code, e->u.comp.scope, 0);
	emit(u, OP_PUSH_NULL, 0);
	compile_expr(u, e->u.comp.clauses[0].iterable);
	emit_iter(u, &e->u.comp.clauses[0]);
	emit(u, OP_CALL, 1);
}
