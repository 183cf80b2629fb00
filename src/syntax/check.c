/*
 * Does everything exist that a scene uses? The scope pass has written down each import,
 * each a.b.c and each name; here they are held against what the floor above offers. What
 * is not there is refused before anything runs, all places at once.
 */
#include <string.h>

#include "base/error.h"
#include "syntax/ast.h"
#include "syntax/scope.h"

struct check {
	const struct module_tree *tree;
	const struct known_names *names;
	struct diagnostics *diagnostics;
	bool failed;
};

/*
 * Names that CPython has without any import and a scene has not, mostly since they reach
 * out of it.
 */
static const char *const missing_builtins[] = {
	"UnicodeTranslateError", "__import__", "breakpoint", "bytearray", "compile", "complex",
	"copyright", "credits", "eval", "exec", "exit", "globals", "help", "input", "license",
	"locals", "memoryview", "open", "quit",
};

static void refuse(struct check *c, struct span span, const char *what, const char *suffix,
                   const char *name)
{
	const char *hint = c->names->hint != NULL && name != NULL
	                           ? c->names->hint(c->names->context, name)
	                           : NULL;
	diagnostics_add(c->diagnostics, &c->tree->source, span, "%s%s is not supported%s%s", what,
	                suffix, hint != NULL ? ": " : "", hint != NULL ? hint : "");
	c->failed = true;
}

static bool is_module(const struct check *c, const char *module)
{
	return c->names->module == NULL || c->names->module(c->names->context, module);
}

static bool is_attribute(const struct check *c, const char *module, const char *name)
{
	return c->names->attribute == NULL ||
	       c->names->attribute(c->names->context, module, name);
}

/* ---- imports ----------------------------------------------------------------- */

static void check_import(struct check *c, const struct name_use *use)
{
	struct buf text = {0};
	const char *module = use->module->text;
	if (use->item == NULL) {
		buf_printf(&text, "module '%s'", module);
		if (!is_module(c, module))
			refuse(c, use->span, buf_text(&text), "", module);
	} else if (is_module(c, module)) {
		buf_printf(&text, "%s.%s", module, use->item->text);
		if (!is_attribute(c, module, use->item->text) && !is_module(c, buf_text(&text)))
			refuse(c, use->span, buf_text(&text), "", buf_text(&text));
	}
	buf_free(&text);
}

/* ---- a.b.c ------------------------------------------------------------------- */

/* The module that the name certainly is, or NULL. */
static const struct name *module_of(const struct check *c, const struct scope *scope,
                                    const struct name *name)
{
	const struct symbol *symbol = scope_lookup(scope, name);
	if (symbol == NULL)
		return NULL;
	symbol = symbol->meaning;
	bool is_global = symbol->kind == BINDING_GLOBAL ||
	                 (symbol->kind == BINDING_NAMESPACE && !(symbol->flags & SYMBOL_ASSIGNED));
	if (is_global)
		symbol = scope_lookup(c->tree->scope, name);
	if (symbol == NULL || symbol->is_bound_otherwise || (symbol->flags & SYMBOL_PARAMETER))
		return NULL;
	return symbol->module;
}

/* The attribute that stands right behind `inner` in the chain that ends with `outer`. */
static const struct expr *step_out(const struct expr *outer, const struct expr *inner)
{
	while (outer->u.attribute.object != inner)
		outer = outer->u.attribute.object;
	return outer;
}

static void check_chain(struct check *c, const struct name_use *use, const struct expr *root)
{
	const struct name *first = module_of(c, use->scope, root->u.name);
	if (first == NULL || !is_module(c, first->text))
		return;
	struct buf module = {0};
	buf_puts(&module, first->text);
	const struct expr *at = root;
	while (at != use->expr) {
		at = step_out(use->expr, at);
		const char *name = at->u.attribute.name->text;
		bool known = is_attribute(c, buf_text(&module), name);
		buf_printf(&module, ".%s", name);
		if (!known && !is_module(c, buf_text(&module))) {
			struct span span = {root->span.start, at->u.attribute.name_span.end};
			refuse(c, span, buf_text(&module), "", buf_text(&module));
			break;
		}
		if (c->names->module == NULL || !is_module(c, buf_text(&module)))
			break;
	}
	buf_free(&module);
}

/* ---- built-in names ---------------------------------------------------------- */

static void check_builtin(struct check *c, const struct name_use *use, const struct expr *root)
{
	const struct name *name = root->u.name;
	bool is_missing = false;
	for (size_t i = 0; i < COUNT_OF(missing_builtins); i++)
		is_missing |= strcmp(missing_builtins[i], name->text) == 0;
	if (!is_missing)
		return;
	const struct symbol *symbol = scope_lookup(use->scope, name)->meaning;
	if (symbol->kind != BINDING_GLOBAL && symbol->kind != BINDING_NAMESPACE)
		return;
	const struct symbol *global = scope_lookup(c->tree->scope, name);
	if ((symbol->flags & SYMBOL_ASSIGNED) ||
	    (global != NULL && (global->flags & (SYMBOL_ASSIGNED | SYMBOL_GLOBAL))))
		return;
	bool is_class = name->text[0] >= 'A' && name->text[0] <= 'Z';
	refuse(c, root->span, name->text, is_class ? "" : "()", NULL);
}

int module_check(const struct module_tree *tree, const struct known_names *names,
                 struct diagnostics *diagnostics)
{
	struct check c = {.tree = tree, .names = names, .diagnostics = diagnostics};
	for (size_t i = 0; i < tree->uses.count; i++) {
		const struct name_use *use = &tree->uses.items[i];
		if (use->is_guarded)
			continue;
		if (use->expr == NULL) {
			check_import(&c, use);
			continue;
		}
		const struct expr *root = use->expr;
		while (root->kind == EXPR_ATTRIBUTE)
			root = root->u.attribute.object;
		check_chain(&c, use, root);
		check_builtin(&c, use, root);
	}
	return c.failed ? -ERR_UNSUPPORTED : 0;
}
