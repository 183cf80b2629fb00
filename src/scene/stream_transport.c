/*
 * Transports as a scene has them: an object around the loop's struct, and its protocol,
 * which is told what happens: a StreamReaderProtocol by plain calls, a protocol of the
 * scene's own by its methods.
 */
#include "scene/internal.h"

#include "lang/bytes.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "scene/arguments.h"
#include "scene/net_object.h"
#include "scene/stream.h"

static struct transport_object *object_of(const struct transport *t)
{
	return CONTAINER_OF(t, struct transport_object, transport);
}

static struct transport *self_transport(value self)
{
	return &transport_object_of(self)->transport;
}

static struct scene *scene_of_transport(const struct transport *t)
{
	return scene_of_loop(t->loop);
}

/* Whether the protocol is a StreamReaderProtocol. */
static bool has_stream(const struct transport_object *o)
{
	return value_is_exactly(o->protocol, &stream_protocol_type);
}

/* The collector took it: whoever could hear of the connection is garbage. */
static bool is_deaf(const struct transport_object *o)
{
	return value_is_null(o->protocol);
}

/* ---- a protocol failed ---- */

/* The exception that is set when nobody may report it: taken, and true. */
static bool error_leaves(struct scene *s, struct loop *l, value error)
{
	if (vm_stopped(s->vm)) {
		value_xunref(s->vm, error);
		loop_world_halt(&s->world);
		return true;
	}
	if (scene_client.classify(s, datum_of(error)) != ERROR_EXIT)
		return false;
	loop_exit(l, datum_of(error));
	return true;
}

/* What a handle of the transport's called has raised: as any callback's failure. */
static void callback_raised(struct transport *t, const char *owner, const char *method)
{
	struct scene *s = scene_of_transport(t);
	struct vm *vm = s->vm;
	value error = vm_take(vm);
	if (error_leaves(s, t->loop, error))
		return;
	struct buf message = {0};
	buf_printf(&message, "Exception in callback %s.%s()",
	           owner, method);
	report_to_handler(s, t->loop,
	                  &(struct loop_report){.message = buf_text(&message),
	                                        .error = datum_of(error)});
	buf_free(&message);
	value_unref(vm, error);
}

/* It ends the connection. */
static void fatal(struct transport *t, const char *message)
{
	struct scene *s = scene_of_transport(t);
	value error = vm_take(s->vm);
	if (error_leaves(s, t->loop, error))
		return;
	transport_fail(t, datum_of(error),
	               value_is_a(error, &exc_OSError) ? NULL : message);
	value_unref(s->vm, error);
}

/* Only said: the connection goes on. */
static void told(struct transport *t, const char *message)
{
	struct scene *s = scene_of_transport(t);
	value error = vm_take(s->vm);
	if (error_leaves(s, t->loop, error))
		return;
	report_to_handler(s, t->loop,
	                  &(struct loop_report){.message = message,
	                                        .error = datum_of(error),
	                                        .transport = t,
	                                        .protocol = true});
	value_unref(s->vm, error);
}

/* ---- what the loop tells ---- */

static value call_protocol(struct transport *t, const char *method, const struct args *a)
{
	struct vm *vm = scene_of_transport(t)->vm;
	value protocol = value_ref(object_of(t)->protocol);
	value result = vm_call_method(vm, protocol, method, a);
	value_unref(vm, protocol);
	return result;
}

static void on_made(struct transport *t)
{
	struct transport_object *o = object_of(t);
	struct vm *vm = scene_of_transport(t)->vm;
	bool ok;
	if (is_deaf(o))
		return;
	if (has_stream(o)) {
		value protocol = value_ref(o->protocol);
		ok = stream_protocol_made(vm, protocol, object_value(o));
		value_unref(vm, protocol);
	} else {
		value result =
			call_protocol(t, "connection_made", ARGS(object_value(o)));
		ok = !value_is_null(result);
		value_xunref(vm, result);
	}
	if (!ok)
		callback_raised(t, value_type_name(o->protocol), "connection_made");
}

/* Every transport of a world reads into the same place; what came is copied from there. */
static void *on_get_buffer(struct transport *t, size_t *room)
{
	struct scene *s = scene_of_transport(t);
	if (s->read_room == NULL)
		s->read_room = mem_alloc(TRANSPORT_READ_MAX);
	*room = TRANSPORT_READ_MAX;
	return s->read_room;
}

static void on_received(struct transport *t, size_t count)
{
	struct transport_object *o = object_of(t);
	struct scene *s = scene_of_transport(t);
	bool ok;
	if (is_deaf(o))
		return;
	if (has_stream(o)) {
		ok = stream_protocol_received(s->vm, o->protocol, s->read_room, count);
	} else {
		value data = bytes_new(s->vm, s->read_room, count);
		value result = call_protocol(t, "data_received", ARGS(data));
		value_unref(s->vm, data);
		ok = !value_is_null(result);
		value_xunref(s->vm, result);
	}
	if (!ok)
		fatal(t, "Fatal error: protocol.data_received() call failed.");
}

static bool on_eof(struct transport *t)
{
	struct transport_object *o = object_of(t);
	struct vm *vm = scene_of_transport(t)->vm;
	if (is_deaf(o))
		return false;
	if (has_stream(o)) {
		stream_protocol_eof(vm, o->protocol);
		return true;
	}
	value result = call_protocol(t, "eof_received", NO_ARGS);
	int keep = value_is_null(result) ? -1 : object_truth(vm, result);
	value_xunref(vm, result);
	if (keep < 0)
		fatal(t, "Fatal error: protocol.eof_received() call failed.");
	return keep != 0;
}

static void on_pause_writing(struct transport *t)
{
	struct transport_object *o = object_of(t);
	if (is_deaf(o))
		return;
	if (has_stream(o)) {
		stream_protocol_pause(o->protocol);
		return;
	}
	value result = call_protocol(t, "pause_writing", NO_ARGS);
	if (value_is_null(result))
		told(t, "protocol.pause_writing() failed");
	else
		value_unref(scene_of_transport(t)->vm, result);
}

static void on_resume_writing(struct transport *t)
{
	struct transport_object *o = object_of(t);
	if (is_deaf(o))
		return;
	if (has_stream(o)) {
		stream_protocol_resume(o->protocol);
		return;
	}
	value result = call_protocol(t, "resume_writing", NO_ARGS);
	if (value_is_null(result))
		told(t, "protocol.resume_writing() failed");
	else
		value_unref(scene_of_transport(t)->vm, result);
}

static void on_lost(struct transport *t, struct datum error)
{
	struct transport_object *o = object_of(t);
	struct vm *vm = scene_of_transport(t)->vm;
	value what = datum_is_none(error) ? VALUE_NULL : value_of(error);
	if (is_deaf(o))
		return;
	if (has_stream(o)) {
		stream_protocol_lost(vm, o->protocol, what);
	} else {
		value result = call_protocol(t, "connection_lost",
		                             ARGS(value_of(error)));
		if (value_is_null(result))
			callback_raised(t, value_type_name(object_value(o)),
			                "_call_connection_lost");
		else
			value_unref(vm, result);
	}
	value_forget(vm, &o->protocol);
}

static bool is_own_protocol(const struct transport *t, struct buf *name)
{
	const struct transport_object *o = object_of(t);
	if (is_deaf(o) || has_stream(o) ||
	    value_is_exactly(o->protocol, &base_protocol_type) ||
	    value_is_exactly(o->protocol, &protocol_type))
		return false;
	buf_puts(name, value_type_name(o->protocol));
	return true;
}

static void transport_ref(struct transport *t)
{
	value_ref(transport_value(t));
}

static void transport_unref(struct transport *t)
{
	value_unref(scene_of_transport(t)->vm, transport_value(t));
}

static const struct transport_ops object_transport_ops = {
	.ref = transport_ref,
	.unref = transport_unref,
	.connection_made = on_made,
	.get_buffer = on_get_buffer,
	.buffer_updated = on_received,
	.eof_received = on_eof,
	.pause_writing = on_pause_writing,
	.resume_writing = on_resume_writing,
	.connection_lost = on_lost,
	.protocol_name = "StreamReaderProtocol",
	.own_protocol = is_own_protocol,
};

static const struct type *const kinds[] = {
	[TRANSPORT_SOCKET] = &socket_transport_type,
	[TRANSPORT_PIPE_READ] = &read_pipe_transport_type,
	[TRANSPORT_PIPE_WRITE] = &write_pipe_transport_type,
};

value transport_object_new(struct scene *s, struct loop *l, enum transport_kind kind,
                           struct net_socket *socket, value protocol, value waiter,
                           struct server *server)
{
	struct transport_object *o = object_new(s->vm, kinds[kind], 0);
	o->protocol = value_ref(protocol);
	transport_init(&o->transport, kind, l, socket, &object_transport_ops,
	               value_is_null(waiter) ? NULL : future_of(waiter), server);
	return object_value(o);
}

/* ---- methods: writing ---- */

static bool check_bytes(struct vm *vm, value v)
{
	if (value_is_bytes(v))
		return true;
	vm_raise(vm, &exc_TypeError,
	         "data argument must be a bytes-like object, not '%s'",
	         value_type_name(v));
	return false;
}

enum { DEFAULT_HIGH_WATER = 64 * 1024 };

/* asyncio's fifth write after the connection was lost, and every one after it, is said. */
enum { IGNORED_WRITES = 5 };

bool transport_object_write(struct vm *vm, value self, value data)
{
	struct transport *t = self_transport(self);
	if (!check_bytes(vm, data))
		return false;
	if (t->eof_sent) {
		vm_raise(vm, &exc_RuntimeError, "Cannot call write() after write_eof()");
		return false;
	}
	const struct bytes *b = bytes_of(data);
	if (b->len == 0)
		return true;
	if (!vm_room(vm, b->len + transport_buffered(t)))
		return false;
	transport_write(t, b->data, b->len);
	if (t->ignored_writes >= IGNORED_WRITES)
		report_logged(scene_of_transport(t), "socket.send() raised exception.");
	return true;
}

bool transport_object_writelines(struct vm *vm, value self, value lines)
{
	struct transport *t = self_transport(self);
	if (t->eof_sent) {
		vm_raise(vm, &exc_RuntimeError,
		         "Cannot call writelines() after write_eof()");
		return false;
	}
	value list = list_from_iterable(vm, lines);
	if (value_is_null(list))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < list_count(list); i++) {
		value line = list_at(list, i);
		ok = value_is_bytes(line);
		if (!ok)
			vm_raise(vm, &exc_TypeError,
			         "memoryview: a bytes-like object is required, not '%s'",
			         value_type_name(line));
	}
	for (size_t i = 0; ok && i < list_count(list); i++) {
		const struct bytes *b = bytes_of(list_at(list, i));
		ok = vm_room(vm, b->len + transport_buffered(t));
		if (ok)
			transport_put(t, b->data, b->len);
	}
	if (ok && list_count(list) > 0)
		transport_push(t);
	value_unref(vm, list);
	return ok;
}

static value method_write(struct vm *vm, value self, const struct args *a)
{
	return transport_object_write(vm, self, a->at[0]) ? VALUE_NONE : VALUE_NULL;
}

static value method_writelines(struct vm *vm, value self, const struct args *a)
{
	return transport_object_writelines(vm, self, a->at[0]) ? VALUE_NONE : VALUE_NULL;
}

static value method_write_eof(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	transport_write_eof(self_transport(self));
	return VALUE_NONE;
}

static value method_can_write_eof(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_bool(transport_can_write_eof(self_transport(self)));
}

static value method_buffer_size(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return int_new(vm, (int64_t)transport_buffered(self_transport(self)));
}

static bool limit_argument(struct vm *vm, value v, bool *given, int64_t *out)
{
	*given = !value_is_null(v) && !value_is_none(v);
	return !*given || object_index_int64(vm, v, true, out);
}

static value method_set_limits(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "_FlowControlMixin.set_write_buffer_limits",
		.names = {"high", "low"},
		.positional = 2};
	value parsed[2];
	bool has_high, has_low;
	int64_t high = DEFAULT_HIGH_WATER, low = 0;
	if (!arguments_bind(vm, a, &signature, true, parsed) ||
	    !limit_argument(vm, parsed[0], &has_high, &high) ||
	    !limit_argument(vm, parsed[1], &has_low, &low))
		return VALUE_NULL;
	if (!has_high && has_low && __builtin_mul_overflow(low, 4, &high))
		high = INT64_MAX;
	if (!has_low)
		low = high >= 0 ? high / 4 : -((3 - high) / 4); /* as // */
	if (low < 0 || high < low ||
	    !transport_set_limits(self_transport(self), &high, &low))
		return vm_raise(vm, &exc_ValueError,
		                "high (%lld) must be >= low (%lld) must be >= 0",
		                (long long)high, (long long)low);
	return VALUE_NONE;
}

static value method_get_limits(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	const struct transport *t = self_transport(self);
	value pair = tuple_new(vm, 2);
	tuple_of(pair)->items[0] = int_new(vm, (int64_t)t->low_water);
	tuple_of(pair)->items[1] = int_new(vm, (int64_t)t->high_water);
	return pair;
}

/* ---- methods: reading ---- */

static value method_pause_reading(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	transport_pause_reading(self_transport(self));
	return VALUE_NONE;
}

static value method_resume_reading(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	transport_resume_reading(self_transport(self));
	return VALUE_NONE;
}

static value method_is_reading(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_bool(transport_is_reading(self_transport(self)));
}

/* ---- methods: the end, and asking ---- */

static value method_close(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	transport_close(self_transport(self));
	return VALUE_NONE;
}

static value method_abort(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	transport_abort(self_transport(self));
	return VALUE_NONE;
}

static value method_is_closing(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_bool(self_transport(self)->closing);
}

static value method_get_protocol(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	value protocol = transport_object_of(self)->protocol;
	return value_is_null(protocol) ? VALUE_NONE : value_ref(protocol);
}

static value method_set_protocol(struct vm *vm, value self, const struct args *a)
{
	value_replace(vm, &transport_object_of(self)->protocol, value_ref(a->at[0]));
	return VALUE_NONE;
}

/* What the transport knows under `name`: a new reference, or null. */
static value extra_info(struct vm *vm, value self, const char *name)
{
	struct transport_object *o = transport_object_of(self);
	struct net_socket *socket = o->transport.socket;
	if (o->transport.kind != TRANSPORT_SOCKET)
		return VALUE_NULL;
	if (strcmp(name, "sockname") == 0)
		return net_address_value(vm, socket, &socket->local);
	if (strcmp(name, "peername") == 0)
		return net_address_value(vm, socket, &socket->peer);
	if (strcmp(name, "socket") != 0)
		return VALUE_NULL;
	if (value_is_null(o->socket))
		o->socket = transport_socket_new(vm, socket);
	return value_ref(o->socket);
}

value transport_object_info(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "BaseTransport.get_extra_info",
		.names = {"name", "default"},
		.positional = 2,
		.required = 1};
	value parsed[2];
	if (!arguments_bind(vm, a, &signature, true, parsed))
		return VALUE_NULL;
	value found = value_is_str(parsed[0])
	                      ? extra_info(vm, self, str_text(parsed[0]))
	                      : VALUE_NULL;
	if (!value_is_null(found))
		return found;
	return value_is_null(parsed[1]) ? VALUE_NONE : value_ref(parsed[1]);
}

static value transport_repr(struct vm *vm, value self)
{
	const struct transport *t = self_transport(self);
	struct buf out = {0};
	buf_printf(&out, "<%s", value_type_name(self));
	if (t->socket == NULL || t->socket->fd < 0)
		buf_puts(&out, " closed");
	else if (t->closing)
		buf_puts(&out, " closing");
	if (t->socket != NULL && t->socket->fd >= 0)
		buf_printf(&out, " fd=%d read=%s write=<%s, bufsize=%zu>", t->socket->fd,
		           t->reader.slot != NULL ? "polling" : "idle",
		           t->writer.slot != NULL ? "polling" : "idle",
		           transport_buffered(t));
	buf_putc(&out, '>');
	return str_from_buf(vm, &out);
}

/* ---- the types ---- */

static void transport_object_clear(struct vm *vm, struct object *self)
{
	struct transport_object *o = (struct transport_object *)(void *)self;
	value_forget(vm, &o->dict);
	value_forget(vm, &o->protocol);
	value_forget(vm, &o->socket);
}

static void transport_object_drop(struct vm *vm, struct object *self)
{
	struct transport_object *o = (struct transport_object *)(void *)self;
	if (o->transport.loop != NULL)
		transport_fini(&o->transport);
	transport_object_clear(vm, self);
}

static void traverse_transport(void *what, const struct future_visitor *v)
{
	transport_traverse(what, v);
}

static void transport_object_traverse(struct object *self, visit_fn visit, void *context)
{
	struct transport_object *o = (struct transport_object *)(void *)self;
	const value owned[] = {o->dict, o->protocol, o->socket};
	for (size_t i = 0; i < COUNT_OF(owned); i++)
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
	if (o->transport.loop != NULL)
		visit_with_loop(visit, context, traverse_transport, &o->transport);
}

static const struct method_def transport_methods[] = {
	{"write", method_write, 1, 1, 0},
	{"writelines", method_writelines, 1, 1, 0},
	{"write_eof", method_write_eof, 0, 0, 0},
	{"can_write_eof", method_can_write_eof, 0, 0, 0},
	{"get_write_buffer_size", method_buffer_size, 0, 0, 0},
	{"set_write_buffer_limits", method_set_limits, 0, 2, METHOD_KEYWORDS},
	{"get_write_buffer_limits", method_get_limits, 0, 0, 0},
	{"pause_reading", method_pause_reading, 0, 0, 0},
	{"resume_reading", method_resume_reading, 0, 0, 0},
	{"is_reading", method_is_reading, 0, 0, 0},
	{"close", method_close, 0, 0, 0},
	{"abort", method_abort, 0, 0, 0},
	{"is_closing", method_is_closing, 0, 0, 0},
	{"get_protocol", method_get_protocol, 0, 0, 0},
	{"set_protocol", method_set_protocol, 1, 1, 0},
	{"get_extra_info", transport_object_info, 1, 2, METHOD_KEYWORDS},
	{0},
};

#define ABSTRACT_TYPE(c_name, python_name, base_type)                                    \
	const struct type c_name = {                                                     \
		TYPE_HEAD_OF("asyncio.transports"),                                      \
		.name = (python_name),                                                   \
		.base = &(base_type),                                                    \
		.size = sizeof(struct object),                                           \
		.flags = TYPE_FINAL | TYPE_NO_NEW,                                       \
	}
ABSTRACT_TYPE(base_transport_type, "BaseTransport", object_type);
ABSTRACT_TYPE(read_transport_type, "ReadTransport", base_transport_type);
ABSTRACT_TYPE(write_transport_type, "WriteTransport", base_transport_type);
ABSTRACT_TYPE(transport_type, "Transport", read_transport_type);

#define TRANSPORT_TYPE(c_name, python_module, python_name, base_type)                    \
	const struct type c_name = {                                                     \
		TYPE_HEAD_OF(python_module),                                             \
		.name = (python_name),                                                   \
		.base = &(base_type),                                                    \
		.size = sizeof(struct transport_object),                                 \
		.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,                        \
		.dict_offset = offsetof(struct transport_object, dict),                  \
		.methods = transport_methods,                                            \
		.drop = transport_object_drop,                                           \
		.clear = transport_object_clear,                                         \
		.traverse = transport_object_traverse,                                   \
		.repr = transport_repr,                                                  \
	}
TRANSPORT_TYPE(socket_transport_type, "asyncio.selector_events",
               "_SelectorSocketTransport", transport_type);
TRANSPORT_TYPE(read_pipe_transport_type, "asyncio.unix_events", "_UnixReadPipeTransport",
               read_transport_type);
TRANSPORT_TYPE(write_pipe_transport_type, "asyncio.unix_events",
               "_UnixWritePipeTransport", write_transport_type);

/* ---- protocols of the scene's own ---- */

static value protocol_nothing(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)self;
	(void)a;
	return VALUE_NONE;
}

static const struct method_def base_protocol_methods[] = {
	{"connection_made", protocol_nothing, 1, 1, 0},
	{"connection_lost", protocol_nothing, 1, 1, 0},
	{"pause_writing", protocol_nothing, 0, 0, 0},
	{"resume_writing", protocol_nothing, 0, 0, 0},
	{0},
};

static const struct method_def protocol_methods[] = {
	{"data_received", protocol_nothing, 1, 1, 0},
	{"eof_received", protocol_nothing, 0, 0, 0},
	{0},
};

const struct type base_protocol_type = {
	TYPE_HEAD_OF("asyncio.protocols"),
	.name = "BaseProtocol",
	.base = &object_type,
	.size = sizeof(struct object),
	.methods = base_protocol_methods,
};

const struct type protocol_type = {
	TYPE_HEAD_OF("asyncio.protocols"),
	.name = "Protocol",
	.base = &base_protocol_type,
	.size = sizeof(struct object),
	.methods = protocol_methods,
};
