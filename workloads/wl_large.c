/*
 * Workload large: mixed with few blocks of 64 KiB to 16 MiB, whose pages are written. Its engine is
 * that of medium, wl_medium.c. Explained in docs/workloads.md.
 */
#include "wl_mixed.h"

static const wl_parameter_t large_parameters[] = {
    [SLOTS] = {"slots", "blocks", 16, 1, 1 << 24, NULL, "places per thread; half of them taken"},
    [MIN] = {"min", "bytes", 65536, 1, 1 << 30, NULL, "smallest size"},
    [MAX] = {"max", "bytes", 16 << 20, 1, 1 << 30, NULL, "largest size; sizes are uniform"},
    [TOUCH] = {"touch", "", WL_TOUCH_PAGES, 0, 0, wl_touch_page_choices, wl_touch_page_help},
};

const wl_workload_t wl_large = {
    .name = "large",
    .summary = "mixed with few blocks of 64 KiB to 16 MiB, every page of them written",
    .stresses = "mapping and unmapping against keeping: system calls, page faults, retained memory",
    .parameters = large_parameters,
    .parameter_count = sizeof large_parameters / sizeof large_parameters[0],
    .validate = wl_mixed_validate,
    .least_seconds = 0.1, /* some hundred operations */
    .slow_times = 1000,   /* thousands of pages are written for one */
    .engine = &wl_medium_engine,
};
