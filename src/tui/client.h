/*
 * The client of the terminal's own loop: watches and timers only, so no result and no
 * error ever crosses it.
 */
#ifndef TUI_CLIENT_H
#define TUI_CLIENT_H

#include "loop/client.h"

extern const struct loop_client tui_client;

#endif
