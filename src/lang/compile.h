/*
 * From a tree to code objects: one walk that emits instructions, the stack's depth
 * tracked along the way. Cannot fail for a tree that module_parse gave out, except by size.
 */
#ifndef LANG_COMPILE_H
#define LANG_COMPILE_H

#include "lang/value.h"

struct module_tree;

/*
 * The code object of the module `<module>`, with those of its functions among its constants;
 * a new reference, or null with an exception set (a function beyond 16 million
 * instructions or constants). The tree may be freed afterwards.
 */
value compile_module(struct vm *vm, const struct module_tree *tree);

#endif
