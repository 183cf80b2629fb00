/*
 * For the files of this folder only: the screen's fields, and one drawing function a
 * pane.
 *
 * The state is everything that commands change. What is drawn follows from the state, the
 * view and the size; so there is no scrolling that remembers: panes show the page that
 * has what is to be seen.
 */
#ifndef SCREEN_INTERNAL_H
#define SCREEN_INTERNAL_H

#include "base/buf.h"
#include "base/vec.h"
#include "screen/layout.h"
#include "screen/play.h"
#include "screen/screen.h"
#include "screen/source.h"
#include "view/lane.h"
#include "view/moment.h"
#include "view/ruler.h"
#include "view/view.h"

enum pane { PANE_TIMELINE, PANE_SOURCE, PANE_LOOP, PANE_OUTPUT, PANE_COUNT };
enum overlay { OVERLAY_NONE, OVERLAY_HELP, OVERLAY_SEARCH };

struct screen_state {
	uint64_t position; /* events that have happened: the end of a moment */
	uint32_t chosen;   /* a lane, or LANE_NONE */
	bool follow;       /* step through the chosen lane alone */
	bool internals;    /* show the loop's machinery */
	bool future;       /* show what is still to come */
	bool live;         /* stay at the end while the trace grows */
	int64_t held_ns;   /* the clock as it stood when the live view was paused, or 0 */
	/* The real clock of a live scene: as shown, and a moment at which the host's clock
	 * (0: not known) and the scene's were seen together. */
	int64_t live_ns, seen_host_ns, seen_scene_ns;
	size_t wanted;     /* a moment to go to once the growing trace has it, or 0 */
	enum ruler ruler;  /* as the user chose it; see ruler_shown */
	bool ruler_chosen;
	int zoom; /* 2 to the power of this */
	enum pane focus;
	int scroll[PANE_COUNT]; /* rows away from where the pane would be by itself */
	struct play play;
	int speed;
	bool beat_stop; /* playing stops at beats */
	enum overlay overlay;
	int help_top;
	size_t entry; /* of the gallery */
	bool watching;
	enum theme theme;
	bool predict; /* ask who runs next */
	uint32_t predicted, right;
};

struct screen {
	struct screen_options options;
	struct screen_state state;
	struct view *view; /* borrowed; NULL: the chooser */
	size_t kept;       /* the moment's index when the last picture was detached */
	int cols, rows;
	struct source source; /* the scene's text by lines */
	VEC(uint32_t) folded; /* lanes whose descendants are not shown */
	VEC(uint64_t) answered; /* positions at which it was said who runs next */
	struct buf message;   /* shown instead of the footer */
	struct buf query;     /* what is searched, or being typed */
	bool has_query;
	size_t clock_seen;  /* moments whose times have been looked at, ... */
	int clock_decimals; /* ... and the most decimals that one of them has */
	struct loop_plan *loop_plan; /* owned: see pane_loop.c */
};

/* The columns of the timeline pane that are for names, and the rest. */
struct timeline_cut {
	int name_cols, cols;
};

/* What the panes want to know of the present; made anew for each drawing. */
struct present {
	size_t index; /* of the moment */
	struct moment moment;
	uint64_t position; /* events that have happened */
	bool within;     /* beyond the moment, in a step or a job that has not ended: the
	                    scene is there now */
	int64_t base_ns; /* the clock at the position */
	int64_t time_ns; /* the clock to draw up to: between moments while playing */
	int64_t told_ns; /* the same as it is told in words: rounded down between moments */
	uint32_t active; /* the lane that the moment is about */
	struct layout layout;
	struct timeline_cut cut;
	struct scale scale; /* of the timeline */
};

/* The moment that the state stands at, in the list that is stepped through. */
size_t present_index(const struct screen *s);
struct present present_of(const struct screen *s);

/* ---- how time passes ---- */

/* Whether the scene's clock is the real one, runs right now, and is followed. */
bool clock_runs(const struct screen *s);

/* Clock time between the present moment and the next one; 0 at the end. */
int64_t next_gap_ns(const struct screen *s);

/* How the present moment is played. */
struct stay present_stay(const struct screen *s);

/* The clock as it is drawn and as it is told: see struct present. */
struct instant {
	int64_t time_ns, told_ns;
};
struct instant present_instant(const struct screen *s, const struct timeline_cut *cut);

/* How many decimals the clock in the title has throughout a run; learn_clock finds that out
 * for the moments that there are. */
int clock_decimals(const struct screen *s, const struct timeline_cut *cut);
void learn_clock(struct screen *s);

/* Play or pause; set the speed (within its limits); whether playing stops at beats. */
void playing_switch(struct screen *s, int64_t now_ns);
void playing_set_speed(struct screen *s, int speed);
void playing_stop_at_beats(struct screen *s, bool stop);

struct layout screen_layout(const struct screen *s);

/* The ruler in use: the user's, else the clock, or steps for a run that took no time. */
enum ruler ruler_shown(const struct screen *s);

/* The ink of a state; of a mixed or absent one too. */
enum ink state_ink(enum lane_state state);

/* ---- panes: `a` is the whole of the pane, frame included ---- */

void title_draw(const struct screen *s, const struct present *p, struct area a);
/* How many rows the scene's introduction takes. */
int intro_rows(const struct screen *s);
void caption_draw(const struct screen *s, const struct present *p, struct area a);
void source_draw(const struct screen *s, const struct present *p, struct area a);
void loop_draw(const struct screen *s, const struct present *p, struct area a);
/* What the loop's pane knows of a run as a whole: found out when it is drawn, so it must be
 * forgotten when the view is another or has grown. */
struct loop_plan *loop_plan_new(void);
void loop_plan_forget(struct loop_plan *plan);
void timeline_draw(const struct screen *s, const struct present *p, struct area a);
void sentence_draw(const struct screen *s, const struct present *p, struct area a);
void output_draw(const struct screen *s, const struct present *p, struct area a);
void footer_draw(const struct screen *s, struct area a);
void help_draw(const struct screen *s, struct area a);
int help_max_top(const struct screen *s);

/* Append a time of the scene's clock; a real clock is told to the millisecond only. */
void put_time(const struct screen *s, int64_t ns, struct buf *out);

/* A pane's frame, brighter when it has the keys; returns the inside. */
struct area pane_frame(const struct screen *s, enum pane pane, struct area a,
                       const char *title);

/* ---- the timeline ---- */

/* How the timeline pane is cut. */
struct timeline_cut timeline_cut(const struct screen *s, const struct layout *l);

/* How much of the clock a column has, of `cols` that show it, whichever ruler is in use. */
double timeline_unit(const struct screen *s, int cols);

/* The scale of a timeline of `cols` columns at a position. */
struct scale timeline_scale(const struct screen *s, int cols, uint64_t position,
                            int64_t time_ns);

/* The lanes shown, folded ones left out, in order. `*lanes` is owned by the caller
 * (free). */
size_t timeline_lanes(const struct screen *s, uint32_t **lanes);

/* How many rows the timeline has: those, and the sum of all threads if there are several. */
size_t timeline_row_count(const struct screen *s);

/* A page of lanes: which of them, and how many there are in all. */
struct lane_page {
	uint32_t *lanes; /* owned: all of them */
	size_t count, top, rows;
};

/* Where the lane stands among them, or the nearest of its creators that is shown;
 * SIZE_MAX if none is. */
size_t timeline_index(const struct screen *s, const struct lane_page *page, uint32_t lane);

/* Draw what goes from one lane to another over the rows of a page; `a` is the time without
 * the names, the ruler being its first row. */
void arrows_draw(const struct screen *s, const struct present *p, struct area a,
                 const struct lane_page *page);

/* The lane drawn in row `row` of the timeline's inside (0 is the ruler), or LANE_NONE. */
uint32_t timeline_lane_at(const struct screen *s, const struct present *p, int row);

/* ---- predicting ---- */

enum { QUESTION_MAX = 6 };

/* Who runs next? */
struct prediction {
	uint32_t lanes[QUESTION_MAX]; /* who could, by lane */
	size_t count;
	uint32_t answer; /* who will */
	bool by_timer;   /* nobody is ready: whose timer is due first */
};

/* The question that the present place asks; false if it asks none. */
bool predict_question(const struct screen *s, struct prediction *q);
void predict_words(const struct screen *s, const struct prediction *q, struct buf *out);

/* Answer with the candidate number `choice`, from 0: counts, and goes to the next moment. */
unsigned predict_answer(struct screen *s, const struct prediction *q, size_t choice);

/* Begin to ask, or stop asking. */
unsigned predict_switch(struct screen *s);

/* ---- moving ---- */

/* Go to moment `index`, wherever that is in the list that is stepped through. */
void go_to(struct screen *s, size_t index);
unsigned move_do(struct screen *s, enum command command, int argument);
unsigned move_click(struct screen *s, int x, int y);

/* The next (or previous) moment in which the query is found; false if there is none. */
bool search_next(struct screen *s, bool backwards);

#endif
