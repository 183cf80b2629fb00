/* Signals as bytes in a pipe. */
#include "tui/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

static const int told[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH};
/* Those of a crash, and those that end a program as suddenly: Ctrl-\ and the shell's limits. */
static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS,  SIGFPE,
                              SIGILL,  SIGQUIT, SIGXCPU, SIGXFSZ};

/* What the handlers reach: only an object of static lifetime can be. */
static struct {
	int in, out;                /* the pipe; out is written by the handler */
	volatile sig_atomic_t ends; /* how often an end was asked for */
	void (*rescue)(void);
	struct sigaction old_told[COUNT_OF(told)], old_crashes[COUNT_OF(crashes)];
	void *stack; /* for the handler of a stack overflow on this thread */
} state = {.in = -1, .out = -1};

static void tell(int number)
{
	int saved = errno;
	/* The loop does not answer: the user insists. */
	if ((number == SIGINT || number == SIGTERM || number == SIGHUP) &&
	    state.ends++ >= 2) {
		state.rescue();
		_exit(128 + number);
	}
	unsigned char byte = (unsigned char)number;
	ssize_t n = write(state.out, &byte, 1);
	(void)n; /* a full pipe has enough to wake up for */
	errno = saved;
}

static void crash(int number)
{
	state.rescue();
	signal(number, SIG_DFL);
	raise(number);
}

static void catch_one(int number, void (*handler)(int), int flags, struct sigaction *old)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
	sigemptyset(&action.sa_mask);
	sigaction(number, NULL, old);
	if (old->sa_handler != SIG_IGN)
		sigaction(number, &action, NULL);
}

static void give_stack(void)
{
	size_t size = (size_t)SIGSTKSZ < 65536 ? 65536 : (size_t)SIGSTKSZ;
	state.stack = mem_alloc(size);
	stack_t stack = {.ss_sp = state.stack, .ss_size = size};
	sigaltstack(&stack, NULL);
}

int signals_catch(void (*rescue)(void))
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return -1;
	state.in = ends[0];
	state.out = ends[1];
	state.ends = 0;
	state.rescue = rescue;
	give_stack();
	for (size_t i = 0; i < COUNT_OF(told); i++)
		catch_one(told[i], tell, SA_RESTART, &state.old_told[i]);
	for (size_t i = 0; i < COUNT_OF(crashes); i++)
		catch_one(crashes[i], crash, SA_ONSTACK | (int)SA_RESETHAND | SA_NODEFER,
		          &state.old_crashes[i]);
	return state.in;
}

int signals_next(void)
{
	unsigned char byte;
	return read(state.in, &byte, 1) == 1 ? byte : 0;
}

void signals_stop_here(void)
{
	struct sigaction ours, as_usual = {.sa_handler = SIG_DFL};
	sigaction(SIGTSTP, &as_usual, &ours);
	kill(getpid(), SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
}

void signals_release(void)
{
	if (state.in < 0)
		return;
	for (size_t i = 0; i < COUNT_OF(told); i++)
		sigaction(told[i], &state.old_told[i], NULL);
	for (size_t i = 0; i < COUNT_OF(crashes); i++)
		sigaction(crashes[i], &state.old_crashes[i], NULL);
	stack_t none = {.ss_flags = SS_DISABLE};
	sigaltstack(&none, NULL);
	free(state.stack);
	close(state.in);
	close(state.out);
	state.in = state.out = -1;
}
