/*
 * The first pass over the tree, patterns and statements: see scope_walk.c.
 */
#include <string.h>

#include "syntax/scope_internal.h"

/* ---- patterns ---------------------------------------------------------------- */

struct pattern_names {
	struct name **items;
	size_t count, room;
};

static void bind_pattern_name(struct walker *w, struct pattern_names *names, struct name_at *at)
{
	if (at->name == NULL)
		return;
	at->name = walk_mangle(w, at->name);
	for (size_t i = 0; i < names->count; i++) {
		if (names->items[i] == at->name)
			walk_error(w, at->span, "multiple assignments to name '%s' in pattern",
			      at->name->text);
	}
	vec_push(names, at->name);
	walk_binding(w, at->name, at->span, NULL);
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
			walk_error(w, pattern->span, "alternative patterns bind different names");
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

/* ---- statements -------------------------------------------------------------- */

/* A global declaration makes what is bound here a variable of the module. */
static void walk_global_binding(struct walker *w, struct name *name, struct span span)
{
	struct symbol *symbol = scope_symbol(w->tree, w->tree->scope, name, span);
	symbol->is_bound_otherwise = true;
	if (w->scope->kind != SCOPE_MODULE)
		symbol->flags |= SYMBOL_ASSIGNED;
}

static void walk_declaration(struct walker *w, struct stmt *s)
{
	bool is_global = s->kind == STMT_GLOBAL;
	const char *word = is_global ? "global" : "nonlocal";
	if (!is_global && w->scope->kind == SCOPE_MODULE) {
		walk_error(w, s->span, "nonlocal declaration not allowed at module level");
		return;
	}
	for (uint32_t i = 0; i < s->u.names.count; i++) {
		struct name_at *at = &s->u.names.items[i];
		at->name = walk_mangle(w, at->name);
		const char *text = at->name->text;
		struct symbol *symbol = walk_symbol(w, at->name, at->span);
		if (symbol->flags & SYMBOL_PARAMETER)
			walk_error(w, at->span, "name '%s' is parameter and %s", text, word);
		else if (symbol->flags & (is_global ? SYMBOL_NONLOCAL : SYMBOL_GLOBAL))
			walk_error(w, at->span, "name '%s' is nonlocal and global", text);
		else if (symbol->flags & SYMBOL_ANNOTATED)
			walk_error(w, at->span, "annotated name '%s' can't be %s", text, word);
		else if (symbol->flags & SYMBOL_ASSIGNED)
			walk_error(w, at->span, "name '%s' is assigned to before %s declaration", text, word);
		else if (symbol->flags & SYMBOL_USED)
			walk_error(w, at->span, "name '%s' is used prior to %s declaration", text, word);
		symbol->flags |= is_global ? SYMBOL_GLOBAL : SYMBOL_NONLOCAL;
		if (is_global)
			walk_global_binding(w, at->name, at->span);
	}
}

static void walk_import(struct walker *w, struct stmt *s)
{
	for (uint32_t i = 0; i < s->u.import.count; i++) {
		struct import_item *item = &s->u.import.items[i];
		walk_record_use(w, NULL, item->name, NULL, item->span);
		item->binds = walk_mangle(w, item->binds);
		/* `import a.b` binds the module a, `import a.b as c` the module a.b. */
		struct name *module = item->alias != NULL ? item->name : item->binds;
		walk_binding(w, item->binds, item->span, module);
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
		walk_error(w, s->span, "from __future__ imports must occur at the beginning of the file");
	for (uint32_t i = 0; i < s->u.import.count; i++) {
		const char *feature = s->u.import.items[i].name->text;
		bool found = false;
		for (size_t k = 0; k < COUNT_OF(known); k++)
			found |= strcmp(known[k], feature) == 0;
		if (!found)
			walk_error(w, s->u.import.items[i].span, "future feature %s is not defined", feature);
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
		walk_record_use(w, NULL, s->u.import.module, NULL, s->u.import.module_span);
	for (uint32_t i = 0; i < s->u.import.count; i++) {
		struct import_item *item = &s->u.import.items[i];
		if (!is_future)
			walk_record_use(w, NULL, s->u.import.module, item->name, item->span);
		item->binds = walk_mangle(w, item->binds);
		walk_binding(w, item->binds, item->span, NULL);
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
			walk_error(w, target->span, "annotated name '%s' can't be %s", target->u.name->text,
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
		walk_error(w, span, "'async %s' outside async function", what);
	else if (!scope->is_async)
		walk_error(w, span, "'async %s' outside async function", what);
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
			clause->name.name = walk_mangle(w, clause->name.name);
			walk_binding(w, clause->name.name, clause->name.span, NULL);
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
		walk_error(w, s->span, "'break', 'continue' and 'return' cannot appear in an except* block");
	else if (w->loop == NOT_IN_LOOP && s->kind == STMT_BREAK)
		walk_error(w, s->span, "'break' outside loop");
	else if (w->loop == NOT_IN_LOOP)
		walk_error(w, s->span, "'continue' not properly in loop");
}

static void walk_return(struct walker *w, struct stmt *s)
{
	if (w->scope->kind != SCOPE_FUNCTION)
		walk_error(w, s->span, "'return' outside function");
	else if (w->in_except_star)
		walk_error(w, s->span, "'break', 'continue' and 'return' cannot appear in an except* block");
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

void walk_block(struct walker *w, struct block block)
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
