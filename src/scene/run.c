/*
 * Running a scene: from its text to its exit status. The virtual machine and the loops
 * are joined here through hooks; whatever ends a run before its time goes through
 * scene_halt.
 */
#include "scene/run.h"

#include <stdio.h>
#include <time.h>

#include "base/error.h"
#include "lang/compile.h"
#include "syntax/diagnostics.h"
#include "lang/int.h"
#include "syntax/parser.h"
#include "syntax/source.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "scene/crew.h"
#include "scene/crossing.h"
#include "loop/net.h"
#include "scene/internal.h"
#include "scene/job.h"
#include "scene/remote.h"
#include "scene/worker_world.h"

/*
 * How many jumps and calls pass between two looks at the processor time, at most: fewer where
 * they are slow (numbers of a million digits), so that a look comes every few milliseconds.
 */
enum { STEP_BUDGET = 20000 };
#define OUTPUT_HELD_MAX ((size_t)1 << 30)
#define LOOK_QUICK_NS (INT64_C(2) * 1000000)
#define LOOK_SLOW_NS  (INT64_C(20) * 1000000)

/* ---- what the scene writes, and where it is ---- */

void scene_write(struct scene *s, int stream, const char *text, size_t len)
{
	if (len == 0 || s->is_replaying)
		return;
	if (s->writer.trace != NULL)
		trace_emit(&s->writer, EV_PRINTED,
		           trace_string(s->writer.trace, text, len), 0, (unsigned)stream);
	if (s->options.real_clock)
		output_write_now(&s->root->output, stream, text, len);
	else if (scene_is_root(s))
		output_write(&s->output, stream, text, len);
	else
		output_row_write(&s->row, stream, text, len);
}

static void on_write(void *context, struct vm *vm, int stream, const char *text,
                     size_t len)
{
	(void)vm;
	scene_write(context, stream, text, len);
}

static void on_flush(void *context, struct vm *vm, int stream)
{
	(void)vm;
	struct scene *s = context;
	if (s->options.flush != NULL && scene_is_root(s))
		s->options.flush(s->options.sink, stream);
}

value scene_globals(struct scene *s)
{
	value module = vm_module(s->vm, "__main__");
	return value_is_null(module) ? module : module_dict(module);
}

uint32_t scene_line(struct scene *s)
{
	struct place place;
	return vm_place(s->vm, &place) ? place.line : 0;
}

/* The name of a code object in the trace, remembered. */
static uint32_t code_text(struct scene *s, const struct code *code)
{
	size_t slot = ((uintptr_t)code >> 5) % LINE_CACHE;
	if (s->line_names[slot].code != code) {
		s->line_names[slot].code = code;
		s->line_names[slot].text =
			trace_string(s->writer.trace, str_text(code->qualname),
		                     str_len(code->qualname));
	}
	return s->line_names[slot].text;
}

/* Whether a caption was not shown before by whatever thread; it is then. */
static bool caption_first_time(struct scene *root, uint32_t line)
{
	pthread_mutex_lock(&root->words_lock);
	bool first = line < root->caption_lines && !root->caption_taken[line];
	if (first)
		root->caption_taken[line] = true;
	pthread_mutex_unlock(&root->words_lock);
	return first;
}

/*
 * The number of the caption that is to be shown at this line, or 0; each is shown once in a
 * program. Under the virtual clock a worker asks only itself: what others have shown
 * already is dropped when its stretch is gathered.
 */
static uint32_t take_caption(struct scene *s, uint32_t line)
{
	uint32_t caption = line < s->caption_lines ? s->caption_at_line[line] : 0;
	if (caption == 0)
		return 0;
	s->caption_at_line[line] = 0;
	if (!s->options.real_clock && !scene_is_root(s))
		return caption;
	return caption_first_time(s->root, line) ? caption : 0;
}

bool scene_keep_event(void *context, const struct event *e)
{
	return e->kind != EV_CAPTION || caption_first_time(context, e->a);
}

/* A line begins: its caption, if it is the first time, and the line itself. */
static void on_line(void *context, struct vm *vm, const struct code *code, uint32_t line)
{
	struct scene *s = context;
	if (s->is_replaying)
		return;
	uint32_t caption = take_caption(s, line);
	if (caption != 0) {
		const struct caption *c = module_caption(s->tree, caption - 1);
		trace_emit(&s->writer, EV_CAPTION, line,
		           trace_string(s->writer.trace, c->text, strlen(c->text)), 0);
	}
	trace_emit(&s->writer, EV_LINE, line, code_text(s, code), 0);
	if (s->writer.full || (s->options.limits.events > 0 &&
	                       trace_count(s->writer.trace) >= s->options.limits.events))
		vm_interrupt(vm);
}

/* ---- stopping before the end ---- */

void scene_halt(struct scene *s, enum stop_reason why)
{
	if (s->stop_reason == STOP_NONE)
		s->stop_reason = why;
	loop_world_halt(&s->world);
	vm_stop(s->vm);
}

static int64_t cpu_now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* A worker leaves it to the main thread to say so, once. */
static void end_by_limit(struct scene *s, const char *what)
{
	struct scene *root = s->root;
	if (scene_is_root(s)) {
		report_limit(s, what);
		return;
	}
	pthread_mutex_lock(&root->words_lock);
	if (root->worker_limit == NULL)
		root->worker_limit = mem_strdup(what);
	pthread_mutex_unlock(&root->words_lock);
	scene_stop(root);
}

/* Whether a limit is reached; it has been said then. */
static bool limit_reached(struct scene *s)
{
	const struct scene_limits *limits = &s->options.limits;
	char what[160];
	if (s->writer.trace != NULL &&
	    (s->writer.full ||
	     (limits->events > 0 && trace_count(s->writer.trace) >= limits->events))) {
		snprintf(what, sizeof what,
		         "limit: %llu events are enough; --max-events=N allows "
		         "more",
		         (unsigned long long)trace_count(s->writer.trace));
		end_by_limit(s, what);
		return true;
	}
	if (limits->cpu_time_ns > 0 &&
	    cpu_now_ns() - s->cpu_start_ns > (int64_t)limits->cpu_time_ns) {
		snprintf(what, sizeof what,
		         "limit: %g s of processor time are used up; "
		         "--max-time=SECONDS allows more",
		         (double)limits->cpu_time_ns / 1e9);
		end_by_limit(s, what);
		return true;
	}
	size_t held = scene_is_root(s) ? output_held(&s->output) : s->row.bytes;
	if (held > (limits->memory_bytes > 0 ? limits->memory_bytes : OUTPUT_HELD_MAX)) {
		snprintf(what, sizeof what,
		         "limit: %zu MiB of output are held back until a worker is "
		         "through; --max-memory=MIB allows more",
		         held >> 20);
		end_by_limit(s, what);
		return true;
	}
	return false;
}

void scene_check_limits(struct scene *s)
{
	if (s->stop_reason == STOP_NONE && limit_reached(s))
		scene_halt(s, STOP_LIMIT);
}

static void adapt_step_budget(struct scene *s)
{
	int64_t now_ns = cpu_now_ns();
	int64_t took_ns = now_ns - s->cpu_looked_ns;
	s->cpu_looked_ns = now_ns;
	if (took_ns > LOOK_SLOW_NS && s->step_budget > 1)
		s->step_budget = s->step_budget / 16 + 1;
	else if (took_ns < LOOK_QUICK_NS && s->step_budget < STEP_BUDGET)
		s->step_budget *= 2;
	else
		return;
	vm_set_step_budget(s->vm, s->step_budget);
}

bool scene_take_interrupts(struct scene *s)
{
	return atomic_exchange(&s->interrupts, 0) == 0 || runner_take_interrupt(s);
}

static enum vm_verdict on_interrupted(void *context, struct vm *vm)
{
	(void)vm;
	struct scene *s = context;
	if (s->stop_reason != STOP_NONE)
		return VM_STOP;
	if (atomic_load(&s->stop_asked)) {
		s->stop_reason = STOP_ASKED;
		return VM_STOP;
	}
	if (limit_reached(s)) {
		s->stop_reason = STOP_LIMIT;
		return VM_STOP;
	}
	adapt_step_budget(s);
	return scene_take_interrupts(s) ? VM_CONTINUE : VM_KEYBOARD_INTERRUPT;
}

void scene_stop(struct scene *s)
{
	atomic_store(&s->stop_asked, true);
	vm_interrupt(s->vm);
	loop_world_halt(&s->world);
}

/*
 * Under the virtual clock the main thread waits for stretches of workers wherever it looks, so
 * that one that never ends would take each Ctrl-C anew: the second one ends it all.
 */
void scene_interrupt(struct scene *s)
{
	unsigned before = atomic_fetch_add(&s->interrupts_ever, 1);
	if (before > 0 && !s->options.real_clock && atomic_load(&s->has_crew)) {
		scene_stop(s);
		return;
	}
	atomic_fetch_add(&s->interrupts, 1);
	vm_interrupt(s->vm);
	loop_world_interrupt(&s->world);
}

/* ---- hooks that are nobody's business any more once the world is torn down ---- */

static void on_never_awaited(void *context, struct vm *vm, value coroutine)
{
	if (!((struct scene *)context)->quiet)
		report_never_awaited(context, vm, coroutine);
}

static void on_asyncgen_dropped(void *context, struct vm *vm, value generator)
{
	if (!((struct scene *)context)->quiet)
		asyncgen_dropped(context, vm, generator);
}

static const char *on_source_line(void *context, struct vm *vm, const char *file,
                                  uint32_t line, size_t *len)
{
	(void)vm;
	const struct source *source = module_source(((struct scene *)context)->tree);
	if (strcmp(file, source->path) != 0 || line == 0 || line > source->line_count)
		return NULL;
	return source_line_text(source, line, len);
}

/* ---- reading ---- */

static int read_scene(const char *path, const char *text, size_t len,
                      struct diagnostics *d, struct module_tree **tree)
{
	static const struct known_names names = {.module = module_is_known,
	                                         .attribute = module_has_name,
	                                         .hint = module_hint};
	int error = module_parse(path, text, len, d, tree);
	if (error != 0)
		return error;
	error = module_check(*tree, &names, d);
	if (error != 0) {
		module_free(*tree);
		*tree = NULL;
	}
	return error;
}

int scene_check(const char *path, const char *text, size_t len,
                struct diagnostics *diagnostics)
{
	struct module_tree *tree = NULL;
	int error = read_scene(path, text, len, diagnostics, &tree);
	if (error == 0)
		module_free(tree);
	return error;
}

static void find_captions(struct scene *s)
{
	s->caption_lines = module_source(s->tree)->line_count + 1;
	s->caption_at_line = mem_zalloc(s->caption_lines, sizeof *s->caption_at_line);
	for (size_t i = 0; i < module_caption_count(s->tree); i++) {
		uint32_t line = module_caption(s->tree, i)->line;
		if (line < s->caption_lines)
			s->caption_at_line[line] = (uint32_t)i + 1;
	}
}

static void describe(struct scene *s)
{
	const struct source *source = module_source(s->tree);
	trace_describe(s->options.trace, &(struct trace_about){
						 .path = s->path,
						 .source = source->text,
						 .title = module_title(s->tree),
						 .intro = module_introduction(s->tree),
						 .real_clock = s->options.real_clock,
					 });
	find_captions(s);
	s->caption_taken = mem_zalloc(s->caption_lines, sizeof *s->caption_taken);
}

static void make_vm(struct scene *s)
{
	s->vm = vm_new(
		&(struct vm_limits){
			.recursion = s->options.limits.recursion,
			.memory_bytes = s->options.limits.memory_bytes,
			.step_budget = STEP_BUDGET,
		},
		&(struct vm_hooks){
			.context = s,
			.write = on_write,
			.flush = on_flush,
			.interrupted = on_interrupted,
			.line = s->options.trace != NULL ? on_line : NULL,
			.import = module_import,
			.never_awaited = on_never_awaited,
			.asyncgen_first = asyncgen_first,
			.asyncgen_dropped = on_asyncgen_dropped,
			.source_line = on_source_line,
			.global_stored = scene_is_root(s) ? NULL : worker_global_stored,
		});
	vm_set_crossings(s->vm, scene_crossings);
}

int scene_new(const struct scene_options *options, const char *path, const char *text,
              size_t len, struct diagnostics *diagnostics, struct scene **out)
{
	*out = NULL;
	struct module_tree *tree = NULL;
	int error = read_scene(path, text, len, diagnostics, &tree);
	if (error != 0)
		return error;
	struct scene *s = mem_zalloc(1, sizeof *s);
	s->root = s;
	s->options = *options;
	output_init(&s->output, &s->options);
	list_init(&s->served);
	list_init(&s->jobs);
	pthread_mutex_init(&s->words_lock, NULL);
	s->path = mem_strdup(path);
	s->tree = tree;
	s->writer.trace = options->trace;
	list_init(&s->asyncgens);
	s->net = net_new(options->real_clock);
	net_enter(s->net, &s->world, 0);
	loop_world_init(&s->world, &scene_client, s, &s->writer, options->real_clock);
	make_vm(s);
	if (options->trace != NULL)
		describe(s);
	*out = s;
	return 0;
}

/* ---- running ---- */

/* SystemExit's status; what is no number is said on standard error. */
static int exit_status(struct scene *s, value exception)
{
	value args = value_as_exception(exception)->args;
	value code = tuple_count(args) == 0   ? VALUE_NONE
	             : tuple_count(args) == 1 ? tuple_at(args, 0)
	                                      : args;
	int64_t status;
	if (value_is_none(code))
		return 0;
	if (value_is_int(code))
		return int_get_i64(code, &status) ? (int)(status & 0xff) : 255;
	value text = object_str(s->vm, code);
	if (value_is_null(text)) {
		vm_forget(s->vm);
		return 1;
	}
	scene_write(s, 2, str_text(text), str_len(text));
	scene_write(s, 2, "\n", 1);
	value_unref(s->vm, text);
	return 1;
}

static void say_uncaught(struct scene *s, value exception)
{
	struct buf text = {0};
	if (s->writer.trace != NULL) {
		put_repr_of(s->vm, &text, exception);
		trace_emit(&s->writer, EV_UNCAUGHT, 0,
		           trace_string(s->writer.trace, buf_text(&text), text.len), 0);
		buf_reset(&text);
	}
	exception_print(s->vm, exception, &text);
	scene_write(s, 2, buf_text(&text), text.len);
	buf_free(&text);
	if (value_is_a(exception, &exc_MemoryError))
		report_limit(s, "limit: the scene holds all the memory that it may; "
		                "--max-memory=MIB allows more");
}

/* The exit status of a module that was left with the exception that is set. */
static int uncaught(struct scene *s)
{
	value exception = vm_take(s->vm);
	int status = 1;
	if (vm_stopped(s->vm)) {
		value_xunref(s->vm, exception);
		return 1;
	}
	if (value_is_a(exception, &exc_SystemExit)) {
		status = exit_status(s, exception);
	} else {
		say_uncaught(s, exception);
		if (value_is_a(exception, &exc_KeyboardInterrupt))
			status = 130;
	}
	value_unref(s->vm, exception);
	return status;
}

static void begin_limits(struct scene *s)
{
	s->cpu_start_ns = s->cpu_looked_ns = cpu_now_ns();
	s->step_budget = 16;
	vm_set_step_budget(s->vm, s->step_budget);
}

/* Loops that were never closed: drop what is in their queues. */
static void close_loops(struct scene *s)
{
	while (s->loops.count > 0) {
		struct loop *l = vec_pop(&s->loops);
		if (!loop_running(l))
			loop_close(l);
		loop_unref(l);
	}
}

/* Everything that dies now is still reported, as at CPython's exit. */
static void tear_down(struct scene *s)
{
	if (!vm_stopped(s->vm))
		vm_finish(s->vm);
	if (vm_stopped(s->vm))
		s->quiet = true;
	if (s->event_loop != NULL)
		event_loop_set(s, VALUE_NONE);
	close_loops(s);
	if (!vm_stopped(s->vm))
		vm_collect(s->vm);
	s->quiet = true;
	asyncgens_forget(s);
	served_forget(s);
}

/* As CPython at exit: threads that are no daemons are waited for. The exit status. */
static int join_threads(struct scene *s, int status)
{
	if (scene_crew_finish(s))
		return status;
	if (!loop_world_halted(&s->world) && !scene_take_interrupts(s)) {
		vm_raise_with(s->vm, &exc_KeyboardInterrupt, VALUE_NULL);
		return uncaught(s);
	}
	scene_halt(s, STOP_ASKED);
	vm_forget(s->vm);
	return 1;
}

int scene_run(struct scene *s)
{
	assert(!s->ran);
	s->ran = true;
	begin_limits(s);
	int status = 0;
	value code = compile_module(s->vm, s->tree);
	if (value_is_null(code) || !vm_run_module(s->vm, code, "__main__"))
		status = uncaught(s);
	value_xunref(s->vm, code);
	if (!vm_stopped(s->vm))
		status = join_threads(s, status);
	tear_down(s);
	jobs_orphan(s);
	scene_crew_free(s);
	output_finish(&s->output);
	if (s->worker_limit != NULL)
		report_limit(s, s->worker_limit);
	if (vm_stopped(s->vm))
		status = atomic_load(&s->interrupts_ever) > 1 ? 130 : 1;
	trace_emit(&s->writer, EV_RUN_ENDED, (uint32_t)status, 0, 0);
	if (s->options.flush != NULL) {
		s->options.flush(s->options.sink, 1);
		s->options.flush(s->options.sink, 2);
	}
	if (s->writer.trace != NULL)
		trace_close(s->writer.trace);
	return status;
}

/* What the scene had open is closed. */
static void free_descriptors(struct scene *s)
{
	for (size_t i = 0; i < s->descriptors.count; i++)
		net_socket_unref(s->descriptors.items[i]);
	vec_free(&s->descriptors);
	vec_free(&s->nonblocking);
	if (s->root == s)
		net_free(s->net);
	free(s->read_room);
}

void scene_free(struct scene *s)
{
	if (s == NULL)
		return;
	if (!s->ran) {
		s->quiet = true;
		if (s->writer.trace != NULL)
			trace_close(s->writer.trace);
	}
	net_leave(s->net);
	value_forget(s->vm, &s->current_thread);
	vm_free(s->vm);
	free_descriptors(s);
	loop_world_fini(&s->world);
	vec_free(&s->loops);
	map_free(&s->warned);
	output_fini(&s->output);
	module_free(s->tree);
	free(s->caption_at_line);
	free(s->caption_taken);
	free(s->worker_limit);
	vec_free(&s->closed_loops);
	pthread_mutex_destroy(&s->words_lock);
	free(s->path);
	free(s);
}

/* ---- worlds of workers ---- */

void scene_init_worker(struct scene *s, struct scene *root, uint32_t number,
                       const char *name, struct trace *trace)
{
	s->root = root;
	s->options = root->options;
	s->path = root->path;
	s->tree = root->tree;
	s->worker_name = name;
	s->writer.trace = trace;
	s->writer.thread = (uint16_t)number;
	list_init(&s->asyncgens);
	list_init(&s->served);
	list_init(&s->jobs);
	s->net = root->net; /* servers of all threads can be reached */
	net_enter(s->net, &s->world, number);
	loop_world_init(&s->world, &scene_client, s, &s->writer, s->options.real_clock);
	make_vm(s);
	vm_set_world(s->vm, number);
	if (trace != NULL)
		find_captions(s);
}

void scene_begin_work(struct scene *s)
{
	begin_limits(s);
	s->world.task_number = 0;
	s->thread_number = 0;
	s->pool_number = 0;
}

void scene_end_work(struct scene *s)
{
	if (s->event_loop != NULL)
		event_loop_set(s, VALUE_NONE);
	s->event_loop_was_set = false;
	close_loops(s);
	asyncgens_forget(s);
	map_free(&s->warned);
}

void scene_fini_worker(struct scene *s)
{
	s->quiet = true;
	scene_end_work(s);
	jobs_orphan(s);
	remote_forget(s);
	served_forget(s);
	value_forget(s->vm, &s->main_thread);
	vm_free(s->vm);
	free_descriptors(s);
	loop_world_fini(&s->world);
	vec_free(&s->loops);
	output_row_free(&s->row);
	free(s->caption_at_line);
}
