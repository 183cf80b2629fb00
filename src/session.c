/*
 * An open scene: see session.h. The scene's thread touches nothing here but its own
 * struct scene and the trace; everything else belongs to the terminal's thread.
 */
#include "session.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "input.h"
#include "syntax/diagnostics.h"
#include "scene/run.h"
#include "trace/trace.h"
#include "wiring.h"

/* Deep recursion of C code inside of a scene (sort keys, reprs) must end in RecursionError. */
enum { SCENE_STACK_BYTES = 64 << 20, SIGNAL_STACK_BYTES = 64 << 10 };

/* One run, or one trace from a file. */
struct play {
	struct input input;
	struct trace *trace; /* owned, unless it is the input's */
	struct scene *scene; /* NULL for a trace from a file */
	pthread_t thread;
	bool running;        /* the thread is to be joined */
	struct stat seen;    /* the file as it was when it was read */
};

struct session {
	const struct options *options;
	const struct course *course;
	struct play *play; /* NULL while nothing is open */
};

/*
 * The thread has a second stack for signals: should a scene ever overflow the first one, the
 * handler that gives the terminal back has somewhere to run.
 */
static void *run_scene(void *arg)
{
	struct play *p = arg;
	stack_t second = {.ss_sp = mem_alloc(SIGNAL_STACK_BYTES), .ss_size = SIGNAL_STACK_BYTES};
	const stack_t none = {.ss_flags = SS_DISABLE};
	sigaltstack(&second, NULL);
	scene_run(p->scene);
	sigaltstack(&none, NULL);
	free(second.ss_sp);
	return NULL;
}

static void play_stop(struct play *p)
{
	if (!p->running)
		return;
	scene_stop(p->scene);
	pthread_join(p->thread, NULL);
	p->running = false;
}

static void play_free(struct play *p)
{
	if (!p)
		return;
	play_stop(p);
	scene_free(p->scene);
	if (p->trace != p->input.trace)
		trace_free(p->trace);
	input_free(&p->input);
	free(p);
}

/* Signals are the terminal thread's business; those of a crash are everybody's, or nobody
 * restores the terminal. */
static int start_thread(struct play *p)
{
	pthread_attr_t attributes;
	if (pthread_attr_init(&attributes) != 0)
		return -1;
	pthread_attr_setstacksize(&attributes, SCENE_STACK_BYTES);
	sigset_t all, before;
	sigfillset(&all);
	const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
	for (size_t i = 0; i < COUNT_OF(crashes); i++)
		sigdelset(&all, crashes[i]);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&p->thread, &attributes, run_scene, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

/* Check the scene that was read and set it going. */
static int play_start(struct play *p, const struct options *options, struct buf *why)
{
	p->trace = trace_new(trace_limit(options));
	struct scene_options scene_options = scene_options_from(options, p->trace);
	struct diagnostics diagnostics = {0};
	int error = scene_new(&scene_options, p->input.shown, buf_text(&p->input.text),
			      p->input.text.len, &diagnostics, &p->scene);
	if (error) {
		buf_reset(why);
		diagnostics_print(&diagnostics, why);
	} else if (start_thread(p) != 0) {
		buf_reset(why);
		buf_puts(why, "cannot start a thread for the scene");
		error = -ERR_SYSTEM;
	}
	diagnostics_free(&diagnostics);
	p->running = error == 0;
	return error;
}

int session_open(struct session *s, const char *operand, struct buf *why)
{
	struct play *p = mem_zalloc(1, sizeof *p);
	int error = input_read(&p->input, operand, s->course, why);
	if (!error && p->input.path)
		stat(p->input.path, &p->seen);
	if (!error && p->input.trace)
		p->trace = p->input.trace;
	else if (!error)
		error = play_start(p, s->options, why);
	if (error) {
		play_free(p);
		return error;
	}
	play_free(s->play);
	s->play = p;
	return 0;
}

struct session *session_new(const struct options *options, const struct course *course)
{
	struct session *s = mem_zalloc(1, sizeof *s);
	s->options = options;
	s->course = course;
	return s;
}

void session_free(struct session *s)
{
	play_free(s->play);
	free(s);
}

/* ---- the feed ---------------------------------------------------------------------- */

static const struct trace *feed_trace(void *world)
{
	struct session *s = world;
	return s->play ? s->play->trace : NULL;
}

static int feed_open(void *world, const char *name, struct buf *why)
{
	return session_open(world, name, why);
}

static int feed_restart(void *world, struct buf *why)
{
	struct session *s = world;
	if (!s->play || !s->play->input.path)
		return 0;
	char *path = mem_strdup(s->play->input.path);
	int error = session_open(s, path, why);
	free(path);
	return error;
}

static int feed_edit(void *world, struct buf *why)
{
	struct session *s = world;
	if (!s->play || !s->play->scene || !s->play->input.path)
		return 0;
	pid_t child = fork();
	if (child == 0) {
		/* A recording ignores this; an editor may want it. */
		signal(SIGXFSZ, SIG_DFL);
		/* The user's editor may be a command with arguments: sh splits it. */
		execl("/bin/sh", "sh", "-c", "exec ${VISUAL:-${EDITOR:-vi}} \"$1\"", "sh",
		      s->play->input.path, (char *)NULL);
		_exit(127);
	}
	int status = 0;
	if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) {
		buf_reset(why);
		buf_puts(why, "the editor failed; set EDITOR");
		return -ERR_SYSTEM;
	}
	return feed_restart(world, why);
}

static void feed_stop(void *world)
{
	struct session *s = world;
	if (s->play)
		play_stop(s->play);
}

static void feed_close(void *world)
{
	struct session *s = world;
	play_free(s->play);
	s->play = NULL;
}

static bool feed_changed(void *world)
{
	struct session *s = world;
	struct stat now;
	if (!s->play || !s->play->input.path || stat(s->play->input.path, &now) != 0)
		return false;
	const struct stat *seen = &s->play->seen;
	return now.st_mtim.tv_sec != seen->st_mtim.tv_sec ||
	       now.st_mtim.tv_nsec != seen->st_mtim.tv_nsec || now.st_size != seen->st_size;
}

struct feed session_feed(struct session *s)
{
	return (struct feed){
		.world = s,
		.trace = feed_trace,
		.open = feed_open,
		.restart = feed_restart,
		.edit = feed_edit,
		.stop = feed_stop,
		.close = feed_close,
		.changed = feed_changed,
	};
}
