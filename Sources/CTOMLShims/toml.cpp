#include "CTOMLShims.h"

// The parser asserts what a text may not be (`[=`): that is an error of the text, and no end of the process.
struct Refused {};
#undef NDEBUG
#define TOML_ASSERT(condition) (static_cast<bool>(condition) ? void() : throw Refused())
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

// A NUL inside would end the text early in C.
bool is_whole(const std::string &text) { return text.find('\0') == std::string::npos; }

struct Walk {
    void (*each)(void *, const vs_toml_value *);
    void *context;
    std::vector<const char *> path;

    void value(const toml::node &node) {
        vs_toml_value found = {};
        std::string text;
        found.path = path.data();
        found.path_count = path.size();
        found.line = node.source().begin.line;
        found.kind = VS_TOML_OTHER;
        std::vector<const char *> texts;
        if (const auto *string = node.as_string()) {
            text = string->get();
            if (is_whole(text)) {
                found.kind = VS_TOML_TEXT;
                found.text = text.c_str();
            }
        } else if (const auto *integer = node.as_integer()) {
            found.kind = VS_TOML_INTEGER;
            found.integer = integer->get();
        } else if (const auto *number = node.as_floating_point()) {
            found.kind = VS_TOML_FLOAT;
            found.number = number->get();
        } else if (const auto *boolean = node.as_boolean()) {
            found.kind = VS_TOML_BOOLEAN;
            found.boolean = boolean->get();
        } else if (const auto *list = node.as_array()) {
            bool all = true;
            for (const auto &element : *list) {
                const auto *string = element.as_string();
                all = all && string && is_whole(string->get());
                if (all) texts.push_back(string->get().c_str());
            }
            if (all) {
                found.kind = VS_TOML_TEXTS;
                found.texts = texts.data();
                found.text_count = texts.size();
            }
        }
        each(context, &found);
    }

    void table(const toml::table &table) {
        for (const auto &entry : table) {
            std::string key(entry.first.str());
            path.push_back(key.c_str());
            const auto *inner = entry.second.as_table();
            if (inner && !inner->empty())
                this->table(*inner);
            else
                value(entry.second);
            path.pop_back();
        }
    }
};

// The first line that begins a table and does not name it; 1 where none does.
uint32_t unnamed_line(std::string_view text) {
    for (uint32_t line = 1; !text.empty(); line++) {
        const size_t end = text.find('\n');
        std::string_view rest = text.substr(0, end);
        const size_t start = rest.find_first_not_of(" \t");
        if (start != rest.npos && rest[start] == '[') {
            const size_t name = rest.find_first_not_of("[ \t\r", start);
            if (name == rest.npos || std::string_view("=#.").find(rest[name]) != rest.npos) return line;
        }
        if (end == text.npos) break;
        text.remove_prefix(end + 1);
    }
    return 1;
}

}  // namespace

bool vs_toml_read(const char *bytes, size_t count, void (*each)(void *, const vs_toml_value *), void *context,
                  char *message, size_t capacity, uint32_t *line) {
    const std::string_view text(bytes, count);
    try {
        toml::parse_result result = toml::parse(text);
        if (!result) {
            const std::string_view description = result.error().description();
            std::snprintf(message, capacity, "%.*s", static_cast<int>(description.size()), description.data());
            *line = result.error().source().begin.line;
            return false;
        }
        Walk{each, context, {}}.table(result.table());
        return true;
    } catch (const Refused &) {
        std::snprintf(message, capacity, "the name of a table is missing, or is no name");
        *line = unnamed_line(text);
        return false;
    }
}
