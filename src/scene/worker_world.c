/*
 * A worker's world: see worker_world.h. What a job needs is copied in, what it brings is
 * copied out; then what was copied in is compared with what it was, since a change would
 * have been seen by CPython's other threads and is seen by nobody here.
 */
#include "scene/worker_world.h"

#include <stdio.h>

#include "lang/compile.h"
#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "scene/concurrent.h"
#include "scene/crossing.h"
#include "scene/internal.h"
#include "scene/job.h"
#include "scene/remote.h"
#include "scene/thread.h"

static const struct type pickle_error_type = {
	EXCEPTION_TYPE(&exc_Exception),
	.name = "PickleError",
	.module = "_pickle",
};

const struct type pickling_error_type = {
	EXCEPTION_TYPE(&pickle_error_type),
	.name = "PicklingError",
	.module = "_pickle",
};

const struct type remote_traceback_type = {
	EXCEPTION_TYPE(&exc_Exception),
	.name = "_RemoteTraceback",
	.module = "concurrent.futures.process",
};

/* ---- life ---- */

struct scene *worker_world_new(struct scene *root, uint32_t number, const char *name,
                               struct trace *trace)
{
	struct scene *s = mem_zalloc(1, sizeof *s);
	scene_init_worker(s, root, number, name, trace);
	value code = compile_module(s->vm, s->tree);
	/* It compiled at home, so only the limits can have refused it; a job says so. */
	if (value_is_null(code))
		vm_forget(s->vm);
	s->module_code = code;
	return s;
}

void worker_world_free(struct scene *s)
{
	if (s == NULL)
		return;
	value_forget(s->vm, &s->module_code);
	scene_fini_worker(s);
	free(s);
}

/* ---- warnings ---- */

/* The same once is enough. Takes the text. */
static void add_warning(struct errand *e, struct buf *text, uint32_t line)
{
	for (size_t i = 0; i < e->warnings.count; i++) {
		if (e->warnings.items[i].line == line &&
		    strcmp(e->warnings.items[i].text, buf_text(text)) == 0) {
			buf_free(text);
			return;
		}
	}
	vec_push(&e->warnings, (struct errand_warning){buf_take(text), line});
}

static void warn_changed(struct scene *s, const char *what, uint32_t line)
{
	struct buf text = {0};
	buf_printf(
		&text,
		"the worker changed %s: in CPython the other threads see that, but "
	        "simmer's "
		"workers share nothing, so the change is lost; return the value instead",
		what);
	add_warning(s->errand, &text, line);
}

/* Code of a job has stored a global. */
void worker_global_stored(void *context, struct vm *vm, value name)
{
	(void)vm;
	struct scene *s = context;
	if (s->errand == NULL || s->errand->is_process || s->is_replaying)
		return;
	struct buf what = {0};
	buf_printf(&what, "the global `%s`", str_text(name));
	s->global_was_stored = true;
	warn_changed(s, buf_text(&what), scene_line(s));
	buf_free(&what);
}

static void check_changes(struct scene *s, struct errand *e, struct landing *landing)
{
	struct buf what = {0};
	if (!e->is_process && !e->has_initializer && !s->global_was_stored &&
	    !vm_stopped(s->vm) && parcel_changed(s->vm, &e->call, landing, &what))
		warn_changed(s, buf_text(&what), e->line);
	buf_free(&what);
}

void errand_fini(struct errand *e)
{
	parcel_free(&e->call);
	parcel_free(&e->outcome);
	free(e->ending);
	for (size_t i = 0; i < e->warnings.count; i++)
		free(e->warnings.items[i].text);
	vec_free(&e->warnings);
}

/* ---- a job ---- */

static void print_thread_error(struct scene *s, value error)
{
	if (value_is_a(error, &exc_SystemExit))
		return;
	struct buf text = {0};
	buf_printf(&text, "Exception in thread %s:\n", s->worker_name);
	exception_print(s->vm, error, &text);
	scene_write(s, 2, buf_text(&text), text.len);
	buf_free(&text);
}

/* CPython's processes send the traceback as a text, which becomes the cause. */
static value with_remote_traceback(struct scene *s, value error)
{
	struct buf text = {0};
	buf_puts(&text, "\n\"\"\"\n");
	exception_print(s->vm, error, &text);
	buf_puts(&text, "\"\"\"");
	value cause =
		exception_text_new(s->vm, &remote_traceback_type, "%s", buf_text(&text));
	buf_free(&text);
	exception_set_cause(s->vm, error, cause);
	value_unref(s->vm, cause);
	value_forget(s->vm, &value_as_exception(error)->traceback);
	return error;
}

/* Cut every ` at 0x7f...` out of a repr: it differs from run to run. */
static void cut_addresses(char *text)
{
	static const char mark[] = " at 0x";
	char *to = text;
	for (const char *from = text; *from != '\0';) {
		if (strncmp(from, mark, sizeof mark - 1) != 0) {
			*to++ = *from++;
			continue;
		}
		from += sizeof mark - 1;
		from += strspn(from, "0123456789abcdef");
	}
	*to = '\0';
}

static void note_ending(struct scene *s, struct errand *e, value outcome)
{
	if (s->writer.trace == NULL)
		return;
	struct buf repr = {0};
	put_repr_of(s->vm, &repr, outcome);
	e->ending = buf_take(&repr);
	cut_addresses(e->ending);
}

/* Pack what came of it; what cannot leave becomes the exception that says so. */
static void pack_outcome(struct scene *s, struct errand *e, struct landing *landing,
                         value outcome)
{
	const struct parcel_options options = {
		.flags = PARCEL_MOVE | (e->is_process && !e->failed ? PARCEL_PICKLE : 0u),
		.to = e->home,
		.landing = landing,
		.refusal = "cannot be returned from a worker",
		.pickling_error = &pickling_error_type,
	};
	if (e->failed && e->is_process)
		outcome = with_remote_traceback(s, outcome);
	if (parcel_pack(s->vm, &outcome, 1, &options, &e->outcome))
		return;
	value error = vm_take(s->vm);
	e->failed = true;
	free(e->ending);
	e->ending = NULL;
	note_ending(s, e, error);
	struct parcel_options plain = options;
	plain.flags = PARCEL_MOVE;
	if (!parcel_pack(s->vm, &error, 1, &plain, &e->outcome))
		vm_forget(s->vm);
	value_unref(s->vm, error);
}

/* [callable(*args) for args in chunk] */
static value call_chunk(struct vm *vm, value callable, value chunk)
{
	value results = list_new(vm, tuple_count(chunk));
	for (size_t i = 0; i < tuple_count(chunk); i++) {
		value result = parcel_call(vm, callable, tuple_at(chunk, i), VALUE_NULL);
		if (value_is_null(result)) {
			value_unref(vm, results);
			return result;
		}
		list_append(vm, results, result);
		value_unref(vm, result);
	}
	return results;
}

/*
 * The pool's initializer, which runs once in each worker. What it did to globals went
 * with the job before, so it runs anew for every job; but its output and its sleeps count
 * only once.
 */
static bool initialize(struct scene *s, struct errand *e, value initializer, value args)
{
	s->is_replaying = s->is_initialized;
	s->is_initialized = true;
	value result = parcel_call(s->vm, initializer, args, VALUE_NULL);
	s->is_replaying = false;
	if (!value_is_null(result)) {
		value_unref(s->vm, result);
		return true;
	}
	if (vm_stopped(s->vm))
		return false;
	value error = vm_take(s->vm);
	struct buf text = {0};
	buf_puts(&text, "Exception in initializer:");
	report_error(s, &text, error);
	buf_free(&text);
	value_unref(s->vm, error);
	e->initializer_failed = true;
	vm_raise(s->vm,
	         e->is_process ? &broken_process_pool_type : &broken_thread_pool_type,
	         e->is_process
	                 ? "A process in the process pool was terminated abruptly while "
	                   "the "
	                   "future was running or pending."
	                 : "A thread initializer failed, the thread pool is not usable "
	                   "anymore");
	return false;
}

static value call_it(struct scene *s, struct errand *e, struct landing *landing)
{
	/* callable, arguments, keywords, initializer, its arguments */
	value v[5] = {VALUE_NULL, VALUE_NULL, VALUE_NULL, VALUE_NULL, VALUE_NULL};
	const struct parcel_options options = {.landing = landing};
	value result = VALUE_NULL;
	bool ok = e->has_initializer
	                  ? parcel_unpack(s->vm, &e->call, &options, v, COUNT_OF(v))
	                  : parcel_unpack_call(s->vm, &e->call, &options, &v[0], &v[1],
	                                       &v[2]);
	if (ok && e->has_initializer)
		ok = initialize(s, e, v[3], v[4]);
	if (ok)
		result = e->is_chunk ? call_chunk(s->vm, v[0], v[1])
		                     : parcel_call(s->vm, v[0], v[1], v[2]);
	for (size_t i = COUNT_OF(v); i-- > 0;)
		value_xunref(s->vm, v[i]);
	return result;
}

void worker_world_run(struct scene *s, struct errand *e)
{
	struct vm *vm = s->vm;
	struct landing *landing = landing_new(vm);
	s->errand = e;
	s->landing = landing;
	s->global_was_stored = false;
	scene_begin_work(s);
	value result = call_it(s, e, landing);
	e->failed = value_is_null(result);
	if (e->failed)
		result = vm_take(vm);
	if (!vm_stopped(vm)) {
		note_ending(s, e, result);
		if (!e->is_thread)
			pack_outcome(s, e, landing, result);
		else if (e->failed)
			print_thread_error(s, result);
		check_changes(s, e, landing);
	}
	value_xunref(vm, result);
	value_forget(vm, &s->current_thread);
	scene_end_work(s);
	jobs_orphan(s);
	remote_forget(s);
	s->landing = NULL;
	landing_free(landing);
	if (!vm_stopped(vm))
		vm_collect(vm);
	s->errand = NULL;
}
