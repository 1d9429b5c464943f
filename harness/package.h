/* The distribution's package manager: who owns a file, how to install what is missing. */
#ifndef PACKAGE_H
#define PACKAGE_H

enum { CMP_FAMILY_APT, CMP_FAMILY_DNF, CMP_FAMILY_PACMAN, CMP_FAMILY_COUNT };

/* "apt install libx2": the command that installs this distribution's entry of `packages`,
 * malloc'ed; NULL when there is none. */
char *cmp_package_remedy(const char *const packages[CMP_FAMILY_COUNT]);

/* The version of the package that owns the file at `path` (resolved), malloc'ed; "n/a" when no
 * package does. */
char *cmp_package_version(const char *path);

#endif
