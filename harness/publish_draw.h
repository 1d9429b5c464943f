/*
 * Colours by which a gnuplot script names what a picture's parts are, as they look on white. No
 * other part has these values, so that a page can put its own in their place.
 */
#ifndef PUBLISH_DRAW_H
#define PUBLISH_DRAW_H

#define PUB_INK        "#010203" /* axes and texts */
#define PUB_LINE       "#c9c9c8" /* grid */
#define PUB_NOISE      "#e4e4e3" /* noise floor, widest single row */
#define PUB_NOISE_EDGE "#c4c4c3" /* noise floor over all rows */
#define PUB_FLOOR      "#767675" /* the floor's line, the front */

#endif
