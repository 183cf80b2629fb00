/*
 * The meaning of names. After the first pass (scope_walk.c) every scope knows which names it
 * binds and which it uses. Here uses find their bindings, variables that inner frames use
 * become cells, and everything gets its slot.
 */
#include "syntax/scope.h"

#include <string.h>

#include "base/error.h"
#include "syntax/scope_internal.h"

/* ---- symbols ----------------------------------------------------------------- */

struct symbol *scope_find(const struct scope *scope, const struct name *name)
{
	const uint32_t *at = map_find(&scope->index, (const char *)&name->id, sizeof name->id);
	return at != NULL ? scope->symbols.items[*at] : NULL;
}

struct symbol *scope_symbol(struct module_tree *tree, struct scope *scope, struct name *name,
                            struct span span)
{
	struct symbol *symbol = scope_find(scope, name);
	if (symbol != NULL)
		return symbol;
	symbol = tree_alloc(tree, 1, sizeof *symbol);
	symbol->name = name;
	symbol->scope = scope;
	symbol->first = span;
	symbol->meaning = symbol;
	map_set(&scope->index, (const char *)&name->id, sizeof name->id,
	        (uint32_t)scope->symbols.count);
	vec_push(&scope->symbols, symbol);
	return symbol;
}

const struct symbol *scope_lookup(const struct scope *scope, const struct name *name)
{
	return scope_find(scope, name);
}

struct scope *scope_new(struct module_tree *tree, enum scope_kind kind, struct scope *parent)
{
	struct scope *scope = tree_alloc(tree, 1, sizeof *scope);
	scope->kind = kind;
	scope->parent = parent;
	scope->frame = kind == SCOPE_COMPREHENSION ? parent->frame : scope;
	scope->class_name = parent != NULL ? parent->class_name : NULL;
	if (tree->last_scope != NULL)
		tree->last_scope->next = scope;
	else
		tree->scope = scope;
	tree->last_scope = scope;
	return scope;
}

void scope_free(struct module_tree *tree)
{
	for (struct scope *scope = tree->scope; scope != NULL; scope = scope->next) {
		vec_free(&scope->symbols);
		vec_free(&scope->frees);
		map_free(&scope->index);
	}
}

/* ---- finding bindings -------------------------------------------------------- */

static bool is_bound(const struct symbol *symbol)
{
	return (symbol->flags & (SYMBOL_ASSIGNED | SYMBOL_PARAMETER)) != 0;
}

static struct symbol *class_cell(struct module_tree *tree, struct scope *scope,
                                 const struct symbol *use)
{
	if (scope->class_cell == NULL) {
		struct symbol *cell = tree_alloc(tree, 1, sizeof *cell);
		cell->name = use->name;
		cell->scope = scope;
		cell->kind = BINDING_CELL;
		cell->meaning = cell;
		scope->class_cell = cell;
	}
	return scope->class_cell;
}

/*
 * The variable of a function around `use` that it means; NULL when it means a global. Class
 * bodies are passed over, but for the `__class__` that their methods see.
 */
static struct symbol *find_outer(struct module_tree *tree, const struct symbol *use)
{
	bool is_class_name = strcmp(use->name->text, "__class__") == 0;
	for (struct scope *s = use->scope->parent; s != NULL; s = s->parent) {
		if (s->kind == SCOPE_MODULE)
			return NULL;
		if (s->kind == SCOPE_CLASS) {
			if (is_class_name)
				return class_cell(tree, s, use);
			continue;
		}
		struct symbol *found = scope_find(s, use->name);
		if (found == NULL)
			continue;
		if (found->flags & SYMBOL_GLOBAL)
			return NULL;
		if (is_bound(found) && !(found->flags & SYMBOL_NONLOCAL))
			return found;
	}
	return NULL;
}

/* ---- cells ------------------------------------------------------------------- */

/* Have `frame` and those between it and the cell's own frame pass the cell on. */
static void pass_cell(struct scope *frame, struct symbol *cell)
{
	for (; frame != cell->scope->frame; frame = frame->parent->frame) {
		for (size_t i = 0; i < frame->frees.count; i++) {
			if (frame->frees.items[i].cell == cell)
				return;
		}
		struct free_variable variable = {.cell = cell};
		vec_push(&frame->frees, variable);
	}
}

static bool resolve(struct module_tree *tree, struct symbol *symbol,
                    struct diagnostics *diagnostics)
{
	struct scope *scope = symbol->scope;
	bool has_namespace = scope->kind == SCOPE_MODULE || scope->kind == SCOPE_CLASS;
	if (symbol->flags & SYMBOL_GLOBAL) {
		symbol->kind = BINDING_GLOBAL;
		return true;
	}
	if (is_bound(symbol) && !(symbol->flags & SYMBOL_NONLOCAL)) {
		if (has_namespace)
			symbol->kind = BINDING_NAMESPACE;
		else if (symbol->kind != BINDING_CELL)
			symbol->kind = BINDING_LOCAL;
		return true;
	}
	struct symbol *found = find_outer(tree, symbol);
	if (found == NULL) {
		symbol->kind = scope->kind == SCOPE_CLASS ? BINDING_NAMESPACE : BINDING_GLOBAL;
		if (!(symbol->flags & SYMBOL_NONLOCAL))
			return true;
		diagnostics_add(diagnostics, &tree->source, symbol->first,
		                "no binding for nonlocal '%s' found", symbol->name->text);
		return false;
	}
	symbol->meaning = found;
	if (found->scope->frame == scope->frame) {
		symbol->kind = BINDING_LOCAL; /* As the meaning: told in assign_slots. */
		return true;
	}
	found->kind = BINDING_CELL;
	symbol->kind = BINDING_FREE;
	pass_cell(scope->frame, found);
	return true;
}

/* ---- slots ------------------------------------------------------------------- */

/* Parameters have their slots; the other variables of the frame follow, comprehensions' too. */
static void assign_locals(struct scope *scope)
{
	struct scope *frame = scope->frame;
	for (size_t i = 0; i < scope->symbols.count; i++) {
		struct symbol *symbol = scope->symbols.items[i];
		bool own = symbol->meaning == symbol &&
		           (symbol->kind == BINDING_LOCAL || symbol->kind == BINDING_CELL);
		if (own && !(symbol->flags & SYMBOL_PARAMETER))
			symbol->slot = frame->local_count++;
	}
	if (scope->class_cell != NULL)
		scope->class_cell->slot = frame->local_count++;
}

static const struct free_variable *find_free(const struct scope *frame, const struct symbol *cell)
{
	for (size_t i = 0; i < frame->frees.count; i++) {
		if (frame->frees.items[i].cell == cell)
			return &frame->frees.items[i];
	}
	return NULL;
}

/* Frames come before those inside of them, so the outer slots are known. */
static void assign_frees(struct scope *scope)
{
	for (size_t i = 0; i < scope->frees.count; i++) {
		struct free_variable *variable = &scope->frees.items[i];
		variable->slot = scope->local_count + (uint32_t)i;
		const struct scope *outer = scope->parent->frame;
		if (variable->cell->scope->frame == outer)
			variable->outer_slot = variable->cell->slot;
		else
			variable->outer_slot = find_free(outer, variable->cell)->slot;
	}
}

static void settle_uses(struct scope *scope)
{
	for (size_t i = 0; i < scope->symbols.count; i++) {
		struct symbol *symbol = scope->symbols.items[i];
		if (symbol->meaning == symbol)
			continue;
		if (symbol->kind == BINDING_FREE) {
			symbol->slot = find_free(scope->frame, symbol->meaning)->slot;
		} else {
			symbol->kind = symbol->meaning->kind;
			symbol->slot = symbol->meaning->slot;
		}
	}
}

int scope_analyse(struct module_tree *tree, struct diagnostics *diagnostics)
{
	bool good = scope_collect(tree, diagnostics);
	for (struct scope *s = tree->scope; s != NULL; s = s->next) {
		for (size_t i = 0; i < s->symbols.count; i++)
			good &= resolve(tree, s->symbols.items[i], diagnostics);
	}
	if (!good)
		return -ERR_SYNTAX;
	for (struct scope *s = tree->scope; s != NULL; s = s->next)
		s->local_count = s->parameter_count;
	for (struct scope *s = tree->scope; s != NULL; s = s->next)
		assign_locals(s);
	for (struct scope *s = tree->scope; s != NULL; s = s->next) {
		s->match_slot = s->local_count;
		s->local_count += s->match_count;
	}
	for (struct scope *s = tree->scope; s != NULL; s = s->next)
		assign_frees(s);
	for (struct scope *s = tree->scope; s != NULL; s = s->next)
		settle_uses(s);
	return 0;
}
