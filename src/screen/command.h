/*
 * Commands: what a user can do, the keys for it, and what is then to be done anew.
 * Everything comes from command.def.
 */
#ifndef SCREEN_COMMAND_H
#define SCREEN_COMMAND_H

#include <stdint.h>

enum command {
	CMD_NONE,
#define COMMAND(name, keys, context, argument, label, short_, what) CMD_##name,
#include "screen/command.def"
#undef COMMAND
	CMD_COUNT
};

enum context { CONTEXT_SCENE, CONTEXT_GALLERY, CONTEXT_BOTH };
enum argument { ARGUMENT_NONE, ARGUMENT_DIGIT, ARGUMENT_PLACE };

/* A row of command.def. */
struct command_info {
	const char *name; /* "STEP_BACK" */
	const char *keys; /* names of keys between blanks */
	enum context context;
	enum argument argument;
	const char *label, *short_label, *what;
};

/* Row 0 is that of CMD_NONE. */
extern const struct command_info command_infos[CMD_COUNT];

/* The command of a key (screen/key.h) where `context` holds; CMD_NONE if it has none. */
enum command command_of_key(uint32_t code, enum context context);

/*
 * What a command, a key or the passing of time asks of whoever shows the screen: bits.
 * DRAW: the cells may differ from before. The others are acts that the screen cannot do
 * itself; REPAINT: the terminal may show something else than was sent to it.
 */
enum {
	DO_DRAW = 1,
	DO_QUIT = 2,
	DO_REPAINT = 4,
	DO_RESTART = 8,
	DO_EDIT = 16,
	DO_OPEN = 32,  /* the chosen entry of the gallery: screen_chosen_entry */
	DO_CLOSE = 64, /* back to the gallery */
};

#endif
