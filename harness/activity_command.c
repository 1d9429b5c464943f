/*
 * The worker's command line in a proof, and a look for names in a library. Main thread, before
 * measuring; no locks.
 */
#include "activity_command.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launch.h"

enum { PASSED_MOST = 64, WRAPPER_MOST = 8, FIXED_WORDS = 16 };

char **cmp_activity_words(const cmp_activity_command_t *command) {
    const cmp_cell_t *cell = command->cell;
    const char *passed[PASSED_MOST];
    const size_t passed_count = cmp_launch_passed_environment(passed, PASSED_MOST);
    size_t settings = 0;
    while (command->settings != NULL && command->settings[settings] != NULL)
        settings++;
    char **words = calloc(FIXED_WORDS + PASSED_MOST + WRAPPER_MOST + settings +
                              cell->workload->parameter_count,
                          sizeof *words);
    size_t count = 0;
    if (words == NULL)
        abort();
    /* Of two settings with the same name env takes the last. */
    words[count++] = cmp_text("env");
    for (size_t i = 0; i < passed_count; i++)
        words[count++] = cmp_text("%s", passed[i]);
    for (char *const *setting = command->settings; setting != NULL && *setting != NULL; setting++)
        words[count++] = cmp_text("%s", *setting);
    if (command->extra != NULL)
        words[count++] = cmp_text("%s", command->extra);
    if (!command->linked)
        words[count++] = cmp_text("LD_PRELOAD=%s", command->library);
    for (size_t i = 0; command->wrapper != NULL && command->wrapper[i] != NULL; i++)
        words[count++] = cmp_text("%s", command->wrapper[i]);
    words[count++] = cmp_text("%s", command->linked ? command->library : command->worker);
    words[count++] = cmp_text("%s", cell->workload->name);
    words[count++] = cmp_text("threads=%u", command->threads);
    words[count++] = cmp_text("ops=%llu", command->seconds > 0 ? 0 : command->ops);
    words[count++] = cmp_text("warmup=%llu", command->warmup);
    if (command->seconds > 0)
        words[count++] = cmp_text("seconds=%.0f", command->seconds);
    words[count++] = cmp_text("seed=1");
    for (size_t i = 0; i < cell->workload->parameter_count; i++) {
        char value[64];
        wl_format(cell->workload, &cell->values, i, value, sizeof value);
        words[count++] = cmp_text("%s=%s", cell->workload->parameters[i].name, value);
    }
    return words;
}

bool cmp_file_names(const char *path, const char *name) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    bool found = false;
    if (file >= 0 && fstat(file, &status) == 0 && status.st_size > 0) {
        size_t bytes = (size_t)status.st_size, length = strlen(name) + 1; /* with its end */
        char *text = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, file, 0);
        for (char *at = text; text != MAP_FAILED && !found; at++) {
            at = memmem(at, bytes - (size_t)(at - text), name, length);
            if (at == NULL)
                break;
            found = at > text && at[-1] == '\0';
        }
        if (text != MAP_FAILED)
            munmap(text, bytes);
    }
    if (file >= 0)
        close(file);
    return found;
}
