/*
 * Signals as bytes in a pipe, so that the event loop can read them like keys; and the
 * last act of a program that crashes: giving the terminal back.
 */
#ifndef TUI_SIGNALS_H
#define TUI_SIGNALS_H

/*
 * Catch what concerns a terminal program: INT, TERM, HUP, TSTP, CONT, WINCH go into a
 * pipe, whose end to read from is returned (non-blocking; -1 if there is none to be had).
 * The signals of a crash, and those that end a program as suddenly, call `rescue`, which
 * may only do what a signal handler may, and then end the program as they would have.
 * Signals that are ignored stay ignored. Once at a time in a program.
 */
int signals_catch(void (*rescue)(void));

/* The next signal from the pipe, or 0. */
int signals_next(void);

/* Stop the program as SIGTSTP does; returns when it goes on. */
void signals_stop_here(void);

/* Everything as it was before signals_catch. */
void signals_release(void);

#endif
