/*
 * Frames: one activation of a code object, on the heap, so that leaving it in the
 * middle and coming back costs nothing. A frame is an object because tracebacks keep it and with
 * it its locals; most die as soon as their function returns.
 */
#include "lang/internal.h"

#include "lang/dict.h"
#include "lang/str.h"

static struct frame *make(struct vm *vm, const struct code *code)
{
	size_t extra = ((size_t)code->slot_count + code->stack_size) * sizeof(value);
	/* What is above the stack's top is never looked at. */
	size_t zeroed = sizeof(struct frame) + code->slot_count * sizeof(value);
	struct frame *f = object_new_zeroing(vm, &frame_type, extra, zeroed);
	f->code = code;
	f->ip = code->instructions;
	f->stack_top = f->slots + code->slot_count;
	return f;
}

struct frame *frame_new_taking(struct vm *vm, struct function *fn)
{
	struct frame *f = make(vm, fn->code);
	f->function = object_value(fn);
	f->globals = fn->globals;
	f->builtins = fn->builtins;
	if (fn->caches == NULL)
		fn->caches = code_caches(vm, fn->code);
	f->caches = fn->caches;
	return f;
}

struct frame *frame_new(struct vm *vm, const struct code *code, value globals)
{
	struct frame *f = make(vm, code);
	value_ref(object_value(code));
	f->globals = value_ref(globals);
	f->builtins = value_ref(vm->builtins);
	f->caches = code_caches(vm, code);
	return f;
}

static void drop_stack(struct vm *vm, struct frame *f)
{
	value *bottom = f->slots + f->code->slot_count;
	while (f->stack_top > bottom)
		value_xunref(vm, *--f->stack_top);
}

void frame_leave(struct vm *vm, struct frame *f)
{
	f->back = NULL;
	f->flags |= FRAME_DONE;
	if (f->head.refs > 1)
		drop_stack(vm, f);
	value_unref(vm, object_value(f));
}

static void frame_drop(struct vm *vm, struct object *self)
{
	struct frame *f = (struct frame *)(void *)self;
	drop_stack(vm, f);
	for (uint32_t i = 0; i < f->code->slot_count; i++)
		value_xunref(vm, f->slots[i]);
	value_xunref(vm, f->handled);
	value_xunref(vm, f->made);
	value_xunref(vm, f->namespace);
	if (!value_is_null(f->function)) {
		value_unref(vm, f->function);
		return;
	}
	value_unref(vm, f->globals);
	value_unref(vm, f->builtins);
	value_unref(vm, object_value(f->code));
}

void frame_visit(struct frame *f, visit_fn visit, void *context)
{
	for (value *v = f->slots; v < f->slots + f->code->slot_count; v++)
		visit(*v, context);
	for (value *v = f->slots + f->code->slot_count; v < f->stack_top; v++)
		visit(*v, context);
	visit(f->handled, context);
	visit(f->made, context);
	visit(f->namespace, context);
	visit(f->function, context);
	if (value_is_null(f->function)) {
		visit(f->globals, context);
		visit(f->builtins, context);
	}
}

static void frame_traverse(struct object *self, visit_fn visit, void *context)
{
	frame_visit((struct frame *)(void *)self, visit, context);
}

static void frame_clear(struct vm *vm, struct object *self)
{
	struct frame *f = (struct frame *)(void *)self;
	if ((f->flags & FRAME_DONE) == 0)
		return;
	for (uint32_t i = 0; i < f->code->slot_count; i++)
		value_forget(vm, &f->slots[i]);
	value_forget(vm, &f->handled);
}

uint32_t frame_at(const struct frame *f)
{
	uint32_t next = (uint32_t)(f->ip - f->code->instructions);
	bool awaits = f->generator != NULL && !f->generator->running &&
		next < f->code->instruction_count && instruction_op(*f->ip) == OP_YIELD_FROM;
	return awaits || next == 0 ? next : next - 1;
}

void frame_place(const struct frame *f, struct place *out)
{
	out->file = str_text(f->code->filename);
	out->function = str_text(f->code->qualname);
	out->line = code_position(f->code, frame_at(f))->line;
	if (out->line == 0 || f->ip == f->code->instructions)
		out->line = f->code->first_line;
}

bool frame_depth_ok(struct vm *vm)
{
	if (vm->depth < vm->limits.recursion)
		return true;
	vm_raise(vm, &exc_RecursionError, "maximum recursion depth exceeded");
	return false;
}

/* ---- as seen by a scene -------------------------------------------------------------------- */

static value get_line(struct vm *vm, value self)
{
	(void)vm;
	struct place place;
	frame_place(frame_of(self), &place);
	return value_small(place.line);
}
static value get_code(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(object_value(frame_of(self)->code));
}
static value get_globals(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(frame_of(self)->globals);
}
static value get_back(struct vm *vm, value self)
{
	(void)vm;
	struct frame *back = frame_of(self)->back;
	return back != NULL ? value_ref(object_value(back)) : VALUE_NONE;
}

static value frame_repr(struct vm *vm, value self)
{
	struct place place;
	frame_place(frame_of(self), &place);
	return str_printf(vm, "<frame at 0x%012zx, file '%s', line %u, code %s>", (size_t)self.bits,
	                  place.file, place.line, str_text(frame_of(self)->code->name));
}

static const struct getset_def frame_getset[] = {
	{"f_lineno", get_line, NULL},
	{"f_code", get_code, NULL},
	{"f_globals", get_globals, NULL},
	{"f_back", get_back, NULL},
	{0},
};

const struct type frame_type = {
	TYPE_HEAD,
	.name = "frame",
	.base = &object_type,
	.size = sizeof(struct frame),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = frame_drop,
	.traverse = frame_traverse,
	.clear = frame_clear,
	.repr = frame_repr,
	.getset = frame_getset,
};
