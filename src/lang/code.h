/*
 * Code objects: what the code generator makes and the interpreter runs.
 *
 * Immutable once made and shared by everybody, other threads included; whatever changes
 * while code runs (inline caches) hangs off the vm. Instructions are 32-bit words, the
 * opcode in the low 8 bits and an unsigned operand of 24 bits above it. Jump operands are
 * indices of instructions from the beginning of the code.
 */
#ifndef LANG_CODE_H
#define LANG_CODE_H

#include "lang/object.h"

enum opcode {
#define OP(name, operand, effect, jump_effect) OP_##name,
#include "lang/opcode.def"
#undef OP
	OP_COUNT
};

/* What an operand means, for the disassembly and for checking. */
enum operand_kind {
	OPERAND_NONE,    /* unused, 0 */
	OPERAND_CONST,   /* index into consts */
	OPERAND_NAME,    /* index into names */
	OPERAND_SLOT,    /* index of a local, cell or free variable in the frame */
	OPERAND_JUMP,    /* index of an instruction */
	OPERAND_COUNT,   /* a number of stack items */
	OPERAND_BINARY,  /* enum binary_op */
	OPERAND_UNARY,   /* enum unary_op */
	OPERAND_COMPARE, /* enum compare_op */
	OPERAND_FLAGS,   /* bits, see the opcode */
	OPERAND_LINE,    /* a line of the source */
};

enum { OPERAND_MAX = 0xffffff };

typedef uint32_t instruction;

static inline instruction instruction_make(enum opcode op, uint32_t operand)
{
	return (uint32_t)op | operand << 8;
}

static inline enum opcode instruction_op(instruction i)
{
	return (enum opcode)(i & 0xff);
}

static inline uint32_t instruction_operand(instruction i)
{
	return i >> 8;
}

/* Name, operand and stack effect of an opcode: the rows of opcode.def. */
const char *opcode_name(enum opcode op);
enum operand_kind opcode_operand(enum opcode op);
/* By how many items the stack grows; `jumps`: when it takes its jump. */
int opcode_effect(enum opcode op, uint32_t operand, bool jumps);

enum code_flags {
	CODE_VARARGS = 1,        /* has *args */
	CODE_VARKEYWORDS = 2,    /* has **kwargs */
	CODE_GENERATOR = 4,      /* exactly one of these three for def with yield, */
	CODE_COROUTINE = 8,      /* async def, */
	CODE_ASYNC_GENERATOR = 16, /* async def with yield */
	CODE_NAMESPACE = 32,     /* module or class body: names live in a dict (LOAD_NAME...) */
	CODE_METHOD = 64,        /* defined directly in a class body */
	CODE_COMPREHENSION = 128,/* the body of a comprehension or generator expression */
};

/*
 * Where an exception goes: when an instruction in [start, end) raises, the stack is cut to
 * `depth` items, the exception is pushed, and `target` is next. The first row that covers the
 * instruction wins, so inner ones come first.
 */
struct code_handler {
	uint32_t start, end, target, depth;
};

/*
 * From instruction `start` on (up to the next row's), the source position. Lines and columns
 * from 1; columns count code points; `end_column` is one past the last.
 */
struct code_position {
	uint32_t start;
	uint32_t line, column;
	uint32_t end_line, end_column;
};

/*
 * The slots of a frame: [parameters][other locals][free variables], then the stack.
 * Parameters come in the order of the signature: positional ones, keyword-only ones, *args,
 * **kwargs. A local or parameter that an inner function uses is a cell: the code begins with
 * MAKE_CELL for its slot. Free variables are cells from the beginning.
 */
struct code {
	struct object head;
	value name, qualname;  /* interned str: "boil", "Cook.boil.<locals>.<lambda>" */
	value filename;        /* str, as given on the command line */
	value *consts;         /* no cycles: ints, floats, strs, bytes, tuples, frozensets, code */
	value *names;          /* interned str */
	value *slot_names;     /* interned str, slot_count of them */
	instruction *instructions;
	struct code_handler *handlers;
	struct code_position *positions; /* sorted by start; the first starts at 0 */
	uint32_t const_count, name_count, instruction_count, handler_count, position_count;
	uint32_t slot_count;   /* parameters + locals + free variables */
	uint32_t free_count;   /* the last ones of them; filled from the function's closure tuple */
	uint32_t stack_size;   /* the deepest the stack gets */
	uint32_t arg_count;    /* parameters that can be positional, positional-only included */
	uint32_t positional_only_count;
	uint32_t keyword_only_count;
	uint32_t flags;        /* CODE_* */
	uint32_t first_line;   /* of the def, or of its first decorator */
	uint32_t number;       /* the how-many-th of its vm: the same code has the same one in all
	                          worlds that compiled the same trees */
	value doc;             /* str or null */
};

extern const struct type code_type;

/*
 * A code object from the finished parts: takes every array (allocated with mem_alloc) and value
 * reference in `*parts` (its head is ignored), also if it fails, and checks that operands, jumps
 * and handlers are in range: null with SystemError set if not.
 */
value code_new(struct vm *vm, const struct code *parts);

static inline const struct code *value_as_code(value v)
{
	return (const struct code *)(const void *)value_object(v);
}

/* The source position of an instruction. */
const struct code_position *code_position(const struct code *code, uint32_t at);

#endif
