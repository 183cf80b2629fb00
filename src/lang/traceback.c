/*
 * Tracebacks: the chain of frames that an exception has left, and the text that CPython
 * prints for an exception that nobody caught.
 */
#include "lang/internal.h"

#include <string.h>

#include "lang/dict.h"
#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"

static struct traceback *traceback_of(value v)
{
	return (struct traceback *)(void *)value_object(v);
}

value traceback_new(struct vm *vm, value next, struct frame *f, uint32_t at)
{
	struct traceback *t = object_new(vm, &traceback_type, 0);
	t->next = value_xref(next);
	t->frame = f;
	value_ref(object_value(f));
	t->at = at;
	return object_value(t);
}

void exception_add_traceback(struct vm *vm, struct frame *f)
{
	struct exception *e = value_as_exception(vm->raised);
	value_replace(vm, &e->traceback, traceback_new(vm, e->traceback, f, frame_at(f)));
}

static uint32_t line_of(const struct traceback *t)
{
	uint32_t line = code_position(t->frame->code, t->at)->line;
	return line != 0 ? line : t->frame->code->first_line;
}

bool exception_place(value exception, struct place *out)
{
	value at = value_as_exception(exception)->traceback;
	if (value_is_null(at))
		return false;
	while (!value_is_null(traceback_of(at)->next))
		at = traceback_of(at)->next;
	const struct traceback *t = traceback_of(at);
	*out = (struct place){str_text(t->frame->code->filename),
	                      str_text(t->frame->code->qualname), line_of(t)};
	return true;
}

static void traceback_drop(struct vm *vm, struct object *self)
{
	struct traceback *t = (struct traceback *)(void *)self;
	value_xunref(vm, t->next);
	value_unref(vm, object_value(t->frame));
}

static void traceback_traverse(struct object *self, visit_fn visit, void *context)
{
	struct traceback *t = (struct traceback *)(void *)self;
	visit(t->next, context);
	visit(object_value(t->frame), context);
}

static value get_next(struct vm *vm, value self)
{
	(void)vm;
	value next = traceback_of(self)->next;
	return value_is_null(next) ? VALUE_NONE : value_ref(next);
}
static value get_frame(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(object_value(traceback_of(self)->frame));
}
static value get_line(struct vm *vm, value self)
{
	(void)vm;
	return value_small(line_of(traceback_of(self)));
}

static const struct getset_def traceback_getset[] = {
	{"tb_next", get_next, NULL},
	{"tb_frame", get_frame, NULL},
	{"tb_lineno", get_line, NULL},
	{0},
};

const struct type traceback_type = {
	TYPE_HEAD,
	.name = "traceback",
	.base = &object_type,
	.size = sizeof(struct traceback),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = traceback_drop,
	.traverse = traceback_traverse,
	.getset = traceback_getset,
};

/* ---- printing -------------------------------------------------------------------------------- */

enum { REPEATS_SHOWN = 3, GROUP_WIDTH = 15, GROUP_DEPTH = 10, CHAIN_MAX = 1000 };

/* Where the text goes: inside of groups every line begins with a margin. */
struct printer {
	struct vm *vm;
	struct buf *out;
	unsigned depth;  /* of exception groups */
	bool need_close; /* the box of a group is still open */
	value shown;     /* list of exceptions that are on their way, against circles */
};

static void indent(struct printer *p)
{
	buf_fill(p->out, ' ', 2 * (size_t)p->depth);
}

/* Put text of whole lines behind the margin. */
static void emit(struct printer *p, const char *text, size_t len, char margin)
{
	if (p->depth == 0) {
		buf_put(p->out, text, len);
		return;
	}
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t line = end != NULL ? (size_t)(end - text) + 1 : len;
		indent(p);
		buf_putc(p->out, margin);
		buf_putc(p->out, ' ');
		buf_put(p->out, text, line);
		text += line;
		len -= line;
	}
}

static void emit_buf(struct printer *p, struct buf *text)
{
	emit(p, buf_text(text), text->len, '|');
	buf_free(text);
}

static void put_repeats(struct buf *out, size_t repeats)
{
	if (repeats > REPEATS_SHOWN)
		buf_printf(out, "  [Previous line repeated %zu more time%s]\n", repeats - REPEATS_SHOWN,
		           repeats - REPEATS_SHOWN == 1 ? "" : "s");
}

static void put_stack(struct printer *p, struct buf *out, value traceback)
{
	const struct code *last_code = NULL;
	uint32_t last_line = 0;
	size_t repeats = 0;
	for (value v = traceback; !value_is_null(v); v = traceback_of(v)->next) {
		const struct traceback *t = traceback_of(v);
		uint32_t line = line_of(t);
		if (t->frame->code != last_code || line != last_line) {
			put_repeats(out, repeats);
			last_code = t->frame->code;
			last_line = line;
			repeats = 0;
		}
		if (++repeats > REPEATS_SHOWN)
			continue;
		buf_printf(out, "  File \"%s\", line %u, in %s\n",
		           str_text(t->frame->code->filename), line,
		           str_text(t->frame->code->name));
		traceback_put_source(p->vm, t->frame->code, t->at, line, out);
	}
	put_repeats(out, repeats);
}

/* str(v), or what CPython says when that fails. */
static value safe_str(struct vm *vm, value v)
{
	value text = object_str(vm, v);
	if (!value_is_null(text))
		return text;
	vm_forget(vm);
	return str_new_c(vm, "<exception str() failed>");
}

static void put_notes(struct vm *vm, struct buf *out, value exception)
{
	const struct exception *e = value_as_exception(exception);
	if (value_is_null(e->dict))
		return;
	value notes = dict_get_name(e->dict, vm_name(vm, NAME_notes));
	if (value_is_null(notes) || !value_is_list(notes))
		return;
	for (size_t i = 0; i < list_count(notes); i++) {
		value text = safe_str(vm, list_at(notes, i));
		buf_put(out, str_text(text), str_len(text));
		buf_putc(out, '\n');
		value_unref(vm, text);
	}
}

void exception_print_only(struct vm *vm, value exception, struct buf *out)
{
	value raised = vm_take(vm);
	value name = type_full_name(vm, value_type(exception));
	const char *shown = str_text(name);
	if (strncmp(shown, "__main__.", 9) == 0)
		shown += 9;
	value text = safe_str(vm, exception);
	buf_puts(out, shown);
	if (str_len(text) > 0) {
		buf_puts(out, ": ");
		buf_put(out, str_text(text), str_len(text));
	}
	suggestion_put(vm, exception, out);
	vm_forget(vm);
	buf_putc(out, '\n');
	put_notes(vm, out, exception);
	value_unref(vm, name);
	value_unref(vm, text);
	vm_restore(vm, raised);
}

static void print_chain(struct printer *p, value exception);

static void print_group(struct printer *p, value exception, value items)
{
	bool top = p->depth == 0;
	if (p->depth > GROUP_DEPTH) {
		static const char deep[] = "... (max_group_depth is 10)\n";
		emit(p, deep, sizeof deep - 1, '|');
		return;
	}
	if (top)
		p->depth = 1;
	value traceback = value_as_exception(exception)->traceback;
	if (!value_is_null(traceback)) {
		static const char title[] = "Exception Group Traceback (most recent call last):\n";
		emit(p, title, sizeof title - 1, top ? '+' : '|');
		struct buf stack = {0};
		put_stack(p, &stack, traceback);
		emit_buf(p, &stack);
	}
	struct buf text = {0};
	exception_print_only(p->vm, exception, &text);
	emit_buf(p, &text);
	size_t count = tuple_count(items);
	size_t shown = count <= GROUP_WIDTH ? count : GROUP_WIDTH + 1;
	p->need_close = false;
	for (size_t i = 0; i < shown; i++) {
		if (i + 1 == shown)
			p->need_close = true;
		indent(p);
		buf_puts(p->out, i == 0 ? "+-" : "  ");
		if (i < GROUP_WIDTH)
			buf_printf(p->out, "+---------------- %zu ----------------\n", i + 1);
		else
			buf_puts(p->out, "+---------------- ... ----------------\n");
		p->depth++;
		if (i < GROUP_WIDTH) {
			print_chain(p, tuple_at(items, i));
		} else {
			buf_printf(&text, "and %zu more exception%s\n", count - GROUP_WIDTH,
			           count - GROUP_WIDTH == 1 ? "" : "s");
			emit_buf(p, &text);
		}
		if (i + 1 == shown && p->need_close) {
			indent(p);
			buf_puts(p->out, "+------------------------------------\n");
			p->need_close = false;
		}
		p->depth--;
	}
	if (top)
		p->depth = 0;
}

static void print_one(struct printer *p, value exception)
{
	value items = exception_group_items(exception);
	if (!value_is_null(items)) {
		print_group(p, exception, items);
		return;
	}
	struct buf text = {0};
	value traceback = value_as_exception(exception)->traceback;
	if (!value_is_null(traceback)) {
		buf_puts(&text, "Traceback (most recent call last):\n");
		put_stack(p, &text, traceback);
	}
	exception_print_only(p->vm, exception, &text);
	emit_buf(p, &text);
}

static bool is_shown(const struct printer *p, value exception)
{
	for (size_t i = 0; i < list_count(p->shown); i++)
		if (value_is(list_at(p->shown, i), exception))
			return true;
	return false;
}

/* What the exception came from goes before it. */
static void print_chain(struct printer *p, value exception)
{
	static const char cause_text[] =
		"\nThe above exception was the direct cause of the following exception:\n\n";
	static const char context_text[] =
		"\nDuring handling of the above exception, another exception occurred:\n\n";
	VEC(value) chain = {0};
	VEC(const char *) messages = {0};
	for (value at = exception; !value_is_null(at) && chain.count < CHAIN_MAX;) {
		const struct exception *e = value_as_exception(at);
		vec_push(&chain, at);
		list_append(p->vm, p->shown, at);
		value next = VALUE_NULL;
		if (!value_is_null(e->cause)) {
			next = e->cause;
			vec_push(&messages, cause_text);
		} else if (!value_is_null(e->context) && !e->suppress_context) {
			next = e->context;
			vec_push(&messages, context_text);
		}
		at = !value_is_null(next) && !is_shown(p, next) ? next : VALUE_NULL;
	}
	for (size_t i = chain.count; i-- > 0;) {
		print_one(p, chain.items[i]);
		if (i > 0)
			emit(p, messages.items[i - 1], strlen(messages.items[i - 1]), '|');
	}
	vec_free(&chain);
	vec_free(&messages);
}

void exception_print(struct vm *vm, value exception, struct buf *out)
{
	value raised = vm_take(vm);
	struct printer p = {.vm = vm, .out = out, .shown = list_new(vm, 4)};
	print_chain(&p, exception);
	value_unref(vm, p.shown);
	vm_restore(vm, raised);
}
