/* Code objects as text, for people and tests: one instruction a line. */
#ifndef LANG_DISASM_H
#define LANG_DISASM_H

#include "base/buf.h"
#include "lang/code.h"

/*
 * Append the instructions of `code` with their lines and operands, then its exception table, then
 * the same for the code objects among its constants.
 */
void code_disassemble(struct vm *vm, const struct code *code, struct buf *out);

#endif
