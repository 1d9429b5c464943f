/*
 * Finds atomic accesses in the allocator's source, classifies them and pairs them: see
 * atomic_source.h; atomic_scan.c recognizes the single access. Main thread; no locks.
 */
#include "atomic_source.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "atomic_scan.h"
#include "paths.h"

#define TAG "[any,atomic]"

/* ------------------------------------------------------------------ findings */

void cmp_finding_add(cmp_findings_t *findings, const char *kind, const char *file, uint32_t line,
                     const char *format, ...) {
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        abort();
    va_end(arguments);
    findings->items = realloc(findings->items, (findings->count + 1) * sizeof *findings->items);
    if (findings->items == NULL)
        abort();
    findings->items[findings->count++] = (cmp_finding_t){kind, cmp_text("%s", file), line, text};
}

void cmp_findings_free(cmp_findings_t *findings) {
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->items[i].file);
        free(findings->items[i].text);
    }
    free(findings->items);
    *findings = (cmp_findings_t){0};
}

static void access_finding(cmp_atomic_source_t *source, const cmp_access_t *access,
                           const char *kind, const char *text) {
    cmp_finding_add(&source->findings, kind, source->files[access->file].name, access->line,
                    "%s of %s in %s: %s", access->operation, access->object_name, access->function,
                    text);
}

/* ------------------------------------------------------------------ files */

static char *file_text(const char *path) {
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&text, &length);
    if (memory == NULL)
        abort();
    bool good = file != NULL;
    char buffer[16384];
    for (size_t got; good && (got = fread(buffer, 1, sizeof buffer, file)) > 0;)
        fwrite(buffer, 1, got, memory);
    good = good && !ferror(file);
    if (file != NULL)
        fclose(file);
    fclose(memory);
    if (good)
        return text;
    free(text);
    return NULL;
}

static int is_source(const struct dirent *entry) {
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0);
}

static bool files_read(cmp_atomic_source_t *source, const char *folder, const char *folder_name,
                       char *error, size_t error_bytes) {
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_source, alphasort);
    bool good = count > 0;
    if (!good)
        snprintf(error, error_bytes, "cannot audit the source: no C files in %s%s%s", folder,
                 count < 0 ? ": " : "", count < 0 ? strerror(errno) : "");
    source->files = calloc((size_t)(count > 0 ? count : 1), sizeof *source->files);
    if (source->files == NULL)
        abort();
    for (int i = 0; i < count; i++) {
        char *path = cmp_text("%s/%s", folder, entries[i]->d_name);
        char *text = good ? file_text(path) : NULL;
        if (good && text == NULL)
            snprintf(error, error_bytes, "cannot read %s: %s", path, strerror(errno));
        good = text != NULL;
        if (good)
            cmp_c_file_split(&source->files[source->file_count++],
                             cmp_text("%s/%s", folder_name, entries[i]->d_name), text);
        free(path);
        free(entries[i]);
    }
    free(entries);
    return good;
}

/* ------------------------------------------------------------------ classes */

static const char *declaration_comment(const cmp_atomic_source_t *source,
                                       const cmp_access_t *access) {
    return access->object != CMP_C_NONE ? source->objects.items[access->object].comment : "";
}

/* What stands behind `word` in the comment, without the mark that follows it; NULL where it does
 * not stand. Malloc'ed. */
static char *words_behind(const char *comment, const char *word) {
    const char *at = strstr(comment, word);
    if (at == NULL)
        return NULL;
    at += strlen(word);
    at += strspn(at, ":;, ");
    return *at != '\0' ? cmp_text("%s", at) : NULL;
}

/* True when the comment names a macro that shares a plain field: HAK_SHARE'd. */
static bool names_wrapper(const cmp_atomic_source_t *source, const char *comment) {
    for (size_t i = 0; i < source->wrapper_count; i++)
        if (source->wrappers[i].box == CMP_C_NONE &&
            strstr(comment, source->wrappers[i].name) != NULL)
            return true;
    return false;
}

/* An access is of correctness when its object's declaration is tagged: [any,atomic], or for a plain
 * field that is shared by a macro, an owner and the macro's name. */
static void access_classify(cmp_atomic_source_t *source, cmp_access_t *access) {
    if (access->kind != CMP_ACCESS_CORRECTNESS)
        return;
    const char *comment = declaration_comment(source, access);
    const cmp_c_object_t *object =
        access->object != CMP_C_NONE ? &source->objects.items[access->object] : NULL;
    char *reason = words_behind(comment, "relaxed");
    access->partner_words = words_behind(comment, "partner:");
    if (strcmp(access->order, "relaxed") == 0)
        access->reason = reason;
    else
        free(reason);
    if (object == NULL)
        access_finding(source, access, "unclassified", "no declaration of it is found");
    else if (strstr(comment, TAG) == NULL && (object->atomic || object->pointer_to_atomic))
        access_finding(source, access, "unclassified", "its declaration lacks the access tag " TAG);
    else if (strstr(comment, TAG) == NULL && !names_wrapper(source, comment))
        access_finding(source, access, "unclassified",
                       "its declaration neither has the access tag " TAG
                       " nor names the macro that shares it");
    else
        return;
    access->kind = CMP_ACCESS_UNCLASSIFIED;
}

/* ------------------------------------------------------------------ pairs */

static void partners_find(cmp_atomic_source_t *source, cmp_access_t *access) {
    unsigned wanted = 0, found = 0;
    if (access->sides & CMP_ORDER_ACQUIRE)
        wanted |= CMP_ORDER_RELEASE;
    if (access->sides & CMP_ORDER_RELEASE)
        wanted |= CMP_ORDER_ACQUIRE;
    for (size_t i = 0; wanted != 0 && i < source->count; i++) {
        const cmp_access_t *other = &source->accesses[i];
        bool same = access->object != CMP_C_NONE
                        ? other->object == access->object
                        : strcmp(other->object_name, access->object_name) == 0;
        if (!same || (other->sides & wanted) == 0)
            continue;
        found |= other->sides & wanted;
        access->partners =
            realloc(access->partners, (access->partner_count + 1) * sizeof *access->partners);
        if (access->partners == NULL)
            abort();
        access->partners[access->partner_count++] = i;
    }
    if (access->kind != CMP_ACCESS_CORRECTNESS || access->partner_words != NULL)
        return;
    if (wanted & ~found & CMP_ORDER_RELEASE)
        access_finding(source, access, "unpaired",
                       "nothing stores it with release, which its acquire could pair with");
    if (wanted & ~found & CMP_ORDER_ACQUIRE)
        access_finding(source, access, "unpaired",
                       "nothing loads it with acquire, which its release could pair with");
}

static int access_compare(const void *one, const void *other) {
    const cmp_access_t *a = one, *b = other;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    return (a->line > b->line) - (a->line < b->line);
}

static int finding_compare(const void *one, const void *other) {
    const cmp_finding_t *a = one, *b = other;
    int order = strcmp(a->file, b->file);
    if (order == 0)
        order = (a->line > b->line) - (a->line < b->line);
    return order != 0 ? order : strcmp(a->kind, b->kind);
}

bool cmp_atomic_source_read(cmp_atomic_source_t *source, const char *folder,
                            const char *folder_name, char *error, size_t error_bytes) {
    *source = (cmp_atomic_source_t){0};
    bool good = files_read(source, folder, folder_name, error, error_bytes);
    cmp_c_objects_find(&source->objects, source->files, source->file_count);
    cmp_atomic_scan(source);
    qsort(source->accesses, source->count, sizeof *source->accesses, access_compare);
    for (size_t i = 0; i < source->count; i++)
        access_classify(source, &source->accesses[i]);
    for (size_t i = 0; i < source->count; i++)
        partners_find(source, &source->accesses[i]);
    if (good && source->count == 0) {
        snprintf(error, error_bytes, "cannot audit the source: no atomic access in %s", folder);
        good = false;
    }
    if (source->findings.count > 0)
        qsort(source->findings.items, source->findings.count, sizeof *source->findings.items,
              finding_compare);
    return good;
}

void cmp_atomic_source_free(cmp_atomic_source_t *source) {
    for (size_t i = 0; i < source->count; i++) {
        cmp_access_t *access = &source->accesses[i];
        free(access->function);
        free(access->object_name);
        free(access->operation);
        free(access->order);
        free(access->box);
        free(access->reason);
        free(access->partners);
        free(access->partner_words);
    }
    free(source->accesses);
    for (size_t i = 0; i < source->wrapper_count; i++) {
        free(source->wrappers[i].name);
        free(source->wrappers[i].operation);
        free(source->wrappers[i].order);
    }
    free(source->wrappers);
    cmp_c_objects_free(&source->objects);
    for (size_t i = 0; i < source->file_count; i++)
        cmp_c_file_free(&source->files[i]);
    free(source->files);
    cmp_findings_free(&source->findings);
}

/* ------------------------------------------------------------------ words */

const char *cmp_access_kind_name(cmp_access_kind_t kind) {
    static const char *const names[] = {[CMP_ACCESS_CORRECTNESS] = "correctness",
                                        [CMP_ACCESS_TELEMETRY] = "telemetry",
                                        [CMP_ACCESS_UNCLASSIFIED] = "unclassified"};
    return names[kind];
}

char *cmp_access_partners(const cmp_atomic_source_t *source, const cmp_access_t *access) {
    if (access->sides == 0)
        return cmp_text("%s", strcmp(access->order, "relaxed") == 0 ? "relaxed: none needed" : "");
    char *text = cmp_text("%s", access->partner_count > 0 ? "with " : "");
    for (size_t i = 0; i < access->partner_count; i++) {
        const cmp_access_t *partner = &source->accesses[access->partners[i]];
        const char *name = source->files[partner->file].name, *slash = strrchr(name, '/');
        char *longer = cmp_text("%s%s%s:%u", text, i > 0 ? ", " : "",
                                slash != NULL ? slash + 1 : name, partner->line);
        free(text);
        text = longer;
    }
    if (access->partner_words != NULL) {
        char *longer = cmp_text("%s%s%s", text, *text != '\0' ? "; " : "", access->partner_words);
        free(text);
        text = longer;
    }
    return text;
}
