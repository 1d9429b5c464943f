/*
 * Finds the locked and fenced instructions of a library with objdump, their lines in the source
 * with addr2line, and its counters with nm: all of binutils. See atomic_binary.h. Main thread; no
 * locks.
 */
#include "atomic_binary.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "disassembly.h"
#include "line_table.h"
#include "paths.h"

#define COUNTER_STORAGE "hak_counts_"

/* A locked or fenced instruction. */
typedef struct locked {
    const cmp_instruction_t *instruction;
    const cmp_function_t *function;
    size_t access;    /* that explains it; CMP_C_NONE */
    const char *box;  /* of telemetry; NULL */
    const char *file; /* innermost place in the source; NULL: not known */
    uint32_t line;    /* 0: the compiler merged code of several lines */
} locked_t;

typedef struct locked_list {
    locked_t *items;
    size_t count;
} locked_list_t;

static void *array_grow(void *items, size_t count, size_t item_bytes) {
    items = realloc(items, (count + 1) * item_bytes);
    if (items == NULL)
        abort();
    return items;
}

/* ------------------------------------------------------------------ instructions */

/* Helpers that gcc links in on aarch64: their callers count as locked. */
static bool is_helper(const cmp_function_t *function) {
    return strncmp(function->name, "__aarch64_", 10) == 0;
}

static locked_list_t locked_find(const cmp_disassembly_t *code) {
    locked_list_t list = {0};
    for (size_t f = 0; f < code->function_count; f++) {
        const cmp_function_t *function = &code->functions[f];
        for (size_t i = 0; i < function->count && !is_helper(function); i++) {
            const cmp_instruction_t *instruction = &code->instructions[function->first + i];
            if ((instruction->does & (CMP_DOES_LOCK | CMP_DOES_FENCE)) == 0)
                continue;
            list.items = array_grow(list.items, list.count, sizeof *list.items);
            list.items[list.count++] = (locked_t){instruction, function, CMP_C_NONE, NULL, NULL, 0};
        }
    }
    return list;
}

/* ------------------------------------------------------------------ lines */

/* The part of a path that the source's files are called by: "allocator/os.h"; NULL when it is none
 * of them. */
static const cmp_c_file_t *file_of_path(const cmp_atomic_source_t *source, const char *path,
                                        size_t length) {
    for (size_t i = 0; i < source->file_count; i++) {
        const char *name = source->files[i].name;
        size_t name_length = strlen(name);
        if (length >= name_length && memcmp(path + length - name_length, name, name_length) == 0 &&
            (length == name_length || path[length - name_length - 1] == '/'))
            return &source->files[i];
    }
    return NULL;
}

/* Needs a locked instruction on some machine, or is for a `fence` one that orders; and is at that
 * line of its file. */
static bool access_fits(const cmp_access_t *access, uint32_t line, bool fence) {
    return access->first_line <= line && line <= access->last_line &&
           (access->locks || (fence && access->sides != 0));
}

/* The access at a line. With `use`, a counter macro that is used there. */
static size_t access_at(const cmp_atomic_source_t *source, const cmp_c_file_t *file, uint32_t line,
                        bool fence, bool use) {
    for (size_t i = 0; i < source->count; i++) {
        const cmp_access_t *access = &source->accesses[i];
        if (&source->files[access->file] == file && access_fits(access, line, fence) &&
            (access->box != NULL) == use)
            return i;
    }
    return CMP_C_NONE;
}

/* The access at a line of the file that a function is in: some binutils name the first file of the
 * unit where a function in a section of its own has lines of one file only. */
static size_t access_in(const cmp_atomic_source_t *source, const char *function, uint32_t line,
                        bool fence) {
    const size_t length = strcspn(function, "."); /* what compilers append to clones */
    for (size_t i = 0; i < source->count; i++) {
        const cmp_access_t *access = &source->accesses[i];
        if (access->box == NULL && access_fits(access, line, fence) &&
            strlen(access->function) == length && memcmp(access->function, function, length) == 0)
            return i;
    }
    return CMP_C_NONE;
}

/* What the lines of a build's instructions are looked up in. */
typedef struct lookup {
    const cmp_atomic_source_t *source;
    locked_list_t *list;
} lookup_t;

/* The innermost line has to hold the access; of telemetry, which is one function, the lines that
 * called it name the box. */
static void line_take(void *context, size_t index, const char *path, size_t path_length,
                      uint32_t line) {
    const lookup_t *lookup = context;
    const cmp_atomic_source_t *source = lookup->source;
    locked_t *locked = &lookup->list->items[index];
    const cmp_c_file_t *file = file_of_path(source, path, path_length);
    const bool fence = (locked->instruction->does & CMP_DOES_LOCK) == 0;
    if (file == NULL)
        return;
    if (locked->file == NULL) {
        locked->file = file->name;
        locked->line = line;
        if (line > 0)
            locked->access = access_at(source, file, line, fence, false);
        if (line > 0 && locked->access == CMP_C_NONE) {
            locked->access = access_in(source, locked->function->name, line, fence);
            if (locked->access != CMP_C_NONE)
                locked->file = source->files[source->accesses[locked->access].file].name;
        }
    } else if (locked->access != CMP_C_NONE && locked->box == NULL &&
               source->accesses[locked->access].kind == CMP_ACCESS_TELEMETRY) {
        size_t use = access_at(source, file, line, fence, true);
        locked->box = use != CMP_C_NONE ? source->accesses[use].box : NULL;
    }
}

static bool lines_read(const cmp_atomic_source_t *source, const char *path, locked_list_t *list,
                       char *error, size_t error_bytes) {
    lookup_t lookup = {source, list};
    uint64_t *addresses = calloc(list->count + 1, sizeof *addresses);
    if (addresses == NULL)
        abort();
    for (size_t i = 0; i < list->count; i++)
        addresses[i] = list->items[i].instruction->address;
    bool good =
        cmp_lines_find(path, addresses, list->count, line_take, &lookup, error, error_bytes);
    free(addresses);
    return good;
}

/* ------------------------------------------------------------------ what the build says */

static bool boxes_have(const char *boxes, const char *box) {
    char *word = cmp_text(" %s ", box);
    bool found = strstr(boxes, word) != NULL;
    free(word);
    return found;
}

/* Counts the counters' arrays in the symbol table, and compares them with the boxes. */
static bool symbols_read(cmp_locked_build_t *result, cmp_findings_t *findings, char *error,
                         size_t error_bytes) {
    const char *path = result->build->path, *label = result->build->label;
    const char *const command[] = {"nm", "--format=posix", path, NULL};
    int status;
    char *text = cmp_capture(command, &status), *rest = text, *line, *seen = cmp_text(" ");
    if (text == NULL || status != 0) {
        snprintf(error, error_bytes,
                 "cannot read the symbols of %s: nm %s; it comes with binutils: apt install "
                 "binutils",
                 path, text == NULL || status == 127 ? "is not installed" : "failed");
        free(text);
        free(seen);
        return false;
    }
    if (*text == '\0')
        cmp_finding_add(findings, "no-symbols", path, 0,
                        "%s has no symbols: nothing proves that its telemetry is compiled out; "
                        "build it without stripping",
                        label);
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (strncmp(line, COUNTER_STORAGE, strlen(COUNTER_STORAGE)) != 0)
            continue;
        char *box = line + strlen(COUNTER_STORAGE);
        box[strcspn(box, " .")] = '\0';
        result->telemetry_symbols++;
        if (!boxes_have(result->boxes, box))
            cmp_finding_add(findings, "telemetry", path, 0,
                            "%s contains " COUNTER_STORAGE "%s, but is built without that box",
                            label, box);
        char *longer = cmp_text("%s%s ", seen, box);
        free(seen);
        seen = longer;
    }
    free(text);
    char *boxes = cmp_text("%s", result->boxes), *box_rest = boxes, *box;
    while ((box = strsep(&box_rest, " ")) != NULL)
        if (*box != '\0' && !boxes_have(seen, box))
            cmp_finding_add(findings, "telemetry", path, 0,
                            "%s is built with the box %s, but has no " COUNTER_STORAGE "%s", label,
                            box, box);
    free(boxes);
    free(seen);
    return true;
}

/* ------------------------------------------------------------------ functions */

bool cmp_is_hot_function(const char *name) {
    static const char *const names[] = {"malloc",     "free",     "calloc",
                                        "hak_malloc", "hak_free", "hak_calloc"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t length = strlen(names[i]);
        /* gcc's clones belong to it, but for the cold part. */
        if (strncmp(name, names[i], length) == 0 &&
            (name[length] == '\0' || (name[length] == '.' && strstr(name, ".cold") == NULL)))
            return true;
    }
    return false;
}

static cmp_locked_function_t *function_find(cmp_locked_build_t *result, const char *name) {
    for (size_t i = 0; i < result->function_count; i++)
        if (strcmp(result->functions[i].name, name) == 0)
            return &result->functions[i];
    result->functions =
        array_grow(result->functions, result->function_count, sizeof *result->functions);
    cmp_locked_function_t *function = &result->functions[result->function_count++];
    *function = (cmp_locked_function_t){.name = cmp_text("%s", name)};
    return function;
}

static int function_compare(const void *one, const void *other) {
    return strcmp(((const cmp_locked_function_t *)one)->name,
                  ((const cmp_locked_function_t *)other)->name);
}

/* An instruction of a build, and what explains it. */
typedef struct verdict {
    const locked_t *locked;
    bool telemetry, counted, merged;
} verdict_t;

static void verdict_finding(const cmp_locked_build_t *result, const verdict_t *verdict,
                            cmp_findings_t *findings) {
    const locked_t *locked = verdict->locked;
    const char *label = result->build->label, *name = locked->function->name;
    const char *file = locked->file != NULL ? locked->file : result->build->path;
    if (verdict->telemetry && !verdict->counted)
        cmp_finding_add(findings, "telemetry", file, locked->line,
                        "%s: '%s' in %s counts for %s, which is not compiled in", label,
                        locked->instruction->text, name,
                        locked->box != NULL ? locked->box : "no box");
    if (locked->access == CMP_C_NONE && !verdict->merged)
        cmp_finding_add(findings, "unexplained", file, locked->line,
                        "%s: '%s' in %s is of no atomic access of the source%s", label,
                        locked->instruction->text, name,
                        locked->file != NULL ? "; is the build older than the source? run ninja"
                                             : ": the build has no line for it; build with -g");
    if (cmp_is_hot_function(name) && !verdict->counted)
        cmp_finding_add(findings, "hot-path", file, locked->line, "%s: '%s' on the hot path of %s",
                        label, locked->instruction->text, name);
}

/* Adds an instruction to the sums, and what is wrong with it to the findings. */
static void locked_add(const cmp_atomic_source_t *source, const locked_t *locked,
                       cmp_locked_build_t *result, cmp_findings_t *findings) {
    verdict_t verdict = {.locked = locked};
    const cmp_access_t *access =
        locked->access != CMP_C_NONE ? &source->accesses[locked->access] : NULL;
    verdict.telemetry = access != NULL && access->kind == CMP_ACCESS_TELEMETRY;
    /* Without records of inlined calls the box is not known, but that the build counts is. */
    verdict.counted =
        verdict.telemetry && (locked->box != NULL ? boxes_have(result->boxes, locked->box)
                                                  : strcmp(result->boxes, " ") != 0);
    verdict.merged = access == NULL && locked->file != NULL && locked->line == 0;
    const bool lock = (locked->instruction->does & CMP_DOES_LOCK) != 0;
    cmp_locked_function_t *function = function_find(result, locked->function->name);
    function->locked += lock;
    function->fences += !lock;
    function->telemetry += verdict.telemetry;
    result->locked += lock;
    result->fences += !lock;
    result->telemetry += verdict.telemetry;
    result->correctness += access != NULL && !verdict.telemetry;
    result->merged += verdict.merged;
    result->unexplained += access == NULL && !verdict.merged;
    verdict_finding(result, &verdict, findings);
}

bool cmp_locked_build_read(const cmp_atomic_source_t *source, const cmp_audit_build_t *build,
                           const char *worker, cmp_locked_build_t *result, cmp_findings_t *findings,
                           char *error, size_t error_bytes) {
    cmp_disassembly_t code;
    *result = (cmp_locked_build_t){.build = build};
    if (!cmp_disassemble(build->path, &code, error, error_bytes))
        return false;
    locked_list_t list = locked_find(&code);
    bool good = lines_read(source, build->path, &list, error, error_bytes);
    result->boxes = good ? cmp_audit_boxes(worker, build->path, error, error_bytes) : NULL;
    good = result->boxes != NULL && symbols_read(result, findings, error, error_bytes);
    for (size_t i = 0; good && i < code.function_count; i++)
        if (cmp_is_hot_function(code.functions[i].name))
            function_find(result, code.functions[i].name);
    for (size_t i = 0; good && i < list.count; i++)
        locked_add(source, &list.items[i], result, findings);
    if (result->function_count > 0)
        qsort(result->functions, result->function_count, sizeof *result->functions,
              function_compare);
    free(list.items);
    cmp_disassembly_free(&code);
    if (!good)
        cmp_locked_build_free(result);
    return good;
}

void cmp_locked_build_free(cmp_locked_build_t *build) {
    for (size_t i = 0; i < build->function_count; i++)
        free(build->functions[i].name);
    free(build->functions);
    free(build->boxes);
    *build = (cmp_locked_build_t){0};
}
