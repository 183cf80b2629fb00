/* Disassembly: the rows of opcode.def say how each operand is shown. */
#include "lang/disasm.h"

#include <stdlib.h>

#include "base/mem.h"
#include "lang/str.h"
#include "lang/vm.h"

static const char *const binary_symbols[] = {
#define BINARY(name, symbol, dunder) symbol,
#include "syntax/operator.def"
#undef BINARY
};

static const char *const unary_symbols[] = {"-", "+", "~"};
static const char *const compare_symbols[] = {"<", "<=", "==", "!=", ">", ">="};

static void put_const(struct vm *vm, value v, struct buf *out)
{
	if (value_type(v) == &code_type) {
		buf_printf(out, "<code %s>", str_text(value_as_code(v)->qualname));
		return;
	}
	value text = object_repr(vm, v);
	if (value_is_null(text)) {
		vm_forget(vm);
		return;
	}
	buf_puts(out, str_text(text));
	value_unref(vm, text);
}

static void put_operand(struct vm *vm, const struct code *code, instruction i, struct buf *out)
{
	uint32_t n = instruction_operand(i);
	switch (opcode_operand(instruction_op(i))) {
	case OPERAND_NONE:
		break;
	case OPERAND_CONST:
		put_const(vm, code->consts[n], out);
		break;
	case OPERAND_NAME:
		buf_puts(out, str_text(code->names[n]));
		break;
	case OPERAND_SLOT:
		buf_puts(out, str_text(code->slot_names[n]));
		break;
	case OPERAND_JUMP:
		buf_printf(out, "to %u", n);
		break;
	case OPERAND_BINARY:
		buf_puts(out, binary_symbols[n]);
		break;
	case OPERAND_UNARY:
		buf_puts(out, unary_symbols[n]);
		break;
	case OPERAND_COMPARE:
		buf_puts(out, compare_symbols[n]);
		break;
	case OPERAND_COUNT:
	case OPERAND_FLAGS:
	case OPERAND_LINE:
		buf_printf(out, "%u", n);
		break;
	}
}

void code_disassemble(struct vm *vm, const struct code *code, struct buf *out)
{
	buf_printf(out, "%s:\n", str_text(code->qualname));
	for (uint32_t i = 0; i < code->instruction_count; i++) {
		instruction word = code->instructions[i];
		size_t start = out->len;
		buf_printf(out, "%5u  %-20s", i, opcode_name(instruction_op(word)));
		put_operand(vm, code, word, out);
		while (out->len > start && out->data[out->len - 1] == ' ')
			out->data[--out->len] = '\0';
		buf_putc(out, '\n');
	}
	for (uint32_t i = 0; i < code->handler_count; i++) {
		const struct code_handler *h = &code->handlers[i];
		buf_printf(out, "  %u..%u raises to %u, depth %u\n", h->start, h->end, h->target,
		           h->depth);
	}
	for (uint32_t i = 0; i < code->const_count; i++) {
		if (value_type(code->consts[i]) == &code_type)
			code_disassemble(vm, value_as_code(code->consts[i]), out);
	}
}
