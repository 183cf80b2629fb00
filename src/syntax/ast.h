/*
 * The tree of a module: expressions, statements, patterns. Everything lives in one arena
 * and goes with it. The parser makes it, the scope pass fills in the marked fields and puts
 * mangled names in place, then it is read only. For lexer, parser, scopes, checks and code generator.
 */
#ifndef SYNTAX_AST_H
#define SYNTAX_AST_H

#include "base/map.h"
#include "base/vec.h"
#include "syntax/operator.h"
#include "syntax/parser.h"
#include "syntax/source.h"

struct scope;
struct name_use;
struct expr;
struct stmt;
struct pattern;

/* A name, one struct for each distinct text in a tree: compare pointers. */
struct name {
	const char *text; /* NUL-terminated UTF-8 */
	uint32_t len;
	uint32_t id; /* from 0 in order of first appearance */
};

/* A list in the arena. */
struct expr_list {
	struct expr **items;
	uint32_t count;
};

struct block {
	struct stmt **items;
	uint32_t count;
};

/* A name with its place. */
struct name_at {
	struct name *name;
	struct span span;
};

enum expr_kind {
#define EXPR(name, called) EXPR_##name,
#define STMT(name, called)
#define PATTERN(name)
#include "syntax/ast.def"
#undef EXPR
#undef STMT
#undef PATTERN
	EXPR_COUNT
};

enum stmt_kind {
#define EXPR(name, called)
#define STMT(name, called) STMT_##name,
#define PATTERN(name)
#include "syntax/ast.def"
#undef EXPR
#undef STMT
#undef PATTERN
	STMT_COUNT
};

enum pattern_kind {
#define EXPR(name, called)
#define STMT(name, called)
#define PATTERN(name) PATTERN_##name,
#include "syntax/ast.def"
#undef EXPR
#undef STMT
#undef PATTERN
	PATTERN_COUNT
};

/* What goes with COMPARE: the rich comparisons have the numbers of enum compare_op. */
enum comparison {
	COMPARISON_LT = COMPARE_LT,
	COMPARISON_LE = COMPARE_LE,
	COMPARISON_EQ = COMPARE_EQ,
	COMPARISON_NE = COMPARE_NE,
	COMPARISON_GT = COMPARE_GT,
	COMPARISON_GE = COMPARE_GE,
	COMPARISON_IS,
	COMPARISON_IS_NOT,
	COMPARISON_IN,
	COMPARISON_NOT_IN,
};

enum constant { CONSTANT_NONE, CONSTANT_TRUE, CONSTANT_FALSE, CONSTANT_ELLIPSIS };

struct text {
	const char *bytes;
	size_t len;
};

/* One piece of an f-string: text, or (value != NULL) a field. */
struct fstring_part {
	struct text text;
	struct expr *value;
	char conversion;   /* 's', 'r', 'a' or 0 */
	struct expr *spec; /* STR or FSTRING, or NULL */
};

/* An argument of a call: `name=value`, `*value` (a STARRED expr), `**value`, or `value`. */
struct argument {
	struct name *name; /* NULL: positional or ** */
	bool is_double_star;
	struct expr *value;
	struct span span;
};

struct parameter {
	struct name *name;
	struct span span;
	struct expr *annotation, *value; /* NULL: none */
};

/* In the order of the signature: positional ones, keyword-only ones; then *args and **kwargs. */
struct parameters {
	struct parameter *items;
	uint32_t count;                  /* positional and keyword-only ones */
	uint32_t positional_only_count;
	uint32_t positional_count;       /* positional-only ones included */
	struct parameter *star, *double_star; /* NULL: none */
};

/* `for target in iterable if condition...` of a comprehension. */
struct comp_clause {
	struct expr *target, *iterable;
	struct expr_list conditions;
	bool is_async;
	struct span span;
};

struct expr {
	uint8_t kind;             /* enum expr_kind */
	bool in_parentheses;      /* written (...): the span is without them */
	uint16_t depth;           /* levels of expressions below and with this one */
	struct span span;
	union {
		enum constant constant;
		/* INT: the digits without underscores, base prefix included; FLOAT: its value. */
		struct text digits;
		double number;
		struct text text; /* STR (UTF-8), BYTES */
		struct {
			struct fstring_part *parts;
			uint32_t count;
		} fstring;
		struct name *name;
		struct {
			struct expr *object;
			struct name *name;
			struct span name_span;
		} attribute;
		struct {
			struct expr *object, *index;
		} subscript;
		struct {
			struct expr *start, *stop, *step; /* NULL: none */
		} slice;
		struct {
			struct expr *function;
			struct argument *arguments;
			uint32_t count;
		} call;
		struct {
			enum unary_op op;
			struct expr *operand; /* NOT, AWAIT, YIELD (may be NULL), YIELD_FROM, STARRED too */
		} unary;
		struct {
			enum binary_op op;
			struct expr *left, *right;
		} binary;
		struct expr_list list; /* AND, OR, TUPLE, LIST, SET */
		struct {
			struct expr **operands; /* count + 1 of them */
			uint8_t *ops;           /* enum comparison */
			uint32_t count;
		} compare;
		struct {
			struct expr *test, *yes, *no;
		} conditional;
		struct {
			struct parameters *parameters;
			struct expr *body;
			struct scope *scope; /* set by the scope pass */
		} lambda;
		struct {
			struct expr **keys; /* a NULL key: `**value` */
			struct expr **values;
			uint32_t count;
		} dict;
		struct {
			struct expr *element, *value; /* value: of DICT_COMP, else NULL */
			struct comp_clause *clauses;
			uint32_t count;
			struct scope *scope; /* set by the scope pass */
		} comp;
		struct {
			struct name *name;
			struct span name_span;
			struct expr *value;
		} walrus;
	} u;
};

/* `import name as alias`, `from m import name as alias`. `alias` is NULL when not given. */
struct import_item {
	struct name *name, *alias; /* name may be dotted: "collections.abc" */
	struct name *binds;        /* the variable that it sets */
	struct span span;
};

/* `if test: body` or `elif`, `except type as name: body`, `case`. */
struct if_clause {
	struct expr *test;
	struct block body;
	struct span span;
};

struct except_clause {
	struct expr *type;   /* NULL: a bare except */
	struct name_at name; /* name.name is NULL: none */
	struct block body;
	struct span span;
};

struct with_item {
	struct expr *manager, *target; /* target may be NULL */
};

struct case_clause {
	struct pattern *pattern;
	struct expr *guard; /* or NULL */
	struct block body;
	struct span span;
};

struct function {
	struct name_at name;
	struct parameters *parameters;
	struct expr *returns; /* annotation or NULL */
	struct block body;
	struct expr_list decorators;
	bool is_async;
	struct scope *scope; /* set by the scope pass */
};

struct class_def {
	struct name_at name;
	struct argument *arguments; /* bases and keywords */
	uint32_t argument_count;
	struct block body;
	struct expr_list decorators;
	struct scope *scope; /* set by the scope pass */
};

struct stmt {
	uint8_t kind;     /* enum stmt_kind */
	struct span span; /* of a compound statement: of its head */
	union {
		struct expr *value; /* EXPRESSION, RETURN (may be NULL) */
		struct {
			struct expr_list targets;
			struct expr *value;
		} assign;
		struct {
			struct expr *target, *value;
			enum binary_op op;
		} augmented;
		struct {
			struct expr *target, *annotation, *value; /* value may be NULL */
			bool is_simple; /* the target is a name without parentheses */
		} annotated;
		struct {
			struct expr *exception, *cause; /* each may be NULL */
		} raise;
		struct expr_list targets; /* DELETE */
		struct {
			struct expr *test, *message; /* message may be NULL */
		} assertion;
		struct {
			struct name_at *items;
			uint32_t count;
		} names; /* GLOBAL, NONLOCAL */
		struct {
			struct name *module; /* of IMPORT_FROM */
			struct span module_span;
			struct import_item *items;
			uint32_t count;
		} import;
		struct {
			struct if_clause *clauses;
			uint32_t count;
			struct block otherwise;
		} branch; /* IF; WHILE with one clause */
		struct {
			struct expr *target, *iterable;
			struct block body, otherwise;
			bool is_async;
		} loop; /* FOR */
		struct {
			struct with_item *items;
			uint32_t count;
			struct block body;
			bool is_async;
		} with;
		struct {
			struct block body;
			struct except_clause *clauses;
			uint32_t count;
			struct block otherwise, finally;
		} try;
		struct function *function;
		struct class_def *class_def;
		struct {
			struct expr *subject;
			struct case_clause *clauses;
			uint32_t count;
		} match;
	} u;
};

struct pattern {
	uint8_t kind; /* enum pattern_kind */
	struct span span;
	struct expr *value;       /* VALUE: what to compare with (None, True, False: by identity);
	                             CLASS: the class */
	struct name_at name;      /* CAPTURE, STAR (NULL name: *_), MAPPING's **rest; `p as name` is a
	                             CAPTURE with `sub` */
	struct pattern *sub;      /* CAPTURE: the pattern before `as`, or NULL */
	struct pattern **items;   /* SEQUENCE, OR; MAPPING's values; CLASS's arguments */
	uint32_t count;
	struct expr **keys;       /* MAPPING */
	struct name **attributes; /* CLASS: the names of the keyword ones, which come last */
	uint32_t attribute_count;
};

/* A growing pile of memory, freed at once. */
struct arena_chunk;
struct arena {
	struct arena_chunk *chunks;
	char *at;
	size_t left;
};

struct module_tree {
	struct source source;
	struct arena arena;
	struct map name_ids;       /* text to index into names */
	VEC(struct name *) names;
	VEC(struct caption) captions;
	struct block body;
	struct expr *doc;          /* the docstring's STR or NULL */
	const char *title, *introduction;
	bool has_future_annotations;
	struct scope *scope, *last_scope; /* the module's, the first of all; set by the scope pass */
	VEC(struct name_use) uses; /* for module_check */
};

/* Memory of the tree: zeroed, aligned for anything, freed with the tree. */
void *tree_alloc(struct module_tree *tree, size_t count, size_t size);

/* A copy of `count` items of `size` bytes; NULL when there are none. */
void *tree_copy(struct module_tree *tree, const void *items, size_t count, size_t size);

/* The name with this text. */
struct name *tree_name(struct module_tree *tree, const char *text, size_t len);

/* What CPython calls it: "function call", "True", "literal". */
const char *expr_called(const struct expr *e);
const char *stmt_called(enum stmt_kind kind);

/* Whether the statement is a string standing alone, as a docstring does. */
bool stmt_is_string(const struct stmt *s);

#endif
