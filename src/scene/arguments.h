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

/*
 * Whether there is an argument by position, for functions that take any number of others
 * after it. Otherwise the TypeError for the `parameter` that is missing.
 */
bool arguments_need(struct vm *vm, const struct args *a, const char *function,
                    const char *parameter);

#endif
