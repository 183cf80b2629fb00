/*
 * The first pass over the tree: makes the scopes, notes which names each of them binds and
 * uses, puts mangled names in place, and refuses statements that stand where they may not.
 * The order of the walk is that of CPython's symbol table: it decides what "used prior to" means.
 */
#include <stdarg.h>
#include <string.h>

#include "lang/scope_internal.h"

/* Where we are, as far as `break`, `continue` and `return` care. */
enum surroundings { NOT_IN_LOOP, IN_LOOP, IN_EXCEPT_STAR };

struct walker {
	struct module_tree *tree;
	struct diagnostics *diagnostics;
	struct scope *scope;
	enum surroundings loop;
	bool in_except_star;    /* no return either */
	uint32_t guards;        /* trys around that catch ImportError and its like */
	bool in_comp_iterable;
	bool failed;
	bool is_future_over;    /* something else than a future import was met */
};

static void walk_expr(struct walker *w, struct expr *e);
static void walk_arguments(struct walker *w, const struct argument *arguments, uint32_t count);
static void walk_block(struct walker *w, struct block block);

static void error(struct walker *w, struct span span, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void error(struct walker *w, struct span span, const char *format, ...)
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

/* ---- names ------------------------------------------------------------------------------- */

/* `__x` within class C is `_C__x`. */
static struct name *mangle(struct walker *w, struct name *name)
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

static struct symbol *symbol_here(struct walker *w, struct name *name, struct span span)
{
	return scope_symbol(w->tree, w->scope, name, span);
}

static void note_use(struct walker *w, struct name *name, struct span span)
{
	symbol_here(w, name, span)->flags |= SYMBOL_USED;
	bool in_function = w->scope->kind != SCOPE_MODULE && w->scope->kind != SCOPE_CLASS;
	if (in_function && strcmp(name->text, "super") == 0) {
		struct name *class = tree_name(w->tree, "__class__", 9);
		symbol_here(w, class, span)->flags |= SYMBOL_USED;
	}
}

/* Bind `name`; `module`: by an import of that module, otherwise NULL. */
static void note_binding(struct walker *w, struct name *name, struct span span,
                         struct name *module)
{
	struct symbol *symbol = symbol_here(w, name, span);
	if (module == NULL || (symbol->module != NULL && symbol->module != module))
		symbol->is_bound_otherwise = true;
	else
		symbol->module = module;
	symbol->flags |= SYMBOL_ASSIGNED;
	if (w->scope->kind == SCOPE_COMPREHENSION || w->scope->kind == SCOPE_GENERATOR)
		symbol->flags |= SYMBOL_ITERATION;
}

/* A global declaration makes what is bound here a variable of the module. */
static void note_global_binding(struct walker *w, struct name *name, struct span span)
{
	struct symbol *symbol = scope_symbol(w->tree, w->tree->scope, name, span);
	symbol->is_bound_otherwise = true;
	if (w->scope->kind != SCOPE_MODULE)
		symbol->flags |= SYMBOL_ASSIGNED;
}

static void record_use(struct walker *w, struct expr *e, struct name *module, struct name *item,
                       struct span span)
{
	struct name_use use = {w->scope, e, module, item, span, w->guards > 0};
	vec_push(&w->tree->uses, use);
}

/* ---- targets -------------------------------------------------------------------------------- */

static void walk_target(struct walker *w, struct expr *e);

static void walk_target_list(struct walker *w, const struct expr_list *list)
{
	bool seen_star = false;
	for (uint32_t i = 0; i < list->count; i++) {
		struct expr *item = list->items[i];
		if (item->kind == EXPR_STARRED) {
			if (seen_star)
				error(w, item->span, "multiple starred expressions in assignment");
			if (i > 0xfff || list->count - i > 0xfff)
				error(w, item->span, "too many expressions in star-unpacking assignment");
			seen_star = true;
			item = item->u.unary.operand;
		}
		walk_target(w, item);
	}
}

static void walk_target(struct walker *w, struct expr *e)
{
	switch (e->kind) {
	case EXPR_NAME:
		e->u.name = mangle(w, e->u.name);
		if (strcmp(e->u.name->text, "__debug__") == 0)
			error(w, e->span, "cannot assign to __debug__");
		note_binding(w, e->u.name, e->span, NULL);
		break;
	case EXPR_TUPLE:
	case EXPR_LIST:
		walk_target_list(w, &e->u.list);
		break;
	default:
		walk_expr(w, e);
	}
}

/* ---- functions ---------------------------------------------------------------------------------- */

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
	parameter->name = mangle(w, parameter->name);
	const struct symbol *known = scope_find(w->scope, parameter->name);
	if (known != NULL && (known->flags & SYMBOL_PARAMETER)) {
		error(w, parameter->span, "duplicate argument '%s' in function definition",
		      parameter->name->text);
		return;
	}
	struct symbol *symbol = symbol_here(w, parameter->name, parameter->span);
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

static void walk_annotation(struct walker *w, struct expr *e)
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
				error(w, s->span, "'return' with value in async generator");
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

static void walk_function(struct walker *w, struct stmt *s)
{
	struct function *f = s->u.function;
	walk_decorators(w, &f->decorators);
	struct name *called = f->name.name;
	f->name.name = mangle(w, called);
	walk_defaults(w, f->parameters);
	walk_annotations(w, f);
	note_binding(w, f->name.name, f->name.span, NULL);
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

static void walk_class(struct walker *w, struct stmt *s)
{
	struct class_def *c = s->u.class_def;
	walk_decorators(w, &c->decorators);
	struct name *called = c->name.name;
	walk_arguments(w, c->arguments, c->argument_count);
	c->name.name = mangle(w, called);
	note_binding(w, c->name.name, c->name.span, NULL);
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

/* ---- comprehensions ----------------------------------------------------------------------------- */

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
		struct symbol *symbol = symbol_here(w, first, e->span);
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
		error(w, e->span, "asynchronous comprehension outside of an asynchronous function");
}

static void walk_walrus(struct walker *w, struct expr *e)
{
	e->u.walrus.name = mangle(w, e->u.walrus.name);
	struct name *name = e->u.walrus.name;
	if (w->in_comp_iterable) {
		error(w, e->span, "assignment expression cannot be used in a comprehension "
		      "iterable expression");
		return;
	}
	walk_expr(w, e->u.walrus.value);
	struct scope *target = around_comprehensions(w->scope);
	if (target == w->scope) {
		note_binding(w, name, e->u.walrus.name_span, NULL);
		return;
	}
	if (target->kind == SCOPE_CLASS) {
		error(w, e->span, "assignment expression within a comprehension cannot be used "
		      "in a class body");
		return;
	}
	for (struct scope *s = w->scope; s != target; s = s->parent) {
		struct symbol *symbol = scope_symbol(w->tree, s, name, e->u.walrus.name_span);
		if (symbol->flags & SYMBOL_ITERATION) {
			error(w, e->span, "assignment expression cannot rebind comprehension "
			      "iteration variable '%s'", name->text);
			return;
		}
		symbol->flags |= SYMBOL_USED;
	}
	struct symbol *symbol = scope_symbol(w->tree, target, name, e->u.walrus.name_span);
	symbol->flags |= SYMBOL_ASSIGNED;
	symbol->is_bound_otherwise = true;
}

/* ---- await and yield ------------------------------------------------------------------------------- */

static void walk_await(struct walker *w, struct expr *e)
{
	const struct scope *around = around_comprehensions(w->scope);
	bool in_comp = around != w->scope;
	if (in_comp)
		w->scope->has_await = true;
	if (around->kind == SCOPE_MODULE || around->kind == SCOPE_CLASS)
		error(w, e->span, "'await' outside function");
	else if (!around->is_async && w->scope->kind != SCOPE_GENERATOR)
		error(w, e->span, "'await' outside async function");
	walk_expr(w, e->u.unary.operand);
}

static void walk_yield(struct walker *w, struct expr *e)
{
	struct scope *scope = w->scope;
	if (scope->kind == SCOPE_COMPREHENSION || scope->kind == SCOPE_GENERATOR) {
		error(w, e->span, "'yield' inside %s",
		      scope->kind == SCOPE_GENERATOR ? "generator expression" : "list comprehension");
	} else if (scope->kind == SCOPE_MODULE || scope->kind == SCOPE_CLASS) {
		error(w, e->span, "'yield%s' outside function",
		      e->kind == EXPR_YIELD_FROM ? " from" : "");
	} else {
		if (e->kind == EXPR_YIELD_FROM && scope->is_async)
			error(w, e->span, "'yield from' inside async function");
		scope->has_yield = true;
	}
	if (e->u.unary.operand != NULL)
		walk_expr(w, e->u.unary.operand);
}

/* ---- expressions ----------------------------------------------------------------------------------- */

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

static void walk_optional(struct walker *w, struct expr *e)
{
	if (e != NULL)
		walk_expr(w, e);
}

/* a.b.c: remembered as a whole if it begins with a name. */
static void walk_attribute(struct walker *w, struct expr *e)
{
	struct expr *root = e;
	while (root->kind == EXPR_ATTRIBUTE) {
		root->u.attribute.name = mangle(w, root->u.attribute.name);
		root = root->u.attribute.object;
	}
	if (root->kind == EXPR_NAME) {
		root->u.name = mangle(w, root->u.name);
		note_use(w, root->u.name, root->span);
		record_use(w, e, NULL, NULL, e->span);
	} else {
		walk_expr(w, root);
	}
}

static void walk_expr(struct walker *w, struct expr *e)
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
		e->u.name = mangle(w, e->u.name);
		note_use(w, e->u.name, e->span);
		record_use(w, e, NULL, NULL, e->span);
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
		error(w, e->span, "can't use starred expression here");
		break;
	}
}

/* ---- patterns ----------------------------------------------------------------------------------------- */

struct pattern_names {
	struct name **items;
	size_t count, room;
};

static void bind_pattern_name(struct walker *w, struct pattern_names *names, struct name_at *at)
{
	if (at->name == NULL)
		return;
	at->name = mangle(w, at->name);
	for (size_t i = 0; i < names->count; i++) {
		if (names->items[i] == at->name)
			error(w, at->span, "multiple assignments to name '%s' in pattern",
			      at->name->text);
	}
	vec_push(names, at->name);
	note_binding(w, at->name, at->span, NULL);
}

static void walk_pattern(struct walker *w, struct pattern *pattern, struct pattern_names *names);

static bool same_names(const struct pattern_names *a, const struct pattern_names *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		bool found = false;
		for (size_t k = 0; k < b->count; k++)
			found |= a->items[i] == b->items[k];
		if (!found)
			return false;
	}
	return true;
}

static void walk_alternatives(struct walker *w, struct pattern *pattern,
                              struct pattern_names *names)
{
	struct pattern_names first = {0};
	for (uint32_t i = 0; i < pattern->count; i++) {
		struct pattern_names own = {0};
		walk_pattern(w, pattern->items[i], &own);
		if (i == 0) {
			first = own;
			continue;
		}
		if (!same_names(&first, &own))
			error(w, pattern->span, "alternative patterns bind different names");
		vec_free(&own);
	}
	for (size_t i = 0; i < first.count; i++)
		vec_push(names, first.items[i]);
	vec_free(&first);
}

static void walk_pattern(struct walker *w, struct pattern *pattern, struct pattern_names *names)
{
	if (pattern->kind == PATTERN_OR) {
		walk_alternatives(w, pattern, names);
		return;
	}
	if (pattern->value != NULL)
		walk_expr(w, pattern->value);
	if (pattern->kind == PATTERN_MAPPING) {
		for (uint32_t i = 0; i < pattern->count; i++)
			walk_expr(w, pattern->keys[i]);
	}
	for (uint32_t i = 0; i < pattern->count; i++)
		walk_pattern(w, pattern->items[i], names);
	if (pattern->sub != NULL)
		walk_pattern(w, pattern->sub, names);
	if (pattern->kind == PATTERN_CAPTURE || pattern->kind == PATTERN_STAR ||
	    pattern->kind == PATTERN_MAPPING)
		bind_pattern_name(w, names, &pattern->name);
}

/* ---- statements ---------------------------------------------------------------------------------------- */

static void walk_declaration(struct walker *w, struct stmt *s)
{
	bool is_global = s->kind == STMT_GLOBAL;
	const char *word = is_global ? "global" : "nonlocal";
	if (!is_global && w->scope->kind == SCOPE_MODULE) {
		error(w, s->span, "nonlocal declaration not allowed at module level");
		return;
	}
	for (uint32_t i = 0; i < s->u.names.count; i++) {
		struct name_at *at = &s->u.names.items[i];
		at->name = mangle(w, at->name);
		const char *text = at->name->text;
		struct symbol *symbol = symbol_here(w, at->name, at->span);
		if (symbol->flags & SYMBOL_PARAMETER)
			error(w, at->span, "name '%s' is parameter and %s", text, word);
		else if (symbol->flags & (is_global ? SYMBOL_NONLOCAL : SYMBOL_GLOBAL))
			error(w, at->span, "name '%s' is nonlocal and global", text);
		else if (symbol->flags & SYMBOL_ANNOTATED)
			error(w, at->span, "annotated name '%s' can't be %s", text, word);
		else if (symbol->flags & SYMBOL_ASSIGNED)
			error(w, at->span, "name '%s' is assigned to before %s declaration", text, word);
		else if (symbol->flags & SYMBOL_USED)
			error(w, at->span, "name '%s' is used prior to %s declaration", text, word);
		symbol->flags |= is_global ? SYMBOL_GLOBAL : SYMBOL_NONLOCAL;
		if (is_global)
			note_global_binding(w, at->name, at->span);
	}
}

static void walk_import(struct walker *w, struct stmt *s)
{
	for (uint32_t i = 0; i < s->u.import.count; i++) {
		struct import_item *item = &s->u.import.items[i];
		record_use(w, NULL, item->name, NULL, item->span);
		item->binds = mangle(w, item->binds);
		/* `import a.b` binds the module a, `import a.b as c` the module a.b. */
		struct name *module = item->alias != NULL ? item->name : item->binds;
		note_binding(w, item->binds, item->span, module);
	}
}

static void walk_future(struct walker *w, struct stmt *s)
{
	static const char *const known[] = {
		"nested_scopes", "generators", "division", "absolute_import", "with_statement",
		"print_function", "unicode_literals", "barry_as_FLUFL", "generator_stop",
		"annotations",
	};
	if (w->is_future_over)
		error(w, s->span, "from __future__ imports must occur at the beginning of the file");
	for (uint32_t i = 0; i < s->u.import.count; i++) {
		const char *feature = s->u.import.items[i].name->text;
		bool found = false;
		for (size_t k = 0; k < COUNT_OF(known); k++)
			found |= strcmp(known[k], feature) == 0;
		if (!found)
			error(w, s->u.import.items[i].span, "future feature %s is not defined", feature);
		if (strcmp(feature, "annotations") == 0)
			w->tree->has_future_annotations = true;
	}
}

static void walk_import_from(struct walker *w, struct stmt *s)
{
	bool is_future = strcmp(s->u.import.module->text, "__future__") == 0;
	if (is_future)
		walk_future(w, s);
	else if (s->u.import.module->len > 0)
		record_use(w, NULL, s->u.import.module, NULL, s->u.import.module_span);
	for (uint32_t i = 0; i < s->u.import.count; i++) {
		struct import_item *item = &s->u.import.items[i];
		if (!is_future)
			record_use(w, NULL, s->u.import.module, item->name, item->span);
		item->binds = mangle(w, item->binds);
		note_binding(w, item->binds, item->span, NULL);
	}
}

static void walk_annotated(struct walker *w, struct stmt *s)
{
	struct expr *target = s->u.annotated.target;
	bool in_function = w->scope->kind == SCOPE_FUNCTION;
	if (s->u.annotated.is_simple) {
		walk_target(w, target);
		struct symbol *symbol = scope_find(w->scope, target->u.name);
		if (symbol->flags & (SYMBOL_GLOBAL | SYMBOL_NONLOCAL))
			error(w, target->span, "annotated name '%s' can't be %s", target->u.name->text,
			      symbol->flags & SYMBOL_GLOBAL ? "global" : "nonlocal");
		symbol->flags |= SYMBOL_ANNOTATED;
		if (!in_function)
			w->scope->has_annotations = true;
	} else if (s->u.annotated.value != NULL) {
		walk_target(w, target);
	} else if (target->kind != EXPR_NAME) {
		walk_expr(w, target);
	}
	if (!in_function)
		walk_annotation(w, s->u.annotated.annotation);
	walk_optional(w, s->u.annotated.value);
}

static void walk_async(struct walker *w, struct span span, const char *what)
{
	const struct scope *scope = w->scope;
	if (scope->kind != SCOPE_FUNCTION)
		error(w, span, "'async %s' outside async function", what);
	else if (!scope->is_async)
		error(w, span, "'async %s' outside async function", what);
}

static void walk_loop_body(struct walker *w, struct block body)
{
	enum surroundings outer = w->loop;
	w->loop = IN_LOOP;
	walk_block(w, body);
	w->loop = outer;
}

static void walk_with(struct walker *w, struct stmt *s)
{
	if (s->u.with.is_async)
		walk_async(w, s->span, "with");
	for (uint32_t i = 0; i < s->u.with.count; i++) {
		walk_expr(w, s->u.with.items[i].manager);
		if (s->u.with.items[i].target != NULL)
			walk_target(w, s->u.with.items[i].target);
	}
	walk_block(w, s->u.with.body);
}

/* Whether an except clause is there for things that are missing in this version or place. */
static bool catches_missing(const struct expr *type)
{
	static const char *const errors[] = {"ImportError", "ModuleNotFoundError",
	                                     "AttributeError", "NameError"};
	if (type == NULL)
		return false;
	if (type->kind == EXPR_TUPLE) {
		for (uint32_t i = 0; i < type->u.list.count; i++) {
			if (catches_missing(type->u.list.items[i]))
				return true;
		}
		return false;
	}
	for (size_t i = 0; i < COUNT_OF(errors) && type->kind == EXPR_NAME; i++) {
		if (strcmp(type->u.name->text, errors[i]) == 0)
			return true;
	}
	return false;
}

static void walk_try(struct walker *w, struct stmt *s)
{
	bool is_star = s->kind == STMT_TRY_STAR;
	bool is_guard = false;
	for (uint32_t i = 0; i < s->u.try.count; i++)
		is_guard |= catches_missing(s->u.try.clauses[i].type);
	w->guards += is_guard;
	walk_block(w, s->u.try.body);
	w->guards -= is_guard;
	enum surroundings loop = w->loop;
	bool in_except_star = w->in_except_star;
	for (uint32_t i = 0; i < s->u.try.count; i++) {
		struct except_clause *clause = &s->u.try.clauses[i];
		walk_optional(w, clause->type);
		if (clause->name.name != NULL) {
			clause->name.name = mangle(w, clause->name.name);
			note_binding(w, clause->name.name, clause->name.span, NULL);
		}
		if (is_star) {
			w->loop = IN_EXCEPT_STAR;
			w->in_except_star = true;
		}
		walk_block(w, clause->body);
		w->loop = loop;
		w->in_except_star = in_except_star;
	}
	walk_block(w, s->u.try.otherwise);
	walk_block(w, s->u.try.finally);
}

static void walk_jump(struct walker *w, const struct stmt *s)
{
	if (w->loop == IN_EXCEPT_STAR)
		error(w, s->span, "'break', 'continue' and 'return' cannot appear in an except* block");
	else if (w->loop == NOT_IN_LOOP && s->kind == STMT_BREAK)
		error(w, s->span, "'break' outside loop");
	else if (w->loop == NOT_IN_LOOP)
		error(w, s->span, "'continue' not properly in loop");
}

static void walk_return(struct walker *w, struct stmt *s)
{
	if (w->scope->kind != SCOPE_FUNCTION)
		error(w, s->span, "'return' outside function");
	else if (w->in_except_star)
		error(w, s->span, "'break', 'continue' and 'return' cannot appear in an except* block");
	walk_optional(w, s->u.value);
}

static void walk_match(struct walker *w, struct stmt *s)
{
	walk_expr(w, s->u.match.subject);
	for (uint32_t i = 0; i < s->u.match.count; i++) {
		struct case_clause *clause = &s->u.match.clauses[i];
		struct pattern_names names = {0};
		walk_pattern(w, clause->pattern, &names);
		struct scope *frame = w->scope->frame;
		if (names.count > frame->match_count)
			frame->match_count = (uint32_t)names.count;
		vec_free(&names);
		walk_optional(w, clause->guard);
		walk_block(w, clause->body);
	}
}

static void walk_branch(struct walker *w, struct stmt *s)
{
	for (uint32_t i = 0; i < s->u.branch.count; i++) {
		walk_expr(w, s->u.branch.clauses[i].test);
		if (s->kind == STMT_WHILE)
			walk_loop_body(w, s->u.branch.clauses[i].body);
		else
			walk_block(w, s->u.branch.clauses[i].body);
	}
	walk_block(w, s->u.branch.otherwise);
}

static void walk_stmt(struct walker *w, struct stmt *s)
{
	bool is_future = s->kind == STMT_IMPORT_FROM &&
	                 strcmp(s->u.import.module->text, "__future__") == 0;
	if (!is_future && !(stmt_is_string(s) && w->tree->body.items[0] == s))
		w->is_future_over = true;
	switch ((enum stmt_kind)s->kind) {
	case STMT_EXPRESSION:
		walk_expr(w, s->u.value);
		break;
	case STMT_ASSIGN:
		walk_expr(w, s->u.assign.value);
		for (uint32_t i = 0; i < s->u.assign.targets.count; i++)
			walk_target(w, s->u.assign.targets.items[i]);
		break;
	case STMT_AUGMENTED:
		walk_expr(w, s->u.augmented.target);
		if (s->u.augmented.target->kind == EXPR_NAME)
			walk_target(w, s->u.augmented.target);
		walk_expr(w, s->u.augmented.value);
		break;
	case STMT_ANNOTATED:
		walk_annotated(w, s);
		break;
	case STMT_RETURN:
		walk_return(w, s);
		break;
	case STMT_RAISE:
		walk_optional(w, s->u.raise.exception);
		walk_optional(w, s->u.raise.cause);
		break;
	case STMT_DELETE:
		for (uint32_t i = 0; i < s->u.targets.count; i++)
			walk_target(w, s->u.targets.items[i]);
		break;
	case STMT_PASS:
	case STMT_COUNT:
		break;
	case STMT_BREAK:
	case STMT_CONTINUE:
		walk_jump(w, s);
		break;
	case STMT_ASSERT:
		walk_expr(w, s->u.assertion.test);
		walk_optional(w, s->u.assertion.message);
		break;
	case STMT_GLOBAL:
	case STMT_NONLOCAL:
		walk_declaration(w, s);
		break;
	case STMT_IMPORT:
		walk_import(w, s);
		break;
	case STMT_IMPORT_FROM:
		walk_import_from(w, s);
		break;
	case STMT_IF:
	case STMT_WHILE:
		walk_branch(w, s);
		break;
	case STMT_FOR:
		if (s->u.loop.is_async)
			walk_async(w, s->span, "for");
		walk_expr(w, s->u.loop.iterable);
		walk_target(w, s->u.loop.target);
		walk_loop_body(w, s->u.loop.body);
		walk_block(w, s->u.loop.otherwise);
		break;
	case STMT_WITH:
		walk_with(w, s);
		break;
	case STMT_TRY:
	case STMT_TRY_STAR:
		walk_try(w, s);
		break;
	case STMT_FUNCTION:
		walk_function(w, s);
		break;
	case STMT_CLASS:
		walk_class(w, s);
		break;
	case STMT_MATCH:
		walk_match(w, s);
		break;
	}
}

static void walk_block(struct walker *w, struct block block)
{
	for (uint32_t i = 0; i < block.count; i++)
		walk_stmt(w, block.items[i]);
}

bool scope_collect(struct module_tree *tree, struct diagnostics *diagnostics)
{
	struct walker w = {.tree = tree, .diagnostics = diagnostics};
	w.scope = scope_new(tree, SCOPE_MODULE, NULL);
	walk_block(&w, tree->body);
	tree->scope->last = tree->last_scope;
	return !w.failed;
}
