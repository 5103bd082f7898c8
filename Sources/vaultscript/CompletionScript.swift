/// Scripts that complete the command line, made from the table of subcommands and its options.
enum CompletionScript {
    static let shells = ["bash", "zsh", "fish"]

    /// The script for a shell; nil for one that there is none for.
    static func text(_ shell: String) -> String? {
        switch shell {
        case "bash": bash
        case "zsh": zsh
        case "fish": fish
        default: nil
        }
    }

    /// The options before a script or a command.
    static var global: [CommandOption] { CommandOption.shared + CommandOption.ofScripts + CommandLineParser.own }

    /// All options of a subcommand.
    static func options(_ command: Subcommand) -> [CommandOption] {
        command.options + (command.takesSharedOptions ? CommandOption.shared : []) + [CommandLineParser.help]
    }

    /// Words that a command takes, where they are few and known.
    static func words(_ command: Subcommand) -> [String] {
        switch command.name {
        case "completion": shells
        case "credentials": Subcommand.credentialsActions
        case "help": Subcommand.names + HelpCommand.topics
        default: []
        }
    }

    /// All options with a value, by what it is: files, or some words.
    private static var valued: [CommandOption] {
        let all = global + Subcommand.all.flatMap(options)
        var seen: Set<String> = []
        return all.filter { $0.value != nil && seen.insert($0.name).inserted }
    }

    static func spellings(_ options: [CommandOption]) -> [String] {
        options.flatMap { [$0.name] + ($0.short.map { [$0] } ?? []) }
    }

    private static let profiles =
        "${XDG_CONFIG_HOME:-$HOME/.config}/vaultscript/credentials"

    private static let formats = ["text", "json"]

    // MARK: - bash

    private static var bash: String {
        let cases = Subcommand.all.map { command in
            "        \(command.name)) options=\"\(spellings(options(command)).joined(separator: " "))\" words=\"\(words(command).joined(separator: " "))\" ;;"
        }
        return """
            # Completion of vaultscript for bash, made by: vaultscript completion bash
            _vaultscript() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
                local valued=" \(spellings(valued).joined(separator: " ")) " command="" options="" words="" i
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case ${COMP_WORDS[i]} in
                        -*) [[ $valued == *" ${COMP_WORDS[i]} "* ]] && ((i++)) ;;
                        =) ((i++)) ;;
                        *) command=${COMP_WORDS[i]}; break ;;
                    esac
                done
                COMPREPLY=()
                case $previous in
                    --error-format) COMPREPLY=($(compgen -W "\(formats.joined(separator: " "))" -- "$current")); return ;;
                    --profile)
                        COMPREPLY=($(cd "\(profiles)" 2>/dev/null && compgen -f -X '!*.env' -- "$current"))
                        COMPREPLY=("${COMPREPLY[@]%.env}"); return ;;
                    --only|--from)
                        if [[ -z $command ]]; then
                            for ((i = COMP_CWORD + 1; i < ${#COMP_WORDS[@]}; i++)); do
                                [[ ${COMP_WORDS[i]} == -* ]] || { command=${COMP_WORDS[i]}; break; }
                            done
                            words=$(vaultscript describe --tasks "${command/#\\~\\//$HOME/}" 2>/dev/null)
                            mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current"); return
                        fi ;;
                esac
                if [[ $valued == *" $previous "* && -z $command ]]; then
                    compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$current"); return
                fi
                case $command in
                    "") options="\(spellings(global).joined(separator: " "))" words="\(Subcommand.names.joined(separator: " "))" ;;
            \(cases.joined(separator: "\n"))
                    *)
                        command=${command/#\\~\\//$HOME/}
                        if [[ $current == = ]]; then
                            current=""
                        elif [[ $previous == = ]]; then
                            previous=${COMP_WORDS[COMP_CWORD-2]}
                        fi
                        if [[ $previous == --* ]]; then
                            words=$(vaultscript describe --values "${previous#--}" "$command" 2>/dev/null)
                            [[ -z $words ]] || { mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current"); return; }
                        fi
                        options=$(vaultscript describe --options "$command" 2>/dev/null | cut -f 1) ;;
                esac
                if [[ $current == -* ]]; then
                    COMPREPLY=($(compgen -W "$options" -- "$current")); return
                fi
                compopt -o filenames
                mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current"; compgen -d -- "$current"; compgen -f -X '!*.lua' -- "$current")
            }
            complete -F _vaultscript vaultscript
            """
    }

    // MARK: - zsh

    private static func zshQuoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// `name:what it is`, as `_describe` reads it.
    private static func zshItem(_ name: String, _ words: String) -> String {
        zshQuoted(name.split(separator: ":", omittingEmptySubsequences: false).joined(separator: "\\:") + ":" + words)
    }

    private static func zshList(_ options: [CommandOption]) -> String {
        options.flatMap { option in [option.name, option.short].compactMap { $0 }.map { zshItem($0, option.help) } }
            .joined(separator: " ")
    }

    private static var zsh: String {
        let commands = Subcommand.all.map { zshItem($0.name, $0.summary) }.joined(separator: " ")
        let cases = Subcommand.all.map { command in
            "        \(command.name)) options=(\(zshList(options(command)))); words_of=(\(words(command).map(zshQuoted).joined(separator: " "))) ;;"
        }
        return """
            #compdef vaultscript
            # Completion of vaultscript for zsh, made by: vaultscript completion zsh
            _vaultscript() {
                local command="" i
                local -a options commands words_of
                local -a valued=(\(spellings(valued).map(zshQuoted).joined(separator: " ")))
                commands=(\(commands))
                for ((i = 2; i < CURRENT; i++)); do
                    case ${words[i]} in
                        -*) (( ${valued[(Ie)${words[i]}]} )) && ((i++)) ;;
                        *) command=${words[i]}; break ;;
                    esac
                done
                case ${words[CURRENT-1]} in
                    --error-format) compadd -- \(formats.joined(separator: " ")); return ;;
                    --profile) compadd -- "\(profiles)"/*.env(N:t:r); return ;;
                    --only|--from)
                        if [[ -z $command ]]; then
                            for ((i = CURRENT + 1; i <= ${#words}; i++)); do
                                [[ ${words[i]} == -* ]] || { command=${words[i]}; break }
                            done
                            words_of=(${(f)"$(vaultscript describe --tasks ${(Q)command} 2>/dev/null)"})
                            (( ${#words_of} )) && compadd -- $words_of
                            return
                        fi ;;
                esac
                if [[ -z $command ]] && (( ${valued[(Ie)${words[CURRENT-1]}]} )); then _files; return; fi
                case $command in
                    "") options=(\(zshList(global))) ;;
            \(cases.joined(separator: "\n"))
                    *)
                        if [[ ${words[CURRENT-1]} == --* ]]; then
                            words_of=(${(f)"$(vaultscript describe --values ${${words[CURRENT-1]}#--} ${(Q)command} 2>/dev/null)"})
                            if (( ${#words_of} )); then compadd -- $words_of; return; fi
                        fi
                        options=(${(f)"$(vaultscript describe --options ${(Q)command} 2>/dev/null | tr '\\t' ':')"}) ;;
                esac
                if [[ ${words[CURRENT]} == -* ]]; then
                    _describe -o option options
                    return
                fi
                [[ -z $command ]] && _describe command commands
                (( ${#words_of} )) && compadd -- $words_of
                _files -g '*.lua'
            }
            if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _vaultscript "$@"; else compdef _vaultscript vaultscript; fi
            """
    }

    // MARK: - fish

    private static func fishQuoted(_ text: String) -> String {
        var quoted = "'"
        for letter in text { quoted += letter == "'" || letter == "\\" ? "\\\(letter)" : String(letter) }
        return quoted + "'"
    }

    private static func fishLine(_ option: CommandOption, _ condition: String) -> String {
        var line = "complete -c vaultscript -n \(fishQuoted(condition))"
        if option.name.hasPrefix("--") { line += " -l \(option.name.dropFirst(2))" }
        if let short = option.short ?? (option.name.hasPrefix("--") ? nil : option.name) {
            line += " -s \(short.dropFirst())"
        }
        switch option.name {
        case _ where option.value == nil: break
        case "--error-format": line += " -x -a \(fishQuoted(formats.joined(separator: " ")))"
        case "--profile": line += " -x -a '(__vaultscript_profiles)'"
        // fish does not tell what stands behind the cursor, where the script is: no names of files at least.
        case "--only" where option.value == "NAME", "--from": line += " -x"
        default: line += " -r"
        }
        return line + " -d \(fishQuoted(option.help))"
    }

    private static var fish: String {
        var lines = global.map { fishLine($0, "__vaultscript_is ''") }
        for command in Subcommand.all {
            lines.append(
                "complete -c vaultscript -n \"__vaultscript_is ''\" -a \(command.name) -d \(fishQuoted(command.summary))"
            )
            lines += options(command).map { fishLine($0, "__vaultscript_is \(command.name)") }
            let words = words(command)
            guard !words.isEmpty else { continue }
            lines.append(
                "complete -c vaultscript -n '__vaultscript_is \(command.name)' -a \(fishQuoted(words.joined(separator: " ")))"
            )
        }
        return """
            # Completion of vaultscript for fish, made by: vaultscript completion fish
            function __vaultscript_word --description 'the command or the script of the line'
                set -l words (commandline -opc)
                set -l valued \(spellings(valued).joined(separator: " "))
                set -l i 2
                while test $i -le (count $words)
                    switch $words[$i]
                        case '-*'
                            contains -- $words[$i] $valued; and set i (math $i + 1)
                        case '*'
                            echo -- $words[$i]
                            return
                    end
                    set i (math $i + 1)
                end
            end
            function __vaultscript_is
                test "$argv[1]" = (__vaultscript_word | string collect --allow-empty)
            end
            function __vaultscript_profiles
                for file in (set -q XDG_CONFIG_HOME; and echo $XDG_CONFIG_HOME; or echo $HOME/.config)/vaultscript/credentials/*.env
                    string replace -r '.*/(.*)\\.env$' '$1' -- $file
                end
            end
            function __vaultscript_parameters
                set -l script (__vaultscript_word)
                test -n "$script"; and vaultscript describe --options $script 2>/dev/null
            end
            function __vaultscript_values --description 'the values of the option before the cursor'
                set -l script (__vaultscript_word)
                set -l words (commandline -opc)
                test -n "$script"; and string match -q -- '--*' $words[-1]; or return 1
                set -l found (vaultscript describe --values (string replace -r '^--' '' -- $words[-1]) $script 2>/dev/null)
                test (count $found) -gt 0; and printf '%s\\n' $found
            end
            complete -c vaultscript -n '__vaultscript_values >/dev/null' -f -a '(__vaultscript_values)'
            complete -c vaultscript -n 'not __vaultscript_is ""; and not __vaultscript_values >/dev/null' -a '(__vaultscript_parameters)'
            \(lines.joined(separator: "\n"))
            """
    }
}
