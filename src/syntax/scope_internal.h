/* Shared by scope.c (meaning), scope_walk.c and scope_stmt.c (collecting) only. */
#ifndef SYNTAX_SCOPE_INTERNAL_H
#define SYNTAX_SCOPE_INTERNAL_H

#include "syntax/scope.h"

/* The symbol of `name`, made if it is new. */
struct symbol *scope_symbol(struct module_tree *tree, struct scope *scope, struct name *name,
                            struct span span);
/* The symbol of `name`, or NULL. */
struct symbol *scope_find(const struct scope *scope, const struct name *name);

/* A new scope at the end of the tree's list. */
struct scope *scope_new(struct module_tree *tree, enum scope_kind kind, struct scope *parent);

/* First pass: make all scopes and symbols. False if something was refused. */
bool scope_collect(struct module_tree *tree, struct diagnostics *diagnostics);

/* ---- the walk ---------------------------------------------------------------- */

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

void walk_block(struct walker *w, struct block block);
void walk_function(struct walker *w, struct stmt *s);
void walk_class(struct walker *w, struct stmt *s);
void walk_expr(struct walker *w, struct expr *e);
void walk_optional(struct walker *w, struct expr *e); /* may be NULL */
void walk_target(struct walker *w, struct expr *e);   /* what is assigned to */
/* An annotation (may be NULL): nothing if annotations are not evaluated. */
void walk_annotation(struct walker *w, struct expr *e);

/* Refuse something; the walk goes on, so that all of it is told. */
void walk_error(struct walker *w, struct span span, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* `__x` within class C is `_C__x`. */
struct name *walk_mangle(struct walker *w, struct name *name);
/* The symbol of `name` in the scope where we are. */
struct symbol *walk_symbol(struct walker *w, struct name *name, struct span span);
/* `name` is bound here; `module`: by an import of that module, otherwise NULL. */
void walk_binding(struct walker *w, struct name *name, struct span span, struct name *module);
/* Note an import (`e` NULL) or a name or chain of attributes for module_check. */
void walk_record_use(struct walker *w, struct expr *e, struct name *module, struct name *item,
                     struct span span);

#endif
