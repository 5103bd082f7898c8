// The Lua modules and help texts that the program carries: data, no code. A C target, because `#embed` costs nothing
// at start, where a Swift array of the same bytes would be built at first use.
#ifndef VS_EMBEDDED_H
#define VS_EMBEDDED_H

#include <stddef.h>

/// A text in the program's read-only memory; never freed.
typedef struct {
    const char *name;
    const unsigned char *bytes;
    size_t length;
} vs_embedded_text;

/// The parts of the worker's prelude, in the order in which they run; ends with a NULL name.
const vs_embedded_text *vs_embedded_prelude(void);

/// The modules that scripts `require`; ends with a NULL name.
const vs_embedded_text *vs_embedded_modules(void);

/// The topics of `vaultscript help`; ends with a NULL name.
const vs_embedded_text *vs_embedded_topics(void);

/// The programs of subcommands that are written in Lua, by the names of the commands; the last entry has no name.
const vs_embedded_text *vs_embedded_commands(void);

#endif
