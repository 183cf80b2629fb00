/*
 * Scopes: what every name means. A scope is what Python calls a block (module, class body,
 * function, lambda) or a comprehension. List, set and dict comprehensions have scopes but
 * no frames: their variables are slots of the frame around them. Generator expressions
 * are functions.
 */
#ifndef SYNTAX_SCOPE_H
#define SYNTAX_SCOPE_H

#include "syntax/ast.h"

enum scope_kind {
	SCOPE_MODULE,
	SCOPE_CLASS,
	SCOPE_FUNCTION,
	SCOPE_LAMBDA,
	SCOPE_GENERATOR,     /* a generator expression */
	SCOPE_COMPREHENSION, /* without a frame of its own */
};

enum symbol_flags {
	SYMBOL_PARAMETER = 1,
	SYMBOL_ASSIGNED = 2,  /* bound in any way: also def, class, import, for, except... */
	SYMBOL_USED = 4,
	SYMBOL_GLOBAL = 8,    /* declared global */
	SYMBOL_NONLOCAL = 16,
	SYMBOL_ANNOTATED = 32,
	SYMBOL_ITERATION = 64,/* a `for` target of a comprehension */
	SYMBOL_WALRUS = 128,  /* assigned by := from within a comprehension */
};

enum binding {
	BINDING_GLOBAL,    /* the module's globals, then builtins */
	BINDING_NAMESPACE, /* the dict of the class body or module that runs */
	BINDING_LOCAL,     /* a slot of the frame */
	BINDING_CELL,      /* a slot of the frame that holds a cell, since inner functions use it */
	BINDING_FREE,      /* a cell from outside, in a slot of the frame */
};

struct symbol {
	struct name *name;
	struct scope *scope;    /* where it stands */
	uint32_t flags;         /* SYMBOL_* */
	enum binding kind;
	uint32_t slot;          /* LOCAL, CELL, FREE */
	struct symbol *meaning; /* the local or cell that it stands for; itself if that is its own */
	struct span first;      /* where it was first met */
	struct name *module;    /* every assignment of it is an import of this module; else NULL */
	bool is_bound_otherwise;/* it is assigned by something else than such imports */
};

/* A cell that a frame gets from the frame around it. */
struct free_variable {
	struct symbol *cell;    /* the variable itself, some frames further out */
	uint32_t slot;          /* in this frame */
	uint32_t outer_slot;    /* where the frame around has it: its own cell or free variable */
};

struct scope {
	enum scope_kind kind;
	struct scope *parent;      /* NULL for the module */
	struct scope *frame;       /* whose frame it runs in: itself unless a comprehension */
	struct scope *next;        /* all scopes of a tree in the order of their beginnings */
	struct scope *last;        /* the last one inside of this one, or itself: up to it `next` goes */
	struct name *name;         /* of the function or class, NULL otherwise */
	struct name *class_name;   /* of the innermost class around, for __private names; or NULL */
	VEC(struct symbol *) symbols; /* in order of appearance */
	struct map index;          /* name id to index into symbols */
	VEC(struct free_variable) frees;
	struct symbol *class_cell; /* of a class whose methods use super() or __class__; else NULL */
	uint32_t parameter_count;  /* slots of parameters */
	uint32_t local_count;      /* slots of parameters and locals; free variables follow */
	uint32_t match_slot, match_count; /* of a frame: slots for the captures of one `case` */
	bool is_async;             /* async def */
	bool has_yield;
	bool has_await;            /* awaits, or has an async comprehension: of generator expressions */
	bool has_annotations;      /* module or class with variable annotations */
};

/* How a name was used where only a look at the modules can tell whether it exists. */
struct name_use {
	const struct scope *scope;
	const struct expr *expr;   /* a NAME, or the outermost ATTRIBUTE of a.b.c; NULL: an import */
	struct name *module;       /* of an import */
	struct name *item;         /* of `from module import item`, or NULL */
	struct span span;
	bool is_guarded;           /* in a try that catches that the thing is missing */
};

/*
 * Find out what every name of the tree means, and refuse what CPython's symbol table and
 * compiler refuse. 0, -ERR_SYNTAX or -ERR_UNSUPPORTED with errors in `*diagnostics`.
 */
int scope_analyse(struct module_tree *tree, struct diagnostics *diagnostics);

/* Free what the scopes own; for module_free. */
void scope_free(struct module_tree *tree);

/* What `name` means in `scope`; every name that occurs in it has an answer. */
const struct symbol *scope_lookup(const struct scope *scope, const struct name *name);

#endif
