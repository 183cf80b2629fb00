/*
 * The operators of the language, as the tree names them and objects answer them.
 */
#ifndef SYNTAX_OPERATOR_H
#define SYNTAX_OPERATOR_H

enum binary_op {
#define BINARY(name, symbol, dunder) BINARY_##name,
#include "syntax/operator.def"
#undef BINARY
	BINARY_COUNT
};

enum unary_op { UNARY_NEGATIVE, UNARY_POSITIVE, UNARY_INVERT };

enum compare_op { COMPARE_LT, COMPARE_LE, COMPARE_EQ, COMPARE_NE, COMPARE_GT, COMPARE_GE };

#endif
