#include "text_scan.h"

#include <stdatomic.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Each loop is written once and made twice where the processor may have AVX2 and BMI2, which are asked for at run time.
#define INLINE static inline __attribute__((always_inline))

static atomic_bool is_plain_for_testing;

void vs_sys_scan_plainly_for_testing(bool is_plain) { is_plain_for_testing = is_plain; }

#if defined(__x86_64__)
#define FAST __attribute__((target("avx2,bmi,bmi2")))

static bool is_fast(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           !is_plain_for_testing;
}
#endif

INLINE uint64_t load_word(const uint8_t *text) {
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return word;
}

// MARK: - Line feeds

#if defined(__x86_64__)
INLINE uint64_t feed_bits_sse2(const uint8_t *text) {
    const __m128i feeds = _mm_set1_epi8('\n');
    uint64_t bits = 0;
    for (unsigned i = 0; i < 64; i += 16) {
        __m128i part = _mm_loadu_si128((const __m128i *)(const void *)(text + i));
        bits |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(part, feeds)) << i;
    }
    return bits;
}

FAST static inline uint64_t feed_bits_avx2(const uint8_t *text) {
    const __m256i feeds = _mm256_set1_epi8('\n');
    __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)text);
    __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(text + 32));
    uint64_t bits = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, feeds));
    return bits << 32 | (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, feeds));
}

// Most blocks have none or one: the first is written whether it is there or not, so that no branch has to be guessed.
INLINE uint32_t *write_feeds(uint64_t bits, uint64_t first, size_t place, uint32_t *next) {
    *next = (uint32_t)(place + first);
    next += bits != 0;
    bits &= bits - 1;
    while (__builtin_expect(bits != 0, 0)) {
        *next++ = (uint32_t)(place + (size_t)__builtin_ctzll(bits));
        bits &= bits - 1;
    }
    return next;
}

// The whole blocks of 64 bytes.
FAST static uint32_t *find_in_blocks_fast(const uint8_t *text, size_t place, size_t end, uint32_t *next) {
    for (; place + 64 <= end; place += 64) {
        uint64_t bits = feed_bits_avx2(text + place);
        next = write_feeds(bits, _tzcnt_u64(bits), place, next);
    }
    return next;
}

static uint32_t *find_in_blocks(const uint8_t *text, size_t place, size_t end, uint32_t *next) {
    if (is_fast()) return find_in_blocks_fast(text, place, end, next);
    for (; place + 64 <= end; place += 64) {
        uint64_t bits = feed_bits_sse2(text + place);
        next = write_feeds(bits, (uint64_t)__builtin_ctzll(bits | UINT64_C(1) << 63), place, next);
    }
    return next;
}
#endif

// Writes where the line feeds from `place` up to `end` are, and gives where the next one is to be written.
static uint32_t *find_feeds(const uint8_t *text, size_t place, size_t end, uint32_t *next) {
#if defined(__x86_64__)
    next = find_in_blocks(text, place, end, next);
    place = end - (end - place) % 64;
#endif
    for (; place < end; place++) {
        *next = (uint32_t)place;
        next += text[place] == '\n';
    }
    return next;
}

// MARK: - Windows

// Its lowest bit is 1 where the window may be in the table.
INLINE uint64_t look_up(uint64_t window, const vs_sys_window_table *table) {
    // In one multiplication: what is below the middle says where, what is above says which bits.
    unsigned __int128 product = (unsigned __int128)window * table->factor;
    uint64_t word = table->table[(uint64_t)product >> table->shift];
    uint64_t hash = (uint64_t)(product >> 64);
    return (word >> (hash & 63)) & (word >> (hash >> 6 & 63));
}

// Sixty-four windows and no branch between them, so that what the processor waits for overlaps. The first is the highest
// bit.
INLINE uint64_t look_up_all(const uint8_t *text, size_t step, uint64_t mask, const vs_sys_window_table *table) {
    uint64_t hits = 0;
#if defined(__clang__)
#pragma clang loop unroll_count(8)
#endif
    for (unsigned i = 0; i < 64; i++, text += step) hits = hits << 1 | (look_up(load_word(text) & mask, table) & 1);
    return hits;
}

// Looks up the windows from `place` on, as many times 64 as end before `end`; goes on at the place that it gives.
INLINE size_t find_many(
    const uint8_t *text, size_t place, size_t end, uint64_t mask, const vs_sys_window_table *table,
    vs_sys_window_hits *hits) {
    size_t step = hits->step, count = hits->count;
    for (; place + 63 * step + 8 <= end; place += 64 * step) {
        uint64_t found = look_up_all(text + place, step, mask, table);
        while (found) {
            unsigned first = (unsigned)__builtin_clzll(found);
            hits->places[count++] = (uint16_t)(place + first * step);
            found &= ~(UINT64_C(1) << 63 >> first);
        }
    }
    hits->count = count;
    return place;
}

// The last ones, one by one.
static void find_few(
    const uint8_t *text, size_t place, size_t end, const vs_sys_window_table *table, vs_sys_window_hits *hits) {
    for (; place + 8 <= end; place += hits->step)
        if (look_up(load_word(text + place) & table->mask, table) & 1) hits->places[hits->count++] = (uint16_t)place;
}

#if defined(__x86_64__)
FAST static size_t find_many_fast(
    const uint8_t *text, size_t place, size_t end, const vs_sys_window_table *given, vs_sys_window_hits *hits) {
    const vs_sys_window_table table = *given;
    // Without a mask a window is multiplied straight from memory.
    if (table.mask == UINT64_MAX) return find_many(text, place, end, UINT64_MAX, &table, hits);
    return find_many(text, place, end, table.mask, &table, hits);
}
#endif

static size_t find_most(
    const uint8_t *text, size_t place, size_t end, const vs_sys_window_table *given, vs_sys_window_hits *hits) {
#if defined(__x86_64__)
    if (is_fast()) return find_many_fast(text, place, end, given, hits);
#endif
    const vs_sys_window_table table = *given;
    return find_many(text, place, end, table.mask, &table, hits);
}

void vs_sys_find_windows(
    const uint8_t *text, size_t count, const vs_sys_window_table *table, vs_sys_window_hits *hits) {
    hits->count = 0;
    find_few(text, find_most(text, hits->first, count, table, hits), count, table, hits);
}

// MARK: - Line breaks

enum { DIGIT = 1, BLANK = 2, LINE_END = 4, INDENT = 8, DIGIT_OR_BLANK = 16, D = DIGIT | DIGIT_OR_BLANK };

static const uint8_t kinds[256] = {
    ['0'] = D, ['1'] = D, ['2'] = D, ['3'] = D, ['4'] = D, ['5'] = D, ['6'] = D, ['7'] = D, ['8'] = D, ['9'] = D,
    ['A'] = D, ['B'] = D, ['C'] = D, ['D'] = D, ['E'] = D, ['F'] = D,
    ['a'] = D, ['b'] = D, ['c'] = D, ['d'] = D, ['e'] = D, ['f'] = D,
    [' '] = BLANK | INDENT | DIGIT_OR_BLANK, ['\t'] = INDENT, ['\n'] = LINE_END, ['\r'] = LINE_END,
};

INLINE unsigned kind(uint64_t word, unsigned place) { return kinds[word >> place * 8 & 0xff]; }

// Whether the break between two words may stand for the blank between two pairs of digits.
INLINE bool may_be_spaced(uint64_t before, uint64_t after) {
    if (!(kind(before, 7) & DIGIT_OR_BLANK) || !(kind(after, 0) & DIGIT)) return false;
    // With a blank so late in the line all is possible. Else one or two digits come before the break, and then one or
    // two up to the next blank.
    if ((kind(before, 7) | kind(before, 6) | kind(before, 5)) & BLANK) return true;
    if (kind(after, 1) & (BLANK | LINE_END)) return true;
    return (kind(after, 1) & DIGIT) && (kind(after, 2) & (BLANK | LINE_END));
}

// Whether a needle may go over a line feed with long lines around it.
INLINE bool may_be_crossed(const uint8_t *feed, const vs_sys_slice_scan *slice) {
    uint64_t before = load_word(feed - 8), begin = load_word(feed + 1);
    if (kind(before, 7) & LINE_END || kind(begin, 0) & INDENT) return true;
    uint64_t across = before >> 8 | begin << 56;
    uint64_t hits = look_up(across, &slice->wide) | look_up(begin, &slice->wide);
    if (slice->middle.table)
        hits |= look_up(across >> 32, &slice->middle) | look_up(begin & UINT32_MAX, &slice->middle);
    return (hits & 1) || may_be_spaced(before, begin);
}

// How far the line feeds have been looked at: the next one, and whether the line before it is surely long.
typedef struct {
    size_t next;
    bool follows_long;
} break_place;

// The line feeds before `last` that are not done with at a glance, to where suspects are written; gives how many.
INLINE size_t find_doubtful(
    const uint8_t *text, size_t last, break_place *place, const vs_sys_slice_scan *slice, bool has_middle) {
    const uint32_t *feeds = slice->feeds;
    uint16_t *doubtful = slice->suspects + slice->suspect_count;
    size_t count = 0;
    const size_t least = slice->reach + 2, longest_indent = VS_SYS_INDENT_LIMIT_BYTES;
    // Of a needle that goes over a break, the wide filter looks a window up before or after the break, unless its last one
    // before it lies seven bytes or less short of a whole step away from it.
    const size_t near = slice->hits.first + 7, bits = slice->hits.step - 8;
    bool follows_long = place->follows_long;
    for (size_t i = place->next; i < last; i++) {
        size_t feed = feeds[i], length = feeds[i + 1] - feed;
        bool is_doubtful = true;
        if (__builtin_expect(follows_long && length > least, 1)) {
            unsigned before = kinds[text[feed - 1]], behind = kinds[text[feed + 1]];
            unsigned marks = (before / DIGIT_OR_BLANK & behind) | (before & LINE_END) | (behind & INDENT);
            is_doubtful = has_middle || marks | (((near - feed) & bits) == 0);
            follows_long = !(behind & INDENT);
        } else {
            follows_long = length > least + longest_indent;
        }
        doubtful[count] = (uint16_t)i;
        count += is_doubtful;
    }
    *place = (break_place){last, follows_long};
    return count;
}

// Whether a needle may go over a line break, or a line beside it is short.
INLINE bool is_suspect(const uint8_t *text, size_t number, const vs_sys_slice_scan *slice) {
    const uint32_t *feed = slice->feeds + number;
    size_t line = 0;
    if (number) {
        line = feed[-1] + 1;
        if (kinds[text[line]] & INDENT) line += VS_SYS_INDENT_LIMIT_BYTES;
    }
    if (feed[0] <= line + slice->reach || feed[1] - feed[0] <= slice->reach + 2) return true;
    return may_be_crossed(text + feed[0], slice);
}

// Looks at the line feeds before `last`, each of which has one after it, or the slice's end.
INLINE break_place look_at_breaks(const uint8_t *text, size_t last, break_place place, vs_sys_slice_scan *slice) {
    bool has_middle = slice->middle.table != NULL;
    size_t count = has_middle ? find_doubtful(text, last, &place, slice, true)
                              : find_doubtful(text, last, &place, slice, false);
    uint16_t *doubtful = slice->suspects + slice->suspect_count;
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        uint16_t number = doubtful[i];
        doubtful[found] = number;
        found += is_suspect(text, number, slice);
    }
    slice->suspect_count += found;
    return place;
}

#if defined(__x86_64__)
FAST static break_place look_at_breaks_fast(
    const uint8_t *text, size_t last, break_place place, vs_sys_slice_scan *slice) {
    return look_at_breaks(text, last, place, slice);
}
#endif

static break_place look_at_most(const uint8_t *text, size_t last, break_place place, vs_sys_slice_scan *slice) {
#if defined(__x86_64__)
    if (is_fast()) return look_at_breaks_fast(text, last, place, slice);
#endif
    return look_at_breaks(text, last, place, slice);
}

// MARK: - Slices

// What was found in so many bytes is looked at while they are in the processor's nearest memory.
enum { PART_BYTES = 4096 };

void vs_sys_scan_slice(const uint8_t *text, vs_sys_slice_scan *slice) {
    uint32_t *feed = slice->feeds;
    size_t window = slice->hits.first;
    break_place place = {0, false};
    slice->hits.count = slice->suspect_count = 0;
    for (size_t part = 0; part < slice->count; part += PART_BYTES) {
        size_t end = slice->count - part < PART_BYTES ? slice->count : part + PART_BYTES;
        feed = find_feeds(text, part, end, feed);
        if (feed > slice->feeds + place.next)
            place = look_at_most(text, (size_t)(feed - slice->feeds) - 1, place, slice);
        window = find_most(text, window, end, &slice->wide, &slice->hits);
    }
    find_few(text, window, slice->count, &slice->wide, &slice->hits);
    slice->feed_count = (size_t)(feed - slice->feeds);
    *feed = (uint32_t)slice->count;
    look_at_most(text, slice->feed_count, place, slice);
}
