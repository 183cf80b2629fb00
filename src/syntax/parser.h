/*
 * Reading a scene: text -> tokens -> tree -> scopes. A tree that module_parse gives out is
 * legal: everything that CPython refuses before it runs a line has been refused with
 * CPython's words, and so has everything that simmer does not support.
 */
#ifndef SYNTAX_PARSER_H
#define SYNTAX_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "syntax/diagnostics.h"

struct module_tree;

/* A caption: the text of `#:` comment lines and the statement that they stand above. */
struct caption {
	const char *text; /* the lines joined by blanks, UTF-8 */
	uint32_t line;    /* where that statement begins: the line event at which to show it */
};

/*
 * Read the `len` bytes at `text`. 0 with the tree in `*tree`, which the caller ends with
 * module_free; or -ERR_SYNTAX, -ERR_UNSUPPORTED, -ERR_UTF8 or -ERR_BINARY with at least one
 * error in `*diagnostics` and `*tree` NULL. `path` is used in messages and tracebacks.
 */
int module_parse(const char *path, const char *text, size_t len,
                 struct diagnostics *diagnostics, struct module_tree **tree);
void module_free(struct module_tree *tree);

/* The captions by line, at most one a line; borrowed from the tree. */
size_t module_caption_count(const struct module_tree *tree);
const struct caption *module_caption(const struct module_tree *tree, size_t i);

/*
 * The docstring's first line, and what follows it with the indentation taken off; "" if
 * none.
 */
const char *module_title(const struct module_tree *tree);
const char *module_introduction(const struct module_tree *tree);

/* The text in Python's line endings, with its path and lines; borrowed. */
const struct source *module_source(const struct module_tree *tree);

/* What the floor above offers; each answers for a whole name. `context` is passed on. */
struct known_names {
	void *context;
	/* Whether `import module` works: "asyncio", "collections.abc". */
	bool (*module)(void *context, const char *module);
	/* Whether module.name exists (submodules included). NULL: everything does. */
	bool (*attribute)(void *context, const char *module, const char *name);
	/* For a whole name that is not there, "queue" or "threading.Lock": why not and what to
	   do, as a clause; NULL: nothing to say. The slot may be NULL. */
	const char *(*hint)(void *context, const char *name);
};

/*
 * Refuse what is not there: modules that are imported, `module.name` where `module` is
 * plainly an imported module, built-in functions that a scene has not (open, eval).
 * Guarded uses, in a `try` with an except clause for ImportError, AttributeError or
 * NameError, are left to run time. 0, or -ERR_UNSUPPORTED with one error for each place.
 */
int module_check(const struct module_tree *tree, const struct known_names *names,
                 struct diagnostics *diagnostics);

#endif
