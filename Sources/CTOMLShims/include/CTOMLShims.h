// TOML text taken apart by toml++ (a C++ library of headers, Debian's libtomlplusplus-dev), behind a C face: Swift needs
// no C++ then, and no exception of C++ meets a Swift frame.
#ifndef VS_TOML_SHIMS_H
#define VS_TOML_SHIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The sorts of values.
typedef enum {
    VS_TOML_TEXT = 1,
    VS_TOML_INTEGER,
    VS_TOML_FLOAT,
    VS_TOML_BOOLEAN,
    /// A list of texts and nothing else.
    VS_TOML_TEXTS,
    /// A date, a time, another list, an empty table, a text with a NUL: named, so that it can be refused by its name.
    VS_TOML_OTHER,
} vs_toml_kind;

/// One value of a document. All texts live during the call only.
typedef struct {
    /// The names of the tables and the key, in order.
    const char *const *path;
    size_t path_count;
    vs_toml_kind kind;
    /// UTF-8 with a NUL after it. Of VS_TOML_TEXT alone.
    const char *text;
    /// The same, several. Of VS_TOML_TEXTS alone.
    const char *const *texts;
    size_t text_count;
    int64_t integer;
    double number;
    bool boolean;
    uint32_t line;
} vs_toml_value;

/// Parses `count` bytes of TOML 1.0 and calls `each` for every value, tables in order of their names. False where the text
/// is not TOML: then nothing has been called, and `message` (of `capacity` bytes) says what was met and `*line` where.
bool vs_toml_read(const char *bytes, size_t count, void (*each)(void *context, const vs_toml_value *value),
                  void *context, char *message, size_t capacity, uint32_t *line);

#ifdef __cplusplus
}
#endif

#endif
