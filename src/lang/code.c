/*
 * Code objects, and the inline caches that a vm keeps beside them.
 */
#include "lang/internal.h"

#include "lang/address_map.h"
#include "lang/str.h"

static const char *const names[] = {
#define OP(name, operand, effect, jump_effect) #name,
#include "lang/opcode.def"
#undef OP
};

static const enum operand_kind operands[] = {
#define OP(name, operand, effect, jump_effect) OPERAND_##operand,
#include "lang/opcode.def"
#undef OP
};
static_assert(COUNT_OF(names) == OP_COUNT && OP_COUNT <= 256, "an opcode is one byte");

const char *opcode_name(enum opcode op)
{
	return op < OP_COUNT ? names[op] : "?";
}

enum operand_kind opcode_operand(enum opcode op)
{
	return op < OP_COUNT ? operands[op] : OPERAND_NONE;
}

int opcode_effect(enum opcode op, uint32_t operand, bool jumps)
{
	int n = (int)operand;
	(void)n;
	switch (op) {
#define OP(name, operand, effect, jump_effect)                                           \
	case OP_##name:                                                                    \
		return jumps ? (jump_effect) : (effect);
#include "lang/opcode.def"
#undef OP
	case OP_COUNT:
		break;
	}
	return 0;
}

static bool operand_ok(const struct code *code, instruction i)
{
	uint32_t n = instruction_operand(i);
	switch (opcode_operand(instruction_op(i))) {
	case OPERAND_CONST:
		return n < code->const_count;
	case OPERAND_NAME:
		return n < code->name_count;
	case OPERAND_SLOT:
		return n < code->slot_count;
	case OPERAND_JUMP:
		return n < code->instruction_count;
	case OPERAND_BINARY:
		return n < BINARY_COUNT;
	case OPERAND_UNARY:
		return n <= UNARY_INVERT;
	case OPERAND_COMPARE:
		return n <= COMPARE_GE;
	case OPERAND_NONE:
	case OPERAND_COUNT:
	case OPERAND_FLAGS:
	case OPERAND_LINE:
		return true;
	}
	return false;
}

static bool code_ok(const struct code *code)
{
	if (code->instruction_count == 0 || code->free_count > code->slot_count)
		return false;
	for (uint32_t i = 0; i < code->instruction_count; i++)
		if (instruction_op(code->instructions[i]) >= OP_COUNT ||
		    !operand_ok(code, code->instructions[i]))
			return false;
	for (uint32_t i = 0; i < code->handler_count; i++) {
		const struct code_handler *h = &code->handlers[i];
		if (h->start > h->end || h->end > code->instruction_count ||
		    h->target >= code->instruction_count || h->depth >= code->stack_size)
			return false;
	}
	return true;
}

value code_new(struct vm *vm, const struct code *parts)
{
	struct code *code = object_new(vm, &code_type, 0);
	struct object head = code->head;
	*code = *parts;
	code->head = head;
	value *interned[] = {&code->name, &code->qualname, &code->filename};
	for (size_t i = 0; i < COUNT_OF(interned); i++)
		value_replace(vm, interned[i], str_interned(vm, *interned[i]));
	if (!code_ok(code)) {
		vm_raise(vm, &exc_SystemError, "malformed code of %s", str_text(code->name));
		value_unref(vm, object_value(code));
		return VALUE_NULL;
	}
	code->number = (uint32_t)vm->codes.count;
	vec_push(&vm->codes, code);
	return value_ref(object_value(code));
}

static void drop_array(struct vm *vm, value *items, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		value_xunref(vm, items[i]);
	free(items);
}

/* ---- caches ---------------------------------------------------------------------- */

struct code_cache {
	const struct code *code; /* NULL: never used; TOMBSTONE: was used */
	struct inline_cache *items;
	value *globals;          /* what code_globals gives; NULL until it was asked */
	size_t global_count;
};

static const struct code tombstone;
#define TOMBSTONE (&tombstone)

static struct code_cache *cache_slot(struct vm *vm, const struct code *code)
{
	size_t mask = vm->code_cache_room - 1;
	size_t at = ((uintptr_t)code >> 4) * 0x9E3779B97F4A7C15u >> 24 & mask;
	struct code_cache *reuse = NULL;
	for (;; at = (at + 1) & mask) {
		struct code_cache *c = &vm->code_caches[at];
		if (c->code == code)
			return c;
		if (c->code == TOMBSTONE && reuse == NULL)
			reuse = c;
		if (c->code == NULL)
			return reuse != NULL ? reuse : c;
	}
}

static void grow_caches(struct vm *vm)
{
	struct code_cache *old = vm->code_caches;
	size_t old_room = vm->code_cache_room;
	vm->code_cache_room = old_room == 0 ? 64 : old_room * 2;
	vm->code_caches = mem_zalloc(vm->code_cache_room, sizeof *vm->code_caches);
	vm->code_cache_count = 0;
	for (size_t i = 0; i < old_room; i++) {
		if (old[i].code == NULL || old[i].code == TOMBSTONE)
			continue;
		*cache_slot(vm, old[i].code) = old[i];
		vm->code_cache_count++;
	}
	free(old);
}

static struct code_cache *cache_of(struct vm *vm, const struct code *code)
{
	if (vm->code_cache_count * 2 >= vm->code_cache_room)
		grow_caches(vm);
	struct code_cache *c = cache_slot(vm, code);
	if (c->code != code) {
		if (c->code == NULL)
			vm->code_cache_count++;
		*c = (struct code_cache){.code = code};
	}
	return c;
}

struct inline_cache *code_caches(struct vm *vm, const struct code *code)
{
	struct code_cache *c = cache_of(vm, code);
	if (c->items == NULL)
		c->items = mem_zalloc(code->instruction_count, sizeof *c->items);
	return c->items;
}

/* ---- the globals that code names ---------------------------------------------------------- */

typedef VEC(value) value_vec;

static bool names_global(enum opcode op)
{
	return op == OP_LOAD_GLOBAL || op == OP_LOAD_NAME || op == OP_DELETE_GLOBAL;
}

/* Add what this code names and is not among them yet; then what the code inside of it does. */
static void add_globals(struct vm *vm, const struct code *code, value_vec *to)
{
	bool *seen = mem_zalloc(code->name_count, sizeof *seen);
	for (uint32_t i = 0; i < code->instruction_count; i++)
		if (names_global(instruction_op(code->instructions[i])))
			seen[instruction_operand(code->instructions[i])] = true;
	for (uint32_t i = 0; i < code->name_count; i++)
		if (seen[i])
			vec_push(to, code->names[i]);
	free(seen);
	for (uint32_t i = 0; i < code->const_count; i++) {
		if (!value_is_exactly(code->consts[i], &code_type))
			continue;
		size_t count;
		const value *inner = code_globals(vm, value_as_code(code->consts[i]), &count);
		for (size_t j = 0; j < count; j++)
			vec_push(to, inner[j]);
	}
}

const value *code_globals(struct vm *vm, const struct code *code, size_t *count)
{
	struct code_cache *c = cache_of(vm, code);
	if (c->globals == NULL) {
		value_vec found = {0};
		struct address_map met = {0};
		vec_reserve(&found, 1);
		add_globals(vm, code, &found);
		size_t kept = 0;
		for (size_t i = 0; i < found.count; i++) {
			bool is_new;
			address_map_at(&met, value_object(found.items[i]), &is_new);
			if (is_new)
				found.items[kept++] = found.items[i];
		}
		address_map_free(&met);
		c = cache_of(vm, code); /* others have come meanwhile */
		c->globals = found.items;
		c->global_count = kept;
	}
	*count = c->global_count;
	return c->globals;
}

static void forget_items(struct code_cache *c)
{
	free(c->items);
	free(c->globals);
}

static void forget_caches(struct vm *vm, const struct code *code)
{
	if (vm->code_cache_room == 0)
		return;
	struct code_cache *c = cache_slot(vm, code);
	if (c->code != code)
		return;
	forget_items(c);
	*c = (struct code_cache){.code = TOMBSTONE};
}

void code_caches_fini(struct vm *vm)
{
	for (size_t i = 0; i < vm->code_cache_room; i++)
		forget_items(&vm->code_caches[i]);
	free(vm->code_caches);
	vm->code_caches = NULL;
	vm->code_cache_room = vm->code_cache_count = 0;
}

static void code_drop(struct vm *vm, struct object *self)
{
	struct code *code = (struct code *)(void *)self;
	forget_caches(vm, code);
	value_xunref(vm, code->name);
	value_xunref(vm, code->qualname);
	value_xunref(vm, code->filename);
	value_xunref(vm, code->doc);
	drop_array(vm, code->consts, code->const_count);
	drop_array(vm, code->names, code->name_count);
	drop_array(vm, code->slot_names, code->slot_count);
	free(code->instructions);
	free(code->handlers);
	free(code->positions);
}

static value code_repr(struct vm *vm, value self)
{
	const struct code *code = value_as_code(self);
	return str_printf(vm, "<code object %s at 0x%012zx, file \"%s\", line %u>",
	                  str_text(code->name), (size_t)self.bits, str_text(code->filename),
	                  code->first_line);
}

static value get_name(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(value_as_code(self)->name);
}
static value get_qualname(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(value_as_code(self)->qualname);
}
static value get_filename(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(value_as_code(self)->filename);
}
static value get_first_line(struct vm *vm, value self)
{
	(void)vm;
	return value_small(value_as_code(self)->first_line);
}
static value get_arg_count(struct vm *vm, value self)
{
	(void)vm;
	return value_small(value_as_code(self)->arg_count);
}

static const struct getset_def code_getset[] = {
	{"co_name", get_name, NULL},
	{"co_qualname", get_qualname, NULL},
	{"co_filename", get_filename, NULL},
	{"co_firstlineno", get_first_line, NULL},
	{"co_argcount", get_arg_count, NULL},
	{0},
};

const struct type code_type = {
	TYPE_HEAD,
	.name = "code",
	.base = &object_type,
	.size = sizeof(struct code),
	.flags = TYPE_FINAL | TYPE_NO_NEW,
	.drop = code_drop,
	.repr = code_repr,
	.getset = code_getset,
};

const struct code_position *code_position(const struct code *code, uint32_t at)
{
	static const struct code_position nowhere;
	if (code->position_count == 0)
		return &nowhere;
	uint32_t low = 0, high = code->position_count;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (code->positions[middle].start <= at)
			low = middle;
		else
			high = middle;
	}
	return &code->positions[low];
}
