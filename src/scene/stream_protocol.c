/*
 * StreamReaderProtocol: stands between a transport and its reader and writer. It calls
 * client_connected_cb, hands data to the reader, and makes those who drain() wait while
 * the transport's buffer is too full.
 */
#include "scene/internal.h"

#include "lang/function.h"
#include "lang/list.h"
#include "scene/arguments.h"
#include "scene/stream.h"

static struct stream_protocol *make(struct vm *vm, const struct type *type,
                                    struct loop *l, value reader, value callback)
{
	struct stream_protocol *p = object_new(vm, type, 0);
	p->loop = loop_ref(l);
	p->reader = value_xref(reader);
	p->callback = value_xref(callback);
	return p;
}

value stream_protocol_new(struct scene *s, struct loop *l, value reader, value callback)
{
	return object_value(make(s->vm, &stream_protocol_type, l, reader, callback));
}

/* ---- the task of client_connected_cb ---- */

/* Told when it ends: the connection of a task that failed is closed. */
struct client_end {
	struct object head;
	struct done_callback done;
	struct loop *loop; /* counted */
	value transport;
};

static struct client_end *client_end_of(const struct handle *h)
{
	return CONTAINER_OF(h, struct client_end, done.handle);
}

static void close_transport(value transport)
{
	transport_close(&transport_object_of(transport)->transport);
}

static void client_end_run(struct loop *l, struct handle *h)
{
	struct client_end *e = client_end_of(h);
	struct future *task = e->done.future;
	if (future_cancelled(task)) {
		close_transport(e->transport);
		return;
	}
	struct datum error = future_error(task);
	if (datum_is_none(error))
		return;
	report_to_handler(
		scene_of_loop(l), l,
		&(struct loop_report){
			.message = "Unhandled exception in client_connected_cb",
			.error = error,
			.transport = &transport_object_of(e->transport)->transport});
	close_transport(e->transport);
}

static void client_end_hold(struct handle *h)
{
	value_ref(object_value(client_end_of(h)));
}

static void client_end_release(struct handle *h)
{
	struct client_end *e = client_end_of(h);
	value_unref(scene_of_loop(e->loop)->vm, object_value(e));
}

static void client_end_name(const struct handle *h, struct buf *out)
{
	(void)h;
	buf_puts(out, "StreamReaderProtocol.connection_made.<locals>.callback");
}

static void client_end_traverse_hold(struct handle *h, const struct future_visitor *v)
{
	v->datum(v->context, datum_of(object_value(client_end_of(h))));
}

static const struct handle_ops client_end_ops = {
	.run = client_end_run,
	.hold = client_end_hold,
	.release = client_end_release,
	.name = client_end_name,
	.traverse = client_end_traverse_hold,
};

static void client_end_drop(struct vm *vm, struct object *self)
{
	struct client_end *e = (struct client_end *)(void *)self;
	value_forget(vm, &e->transport);
	if (e->loop != NULL)
		loop_unref(e->loop);
	e->loop = NULL;
}

static void client_end_traverse(struct object *self, visit_fn visit, void *context)
{
	const struct client_end *e = (struct client_end *)(void *)self;
	if (!value_is_null(e->transport))
		visit(e->transport, context);
}

static const struct type client_end_type = {
	TYPE_HEAD,
	.name = "function",
	.base = &object_type,
	.size = sizeof(struct client_end),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = client_end_drop,
	.traverse = client_end_traverse,
};

/* The callback was a coroutine function: its coroutine becomes a task. */
static bool begin_task(struct vm *vm, struct stream_protocol *p, value coro,
                       value transport)
{
	p->task = task_object_new(scene_of(vm), p->loop, coro, VALUE_NULL);
	if (value_is_null(p->task))
		return false;
	struct client_end *e = object_new(vm, &client_end_type, 0);
	e->loop = loop_ref(p->loop);
	e->transport = value_ref(transport);
	done_callback_init(&e->done, &client_end_ops, ROLE_INTERNAL);
	future_add_callback(future_of(p->task), &e->done);
	value_unref(vm, object_value(e));
	return true;
}

/* ---- what the transport tells ---- */

bool stream_protocol_made(struct vm *vm, value protocol, value transport)
{
	struct stream_protocol *p = stream_protocol_of(protocol);
	value reader = p->reader;
	value_replace(vm, &p->transport, value_ref(transport));
	if (!value_is_null(reader)) {
		struct stream_reader *r = stream_reader_of(reader);
		if (!value_is_null(r->transport)) {
			vm_raise(vm, &exc_AssertionError, "Transport already set");
			return false;
		}
		r->transport = value_ref(transport);
		r->port = transport_object_of(transport)->transport.label_port;
	}
	if (value_is_null(p->callback))
		return true;
	if (value_is_null(reader))
		reader = VALUE_NONE;
	value_ref(reader);
	value writer =
		stream_writer_new(scene_of(vm), p->loop, transport, protocol, reader);
	value result = vm_call(vm, p->callback, ARGS(reader, writer));
	value_unref(vm, writer);
	value_unref(vm, reader);
	if (value_is_null(result))
		return false;
	bool ok = value_is_small(result) || !value_can_be_task(result) ||
	          begin_task(vm, p, result, transport);
	value_unref(vm, result);
	return ok;
}

bool stream_protocol_received(struct vm *vm, value protocol, const void *data, size_t len)
{
	value reader = stream_protocol_of(protocol)->reader;
	return value_is_null(reader) || stream_reader_feed(vm, reader, data, len);
}

void stream_protocol_eof(struct vm *vm, value protocol)
{
	value reader = stream_protocol_of(protocol)->reader;
	if (!value_is_null(reader))
		stream_reader_feed_eof(vm, reader);
}

void stream_protocol_pause(value protocol)
{
	stream_protocol_of(protocol)->paused = true;
}

/* Let those who drain go on, or fail. */
static void wake_drainers(const struct stream_protocol *p, value error)
{
	for (size_t i = 0; !value_is_null(p->drainers) && i < list_count(p->drainers);
	     i++) {
		struct future *f = future_of(list_at(p->drainers, i));
		if (value_is_null(error))
			future_set_result(f, DATUM_NONE);
		else
			future_set_error(f, datum_of(error));
	}
}

void stream_protocol_resume(value protocol)
{
	struct stream_protocol *p = stream_protocol_of(protocol);
	p->paused = false;
	wake_drainers(p, VALUE_NULL);
}

static void end_closed(struct stream_protocol *p)
{
	struct future *f = future_of(p->closed);
	if (value_is_null(p->error)) {
		future_set_result(f, DATUM_NONE);
		return;
	}
	future_set_error(f, datum_of(p->error));
	f->log_error = false; /* who never asked has nothing to hear */
}

void stream_protocol_lost(struct vm *vm, value protocol, value error)
{
	struct stream_protocol *p = stream_protocol_of(protocol);
	value reader = p->reader;
	p->reader = VALUE_NULL;
	if (!value_is_null(reader) && value_is_null(error))
		stream_reader_feed_eof(vm, reader);
	else if (!value_is_null(reader))
		stream_reader_fail(vm, reader, error);
	value_xunref(vm, reader);
	p->error = value_xref(error);
	p->lost = true;
	if (!value_is_null(p->closed))
		end_closed(p);
	if (p->paused)
		wake_drainers(p, error);
	value_forget(vm, &p->task);
	value_forget(vm, &p->transport);
}

static void describe_closed(const struct future *f, struct buf *out)
{
	const struct stream_protocol *p = f->label.object;
	buf_puts(out, "wait_closed");
	if (value_is_null(p->transport))
		return;
	unsigned port = transport_object_of(p->transport)->transport.label_port;
	if (port != 0)
		buf_printf(out, " :%u", port);
}

value stream_protocol_closed(struct vm *vm, value protocol)
{
	struct stream_protocol *p = stream_protocol_of(protocol);
	if (value_is_null(p->closed)) {
		p->closed = future_object_new(scene_of(vm), p->loop);
		future_label(future_of(p->closed), WAIT_IO,
		             (struct future_label){.describe = describe_closed,
		                                   .object = p});
		if (p->lost)
			end_closed(p);
	}
	return p->closed;
}

/* ---- the type ---- */

static value method_made(struct vm *vm, value self, const struct args *a)
{
	if (!value_is_transport(a->at[0]))
		return vm_raise(vm, &exc_TypeError,
		                "simmer: connection_made() of a StreamReaderProtocol "
		                "takes a transport of the event loop, not '%s'",
		                value_type_name(a->at[0]));
	return stream_protocol_made(vm, self, a->at[0]) ? VALUE_NONE : VALUE_NULL;
}

static value protocol_make(struct vm *vm, const struct type *type, const struct args *a)
{
	static const struct signature signature = {
		.function = "StreamReaderProtocol.__init__",
		.names = {"stream_reader", "client_connected_cb", "loop"},
		.positional = 3,
		.required = 1};
	value parsed[3];
	if (!arguments_bind(vm, a, &signature, true, parsed))
		return VALUE_NULL;
	for (size_t i = 0; i < COUNT_OF(parsed); i++)
		if (!value_is_null(parsed[i]) && value_is_none(parsed[i]))
			parsed[i] = VALUE_NULL;
	if (!value_is_null(parsed[0]) && !value_is_a(parsed[0], &stream_reader_type))
		return vm_raise(vm, &exc_TypeError,
		                "stream_reader must be a StreamReader, not '%s'",
		                value_type_name(parsed[0]));
	value of = value_is_null(parsed[2]) ? event_loop_get(vm) : value_ref(parsed[2]);
	if (value_is_null(of))
		return of;
	value made = VALUE_NULL;
	if (value_is_a(of, &base_loop_type))
		made = object_value(make(vm, type, loop_of(of), parsed[0], parsed[1]));
	else
		vm_raise(vm, &exc_TypeError, "loop must be an event loop");
	value_unref(vm, of);
	return made;
}

static void protocol_clear(struct vm *vm, struct object *self)
{
	struct stream_protocol *p = (struct stream_protocol *)(void *)self;
	value_forget(vm, &p->dict);
	value_forget(vm, &p->reader);
	value_forget(vm, &p->callback);
	value_forget(vm, &p->task);
	value_forget(vm, &p->transport);
	value_forget(vm, &p->error);
	value_forget(vm, &p->drainers);
	if (!value_is_null(p->closed))
		future_of(p->closed)->label = (struct future_label){0};
	value_forget(vm, &p->closed);
}

static void protocol_drop(struct vm *vm, struct object *self)
{
	struct stream_protocol *p = (struct stream_protocol *)(void *)self;
	protocol_clear(vm, self);
	if (p->loop != NULL)
		loop_unref(p->loop);
	p->loop = NULL;
}

static void protocol_traverse(struct object *self, visit_fn visit, void *context)
{
	const struct stream_protocol *p = (struct stream_protocol *)(void *)self;
	const value owned[] = {p->dict, p->reader, p->callback, p->task,
	                       p->transport, p->error, p->drainers, p->closed};
	for (size_t i = 0; i < COUNT_OF(owned); i++)
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
}

static const struct method_def protocol_methods[] = {
	{"connection_made", method_made, 1, 1, 0},
	{0},
};

const struct type stream_protocol_type = {
	TYPE_HEAD_OF("asyncio.streams"),
	.name = "StreamReaderProtocol",
	.base = &object_type,
	.size = sizeof(struct stream_protocol),
	.flags = TYPE_TRACKED | TYPE_FINAL,
	.dict_offset = offsetof(struct stream_protocol, dict),
	.methods = protocol_methods,
	.make = protocol_make,
	.drop = protocol_drop,
	.clear = protocol_clear,
	.traverse = protocol_traverse,
};
