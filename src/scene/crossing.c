/*
 * How objects of this floor go from one world to another: an event loop as a proxy with
 * the methods that work from any thread, the output streams as themselves, a Thread as
 * its own copy in the worker that it is. Everything else of this floor stays at home.
 */
#include "scene/crossing.h"

#include "lang/dict.h"
#include "lang/float.h"
#include "lang/foreign.h"
#include "lang/function.h"
#include "lang/parcel.h"
#include "lang/str.h"
#include "scene/internal.h"
#include "scene/remote.h"
#include "scene/thread.h"

/* ---- event loops ---- */

/* A loop of another world. */
struct loop_proxy {
	struct object head;
	struct origin origin;
	uint64_t serial; /* loop_serial; 0: it is no loop of the root */
	value repr;      /* str: as it was at home */
};

static struct loop_proxy *proxy_of(value v)
{
	return (struct loop_proxy *)(void *)value_object(v);
}

const struct origin *loop_proxy_origin(value proxy)
{
	return &proxy_of(proxy)->origin;
}

static enum crossing_way loop_pack(struct vm *vm, struct parcel_writer *w, value v)
{
	value repr = object_repr(vm, v);
	if (value_is_null(repr))
		return CROSSING_FAILED;
	struct scene *s = scene_of(vm);
	parcel_put_word(w, scene_is_root(s) ? loop_serial(s, v) : 0);
	parcel_put_bytes(w, str_text(repr), str_len(repr));
	value_unref(vm, repr);
	return CROSSING_HANDLE;
}

static value loop_make(struct vm *vm, struct parcel_reader *r, const struct type *type)
{
	(void)type;
	struct loop_proxy *p = object_new(vm, &loop_proxy_type, 0);
	size_t len;
	p->serial = parcel_get_word(r);
	const char *repr = parcel_get_bytes(r, &len);
	p->repr = str_new(vm, repr, len);
	parcel_get_origin(r, &p->origin);
	return object_value(p);
}

static enum crossing_way proxy_pack(struct vm *vm, struct parcel_writer *w, value v)
{
	(void)vm;
	const struct loop_proxy *p = proxy_of(v);
	parcel_put_word(w, p->serial);
	parcel_put_bytes(w, str_text(p->repr), str_len(p->repr));
	parcel_put_origin(w, &p->origin);
	return CROSSING_HANDLE;
}

static void proxy_drop(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct loop_proxy *)(void *)self)->repr);
}

static value proxy_repr(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(proxy_of(self)->repr);
}

bool loop_proxy_closed(struct vm *vm, value proxy)
{
	uint64_t serial = proxy_of(proxy)->serial;
	return serial != 0 && loop_is_known_closed(scene_of(vm), serial);
}

/* It ran when it was handed over. */
static value proxy_is_running(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return value_bool(!loop_proxy_closed(vm, self));
}

static value proxy_is_closed(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return value_bool(loop_proxy_closed(vm, self));
}

static value proxy_time(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	return float_new(vm, clock_seconds(loop_world_now_ns(&scene_of(vm)->world)));
}

static value proxy_call_soon_threadsafe(struct vm *vm, value self, const struct args *a)
{
	if (a->count < 1)
		return vm_raise(vm, &exc_TypeError,
		                "BaseEventLoop.call_soon_threadsafe() missing 1 required "
		                "positional argument: 'callback'");
	return remote_call_soon(scene_of(vm), self, a->at[0],
	                        &(struct args){.at = a->at + 1, .count = a->count - 1})
	               ? VALUE_NONE
	               : VALUE_NULL;
}

static const struct method_def proxy_methods[] = {
	{"call_soon_threadsafe", proxy_call_soon_threadsafe, 1, METHOD_ANY,
         METHOD_KEYWORDS},
	{"is_running", proxy_is_running, 0, 0, 0},
	{"is_closed", proxy_is_closed, 0, 0, 0},
	{"time", proxy_time, 0, 0, 0},
	{0},
};

/* Any other attribute is what it is at home, a token here. */
static value proxy_getattr(struct vm *vm, value self, value name)
{
	for (const struct method_def *m = proxy_methods; m->name != NULL; m++) {
		if (str_equal_c(name, m->name))
			return object_getattr_generic(vm, self, name);
	}
	if (strncmp(str_text(name), "__", 2) == 0)
		return object_getattr_generic(vm, self, name);
	const struct loop_proxy *p = proxy_of(self);
	value type_name = str_new_c(vm, "loop");
	value token = foreign_new(vm, &p->origin, type_name, p->repr, name);
	value_unref(vm, type_name);
	return token;
}

const struct type loop_proxy_type = {
	TYPE_HEAD_OF("asyncio.unix_events"),
	.name = "_UnixSelectorEventLoop",
	.base = &object_type,
	.size = sizeof(struct loop_proxy),
	.flags = TYPE_FINAL | TYPE_NO_NEW,
	.methods = proxy_methods,
	.getattr = proxy_getattr,
	.drop = proxy_drop,
	.repr = proxy_repr,
};

/* ---- threads ---- */

/* Only the thread that is being started goes along, to run() in its own worker. */
static enum crossing_way thread_pack(struct vm *vm, struct parcel_writer *w, value v)
{
	const struct thread_object *t = (struct thread_object *)(void *)value_object(v);
	struct scene *s = scene_of(vm);
	if (!value_is(v, s->departing_thread))
		return CROSSING_STAYS;
	parcel_put_word(w, t->daemon);
	parcel_put_value(w, t->name);
	parcel_put_value(w, t->target);
	parcel_put_value(w, t->args);
	parcel_put_value(w, t->kwargs);
	return CROSSING_COPY;
}

static value thread_make(struct vm *vm, struct parcel_reader *r, const struct type *type)
{
	struct thread_object *t = object_new(vm, type, 0);
	t->daemon = parcel_get_word(r) != 0;
	t->number = scene_thread_number(scene_of(vm));
	t->state = THREAD_RUNS;
	return object_value(t);
}

static bool thread_fill(struct vm *vm, struct parcel_reader *r, value v)
{
	struct scene *s = scene_of(vm);
	struct thread_object *t = (struct thread_object *)(void *)value_object(v);
	t->name = parcel_get_value(r);
	t->target = parcel_get_value(r);
	t->args = parcel_get_value(r);
	t->kwargs = parcel_get_value(r);
	value_replace(vm, &s->current_thread, value_ref(v));
	return true;
}

/* ---- output streams ---- */

static enum crossing_way stream_pack(struct vm *vm, struct parcel_writer *w, value v)
{
	(void)vm;
	parcel_put_word(w, (uint64_t)output_stream_number(v));
	return CROSSING_COPY;
}

static value stream_make(struct vm *vm, struct parcel_reader *r, const struct type *type)
{
	(void)type;
	return output_stream_new(vm, (int)parcel_get_word(r));
}

const struct parcel_crossing scene_crossings[] = {
	{.type = &loop_type, .pack = loop_pack, .make = loop_make},
	{.type = &loop_proxy_type, .pack = proxy_pack, .make = loop_make},
	{.type = &thread_type,
         .pack = thread_pack,
         .make = thread_make,
         .fill = thread_fill},
	{.type = &output_stream_type, .pack = stream_pack, .make = stream_make},
	{0},
};
