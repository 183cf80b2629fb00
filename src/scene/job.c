/*
 * Jobs: see job.h. A job is an errand (worker_world.h) that the crew hands to a worker,
 * and what its end is told to at home: the Future of a pool's job, or a Thread.
 */
#include "scene/job.h"

#include "base/utf8.h"
#include "lang/dict.h"
#include "lang/float.h"
#include "lang/function.h"
#include "lang/list.h"
#include "lang/parcel.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "loop/crew.h"
#include "scene/concurrent.h"
#include "scene/crew.h"
#include "scene/executor.h"
#include "scene/internal.h"
#include "scene/thread.h"
#include "scene/worker_world.h"

struct scene_job {
	struct job job; /* the crew's */
	struct errand errand;
	struct scene *home;        /* who submitted it */
	struct list_node link;     /* in home->jobs */
	struct manifest *manifest; /* what of home is away with it */
	value executor;            /* counted; null for a Thread */
	value future;              /* counted; null for a Thread */
	value thread;              /* counted; null for a pool's job */
	char *label;               /* owned */
};

static struct scene_job *job_of(struct job *job)
{
	return CONTAINER_OF(job, struct scene_job, job);
}

/* ---- what it does, for people ---- */

/* Arguments are shown where all of it is no wider than this. */
enum { LABEL_COLS = 24 };

/* Append the repr of a plain value; false for what has no short one. */
static bool put_plain(struct vm *vm, struct buf *out, value v)
{
	static const struct type *const plain[] = {&str_type, &int_type, &float_type,
	                                           &bool_type, &none_type};
	bool is_plain = false;
	for (size_t i = 0; i < COUNT_OF(plain); i++)
		is_plain |= value_is_exactly(v, plain[i]);
	if (is_plain)
		put_repr_of(vm, out, v);
	return is_plain;
}

/* `cook('rice', 5)`, or `cook` when that says too much. */
static char *label_of(struct vm *vm, value callable, const struct args *a)
{
	struct buf text = {0};
	put_callable_name(vm, &text, callable);
	size_t name_len = text.len;
	bool fits = a->count > 0;
	for (size_t i = 0; i < a->count && fits; i++) {
		buf_puts(&text, i == 0 ? "(" : ", ");
		fits = put_plain(vm, &text, a->at[i]) &&
		       utf8_text_cols(buf_text(&text), text.len) < LABEL_COLS;
	}
	if (fits)
		buf_putc(&text, ')');
	char *label = buf_take(&text);
	if (!fits)
		label[name_len] = '\0';
	return label;
}

/* The line of the scene where a callable is defined, or 0. */
static uint32_t line_of(value callable)
{
	if (value_is_exactly(callable, &method_type))
		callable = ((struct method *)(void *)value_object(callable))->function;
	if (!value_is_exactly(callable, &function_type))
		return 0;
	return ((struct function *)(void *)value_object(callable))->code->first_line;
}

const char *job_label(const struct scene_job *job)
{
	return job->label;
}

/* ---- getting ready ---- */

/* Let go of what it has of its home's objects. */
static void forget_home(struct scene_job *job)
{
	struct vm *vm = job->home->vm;
	list_remove(&job->link);
	if (!value_is_null(job->future))
		concurrent_future_of(job->future)->job = NULL;
	if (!value_is_null(job->thread))
		thread_of(job->thread)->job = NULL;
	value_forget(vm, &job->future);
	value_forget(vm, &job->thread);
	value_forget(vm, &job->executor);
	manifest_free(job->manifest);
	job->manifest = NULL;
}

/* Its home's objects have been let go of. */
static void job_free(struct scene_job *job)
{
	job_fini(&job->job);
	errand_fini(&job->errand);
	free(job->label);
	free(job);
}

void jobs_orphan(struct scene *s)
{
	while (!list_empty(&s->jobs)) {
		struct scene_job *job = list_entry(s->jobs.next, struct scene_job, link);
		forget_home(job);
		job->home = NULL;
	}
}

/* All that goes along: the call, and with it the initializer, for both see the same
 * globals. */
static bool pack_call(struct scene *s, struct scene_job *job, value callable,
                      const struct args *a, const struct parcel_options *options)
{
	struct vm *vm = s->vm;
	value initializer = VALUE_NULL, initargs = VALUE_NULL;
	if (!value_is_null(job->executor))
		executor_initializer(job->executor, &initializer, &initargs);
	if (value_is_null(initializer))
		return parcel_pack_call(vm, callable, a, options, &job->errand.call);
	job->errand.has_initializer = true;
	value args = tuple_from(vm, a->at, a->count), keywords = VALUE_NULL;
	if (args_keywords(a) > 0)
		keywords = dict_new(vm);
	for (size_t i = 0; i < args_keywords(a); i++)
		dict_set_name(vm, keywords, tuple_at(a->names, i), a->at[a->count + i]);
	const value values[] = {callable, args, keywords, initializer, initargs};
	bool ok = parcel_pack(vm, values, COUNT_OF(values), options, &job->errand.call);
	value_xunref(vm, keywords);
	value_unref(vm, args);
	return ok;
}

/* A job around a call, packed. NULL with the exception set. */
static struct scene_job *pack(struct scene *s, value executor, value callable,
                              const struct args *a, bool is_process)
{
	struct vm *vm = s->vm;
	struct scene_job *job = mem_zalloc(1, sizeof *job);
	job->home = s;
	list_push_tail(&s->jobs, &job->link);
	job->executor = value_xref(executor);
	job->manifest = manifest_new(vm);
	job->errand.home = vm_world(vm);
	job->errand.is_process = is_process;
	const struct parcel_options options = {
		.flags = PARCEL_GLOBALS | (is_process ? PARCEL_PICKLE : 0),
		.to = UINT32_MAX, /* whichever worker is free: a world that nothing is of
	                           */
		.manifest = job->manifest,
		.landing = s->landing,
		.pickling_error = &pickling_error_type,
	};
	if (!pack_call(s, job, callable, a, &options)) {
		forget_home(job);
		errand_fini(&job->errand);
		free(job);
		return NULL;
	}
	job->label = label_of(vm, callable, a);
	job->errand.line = line_of(callable);
	return job;
}

/* ---- coming home ---- */

bool scene_unpack(struct scene *s, const struct parcel *p, value *values, size_t count)
{
	struct parcel_options options = {.globals = scene_globals(s)};
	if (value_is_null(options.globals)) {
		options.landing = landing_new(s->vm);
		vec_push(&s->answers, options.landing);
	}
	return parcel_unpack(s->vm, p, &options, values, count);
}

static void say_warnings(struct scene_job *job)
{
	for (size_t i = 0; i < job->errand.warnings.count; i++) {
		const struct errand_warning *w = &job->errand.warnings.items[i];
		report_warning_at(job->home, "RuntimeWarning", w->text, w->line);
	}
}

static void finish_future(struct scene_job *job)
{
	struct scene *s = job->home;
	struct concurrent_future *f = concurrent_future_of(job->future);
	/* Nothing came: its world was stopped, and this one is about to be. */
	if (concurrent_done(f) || parcel_bytes(&job->errand.outcome) == 0)
		return;
	bool failed = job->errand.failed;
	value outcome = VALUE_NULL;
	if (!scene_unpack(s, &job->errand.outcome, &outcome, 1)) {
		outcome = vm_take(s->vm);
		failed = true;
	}
	if (!vm_stopped(s->vm) && !value_is_null(outcome))
		concurrent_complete(s, f, outcome, failed);
	value_xunref(s->vm, outcome);
}

/* The number of a thread is that of its worker, once there is one. */
static void note_number(struct scene_job *job)
{
	if (job->job.worker != NULL)
		thread_of(job->thread)->number = worker_number(job->job.worker);
}

static void finish_thread(struct scene_job *job)
{
	note_number(job);
	struct thread_object *t = thread_of(job->thread);
	t->state = THREAD_ENDED;
	t->job = NULL;
}

/* ---- the crew's side ---- */

/* On the worker's thread. */
static void run_job(struct job *j, struct worker *w)
{
	struct errand *e = &job_of(j)->errand;
	struct scene *s = worker_user(w);
	worker_world_run(s, e);
	job_ends(j,
	         vm_stopped(s->vm) ? ENDING_NONE
	         : e->failed       ? ENDING_EXCEPTION
	                           : ENDING_RESULT,
	         e->ending);
}

static void job_is_over(struct job *j, struct loop_world *home)
{
	(void)home;
	struct scene_job *job = job_of(j);
	struct scene *s = job->home;
	if (s == NULL) { /* the job that submitted it is over as well */
		job_free(job);
		return;
	}
	value executor = value_xref(job->executor);
	s->posting_thread = worker_number(j->worker);
	s->posting_text = job->label;
	if (!vm_stopped(s->vm)) {
		say_warnings(job);
		if (!value_is_null(job->thread))
			finish_thread(job);
		else
			finish_future(job);
		if (job->errand.initializer_failed && !value_is_null(executor))
			executor_break(s, executor);
	}
	forget_home(job);
	if (!value_is_null(executor)) {
		executor_job_ended(s, executor);
		value_unref(s->vm, executor);
	}
	s->posting_thread = 0;
	s->posting_text = NULL;
	job_free(job);
}

/* Its home has ended, which has let go of it (jobs_orphan). Any thread. */
static void drop_job(struct job *j)
{
	job_free(job_of(j));
}

static const struct job_ops ops = {
	.run = run_job,
	.over = job_is_over,
	.drop = drop_job,
};

/* ---- jobs of pools ---- */

struct scene_job *job_new(struct scene *s, value executor, struct crew_pool *pool,
                          bool is_chunk, value callable, const struct args *a,
                          struct concurrent_future *future)
{
	bool is_process = value_is_a(executor, &process_pool_type);
	struct scene_job *job = pack(s, executor, callable, a, is_process);
	if (job == NULL)
		return NULL;
	job->errand.is_chunk = is_chunk;
	job->future = value_ref(object_value(future));
	future->job = job;
	job_init(&job->job, &ops, &s->world, pool, job->label);
	return job;
}

void job_serves(struct scene_job *job, const struct future *f)
{
	trace_emit(&job->home->writer, EV_JOB_FOR, job->job.id, f->id, 0);
}

/* The system gives no thread for it: it is forgotten, and RuntimeError raised. Always
 * false. */
static bool refuse(struct scene *s, struct scene_job *job)
{
	forget_home(job);
	job_free(job);
	vm_raise(s->vm, &exc_RuntimeError, "can't start new thread");
	return false;
}

bool job_start(struct scene *s, struct scene_job *job)
{
	return crew_submit(&s->world, &job->job) || refuse(s, job);
}

void job_gather(struct scene *s)
{
	if (crew_of(&s->world) != NULL)
		crew_look(&s->world);
}

void job_look(struct scene *s, struct scene_job *job)
{
	/* Not handed in yet: looking at the others now would make them run in turn. */
	if (job->job.state != JOB_NEW)
		job_gather(s);
}

bool job_is_queued(const struct scene_job *job)
{
	return job->job.state == JOB_QUEUED;
}

bool job_is_running(const struct scene_job *job)
{
	return job->job.state == JOB_RUNNING;
}

bool job_drop(struct scene *s, struct scene_job *job)
{
	if (!job_cancel(&job->job))
		return false;
	value executor = value_xref(job->executor), future = value_xref(job->future);
	forget_home(job);
	job_free(job);
	concurrent_future_of(future)->state = CONCURRENT_CANCELLED;
	if (!value_is_null(executor)) {
		executor_job_dropped(s, executor, future);
		value_unref(s->vm, executor);
	}
	value_unref(s->vm, future);
	return true;
}

void job_drop_all(struct scene *s, value executor)
{
	struct list_node *next;
	job_gather(s);
	for (struct list_node *n = s->jobs.next; n != &s->jobs; n = next) {
		struct scene_job *job = list_entry(n, struct scene_job, link);
		next = n->next;
		if (!value_is(job->executor, executor) || job->job.state != JOB_QUEUED)
			continue;
		value future = value_ref(job->future);
		concurrent_cancel(s, concurrent_future_of(future));
		value_unref(s->vm, future);
		next = s->jobs.next; /* its callbacks may have done anything */
	}
}

/* ---- threads ---- */

/* Whether a subclass has redefined run(). */
static bool has_own_run(struct vm *vm, value thread)
{
	value name = str_intern_c(vm, "run");
	value found = type_lookup(vm, value_type(thread), name);
	value ours = type_lookup(vm, &thread_type, name);
	value_unref(vm, name);
	return !value_is(found, ours);
}

/* run() of a copy of the thread itself. */
static struct scene_job *pack_run(struct scene *s, value thread)
{
	value run = object_getattr_text(s->vm, thread, "run");
	if (value_is_null(run))
		return NULL;
	struct scene_job *job = pack(s, VALUE_NULL, run, NO_ARGS, false);
	value_unref(s->vm, run);
	return job;
}

/* What the thread's run() would call. */
static struct scene_job *pack_target(struct scene *s, const struct thread_object *t)
{
	struct vm *vm = s->vm;
	value list, names;
	const struct args args = thread_arguments(vm, t, &list, &names);
	struct scene_job *job = pack(s, VALUE_NULL, t->target, &args, false);
	value_unref(vm, list);
	value_unref(vm, names);
	return job;
}

bool job_start_thread(struct scene *s, value thread)
{
	struct thread_object *t = thread_of(thread);
	struct vm *vm = s->vm;
	scene_crew(s);
	s->departing_thread = thread;
	bool runs_itself = value_is_none(t->target) || has_own_run(vm, thread);
	struct scene_job *job = runs_itself ? pack_run(s, thread) : pack_target(s, t);
	s->departing_thread = VALUE_NULL;
	if (job == NULL)
		return false;
	job->errand.is_thread = true;
	job->thread = value_ref(thread);
	t->job = job;
	t->state = THREAD_RUNS;
	job_init(&job->job, &ops, &s->world, NULL, job->label);
	if (!crew_start(&s->world, &job->job, str_text(t->name), t->daemon)) {
		t->state = THREAD_NEW;
		return refuse(s, job);
	}
	note_number(job);
	return true;
}

value thread_of_worker(struct scene *s, uint32_t number)
{
	for (struct list_node *n = s->jobs.next; n != &s->jobs; n = n->next) {
		const struct scene_job *job = list_entry(n, struct scene_job, link);
		if (!value_is_null(job->thread) && job->job.worker != NULL &&
		    worker_number(job->job.worker) == number)
			return value_ref(job->thread);
	}
	return VALUE_NULL;
}

/* ---- blocking ---- */

static uint32_t label_id(const struct block_label *label)
{
	return label->job != NULL ? label->job->job.id : 0;
}

/* Ctrl-C while blocked: false with KeyboardInterrupt set when it is to be raised here. */
static bool take_interrupt(struct scene *s)
{
	if (scene_take_interrupts(s))
		return true;
	vm_raise_with(s->vm, &exc_KeyboardInterrupt, VALUE_NULL);
	return false;
}

static enum block_end block(struct scene *s, bool (*is_over)(void *what), void *what,
                            int64_t deadline_ns, const char *text)
{
	while (!is_over(what)) {
		switch (crew_wait(&s->world, deadline_ns)) {
		case CREW_DELIVERED:
			break;
		case CREW_TIMED_OUT:
			return is_over(what) ? BLOCK_OVER : BLOCK_TIMED_OUT;
		case CREW_INTERRUPTED:
			if (!take_interrupt(s))
				return BLOCK_RAISED;
			break;
		case CREW_HALTED:
			scene_halt(s, STOP_ASKED);
			return BLOCK_RAISED;
		case CREW_DEADLOCK:
			report_blocked(s, text);
			scene_halt(s, STOP_DEADLOCK);
			return BLOCK_RAISED;
		}
		if (!value_is_null(vm_raised(s->vm)))
			return BLOCK_RAISED;
	}
	return BLOCK_OVER;
}

enum block_end block_until(struct scene *s, bool (*is_over)(void *what), void *what,
                           int64_t deadline_ns, const struct block_label *label)
{
	struct buf text = {0};
	const char *of = label->of != NULL ? label->of : job_label(label->job);
	buf_printf(&text, "%s%s", label->text, of);
	scene_crew(s);
	crew_join_begun(&s->world, label_id(label), buf_text(&text));
	enum block_end end = block(s, is_over, what, deadline_ns, buf_text(&text));
	crew_join_ended(&s->world);
	buf_free(&text);
	return end;
}

bool block_deadline(struct vm *vm, value timeout, int64_t *deadline_ns)
{
	double seconds;
	*deadline_ns = INT64_MAX;
	if (value_is_null(timeout) || value_is_none(timeout))
		return true;
	if (!number_to_double(vm, timeout, &seconds))
		return false;
	int64_t ns = clock_ns(seconds < 0 ? 0 : seconds);
	*deadline_ns = clock_add(loop_world_now_ns(&scene_of(vm)->world), ns);
	return true;
}
