// The two inner loops of the masker: what the processor does many bytes at a time and Swift has no operation for.
#ifndef VS_TEXT_SCAN_H
#define VS_TEXT_SCAN_H

#include <stddef.h>
#include <stdint.h>

/// The most bytes that `vs_sys_find_byte` looks at: places have 16 bits.
#define VS_SYS_FIND_LIMIT_BYTES 65536

/// Writes where in the `count` bytes of `text` the byte `wanted` stands to `places`, in order, and gives how often.
///
/// `count` is at most VS_SYS_FIND_LIMIT_BYTES; `places` has room for one more than `count` and keeps nothing of the text
/// but these numbers.
/// Why a shim: Swift cannot make a bit mask of a comparison of vectors. Portable; with SSE2 or AVX2 64 bytes at a time.
size_t vs_sys_find_byte(const uint8_t *text, size_t count, uint8_t wanted, uint16_t *places);

/// A table of bits that windows of eight bytes are looked up in, and how. The caller owns all of it.
///
/// A window `w` has the hash `h = ((w & window_mask) ^ key) * factor` (modulo 2^64). It may be in the table where the word
/// `table[h >> shift]` has the bits `h >> 40` and `h >> 34`, each modulo 64. `table` has 2^(64 - shift) words.
typedef struct {
    const uint64_t *table;
    uint64_t shift;
    uint64_t window_mask;
    uint64_t key;
    uint64_t factor;
} vs_sys_window_table;

/// Looks up 64 windows, `step` bytes apart from `text` on, in memory order; bit i of the answer is 1 where window i may be
/// in the table. `text` has 63 * step + 8 bytes.
/// Why a shim: with BMI2 (asked for at run time) a look-up takes two thirds of the instructions. Portable.
uint64_t vs_sys_window_hits(const uint8_t *text, size_t step, const vs_sys_window_table *table);

#endif
