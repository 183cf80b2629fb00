/*
 * What the files of src/scene share; permitted readers are they alone (and their tests).
 *
 * The idea of this floor: a Python object embeds the loop's struct, so there is one
 * object and one reference count, and the loop is handed a few small tables (handle_ops,
 * future_ops, body_ops, loop_client) that lead from its structs back to the objects.
 */
#ifndef SCENE_INTERNAL_H
#define SCENE_INTERNAL_H

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"
#include "base/vec.h"
#include "trace/trace.h"
#include "lang/exception.h"
#include "lang/generator.h"
#include "lang/object.h"
#include "lang/vm.h"
#include "loop/gather.h"
#include "loop/group.h"
#include "loop/loop.h"
#include "loop/sleep.h"
#include "loop/task.h"
#include "loop/timeout.h"
#include "scene/output.h"
#include "scene/run.h"

struct errand;
struct landing;
struct module_tree;
struct net;
struct net_socket;

/* Why the world was stopped before its end. */
enum stop_reason {
	STOP_NONE,
	STOP_ASKED,    /* scene_stop */
	STOP_LIMIT,    /* a limit; said already */
	STOP_DEADLOCK, /* said already */
};

/* ---- the scene: everything hangs off it ---- */

enum { LINE_CACHE = 256 };

/* A worker asked a loop of another world to run a coroutine: who waits for the end. */
struct remote_request {
	uint64_t id;
	value future; /* concurrent; counted */
};

/*
 * One world: that of the program's main thread (the root), or of a worker. Workers have
 * their own vm, clock, writer and loops; options, path and tree are the root's.
 */
struct scene {
	struct scene *root;           /* the program's; the root's own is itself */
	struct scene_options options; /* as given; pointers borrowed */
	char *path;
	struct module_tree *tree; /* source and captions */
	struct vm *vm;
	struct trace_writer writer;
	struct loop_world world;

	struct net *net;             /* the sockets of the program */
	unsigned char *read_room;    /* where transports read to; NULL until one does */
	VEC(struct net_socket *) descriptors; /* counted: those that are only numbers */
	VEC(bool) nonblocking; /* by descriptor: os.set_blocking(fd, False) */

	struct loop_object *event_loop; /* set_event_loop: counted, or NULL */
	bool event_loop_was_set; /* set_event_loop was called: get_event_loop makes none
	                          */
	struct list_node asyncgens; /* struct asyncgen_watch */
	VEC(struct loop *) loops;   /* counted: those that may not be closed yet */

	/* Captions: for each line 0, or the number of its caption (from 1) until it was
	 * shown. */
	uint32_t *caption_at_line; /* a worker's: its job's */
	uint32_t caption_lines;
	bool *caption_taken; /* root: by line, whether it was shown by any thread */
	struct {
		const struct code *code;
		uint32_t text;
	} line_names[LINE_CACHE]; /* code objects' names in the trace */

	/* Threads and futures of this world. */
	value current_thread, main_thread; /* Thread objects, or null until asked for */
	value departing_thread; /* the Thread that is being started, borrowed, or null */
	uint64_t thread_number;    /* of the last Thread-N */
	unsigned pool_number;      /* of the next ThreadPoolExecutor-N */
	uint64_t futures_finished; /* concurrent ones that were completed so far */

	struct list_node jobs;     /* struct scene_job that it submitted and that are not over */
	uint16_t posting_thread;   /* whose news is being delivered, or 0 */
	const char *posting_text;  /* what that is */

	/* What only the root has. */
	struct output output;
	pthread_mutex_t words_lock;    /* guards the next, and caption_taken */
	uint64_t loop_serial;          /* of the last loop that went to a worker */
	VEC(uint64_t) closed_loops;    /* of those, the closed ones */
	char *worker_limit;            /* the limit that a worker has hit; owned, or NULL */
	struct list_node served;     /* struct served: coroutines run for other worlds */

	/* What only a worker has. */
	const char *worker_name;     /* borrowed from its thread; NULL in the root */
	value module_code;           /* the tree, compiled: what parcels refer to */
	struct errand *errand;       /* the job that it does now, or NULL */
	struct landing *landing;     /* what came in with it */
	VEC(struct landing *) answers; /* what came in later; kept until the job ends */
	uint64_t requests;           /* calls that wait for an answer, counted */
	VEC(struct remote_request) remote_requests;
	struct output_row row;       /* virtual clock: what this stretch has written */
	bool global_was_stored;      /* by this job */
	bool is_initialized;         /* its pool's initializer has run in it */
	bool is_replaying;           /* the initializer runs once more: unseen */

	struct map warned; /* "text\nline" of warnings that were shown */
	struct task
		*main_task; /* of asyncio.run: what Ctrl-C cancels; borrowed, or NULL */
	unsigned interrupts_taken; /* by that main task */

	int64_t cpu_start_ns; /* processor time of the thread when the run began */
	int64_t cpu_looked_ns; /* ... and when it was last looked at */
	uint64_t step_budget;  /* steps until it is looked at again */
	enum stop_reason stop_reason;
	bool ran;
	bool quiet; /* the end has come: nothing is reported any more */

	/* Set by other threads. */
	atomic_bool stop_asked;
	atomic_uint interrupts; /* Ctrl-Cs not taken yet */
	atomic_uint interrupts_ever;
	atomic_bool has_crew;   /* read there */
};

static inline struct scene *scene_of(struct vm *vm)
{
	return vm_hooks(vm)->context;
}

static inline struct scene *scene_of_loop(const struct loop *l)
{
	return loop_world(l)->context;
}

static inline struct scene *scene_of_future(const struct future *f)
{
	return scene_of_loop(f->loop);
}

/* ---- data: values as the loop carries them ---- */

/* Borrowed in, borrowed out; None is the loop's "nothing". */
static inline struct datum datum_of(value v)
{
	return (struct datum){value_is_none(v) ? 0 : v.bits};
}

static inline value value_of(struct datum d)
{
	return d.bits == 0 ? VALUE_NONE : (value){d.bits};
}

/* For errors and messages, where null is "nothing" on both sides. */
static inline struct datum datum_maybe(value v)
{
	return (struct datum){value_is_null(v) || value_is_none(v) ? 0 : v.bits};
}

/* Raise an error that came from the loop: takes it. Always null. */
static inline value raise_datum(struct vm *vm, struct datum error)
{
	vm_restore(vm, value_of(error));
	return VALUE_NULL;
}

/* How a static type of another module than builtins begins. */
#define TYPE_HEAD_OF(module_name)                                                        \
	.head = {.refs = REFS_IMMORTAL, .type = &type_type}, .module = (module_name)

/* ---- objects ---- */

/* Future; and the beginning of Task and _GatheringFuture, whose structs begin with a
 * future. */
struct future_object {
	struct object head;
	value dict;
	struct future future;
};

/* A coroutine as the loop steps it. */
struct coro_body {
	struct body body;
	struct scene *scene;
	value coro; /* owned by whatever the struct is in */
};

struct task_object {
	struct object head;
	value dict;
	struct task task;
	struct coro_body body;
};

struct gather_object {
	struct object head;
	value dict;
	struct gather gather;
};

static_assert(offsetof(struct future_object, future) ==
                              offsetof(struct task_object, task) &&
                      offsetof(struct future_object, future) ==
                              offsetof(struct gather_object, gather),
              "one way from a struct future to its object");

/* Handle and TimerHandle. A handle that only stands for a done callback in messages has
 * no call. */
struct handle_object {
	struct object head;
	struct loop *loop;  /* counted */
	value callback;     /* null once cancelled */
	value args;         /* tuple, or null once cancelled */
	struct timer timer; /* its `handle` alone when it is no TimerHandle */
	value when; /* TimerHandle: as it was given, seconds on the loop's clock; else
	               null */
};

/* add_done_callback: what the future holds. */
struct callback_object {
	struct object head;
	struct done_callback done;
	struct loop *loop; /* counted */
	value callback;
};

struct loop_object {
	struct object head;
	value dict;
	struct loop *loop;       /* counted */
	value exception_handler; /* or null */
	value task_factory;      /* or null */
	value default_executor;  /* or null */
	uint64_t serial;         /* by which other threads know it; 0: none does */
	bool executor_is_shut_down;
	bool debug;
};

/* A live async generator and the loop that will close it. */
struct asyncgen_watch {
	struct weak weak;
	struct list_node link;
	struct loop *loop; /* counted */
};

extern const struct type future_type, future_wait_type, task_type, gathering_type,
	handle_type, timer_handle_type, loop_type, base_loop_type, task_group_type,
	timeout_type, runner_type, lock_type, event_type, semaphore_type,
	bounded_semaphore_type, condition_type, barrier_type, queue_type, lifo_queue_type,
	priority_queue_type;
extern const struct type cancelled_error_type, invalid_state_error_type, queue_empty_type,
	queue_full_type, queue_shut_down_type, broken_barrier_error_type;

static inline value future_object_value(const struct future *f)
{
	return object_value((const char *)f - offsetof(struct future_object, future));
}

/* Whether it is a Future, Task or gather's future whose __init__ has run. */
static inline bool value_is_future(value v)
{
	const struct type *t = value_type(v);
	if (t == &task_type || t == &gathering_type)
		return true;
	return (t == &future_type || type_is_subtype(t, &future_type)) &&
	       ((struct future_object *)(void *)value_object(v))->future.loop != NULL;
}

/* The future in `v`, which must be one. */
static inline struct future *future_of(value v)
{
	return &((struct future_object *)(void *)value_object(v))->future;
}

static inline struct task *task_of(value v)
{
	return &((struct task_object *)(void *)value_object(v))->task;
}

/* ---- future.c ---- */

extern const struct future_ops object_future_ops;

/* A new pending Future. */
value future_object_new(struct scene *s, struct loop *l);
/* f.result(): a new reference, or null with what it raises. */
value future_result(struct vm *vm, struct future *f);
/* The iterator of `await f`. */
value future_wait_new(struct vm *vm, value future);
/* gather(): `futures` are `count` futures of `l`. */
value gathering_new(struct scene *s, struct loop *l, struct future *const *futures,
                    size_t count, bool return_exceptions);
/* Parts of the types Future and Task. */
extern const struct method_def future_methods[];
extern const struct getset_def future_getset[];
/* Visit what one of the loop's structs holds, found by the loop's own `traverse`. */
void visit_with_loop(visit_fn visit, void *context,
                     void (*traverse)(void *what, const struct future_visitor *v),
                     void *what);
void future_object_finalize(struct vm *vm, struct object *self);
void future_object_drop(struct vm *vm, struct object *self);
void future_object_traverse(struct object *self, visit_fn visit, void *context);
void future_object_clear(struct vm *vm, struct object *self);
value future_object_await(struct vm *vm, value self);

/* ---- task.c ---- */

/* asyncio.iscoroutine(v): of a coroutine function, or an async generator's asend, athrow,
 * aclose. */
bool value_can_be_task(value v);

/*
 * loop.create_task(coro, name=name): a new Task, its first step appended. `name` is a
 * str, or null. Null with TypeError when `coro` is no coroutine.
 */
value task_object_new(struct scene *s, struct loop *l, value coro, value name);
/* What a body's outcome is for an object with a `resume` slot; and the other way round.
 */
enum coro_outcome coro_outcome_of(struct vm *vm, enum outcome outcome,
                                  struct step_result *r, value *out);
enum outcome body_outcome_of(struct scene *s, enum coro_outcome outcome, value *out,
                             struct step_result *r);
/* What a body steps, borrowed; null when it is none of ours. */
value body_value(const struct body *body);
/* A body on the heap over what `iterator` (taken; from awaitable_iterator) awaits; ends
 * itself. */
struct body *await_body_new(struct scene *s, value iterator);

/* ---- handle.c ---- */

/* call_soon, call_at (`when`: a number, `seconds` what it is): a new Handle or
 * TimerHandle. `args` is a tuple. */
value handle_call_soon(struct scene *s, struct loop *l, value callback, value args,
                       enum handle_role role);
/* Append a handle, and tell the trace which thread's news it is, if it is another's. */
void scene_call_soon(struct scene *s, struct loop *l, struct handle *h);
value handle_call_at(struct scene *s, struct loop *l, value when, double seconds,
                     value callback, value args);
/* A callback raised: take the exception that is set and tell the handler, or leave the
 * loop with it. */
void callback_failed(struct scene *s, struct loop *l, struct handle *h);
/*
 * An exit error (others are left alone) leaves the loop from `running`, a task or handle:
 * keep that as long as the error lives, as the frames of CPython's traceback do. Reports
 * about it come no earlier then.
 */
void exit_error_keep(struct vm *vm, value error, value running);
/* The object in which `h` is, borrowed; null when it is one of the loop's own. */
value handle_owner(const struct handle *h);
/* The callable that `h` will call, borrowed; null when it is one of the loop's own. */
value handle_callable(const struct handle *h);
/* Start on an object's handle as the loop's done_callback. */
value callback_object_new(struct scene *s, struct future *f, value callback);
extern const struct handle_ops callback_ops;

/* ---- loop_object.c ---- */

/* The Python object of a loop: a new reference. */
value loop_object_of(struct scene *s, struct loop *l);
/* A new loop; null with OSError when the system refuses. */
value loop_object_new(struct scene *s);
static inline struct loop *loop_of(value v)
{
	return ((struct loop_object *)(void *)value_object(v))->loop;
}
/*
 * For other threads: a loop of the root by a number, that it was closed, and whether it was as far
 * as anybody can know. The last one from any thread.
 */
uint64_t loop_serial(struct scene *s, value loop);
void loop_tell_closed(struct scene *s, struct loop *l);
bool loop_is_known_closed(struct scene *s, uint64_t serial);
bool value_is_callable(value v);
/* The loop that runs; NULL with RuntimeError `no running event loop`. */
struct loop *running_loop(struct vm *vm);
/* get_event_loop(): a new reference. */
value event_loop_get(struct vm *vm);
void event_loop_set(struct scene *s, value loop_or_none);
/* ensure_future(v, loop=l): `l` may be NULL. A new reference. */
value ensure_future(struct vm *vm, value v, struct loop *l);
/* Run until `f` is done (NULL: until stopped). False with what it raises; true does not
 * mean done well. */
bool loop_run(struct scene *s, struct loop *l, struct future *f);
/* What the end of a run means: false with the exception set. Takes `error`. */
bool run_ended(struct scene *s, struct loop *l, enum run_end end, struct datum error);

/* ---- bridge.c ---- */
/* If `callback` (of a concurrent future that is done) is a bridge: cross it. */
bool bridge_call(struct scene *s, value callback, value future);
extern const struct handle_ops bridge_ops;
value bridge_owner(const struct handle *h);
/* ---- loop_io.c, streams.c: methods of the loop ---- */
value loop_add_reader(struct vm *vm, value self, const struct args *a);
value loop_add_writer(struct vm *vm, value self, const struct args *a);
value loop_remove_reader(struct vm *vm, value self, const struct args *a);
value loop_remove_writer(struct vm *vm, value self, const struct args *a);
value loop_sock_recv(struct vm *vm, value self, const struct args *a);
value loop_sock_sendall(struct vm *vm, value self, const struct args *a);
value loop_sock_accept(struct vm *vm, value self, const struct args *a);
value loop_sock_connect(struct vm *vm, value self, const struct args *a);
value loop_connect_read_pipe(struct vm *vm, value self, const struct args *a);
value loop_connect_write_pipe(struct vm *vm, value self, const struct args *a);
value loop_create_connection(struct vm *vm, value self, const struct args *a);
value loop_create_server(struct vm *vm, value self, const struct args *a);
/* The object and the callable of a reader's or writer's handle, as handle_owner. */
value io_handle_owner(const struct handle *h);
value io_handle_callable(const struct handle *h);

/* ---- streams.c ---- */
value asyncio_open_connection(struct vm *vm, value self, const struct args *a);
value asyncio_start_server(struct vm *vm, value self, const struct args *a);

/* ---- runner.c ---- */
value asyncio_run(struct vm *vm, value self, const struct args *a);
/* Ctrl-C: cancels the main task of asyncio.run; false when KeyboardInterrupt is to be
 * raised at once. */
bool runner_take_interrupt(struct scene *s);

/* ---- awaitable.c: coroutines in C ---- */
value asyncio_sleep(struct vm *vm, value self, const struct args *a);
value asyncio_wait_for(struct vm *vm, value self, const struct args *a);
/* A coroutine that awaits an awaitable that is none: ensure_future's wrapper. */
value awaitable_wrap(struct vm *vm, value awaitable);
/* A coroutine named `name` whose first step returns `result` (borrowed) or, if `error` is
 * not null, raises. */
value coroutine_done(struct vm *vm, const char *name, value result);

/* ---- task_group.c, timeout.c ---- */
/* The object that the group is in, borrowed. */
value group_object_value(const struct group *g);
/* Put a TimeoutError before the CancelledError in the context chain of what a block
 * raised. */
void exception_mark_timeout(struct vm *vm, value error);
value asyncio_timeout(struct vm *vm, value self, const struct args *a);
value asyncio_timeout_at(struct vm *vm, value self, const struct args *a);

/* ---- wait.c ---- */
value asyncio_wait(struct vm *vm, value self, const struct args *a);
value asyncio_as_completed(struct vm *vm, value self, const struct args *a);
/* Handles of what they watch, and the object that a handle is in, borrowed. */
extern const struct handle_ops watched_ops;
value watched_owner(const struct handle *h);

/* ---- asyncgen.c ---- */
void asyncgen_first(void *context, struct vm *vm, value generator);
void asyncgen_dropped(void *context, struct vm *vm, value generator);
void asyncgens_forget(struct scene *s);
/* loop.shutdown_asyncgens(), a coroutine. */
value asyncgens_shutdown(struct vm *vm, struct loop *l);

/* ---- report.c ---- */

/* call_exception_handler, as loop_client.report. */
void report_to_handler(void *context, struct loop *l, const struct loop_report *r);
value loop_call_exception_handler(struct vm *vm, value self, const struct args *a);
value loop_default_exception_handler(struct vm *vm, value self, const struct args *a);
/* A log message at level ERROR that nobody handles: `message` and the exception (or null). */
void report_error(struct scene *s, struct buf *message, value exception);
/* A coroutine died without having been awaited. */
void report_never_awaited(void *context, struct vm *vm, value coroutine);
/* warnings.warn(text, category): once for each text and line. */
void report_warning(struct scene *s, const char *category, const char *text);
/* The same for a place that is known: a line of the scene, or 0. */
void report_warning_at(struct scene *s, const char *category, const char *text,
                       uint32_t line);
/* "simmer: ..." on standard error. */
void report_line(struct scene *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* What asyncio logs as a warning, as a line. */
void report_logged(struct scene *s, const char *text);
/* Every task waits for what will never come. */
void report_deadlock(struct scene *s, struct loop *l);
/* A thread waits for what will never come. */
void report_blocked(struct scene *s, const char *what);
/* A limit ends the run. */
void report_limit(struct scene *s, const char *what);

/* ---- repr.c ---- */
value future_repr(struct vm *vm, value self);
value handle_repr(struct vm *vm, value self);
/* Append a callable as messages show it: `boil() at scene.py:3`. */
void put_callback(struct vm *vm, struct buf *out, value callable);
/* Append its qualified name as the trace shows it. */
void put_callable_name(struct vm *vm, struct buf *out, value callable);
/* Append a coroutine as `boil() running at scene.py:3`. */
void put_coroutine(struct vm *vm, struct buf *out, value coro);
/* Append repr(v); an exception in it is shown, not raised. */
void put_repr_of(struct vm *vm, struct buf *out, value v);

/* ---- world.c ---- */
extern const struct loop_client scene_client;

/* ---- sys.c: sys.stdout (1) and sys.stderr (2) ---- */
extern const struct type output_stream_type;
value output_stream_new(struct vm *vm, int stream);
int output_stream_number(value v);

/* ---- modules.c ---- */

/* Make the module `name` in the scene's vm, or null with nothing set. The vm's import
 * hook. */
value module_import(void *context, struct vm *vm, const char *name);
/* Whether a module, or a name in it, exists: for checking. */
bool module_is_known(void *context, const char *module);
bool module_has_name(void *context, const char *module, const char *name);
/* What to do instead of using a name that does not exist, or NULL. */
const char *module_hint(void *context, const char *name);

/* Each module is made when first imported; its names, which end with NULL, are known
 * before. */
value asyncio_module_new(struct vm *vm);
value time_module_new(struct vm *vm);
value sys_module_new(struct vm *vm);
value typing_module_new(struct vm *vm);
value abc_module_new(struct vm *vm);
value concurrent_module_new(struct vm *vm);
value futures_module_new(struct vm *vm);
value threading_module_new(struct vm *vm);
extern const char *const futures_names[], *const threading_names[];
value socket_module_new(struct vm *vm);
value os_module_new(struct vm *vm);
extern const char *const asyncio_names[], *const time_names[], *const sys_names[],
	*const typing_names[], *const abc_names[], *const socket_names[], *const os_names[];

/* ---- run.c ---- */

/* Write to the trace and the sink: stream 1 or 2. */
void scene_write(struct scene *s, int stream, const char *text, size_t len);

/* End the world now: what was called returns null with the uncatchable exception set. */
void scene_halt(struct scene *s, enum stop_reason why);
/* End it if it has reached a limit, where no code of it runs that would find out. */
void scene_check_limits(struct scene *s);
/*
 * Ctrl-C was pressed: true when there is nothing to raise (it was taken by the main task,
 * or there was none), false when KeyboardInterrupt is to be raised here.
 */
bool scene_take_interrupts(struct scene *s);
static inline bool scene_is_root(const struct scene *s)
{
	return s->root == s;
}
/*
 * The world of a worker of `root`, ready to run, and its end. `name` is borrowed. Between
 * jobs nothing of it is left but the vm and its code.
 */
void scene_init_worker(struct scene *s, struct scene *root, uint32_t number,
                       const char *name, struct trace *trace);
void scene_fini_worker(struct scene *s);
/* A job begins and ends in it: its limits are its own, its loops are closed. */
void scene_begin_work(struct scene *s);
void scene_end_work(struct scene *s);
/* crew_client.keep: whether an event of a worker is to stay in the trace. */
bool scene_keep_event(void *context, const struct event *e);
/* The globals of the scene's module in this world, borrowed. */
value scene_globals(struct scene *s);
/* The line that runs, or 0. */
uint32_t scene_line(struct scene *s);
/* time.time() at the clock's 0 under the virtual clock. */
#define VIRTUAL_EPOCH_S INT64_C(946684800)

#endif
