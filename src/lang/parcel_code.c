/*
 * Records of what a scene defines (functions, classes and what surrounds them) and of what
 * happens when it runs: exceptions with their tracebacks, coroutines that have not begun.
 */
#include "lang/parcel_internal.h"

#include "lang/dict.h"
#include "lang/str.h"
#include "lang/tuple.h"

static void *pointer_of(value v)
{
	return value_object(v);
}

/* ---- code and functions ----------------------------------------------------------------- */

static void put_code(struct parcel_writer *w, const struct code *code)
{
	put_count(w, code->number);
}

/* Borrowed; NULL with TypeError set when this world has compiled something else. */
static const struct code *get_code(struct parcel_reader *r)
{
	size_t number = get_count(r);
	if (number < r->vm->codes.count)
		return r->vm->codes.items[number];
	vm_raise(r->vm, &exc_TypeError, "this world does not have the code of what came");
	return NULL;
}

bool parcel_pack_code(struct parcel_writer *w, value v)
{
	put_code(w, value_as_code(v));
	return true;
}

value parcel_make_code(struct parcel_reader *r)
{
	const struct code *code = get_code(r);
	return code != NULL ? value_ref(object_value(code)) : VALUE_NULL;
}

static void skip_identity(struct parcel_reader *r)
{
	r->at += 1 + 2 * (size_t)(r->words[r->at] >> 3);
}

/* Annotations stay: nobody asks for them in a worker, and they reach far. */
bool parcel_pack_function(struct parcel_writer *w, value v)
{
	struct function *fn = function_of(v);
	put_identity(w, v);
	put_code(w, fn->code);
	put_value(w, fn->defaults);
	put_value(w, fn->keyword_defaults);
	put_value(w, fn->closure);
	put_value(w, fn->dict);
	put_value(w, fn->name);
	put_value(w, fn->qualname);
	put_value(w, fn->module);
	put_value(w, fn->doc);
	if ((w->options->flags & PARCEL_GLOBALS) != 0)
		vec_push(&w->functions, fn);
	return true;
}

value parcel_make_function(struct parcel_reader *r)
{
	struct vm *vm = r->vm;
	size_t identity = r->at;
	skip_identity(r);
	const struct code *code = get_code(r);
	if (code == NULL)
		return VALUE_NULL;
	struct function *fn = object_new(vm, &function_type, 0);
	value v = object_value(fn);
	fn->code = code;
	value_ref(object_value(code));
	fn->globals = value_ref(r->globals);
	fn->builtins = value_ref(vm->builtins);
	fn->name = value_ref(code->name);
	fn->qualname = value_ref(code->qualname);
	r->at = identity;
	get_identity(r, v);
	return v;
}

bool parcel_fill_function(struct parcel_reader *r, value v)
{
	struct function *fn = function_of(v);
	skip_identity(r);
	r->at++;
	fn->defaults = get_value(r);
	fn->keyword_defaults = get_value(r);
	fn->closure = get_value(r);
	fn->dict = get_value(r);
	value_replace(r->vm, &fn->name, get_value(r));
	value_replace(r->vm, &fn->qualname, get_value(r));
	fn->module = get_value(r);
	fn->doc = get_value(r);
	return true;
}

bool parcel_check_function(struct parcel_checker *c, value v)
{
	const struct function *fn = function_of(v);
	skip_identity(&c->r);
	c->r.at++;
	return check_value(c, fn->defaults) && check_value(c, fn->keyword_defaults) &&
		check_value(c, fn->closure) && check_lazy_dict(c, fn->dict);
}

bool parcel_pack_cell(struct parcel_writer *w, value v)
{
	put_value(w, cell_of(v)->contents);
	return true;
}

value parcel_make_cell(struct parcel_reader *r)
{
	return cell_new(r->vm, VALUE_NULL);
}

bool parcel_fill_cell(struct parcel_reader *r, value v)
{
	cell_of(v)->contents = get_value(r);
	return true;
}

bool parcel_check_cell(struct parcel_checker *c, value v)
{
	return check_value(c, cell_of(v)->contents);
}

/* ---- methods ------------------------------------------------------------------------------- */

/*
 * A method of something that may be another thing over there (a token, a proxy) must not call C
 * code with that: it crosses as "the attribute NAME of that".
 */
static bool put_bound(struct parcel_writer *w, value v, value self, value name)
{
	value found = type_lookup(w->vm, value_type(self), name);
	if (value_is_null(found))
		return put_staying(w, v);
	w->out.items[w->record] = PARCEL_BOUND;
	put_value(w, self);
	put_value(w, name);
	return true;
}

bool parcel_pack_bound(struct parcel_writer *w, value v)
{
	return put_staying(w, v);
}

value parcel_make_bound(struct parcel_reader *r)
{
	value self = get_early(r), name = get_early(r);
	if (value_is_null(self))
		return VALUE_NULL;
	value interned = str_interned(r->vm, name);
	value v = object_getattr(r->vm, self, interned);
	value_unref(r->vm, interned);
	return v;
}

bool parcel_pack_method(struct parcel_writer *w, value v)
{
	const struct method *m = pointer_of(v);
	bool copied = crosses_as_copy(m->self) ||
		parcel_crossing_of(w->vm, value_type(m->self)) != NULL;
	if (!copied && value_is_exactly(m->function, &function_type))
		return put_bound(w, v, m->self, function_of(m->function)->name);
	if (!copied)
		return put_staying(w, v);
	put_value(w, m->function);
	put_value(w, m->self);
	return true;
}

value parcel_make_method(struct parcel_reader *r)
{
	return object_value(object_new(r->vm, &method_type, 0));
}

bool parcel_fill_method(struct parcel_reader *r, value v)
{
	struct method *m = pointer_of(v);
	m->function = get_value(r);
	m->self = get_value(r);
	return true;
}

bool parcel_pack_native(struct parcel_writer *w, value v)
{
	const struct native *n = pointer_of(v);
	if (!value_is_null(n->self) && !crosses_as_copy(n->self)) {
		value name = vm_intern(w->vm, n->def->name);
		bool ok = put_bound(w, v, n->self, name);
		value_unref(w->vm, name);
		return ok;
	}
	put_word(w, word_of_pointer(n->head.type));
	put_word(w, word_of_pointer(n->def));
	put_word(w, word_of_pointer(n->owner));
	put_value(w, n->self);
	put_value(w, n->module);
	return true;
}

value parcel_make_native(struct parcel_reader *r)
{
	struct native *n = object_new(r->vm, get_pointer(r), 0);
	n->def = get_pointer(r);
	n->owner = get_pointer(r);
	return object_value(n);
}

bool parcel_fill_native(struct parcel_reader *r, value v)
{
	struct native *n = pointer_of(v);
	r->at += 3;
	n->self = get_value(r);
	n->module = get_value(r);
	return true;
}

bool parcel_pack_slot_wrapper(struct parcel_writer *w, value v)
{
	const struct slot_wrapper *s = pointer_of(v);
	put_word(w, word_of_pointer(s->owner));
	put_count(w, s->id);
	return true;
}

value parcel_make_slot_wrapper(struct parcel_reader *r)
{
	struct slot_wrapper *s = object_new(r->vm, &slot_wrapper_type, 0);
	s->owner = get_pointer(r);
	s->id = (enum vm_name_id)get_count(r);
	return object_value(s);
}

bool parcel_pack_getset(struct parcel_writer *w, value v)
{
	const struct getset_descriptor *g = pointer_of(v);
	put_word(w, word_of_pointer(g->def));
	put_word(w, word_of_pointer(g->owner));
	return true;
}

value parcel_make_getset(struct parcel_reader *r)
{
	struct getset_descriptor *g = object_new(r->vm, &getset_descriptor_type, 0);
	g->def = get_pointer(r);
	g->owner = get_pointer(r);
	return object_value(g);
}

bool parcel_pack_property(struct parcel_writer *w, value v)
{
	const struct property *p = pointer_of(v);
	put_value(w, p->get);
	put_value(w, p->set);
	put_value(w, p->delete);
	put_value(w, p->doc);
	put_value(w, p->name);
	return true;
}

value parcel_make_property(struct parcel_reader *r)
{
	return object_value(object_new(r->vm, get_type(r, &property_type), 0));
}

bool parcel_fill_property(struct parcel_reader *r, value v)
{
	struct property *p = pointer_of(v);
	p->get = get_value(r);
	p->set = get_value(r);
	p->delete = get_value(r);
	p->doc = get_value(r);
	p->name = get_value(r);
	return true;
}

bool parcel_pack_wrapper(struct parcel_writer *w, value v)
{
	const struct function_wrapper *wrapper = pointer_of(v);
	put_value(w, wrapper->function);
	return true;
}

value parcel_make_wrapper(struct parcel_reader *r)
{
	return object_value(object_new(r->vm, r->type, 0));
}

bool parcel_fill_wrapper(struct parcel_reader *r, value v)
{
	((struct function_wrapper *)pointer_of(v))->function = get_value(r);
	return true;
}

bool parcel_pack_alias(struct parcel_writer *w, value v)
{
	const struct alias *a = pointer_of(v);
	put_word(w, word_of_pointer(a->head.type));
	put_value(w, a->origin);
	put_value(w, a->args);
	return true;
}

value parcel_make_alias(struct parcel_reader *r)
{
	return object_value(object_new(r->vm, get_pointer(r), 0));
}

bool parcel_fill_alias(struct parcel_reader *r, value v)
{
	struct alias *a = pointer_of(v);
	r->at++;
	a->origin = get_value(r);
	a->args = get_value(r);
	return true;
}

/* ---- classes ----------------------------------------------------------------------------- */

static struct class *class_of(value v)
{
	return pointer_of(v);
}

bool parcel_pack_class(struct parcel_writer *w, value v)
{
	const struct class *c = class_of(v);
	value annotations = vm_name(w->vm, NAME_annotations);
	put_identity(w, v);
	put_value(w, c->name);
	put_value(w, c->qualname);
	put_count(w, tuple_count(c->bases));
	for (size_t i = 0; i < tuple_count(c->bases); i++)
		put_value(w, tuple_at(c->bases, i));
	size_t count_at = w->out.count, count = 0, at = 0;
	put_word(w, 0);
	value name, attribute;
	while (dict_next(c->dict, &at, &name, &attribute)) {
		if (value_is(name, annotations))
			continue;
		put_value(w, name);
		put_value(w, attribute);
		count++;
	}
	w->out.items[count_at] = word_of_count(count);
	return true;
}

value parcel_make_class(struct parcel_reader *r)
{
	struct vm *vm = r->vm;
	size_t identity = r->at;
	skip_identity(r);
	value name = get_early(r), qualname = get_early(r);
	size_t count = get_count(r);
	value bases = tuple_new(vm, count);
	bool ok = true;
	for (size_t i = 0; ok && i < count; i++) {
		value base = get_early(r);
		ok = !value_is_null(base);
		if (ok)
			tuple_of(bases)->items[i] = value_ref(base);
	}
	value v = ok ? class_shell(vm, name, qualname, bases) : VALUE_NULL;
	value_unref(vm, bases);
	r->at = identity;
	if (!value_is_null(v))
		get_identity(r, v);
	return v;
}

static void skip_to_attributes(struct parcel_reader *r)
{
	skip_identity(r);
	r->at += 2;
	r->at += (size_t)(r->words[r->at] >> 3) + 1;
}

bool parcel_fill_class(struct parcel_reader *r, value v)
{
	skip_to_attributes(r);
	for (size_t n = get_count(r); n > 0; n--) {
		value name = parcel_referred(r, get_word(r));
		dict_set_name(r->vm, class_of(v)->dict, name, parcel_referred(r, get_word(r)));
	}
	return true;
}

bool parcel_check_class(struct parcel_checker *c, value v)
{
	skip_to_attributes(&c->r);
	value annotations = vm_name(c->r.vm, NAME_annotations);
	size_t count = get_count(&c->r), at = 0;
	value name, attribute;
	while (dict_next(class_of(v)->dict, &at, &name, &attribute)) {
		if (value_is(name, annotations))
			continue;
		c->name = name;
		if (count-- == 0)
			return false;
		c->name = parcel_referred(&c->r, c->r.words[c->r.at]);
		if (!check_value(c, name) || !check_value(c, attribute))
			return false;
	}
	if (count > 0)
		c->name = parcel_referred(&c->r, get_word(&c->r));
	return count == 0;
}

/* ---- modules ----------------------------------------------------------------------------- */

bool parcel_pack_module(struct parcel_writer *w, value v)
{
	const struct module *m = pointer_of(v);
	if (value_is(m->name, vm_name(w->vm, NAME_main)))
		return put_staying(w, v);
	put_value(w, m->name);
	return true;
}

value parcel_make_module(struct parcel_reader *r)
{
	return vm_import(r->vm, str_text(get_early(r)));
}

/* ---- exceptions --------------------------------------------------------------------------- */

/* Between processes an exception is what its class makes of its arguments. */
static bool bare(const struct parcel_writer *w)
{
	return (w->options->flags & PARCEL_PICKLE) != 0;
}

bool parcel_pack_exception(struct parcel_writer *w, value v)
{
	const struct exception *e = value_as_exception(v);
	put_value(w, e->args);
	put_value(w, bare(w) ? VALUE_NULL : e->traceback);
	put_value(w, bare(w) ? VALUE_NULL : e->context);
	put_value(w, bare(w) ? VALUE_NULL : e->cause);
	put_count(w, !bare(w) && e->suppress_context);
	return true;
}

value parcel_make_exception(struct parcel_reader *r)
{
	return object_value(object_new(r->vm, r->type, 0));
}

bool parcel_fill_exception(struct parcel_reader *r, value v)
{
	struct exception *e = value_as_exception(v);
	e->args = get_value(r);
	e->traceback = get_value(r);
	e->context = get_value(r);
	e->cause = get_value(r);
	e->suppress_context = get_count(r) != 0;
	return true;
}

/* Being raised is no change that anybody looks for. */
bool parcel_check_exception(struct parcel_checker *c, value v)
{
	return check_value(c, value_as_exception(v)->args);
}

bool parcel_pack_group(struct parcel_writer *w, value v)
{
	const struct exception_group *g = pointer_of(v);
	parcel_pack_exception(w, v);
	put_value(w, g->message);
	put_value(w, g->exceptions);
	return true;
}

value parcel_make_group(struct parcel_reader *r)
{
	return parcel_make_exception(r);
}

bool parcel_fill_group(struct parcel_reader *r, value v)
{
	struct exception_group *g = pointer_of(v);
	parcel_fill_exception(r, v);
	g->message = get_value(r);
	g->exceptions = get_value(r);
	return true;
}

bool parcel_pack_traceback(struct parcel_writer *w, value v)
{
	const struct traceback *t = pointer_of(v);
	put_value(w, t->next);
	put_code(w, t->frame->code);
	put_count(w, t->at);
	return true;
}

/* Its frame is one that has been left: only its place is known. */
value parcel_make_traceback(struct parcel_reader *r)
{
	r->at++;
	const struct code *code = get_code(r);
	if (code == NULL)
		return VALUE_NULL;
	uint32_t at = (uint32_t)get_count(r);
	struct frame *f = frame_new(r->vm, code, r->globals);
	f->flags |= FRAME_DONE;
	f->ip = code->instructions + (at < code->instruction_count ? at + 1 : 0);
	value t = traceback_new(r->vm, VALUE_NULL, f, at);
	value_unref(r->vm, object_value(f));
	return t;
}

bool parcel_fill_traceback(struct parcel_reader *r, value v)
{
	((struct traceback *)pointer_of(v))->next = get_value(r);
	return true;
}

/* ---- coroutines and generators -------------------------------------------------------- */

/* What has been begun cannot leave; what only globals lead to is not given away. */
bool parcel_pack_coroutine(struct parcel_writer *w, value v)
{
	const struct generator *g = generator_of(v);
	if (w->by_globals || g->native != NULL || g->hooked || coro_state(v) != CORO_CREATED)
		return put_staying(w, v);
	const struct frame *f = g->frame;
	put_code(w, f->code);
	put_word(w, word_of_pointer(g->head.type));
	put_value(w, f->function);
	put_value(w, g->name);
	put_value(w, g->qualname);
	for (uint32_t i = 0; i < f->code->slot_count; i++) {
		parcel_carry(w, f->slots[i]);
		put_value(w, f->slots[i]);
	}
	vec_push(&w->moved, v);
	return true;
}

value parcel_make_coroutine(struct parcel_reader *r)
{
	const struct code *code = get_code(r);
	if (code == NULL)
		return VALUE_NULL;
	struct generator *g = object_new(r->vm, get_pointer(r), 0);
	g->code = code;
	value_ref(object_value(code));
	g->finished = true; /* until it has its frame */
	return object_value(g);
}

bool parcel_fill_coroutine(struct parcel_reader *r, value v)
{
	struct generator *g = generator_of(v);
	r->at += 2;
	struct frame *f = frame_new_taking(r->vm, function_of(get_value(r)));
	g->name = get_value(r);
	g->qualname = get_value(r);
	for (uint32_t i = 0; i < g->code->slot_count; i++)
		f->slots[i] = get_value(r);
	g->frame = f;
	f->generator = g;
	g->finished = false;
	return true;
}
