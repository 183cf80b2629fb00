/*
 * The world: what the loops of a program share, and how other threads and signal
 * handlers get the attention of its thread: a flag, and an eventfd that ends a poll.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "loop/crew_internal.h"
#include "loop/internal.h"

void loop_world_init(struct loop_world *w, const struct loop_client *client,
                     void *context, struct trace_writer *writer, bool real_clock)
{
	*w = (struct loop_world){.client = client, .context = context};
	w->writer = writer ? writer : &w->silent;
	clock_init(&w->clock, real_clock);
	w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->wake_fd < 0)
		die("no descriptor is left for an event loop: %s", strerror(errno));
	atomic_init(&w->attention, 0);
	atomic_init(&w->box.full, false);
	pthread_mutex_init(&w->box.lock, NULL);
}

void loop_world_fini(struct loop_world *w)
{
	close(w->wake_fd);
	w->wake_fd = -1;
	pthread_mutex_destroy(&w->box.lock);
}

uint32_t loop_world_id(struct loop_world *w)
{
	if (world_traced(w))
		return trace_new_id(w->writer->trace);
	return ++w->last_id;
}

int64_t loop_world_now_ns(const struct loop_world *w)
{
	return clock_now_ns(&w->clock);
}

/* ---- attention ---- */

/* Only what a signal handler may do. */
void world_wake(struct loop_world *w)
{
	int saved = errno;
	uint64_t one = 1;
	ssize_t written = write(w->wake_fd, &one, sizeof one);
	(void)written; /* full means that it is awake already */
	errno = saved;
}

void world_calm(struct loop_world *w)
{
	uint64_t count;
	ssize_t got = read(w->wake_fd, &count, sizeof count);
	(void)got;
}

void loop_world_interrupt(struct loop_world *w)
{
	atomic_fetch_or(&w->attention, ATTENTION_INTERRUPT);
	world_wake(w);
}

void loop_world_halt(struct loop_world *w)
{
	atomic_fetch_or(&w->attention, ATTENTION_HALT);
	world_wake(w);
}

bool loop_world_halted(const struct loop_world *w)
{
	return atomic_load(&w->attention) & ATTENTION_HALT;
}

void loop_wake(struct loop *l)
{
	world_wake(l->world);
}

/* ---- time.sleep ---- */

/* Sleep for `ns` unless attention is wanted; what is left then. */
static int64_t block_real(struct loop_world *w, int64_t ns)
{
	int64_t end = clock_add(clock_now_ns(&w->clock), ns);
	for (;;) {
		int64_t left = end - clock_now_ns(&w->clock);
		if (left <= 0)
			return 0;
		if (atomic_load(&w->attention))
			return left;
		struct timespec t = {left / 1000000000, left % 1000000000};
		struct pollfd fd = {.fd = w->wake_fd, .events = POLLIN};
		/*
		 * A wake that was for a loop's inbox is not lost: a loop looks there
		 * before it polls.
		 */
		if (ppoll(&fd, 1, &t, NULL) > 0)
			world_calm(w);
	}
}

/* Virtual: the world's time passes, and that of everybody with it. What is left. */
static int64_t block_virtual(struct loop_world *w, int64_t ns)
{
	int64_t end_ns = clock_add(w->clock.now_ns, ns);
	if (w->worker)
		worker_park(w->worker, end_ns, false);
	else if (w->crew)
		crew_advance(w->crew, end_ns);
	else
		w->clock.now_ns = end_ns;
	return end_ns - w->clock.now_ns;
}

int64_t loop_world_block(struct loop_world *w, int64_t ns, uint32_t line)
{
	struct trace_writer *t = w->writer;
	bool traced = world_traced(w);
	int64_t left = 0;
	if (ns < 0)
		ns = 0;
	if (traced) {
		t->time_ns = clock_now_ns(&w->clock);
		trace_emit(t, EV_BLOCK_BEGUN, world_ns(w, ns), line, 0);
	}
	if (w->clock.real)
		left = block_real(w, ns);
	else
		left = block_virtual(w, ns);
	if (traced) {
		t->time_ns = clock_now_ns(&w->clock);
		trace_emit(t, EV_BLOCK_ENDED, 0, 0, 0);
	}
	return left;
}

/* ---- texts and numbers of the trace ---- */

uint32_t world_text(struct loop_world *w, const char *text)
{
	return trace_string(w->writer->trace, text, strlen(text));
}

uint32_t world_buf(struct loop_world *w, struct buf *taken)
{
	uint32_t id = trace_string(w->writer->trace, buf_text(taken), taken->len);
	buf_free(taken);
	return id;
}

uint32_t world_ns(struct loop_world *w, int64_t ns)
{
	return trace_number(w->writer->trace, ns);
}

uint32_t world_repr(struct loop_world *w, struct datum d)
{
	if (!w->client->repr)
		return 0;
	struct buf text = {0};
	w->client->repr(w->context, d, &text);
	return world_buf(w, &text);
}
