/*
 * asyncio.run's clean-up: what happens between the end of the main task and the end of
 * the loop. Making the loop and the main task is the embedder's part.
 */
#ifndef LOOP_RUNNER_H
#define LOOP_RUNNER_H

#include "loop/loop.h"

/*
 * Cancel all tasks that are left and run them to their end, report what failed meanwhile,
 * run the two clean-up tasks (client.shutdown_asyncgens, client.shutdown_executor), close
 * the loop. RUN_DONE, or how one of these runs ended; the loop is closed in any case.
 * `*error` as in loop_run_forever.
 */
enum run_end runner_close(struct loop *l, struct datum *error);

#endif
