/*
 * The program's crew: see crew.h. What its threads do and when is loop/crew's; here are
 * their worlds, and the place of their output.
 */
#include "scene/crew.h"

#include "lang/list.h"
#include "lang/str.h"
#include "loop/crew.h"
#include "scene/internal.h"
#include "scene/thread.h"
#include "scene/worker_world.h"

/* What the recursion limits of a world are made for. */
enum { STACK_BYTES = 8 * 1024 * 1024 };

/* ---- worlds ---- */

static struct loop_world *worker_begin(void *context, struct worker *w,
                                       struct trace *trace, bool real)
{
	struct scene *root = context;
	(void)real;
	struct scene *s = worker_world_new(root, worker_number(w), worker_name(w), trace);
	worker_set_user(w, s);
	return &s->world;
}

static void worker_end(void *context, struct worker *w)
{
	(void)context;
	worker_world_free(worker_user(w));
	worker_set_user(w, NULL);
}

static void worker_stop(void *context, struct worker *w)
{
	(void)context;
	struct scene *s = worker_user(w);
	if (s == NULL)
		return;
	atomic_store(&s->stop_asked, true);
	vm_interrupt(s->vm);
}

/* ---- output ---- */

static void on_hole(void *context)
{
	output_hole(&((struct scene *)context)->output);
}

static void on_stretch(void *context, struct worker *w, bool in_hole)
{
	struct scene *root = context, *s = worker_user(w);
	if (in_hole)
		output_fill_begin(&root->output);
	if (s != NULL)
		output_row_out(&root->output, &s->row);
	scene_check_limits(root);
}

static void on_filled(void *context)
{
	output_fill_end(&((struct scene *)context)->output);
}

static const struct crew_client client = {
	.worker_begin = worker_begin,
	.worker_end = worker_end,
	.worker_stop = worker_stop,
	.hole = on_hole,
	.stretch = on_stretch,
	.filled = on_filled,
	.keep = scene_keep_event,
};

/* ---- the crew ---- */

struct crew *scene_crew(struct scene *s)
{
	struct crew *c = crew_of(&s->world);
	if (c == NULL && scene_is_root(s)) {
		c = crew_new(&s->world, &client, s, STACK_BYTES);
		atomic_store(&s->has_crew, true);
	}
	return c;
}

static void name_if_works(void *context, struct worker *w)
{
	struct buf *names = context;
	if (worker_works(w))
		buf_printf(names, "%s%s", names->len > 0 ? ", " : ": ", worker_name(w));
}

/* The program waits for its threads, and they wait for ever. */
static void end_stuck(struct scene *s)
{
	struct buf names = {0};
	crew_each_worker(&s->world, name_if_works, &names);
	report_line(s,
	            "deadlock: the program's end waits for its threads, and nothing that "
	            "they "
	            "wait for will ever be done%s",
	            buf_text(&names));
	buf_free(&names);
	scene_halt(s, STOP_DEADLOCK);
}

bool scene_crew_finish(struct scene *s)
{
	struct crew *c = crew_of(&s->world);
	enum crew_end end = c == NULL ? CREW_DELIVERED : crew_finish(c);
	if (end == CREW_DEADLOCK)
		end_stuck(s);
	return end == CREW_DELIVERED;
}

void scene_crew_free(struct scene *s)
{
	crew_free(crew_of(&s->world));
	s->world.crew = NULL;
}

/* ---- threads ---- */

uint32_t scene_thread_number(const struct scene *s)
{
	return s->writer.thread;
}

value current_thread_new(struct scene *s)
{
	if (scene_is_root(s))
		return thread_object_new(s, &main_thread_type, "MainThread", 0);
	return thread_object_new(s, &thread_type, s->worker_name, scene_thread_number(s));
}

struct listing {
	struct scene *scene;
	value list;
};

/* A Thread is listed as itself, a pool's worker by one that stands for it. */
static void list_worker(void *context, struct worker *w)
{
	const struct listing *l = context;
	value thread = worker_kind(w) == WORKER_THREAD
	                       ? thread_of_worker(l->scene, worker_number(w))
	                       : VALUE_NULL;
	if (worker_kind(w) == WORKER_PROCESS)
		return;
	if (value_is_null(thread))
		thread = thread_object_new(l->scene, &thread_type, worker_name(w),
		                           worker_number(w));
	list_append(l->scene->vm, l->list, thread);
	value_unref(l->scene->vm, thread);
}

void threads_list(struct scene *s, value list)
{
	struct listing listing = {s, list};
	if (crew_of(&s->world) != NULL)
		crew_each_worker(&s->world, list_worker, &listing);
}
