/*
 * Recognizes operations of <stdatomic.h> and of the compiler, and macros that make one. Main
 * thread; no locks.
 */
#include "atomic_operation.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"

bool cmp_c_call_read(const cmp_c_file_t *file, size_t file_index, size_t name, cmp_c_call_t *call) {
    if (!cmp_c_is_word(file, name) || !cmp_c_is(file, name + 1, "("))
        return false;
    call->close = cmp_c_close(file, name + 1);
    call->count = 0;
    size_t first = name + 2;
    for (size_t i = first; i <= call->close && i < file->token_count; i++) {
        if (i < call->close && strchr("([{", *file->tokens[i].text) != NULL) {
            i = cmp_c_close(file, i);
        } else if ((i == call->close || cmp_c_is(file, i, ",")) && call->count < CMP_C_ARGUMENTS) {
            call->argument[call->count++] = (cmp_c_expression_t){file_index, first, i};
            first = i + 1;
        }
    }
    return call->close < file->token_count;
}

/* ------------------------------------------------------------------ names */

static bool name_known(const char *name) {
    static const char *const names[] = {
        "load",
        "store",
        "exchange",
        "fetch_add",
        "fetch_sub",
        "fetch_or",
        "fetch_xor",
        "fetch_and",
        "fetch_nand",
        "add_fetch",
        "sub_fetch",
        "or_fetch",
        "xor_fetch",
        "and_fetch",
        "nand_fetch",
        "flag_test_and_set",
        "flag_clear",
        "test_and_set",
        "clear",
        "init",
        "thread_fence",
        "signal_fence",
        "compare_exchange",
        "compare_exchange_strong",
        "compare_exchange_weak",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool ends_with(char *text, const char *end) {
    size_t length = strlen(text), end_length = strlen(end);
    if (length <= end_length || strcmp(text + length - end_length, end) != 0)
        return false;
    text[length - end_length] = '\0';
    return true;
}

static bool is_fence(const char *name) {
    return strstr(name, "fence") != NULL;
}

static bool only_writes(const char *name) {
    return strcmp(name, "store") == 0 || strstr(name, "clear") != NULL || strcmp(name, "init") == 0;
}

/* "atomic_load_explicit" becomes "load"; NULL when it is none. *takes_order: the order is an
 * argument. */
static char *name_find(const char *word, bool *takes_order) {
    char *name = NULL;
    if (strncmp(word, "atomic_", 7) == 0) {
        name = cmp_text("%s", word + 7);
        *takes_order = ends_with(name, "_explicit") || is_fence(name);
    } else if (strncmp(word, "__atomic_", 9) == 0) {
        name = cmp_text("%s", word + 9);
        (void)ends_with(name, "_n");
        *takes_order = true;
    } else if (strncmp(word, "__sync_", 7) == 0) {
        *takes_order = false;
        return cmp_text("%s", word + 7);
    }
    if (name != NULL && name_known(name))
        return name;
    free(name);
    return NULL;
}

/* ------------------------------------------------------------------ orders */

/* The orders among a call's arguments: "release/acquire" where there are two that differ; NULL when
 * none is written there. Malloc'ed. */
static char *order_find(const cmp_c_file_t *file, size_t open, size_t close) {
    char *order = NULL;
    for (size_t i = open; i < close; i++) {
        const char *begin = cmp_c_begins(file, i, "memory_order_") ? "memory_order_"
                            : cmp_c_begins(file, i, "__ATOMIC_")   ? "__ATOMIC_"
                                                                   : NULL;
        if (begin == NULL)
            continue;
        char *word = cmp_c_word(file, i), *name = word + strlen(begin);
        for (char *at = name; *at != '\0'; at++)
            *at = (char)tolower((unsigned char)*at);
        char *longer = order == NULL              ? cmp_text("%s", name)
                       : strcmp(order, name) == 0 ? cmp_text("%s", order)
                                                  : cmp_text("%s/%s", order, name);
        free(order);
        free(word);
        order = longer;
    }
    return order;
}

unsigned cmp_operation_sides(const char *name, const char *order) {
    const bool both = strstr(order, "acq_rel") != NULL || strstr(order, "seq_cst") != NULL;
    unsigned sides = 0;
    if (!only_writes(name) &&
        (both || strstr(order, "acquire") != NULL || strstr(order, "consume") != NULL))
        sides |= CMP_ORDER_ACQUIRE;
    if (strcmp(name, "load") != 0 && (both || strstr(order, "release") != NULL))
        sides |= CMP_ORDER_RELEASE;
    return sides;
}

bool cmp_operation_locks(const char *name, const char *order) {
    if (strcmp(name, "load") == 0 || strcmp(name, "init") == 0 || strcmp(name, "signal_fence") == 0)
        return false;
    return (!only_writes(name) && !is_fence(name)) || strstr(order, "seq_cst") != NULL;
}

/* ------------------------------------------------------------------ operations */

static void operation_fill(const cmp_c_file_t *file, size_t token, bool takes_order,
                           cmp_operation_t *operation) {
    char *order = takes_order ? order_find(file, token + 2, operation->call.close) : NULL;
    const bool init = strcmp(operation->name, "init") == 0; /* is not an access, nor atomic */
    operation->stated = order != NULL || init;
    operation->order = order != NULL ? order : cmp_text("%s", init ? "none" : "seq_cst");
    operation->object = is_fence(operation->name) ? CMP_C_NONE : 0;
}

bool cmp_operation_at(const cmp_atomic_source_t *source, size_t file_index, size_t token,
                      cmp_operation_t *operation) {
    const cmp_c_file_t *file = &source->files[file_index];
    *operation = (cmp_operation_t){0};
    if (!cmp_c_call_read(file, file_index, token, &operation->call))
        return false;
    char *word = cmp_c_word(file, token);
    bool takes_order = false;
    operation->name = name_find(word, &takes_order);
    if (operation->name != NULL)
        operation_fill(file, token, takes_order, operation);
    for (size_t i = 0; operation->name == NULL && i < source->wrapper_count; i++) {
        const cmp_wrapper_t *wrapper = &source->wrappers[i];
        if (strcmp(wrapper->name, word) != 0 || wrapper->object >= operation->call.count)
            continue;
        operation->name = cmp_text("%s", wrapper->operation);
        operation->order = cmp_text("%s", wrapper->order);
        operation->object = wrapper->object;
        operation->stated = true;
        operation->wrapper = wrapper;
    }
    free(word);
    return operation->name != NULL;
}

void cmp_operation_free(cmp_operation_t *operation) {
    free(operation->name);
    free(operation->order);
}
