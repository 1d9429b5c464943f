/*
 * What a run is made of: names, ownership and identity of the plain data in model.h. Called by the
 * main thread of compare; takes no locks.
 */
#include "model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *cmp_failure_name(cmp_failure_t failure) {
    static const char *const names[CMP_FAILURE_COUNT] = {
        [CMP_OK] = "ok",
        [CMP_FAIL_CRASH] = "crash",
        [CMP_FAIL_HANG] = "hang",
        [CMP_FAIL_WRONG_DATA] = "wrong-data",
        [CMP_FAIL_OUT_OF_MEMORY] = "out-of-memory",
        [CMP_FAIL_MEMORY_CAP] = "memory-cap",
        [CMP_FAIL_WRONG_ALLOCATOR] = "wrong-allocator",
        [CMP_FAIL_BIND] = "bind-refused",
        [CMP_FAIL_CHECKSUM] = "checksum",
        [CMP_FAIL_LOAD] = "load-failed",
        [CMP_FAIL_WORKER] = "worker-error",
        [CMP_FAIL_STATUS] = "exit-status",
        [CMP_FAIL_OUTPUT] = "output-differs",
        [CMP_FAIL_SETUP] = "setup-failed",
    };
    if ((unsigned)failure >= CMP_FAILURE_COUNT)
        return "worker-error";
    return names[failure];
}

const wl_workload_t cmp_program_workload = {
    .name = "program",
    .summary = "a real program, as compare run starts it",
    .stresses = "what the program does",
};

const char *cmp_counter_name(cmp_counter_t counter) {
    static const char *const names[CMP_COUNTER_COUNT] = {
#define COUNTER_NAME(constant, name) [CMP_COUNTER_##constant] = #name,
        CMP_COUNTERS(COUNTER_NAME)
#undef COUNTER_NAME
    };
    return names[counter];
}

bool cmp_cell_is_program(const cmp_cell_t *cell) {
    return cell->workload == &cmp_program_workload;
}

const char *cmp_cell_placement(const cmp_cell_t *cell) {
    return cmp_cell_is_program(cell) ? "unbound" : topo_policy_name(cell->placement);
}

bool cmp_same_work(const cmp_cell_t *a, const cmp_cell_t *b) {
    if (a->workload != b->workload || a->threads != b->threads || a->placement != b->placement ||
        a->seconds != b->seconds || a->check != b->check)
        return false;
    for (size_t i = 0; i < a->workload->parameter_count; i++)
        if (a->values.value[i] != b->values.value[i])
            return false;
    return true;
}

char **cmp_words_copy(char *const *words) {
    size_t count = 0;
    while (words != NULL && words[count] != NULL)
        count++;
    char **copy = count > 0 ? calloc(count + 1, sizeof *copy) : NULL;
    for (size_t i = 0; i < count; i++)
        if (copy == NULL || (copy[i] = strdup(words[i])) == NULL)
            abort();
    return copy;
}

void cmp_words_free(char **words) {
    if (!words)
        return;
    for (char **word = words; *word; word++)
        free(*word);
    free(words);
}

static void program_free(cmp_program_t *program) {
    if (!program)
        return;
    cmp_words_free(program->arguments);
    free(program->file);
    free(program->input);
    free(program->setup);
    free(program);
}

static void allocator_free(cmp_allocator_t *allocator) {
    free(allocator->label);
    free(allocator->name);
    free(allocator->path);
    cmp_words_free(allocator->support);
    cmp_words_free(allocator->environment);
    free(allocator->version);
    free(allocator->configuration);
    cmp_words_free(allocator->expected);
    free(allocator->remedy);
}

const char *cmp_sample_kind_name(cmp_sample_kind_t kind) {
    return kind == CMP_SAMPLE_LATENCY ? "latency" : "throughput";
}

void cmp_sample_clear(cmp_sample_t *sample) {
    free(sample->reason);
    free(sample->binding);
    free(sample->timeline);
    free(sample->latency);
    *sample = (cmp_sample_t){0};
}

const cmp_sample_t *cmp_cell_add_sample(cmp_cell_t *cell, const cmp_sample_t *sample) {
    bool timed = sample->kind == CMP_SAMPLE_LATENCY;
    cmp_sample_t **samples = timed ? &cell->latency_samples : &cell->samples;
    size_t *count = timed ? &cell->latency_count : &cell->sample_count;
    cmp_sample_t *more = realloc(*samples, (*count + 1) * sizeof *more);
    if (more == NULL)
        abort();
    *samples = more;
    more[*count] = *sample;
    return &more[(*count)++];
}

void cmp_cell_clear(cmp_cell_t *cell) {
    for (size_t i = 0; i < cell->sample_count; i++)
        cmp_sample_clear(&cell->samples[i]);
    for (size_t i = 0; i < cell->latency_count; i++)
        cmp_sample_clear(&cell->latency_samples[i]);
    free(cell->samples);
    free(cell->latency_samples);
}

void cmp_machine_free(cmp_machine_t *machine) {
    char *texts[] = {machine->hostname, machine->cpu,        machine->caches,
                     machine->kernel,   machine->os,         machine->libc,
                     machine->governor, machine->thp,        machine->overcommit,
                     machine->topology, machine->hypervisor, machine->topology_xml,
                     machine->id};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    memset(machine, 0, sizeof *machine);
}

void cmp_run_free(cmp_run_t *run) {
    cmp_words_free(run->command);
    free(run->commit);
    free(run->compiler);
    cmp_machine_free(&run->machine);
    for (size_t i = 0; i < run->allocator_count; i++)
        allocator_free(&run->allocators[i]);
    free(run->allocators);
    program_free(run->program);
    free(run->counters_source);
    for (size_t i = 0; i < run->cell_count; i++)
        cmp_cell_clear(&run->cells[i]);
    free(run->cells);
    for (size_t i = 0; i < run->note_count; i++)
        free(run->notes[i]);
    free(run->notes);
    memset(run, 0, sizeof *run);
}

void cmp_run_note(cmp_run_t *run, const char *format, ...) {
    char *line = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&line, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    for (size_t i = 0; i < run->note_count; i++) {
        if (strcmp(run->notes[i], line) == 0) {
            free(line);
            return;
        }
    }
    char **notes = realloc(run->notes, (run->note_count + 1) * sizeof *notes);
    if (!notes) {
        free(line);
        return;
    }
    run->notes = notes;
    run->notes[run->note_count++] = line;
}

void cmp_uuid(char uuid[CMP_UUID_BYTES]) {
    unsigned char b[16];
    if (getentropy(b, sizeof b) != 0) {
        perror("compare: cannot make a UUID: no random numbers from the kernel");
        abort();
    }
    b[6] = (b[6] & 0x0f) | 0x40; /* version 4 */
    b[8] = (b[8] & 0x3f) | 0x80; /* variant of RFC 9562 */
    snprintf(uuid, CMP_UUID_BYTES,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
             b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
             b[15]);
}

/* Writes `argument` so that a POSIX shell reads it back as one word. */
static void argument_quote(FILE *out, const char *argument) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%";
    if (*argument && strspn(argument, plain) == strlen(argument)) {
        fputs(argument, out);
        return;
    }
    fputc('\'', out);
    for (; *argument; argument++) {
        if (*argument == '\'')
            fputs("'\\''", out);
        else
            fputc(*argument, out);
    }
    fputc('\'', out);
}

char *cmp_words_quote(char *const *words) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return NULL;
    for (char *const *word = words; word && *word; word++) {
        if (word != words)
            fputc(' ', out);
        argument_quote(out, *word);
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

char **cmp_words_split(const char *text) {
    size_t count = 0, room = (text ? strlen(text) : 0) + 2;
    char **words = calloc(room, sizeof *words);
    char *word = malloc(room);
    if (!words || !word)
        abort();
    for (const char *at = text ? text : ""; *at;) {
        size_t length = 0;
        bool quoted = false;
        for (; *at && (quoted || *at != ' '); at++) {
            if (*at == '\'')
                quoted = !quoted;
            else if (*at == '\\' && !quoted && at[1])
                word[length++] = *++at;
            else
                word[length++] = *at;
        }
        word[length] = '\0';
        words[count++] = strdup(word);
        at += *at == ' ';
    }
    free(word);
    return words;
}

char *cmp_command_line(const cmp_run_t *run) {
    return cmp_words_quote(run->command);
}

char *cmp_command_again(const cmp_run_t *run) {
    size_t count = 0, own;
    bool seeded = false;
    while (run->command && run->command[count])
        count++;
    for (own = 0; own < count && strcmp(run->command[own], "--") != 0; own++)
        seeded |= strcmp(run->command[own], "--seed") == 0 ||
                  strncmp(run->command[own], "--seed=", 7) == 0;
    char **words = calloc(count + 3, sizeof *words), seed[24];
    if (!words)
        abort();
    size_t used = own;
    for (size_t i = 0; i < own; i++)
        words[i] = run->command[i];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)run->seed);
    if (!seeded) {
        words[used++] = "--seed";
        words[used++] = seed;
    }
    for (size_t i = own; i < count; i++)
        words[used++] = run->command[i];
    char *text = cmp_words_quote(words);
    free(words);
    return text;
}
