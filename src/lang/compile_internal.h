/*
 * Shared by the compile*.c files only: the code object under construction, called a unit, and
 * how instructions get into it.
 *
 * The emitter knows the depth of the stack at every instruction. After an unconditional
 * jump nothing is emitted until a label is placed that somebody jumps to, so dead code
 * costs nothing and every instruction has one depth.
 */
#ifndef LANG_COMPILE_INTERNAL_H
#define LANG_COMPILE_INTERNAL_H

#include "syntax/ast.h"
#include "lang/code.h"
#include "syntax/scope.h"
#include "lang/vm.h"

/* What a whole compilation shares. */
struct compiler {
	struct vm *vm;
	const struct module_tree *tree;
	value filename;
	bool failed; /* an exception is set in the vm; everything emitted is thrown away */
};

typedef uint32_t label_id;

struct label {
	uint32_t at;      /* instruction, once placed */
	int32_t depth;    /* of the stack there; -1 while nobody has come by */
};

/* A jump whose operand is filled in at the end. */
struct jump {
	uint32_t at;
	label_id to;
};

struct handler_row {
	uint32_t start, end;
	label_id target;
	uint32_t depth;
};

/* From instruction `start` on, the source is at `span`. */
struct place_row {
	uint32_t start;
	struct span span;
};

/* What encloses a statement and has to be left in order when it jumps out. */
enum enclosure_kind {
	IN_PROTECTED,       /* covered by a handler; nothing to do on the way out */
	IN_WHILE,
	IN_FOR,             /* the iterator is on the stack */
	IN_FINALLY,         /* the body of a try with a finally: its copy runs on the way out */
	IN_FINALLY_HANDLER, /* the exceptional copy: [prev, exc] */
	IN_HANDLER,         /* an except clause: [prev] */
	IN_NAMED_HANDLER,   /* `as name`: the name is deleted on the way out */
	IN_WITH,            /* the exit function is on the stack */
	IN_VALUE,           /* a finally's copy on the way of a return: its value is on the stack */
};

struct enclosure {
	enum enclosure_kind kind;
	label_id continue_to, break_to; /* of loops */
	bool has_handler, is_open;      /* is_open: the range from `start` on is covered */
	label_id handler;
	uint32_t handler_depth, start;
	const struct block *finally;    /* IN_FINALLY */
	struct name *name;              /* IN_NAMED_HANDLER */
	bool is_async;                  /* IN_WITH */
	struct span span;
};

struct unit {
	struct compiler *c;
	struct unit *outer;
	const struct scope *frame;  /* whose code this is */
	const struct scope *scope;  /* the innermost one here: a comprehension or the frame */
	struct buf qualname;
	struct span at;             /* where the instructions that are emitted come from */
	int32_t depth, deepest;
	bool unreachable;

	VEC(instruction) code;
	VEC(struct place_row) places;
	VEC(struct label) labels;
	VEC(struct jump) jumps;
	VEC(struct handler_row) rows;
	VEC(struct enclosure) enclosures;
	VEC(value) consts;
	struct map const_index;
	VEC(value) names;
	struct map name_index;
};

/* ---- emitting (compile_emit.c) ----------------------------------------------- */

void emit(struct unit *u, enum opcode op, uint32_t operand);
void emit_jump(struct unit *u, enum opcode op, label_id to);
label_id label_new(struct unit *u);
void label_place(struct unit *u, label_id label);
/* A LINE for the line where `span` begins. */
void emit_line(struct unit *u, struct span span);

/* Constants; const_value takes its reference. */
uint32_t const_value(struct unit *u, value v);
uint32_t const_keyed(struct unit *u, const struct buf *key, value v);
void load_const(struct unit *u, value v);
void load_none(struct unit *u);
/* A str constant; names and what looks like one are interned. */
void load_text(struct unit *u, const char *text, size_t len);
void emit_name(struct unit *u, enum opcode op, const struct name *name);
void emit_text_name(struct unit *u, enum opcode op, const char *text);

/* What a name means here, and its load, store and delete. */
void load_name(struct unit *u, const struct name *name);
void store_name(struct unit *u, const struct name *name);
void delete_name(struct unit *u, const struct name *name);

/* ---- handlers ---------------------------------------------------------------- */

/*
 * From here to leave_enclosure(), exceptions go to `e.handler` (if e.has_handler), with
 * the stack as it is now less `drop` items, and the exception.
 */
void enclose(struct unit *u, struct enclosure e, int32_t drop);
void leave_enclosure(struct unit *u);
/* Stop covering, and cover again from here on; for code that leaves the innermost enclosure. */
void cover_end(struct unit *u, struct enclosure *e);
void cover_again(struct unit *u, struct enclosure *e);
/* Place the label of a handler, which nothing falls into. */
void handler_place(struct unit *u, label_id label);

/*
 * Leave all enclosures from the innermost to number `to`; `has_value`: keep the top of
 * the stack.
 */
struct left_enclosures {
	VEC(struct enclosure) items;
};
struct left_enclosures unwind_to(struct unit *u, size_t to, bool has_value);
/* After the jump: we are back where we were, as far as what follows is concerned. */
void rewind_enclosures(struct unit *u, struct left_enclosures *left);

/* ---- expressions ------------------------------------------------------------- */

void compile_expr(struct unit *u, const struct expr *e);
/* Jump to `to` if the truth of `e` is `when`, otherwise go on. */
void compile_jump_if(struct unit *u, const struct expr *e, bool when, label_id to);
void compile_store(struct unit *u, const struct expr *target);
void compile_comprehension(struct unit *u, const struct expr *e); /* compile_comp.c */
/* The arguments behind a callable and its null; `pushed` positional ones are there already. */
void compile_arguments(struct unit *u, const struct argument *arguments, uint32_t count,
                       uint32_t pushed);
/* Whether `e` is a constant, and the constant: a new reference (null if it is none). */
value constant_of(struct unit *u, const struct expr *e);
/* Await what is on the stack: `from` is as in GET_AWAITABLE. */
void emit_await(struct unit *u, uint32_t from);

/* ---- statements -------------------------------------------------------------- */

void compile_block(struct unit *u, const struct block *block);
void compile_stmt(struct unit *u, const struct stmt *s);
void compile_try(struct unit *u, const struct stmt *s);      /* compile_try.c */
void compile_try_star(struct unit *u, const struct stmt *s);
void compile_with(struct unit *u, const struct stmt *s);
void compile_match(struct unit *u, const struct stmt *s);    /* compile_match.c */

/* ---- functions (compile.c) --------------------------------------------------- */

void unit_begin(struct unit *u, struct unit *outer, struct compiler *c,
                const struct scope *scope, const char *name, struct span at);
/* The finished code object, or null; ends the unit. `parts` has what the caller knows. */
value unit_finish(struct unit *u, struct code parts);
/* Push the function that `code` (taken) of `scope` makes; `flags` as in MAKE_FUNCTION. */
void make_function(struct unit *u, value code, const struct scope *scope, uint32_t flags);
void compile_function(struct unit *u, const struct stmt *s);
void compile_lambda(struct unit *u, const struct expr *e);
void compile_class(struct unit *u, const struct stmt *s);
void compile_annotation(struct unit *u, const struct expr *e);

#endif
