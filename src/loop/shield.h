/*
 * asyncio.shield: a future that follows another and does not pass a cancellation on to
 * it.
 */
#ifndef LOOP_SHIELD_H
#define LOOP_SHIELD_H

struct future;

/*
 * Shield `inner` (borrowed): a new reference to the outer future, or to `inner` itself
 * if it is done.
 */
struct future *shield(struct future *inner);

#endif
