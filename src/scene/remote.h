/*
 * Calls from one world to a loop of another: loop.call_soon_threadsafe and
 * run_coroutine_threadsafe in a worker, and the answers that come back.
 */
#ifndef SCENE_REMOTE_H
#define SCENE_REMOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "lang/args.h"

struct concurrent_future;
struct scene;

/* loop.call_soon_threadsafe(callback, *args) for a proxy of a loop. False with the
 * exception set. */
bool remote_call_soon(struct scene *s, value proxy, value callback, const struct args *a);

/* run_coroutine_threadsafe(coro, proxy): a new concurrent future of this world, or null.
 */
value remote_run_coroutine(struct scene *s, value proxy, value coro);

/* If `callback` (of a concurrent future that is done) is one of these ends: tell the
 * other. */
bool remote_call_back(struct scene *s, value callback, value future);

/* The job is over: nobody waits for answers any more. */
void remote_forget(struct scene *s);

/* The end of this world: what it runs for others is nobody's. */
void served_forget(struct scene *s);

#endif
