/* Shared by scope.c (meaning) and scope_walk.c (collecting) only. */
#ifndef LANG_SCOPE_INTERNAL_H
#define LANG_SCOPE_INTERNAL_H

#include "lang/scope.h"

/* The symbol of `name`, made if it is new. */
struct symbol *scope_symbol(struct module_tree *tree, struct scope *scope, struct name *name,
                            struct span span);
/* The symbol of `name`, or NULL. */
struct symbol *scope_find(const struct scope *scope, const struct name *name);

/* A new scope at the end of the tree's list. */
struct scope *scope_new(struct module_tree *tree, enum scope_kind kind, struct scope *parent);

/* First pass: make all scopes and symbols. False if something was refused. */
bool scope_collect(struct module_tree *tree, struct diagnostics *diagnostics);

#endif
