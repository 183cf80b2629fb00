/*
 * threading.Thread as the files of this floor share it.
 */
#ifndef SCENE_THREAD_H
#define SCENE_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "lang/args.h"
#include "lang/object.h"

struct scene;
struct scene_job;

enum thread_state { THREAD_NEW, THREAD_RUNS, THREAD_ENDED };

/* A Thread; in a worker also the one that stands for itself, which has no job. */
struct thread_object {
	struct object head;
	value dict;
	value target;          /* None: nothing to call */
	value args;            /* tuple */
	value kwargs;          /* dict */
	value name;            /* str; null until __init__ */
	struct scene_job *job; /* while it runs, borrowed; else NULL */
	uint32_t number;       /* of its worker; 0 is the main thread */
	uint8_t state;         /* enum thread_state */
	bool daemon;
};

extern const struct type thread_type, main_thread_type;

static inline struct thread_object *thread_of(value v)
{
	return (struct thread_object *)(void *)value_object(v);
}

/* A Thread that runs already, such as the main one. */
value thread_object_new(struct scene *s, const struct type *type, const char *name,
                        uint32_t number);
/* The number of the thread that runs this world: 0 is the main thread. */
uint32_t scene_thread_number(const struct scene *s);
/* The one of this thread itself. */
value current_thread_new(struct scene *s);
/* Its arguments for a call; `*list` and `*names` are references to give back after it. */
struct args thread_arguments(struct vm *vm, const struct thread_object *t, value *list,
                             value *names);

/* job.c: run it on a worker of its own: false with the exception set. */
bool job_start_thread(struct scene *s, value thread);
/* The Thread that this world has started on the worker of this number: a new reference,
 * or null. */
value thread_of_worker(struct scene *s, uint32_t number);
/* Append the other threads that are alive, oldest first. */
void threads_list(struct scene *s, value list);

#endif
