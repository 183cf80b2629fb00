/*
 * Units and definitions: from a scope to its code object, and from a code object to a function
 * or class. The other compile_*.c files fill a unit with instructions.
 */
#include "lang/compile.h"

#include <string.h>

#include "lang/compile_internal.h"
#include "syntax/parser.h"
#include "lang/str.h"
#include "lang/tuple.h"

/* ---- units ------------------------------------------------------------------- */

/* "Cook.boil.<locals>.<lambda>": where something is defined, and its name. */
static void put_qualname(struct buf *out, const struct unit *outer, const struct scope *scope,
                         const char *name)
{
	if (outer != NULL && outer->frame->kind != SCOPE_MODULE) {
		const struct symbol *symbol =
			scope->name != NULL ? scope_lookup(outer->scope, scope->name) : NULL;
		if (symbol == NULL || !(symbol->flags & SYMBOL_GLOBAL)) {
			buf_puts(out, buf_text(&outer->qualname));
			buf_puts(out, outer->frame->kind == SCOPE_CLASS ? "." : ".<locals>.");
		}
	}
	buf_puts(out, name);
}

/* Variables that inner functions use become cells before anything else. */
static void make_cells(struct unit *u)
{
	for (size_t i = 0; i < u->frame->symbols.count; i++) {
		const struct symbol *symbol = u->frame->symbols.items[i];
		if (symbol->kind == BINDING_CELL && symbol->meaning == symbol)
			emit(u, OP_MAKE_CELL, symbol->slot);
	}
	if (u->frame->class_cell != NULL)
		emit(u, OP_MAKE_CELL, u->frame->class_cell->slot);
}

void unit_begin(struct unit *u, struct unit *outer, struct compiler *c,
                const struct scope *scope, const char *name, struct span at)
{
	*u = (struct unit){.c = c, .outer = outer, .frame = scope, .scope = scope, .at = at};
	put_qualname(&u->qualname, outer, scope, name);
	make_cells(u);
}

static value interned(struct unit *u, const char *text, size_t len)
{
	value v = str_intern(u->c->vm, text, len);
	if (value_is_null(v))
		u->c->failed = true;
	return v;
}

static void name_own_slots(struct unit *u, const struct scope *scope, value *names)
{
	for (size_t i = 0; i < scope->symbols.count; i++) {
		const struct symbol *symbol = scope->symbols.items[i];
		bool own = symbol->meaning == symbol &&
		           (symbol->kind == BINDING_LOCAL || symbol->kind == BINDING_CELL);
		if (own)
			names[symbol->slot] = interned(u, symbol->name->text, symbol->name->len);
	}
}

/* The names of a frame's slots: those of its comprehensions' variables are among them. */
static value *slot_names(struct unit *u, uint32_t count)
{
	value *names = mem_zalloc(count, sizeof *names);
	const struct scope *frame = u->frame;
	for (const struct scope *s = frame;; s = s->next) {
		if (s->frame == frame)
			name_own_slots(u, s, names);
		if (s == frame->last)
			break;
	}
	if (frame->class_cell != NULL)
		names[frame->class_cell->slot] = interned(u, "__class__", 9);
	for (size_t i = 0; i < frame->frees.count; i++) {
		const struct name *name = frame->frees.items[i].cell->name;
		names[frame->frees.items[i].slot] = interned(u, name->text, name->len);
	}
	for (uint32_t i = 0; i < count; i++) {
		if (value_is_null(names[i]))
			names[i] = interned(u, ".match", 6);
	}
	return names;
}

static struct code_position *positions(const struct unit *u)
{
	const struct source *source = &u->c->tree->source;
	struct code_position *list = mem_zalloc(u->places.count, sizeof *list);
	for (size_t i = 0; i < u->places.count; i++) {
		struct text_place start = source_place(source, u->places.items[i].span.start);
		struct text_place end = source_place(source, u->places.items[i].span.end);
		list[i] = (struct code_position){
			.start = u->places.items[i].start,
			.line = start.line,
			.column = start.column,
			.end_line = end.line,
			.end_column = end.column,
		};
	}
	return list;
}

static struct code_handler *handlers(const struct unit *u)
{
	struct code_handler *list = mem_zalloc(u->rows.count, sizeof *list);
	for (size_t i = 0; i < u->rows.count; i++) {
		const struct handler_row *row = &u->rows.items[i];
		list[i] = (struct code_handler){row->start, row->end,
		                                u->labels.items[row->target].at, row->depth};
	}
	return list;
}

static void fill_jumps(struct unit *u)
{
	for (size_t i = 0; i < u->jumps.count; i++) {
		const struct jump *jump = &u->jumps.items[i];
		instruction *word = &u->code.items[jump->at];
		*word = instruction_make(instruction_op(*word), u->labels.items[jump->to].at);
	}
}

static void unit_fini(struct unit *u)
{
	struct vm *vm = u->c->vm;
	for (size_t i = 0; i < u->consts.count; i++)
		value_xunref(vm, u->consts.items[i]);
	for (size_t i = 0; i < u->names.count; i++)
		value_xunref(vm, u->names.items[i]);
	vec_free(&u->consts);
	vec_free(&u->names);
	vec_free(&u->code);
	vec_free(&u->places);
	vec_free(&u->labels);
	vec_free(&u->jumps);
	vec_free(&u->rows);
	vec_free(&u->enclosures);
	map_free(&u->const_index);
	map_free(&u->name_index);
	buf_free(&u->qualname);
}

static const char *simple_name(const char *qualname)
{
	const char *dot = strrchr(qualname, '.');
	return dot != NULL ? dot + 1 : qualname;
}

value unit_finish(struct unit *u, struct code parts)
{
	value code = VALUE_NULL;
	if (!u->c->failed) {
		fill_jumps(u);
		const char *qualname = buf_text(&u->qualname);
		const char *name = simple_name(qualname);
		parts.name = interned(u, name, strlen(name));
		parts.qualname = interned(u, qualname, strlen(qualname));
		parts.filename = value_ref(u->c->filename);
		parts.slot_count = u->frame->local_count + (uint32_t)u->frame->frees.count;
		parts.free_count = (uint32_t)u->frame->frees.count;
		parts.slot_names = slot_names(u, parts.slot_count);
		parts.stack_size = (uint32_t)u->deepest + 1;
		parts.positions = positions(u);
		parts.position_count = (uint32_t)u->places.count;
		parts.handlers = handlers(u);
		parts.handler_count = (uint32_t)u->rows.count;
		parts.instructions = u->code.items;
		parts.instruction_count = (uint32_t)u->code.count;
		parts.consts = u->consts.items;
		parts.const_count = (uint32_t)u->consts.count;
		parts.names = u->names.items;
		parts.name_count = (uint32_t)u->names.count;
		u->code.items = NULL;
		u->consts.items = u->names.items = NULL;
		u->consts.count = u->names.count = 0;
		code = code_new(u->c->vm, &parts);
		if (value_is_null(code))
			u->c->failed = true;
	} else {
		value_xunref(u->c->vm, parts.doc);
	}
	unit_fini(u);
	return code;
}

/* ---- functions --------------------------------------------------------------- */

void make_function(struct unit *u, value code, const struct scope *scope, uint32_t flags)
{
	if (value_is_null(code))
		return;
	if (scope->frees.count > 0) {
		for (size_t i = 0; i < scope->frees.count; i++)
			emit(u, OP_LOAD_CLOSURE, scope->frees.items[i].outer_slot);
		emit(u, OP_BUILD_TUPLE, (uint32_t)scope->frees.count);
		flags |= 8;
	}
	emit(u, OP_LOAD_CONST, const_value(u, code));
	emit(u, OP_MAKE_FUNCTION, flags);
}

void compile_annotation(struct unit *u, const struct expr *e)
{
	if (!u->c->tree->has_future_annotations) {
		compile_expr(u, e);
		return;
	}
	load_text(u, u->c->tree->source.text + e->span.start, e->span.end - e->span.start);
}

/* Push the tuple of defaults; false if there are none. */
static bool compile_defaults(struct unit *u, const struct parameters *parameters)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < parameters->positional_count; i++) {
		if (parameters->items[i].value == NULL)
			continue;
		compile_expr(u, parameters->items[i].value);
		count++;
	}
	if (count > 0)
		emit(u, OP_BUILD_TUPLE, count);
	return count > 0;
}

static bool compile_keyword_defaults(struct unit *u, const struct parameters *parameters)
{
	uint32_t count = 0;
	for (uint32_t i = parameters->positional_count; i < parameters->count; i++) {
		const struct parameter *parameter = &parameters->items[i];
		if (parameter->value == NULL)
			continue;
		load_text(u, parameter->name->text, parameter->name->len);
		compile_expr(u, parameter->value);
		count++;
	}
	if (count > 0)
		emit(u, OP_BUILD_DICT, count);
	return count > 0;
}

static uint32_t compile_one_annotation(struct unit *u, const struct parameter *parameter)
{
	if (parameter == NULL || parameter->annotation == NULL)
		return 0;
	load_text(u, parameter->name->text, parameter->name->len);
	compile_annotation(u, parameter->annotation);
	return 1;
}

static bool compile_annotations(struct unit *u, const struct function *f)
{
	const struct parameters *parameters = f->parameters;
	uint32_t count = 0;
	for (uint32_t i = 0; i < parameters->positional_count; i++)
		count += compile_one_annotation(u, &parameters->items[i]);
	count += compile_one_annotation(u, parameters->star);
	for (uint32_t i = parameters->positional_count; i < parameters->count; i++)
		count += compile_one_annotation(u, &parameters->items[i]);
	count += compile_one_annotation(u, parameters->double_star);
	if (f->returns != NULL) {
		load_text(u, "return", 6);
		compile_annotation(u, f->returns);
		count++;
	}
	if (count > 0)
		emit(u, OP_BUILD_DICT, count);
	return count > 0;
}

/* What a signature says, for a code object. */
static struct code signature(const struct parameters *parameters)
{
	return (struct code){
		.arg_count = parameters->positional_count,
		.positional_only_count = parameters->positional_only_count,
		.keyword_only_count = parameters->count - parameters->positional_count,
		.flags = (parameters->star != NULL ? (uint32_t)CODE_VARARGS : 0) |
		         (parameters->double_star != NULL ? (uint32_t)CODE_VARKEYWORDS : 0),
	};
}

/* The docstring of a block, or null; the statement itself is not run. */
static value take_doc(struct unit *u, struct block *block)
{
	if (block->count == 0 || !stmt_is_string(block->items[0]))
		return VALUE_NULL;
	const struct expr *doc = block->items[0]->u.value;
	block->items++;
	block->count--;
	value v = str_new(u->c->vm, doc->u.text.bytes, doc->u.text.len);
	if (value_is_null(v))
		u->c->failed = true;
	return v;
}

static value compile_function_code(struct unit *u, const struct stmt *s)
{
	const struct function *f = s->u.function;
	struct unit inner;
	unit_begin(&inner, u, u->c, f->scope, f->scope->name->text, s->span);
	struct code parts = signature(f->parameters);
	struct block body = f->body;
	parts.doc = take_doc(&inner, &body);
	if (f->scope->has_yield)
		parts.flags |= f->is_async ? CODE_ASYNC_GENERATOR : CODE_GENERATOR;
	else if (f->is_async)
		parts.flags |= CODE_COROUTINE;
	if (u->frame->kind == SCOPE_CLASS)
		parts.flags |= CODE_METHOD;
	struct span first = f->decorators.count > 0 ? f->decorators.items[0]->span : s->span;
	parts.first_line = source_line(&u->c->tree->source, first.start);
	compile_block(&inner, &body);
	load_none(&inner);
	emit(&inner, OP_RETURN_VALUE, 0);
	return unit_finish(&inner, parts);
}

/* Each decorator, with its line; their calls come after the definition. */
static void begin_decorators(struct unit *u, const struct stmt *s,
                             const struct expr_list *decorators)
{
	for (uint32_t i = 0; i < decorators->count; i++) {
		emit_line(u, decorators->items[i]->span);
		compile_expr(u, decorators->items[i]);
		emit(u, OP_PUSH_NULL, 0);
	}
	if (decorators->count > 0)
		emit_line(u, s->span);
}

static void end_decorators(struct unit *u, const struct expr_list *decorators)
{
	struct span outer = u->at;
	for (uint32_t i = decorators->count; i > 0; i--) {
		u->at = decorators->items[i - 1]->span;
		emit(u, OP_CALL, 1);
	}
	u->at = outer;
}

void compile_function(struct unit *u, const struct stmt *s)
{
	const struct function *f = s->u.function;
	begin_decorators(u, s, &f->decorators);
	uint32_t flags = 0;
	flags |= compile_defaults(u, f->parameters) ? 1 : 0;
	flags |= compile_keyword_defaults(u, f->parameters) ? 2 : 0;
	flags |= compile_annotations(u, f) ? 4 : 0;
	make_function(u, compile_function_code(u, s), f->scope, flags);
	end_decorators(u, &f->decorators);
	store_name(u, f->name.name);
}

void compile_lambda(struct unit *u, const struct expr *e)
{
	const struct parameters *parameters = e->u.lambda.parameters;
	uint32_t flags = 0;
	flags |= compile_defaults(u, parameters) ? 1 : 0;
	flags |= compile_keyword_defaults(u, parameters) ? 2 : 0;
	struct unit inner;
	unit_begin(&inner, u, u->c, e->u.lambda.scope, "<lambda>", e->span);
	struct code parts = signature(parameters);
	if (e->u.lambda.scope->has_yield)
		parts.flags |= CODE_GENERATOR;
	parts.first_line = source_line(&u->c->tree->source, e->span.start);
	emit_line(&inner, e->u.lambda.body->span);
	compile_expr(&inner, e->u.lambda.body);
	emit(&inner, OP_RETURN_VALUE, 0);
	make_function(u, unit_finish(&inner, parts), e->u.lambda.scope, flags);
}

/* ---- classes and modules ----------------------------------------------------- */

/* A docstring becomes the variable __doc__; the code object keeps it as well. */
static value compile_namespace_doc(struct unit *u, struct block *body)
{
	struct span at = u->at;
	if (body->count > 0)
		u->at = body->items[0]->span;
	value doc = take_doc(u, body);
	if (!value_is_null(doc)) {
		emit(u, OP_LOAD_CONST, const_value(u, value_ref(doc)));
		emit_text_name(u, OP_STORE_NAME, "__doc__");
	}
	u->at = at;
	return doc;
}

static value compile_class_code(struct unit *u, const struct stmt *s)
{
	const struct class_def *class = s->u.class_def;
	struct unit inner;
	unit_begin(&inner, u, u->c, class->scope, class->scope->name->text, s->span);
	struct code parts = {.flags = CODE_NAMESPACE};
	parts.first_line = source_line(&u->c->tree->source, s->span.start);
	emit_text_name(&inner, OP_LOAD_NAME, "__name__");
	emit_text_name(&inner, OP_STORE_NAME, "__module__");
	load_text(&inner, buf_text(&inner.qualname), inner.qualname.len);
	emit_text_name(&inner, OP_STORE_NAME, "__qualname__");
	struct block body = class->body;
	if (class->scope->has_annotations)
		emit(&inner, OP_SETUP_ANNOTATIONS, 0);
	parts.doc = compile_namespace_doc(&inner, &body);
	compile_block(&inner, &body);
	inner.at = s->span;
	if (class->scope->class_cell != NULL)
		emit(&inner, OP_LOAD_CLOSURE, class->scope->class_cell->slot);
	else
		load_none(&inner);
	emit(&inner, OP_RETURN_VALUE, 0);
	return unit_finish(&inner, parts);
}

void compile_class(struct unit *u, const struct stmt *s)
{
	const struct class_def *class = s->u.class_def;
	begin_decorators(u, s, &class->decorators);
	emit(u, OP_LOAD_BUILD_CLASS, 0);
	emit(u, OP_PUSH_NULL, 0);
	make_function(u, compile_class_code(u, s), class->scope, 0);
	const struct name *name = class->scope->name;
	load_text(u, name->text, name->len);
	compile_arguments(u, class->arguments, class->argument_count, 2);
	end_decorators(u, &class->decorators);
	store_name(u, class->name.name);
}

value compile_module(struct vm *vm, const struct module_tree *tree)
{
	struct compiler c = {.vm = vm, .tree = tree};
	c.filename = str_new(vm, tree->source.path, strlen(tree->source.path));
	if (value_is_null(c.filename))
		return VALUE_NULL;
	struct unit u;
	unit_begin(&u, NULL, &c, tree->scope, "<module>", (struct span){0, 0});
	struct code parts = {.flags = CODE_NAMESPACE, .first_line = 1};
	struct block body = tree->body;
	if (tree->scope->has_annotations)
		emit(&u, OP_SETUP_ANNOTATIONS, 0);
	parts.doc = compile_namespace_doc(&u, &body);
	compile_block(&u, &body);
	load_none(&u);
	emit(&u, OP_RETURN_VALUE, 0);
	value code = unit_finish(&u, parts);
	value_unref(vm, c.filename);
	return code;
}
