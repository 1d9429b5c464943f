/*
 * Other code layouts of a build of hakmem: the same object file, linked again with its sections in
 * another order and padding between them. What follows from where code and data lie, and not from
 * what they do, differs between them (T. Mytkowicz et al., ASPLOS 2009; C. Curtsinger and E. D.
 * Berger, ASPLOS 2013). Why the linker does it, and what is shuffled: docs/method.md.
 */
#ifndef LAYOUT_BUILD_H
#define LAYOUT_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "paths.h"

/*
 * Adds `count` layouts of the run's first two allocators, base and treatment, behind them: base 1,
 * treatment 1, base 2 ..., before the A/A control, which stays last. Libraries are linked where
 * they are not in build/layouts already. False with a message when one of the two is no build of
 * hakmem with an object file, the linker is missing, or a library lacks a symbol of the original.
 */
bool cmp_layouts_add(const cmp_paths_t *paths, uint32_t count, cmp_run_t *run, char *error,
                     size_t error_bytes);

/* How many bytes longer the environment of a sample in that layout is, so that stacks differ too: a
 * multiple of 16 below 4 KiB, the same for both sides; 0 for layout 0. */
size_t cmp_layout_stack_bytes(uint32_t layout);

#endif
