// The inner loops of the masker: what the processor does many bytes at a time and Swift has no operation for.
// All of them write nothing but places: they keep nothing of the text.
#ifndef VS_TEXT_SCAN_H
#define VS_TEXT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The most bytes of a slice of text that is looked at: places have 16 bits.
#define VS_SYS_SLICE_LIMIT_BYTES 65536

/// A table of bits that windows of eight bytes are looked up in, and how. The caller owns all of it.
///
/// A window `w` has the product `p = (w & mask) * factor`, of 128 bits; `l` are the lower 64 of them and `h` the upper. It
/// may be in the table where the word `table[l >> shift]` has the bits `h` and `h >> 6`, each modulo 64. `table` has
/// 2^(64 - shift) words.
typedef struct {
    const uint64_t *table;
    uint64_t shift;
    uint64_t mask;
    uint64_t factor;
} vs_sys_window_table;

/// Which windows are looked up: every `step`-th from `first` on. And where those begin that may be in the table.
///
/// The caller owns `places`, which has room for one more than windows are looked up.
typedef struct {
    size_t first;
    size_t step;
    uint16_t *places;
    size_t count;
} vs_sys_window_hits;

/// Looks up windows that lie in the `count` bytes of `text`, at most VS_SYS_SLICE_LIMIT_BYTES.
///
/// Why a shim: with BMI2 (asked for at run time) a look-up takes half of the instructions. Portable.
void vs_sys_find_windows(
    const uint8_t *text, size_t count, const vs_sys_window_table *table, vs_sys_window_hits *hits);

/// The most blanks and tabs after a line feed that belong to the line break.
#define VS_SYS_INDENT_LIMIT_BYTES 32

/// What a slice of text is scanned for, and what is found. The caller owns all of it.
typedef struct {
    /// Bytes of the slice, at most VS_SYS_SLICE_LIMIT_BYTES.
    size_t count;
    /// Its windows have eight bytes, all of which count; `step` is a power of two, 8 or more. A needle has `step` of them,
    /// one at each of its first bytes.
    vs_sys_window_table wide;
    vs_sys_window_hits hits;
    /// Its windows have four bytes. `table` is NULL where there is none.
    vs_sys_window_table middle;
    /// No window that is looked up lies farther from a needle's beginning: `step` and 6 at least.
    size_t reach;
    /// Where the line feeds are, in order; then the slice's end. With room for two more than `count`.
    uint32_t *feeds;
    size_t feed_count;
    /// The numbers of those, in order, at which a needle may go over the line break, those left out that have a hit of the
    /// wide table beside them. With room for one more than `count`.
    uint16_t *suspects;
    size_t suspect_count;
} vs_sys_slice_scan;

/// Scans a slice for windows of the wide table, as `vs_sys_find_windows` does, and for line breaks.
///
/// Suspect are breaks with lines of `reach` bytes or less before or after them, breaks with more to them than a line feed
/// and those with digits on both sides as blanks between pairs of them would leave them. The others are where a table
/// has the seven bytes before with the one after them, or the eight after them; the wide table is asked where none of the
/// windows of a needle would be looked up before or after the break.
/// Why a shim: Swift cannot make a bit mask of a comparison of vectors. Portable; with SSE2 or AVX2 64 bytes at a time.
void vs_sys_scan_slice(const uint8_t *text, vs_sys_slice_scan *slice);

/// From now on no instructions are used that only some processors have, or again those that this one has.
void vs_sys_scan_plainly_for_testing(bool is_plain);

#endif
