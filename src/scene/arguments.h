/*
 * Arguments of functions that are Python code in CPython, such as asyncio.sleep: when
 * they do not fit, the complaint is that of a Python function.
 */
#ifndef SCENE_ARGUMENTS_H
#define SCENE_ARGUMENTS_H

#include "lang/args.h"

/* As args_parse. `is_method`: `self` counts among the positional ones. */
bool arguments_bind(struct vm *vm, const struct args *a, const struct signature *s,
                    bool is_method, value out[]);

#endif
