/*
 * Cells, groups and the order of rounds. Called by the main thread; order and seeds are pure
 * functions of the run's seed, so that a run can be repeated exactly. See docs/method.md.
 */
#include "schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "paths.h"
#include "splitmix.h"

/* Uniform in [0, bound), without the bias of a plain remainder. */
static uint64_t random_below(uint64_t *state, uint64_t bound) {
    uint64_t refused_below = -bound % bound; /* 2^64 mod bound */
    uint64_t value;
    do
        value = cmp_random_next(state);
    while (value < refused_below);
    return value % bound;
}

/* Fisher-Yates. */
static void shuffle(uint64_t *state, size_t *items, size_t count) {
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)random_below(state, i), item = items[i - 1];
        items[i - 1] = items[other];
        items[other] = item;
    }
}

static void reverse(size_t *items, size_t count) {
    for (size_t i = 0; i < count / 2; i++) {
        size_t item = items[i];
        items[i] = items[count - 1 - i];
        items[count - 1 - i] = item;
    }
}

/* Shuffles units of two, and the two of each. */
static void shuffle_pairs(uint64_t *state, size_t *items, size_t count) {
    const size_t units = (count + 1) / 2;
    size_t *order = calloc(units + 1, sizeof *order), *copy = calloc(count + 1, sizeof *copy);
    if (order == NULL || copy == NULL)
        abort();
    memcpy(copy, items, count * sizeof *items);
    for (size_t i = 0; i < units; i++)
        order[i] = i;
    shuffle(state, order, units);
    for (size_t i = 0, place = 0; i < units; i++) {
        const size_t first = 2 * order[i], size = first + 1 < count ? 2 : 1;
        memcpy(items + place, copy + first, size * sizeof *items);
        shuffle(state, items + place, size);
        place += size;
    }
    free(order);
    free(copy);
}

void cmp_schedule_order(uint64_t run_seed, uint32_t round, size_t group_count,
                        size_t allocator_count, bool pairs, size_t *cells) {
    uint64_t state = run_seed ^ (UINT64_C(0xd1342543de82ef95) * (round / 2 + UINT64_C(1)));
    size_t *groups = calloc(group_count, sizeof *groups);
    if (groups == NULL)
        abort();
    for (size_t i = 0; i < group_count; i++)
        groups[i] = i;
    shuffle(&state, groups, group_count);
    for (size_t i = 0; i < group_count; i++) {
        size_t *order = cells + i * allocator_count, first = groups[i] * allocator_count;
        for (size_t allocator = 0; allocator < allocator_count; allocator++)
            order[allocator] = first + allocator;
        if (pairs)
            shuffle_pairs(&state, order, allocator_count);
        else
            shuffle(&state, order, allocator_count);
    }
    if (round % 2 == 1)
        reverse(cells, group_count * allocator_count);
    free(groups);
}

uint64_t cmp_schedule_seed(uint64_t run_seed, uint32_t round) {
    uint64_t state = run_seed + UINT64_C(0xa0761d6478bd642f) * (round + UINT64_C(1));
    return cmp_random_next(&state) & CMP_SEED_MAX;
}

static bool group_add(cmp_schedule_t *schedule, cmp_run_t *run, const topo_t *topo,
                      const cmp_cell_t *pattern, char *error, size_t error_bytes) {
    topo_placement_t placement;
    if (!topo_place(topo, pattern->placement, pattern->threads, &placement, error, error_bytes))
        return false;
    cmp_group_t *group = &schedule->groups[schedule->group_count++];
    group->first_cell = run->cell_count;
    group->bind = topo_bind_text(&placement);
    for (size_t allocator = 0; allocator < run->allocator_count; allocator++) {
        cmp_cell_t *cell = &run->cells[run->cell_count++];
        *cell = *pattern;
        cell->allocator = allocator;
        cell->oversubscribed = placement.oversubscribed;
    }
    topo_placement_free(&placement);
    return true;
}

bool cmp_schedule_make(cmp_schedule_t *schedule, cmp_run_t *run, const topo_t *topo,
                       const cmp_subject_t *subject, char *error, size_t error_bytes) {
    size_t groups = subject->workload_count * subject->thread_count * subject->place_count;
    *schedule = (cmp_schedule_t){.groups = calloc(groups, sizeof *schedule->groups)};
    run->cells = calloc(groups * run->allocator_count, sizeof *run->cells);
    run->cell_count = 0;
    if (schedule->groups == NULL || run->cells == NULL) {
        snprintf(error, error_bytes, "cannot plan the run: out of memory");
        return false;
    }
    for (size_t w = 0; w < subject->workload_count; w++)
        for (size_t t = 0; t < subject->thread_count; t++)
            for (size_t p = 0; p < subject->place_count; p++) {
                const cmp_cell_t pattern = {
                    .workload = subject->workloads[w],
                    .values = subject->values[w],
                    .threads = subject->threads[t],
                    .placement = subject->places[p],
                    .seconds = subject->seconds,
                    .check = subject->check,
                };
                const cmp_sweep_t *sweep = subject->sweep;
                if (sweep != NULL && !sweep->wanted(sweep->context, &pattern))
                    continue;
                if (group_add(schedule, run, topo, &pattern, error, error_bytes))
                    continue;
                if (sweep == NULL)
                    return false;
                sweep->impossible(sweep->context, &pattern, error);
            }
    return true;
}

void cmp_schedule_free(cmp_schedule_t *schedule) {
    for (size_t i = 0; i < schedule->group_count; i++)
        free(schedule->groups[i].bind);
    free(schedule->groups);
    *schedule = (cmp_schedule_t){0};
}
