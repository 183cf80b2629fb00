/* Readers: builtins.c and builtins_number.c. */
#ifndef LANG_BUILTINS_INTERNAL_H
#define LANG_BUILTINS_INTERNAL_H

#include "lang/args.h"

value builtin_abs(struct vm *vm, value self, const struct args *a);
value builtin_divmod(struct vm *vm, value self, const struct args *a);
value builtin_max(struct vm *vm, value self, const struct args *a);
value builtin_min(struct vm *vm, value self, const struct args *a);
value builtin_pow(struct vm *vm, value self, const struct args *a);
value builtin_round(struct vm *vm, value self, const struct args *a);
value builtin_sorted(struct vm *vm, value self, const struct args *a);
value builtin_sum(struct vm *vm, value self, const struct args *a);

/* What anext(iterator, default) gives: awaits, and turns StopAsyncIteration into the default. */
value anext_or_default_new(struct vm *vm, value awaitable, value other);

#endif
