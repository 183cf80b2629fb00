/*
 * Executors as the other files of this floor use them.
 */
#ifndef SCENE_EXECUTOR_H
#define SCENE_EXECUTOR_H

#include "lang/args.h"

struct loop;
struct scene;

/* The default executor of a loop: a ThreadPoolExecutor named `asyncio`. */
value executor_new_default(struct scene *s);

/*
 * executor.submit(function, *args): a new concurrent future, or null with the exception
 * set. If `l` is not NULL and the executor is one of simmer's own, the future that
 * asyncio.wrap_future makes of it is there before the job starts: `*wrapped`, else null.
 */
value executor_submit(struct scene *s, value executor, value function,
                      const struct args *a, struct loop *l, value *wrapped);

/*
 * Complete the asyncio future with None, by a handle of its loop, once nothing is left to
 * do in the executor; the executor takes no more then.
 */
void executor_call_when_idle(struct scene *s, value executor, value future);

/* Its initializer and that one's arguments (a tuple), borrowed; null when it has none. */
void executor_initializer(value executor, value *initializer, value *initargs);

/* An initializer failed: it takes no more jobs. */
void executor_break(struct scene *s, value executor);

/* One of its jobs is over. */
void executor_job_ended(struct scene *s, value executor);

/* One of its jobs was cancelled while it waited. */
void executor_job_dropped(struct scene *s, value executor, value future);

/* It takes no more jobs: those that wait are run, its idle workers go. */
void executor_close(struct scene *s, value executor);

/* ---- asyncio_threads.c ---- */

value run_in_executor(struct vm *vm, value loop, value executor, value function,
                      const struct args *a);
value wrap_future(struct vm *vm, value future, struct loop *l);
/* loop.shutdown_default_executor(seconds), a coroutine; `seconds` may be null. */
value default_executor_shutdown(struct vm *vm, value loop, value seconds);
/* Have the loop make a task of `coro` that completes the concurrent `future`. */
void coroutine_call_soon(struct scene *s, struct loop *l, value coro, value future);

/* Methods and functions of the tables. */
value method_run_in_executor(struct vm *vm, value self, const struct args *a);
value method_set_default_executor(struct vm *vm, value self, const struct args *a);
value method_shutdown_default_executor(struct vm *vm, value self, const struct args *a);
value asyncio_to_thread(struct vm *vm, value self, const struct args *a);
value asyncio_wrap_future(struct vm *vm, value self, const struct args *a);
value asyncio_run_coroutine_threadsafe(struct vm *vm, value self, const struct args *a);

#endif
