#!/bin/sh
# The manual page hakmem-compare(1), made of what the tool's own --help prints: ninja writes it to
# build/hakmem-compare.1. Every command of the tool gets its section.
# usage: tools/manual.sh COMPARE VERSION
set -euf

compare=$1
version=$2
LC_ALL=C.UTF-8
export LC_ALL

# Reads a help text and writes it as roff. `top` is 1 for the tool's own, whose usage is the
# synopsis of the page.
roff() {
    awk -v top="$1" '
    # Text that means itself. A minus that may be typed stays a minus.
    function plain(text) {
        gsub(/\\/, "\\e", text)
        gsub(/-/, "\\-", text)
        gsub(/\.\/compare/, "hakmem\\-compare", text)
        if (text ~ /^[.\047]/)
            text = "\\&" text
        return text
    }
    function verbatim_end() {
        if (verbatim)
            print ".fi"
        verbatim = 0
    }
    function section(title) {
        verbatim_end()
        print (top ? ".SH " : ".SS ") plain(top ? toupper(title) : title)
        paragraph = 1
    }
    /^Usage: / {
        if (top)
            print ".SH SYNOPSIS"
        print ".nf"
        verbatim = usage = 1
        sub(/^Usage: /, "")
        print plain($0)
        next
    }
    usage && /^  or:  / {
        sub(/^  or:  /, "")
        print plain($0)
        next
    }
    usage && /^   / {
        sub(/^ +/, "    ")
        print plain($0)
        next
    }
    usage {
        usage = 0
        verbatim_end()
        if (top)
            print ".SH DESCRIPTION"
        else
            print ".PP"
        paragraph = 0
    }
    /^$/ {
        verbatim_end()
        option = 0
        paragraph = 1
        next
    }
    # An option: its names, then its text on this line or the next.
    /^ +(-[A-Za-z], +)?--[a-z]/ || /^ +-[A-Za-z], --/ {
        verbatim_end()
        if (!options && top)
            print ".SH OPTIONS"
        options = 1
        line = $0
        sub(/^ +/, "", line)
        text = ""
        if (match(line, /  +/)) {
            text = substr(line, RSTART + RLENGTH)
            line = substr(line, 1, RSTART - 1)
        }
        print ".TP\n.B " plain(line)
        if (text != "")
            print plain(text)
        option = 1
        next
    }
    option && /^                      / {
        sub(/^ +/, "")
        print plain($0)
        next
    }
    # A heading among the options, or of a block.
    /^ [A-Z].*:$/ {
        if (!options && top)
            print ".SH OPTIONS"
        options = 1
        sub(/^ /, "")
        sub(/:$/, "")
        verbatim_end()
        print ".PP\n.I " plain($0)
        option = 0
        next
    }
    /^[A-Z][A-Za-z ]*:$/ {
        sub(/:$/, "")
        section($0)
        option = 0
        next
    }
    /^ / {
        if (!verbatim)
            print ".PP\n.nf"
        verbatim = 1
        print plain($0)
        next
    }
    {
        verbatim_end()
        option = 0
        if (paragraph)
            print ".PP"
        paragraph = 0
        print plain($0)
    }
    END { verbatim_end() }'
}

printf '.\\" Made of compare --help by tools/manual.sh.\n'
printf '.TH HAKMEM\\-COMPARE 1 "" "hakmem %s" "User Commands"\n' "$version"
printf '.SH NAME\nhakmem\\-compare \\- compares memory allocators on multi\\-threaded workloads\n'
"$compare" --help | roff 1
"$compare" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p' |
    while read -r command; do
        printf '.SH "HAKMEM\\-COMPARE %s"\n' "$(printf '%s' "$command" | tr '[:lower:]' '[:upper:]')"
        "$compare" "$command" --help | roff 0
    done
# Each audit has options of its own.
"$compare" audit | sed -n 's/^\([a-z][a-z]*\)  .*/\1/p' |
    while read -r audit; do
        printf '.SH "HAKMEM\\-COMPARE AUDIT %s"\n' "$(printf '%s' "$audit" | tr '[:lower:]' '[:upper:]')"
        "$compare" audit "$audit" --help | roff 0
    done
printf '.SH SEE ALSO\nThe method, every workload and the allocator are described in the documents\n'
printf 'that are installed with this page, in share/doc/hakmem.\n'
