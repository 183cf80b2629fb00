/*
 * The first pass over the tree, expressions and functions: makes the scopes, notes which
 * names each of them binds and uses, puts mangled names in place, and refuses what
 * stands where it may not. The order of the walk is that of CPython's symbol table: it
 * decides what "used prior to" means.
 */
#include <stdarg.h>
#include <string.h>

#include "syntax/scope_internal.h"

static void walk_arguments(struct walker *w, const struct argument *arguments, uint32_t count);

void walk_error(struct walker *w, struct span span, const char *format, ...)
{
	struct buf message = {0};
	va_list args;
	va_start(args, format);
	buf_vprintf(&message, format, args);
	va_end(args);
	diagnostics_add(w->diagnostics, &w->tree->source, span, "%s", buf_text(&message));
	buf_free(&message);
	w->failed = true;
}

/* ---- names ------------------------------------------------------------------- */

/* `__x` within class C is `_C__x`. */
struct name *walk_mangle(struct walker *w, struct name *name)
{
	const struct name *class = w->scope->class_name;
	if (class == NULL || name->len < 3 || memcmp(name->text, "__", 2) != 0 ||
	    memcmp(name->text + name->len - 2, "__", 2) == 0)
		return name;
	const char *stripped = class->text;
	while (*stripped == '_')
		stripped++;
	if (*stripped == '\0')
		return name;
	struct buf mangled = {0};
	buf_printf(&mangled, "_%s%s", stripped, name->text);
	struct name *result = tree_name(w->tree, buf_text(&mangled), mangled.len);
	buf_free(&mangled);
	return result;
}

struct symbol *walk_symbol(struct walker *w, struct name *name, struct span span)
{
	return scope_symbol(w->tree, w->scope, name, span);
}

static void note_use(struct walker *w, struct name *name, struct span span)
{
	walk_symbol(w, name, span)->flags |= SYMBOL_USED;
	bool in_function = w->scope->kind != SCOPE_MODULE && w->scope->kind != SCOPE_CLASS;
	if (in_function && strcmp(name->text, "super") == 0) {
		struct name *class = tree_name(w->tree, "__class__", 9);
		walk_symbol(w, class, span)->flags |= SYMBOL_USED;
	}
}

/* Bind `name`; `module`: by an import of that module, otherwise NULL. */
void walk_binding(struct walker *w, struct name *name, struct span span,
                         struct name *module)
{
	struct symbol *symbol = walk_symbol(w, name, span);
	if (module == NULL || (symbol->module != NULL && symbol->module != module))
		symbol->is_bound_otherwise = true;
	else
		symbol->module = module;
	symbol->flags |= SYMBOL_ASSIGNED;
	if (w->scope->kind == SCOPE_COMPREHENSION || w->scope->kind == SCOPE_GENERATOR)
		symbol->flags |= SYMBOL_ITERATION;
}

void walk_record_use(struct walker *w, struct expr *e, struct name *module, struct name *item,
                       struct span span)
{
	struct name_use use = {w->scope, e, module, item, span, w->guards > 0};
	vec_push(&w->tree->uses, use);
}

/* ---- targets ----------------------------------------------------------------- */

static void walk_target_list(struct walker *w, const struct expr_list *list)
{
	bool seen_star = false;
	for (uint32_t i = 0; i < list->count; i++) {
		struct expr *item = list->items[i];
		if (item->kind == EXPR_STARRED) {
			if (seen_star)
				walk_error(w, item->span, "multiple starred expressions in assignment");
			if (i > 0xfff || list->count - i > 0xfff)
				walk_error(w, item->span, "too many expressions in star-unpacking assignment");
			seen_star = true;
			item = item->u.unary.operand;
		}
		walk_target(w, item);
	}
}

void walk_target(struct walker *w, struct expr *e)
{
	switch (e->kind) {
	case EXPR_NAME:
		e->u.name = walk_mangle(w, e->u.name);
		if (strcmp(e->u.name->text, "__debug__") == 0)
			walk_error(w, e->span, "cannot assign to __debug__");
		walk_binding(w, e->u.name, e->span, NULL);
		break;
	case EXPR_TUPLE:
	case EXPR_LIST:
		walk_target_list(w, &e->u.list);
		break;
	default:
		walk_expr(w, e);
	}
}

/* ---- functions --------------------------------------------------------------- */

static void enter_function(struct walker *w, struct scope *scope, struct walker *outer)
{
	*outer = *w;
	w->scope = scope;
	w->loop = NOT_IN_LOOP;
	w->in_except_star = false;
	w->in_comp_iterable = false;
}

static void leave_function(struct walker *w, const struct walker *outer)
{
	w->scope->last = w->tree->last_scope;
	w->scope = outer->scope;
	w->loop = outer->loop;
	w->in_except_star = outer->in_except_star;
	w->in_comp_iterable = outer->in_comp_iterable;
}

static void add_parameter(struct walker *w, struct parameter *parameter)
{
	parameter->name = walk_mangle(w, parameter->name);
	const struct symbol *known = scope_find(w->scope, parameter->name);
	if (known != NULL && (known->flags & SYMBOL_PARAMETER)) {
		walk_error(w, parameter->span, "duplicate argument '%s' in function definition",
		      parameter->name->text);
		return;
	}
	struct symbol *symbol = walk_symbol(w, parameter->name, parameter->span);
	symbol->flags |= SYMBOL_PARAMETER;
	symbol->slot = w->scope->parameter_count++;
}

static void add_parameters(struct walker *w, const struct parameters *parameters)
{
	for (uint32_t i = 0; i < parameters->count; i++)
		add_parameter(w, &parameters->items[i]);
	if (parameters->star != NULL)
		add_parameter(w, parameters->star);
	if (parameters->double_star != NULL)
		add_parameter(w, parameters->double_star);
}

/* What is evaluated outside, when the function is made. */
static void walk_defaults(struct walker *w, const struct parameters *parameters)
{
	for (uint32_t i = 0; i < parameters->count; i++) {
		if (parameters->items[i].value != NULL)
			walk_expr(w, parameters->items[i].value);
	}
}

void walk_annotation(struct walker *w, struct expr *e)
{
	if (e != NULL && !w->tree->has_future_annotations)
		walk_expr(w, e);
}

static void walk_annotations(struct walker *w, const struct function *f)
{
	for (uint32_t i = 0; i < f->parameters->count; i++)
		walk_annotation(w, f->parameters->items[i].annotation);
	if (f->parameters->star != NULL)
		walk_annotation(w, f->parameters->star->annotation);
	if (f->parameters->double_star != NULL)
		walk_annotation(w, f->parameters->double_star->annotation);
	walk_annotation(w, f->returns);
}

static void walk_decorators(struct walker *w, const struct expr_list *decorators)
{
	for (uint32_t i = 0; i < decorators->count; i++)
		walk_expr(w, decorators->items[i]);
}

/* `return value` in an async generator is found only once all of the body was seen. */
static void check_returns(struct walker *w, const struct block *block)
{
	for (uint32_t i = 0; i < block->count; i++) {
		const struct stmt *s = block->items[i];
		switch (s->kind) {
		case STMT_RETURN:
			if (s->u.value != NULL)
				walk_error(w, s->span, "'return' with value in async generator");
			break;
		case STMT_IF:
		case STMT_WHILE:
			for (uint32_t k = 0; k < s->u.branch.count; k++)
				check_returns(w, &s->u.branch.clauses[k].body);
			check_returns(w, &s->u.branch.otherwise);
			break;
		case STMT_FOR:
			check_returns(w, &s->u.loop.body);
			check_returns(w, &s->u.loop.otherwise);
			break;
		case STMT_WITH:
			check_returns(w, &s->u.with.body);
			break;
		case STMT_TRY:
		case STMT_TRY_STAR:
			check_returns(w, &s->u.try.body);
			for (uint32_t k = 0; k < s->u.try.count; k++)
				check_returns(w, &s->u.try.clauses[k].body);
			check_returns(w, &s->u.try.otherwise);
			check_returns(w, &s->u.try.finally);
			break;
		case STMT_MATCH:
			for (uint32_t k = 0; k < s->u.match.count; k++)
				check_returns(w, &s->u.match.clauses[k].body);
			break;
		default:
			break;
		}
	}
}

void walk_function(struct walker *w, struct stmt *s)
{
	struct function *f = s->u.function;
	walk_decorators(w, &f->decorators);
	struct name *called = f->name.name;
	f->name.name = walk_mangle(w, called);
	walk_defaults(w, f->parameters);
	walk_annotations(w, f);
	walk_binding(w, f->name.name, f->name.span, NULL);
	struct scope *scope = scope_new(w->tree, SCOPE_FUNCTION, w->scope);
	scope->name = called;
	scope->is_async = f->is_async;
	f->scope = scope;
	struct walker outer;
	enter_function(w, scope, &outer);
	add_parameters(w, f->parameters);
	walk_block(w, f->body);
	if (scope->is_async && scope->has_yield)
		check_returns(w, &f->body);
	leave_function(w, &outer);
}

void walk_class(struct walker *w, struct stmt *s)
{
	struct class_def *c = s->u.class_def;
	walk_decorators(w, &c->decorators);
	struct name *called = c->name.name;
	walk_arguments(w, c->arguments, c->argument_count);
	c->name.name = walk_mangle(w, called);
	walk_binding(w, c->name.name, c->name.span, NULL);
	struct scope *scope = scope_new(w->tree, SCOPE_CLASS, w->scope);
	scope->name = called;
	scope->class_name = called;
	c->scope = scope;
	struct walker outer;
	enter_function(w, scope, &outer);
	walk_block(w, c->body);
	leave_function(w, &outer);
}

static void walk_lambda(struct walker *w, struct expr *e)
{
	walk_defaults(w, e->u.lambda.parameters);
	struct scope *scope = scope_new(w->tree, SCOPE_LAMBDA, w->scope);
	e->u.lambda.scope = scope;
	struct walker outer;
	enter_function(w, scope, &outer);
	add_parameters(w, e->u.lambda.parameters);
	walk_expr(w, e->u.lambda.body);
	leave_function(w, &outer);
}

/* ---- comprehensions ---------------------------------------------------------- */

/* The function, lambda, class or module that a scope belongs to, comprehensions aside. */
static struct scope *around_comprehensions(struct scope *scope)
{
	while (scope->kind == SCOPE_COMPREHENSION || scope->kind == SCOPE_GENERATOR)
		scope = scope->parent;
	return scope;
}

static bool is_async_comp(const struct expr *e)
{
	for (uint32_t i = 0; i < e->u.comp.count; i++) {
		if (e->u.comp.clauses[i].is_async)
			return true;
	}
	return false;
}

static void walk_comp_iterable(struct walker *w, struct expr *e)
{
	bool outer = w->in_comp_iterable;
	w->in_comp_iterable = true;
	walk_expr(w, e);
	w->in_comp_iterable = outer;
}

static void walk_comprehension(struct walker *w, struct expr *e)
{
	walk_comp_iterable(w, e->u.comp.clauses[0].iterable);
	bool is_generator = e->kind == EXPR_GENERATOR;
	struct scope *outer = w->scope;
	struct scope *scope =
		scope_new(w->tree, is_generator ? SCOPE_GENERATOR : SCOPE_COMPREHENSION, outer);
	e->u.comp.scope = scope;
	w->scope = scope;
	if (is_generator) {
		struct name *first = tree_name(w->tree, ".0", 2);
		struct symbol *symbol = walk_symbol(w, first, e->span);
		symbol->flags |= SYMBOL_PARAMETER;
		symbol->slot = scope->parameter_count++;
	}
	for (uint32_t i = 0; i < e->u.comp.count; i++) {
		struct comp_clause *clause = &e->u.comp.clauses[i];
		if (i > 0)
			walk_comp_iterable(w, clause->iterable);
		walk_target(w, clause->target);
		for (uint32_t k = 0; k < clause->conditions.count; k++)
			walk_expr(w, clause->conditions.items[k]);
	}
	if (e->u.comp.value != NULL)
		walk_expr(w, e->u.comp.value);
	walk_expr(w, e->u.comp.element);
	scope->last = w->tree->last_scope;
	w->scope = outer;
	if (!is_async_comp(e) && !scope->has_await)
		return;
	scope->has_await = true;
	if (is_generator)
		return;
	if (outer->kind == SCOPE_COMPREHENSION || outer->kind == SCOPE_GENERATOR)
		outer->has_await = true;
	if (!around_comprehensions(scope)->is_async && outer->kind != SCOPE_GENERATOR)
		walk_error(w, e->span, "asynchronous comprehension outside of an asynchronous function");
}

static void walk_walrus(struct walker *w, struct expr *e)
{
	e->u.walrus.name = walk_mangle(w, e->u.walrus.name);
	struct name *name = e->u.walrus.name;
	if (w->in_comp_iterable) {
		walk_error(w, e->span, "assignment expression cannot be used in a comprehension "
		      "iterable expression");
		return;
	}
	walk_expr(w, e->u.walrus.value);
	struct scope *target = around_comprehensions(w->scope);
	if (target == w->scope) {
		walk_binding(w, name, e->u.walrus.name_span, NULL);
		return;
	}
	if (target->kind == SCOPE_CLASS) {
		walk_error(w, e->span, "assignment expression within a comprehension cannot be used "
		      "in a class body");
		return;
	}
	for (struct scope *s = w->scope; s != target; s = s->parent) {
		struct symbol *symbol = scope_symbol(w->tree, s, name, e->u.walrus.name_span);
		if (symbol->flags & SYMBOL_ITERATION) {
			walk_error(w, e->span, "assignment expression cannot rebind comprehension "
			      "iteration variable '%s'", name->text);
			return;
		}
		symbol->flags |= SYMBOL_USED;
	}
	struct symbol *symbol = scope_symbol(w->tree, target, name, e->u.walrus.name_span);
	symbol->flags |= SYMBOL_ASSIGNED;
	symbol->is_bound_otherwise = true;
}

/* ---- await and yield --------------------------------------------------------- */

static void walk_await(struct walker *w, struct expr *e)
{
	const struct scope *around = around_comprehensions(w->scope);
	bool in_comp = around != w->scope;
	if (in_comp)
		w->scope->has_await = true;
	if (around->kind == SCOPE_MODULE || around->kind == SCOPE_CLASS)
		walk_error(w, e->span, "'await' outside function");
	else if (!around->is_async && w->scope->kind != SCOPE_GENERATOR)
		walk_error(w, e->span, "'await' outside async function");
	walk_expr(w, e->u.unary.operand);
}

static void walk_yield(struct walker *w, struct expr *e)
{
	struct scope *scope = w->scope;
	if (scope->kind == SCOPE_COMPREHENSION || scope->kind == SCOPE_GENERATOR) {
		walk_error(w, e->span, "'yield' inside %s",
		      scope->kind == SCOPE_GENERATOR ? "generator expression" : "list comprehension");
	} else if (scope->kind == SCOPE_MODULE || scope->kind == SCOPE_CLASS) {
		walk_error(w, e->span, "'yield%s' outside function",
		      e->kind == EXPR_YIELD_FROM ? " from" : "");
	} else {
		if (e->kind == EXPR_YIELD_FROM && scope->is_async)
			walk_error(w, e->span, "'yield from' inside async function");
		scope->has_yield = true;
	}
	if (e->u.unary.operand != NULL)
		walk_expr(w, e->u.unary.operand);
}

/* ---- expressions ------------------------------------------------------------- */

static void walk_list(struct walker *w, const struct expr_list *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		struct expr *e = list->items[i];
		walk_expr(w, e->kind == EXPR_STARRED ? e->u.unary.operand : e);
	}
}

static void walk_arguments(struct walker *w, const struct argument *arguments, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct expr *e = arguments[i].value;
		walk_expr(w, e->kind == EXPR_STARRED ? e->u.unary.operand : e);
	}
}

void walk_optional(struct walker *w, struct expr *e)
{
	if (e != NULL)
		walk_expr(w, e);
}

/* a.b.c: remembered as a whole if it begins with a name. */
static void walk_attribute(struct walker *w, struct expr *e)
{
	struct expr *root = e;
	while (root->kind == EXPR_ATTRIBUTE) {
		root->u.attribute.name = walk_mangle(w, root->u.attribute.name);
		root = root->u.attribute.object;
	}
	if (root->kind == EXPR_NAME) {
		root->u.name = walk_mangle(w, root->u.name);
		note_use(w, root->u.name, root->span);
		walk_record_use(w, e, NULL, NULL, e->span);
	} else {
		walk_expr(w, root);
	}
}

void walk_expr(struct walker *w, struct expr *e)
{
	switch ((enum expr_kind)e->kind) {
	case EXPR_CONSTANT:
	case EXPR_INT:
	case EXPR_FLOAT:
	case EXPR_STR:
	case EXPR_BYTES:
	case EXPR_COUNT:
		break;
	case EXPR_FSTRING:
		for (uint32_t i = 0; i < e->u.fstring.count; i++) {
			walk_optional(w, e->u.fstring.parts[i].value);
			walk_optional(w, e->u.fstring.parts[i].spec);
		}
		break;
	case EXPR_NAME:
		e->u.name = walk_mangle(w, e->u.name);
		note_use(w, e->u.name, e->span);
		walk_record_use(w, e, NULL, NULL, e->span);
		break;
	case EXPR_ATTRIBUTE:
		walk_attribute(w, e);
		break;
	case EXPR_SUBSCRIPT:
		walk_expr(w, e->u.subscript.object);
		walk_expr(w, e->u.subscript.index);
		break;
	case EXPR_SLICE:
		walk_optional(w, e->u.slice.start);
		walk_optional(w, e->u.slice.stop);
		walk_optional(w, e->u.slice.step);
		break;
	case EXPR_CALL:
		walk_expr(w, e->u.call.function);
		walk_arguments(w, e->u.call.arguments, e->u.call.count);
		break;
	case EXPR_UNARY:
	case EXPR_NOT:
		walk_expr(w, e->u.unary.operand);
		break;
	case EXPR_BINARY:
		walk_expr(w, e->u.binary.left);
		walk_expr(w, e->u.binary.right);
		break;
	case EXPR_AND:
	case EXPR_OR:
	case EXPR_TUPLE:
	case EXPR_LIST:
	case EXPR_SET:
		walk_list(w, &e->u.list);
		break;
	case EXPR_COMPARE:
		for (uint32_t i = 0; i <= e->u.compare.count; i++)
			walk_expr(w, e->u.compare.operands[i]);
		break;
	case EXPR_CONDITIONAL:
		walk_expr(w, e->u.conditional.test);
		walk_expr(w, e->u.conditional.yes);
		walk_expr(w, e->u.conditional.no);
		break;
	case EXPR_LAMBDA:
		walk_lambda(w, e);
		break;
	case EXPR_DICT:
		for (uint32_t i = 0; i < e->u.dict.count; i++) {
			walk_optional(w, e->u.dict.keys[i]);
			walk_expr(w, e->u.dict.values[i]);
		}
		break;
	case EXPR_LIST_COMP:
	case EXPR_SET_COMP:
	case EXPR_DICT_COMP:
	case EXPR_GENERATOR:
		walk_comprehension(w, e);
		break;
	case EXPR_AWAIT:
		walk_await(w, e);
		break;
	case EXPR_YIELD:
	case EXPR_YIELD_FROM:
		walk_yield(w, e);
		break;
	case EXPR_WALRUS:
		walk_walrus(w, e);
		break;
	case EXPR_STARRED:
		walk_error(w, e->span, "can't use starred expression here");
		break;
	}
}
