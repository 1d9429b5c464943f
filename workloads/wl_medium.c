/*
 * Workload medium: mixed with blocks of 1 to 64 KiB, between what allocators serve from size
 * classes and what they map one by one. Everything but the defaults and the choice to touch pages
 * is that of mixed: wl_mixed.h. Runs in worker threads, which share nothing. Explained in
 * docs/workloads.md.
 */
#include "dispatch.h"
#include "wl_mixed.h"

static const wl_parameter_t medium_parameters[] = {
    [SLOTS] = {"slots", "blocks", 1024, 1, 1 << 24, NULL, "places per thread; half of them taken"},
    [MIN] = {"min", "bytes", 1024, 1, 1 << 30, NULL, "smallest size"},
    [MAX] = {"max", "bytes", 65536, 1, 1 << 30, NULL, "largest size; sizes are uniform"},
    [TOUCH] = {"touch", "", WL_TOUCH_PAGES, 0, 0, wl_touch_page_choices, wl_touch_page_help},
};

WL_DISPATCH(wl_mixed);

static enum wl_verdict medium_work(wl_thread_t *thread) {
    for (uint64_t steps; (steps = wl_chunk(thread)) > 0;) {
        wl_mixed_chunk(thread, steps);
        wl_done(thread, steps, steps);
    }
    return WL_PHASE_OVER;
}

const wl_engine_t wl_medium_engine = {
    .plan = wl_mixed_plan,
    .prepare = wl_mixed_prepare,
    .work = medium_work,
    .live_bytes = wl_mixed_live_bytes,
    .drain = wl_mixed_drain,
};

const wl_workload_t wl_medium = {
    .name = "medium",
    .summary = "mixed with blocks of 1 to 64 KiB",
    .stresses = "blocks above the small size classes: runs of pages, their reuse and splitting",
    .parameters = medium_parameters,
    .parameter_count = sizeof medium_parameters / sizeof medium_parameters[0],
    .validate = wl_mixed_validate,
    .engine = &wl_medium_engine,
};
