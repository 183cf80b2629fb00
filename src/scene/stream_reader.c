/*
 * StreamReader: bytes that have come and have not been read. Those who read wait for a
 * future that the next data, the end of the stream or an error completes; there is room
 * for one who waits.
 */
#include "scene/internal.h"

#include "lang/bytes.h"
#include "lang/dict.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "scene/arguments.h"
#include "scene/stream.h"

/* ---- errors ---- */

/* The exception's only argument is `text` (taken, may be null: it failed). */
static bool set_text(struct vm *vm, struct exception *e, value text)
{
	if (value_is_null(text))
		return false;
	value_replace(vm, &e->args, tuple_from(vm, &text, 1));
	value_unref(vm, text);
	return true;
}

static void set_attribute(struct vm *vm, struct exception *e, const char *name, value v)
{
	if (value_is_null(e->dict))
		e->dict = dict_new(vm);
	dict_set_c(vm, e->dict, name, v);
}

static bool incomplete_init(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "IncompleteReadError.__init__",
		.names = {"partial", "expected"},
		.positional = 2,
		.required = 2};
	struct exception *e = value_as_exception(self);
	value parsed[2];
	if (!arguments_bind(vm, a, &signature, true, parsed))
		return false;
	int64_t len = object_len(vm, parsed[0]);
	if (len < 0)
		return false;
	value expected = value_is_none(parsed[1]) ? str_new_c(vm, "undefined")
	                                          : object_repr(vm, parsed[1]);
	if (value_is_null(expected))
		return false;
	value text = str_printf(vm, "%lld bytes read on a total of %s expected bytes",
	                        (long long)len, str_text(expected));
	value_unref(vm, expected);
	set_attribute(vm, e, "partial", parsed[0]);
	set_attribute(vm, e, "expected", parsed[1]);
	return set_text(vm, e, text);
}

static bool overrun_init(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "LimitOverrunError.__init__",
		.names = {"message", "consumed"},
		.positional = 2,
		.required = 2};
	struct exception *e = value_as_exception(self);
	value parsed[2];
	if (!arguments_bind(vm, a, &signature, true, parsed))
		return false;
	set_attribute(vm, e, "consumed", parsed[1]);
	return set_text(vm, e, value_ref(parsed[0]));
}

const struct type incomplete_read_error_type = {
	EXCEPTION_TYPE(&exc_EOFError),
	.name = "IncompleteReadError",
	.module = "asyncio.exceptions",
	.init = incomplete_init,
};

const struct type limit_overrun_error_type = {
	EXCEPTION_TYPE(&exc_Exception),
	.name = "LimitOverrunError",
	.module = "asyncio.exceptions",
	.init = overrun_init,
};

/* ---- the buffer ---- */

static size_t held(const struct stream_reader *r)
{
	return r->end - r->start;
}

static const unsigned char *first(const struct stream_reader *r)
{
	return r->data + r->start;
}

static void put(struct vm *vm, struct stream_reader *r, const void *data, size_t len)
{
	if (r->room - r->end < len) {
		size_t count = held(r), need = mem_add(count, len);
		if (need > r->room / 2) {
			size_t room = need < 256 ? 512 : mem_mul(need, 2);
			unsigned char *grown = vm_alloc(vm, room);
			if (count > 0)
				memcpy(grown, first(r), count);
			if (r->data != NULL)
				vm_release(vm, r->data, r->room);
			r->data = grown;
			r->room = room;
		} else if (count > 0) {
			memmove(r->data, first(r), count);
		}
		r->start = 0;
		r->end = count;
	}
	memcpy(r->data + r->end, data, len);
	r->end += len;
}

static void skip(struct stream_reader *r, size_t count)
{
	r->start += count;
	if (r->start == r->end)
		r->start = r->end = 0;
}

/* Take the next `count` bytes, which are there, out: null with MemoryError. */
static value take(struct vm *vm, struct stream_reader *r, size_t count)
{
	if (!vm_room(vm, count))
		return VALUE_NULL;
	value v = bytes_new(vm, r->data != NULL ? first(r) : NULL, count);
	skip(r, count);
	return v;
}

/* ---- what comes from the connection ---- */

static void wake(struct vm *vm, struct stream_reader *r, value exception)
{
	value waiter = r->waiter;
	if (value_is_null(waiter))
		return;
	r->waiter = VALUE_NULL;
	if (value_is_null(exception))
		future_set_result(future_of(waiter), DATUM_NONE);
	else
		future_set_error(future_of(waiter), datum_of(exception));
	value_unref(vm, waiter);
}

/* Have the transport pause or resume. False with what it raises. */
static bool tell_transport(struct vm *vm, struct stream_reader *r, const char *method)
{
	value transport = value_ref(r->transport);
	value result = vm_call_method(vm, transport, method, NO_ARGS);
	value_unref(vm, transport);
	value_xunref(vm, result);
	return !value_is_null(result);
}

/* More than twice the limit: the other end has to wait. */
static bool maybe_pause(struct vm *vm, struct stream_reader *r)
{
	if (value_is_null(r->transport) || r->paused || held(r) <= 2 * r->limit)
		return true;
	if (tell_transport(vm, r, "pause_reading")) {
		r->paused = true;
		return true;
	}
	if (!vm_caught(vm, &exc_NotImplementedError))
		return false;
	value_forget(vm, &r->transport);
	return true;
}

static bool resume(struct vm *vm, struct stream_reader *r)
{
	r->paused = false;
	return value_is_null(r->transport) || tell_transport(vm, r, "resume_reading");
}

static bool maybe_resume(struct vm *vm, struct stream_reader *r)
{
	return !r->paused || held(r) > r->limit || resume(vm, r);
}

static bool feed(struct vm *vm, struct stream_reader *r, const void *data, size_t len)
{
	if (len == 0)
		return true;
	put(vm, r, data, len);
	wake(vm, r, VALUE_NULL);
	return maybe_pause(vm, r);
}

bool stream_reader_feed(struct vm *vm, value reader, const void *data, size_t len)
{
	return feed(vm, stream_reader_of(reader), data, len);
}

void stream_reader_feed_eof(struct vm *vm, value reader)
{
	struct stream_reader *r = stream_reader_of(reader);
	r->eof = true;
	wake(vm, r, VALUE_NULL);
}

void stream_reader_fail(struct vm *vm, value reader, value exception)
{
	struct stream_reader *r = stream_reader_of(reader);
	value_replace(vm, &r->exception,
	              value_is_none(exception) ? VALUE_NULL : value_ref(exception));
	wake(vm, r, exception);
}

/* ---- reading, as coroutines ---- */

struct read_state {
	value reader;
	value separator; /* readuntil: as given; else null */
	value sorted;    /* readuntil: a list, the shortest first; else null */
	value blocks;    /* read(-1): a list of what came so far; else null */
	int64_t count;   /* read, readexactly */
	size_t offset;   /* readuntil: no separator begins before it */
	struct io_wait wait;
	bool begun;
};

static struct stream_reader *reader_of(const struct read_state *st)
{
	return stream_reader_of(st->reader);
}

static void stop_waiting(struct vm *vm, struct read_state *st)
{
	/* Whoever waits now, if it is another: asyncio forgets that one, too. */
	value_forget(vm, &reader_of(st)->waiter);
	io_wait_fini(vm, &st->wait);
}

static void read_drop(struct vm *vm, void *state)
{
	struct read_state *st = state;
	if (io_waits(&st->wait))
		stop_waiting(vm, st);
	io_wait_fini(vm, &st->wait);
	value_forget(vm, &st->separator);
	value_forget(vm, &st->sorted);
	value_forget(vm, &st->blocks);
	value_forget(vm, &st->reader);
}

static void read_traverse(void *state, visit_fn visit, void *context)
{
	struct read_state *st = state;
	const value owned[] = {st->reader, st->separator, st->sorted, st->blocks};
	for (size_t i = 0; i < COUNT_OF(owned); i++)
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
	io_wait_traverse(&st->wait, visit, context);
}

/* The error that the stream ended with: raise it. False when there is none. */
static bool raise_failure(struct vm *vm, const struct stream_reader *r)
{
	if (value_is_null(r->exception))
		return false;
	vm_raise_value(vm, r->exception);
	return true;
}

/* `function` needs more data: CORO_AWAIT, or CORO_RAISE. */
static enum coro_outcome wait_for_data(struct vm *vm, struct read_state *st,
                                       const char *function, const char *label,
                                       value *out)
{
	struct stream_reader *r = reader_of(st);
	if (!value_is_null(r->waiter)) {
		vm_raise(vm, &exc_RuntimeError,
		         "%s() called while another coroutine is already waiting for "
		         "incoming data",
		         function);
		return CORO_RAISE;
	}
	if (r->paused && !resume(vm, r))
		return CORO_RAISE;
	io_wait_begin(scene_of(vm), &st->wait, r->loop, label, r->port);
	r->waiter = value_ref(st->wait.future);
	return io_wait_step(vm, &st->wait, VALUE_NONE, VALUE_NULL, out);
}

/* Go on after a wait: CORO_RETURN when there may be something to read now. */
static enum coro_outcome go_on(struct vm *vm, struct read_state *st, value sent,
                               value thrown, value *out)
{
	if (!io_waits(&st->wait))
		return CORO_RETURN;
	enum coro_outcome outcome = io_wait_step(vm, &st->wait, sent, thrown, out);
	if (outcome == CORO_AWAIT)
		return outcome;
	stop_waiting(vm, st);
	if (outcome == CORO_RETURN)
		value_forget(vm, out);
	return outcome;
}

/* Return `v` (taken) after what every read does at its end; null: what is raised. */
static enum coro_outcome give(struct vm *vm, struct stream_reader *r, value v, value *out)
{
	if (value_is_null(v))
		return CORO_RAISE;
	if (!maybe_resume(vm, r)) {
		value_unref(vm, v);
		return CORO_RAISE;
	}
	*out = v;
	return CORO_RETURN;
}

static enum coro_outcome give_nothing(struct vm *vm, value *out)
{
	*out = bytes_new(vm, NULL, 0);
	return CORO_RETURN;
}

/* The end came before what was wanted: everything goes into the error. */
static enum coro_outcome raise_incomplete(struct vm *vm, struct stream_reader *r,
                                          value expected)
{
	value partial = take(vm, r, held(r));
	if (value_is_null(partial))
		return CORO_RAISE;
	value error = vm_call(vm, type_value(&incomplete_read_error_type),
	                      ARGS(partial, expected));
	value_unref(vm, partial);
	if (!value_is_null(error)) {
		vm_raise_value(vm, error);
		value_unref(vm, error);
	}
	return CORO_RAISE;
}

/* ---- read(n=-1) ---- */

static value join_blocks(struct vm *vm, value blocks)
{
	value empty = bytes_new(vm, NULL, 0);
	value all = vm_call_method(vm, empty, "join", ARGS(blocks));
	value_unref(vm, empty);
	return all;
}

static enum coro_outcome read_resume(struct vm *vm, void *state, value sent, value thrown,
                                     value *out)
{
	struct read_state *st = state;
	struct stream_reader *r = reader_of(st);
	bool woken = io_waits(&st->wait);
	enum coro_outcome outcome = go_on(vm, st, sent, thrown, out);
	*out = outcome == CORO_RETURN ? VALUE_NULL : *out;
	if (outcome != CORO_RETURN)
		return outcome;
	for (;; woken = false) {
		if (!woken && raise_failure(vm, r))
			return CORO_RAISE;
		if (!woken && st->count == 0)
			return give_nothing(vm, out);
		if (!woken && held(r) == 0 && !r->eof)
			return wait_for_data(vm, st, "read", "read", out);
		size_t most = st->count < 0 ? r->limit : (size_t)st->count;
		value block = take(vm, r, held(r) < most ? held(r) : most);
		if (st->count >= 0)
			return give(vm, r, block, out);
		if (give(vm, r, block, &block) != CORO_RETURN)
			return CORO_RAISE;
		bool at_end = bytes_of(block)->len == 0;
		if (value_is_null(st->blocks))
			st->blocks = list_new(vm, 0);
		if (!at_end)
			list_append(vm, st->blocks, block);
		value_unref(vm, block);
		if (at_end) {
			*out = join_blocks(vm, st->blocks);
			return value_is_null(*out) ? CORO_RAISE : CORO_RETURN;
		}
	}
}

/* ---- readexactly(n) ---- */

static enum coro_outcome exactly_resume(struct vm *vm, void *state, value sent,
                                        value thrown, value *out)
{
	struct read_state *st = state;
	struct stream_reader *r = reader_of(st);
	enum coro_outcome outcome = go_on(vm, st, sent, thrown, out);
	if (outcome != CORO_RETURN)
		return outcome;
	if (!st->begun) {
		st->begun = true;
		if (st->count < 0) {
			vm_raise(vm, &exc_ValueError,
			         "readexactly size can not be less than zero");
			return CORO_RAISE;
		}
		if (raise_failure(vm, r))
			return CORO_RAISE;
		if (st->count == 0)
			return give_nothing(vm, out);
	}
	if (held(r) >= (size_t)st->count)
		return give(vm, r, take(vm, r, (size_t)st->count), out);
	if (r->eof) {
		value expected = int_new(vm, st->count);
		raise_incomplete(vm, r, expected);
		value_unref(vm, expected);
		return CORO_RAISE;
	}
	return wait_for_data(vm, st, "readexactly", "readexactly", out);
}

/* ---- readline() and readuntil(separator) ---- */

/* What looking for a separator came to. */
enum search { SEARCH_FOUND, SEARCH_NOT_YET, SEARCH_OVERRUN };

struct found {
	size_t begin, end; /* of the separator that ends first; OVERRUN: begin is consumed */
	const char *text;  /* OVERRUN: why */
};

static const char not_found_text[] =
	"Separator is not found, and chunk exceed the limit";
static const char too_long_text[] =
	"Separator is found, but chunk is longer than limit";

static enum search found_at(const struct stream_reader *r, struct found *f)
{
	if (f->begin <= r->limit)
		return SEARCH_FOUND;
	f->text = too_long_text;
	return SEARCH_OVERRUN;
}

/* Nothing was found; a separator of `longest` bytes may have begun. */
static enum search not_found(struct read_state *st, size_t longest, struct found *f)
{
	const struct stream_reader *r = reader_of(st);
	size_t count = held(r);
	st->offset = count + 1 > longest ? count + 1 - longest : 0;
	if (st->offset <= r->limit)
		return SEARCH_NOT_YET;
	*f = (struct found){.begin = st->offset, .text = not_found_text};
	return SEARCH_OVERRUN;
}

static enum search find_newline(struct read_state *st, struct found *f)
{
	const struct stream_reader *r = reader_of(st);
	size_t count = held(r);
	if (count <= st->offset)
		return SEARCH_NOT_YET;
	const unsigned char *from = first(r);
	const unsigned char *at = memchr(from + st->offset, '\n', count - st->offset);
	if (at == NULL)
		return not_found(st, 1, f);
	f->begin = (size_t)(at - from);
	f->end = f->begin + 1;
	return found_at(r, f);
}

static enum search find_separators(struct read_state *st, struct found *f)
{
	const struct stream_reader *r = reader_of(st);
	size_t count = held(r), kinds = list_count(st->sorted);
	const struct bytes *shortest = bytes_of(list_at(st->sorted, 0));
	const struct bytes *longest = bytes_of(list_at(st->sorted, kinds - 1));
	if (count < st->offset + shortest->len)
		return SEARCH_NOT_YET;
	f->end = 0;
	for (size_t i = 0; i < kinds; i++) {
		const struct bytes *b = bytes_of(list_at(st->sorted, i));
		const unsigned char *from = first(r);
		const unsigned char *at = memmem(from + st->offset, count - st->offset,
		                                 b->data, b->len);
		size_t end = at == NULL ? 0 : (size_t)(at - from) + b->len;
		if (at == NULL || (f->end != 0 && end >= f->end))
			continue;
		f->begin = end - b->len;
		f->end = end;
	}
	return f->end != 0 ? found_at(r, f) : not_found(st, longest->len, f);
}

/* The separators by length. False with what is wrong with them. */
static bool sort_separators(struct vm *vm, struct read_state *st)
{
	value given = st->separator;
	st->sorted = value_is_tuple(given) ? list_from_iterable(vm, given)
	                                   : list_from(vm, &given, 1);
	if (value_is_null(st->sorted))
		return false;
	value len = module_get(vm, vm_module(vm, "builtins"), "len");
	if (value_is_tuple(given) && !list_sort(vm, st->sorted, len, false))
		return false;
	if (list_count(st->sorted) == 0) {
		vm_raise(vm, &exc_ValueError,
		         "Separator should contain at least one element");
		return false;
	}
	int64_t least = object_len(vm, list_at(st->sorted, 0));
	if (least == 0)
		vm_raise(vm, &exc_ValueError,
		         "Separator should be at least one-byte string");
	return least > 0;
}

static bool check_separators(struct vm *vm, value sorted)
{
	for (size_t i = 0; i < list_count(sorted); i++) {
		value v = list_at(sorted, i);
		if (value_is_bytes(v))
			continue;
		vm_raise(vm, &exc_TypeError,
		         "argument should be integer or bytes-like object, not '%s'",
		         value_type_name(v));
		return false;
	}
	return true;
}

static enum search find(struct read_state *st, struct found *f)
{
	return value_is_null(st->sorted) ? find_newline(st, f) : find_separators(st, f);
}

static bool begin_until(struct vm *vm, struct read_state *st)
{
	st->begun = true;
	if (!value_is_null(st->separator) && !sort_separators(vm, st))
		return false;
	if (raise_failure(vm, reader_of(st)))
		return false;
	return value_is_null(st->sorted) || check_separators(vm, st->sorted);
}

/* readuntil leaves what is too long where it is; readline throws it away. */
static enum coro_outcome overrun(struct vm *vm, struct read_state *st, bool is_line,
                                 const struct found *f)
{
	struct stream_reader *r = reader_of(st);
	value text = str_new_c(vm, f->text), consumed = int_new(vm, (int64_t)f->begin);
	value error = vm_call(vm, type_value(&limit_overrun_error_type),
	                      ARGS(text, consumed));
	value_unref(vm, text);
	value_unref(vm, consumed);
	if (value_is_null(error))
		return CORO_RAISE;
	if (!is_line) {
		vm_raise_value(vm, error);
		value_unref(vm, error);
		return CORO_RAISE;
	}
	value handled = vm_handling(vm, error);
	skip(r, f->text == too_long_text ? f->end : held(r));
	if (maybe_resume(vm, r))
		vm_raise(vm, &exc_ValueError, "%s", f->text);
	value_unref(vm, vm_handling(vm, handled));
	return CORO_RAISE;
}

static enum coro_outcome until(struct vm *vm, struct read_state *st, bool is_line,
                               value sent, value thrown, value *out)
{
	struct stream_reader *r = reader_of(st);
	enum coro_outcome outcome = go_on(vm, st, sent, thrown, out);
	if (outcome != CORO_RETURN)
		return outcome;
	if (!st->begun && !begin_until(vm, st))
		return CORO_RAISE;
	struct found f = {0};
	switch (find(st, &f)) {
	case SEARCH_FOUND:
		return give(vm, r, take(vm, r, f.end), out);
	case SEARCH_OVERRUN:
		return overrun(vm, st, is_line, &f);
	case SEARCH_NOT_YET:
		break;
	}
	if (!r->eof)
		return wait_for_data(vm, st, "readuntil",
		                     is_line ? "readline" : "readuntil", out);
	if (!is_line)
		return raise_incomplete(vm, r, VALUE_NONE);
	*out = take(vm, r, held(r));
	return value_is_null(*out) ? CORO_RAISE : CORO_RETURN;
}

static enum coro_outcome until_resume(struct vm *vm, void *state, value sent,
                                      value thrown, value *out)
{
	*out = VALUE_NULL;
	return until(vm, state, false, sent, thrown, out);
}

static enum coro_outcome line_resume(struct vm *vm, void *state, value sent, value thrown,
                                     value *out)
{
	*out = VALUE_NULL;
	return until(vm, state, true, sent, thrown, out);
}

/* `async for line in reader` */
static enum coro_outcome anext_resume(struct vm *vm, void *state, value sent,
                                      value thrown, value *out)
{
	enum coro_outcome outcome = line_resume(vm, state, sent, thrown, out);
	if (outcome != CORO_RETURN || bytes_of(*out)->len > 0)
		return outcome;
	value_forget(vm, out);
	vm_raise_with(vm, &exc_StopAsyncIteration, VALUE_NULL);
	return CORO_RAISE;
}

#define READ_BODY(qualname, function)                                                    \
	{                                                                                \
		.name = (qualname), .state_size = sizeof(struct read_state),             \
		.resume = (function), .drop = read_drop, .traverse = read_traverse       \
	}
static const struct native_body read_body = READ_BODY("StreamReader.read", read_resume);
static const struct native_body exactly_body =
	READ_BODY("StreamReader.readexactly", exactly_resume);
static const struct native_body until_body =
	READ_BODY("StreamReader.readuntil", until_resume);
static const struct native_body line_body =
	READ_BODY("StreamReader.readline", line_resume);
static const struct native_body anext_body =
	READ_BODY("StreamReader.__anext__", anext_resume);

static value read_coroutine(struct vm *vm, const struct native_body *body, value reader,
                            int64_t count, value separator)
{
	struct read_state *st;
	value coro = coro_native_new(vm, body, (void **)&st);
	st->reader = value_ref(reader);
	st->count = count;
	st->separator = value_xref(separator);
	return coro;
}

/* ---- methods ---- */

/* The count of read(n) and readexactly(n). */
static bool count_argument(struct vm *vm, value v, int64_t *out)
{
	return object_index_int64(vm, v, true, out);
}

static value method_read(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "StreamReader.read", .names = {"n"}, .positional = 1};
	value n[1];
	int64_t count = -1;
	if (!arguments_bind(vm, a, &signature, true, n) ||
	    (!value_is_null(n[0]) && !count_argument(vm, n[0], &count)))
		return VALUE_NULL;
	return read_coroutine(vm, &read_body, self, count, VALUE_NULL);
}

static value method_readexactly(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {.function = "StreamReader.readexactly",
	                                           .names = {"n"},
	                                           .positional = 1,
	                                           .required = 1};
	value n[1];
	int64_t count;
	if (!arguments_bind(vm, a, &signature, true, n) ||
	    !count_argument(vm, n[0], &count))
		return VALUE_NULL;
	return read_coroutine(vm, &exactly_body, self, count, VALUE_NULL);
}

static value method_readline(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return read_coroutine(vm, &line_body, self, 0, VALUE_NULL);
}

static value method_readuntil(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {.function = "StreamReader.readuntil",
	                                           .names = {"separator"},
	                                           .positional = 1};
	value separator[1];
	if (!arguments_bind(vm, a, &signature, true, separator))
		return VALUE_NULL;
	return read_coroutine(vm, &until_body, self, 0, separator[0]);
}

static value method_feed_data(struct vm *vm, value self, const struct args *a)
{
	struct stream_reader *r = stream_reader_of(self);
	if (r->eof)
		return vm_raise(vm, &exc_AssertionError, "feed_data after feed_eof");
	if (!value_is_bytes(a->at[0]))
		return vm_raise(vm, &exc_TypeError,
		                "can't extend bytearray with %s",
		                value_type_name(a->at[0]));
	const struct bytes *b = bytes_of(a->at[0]);
	if (!vm_room(vm, b->len) || !feed(vm, r, b->data, b->len))
		return VALUE_NULL;
	return VALUE_NONE;
}

static value method_feed_eof(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	stream_reader_feed_eof(vm, self);
	return VALUE_NONE;
}

static value method_at_eof(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	const struct stream_reader *r = stream_reader_of(self);
	return value_bool(r->eof && held(r) == 0);
}

static value method_exception(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	value exception = stream_reader_of(self)->exception;
	return value_is_null(exception) ? VALUE_NONE : value_ref(exception);
}

static value method_set_exception(struct vm *vm, value self, const struct args *a)
{
	if (!value_is_none(a->at[0]) && !value_is_exception(a->at[0]))
		return vm_raise(vm, &exc_TypeError, "invalid exception object");
	stream_reader_fail(vm, self, a->at[0]);
	return VALUE_NONE;
}

static value method_set_transport(struct vm *vm, value self, const struct args *a)
{
	struct stream_reader *r = stream_reader_of(self);
	if (!value_is_null(r->transport))
		return vm_raise(vm, &exc_AssertionError, "Transport already set");
	r->transport = value_ref(a->at[0]);
	return VALUE_NONE;
}

static value reader_self(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(self);
}

static value reader_anext(struct vm *vm, value self)
{
	return read_coroutine(vm, &anext_body, self, 0, VALUE_NULL);
}

static value reader_repr(struct vm *vm, value self)
{
	const struct stream_reader *r = stream_reader_of(self);
	struct buf out = {0};
	buf_puts(&out, "<StreamReader");
	if (held(r) > 0)
		buf_printf(&out, " %zu bytes", held(r));
	if (r->eof)
		buf_puts(&out, " eof");
	if (r->limit != STREAM_LIMIT)
		buf_printf(&out, " limit=%zu", r->limit);
	const struct {
		const char *name;
		value v;
	} parts[] = {{"waiter", r->waiter},
	             {"exception", r->exception},
	             {"transport", r->transport}};
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (value_is_null(parts[i].v))
			continue;
		buf_printf(&out, " %s=", parts[i].name);
		put_repr_of(vm, &out, parts[i].v);
	}
	if (r->paused)
		buf_puts(&out, " paused");
	buf_putc(&out, '>');
	return str_from_buf(vm, &out);
}

/* ---- the type ---- */

static struct stream_reader *make(struct vm *vm, const struct type *type, struct loop *l,
                                  size_t limit)
{
	struct stream_reader *r = object_new(vm, type, 0);
	r->loop = loop_ref(l);
	r->limit = limit;
	return r;
}

value stream_reader_new(struct scene *s, struct loop *l, size_t limit)
{
	return object_value(make(s->vm, &stream_reader_type, l, limit));
}

bool stream_limit(struct vm *vm, value v, size_t *out)
{
	int64_t limit = STREAM_LIMIT;
	*out = STREAM_LIMIT;
	if (value_is_null(v))
		return true;
	if (!object_index_int64(vm, v, true, &limit))
		return false;
	if (limit <= 0) {
		vm_raise(vm, &exc_ValueError, "Limit cannot be <= 0");
		return false;
	}
	*out = limit > SMALL_INT_MAX / 4 ? (size_t)SMALL_INT_MAX / 4 : (size_t)limit;
	return true;
}

static value reader_make(struct vm *vm, const struct type *type, const struct args *a)
{
	static const struct signature signature = {.function = "StreamReader.__init__",
	                                           .names = {"limit", "loop"},
	                                           .positional = 2};
	value parsed[2];
	size_t limit;
	if (!arguments_bind(vm, a, &signature, true, parsed) ||
	    !stream_limit(vm, parsed[0], &limit))
		return VALUE_NULL;
	value of = value_is_null(parsed[1]) || value_is_none(parsed[1])
	                   ? event_loop_get(vm)
	                   : value_ref(parsed[1]);
	if (value_is_null(of))
		return of;
	value made = VALUE_NULL;
	if (value_is_a(of, &base_loop_type))
		made = object_value(make(vm, type, loop_of(of), limit));
	else
		vm_raise(vm, &exc_TypeError, "loop must be an event loop");
	value_unref(vm, of);
	return made;
}

static void reader_clear(struct vm *vm, struct object *self)
{
	struct stream_reader *r = (struct stream_reader *)(void *)self;
	value_forget(vm, &r->dict);
	value_forget(vm, &r->transport);
	value_forget(vm, &r->exception);
	value_forget(vm, &r->waiter);
}

static void reader_drop(struct vm *vm, struct object *self)
{
	struct stream_reader *r = (struct stream_reader *)(void *)self;
	reader_clear(vm, self);
	if (r->data != NULL)
		vm_release(vm, r->data, r->room);
	r->data = NULL;
	if (r->loop != NULL)
		loop_unref(r->loop);
	r->loop = NULL;
}

static void reader_traverse(struct object *self, visit_fn visit, void *context)
{
	const struct stream_reader *r = (struct stream_reader *)(void *)self;
	const value owned[] = {r->dict, r->transport, r->exception, r->waiter};
	for (size_t i = 0; i < COUNT_OF(owned); i++)
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
}

static const struct method_def reader_methods[] = {
	{"read", method_read, 0, 1, METHOD_KEYWORDS},
	{"readline", method_readline, 0, 0, 0},
	{"readexactly", method_readexactly, 1, 1, METHOD_KEYWORDS},
	{"readuntil", method_readuntil, 0, 1, METHOD_KEYWORDS},
	{"feed_data", method_feed_data, 1, 1, 0},
	{"feed_eof", method_feed_eof, 0, 0, 0},
	{"at_eof", method_at_eof, 0, 0, 0},
	{"exception", method_exception, 0, 0, 0},
	{"set_exception", method_set_exception, 1, 1, 0},
	{"set_transport", method_set_transport, 1, 1, 0},
	{0},
};

const struct type stream_reader_type = {
	TYPE_HEAD_OF("asyncio.streams"),
	.name = "StreamReader",
	.base = &object_type,
	.size = sizeof(struct stream_reader),
	.flags = TYPE_TRACKED,
	.dict_offset = offsetof(struct stream_reader, dict),
	.methods = reader_methods,
	.make = reader_make,
	.drop = reader_drop,
	.clear = reader_clear,
	.traverse = reader_traverse,
	.repr = reader_repr,
	.aiter = reader_self,
	.anext = reader_anext,
};
