/*
 * StreamWriter: the writing end of a connection, which closes it when nobody holds the
 * writer any more. Writing never waits; drain() does.
 */
#include "scene/internal.h"

#include "lang/bytes.h"
#include "lang/list.h"
#include "lang/str.h"
#include "scene/arguments.h"
#include "scene/stream.h"

struct stream_writer {
	struct object head;
	value dict;
	struct loop *loop; /* counted */
	value transport, protocol;
	value reader; /* or null */
};

static struct stream_writer *writer_of(value v)
{
	return (struct stream_writer *)(void *)value_object(v);
}

static struct transport *transport_of(const struct stream_writer *w)
{
	return &transport_object_of(w->transport)->transport;
}

static struct stream_writer *make(struct vm *vm, const struct type *type, struct loop *l,
                                  value transport, value protocol, value reader)
{
	struct stream_writer *w = object_new(vm, type, 0);
	w->loop = loop_ref(l);
	w->transport = value_ref(transport);
	w->protocol = value_ref(protocol);
	w->reader = value_is_null(reader) || value_is_none(reader) ? VALUE_NULL
	                                                           : value_ref(reader);
	return w;
}

value stream_writer_new(struct scene *s, struct loop *l, value transport, value protocol,
                        value reader)
{
	return object_value(
		make(s->vm, &stream_writer_type, l, transport, protocol, reader));
}

/* ---- drain() ---- */

struct drain_state {
	value writer;
	struct io_wait wait;
	bool begun;
};

static struct stream_protocol *protocol_of(const struct drain_state *st)
{
	return stream_protocol_of(writer_of(st->writer)->protocol);
}

static void remove_drainer(struct vm *vm, struct stream_protocol *p, value future)
{
	for (size_t i = 0; !value_is_null(p->drainers) && i < list_count(p->drainers);
	     i++) {
		if (value_is(list_at(p->drainers, i), future)) {
			list_splice(vm, p->drainers, i, i + 1, NULL, 0);
			return;
		}
	}
}

static void stop_waiting(struct vm *vm, struct drain_state *st)
{
	if (!value_is_null(st->wait.future))
		remove_drainer(vm, protocol_of(st), st->wait.future);
	io_wait_fini(vm, &st->wait);
}

/* The buffer is what is waited for, unless the connection is gone. */
static enum coro_outcome drain_buffer(struct vm *vm, struct drain_state *st, value *out)
{
	struct stream_protocol *p = protocol_of(st);
	if (p->lost) {
		vm_raise(vm, &exc_ConnectionResetError, "Connection lost");
		return CORO_RAISE;
	}
	*out = VALUE_NONE;
	if (!p->paused)
		return CORO_RETURN;
	io_wait_begin(scene_of(vm), &st->wait, p->loop, "drain",
	              transport_of(writer_of(st->writer))->label_port);
	if (value_is_null(p->drainers))
		p->drainers = list_new(vm, 1);
	list_append(vm, p->drainers, st->wait.future);
	return io_wait_step(vm, &st->wait, VALUE_NONE, VALUE_NULL, out);
}

static enum coro_outcome drain_resume(struct vm *vm, void *state, value sent,
                                      value thrown, value *out)
{
	struct drain_state *st = state;
	const struct stream_writer *w = writer_of(st->writer);
	*out = VALUE_NULL;
	if (io_waits(&st->wait)) {
		enum coro_outcome outcome =
			io_wait_step(vm, &st->wait, sent, thrown, out);
		if (outcome != CORO_AWAIT)
			stop_waiting(vm, st);
		return outcome;
	}
	if (!value_is_null(thrown)) {
		vm_restore(vm, value_ref(thrown));
		return CORO_RAISE;
	}
	if (!st->begun) {
		st->begun = true;
		value failure = value_is_null(w->reader)
		                        ? VALUE_NULL
		                        : stream_reader_of(w->reader)->exception;
		if (!value_is_null(failure)) {
			vm_raise_value(vm, failure);
			return CORO_RAISE;
		}
		/* One turn of the loop, so that connection_lost() gets its chance. */
		if (transport_of(w)->closing) {
			*out = VALUE_NONE;
			return CORO_AWAIT;
		}
	}
	return drain_buffer(vm, st, out);
}

static void drain_drop(struct vm *vm, void *state)
{
	struct drain_state *st = state;
	if (!value_is_null(st->writer))
		stop_waiting(vm, st);
	value_forget(vm, &st->writer);
}

static void drain_traverse(void *state, visit_fn visit, void *context)
{
	const struct drain_state *st = state;
	if (!value_is_null(st->writer))
		visit(st->writer, context);
	io_wait_traverse(&st->wait, visit, context);
}

static const struct native_body drain_body = {
	.name = "StreamWriter.drain",
	.state_size = sizeof(struct drain_state),
	.resume = drain_resume,
	.drop = drain_drop,
	.traverse = drain_traverse,
};

static value method_drain(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct drain_state *st;
	value coro = coro_native_new(vm, &drain_body, (void **)&st);
	st->writer = value_ref(self);
	return coro;
}

/* ---- wait_closed() ---- */

struct closed_state {
	value writer, iterator;
	bool begun;
};

static enum coro_outcome closed_resume(struct vm *vm, void *state, value sent,
                                       value thrown, value *out)
{
	struct closed_state *st = state;
	*out = VALUE_NULL;
	if (!st->begun) {
		st->begun = true;
		value future = stream_protocol_closed(vm, writer_of(st->writer)->protocol);
		st->iterator = future_wait_new(vm, future);
	}
	enum coro_outcome outcome = await_step(vm, &st->iterator, sent, thrown, out);
	if (outcome == CORO_RETURN) {
		value_unref(vm, *out);
		*out = VALUE_NONE;
	}
	return outcome;
}

static void closed_drop(struct vm *vm, void *state)
{
	struct closed_state *st = state;
	value_forget(vm, &st->iterator);
	value_forget(vm, &st->writer);
}

static void closed_traverse(void *state, visit_fn visit, void *context)
{
	const struct closed_state *st = state;
	if (!value_is_null(st->writer))
		visit(st->writer, context);
	if (!value_is_null(st->iterator))
		visit(st->iterator, context);
}

static const struct native_body closed_body = {
	.name = "StreamWriter.wait_closed",
	.state_size = sizeof(struct closed_state),
	.resume = closed_resume,
	.drop = closed_drop,
	.traverse = closed_traverse,
};

static value method_wait_closed(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct closed_state *st;
	value coro = coro_native_new(vm, &closed_body, (void **)&st);
	st->writer = value_ref(self);
	return coro;
}

/* ---- start_tls() ---- */

struct refused_state {
	char nothing;
};

static enum coro_outcome tls_resume(struct vm *vm, void *state, value sent, value thrown,
                                    value *out)
{
	(void)state;
	(void)sent;
	(void)thrown;
	*out = VALUE_NULL;
	vm_raise(vm, &exc_NotImplementedError,
	         "simmer has no TLS: its connections never leave this machine");
	return CORO_RAISE;
}

static void tls_drop(struct vm *vm, void *state)
{
	(void)vm;
	(void)state;
}

static void tls_traverse(void *state, visit_fn visit, void *context)
{
	(void)state;
	(void)visit;
	(void)context;
}

static const struct native_body tls_body = {
	.name = "StreamWriter.start_tls",
	.state_size = sizeof(struct refused_state),
	.resume = tls_resume,
	.drop = tls_drop,
	.traverse = tls_traverse,
};

static value method_start_tls(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	void *state;
	return coro_native_new(vm, &tls_body, &state);
}

/* ---- methods ---- */

static value method_write(struct vm *vm, value self, const struct args *a)
{
	return transport_object_write(vm, writer_of(self)->transport, a->at[0])
	               ? VALUE_NONE
	               : VALUE_NULL;
}

static value method_writelines(struct vm *vm, value self, const struct args *a)
{
	return transport_object_writelines(vm, writer_of(self)->transport, a->at[0])
	               ? VALUE_NONE
	               : VALUE_NULL;
}

static value method_write_eof(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	transport_write_eof(transport_of(writer_of(self)));
	return VALUE_NONE;
}

static value method_can_write_eof(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_bool(transport_can_write_eof(transport_of(writer_of(self))));
}

static value method_close(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	transport_close(transport_of(writer_of(self)));
	return VALUE_NONE;
}

static value method_is_closing(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_bool(transport_of(writer_of(self))->closing);
}

static value method_get_extra_info(struct vm *vm, value self, const struct args *a)
{
	return transport_object_info(vm, writer_of(self)->transport, a);
}

static value get_transport(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(writer_of(self)->transport);
}

static value get_protocol(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(writer_of(self)->protocol);
}

static value get_reader(struct vm *vm, value self)
{
	(void)vm;
	value reader = writer_of(self)->reader;
	return value_is_null(reader) ? VALUE_NONE : value_ref(reader);
}

static value writer_repr(struct vm *vm, value self)
{
	const struct stream_writer *w = writer_of(self);
	struct buf out = {0};
	buf_printf(&out, "<%s transport=", value_type_name(self));
	put_repr_of(vm, &out, w->transport);
	if (!value_is_null(w->reader)) {
		buf_puts(&out, " reader=");
		put_repr_of(vm, &out, w->reader);
	}
	buf_putc(&out, '>');
	return str_from_buf(vm, &out);
}

/* ---- the type ---- */

static value writer_make(struct vm *vm, const struct type *type, const struct args *a)
{
	static const struct signature signature = {
		.function = "StreamWriter.__init__",
		.names = {"transport", "protocol", "reader", "loop"},
		.positional = 4,
		.required = 4};
	value parsed[4];
	if (!arguments_bind(vm, a, &signature, true, parsed))
		return VALUE_NULL;
	if (!value_is_transport(parsed[0]) ||
	    !value_is_exactly(parsed[1], &stream_protocol_type))
		return vm_raise(vm, &exc_TypeError,
		                "simmer: a StreamWriter needs a transport of the event "
		                "loop and a StreamReaderProtocol, not '%s' and '%s'",
		                value_type_name(parsed[0]), value_type_name(parsed[1]));
	if (!value_is_none(parsed[2]) && !value_is_a(parsed[2], &stream_reader_type))
		return vm_raise_with(vm, &exc_AssertionError, VALUE_NULL);
	if (!value_is_a(parsed[3], &base_loop_type))
		return vm_raise(vm, &exc_TypeError, "loop must be an event loop");
	return object_value(
		make(vm, type, loop_of(parsed[3]), parsed[0], parsed[1], parsed[2]));
}

/* Nobody can close it any more. */
static void writer_finalize(struct vm *vm, struct object *self)
{
	(void)vm;
	const struct stream_writer *w = (struct stream_writer *)(void *)self;
	if (!value_is_null(w->transport) && !transport_of(w)->closing &&
	    !loop_closed(w->loop))
		transport_close(transport_of(w));
}

static void writer_drop(struct vm *vm, struct object *self)
{
	struct stream_writer *w = (struct stream_writer *)(void *)self;
	value_forget(vm, &w->dict);
	value_forget(vm, &w->transport);
	value_forget(vm, &w->protocol);
	value_forget(vm, &w->reader);
	if (w->loop != NULL)
		loop_unref(w->loop);
	w->loop = NULL;
}

/* Transport and protocol stay as long as it does; what can be a cycle goes by the dict. */
static void writer_clear(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct stream_writer *)(void *)self)->dict);
}

static void writer_traverse(struct object *self, visit_fn visit, void *context)
{
	const struct stream_writer *w = (struct stream_writer *)(void *)self;
	const value owned[] = {w->dict, w->transport, w->protocol, w->reader};
	for (size_t i = 0; i < COUNT_OF(owned); i++)
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
}

static const struct method_def writer_methods[] = {
	{"write", method_write, 1, 1, 0},
	{"writelines", method_writelines, 1, 1, 0},
	{"drain", method_drain, 0, 0, 0},
	{"write_eof", method_write_eof, 0, 0, 0},
	{"can_write_eof", method_can_write_eof, 0, 0, 0},
	{"close", method_close, 0, 0, 0},
	{"is_closing", method_is_closing, 0, 0, 0},
	{"wait_closed", method_wait_closed, 0, 0, 0},
	{"get_extra_info", method_get_extra_info, 1, 2, METHOD_KEYWORDS},
	{"start_tls", method_start_tls, 1, METHOD_ANY, METHOD_KEYWORDS},
	{0},
};

static const struct getset_def writer_getset[] = {
	{"transport", get_transport, NULL},
	{"_transport", get_transport, NULL},
	{"_protocol", get_protocol, NULL},
	{"_reader", get_reader, NULL},
	{0},
};

const struct type stream_writer_type = {
	TYPE_HEAD_OF("asyncio.streams"),
	.name = "StreamWriter",
	.base = &object_type,
	.size = sizeof(struct stream_writer),
	.flags = TYPE_TRACKED,
	.dict_offset = offsetof(struct stream_writer, dict),
	.methods = writer_methods,
	.getset = writer_getset,
	.make = writer_make,
	.finalize = writer_finalize,
	.drop = writer_drop,
	.clear = writer_clear,
	.traverse = writer_traverse,
	.repr = writer_repr,
};
